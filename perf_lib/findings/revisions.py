"""What has changed since earlier reports: figures restated since they were first published, and symbols."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from perf_lib.config.catalogue import Measure
from perf_lib.config.settings import Restatements
from perf_lib.findings import symbols
from perf_lib.findings.finding import FigureName, Finding
from perf_lib.stats import series, spc
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter


@dataclass(frozen=True)
class Revision:
    """A figure that now differs, as printed, from what was first published."""

    measure: Measure
    quarter: Quarter
    figure: FigureName
    first: float
    now: float | None
    """None where the figure has been withdrawn."""
    reason: str
    """Why, in a person's words; empty where nobody has said."""

    @property
    def difference(self) -> float | None:
        """Now less first published, in the unit (percentage points for percentages)."""
        return series.change(self.now, self.first)

    @property
    def per_cent(self) -> float | None:
        """That difference relative to the figure first published; None for percentages."""
        return None if self.measure.is_percentage else series.change_per_cent(self.now, self.first)

    def is_past(self, threshold: float) -> bool:
        """Whether the figure moved by more than a threshold: per cent, or percentage points for percentages."""
        moved = self.difference if self.measure.is_percentage else self.per_cent
        return moved is None or abs(moved) > threshold


@dataclass(frozen=True)
class SymbolChange:
    """How a measure's symbols differ from those of the quarter before, by code."""

    finding: Finding
    came_on: tuple[str, ...]
    went_off: tuple[str, ...]
    changed_side: tuple[tuple[str, str], ...]
    """Pairs of then and now that answer the same question: a one-month high that is now a one-month low."""
    as_published: bool
    """Whether the symbols of the quarter before are those published, not those that today's data give."""


FIGURES = {"quarter": "the quarter", "rolling_12": "the 12 months"}


def revisions(findings: Mapping[str, Finding], restatements: Restatements) -> tuple[Revision, ...]:
    """Every figure of the last four quarters that now prints differently from how it was first published."""
    return tuple(
        Revision(finding.measure, line.quarter, figure, first, now, restatements.reasons.get(code, ""))
        for code, finding in findings.items()
        for line in finding.earlier
        for figure, first, now in line.then_and_now
        if first is not None and finding.measure.in_table(first) != finding.measure.in_table(now)
    )


def refuse_unexplained(changed: tuple[Revision, ...], threshold: float, where: str) -> None:
    """Refuse a report in which a figure moved by more than the threshold without a reason.

    Raises InputError for the first, naming measure, quarter, both figures and what is allowed. where: the settings
    file that the reason belongs in.
    """
    unexplained = [each for each in changed if not each.reason and each.is_past(threshold)]
    if unexplained:
        worst, measure = unexplained[0], unexplained[0].measure
        unit = "percentage points" if measure.is_percentage else "per cent"
        now = "has been withdrawn" if worst.now is None else f"is now {measure.in_table(worst.now)}"
        more = f" (and {len(unexplained) - 1} more such figures)" if len(unexplained) > 1 else ""
        raise InputError(
            f"{where}: restatements: {measure.code}, {worst.quarter}: {FIGURES[worst.figure]} was first published as "
            f"{measure.in_table(worst.first)} and {now}; a change of more than {threshold:g} {unit} needs a reason "
            f"under restatements.reasons.{measure.code}{more}"
        )


def symbol_changes(findings: Mapping[str, Finding]) -> tuple[SymbolChange, ...]:
    """The measures whose symbols differ from those of the quarter before, and how they differ."""
    changes = []
    for finding in findings.values():
        before = finding.quarter.previous
        published = next((line.first_symbols for line in finding.earlier if line.quarter == before), None)
        then = _symbols_before(finding) if published is None else published
        now = frozenset(symbols.codes(finding))
        came_on, went_off, sides = [], [], []
        for axis in symbols.AXES:
            old, new = ([code for code in axis if code in shown] for shown in (then, now))
            if old == new:
                continue
            if old and new:
                sides.append((old[0], new[0]))
            else:
                came_on += new
                went_off += old
        if came_on or went_off or sides:
            changes.append(
                SymbolChange(finding, tuple(came_on), tuple(went_off), tuple(sides), as_published=published is not None)
            )
    return tuple(changes)


def _symbols_before(finding: Finding) -> frozenset[str]:
    """The symbols of the quarter before, from today's data."""
    last = finding.quarter.previous.last
    history = finding.signal_history
    shown = {str(code) for code in history.columns[history.loc[last]]} if last in history.index else set()
    if finding.peers_before is not None:
        shown.add(finding.peers_before.standing)
        if finding.peers_before.position.does_not_trend:
            shown.add(symbols.NOT_TRENDING)
    supplied = finding.months.loc[last - (series.YEAR - 1) : last, "value"]
    if supplied.notna().sum() == 0:
        shown.add(spc.NO_DATA)
    return frozenset(shown)
