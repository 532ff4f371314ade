"""What is asked of one measure with something changed, and the settings and figures that this comes to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from perf_lib.config.catalogue import Measure
from perf_lib.config.settings import Break, Highlights, PeerGroup, Settings
from perf_lib.report import Report
from perf_lib.words import wording
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

Rules = Literal["both", "published", "calibrated"]
Tag = Literal["of_concern", "excellent_work", "in_the_news"]

UNSAID = "(to be said)"
"""Stands for a reason or an author that nobody has written yet."""


@dataclass(frozen=True)
class Question:
    """One measure, and what is changed about how it is looked at; what is left out stays as the report has it."""

    measure: str
    quarter: Quarter | None = None
    """The quarter at whose end the figures are cut."""
    since: pd.Period | None = None
    """The first month compared with: months before it still count in totals."""
    left_out: frozenset[Break] = frozenset()
    """Breaks on record that are not to hold for this measure."""
    added: tuple[Break, ...] = ()
    """Breaks that are to hold besides."""
    peers: tuple[str, ...] | None = None
    """The areas compared with."""
    months: Mapping[pd.Period, float] = field(default_factory=dict)
    """What if: a month's figure, in the measure's unit, instead of the one on record."""
    rules: Rules = "both"
    """The rule set whose symbols and arithmetic are shown."""
    highlight: tuple[Tag, str] | None = None
    """A criterion to put the measure before the panel under, and the sentence that says why."""
    reason: str = UNSAID
    """Why months before `since` cannot be compared."""
    author: str = UNSAID
    """Who says so."""


def settings_for(report: Report, question: Question) -> Settings:
    """The report's settings with what the question changes of them; what settings cannot say is not in them.

    `since` is a process change at that month: the rules see the months from there, totals lose nothing.
    """
    settings = report.settings
    if question.peers is not None and settings.peer_group is not None:
        group = settings.peer_group
        if set(question.peers) != set(group.areas):
            settings = settings.model_copy(update={"peer_group": _group(group, question.peers)})
    breaks = tuple(kept for each in settings.breaks for kept in _without(each, question)) + question.added
    if question.since is not None:
        breaks += (_since(question),)
    if question.highlight is not None:
        settings = settings.model_copy(update={"highlights": _highlighted(settings.highlights, question)})
    return settings.model_copy(update={"breaks": breaks})


def frame_for(report: Report, question: Question) -> pd.DataFrame:
    """The tidy monthly frame with the question's months in place of those on record, marked illustrative.

    The report's own frame is not altered. A ratio keeps its month's denominator.
    """
    if not question.months:
        return report.arrived.frame
    frame, measure = report.arrived.frame.copy(), report.params.catalogue[question.measure]
    own = (frame["measure"] == measure.code) & (frame["area"] == report.settings.body.area)
    for month, figure in question.months.items():
        row = frame.index[own & (frame["month"] == month)]
        if len(row) == 0:
            months = frame.loc[own, "month"]
            ends = f"{months.min()} to {months.max()}" if len(months) else "none at all"
            raise InputError(f"{measure.code} has no month {month}; it has {ends}")
        _refuse_figure(measure, month, figure)
        denominator = float(frame.loc[row[0], "denominator"])
        weighted = bool(frame.loc[own, "denominator"].notna().any())
        if measure.is_ratio and weighted and math.isnan(denominator):
            raise InputError(f"{measure.code}, {month}: has no denominator, so its figure alone cannot be tried")
        hundred = 100.0 if measure.is_percentage else 1.0
        frame.loc[row, ["value", "numerator", "origin", "status"]] = (
            float(figure),
            figure * denominator / hundred if measure.is_ratio else frame.loc[row[0], "numerator"],
            "illustrative",
            "final",
        )
    return frame


def _refuse_figure(measure: Measure, month: pd.Period, figure: float) -> None:
    most = 100.0 if measure.is_percentage else math.inf
    if not (math.isfinite(figure) and 0 <= figure <= most):
        allowed = "0 to 100" if measure.is_percentage else "0 or more"
        raise InputError(f"{measure.code}, {month}: the figure cannot be {figure:g}; allowed: {allowed}")


def _group(group: PeerGroup, areas: tuple[str, ...]) -> PeerGroup:
    if len(areas) < 3:
        raise InputError(f"a peer group needs three areas or more; chosen: {wording.listed(areas) or 'none'}")
    return PeerGroup(name="chosen group", abbreviation="chosen group", areas=areas, note=f"Chosen by {UNSAID}.")


def _without(each: Break, question: Question) -> list[Break]:
    """A break as it stands, or without the question's measure, or not at all where it was that measure's alone."""
    if each not in question.left_out:
        return [each]
    others = tuple(code for code in each.measures if code != question.measure)
    return [each.model_copy(update={"measures": others})] if others else []


def _since(question: Question) -> Break:
    assert question.since is not None  # noqa: S101 - the caller has asked
    return Break(
        measures=(question.measure,),
        kind="process change",
        first=question.since.start_time.date(),
        reason=question.reason,
        author=question.author,
    )


def _highlighted(highlights: Highlights, question: Question) -> Highlights:
    assert question.highlight is not None  # noqa: S101 - the caller has asked
    tag, sentence = question.highlight
    tagged = {**getattr(highlights, tag), question.measure: sentence.strip() or UNSAID}
    return highlights.model_copy(update={tag: tagged})
