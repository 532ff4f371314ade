"""What a report prints of counts, as disclosure control sees it: rows as whole numbers, windows, relations."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from perf_lib.config.catalogue import Catalogue, Measure
from perf_lib.config.settings import Settings
from perf_lib.findings.disclosure.intervals import Counts, Identity, Unit, Window
from perf_lib.findings.disclosure.suppression import Decision, Withheld, decide
from perf_lib.findings.finding import months_of, twelve_months
from perf_lib.stats import series
from perf_lib.stats.series import YEAR, Figure
from perf_lib.words.quarters import Quarter

DEFAULT = 5
"""The threshold where a measure is left out for its marking and no threshold is set."""


def decide_all(
    catalogue: Catalogue,
    settings: Settings,
    quarters: Sequence[Quarter],
    frame: pd.DataFrame,
    rates: pd.DataFrame | None,
    published: Mapping[Quarter, pd.DataFrame],
    secret: Collection[str],
) -> tuple[Decision, dict[str, Counts]]:
    """What the report of the last of some quarters withholds, after the reports of the quarters before it came out.

    frame: the tidy frame of one area. published: what quarters first published. secret: measures that are left out.
    Earlier reports count as public reports that the same rules make from today's figures. A reader knows what they
    printed, all that `published` holds, and what the peers' rates tell of an area's 12 months.
    """
    relations = identities(catalogue)
    tied = {code for each in relations for code in (each.total, *each.parts)}
    printed: dict[str, set[Window]] = {code: set() for code in catalogue}
    before: Mapping[Unit, Withheld] = {}
    for quarter in quarters:
        out = {q: table for q, table in published.items() if q <= quarter and q != quarters[-1]}
        beside = [each for each in out if quarter.first - YEAR <= each.first < quarter.first]
        measures = {}
        for code, measure in catalogue.items():
            months = months_of(frame[frame["month"] <= quarter.last], code, quarter)
            rows, threshold = counts_of(measure, months), threshold_of(measure, settings)
            # A total is no smaller than its months: without a small one among them there is nothing to withhold.
            if code in tied or any(0 < count < threshold for row in rows.values() for count in row):
                known = {*printed[code], *_published(measure, out), *_of_rates(measure, settings, rates, quarter)}
                measures[code] = Counts(
                    rows,
                    threshold=max(threshold, DEFAULT if code in secret else 0),
                    totals=totals_of(measure, months, quarter, beside),
                    known=frozenset(w for w in known if all(t in rows for t in range(w[0], w[1] + 1))),
                    lowest=int(measure.is_count),
                    secret=code in secret,
                )
        decision = decide(measures, [r for r in relations if {r.total, *r.parts} <= set(measures)], before)
        before = decision.withheld
        for code, counts in measures.items():
            printed[code] |= {window for window in counts.windows if (code, window) not in before}
    return decision, measures


def threshold_of(measure: Measure, settings: Settings) -> int:
    """Under how much a measure's counts are withheld: its own threshold, or the settings'."""
    threshold = measure.disclosure_threshold
    return settings.disclosure_threshold if threshold is None else threshold


def counts_of(measure: Measure, months: pd.DataFrame) -> dict[int, tuple[int, ...]]:
    """The measure's counts by month (ordinals): a count; a share's numerator and the rest; a mean's cases.

    Rows of which only the ratio is known have no counts.
    """
    value, numerator, denominator = (months[name].astype(float) for name in ("value", "numerator", "denominator"))
    if measure.traits.counts == "value":
        return {month.ordinal: (round(count),) for month, count in value.dropna().items()}
    of = denominator.dropna()
    if measure.traits.counts == "denominator":
        return {month.ordinal: (round(cases),) for month, cases in of.items()}
    share = numerator.fillna(value * denominator / 100).reindex(of.index).dropna()
    return {month.ordinal: (round(share[month]), round(of[month]) - round(share[month])) for month in share.index}


def figures_of(
    measure: Measure, months: pd.DataFrame, quarter: Quarter, earlier: Collection[Quarter] = ()
) -> dict[str, tuple[Window, Figure]]:
    """Every total that a quarter's report prints of a measure, by name, with its window of months.

    earlier: quarters whose figures as first published are held against today's.
    """
    supplied, rolled = months.index[months["value"].notna()], series.RollUp(months, measure)
    totals = {"value": (_window(quarter.first, quarter.last), rolled.over(quarter.first, quarter.last))}
    for each in dict.fromkeys([*earlier, *quarter.year_to_date]):
        totals[f"{each} value"] = (_window(each.first, each.last), rolled.over(each.first, each.last))
        totals[f"{each} rolling"] = (_year(each.last), twelve_months(rolled, measure, each.last))
    if len(supplied):
        last = supplied.max()
        totals["rolling"] = (_year(last), twelve_months(rolled, measure, last))
        totals["previous"] = (_year(last - YEAR), twelve_months(rolled, measure, last - YEAR))
    return totals


def totals_of(
    measure: Measure, months: pd.DataFrame, quarter: Quarter, earlier: Collection[Quarter] = ()
) -> tuple[Window, ...]:
    """The windows over which a report prints sums of the measure's counts."""
    if measure.year_is_supplied:
        return ()
    totals = figures_of(measure, months, quarter, earlier).values()
    return tuple(dict.fromkeys(window for window, figure in totals if figure and not figure.unweighted))


def identities(catalogue: Catalogue) -> list[Identity]:
    """Which measures' counts add up to which, as the catalogue says: breakdowns, denominators."""
    totals = dict.fromkeys(m.breakdown_of for m in catalogue.values() if m.breakdown_of is not None)
    sums = [Identity(tuple(c for c, m in catalogue.items() if m.breakdown_of == total), total) for total in totals]
    return sums + [Identity((code,), m.of_measure) for code, m in catalogue.items() if m.of_measure is not None]


def _published(measure: Measure, published: Mapping[Quarter, pd.DataFrame]) -> list[Window]:
    """The windows whose counts an earlier publication tells; a percentage without its denominator tells none."""
    if measure.year_is_supplied:
        return []
    windows = []
    for quarter, table in published.items():
        window = {"quarter": _window(quarter.first, quarter.last), "rolling_12": _year(quarter.last)}
        of_all = measure.is_count or measure.of_measure is not None
        figures = table["value" if of_all else "denominator"].dropna().index
        windows += [window[kind] for kind in window if (measure.code, kind) in figures]
    return windows


def _of_rates(measure: Measure, settings: Settings, rates: pd.DataFrame | None, quarter: Quarter) -> list[Window]:
    """The 12 months that peers' rates, which others publish, tell of."""
    if rates is None or measure.peers is None:
        return []
    months = rates.loc[(rates["series"] == measure.peers) & (rates["area"] == settings.body.area), "month"]
    return [_year(month) for month in months if month <= quarter.last]


def _window(first: pd.Period, last: pd.Period) -> Window:
    return first.ordinal, last.ordinal


def _year(last: pd.Period) -> Window:
    return _window(last - (YEAR - 1), last)
