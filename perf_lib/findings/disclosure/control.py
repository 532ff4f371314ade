"""Disclosure control: what of a quarter's figures a public report may hold, decided once, before any view.

A public report's Findings come from the monthly frame without the withheld months. So whatever is computed from
months (averages, limits, tests, projections, correlations) rests on printed figures alone. Only totals that
`suppression` shows to be safe are put back. No view receives a withheld figure.

Zero is printed, because it tells of nobody. So a reader knows that [c] is at least one, and the audit allows for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from perf_lib.config import markings
from perf_lib.config.catalogue import Catalogue, Marking
from perf_lib.config.settings import Settings
from perf_lib.findings import peer_comparison
from perf_lib.findings.disclosure import printed_counts
from perf_lib.findings.disclosure.intervals import Counts, Identity, Unit, Window
from perf_lib.findings.disclosure.suppression import Decision, Withheld, decide
from perf_lib.findings.finding import WITHHELD, Finding, QuarterFigure, findings, months_of
from perf_lib.stats import series
from perf_lib.stats.series import Figure
from perf_lib.words import wording
from perf_lib.words.quarters import Quarter

RECORD = ["measure", "figure", "first", "last", "why", "protects", "relation", "threshold"]
"""The columns of the record of what was withheld, which is for internal eyes."""


@dataclass(frozen=True)
class Public:
    """What a public report may hold of its inputs, without any withheld figure."""

    catalogue: Catalogue
    frame: pd.DataFrame
    """The tidy frame of the body's area, withheld months blank with the status "withheld"."""
    published: Mapping[Quarter, pd.DataFrame]
    """What earlier quarters first published, as far as it may be printed again."""
    totals: Mapping[tuple[str, str], Figure]
    """Totals of measures with withheld months, by measure and name (printed_counts.figures_of), safe ones alone."""
    left_out: Mapping[str, Marking]
    """Measures left out, with the marking that keeps each out."""

    def findings(self, settings: Settings, quarter: Quarter, rates: pd.DataFrame | None) -> dict[str, Finding]:
        """The Finding of every measure that is not left out, from what may be printed."""
        by_code = findings(self.catalogue, settings, quarter, self.frame, rates, self.published)
        residents = peer_comparison.population(rates, settings.body.area, quarter)
        return {code: self._with_totals(finding, residents) for code, finding in by_code.items()}

    def _with_totals(self, finding: Finding, residents: float | None) -> Finding:
        def total(name: str, computed: Figure) -> Figure:
            return self.totals.get((finding.measure.code, name), computed)

        def line(each: QuarterFigure) -> QuarterFigure:
            value, rolling = total(f"{each.quarter} value", each.value), total(f"{each.quarter} rolling", each.rolling)
            return replace(each, value=value, rolling=rolling)

        rolling = total("rolling", finding.rolling)
        return replace(
            finding,
            value=total("value", finding.value),
            rolling=rolling,
            previous=total("previous", finding.previous),
            box=tuple(map(line, finding.box)),
            earlier=tuple(map(line, finding.earlier)),
            rate=series.rate_per_1000(rolling.value, residents) if finding.measure.is_count else None,
        )


def protect(
    catalogue: Catalogue,
    settings: Settings,
    quarters: Sequence[Quarter],
    frame: pd.DataFrame,
    rates: pd.DataFrame | None = None,
    published: Mapping[Quarter, pd.DataFrame] | None = None,
) -> tuple[Public, pd.DataFrame]:
    """What the public report of the last of some quarters may hold, and the record of what it may not.

    catalogue: with every measure's marking settled (markings.marked). quarters: those that reports came out for, this
    report's last. frame: the tidy frame. published: what each quarter first published.
    """
    published, quarter = published or {}, quarters[-1]
    left_out = markings.left_out({code: measure.marking for code, measure in catalogue.items()}, settings)
    full = frame[(frame["area"] == settings.body.area) & (frame["month"] <= quarter.last)]
    decision, measures = printed_counts.decide_all(catalogue, settings, quarters, full, rates, published, set(left_out))
    public = Catalogue({code: measure for code, measure in catalogue.items() if code not in left_out})
    cut = _cut(full[full["measure"].isin(list(public))], decision)
    beside = [each for each in published if quarter.first - series.YEAR <= each.first < quarter.first]
    totals = _totals(public, quarter, beside, full, cut, decision, measures)
    earlier = {each: table for each, table in published.items() if each < quarter}
    first = {each: _first_published(table, each, public, settings, totals) for each, table in earlier.items()}
    return Public(public, cut, first, totals, left_out), _record(decision, measures, left_out)


def table(name: str, counts: pd.DataFrame, threshold: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table of counts by reason with its small counts withheld, and the record of them.

    counts: reasons in rows, a column for each twelve months. Somebody may know a column's total, so no withheld
    count may follow from it. A row that is the sum of the others is such a total.
    """
    public, rows = counts.astype(float).copy(), []
    for column in counts:
        whole = counts[column].dropna()
        parts = whole[(2 * whole != whole.sum()) | (len(whole) <= 2)]
        places = {place: (round(count),) for place, count in enumerate(parts)}
        totals = frozenset([(0, len(parts) - 1)] if len(parts) > 1 else [])
        decision = decide({name: Counts(places, threshold, known=totals, lowest=1)})
        for (_, (place, _last)), why in decision.withheld.items():
            public.loc[parts.index[place], column] = np.nan
            cell, window = f"{parts.index[place]}, 12 months to {column}", (str(column - 11), str(column))
            relation = ("", "")
            if why.protects is not None:
                relation = f"{name}: {parts.index[why.protects[1][0]]}", "the column's total"
            rows.append([name, cell, *window, _why(why, decision), *relation, threshold])
    return public, pd.DataFrame(rows, columns=RECORD)


def _cut(frame: pd.DataFrame, decision: Decision) -> pd.DataFrame:
    months = {(code, first) for code, (first, last) in decision.withheld if first == last}
    hidden = [(code, month.ordinal) in months for code, month in zip(frame["measure"], frame["month"], strict=True)]
    cut = frame.copy()
    cut.loc[hidden, ["numerator", "denominator", "value", "margin"]] = np.nan
    cut.loc[hidden, "status"] = WITHHELD
    return cut


def _totals(
    catalogue: Catalogue,
    quarter: Quarter,
    beside: Sequence[Quarter],
    full: pd.DataFrame,
    cut: pd.DataFrame,
    decision: Decision,
    measures: Mapping[str, Counts],
) -> dict[tuple[str, str], Figure]:
    withheld = {code for code, _ in decision.withheld}
    totals: dict[tuple[str, str], Figure] = {}
    for code, measure in catalogue.items():
        if code not in withheld:
            continue
        from_full, from_cut = (
            printed_counts.figures_of(measure, months_of(months, code, quarter), quarter, beside)
            for months in (full, cut)
        )
        for name, (window, figure) in from_full.items():
            hidden = (code, window) in decision.withheld
            audited = window in measures[code].totals
            same = from_cut.get(name, (window, None))[1] == figure
            # A figure that was not audited is printed only where no withheld month is behind it.
            is_withheld = figure and (hidden or not (audited or same))
            totals[code, name] = Figure(None, withheld=True) if is_withheld else figure
    return totals


def _first_published(
    table: pd.DataFrame,
    quarter: Quarter,
    catalogue: Catalogue,
    settings: Settings,
    totals: Mapping[tuple[str, str], Figure],
) -> pd.DataFrame:
    """What a quarter first published, without figures that are now withheld, small or left out."""

    def may_stand(code: str, kind: str) -> bool:
        if code not in catalogue:
            return False
        total = totals.get((code, f"{quarter} {'value' if kind == 'quarter' else 'rolling'}"), series.NOTHING)
        row, measure = table.loc[(code, kind)], catalogue[code]
        counts = [row["value"]] if measure.is_count else [row["numerator"], row["denominator"] - row["numerator"]]
        small = any(0 < count < printed_counts.threshold_of(measure, settings) for count in counts)
        return not small and not total.withheld

    public = table[[may_stand(code, kind) for code, kind in table.index]].copy()
    hidden = {code for code, _ in totals}
    # Symbols of a measure with withheld months would tell of them what today's report does not.
    public.loc[[code in hidden for code, _ in public.index], "symbols"] = ""
    return public


def _record(decision: Decision, measures: Mapping[str, Counts], left_out: Mapping[str, Marking]) -> pd.DataFrame:
    rows: list[list[object]] = [[code, "all", "", "", f"marked {why}", "", "", ""] for code, why in left_out.items()]
    for (code, window), why in decision.withheld.items():
        if code not in left_out:
            first, last = (str(pd.Period(ordinal=t, freq="M")) for t in window)
            protects = _relation(why.protects) if why.protects else ""
            relation = "; ".join(dict.fromkeys(map(_relation, why.by)))
            threshold = measures[code].threshold
            rows.append([code, _words(window), first, last, _why(why, decision), protects, relation, threshold])
    return pd.DataFrame(rows, columns=RECORD)


def _why(why: Withheld, decision: Decision) -> str:
    if why.unit in decision.given_away:
        return "primary: under the threshold; what was published before gives it away"
    return "primary: under the threshold" if why.protects is None else "complementary"


def _relation(by: Unit | Identity) -> str:
    if isinstance(by, Identity):
        return f"{' + '.join(by.parts)} = {by.total}"
    return f"{by[0]}: {_words(by[1])}"


def _words(window: Window) -> str:
    first, last = (pd.Period(ordinal=t, freq="M") for t in window)
    if first == last:
        return wording.month(first)
    return wording.twelve_months_to(last) if last.ordinal - first.ordinal == 11 else wording.span(first, last)
