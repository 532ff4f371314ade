"""A question about one measure with something changed: the settings and figures it leads to, and their YAML."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from perf_lib.config.settings import Break, PeerGroup, Settings
from perf_lib.config.yaml import to_yaml
from perf_lib.extracts.tables.checks import MONTH
from perf_lib.findings.finding import Finding
from perf_lib.report.contents import Contents
from perf_lib.words import wording
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

Tag = Literal["of_concern", "excellent_work", "in_the_news"]

UNSAID = "(to be said)"
"""Stands for a reason or an author that nobody has written yet."""

WRITTEN = ("peer_group", "breaks", "highlights")
"""The keys of a quarter's settings that exploring may change."""


@dataclass(frozen=True)
class Question:
    """One measure, and what changes in how it is looked at; a field left at its default changes nothing."""

    measure: str
    quarter: Quarter | None = None
    """The quarter whose end cuts the figures."""
    since: pd.Period | None = None
    """The first month compared with: months before it still count in totals."""
    left_out: frozenset[Break] = frozenset()
    """Breaks on record that do not hold for this measure."""
    added: tuple[Break, ...] = ()
    """Further breaks that hold."""
    peers: tuple[str, ...] | None = None
    """The areas compared with."""
    months: Mapping[pd.Period, float] = field(default_factory=dict)
    """What if: figures by month, in the measure's unit, in place of those on record."""
    target: float | None = None
    """Another target, in the measure's unit."""
    highlight: tuple[Tag, str] | None = None
    """A criterion for putting the measure before the panel, and the sentence with the reason."""
    reason: str = UNSAID
    """Why months before `since` cannot be compared."""
    author: str = UNSAID
    """Author of that reason."""


def of_call(
    code: str,
    months: Mapping[str, float],
    exclude: Iterable[str],
    target: float | None,
    since: str | None,
    peers: Iterable[str] | None,
) -> Question:
    """The question that a call asks; months as people write them."""
    left_out = [
        Break(
            measures=(code,),
            kind="exclusion",
            first=month.start_time.date(),
            last=month.end_time.date(),
            reason=UNSAID,
            author=UNSAID,
        )
        for month in map(_month, exclude)
    ]
    return Question(
        code,
        since=None if since is None else _month(since),
        added=tuple(left_out),
        peers=None if peers is None else tuple(peers),
        months={_month(month): float(figure) for month, figure in months.items()},
        target=target,
    )


def _month(text: str) -> pd.Period:
    if not MONTH.fullmatch(str(text)):
        raise InputError(f"{text!r} is not a month; write it as 2019-12")
    return pd.Period(text, freq="M")


def as_call(question: Question) -> str:
    """The call of a report that asks the same, as Python; empty where a break or a highlight makes it another one."""
    excluded = [str(pd.Period(each.first, freq="M")) for each in question.added]
    of_months = of_call(question.measure, {}, excluded, None, None, None).added
    spans = [[(each.kind, each.first, each.last) for each in breaks] for breaks in (question.added, of_months)]
    if question.left_out or question.highlight or spans[0] != spans[1]:
        return ""
    asked = {
        "months": {str(month): figure for month, figure in question.months.items()},
        "exclude": excluded,
        "target": question.target,
        "since": question.since and str(question.since),
        "peers": question.peers and [*question.peers],
    }
    arguments = [question.measure, *(f"{name}={value!r}" for name, value in asked.items() if value)]
    report = "report" if question.quarter is None else f"report.as_at('{question.quarter}')"
    return f"{report}.what_if({', '.join([repr(arguments[0]), *arguments[1:]])})"


def settings_for(report: Contents, question: Question) -> Settings:
    """The report's settings with the question's changes, as far as settings can express them.

    `since` becomes a process change at that month: the rules see the months from there, totals lose nothing.
    """
    settings = report.settings
    group, peers = settings.peer_group, question.peers
    if peers is not None and group is not None and set(peers) != set(group.areas):
        settings = settings.model_copy(update={"peer_group": _group(peers)})
    breaks = tuple(part for each in settings.breaks for part in _without(each, question)) + question.added
    if question.since is not None:
        measures, first = (question.measure,), question.since.start_time.date()
        reason, author = question.reason, question.author
        breaks += (Break(measures=measures, kind="process change", first=first, reason=reason, author=author),)
    if question.highlight is not None:
        tag, sentence = question.highlight
        tagged = {**getattr(settings.highlights, tag), question.measure: sentence.strip() or UNSAID}
        settings = settings.model_copy(update={"highlights": settings.highlights.model_copy(update={tag: tagged})})
    return settings.model_copy(update={"breaks": breaks})


def frame_for(report: Contents, question: Question) -> pd.DataFrame:
    """The tidy monthly frame with the question's figures in their months, marked illustrative.

    The report's own frame does not change. A ratio keeps its month's denominator.
    """
    if not question.months:
        return report.arrived.frame
    frame, measure = report.arrived.frame.copy(), report.params.catalogue[question.measure]
    most, allowed = (100.0, "0 to 100") if measure.is_percentage else (math.inf, "0 or more")
    of_measure = (frame["measure"] == measure.code) & (frame["area"] == report.settings.body.area)
    for month, figure in question.months.items():
        row = frame.index[of_measure & (frame["month"] == month)]
        if len(row) == 0:
            months = frame.loc[of_measure, "month"]
            ends = f"{months.min()} to {months.max()}" if len(months) else "none at all"
            raise InputError(f"{measure.code} has no month {month}; it has {ends}")
        if not (math.isfinite(figure) and 0 <= figure <= most):
            raise InputError(f"{measure.code}, {month}: the figure cannot be {figure:g}; allowed: {allowed}")
        denominator = float(frame.loc[row[0], "denominator"])
        weighted = bool(frame.loc[of_measure, "denominator"].notna().any())
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


def as_yaml(question: Question, reported: Settings, asked: Settings, finding: Finding) -> str:
    """The settings to copy into `params/<quarter>/settings.yaml`.

    Changed figures are not settings, so comments name them. The text reads back to the very settings explored.
    """
    changed = {key: _plain(getattr(asked, key)) for key in WRITTEN if getattr(asked, key) != getattr(reported, key)}
    lines = [f"# For params/{finding.quarter}/settings.yaml, where each key replaces the one in params/settings.yaml."]
    if not changed:
        lines = ["# As reported: there is no setting to copy."]
    code, unit, decimals = finding.measure.code, finding.measure.unit, finding.measure.decimals
    called = question if asked.peer_group != reported.peer_group else replace(question, peers=None)
    if call := as_call(called):
        lines.append(f"# In a script: {call}")
    for month, figure in question.months.items():
        value = wording.value_in_table(figure, unit, decimals)
        lines.append(f"# Not a setting: {code} in {month} as {value}. A figure is mended in its extract.")
    if question.target is not None:
        lines.append(f"# Not a setting: a target of {question.target:g}. It stands in measures.yaml.")
    return "\n".join([*lines, to_yaml(changed)])


def _group(areas: tuple[str, ...]) -> PeerGroup:
    if len(areas) < 3:
        raise InputError(f"a peer group needs three areas or more; chosen: {wording.listed(areas) or 'none'}")
    return PeerGroup(name="chosen group", abbreviation="chosen group", areas=areas, note=f"Chosen by {UNSAID}.")


def _without(each: Break, question: Question) -> list[Break]:
    """A break; without the question's measure where it is left out; none where that was its only measure."""
    if each not in question.left_out:
        return [each]
    others = tuple(code for code in each.measures if code != question.measure)
    return [each.model_copy(update={"measures": others})] if others else []


def _plain(value: Any) -> Any:
    """Records as mappings, without the keys that nobody set."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.model_dump(exclude_none=True, exclude_defaults=True)
