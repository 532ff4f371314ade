"""One measure over time: monthly figures with average and limits above the rolling 12 months; survey points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perf_lib.findings.finding import WITHHELD, Finding
from perf_lib.stats.series import YEAR
from perf_lib.views import narrative
from perf_lib.views.charts.canvas import (
    BAND,
    BLUE,
    GREY,
    ILLUSTRATIVE,
    LEFT_OUT,
    ORANGE,
    Chart,
    canvas,
    drawn,
    in_house_style,
    months_axis,
    panel_title,
    values_axis,
)
from perf_lib.words import wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAND = (
    "Line and band: average of the 24 months before, give or take two standard deviations; triangles: months beyond."
)
SHOWN = 36  # months: the two years a baseline needs and the year it judges


@in_house_style
def monthly(finding: Finding) -> Chart:
    """Monthly figures as bars with the average and limits of the 24 months before, over the rolling 12 months.

    A rolling measure has no months of its own: its twelve-month figures are one line.
    """
    if finding.measure.traits.chart != "bars":
        return points(finding)
    measure = finding.measure
    shown = finding.months.iloc[-SHOWN:]
    limits = finding.baseline.reindex(shown.index)
    rolling = finding.rolling_months.reindex(shown.index)
    two = rolling.notna().any()  # months that are too few, or withheld, leave no rolling figure
    paper, panels = canvas(3.5, rows=2, ratios=(1.55, 1.0)) if two else canvas(2.3)
    above = panels[0]
    _bars(above, finding, shown, limits)
    broken = _breaks(above, finding, shown)
    panel_title(above, f"{wording.sentence_case(measure.unit)} each month" if measure.is_count else "Each month")
    values_axis(above, measure.unit, measure.decimals)
    if two:
        _rolling_line(panels[1], finding, rolling)
        panel_title(panels[1], "Rolling 12 months")
        values_axis(panels[1], measure.unit, measure.decimals)
    months_axis(panels[-1], shown.index)
    if len(shown) < YEAR:  # a few months stand at the right, as wide as a year's
        panels[-1].set_xlim(len(shown) - YEAR - 0.8, len(shown) + 0.07 * YEAR)
    table = _table(finding, shown, limits, rolling)
    return Chart(
        title=_title(finding),
        subtitle=_subtitle(
            shown,
            " ".join(
                [_BAND] * bool(limits["mean"].notna().any())
                + ["The lower panel does not start at zero."] * bool(two)
                + [f"{wording.WITHHELD} marks a month that is withheld."] * finding.is_withheld
            )
            + broken,
        ),
        alt=_alt(finding, shown),
        svg=drawn(paper),
        table=table,
    )


@in_house_style
def points(finding: Finding) -> Chart:
    """A survey's points with their margins, or a rolling measure's line; the axis does not start at zero."""
    measure = finding.measure
    shown = finding.months.iloc[-SHOWN:]
    values = shown["value"].astype(float)
    paper, (axis,) = canvas(2.3)
    x = np.arange(len(shown))
    known = values.notna().to_numpy()
    illustrative = (shown["origin"] == "illustrative").to_numpy()
    if measure.traits.chart == "line":
        _two_part_line(axis, x, values.to_numpy(), illustrative)
    else:
        for mask, colour in ((known & illustrative, ILLUSTRATIVE), (known & ~illustrative, BLUE)):
            axis.errorbar(
                x[mask],
                values[mask],
                yerr=shown["margin"].astype(float).fillna(0)[mask],
                fmt="o",
                color=colour,
                capsize=4,
                markersize=6,
            )
    if known.any():
        last = int(np.flatnonzero(known)[-1])
        _label(axis, last, values.iloc[last], wording.value_in_table(values.iloc[last], measure.unit, measure.decimals))
    months_axis(axis, shown.index)
    axis.margins(y=0.25)
    values_axis(axis, measure.unit, measure.decimals)
    panel_title(axis, "12 months to each month" if measure.spans_a_year else "Each result")
    whiskers = "Whiskers are the survey's margin, where one was published. " if shown["margin"].notna().any() else ""
    return Chart(
        title=_title(finding),
        subtitle=_subtitle(shown, f"{whiskers}The axis does not start at zero."),
        alt=_alt(finding, shown),
        svg=drawn(paper),
        table=_table(finding, shown.loc[known], None, None),
    )


def _bars(axis: Axes, finding: Finding, shown: pd.DataFrame, limits: pd.DataFrame) -> None:
    x = np.arange(len(shown))
    values = shown["value"].astype(float)
    axis.fill_between(
        x, limits["lower"].clip(lower=0), limits["upper"], color=BAND, linewidth=0, step="mid", zorder=0.5
    )
    colours = np.where(shown["origin"] == "illustrative", ILLUSTRATIVE, BLUE)
    axis.bar(x, values, width=0.72, color=list(colours))
    axis.plot(x, limits["mean"], color=GREY, linewidth=1.2, drawstyle="steps-mid")
    history = finding.signal_history.reindex(shown.index)
    top = np.nanmax([values.max(), limits["upper"].max(), 1e-9])
    for code, marker in (("month_high", "^"), ("month_low", "v")):
        flagged = history[code].fillna(False).astype(bool).to_numpy()
        axis.plot(x[flagged], values[flagged] + 0.05 * top, marker, color=ORANGE, markersize=6, linestyle="none")
    axis.set_ylim(0, top * 1.12)
    for at in np.flatnonzero(shown["status"].eq(WITHHELD)):
        axis.annotate(wording.WITHHELD, (at, 0.02 * top), ha="center", va="bottom", fontsize=6, color=GREY)
    if len(values.dropna()):
        last = int(np.flatnonzero(values.notna())[-1])
        beside_a_wide_bar = 0.36 if len(shown) < 2 * YEAR else 0.0
        _label(
            axis,
            last + beside_a_wide_bar,
            values.iloc[last],
            wording.value_in_table(values.iloc[last], finding.measure.unit, finding.measure.decimals),
            above=bool(values.iloc[last] < 0.06 * top),
        )


def _breaks(axis: Axes, finding: Finding, shown: pd.DataFrame) -> str:
    """Breaks on record, drawn: a line where history starts anew, a tint behind months left out of comparison."""
    drawn_kinds = set()
    for each in finding.breaks:
        if each.starts_anew and each.starts in shown.index:
            at = shown.index.get_loc(each.starts) - 0.5
            axis.axvline(at, color=GREY, linewidth=1.2, linestyle="--")
            drawn_kinds.add("a broken vertical line marks a change of process")
        for month in each.excluded.intersection(shown.index):
            at = shown.index.get_loc(month)
            axis.axvspan(at - 0.5, at + 0.5, color=LEFT_OUT, linewidth=0, zorder=0.6)
            drawn_kinds.add("a tinted column marks a month left out of comparisons")
    return f" {wording.sentence_case('; '.join(sorted(drawn_kinds)))}." if drawn_kinds else ""


def _rolling_line(axis: Axes, finding: Finding, rolling: pd.Series) -> None:
    x = np.arange(len(rolling))
    # A rolling figure is illustrative as long as any of its twelve months is.
    illustrative = (finding.months["origin"] == "illustrative").astype(float).rolling(YEAR, min_periods=1).max()
    _two_part_line(axis, x, rolling.to_numpy(float), illustrative.reindex(rolling.index).to_numpy() > 0)
    known = np.flatnonzero(rolling.notna())
    if len(known):
        last = int(known[-1])
        value = rolling.iloc[last]
        _label(axis, last, value, wording.value_in_table(value, finding.measure.unit, finding.measure.decimals))
    axis.margins(y=0.25)


def _two_part_line(axis: Axes, x: np.ndarray, values: np.ndarray, illustrative: np.ndarray) -> None:
    axis.plot(x, np.where(illustrative, values, np.nan), color=ILLUSTRATIVE, linewidth=2)
    # The first published point is joined to the last illustrative one, so that the line has no hole.
    joined = ~illustrative | np.append(~illustrative[1:], False)
    axis.plot(x, np.where(joined & illustrative, values, np.nan), color=ILLUSTRATIVE, linewidth=2)
    axis.plot(x, np.where(~illustrative, values, np.nan), color=BLUE, linewidth=2)
    edges = np.flatnonzero(illustrative[:-1] & ~illustrative[1:])
    for edge in edges:
        axis.plot(x[edge : edge + 2], values[edge : edge + 2], color=BLUE, linewidth=2, linestyle=":")
    known = np.flatnonzero(np.isfinite(values))
    before, after = np.append(np.nan, values[:-1]), np.append(values[1:], np.nan)
    alone = np.isfinite(values) & np.isnan(before) & np.isnan(after)
    for mask, colour in ((alone & illustrative, ILLUSTRATIVE), (alone & ~illustrative, BLUE)):
        if mask.any():  # no line goes through it: of figures that come a quarter at a time, each is a point
            axis.plot(x[mask], values[mask], "o", color=colour, markersize=4)
    if len(known):
        axis.plot(x[known[-1]], values[known[-1]], "o", color=BLUE, markersize=5)


def _label(axis: Axes, x: float, y: float, text: str, above: bool = False) -> None:
    """The newest figure, in the margin beside it, clear of bars and lines (above a foot that is the axis itself)."""
    axis.annotate(
        text,
        (x, y),
        xytext=(9, 2 if above else 0),
        textcoords="offset points",
        va="bottom" if above else "center",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        fontsize=9,
        fontweight="bold",
        color=GREY,
        annotation_clip=False,
    )


def _title(finding: Finding) -> str:
    return f"{finding.measure.title}: {narrative.message(finding)}"


def _subtitle(shown: pd.DataFrame, words: str) -> str:
    span = f"{wording.month(shown.index[0])} to {wording.month(shown.index[-1])}."
    pale = " Paler months are illustrative, not published." if (shown["origin"] == "illustrative").any() else ""
    return f"{span} {words}{pale}"


def _alt(finding: Finding, shown: pd.DataFrame) -> str:
    measure = finding.measure
    kind = {"bars": "Bar chart", "line": "Line chart", "points": "Chart of points"}[measure.traits.chart]
    span = wording.span(shown.index[0], shown.index[-1])
    said = [f"{kind} of {measure.title}, {span}: {narrative.message(finding)}."]
    known = shown["value"].dropna()
    if len(known) and measure.traits.chart == "bars":
        high, low = known.idxmax(), known.idxmin()
        said.append(
            f"Monthly figures run from {narrative.in_prose(known[low], measure)} in {wording.month(low)} to "
            f"{narrative.in_prose(known[high], measure)} in {wording.month(high)}; the last, "
            f"{wording.month(known.index[-1])}, is {narrative.in_prose(known.iloc[-1], measure)}."
        )
    if finding.rolling.value is not None and finding.as_at is not None:
        now, before = (narrative.in_prose(f.value, measure) for f in (finding.rolling, finding.previous))
        earlier = f", the 12 before to {before}" if finding.previous else ""
        said.append(f"The {wording.twelve_months_to(finding.as_at)} came to {now}{earlier}.")
    return " ".join(said)


def _table(
    finding: Finding, shown: pd.DataFrame, limits: pd.DataFrame | None, rolling: pd.Series | None
) -> pd.DataFrame:
    """The figures behind the chart, as printed."""
    measure = finding.measure

    missing = wording.WITHHELD if finding.is_withheld else "–"

    def printed(values: pd.Series, decimals: int | None = measure.decimals) -> list[str]:
        said = [wording.value_in_table(value, measure.unit, decimals) for value in values]
        return [missing if text == "–" else text for text in said]

    columns: dict[str, list[str]] = {"Month": [wording.short_month(month) for month in shown.index]}
    columns["Figure"] = printed(shown["value"].astype(float))
    if limits is not None:
        finer = 1 if measure.is_count else measure.decimals
        for name, words in (("mean", "Average"), ("lower", "Lower limit"), ("upper", "Upper limit")):
            columns[words] = printed(limits[name], finer)
    if rolling is not None:
        columns["Rolling 12 months"] = printed(rolling)
    columns["Known as"] = [str(origin) if pd.notna(origin) else "–" for origin in shown["origin"]]
    return pd.DataFrame(columns)
