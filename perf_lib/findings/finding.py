"""The Finding: all that may be said of one measure in one quarter. Every view reads it, and none computes.

    findings(catalogue, settings, quarter, frame) → {code: Finding}

Figures stop at the quarter's last month: an earlier quarter's report is made from today's data, without the months
since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from perf_lib.config.catalogue import Catalogue, Measure
from perf_lib.config.settings import Break, Highlight, Settings
from perf_lib.findings.aims import target_of
from perf_lib.findings.analysis import analyse
from perf_lib.findings.comparable_months import Comparable
from perf_lib.findings.peer_comparison import PeerComparison, compare, of_forces, population
from perf_lib.findings.verdict import Judged, Verdict
from perf_lib.stats import forecast, series, spc
from perf_lib.stats.expected import YearOnYear
from perf_lib.stats.series import NOTHING, YEAR, Figure
from perf_lib.stats.suspect_months import Jump
from perf_lib.stats.targets import TargetOutlook
from perf_lib.words.quarters import Quarter

FigureName = Literal["quarter", "rolling_12"]
_AsPublished = tuple[dict[tuple[str, str], float], dict[str, frozenset[str]]]


@dataclass(frozen=True)
class QuarterFigure:
    """One line of a headline box: a quarter and the 12 months to its end, now and as first published."""

    quarter: Quarter
    value: Figure
    rolling: Figure
    first_value: float | None = None
    first_rolling: float | None = None
    first_symbols: frozenset[str] | None = None
    """Codes of the symbols it was published with; None where that was not kept."""

    @property
    def then_and_now(self) -> tuple[tuple[FigureName, float | None, float | None], ...]:
        """Each figure as first published and as it is now."""
        return ("quarter", self.first_value, self.value.value), ("rolling_12", self.first_rolling, self.rolling.value)


@dataclass(frozen=True, repr=False)  # its own, on one line: a frame of sixty months is no answer
class Finding:
    """All that may be said of one measure in one quarter, computed once for all measures together."""

    measure: Measure
    quarter: Quarter
    area: str
    months: pd.DataFrame
    """The measure's rows of the tidy frame up to the quarter's end, by month without gaps."""
    rolling_months: pd.Series
    """The rolling 12 months at each of those months."""
    as_at: pd.Period | None
    """The last month with a figure."""
    value: Figure
    """The quarter."""
    rolling: Figure
    """The 12 months to `as_at`."""
    previous: Figure
    """The 12 months before those."""
    box: tuple[QuarterFigure, ...]
    """The financial year's quarters up to this one."""
    earlier: tuple[QuarterFigure, ...]
    """Earlier quarters whose figures as first published are on record, oldest first."""
    rate: float | None
    """The rolling 12 months per 1,000 residents, for a count with a known population."""
    comparable: Comparable
    """The months as far as they can be compared, from which all below is computed."""
    arithmetic: Mapping[str, spc.Arithmetic]
    """The sum behind each published rule for the newest month, by code; empty for a measure without signals."""
    signal_history: pd.DataFrame
    """Every month's published rules: months in rows, codes in columns."""
    judged: Mapping[str, Judged]
    """What was to be expected of the months, the quarter and eight months, by name; those of which it can be told."""
    expected_months: pd.DataFrame
    """What was expected of each month before its quarter began: columns expected, lower and upper, in the unit."""
    verdict: Verdict
    """What is to be said of the measure: every view prints it, and none says otherwise."""
    verdict_before: Verdict
    """The same at the end of the quarter before, from today's months."""
    year_on_year: YearOnYear | None
    """This year compared with last over the months that can be, with an interval; None where that cannot be told."""
    projection: forecast.Projection | forecast.Refused | None
    """The rolling 12 months to come, or why there is no projection; None for months that cannot be tested."""
    target: TargetOutlook | None
    """Whether the figure met its target, and how surely what is to come will."""
    suspect_months: tuple[Jump, ...]
    """Months of the last 24 that look like a fault in the data."""
    peers: PeerComparison | None
    peers_before: PeerComparison | None
    """The same at the end of the quarter before."""
    highlights: tuple[Highlight, ...] = ()
    """Why a person puts the measure before the panel, in that person's words."""
    areas: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """The same months of the areas below the whole, by name: people's words are held to them too."""

    @property
    def in_short(self) -> dict[str, str]:
        """The figures as a table prints them, the verdict's grade, and the codes of the symbols."""
        figures = {"quarter": self.value, "12 months": self.rolling, "before": self.previous}
        printed = {name: self.measure.in_table(figure.value) for name, figure in figures.items()}
        printed |= {"12 months": "–"} if self.measure.stands_at else {}
        told = {"verdict": self.verdict.grade, "signals": ", ".join(sorted(self.signals))}
        return printed | {name: words for name, words in told.items() if words}

    def __repr__(self) -> str:
        figures = "; ".join(f"{name} {value}" for name, value in self.in_short.items())
        return f"Finding of {self.measure.title}, {self.quarter}: {figures}"

    def _repr_markdown_(self) -> str:
        rows = [f"| {name} | {value} |" for name, value in self.in_short.items()]
        return "\n".join([f"| **{self.measure.title}** | {self.quarter.label} |", "| :-- | :-- |", *rows])

    @property
    def breaks(self) -> tuple[Break, ...]:
        """Breaks on record that fall in the measure's months."""
        return self.comparable.breaks

    @property
    def signals(self) -> frozenset[str]:
        """Codes of the published rules that the newest month meets."""
        return frozenset(code for code, test in self.arithmetic.items() if test.met)

    @property
    def not_enough(self) -> frozenset[str]:
        """Codes of the rules whose window has a missing month: neither met nor not met."""
        return frozenset(code for code, test in self.arithmetic.items() if not test.enough)

    @property
    def change(self) -> float | None:
        """The rolling 12 months less the 12 before, in the unit (percentage points for percentages)."""
        return series.change(self.rolling.value, self.previous.value)

    @property
    def change_per_cent(self) -> float | None:
        """That change relative to the earlier figure; None where a change is in points, places or the unit alone."""
        now, before = self.rolling.value, self.previous.value
        return None if self.measure.changes_in_its_unit else series.change_per_cent(now, before)

    @property
    def is_current(self) -> bool:
        """Whether the data reach the quarter's last month."""
        return self.as_at == self.quarter.last

    @property
    def has_data(self) -> bool:
        """Whether any figure was supplied in the last 12 months."""
        return self.as_at is not None and self.as_at > self.quarter.last - YEAR

    @property
    def last_12(self) -> pd.DataFrame:
        """The last twelve months' rows, missing months included."""
        return self.months.reindex(pd.period_range(self.quarter.last - (YEAR - 1), self.quarter.last, freq="M"))

    def origin_of(self, first: pd.Period, last: pd.Period) -> frozenset[str]:
        """Where the figures of some months come from: published, derived, illustrative."""
        window = self.months.loc[first:last]
        return frozenset(window.loc[window["value"].notna(), "origin"])

    @property
    def rests_on_illustrative(self) -> frozenset[str]:
        """Codes of the signals whose window includes illustrative months."""
        windows, last = {rule.code: rule.window for rule in spc.RULES}, self.quarter.last
        return frozenset(
            code for code in self.signals if "illustrative" in self.origin_of(last - (windows[code] - 1), last)
        )


def findings(
    catalogue: Catalogue,
    settings: Settings,
    quarter: Quarter,
    frame: pd.DataFrame,
    rates: pd.DataFrame | None = None,
    published: Mapping[Quarter, pd.DataFrame] | None = None,
) -> dict[str, Finding]:
    """The Finding of every measure in the catalogue, in its order.

    frame: the tidy monthly frame. rates: peers' 12-month rates. published: earlier quarters' figures as first
    published, by quarter.
    """
    area = settings.body.area
    rows = frame[frame["month"] <= quarter.last]
    below = dict(tuple(rows[rows["area"] != area].groupby(["measure", "area"])))
    rows = rows[rows["area"] == area]
    by_measure = dict(tuple(rows.groupby("measure")))
    months = {code: _without_gaps(by_measure.get(code, rows.iloc[:0]), quarter) for code in catalogue}
    rolled = {code: series.RollUp(months[code], measure) for code, measure in catalogue.items()}
    rolling = {code: each.rolling_12() for code, each in rolled.items()}
    comparable = {
        code: Comparable.of(measure, months[code], rolling[code], settings.breaks, quarter)
        for code, measure in catalogue.items()
    }
    quarters = {code: _over(each, catalogue[code], quarter) for code, each in rolled.items()}
    analyses = analyse(comparable, months, quarter)
    first = {each: _as_published(table) for each, table in sorted((published or {}).items())}
    residents, forces = population(rates, area, quarter), of_forces(rates)

    def of_one(code: str, measure: Measure) -> Finding:
        supplied = months[code].index[months[code]["value"].notna()]
        as_at = supplied.max() if len(supplied) else None
        now = twelve_months(rolled[code], measure, as_at)
        previous = twelve_months(rolled[code], measure, None if as_at is None else as_at - YEAR)
        analysis = analyses[code]
        return Finding(
            measure=measure,
            quarter=quarter,
            area=area,
            months=months[code],
            rolling_months=rolling[code],
            as_at=as_at,
            value=quarters[code],
            rolling=now,
            previous=previous,
            box=tuple(_box_line(rolled[code], measure, each, first) for each in quarter.year_to_date),
            earlier=tuple(_box_line(rolled[code], measure, each, first) for each in first),
            rate=series.rate_per_1000(now.value, residents) if measure.is_counted else None,
            comparable=comparable[code],
            **analysis,
            target=target_of(measure, quarter, rolled, analysis["projection"]),
            peers=compare(measure, settings, forces, quarter),
            peers_before=compare(measure, settings, forces, quarter.previous),
            highlights=settings.highlights_of(code),
            areas={name: _without_gaps(each, quarter) for (of, name), each in below.items() if of == code},
        )

    return {code: of_one(code, measure) for code, measure in catalogue.items()}


def months_of(rows: pd.DataFrame, code: str, quarter: Quarter) -> pd.DataFrame:
    """A measure's rows of one area's tidy frame, by month without gaps up to the quarter's end."""
    return _without_gaps(rows[rows["measure"] == code], quarter)


def _without_gaps(rows: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    months = rows.set_index("month").drop(columns=["measure", "area"])
    first = months.index.min() if len(months) else quarter.first
    return months.reindex(pd.period_range(first, quarter.last, freq="M", name="month"))


def _over(rolled: series.RollUp, measure: Measure, quarter: Quarter) -> Figure:
    """The quarter's own figure; none of a measure whose figures are of twelve months."""
    return rolled.over(quarter.first, quarter.last) if measure.has_quarter else NOTHING


def twelve_months(rolled: series.RollUp, measure: Measure, last: pd.Period | None) -> Figure:
    """The rolling 12 months to `last`, which may be that month's own figure; a survey of single months has none."""
    if last is None or not measure.has_year:
        return NOTHING
    return rolled.over(last if measure.year_is_supplied else last - (YEAR - 1), last)


def _as_published(published: pd.DataFrame) -> _AsPublished:
    """A quarter's figures as first published, by measure and kind of figure, and its symbols by measure."""
    texts = published.loc[published["symbols"] != "", "symbols"].groupby("measure").agg(" ".join)
    # "none" says that there was none; blank, that nobody recorded them
    symbols = {str(code): frozenset(text.split()) - {"none"} for code, text in texts.items()}
    return published["value"].dropna().to_dict(), symbols


def _box_line(
    rolled: series.RollUp, measure: Measure, quarter: Quarter, published: Mapping[Quarter, _AsPublished]
) -> QuarterFigure:
    values, symbols = published.get(quarter, ({}, {}))
    return QuarterFigure(
        quarter,
        _over(rolled, measure, quarter),
        NOTHING if measure.stands_at else twelve_months(rolled, measure, quarter.last),
        first_value=values.get((measure.code, "quarter")),
        first_rolling=values.get((measure.code, "rolling_12")),
        first_symbols=symbols.get(measure.code),
    )
