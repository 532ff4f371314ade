"""One measure over time: its months with average and limits, its rolling 12 months, its projection, its sparkline."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perf_lib.config.catalogue import Measure
from perf_lib.findings.finding import WITHHELD, Finding
from perf_lib.stats.forecast import Refused
from perf_lib.stats.series import YEAR
from perf_lib.views import narrative
from perf_lib.views.charts import canvas
from perf_lib.views.charts.canvas import BLUE, GREY, ILLUSTRATIVE, ORANGE, Chart
from perf_lib.words import wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAND = (
    "Line and band: what each quarter's months were expected to be, 95 in 100 of them within the band; triangles: "
    "beyond it."
)
_FAN = {95: "#D5DEE8", 80: "#A9BED3"}
_COLUMNS = ["Projected", "Lower 80%", "Upper 80%", "Lower 95%", "Upper 95%"]
_WIDTH, _HEIGHT, _EDGE = 96.0, 24.0, 4.0  # of a sparkline
SHOWN = 36  # months


@canvas.in_house_style()
def monthly(finding: Finding) -> Chart:
    """Monthly figures as bars with what was expected of them, over the rolling 12 months.

    A rolling measure has no months of its own: its twelve-month figures are one line.
    """
    if finding.measure.chart != "bars":
        return points(finding)
    measure = finding.measure
    shown = finding.months.iloc[-SHOWN:]
    limits = finding.expected_months.reindex(shown.index)
    rolling = finding.rolling_months.reindex(shown.index)
    two = rolling.notna().any()  # months that are too few, or withheld, leave no rolling figure
    figure, panels = canvas.paper(252, ratios=(1.55, 1.0)) if two else canvas.paper(165)
    newest = _bars(panels[0], finding, shown, limits)
    broken = _breaks(panels[0], finding, shown)
    each_month = f"{wording.sentence_case(measure.unit)} each month" if measure.is_count else "Each month"
    if two:
        newest += _rolling_line(panels[1], finding, rolling)
    for panel, title in zip(panels, (each_month, "Rolling 12 months"), strict=False):
        canvas.values_axis(panel, title, measure.unit, measure.decimals)
    canvas.months_axis(panels, shown.index, places=YEAR, beside=newest)  # a few months are as wide as a year's
    notes = (
        [_BAND] * bool(limits["expected"].notna().any())
        + ["The lower panel does not start at zero."] * bool(two)
        + [f"{wording.WITHHELD} marks a month that is withheld."] * finding.is_withheld
    )
    return _chart(finding, shown, " ".join(notes) + broken, canvas.svg(figure), _table(finding, shown, limits, rolling))


@canvas.in_house_style()
def points(finding: Finding) -> Chart:
    """A survey's points with their margins, or a rolling measure's line; the axis does not start at zero."""
    measure = finding.measure
    shown = finding.months.iloc[-SHOWN:]
    values = shown["value"].astype(float)
    figure, (axis,) = canvas.paper(165)
    x = np.arange(len(shown))
    known = values.notna().to_numpy()
    illustrative = (shown["origin"] == "illustrative").to_numpy()
    margins = shown["margin"].astype(float).fillna(0)
    if measure.chart == "line":
        _two_part_line(axis, x, values.to_numpy(), illustrative)
        canvas.scale_to(axis, values, 0.25)
    else:
        for mask, colour in ((known & illustrative, ILLUSTRATIVE), (known & ~illustrative, BLUE)):
            axis.errorbar(x[mask], values[mask], yerr=margins[mask], fmt="o", color=colour, capsize=4, markersize=6)
        canvas.scale_to(axis, [values - margins, values + margins], 0.25)
    each = "Each quarter" if measure.is_quarterly_count else "Each result"
    title = "12 months to each month" if measure.spans_a_year else each
    canvas.values_axis(axis, title, measure.unit, measure.decimals)
    canvas.months_axis([axis], shown.index, beside=_newest(axis, values, measure))
    whiskers = "Whiskers are the survey's margin, where one was published. " if shown["margin"].notna().any() else ""
    words = f"{whiskers}The axis does not start at zero."
    return _chart(finding, shown, words, canvas.svg(figure), _table(finding, shown.loc[known], None, None))


@canvas.in_house_style()
def projection(finding: Finding) -> Chart | None:
    """The rolling 12 months and its fan for the months to come; None where there is no projection."""
    ahead = finding.projection
    if ahead is None or isinstance(ahead, Refused):
        return None
    known = finding.rolling_months.iloc[-2 * YEAR :]
    months = known.index.append(ahead.table.index)
    figure, (axis,) = canvas.paper(180)
    x = np.arange(len(known) - 1, len(months))  # the fan opens from the last known figure
    edges = {name: np.r_[known.iloc[-1], ahead.table[name]] for name in ahead.table}
    for level, colour in _FAN.items():
        axis.fill_between(x, edges[f"lower_{level}"], edges[f"upper_{level}"], color=colour, linewidth=0)
    canvas.line(axis, np.arange(len(known)), known, BLUE)
    canvas.line(axis, x, edges["rolling"], GREY, 1.6, dash="--")
    canvas.scale_to(axis, np.r_[known, edges["lower_95"], edges["upper_95"]], 0.2)
    canvas.values_axis(axis, "Rolling 12 months", finding.measure.unit, finding.measure.decimals)
    canvas.months_axis([axis], pd.PeriodIndex(months))
    as_printed = partial(printed, measure=finding.measure)
    return Chart(
        title=f"{finding.measure.title}: the 12 months to {wording.month(months[-1])}, if nothing changes",
        subtitle="The broken line is the projection, the fan its 80 and 95 per cent intervals. "
        "The axis does not start at zero.",
        alt=f"Line chart with a fan. {narrative.outlook(finding)}",
        svg=canvas.svg(figure),
        table=canvas.figures_table(ahead.table.set_axis(_COLUMNS, axis=1), as_printed, "12 months to"),
    )


def sparkline(finding: Finding) -> str | None:
    """The last two years of months as SVG: illustrative ones paler, exceptional ones marked, the newest a point.

    It has no scale and says nothing that the figures beside it do not, so it stands without words of its own.
    None where fewer than two months are known.
    """
    shown = finding.months.iloc[-2 * YEAR :]
    values = shown["value"].to_numpy(float)
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 2:
        return None
    low, high = values[known].min(), values[known].max()
    x = _EDGE + np.arange(len(values)) * (_WIDTH - 2 * _EDGE) / (len(values) - 1)
    share = (values - low) / (high - low) if high > low else np.full(len(values), 0.5)
    y = _HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE)
    pale = (shown["origin"] == "illustrative").to_numpy()
    parts = []
    for either, colour in ((True, ILLUSTRATIVE), (False, BLUE)):  # a stroke is illustrative as either end is
        strokes = [(a, b) for a, b in pairwise(known) if (pale[a] or pale[b]) == either]
        path = "".join(f"M{x[a]:.1f} {y[a]:.1f}L{x[b]:.1f} {y[b]:.1f}" for a, b in strokes)
        style = f'fill="none" stroke="{colour}" stroke-width="1.4" stroke-linecap="round"'
        parts += [f'<path d="{path}" {style}/>'] * bool(path)
    for direction, flagged in exceptional(finding, shown.index).items():
        way = -1 if direction == "high" else 1
        parts += [_triangle(x[i], y[i], way) for i in np.flatnonzero(flagged & np.isfinite(values))]
    last = known[-1]
    parts.append(f'<circle cx="{x[last]:.1f}" cy="{y[last]:.1f}" r="2.2" fill="{BLUE}"/>')
    size = f'viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" width="{_WIDTH:g}" height="{_HEIGHT:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'


def _triangle(x: float, y: float, way: int) -> str:
    tip, base = y + 3.4 * way, y - 1.4 * way
    return f'<path d="M{x:.1f} {tip:.1f}L{x - 2.9:.1f} {base:.1f}H{x + 2.9:.1f}Z" fill="{ORANGE}"/>'


def _chart(finding: Finding, shown: pd.DataFrame, words: str, svg: str, table: pd.DataFrame) -> Chart:
    """The drawing with its words: its message, the months shown and what stands for what."""
    span = f"{wording.month(shown.index[0])} to {wording.month(shown.index[-1])}."
    pale = " Paler months are illustrative, not published." if (shown["origin"] == "illustrative").any() else ""
    title = f"{finding.measure.title}: {narrative.verdict_words(finding)}"
    return Chart(title, f"{span} {words}{pale}", _alt(finding, shown), svg, table)


def _bars(axis: Axes, finding: Finding, shown: pd.DataFrame, limits: pd.DataFrame) -> list[float]:
    """The bars, what they are compared with and the newest figure, whose width is answered."""
    x = np.arange(len(shown))
    values = shown["value"].astype(float)
    lower, upper = limits["lower"].clip(lower=0), limits["upper"]
    axis.fill_between(x, lower, upper, color=canvas.OVER_BARS, alpha=0.4, linewidth=0, step="mid", zorder=2.5)
    canvas.bars(axis, values, np.where(shown["origin"] == "illustrative", ILLUSTRATIVE, BLUE), 0.72)
    canvas.line(axis, x, limits["expected"], GREY, 1.2, drawstyle="steps-mid")
    top = np.nanmax([values.max(), limits["upper"].max(), 0]) or 1.0
    for direction, flagged in exceptional(finding, shown.index).items():
        marker = "^" if direction == "high" else "v"
        canvas.marks(axis, x[flagged], values[flagged] + 0.05 * top, ORANGE, marker, 6)
    axis.set_ylim(0, top * 1.12)
    for at in np.flatnonzero(shown["status"].eq(WITHHELD)).tolist():
        canvas.words(axis, at, 0.02 * top, wording.WITHHELD, ha="center", va="bottom", fontsize=6)
    beside_a_wide_bar = 0.36 if len(shown) < 2 * YEAR else 0.0
    return _newest(axis, values, finding.measure, beside_a_wide_bar, foot=0.06 * top)


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
            axis.axvspan(at - 0.5, at + 0.5, color=canvas.LEFT_OUT, linewidth=0, zorder=0.6)
            drawn_kinds.add("a tinted column marks a month left out of comparisons")
    return f" {wording.sentence_case('; '.join(sorted(drawn_kinds)))}." if drawn_kinds else ""


def _rolling_line(axis: Axes, finding: Finding, rolling: pd.Series) -> list[float]:
    """The rolling 12 months and the newest of them, whose width is answered."""
    x = np.arange(len(rolling))
    # A rolling figure is illustrative as long as any of its twelve months is.
    illustrative = (finding.months["origin"] == "illustrative").astype(float).rolling(YEAR, min_periods=1).max()
    _two_part_line(axis, x, rolling.to_numpy(float), illustrative.reindex(rolling.index).to_numpy() > 0)
    canvas.scale_to(axis, rolling, 0.25)
    return _newest(axis, rolling, finding.measure)


def _two_part_line(axis: Axes, x: np.ndarray, values: np.ndarray, illustrative: np.ndarray) -> None:
    canvas.line(axis, x, np.where(illustrative, values, np.nan), ILLUSTRATIVE)
    canvas.line(axis, x, np.where(~illustrative, values, np.nan), BLUE)
    for edge in np.flatnonzero(illustrative[:-1] & ~illustrative[1:]):  # joined, so that the line has no hole
        canvas.line(axis, x[edge : edge + 2], values[edge : edge + 2], BLUE, dash=":")
    known = np.flatnonzero(np.isfinite(values))
    before, after = np.append(np.nan, values[:-1]), np.append(values[1:], np.nan)
    alone = np.isfinite(values) & np.isnan(before) & np.isnan(after)
    # No line goes through these: of figures that come a quarter at a time, each is a point.
    canvas.marks(axis, x[alone & illustrative], values[alone & illustrative], ILLUSTRATIVE)
    canvas.marks(axis, x[alone & ~illustrative], values[alone & ~illustrative], BLUE)
    canvas.marks(axis, x[known[-1:]], values[known[-1:]], BLUE, size=5)


def _newest(axis: Axes, values: pd.Series, measure: Measure, right: float = 0, foot: float = -np.inf) -> list[float]:
    """The newest figure beside its month, and its width in points; nothing where no figure is known.

    right: months to its right where it stands. foot: the value up to which it stands above the axis, not on it.
    """
    known = np.flatnonzero(values.notna())
    if not len(known):
        return []
    last, value = int(known[-1]), float(values.iloc[known[-1]])
    text = printed(value, measure)
    up, va = (2, "bottom") if value < foot else (0, "center")
    style = {"bbox": canvas.ON_WHITE, "fontweight": "bold", "va": va}
    canvas.words(axis, last + right, value, text, canvas.BESIDE, up, **style)
    return [canvas.text_width(text, bold=True)]


def _alt(finding: Finding, shown: pd.DataFrame) -> str:
    measure = finding.measure
    kind = {"bars": "Bar chart", "line": "Line chart", "points": "Chart of points"}[measure.chart]
    span = wording.span(shown.index[0], shown.index[-1])
    sentences = [f"{kind} of {measure.title}, {span}: {narrative.verdict_words(finding)}."]
    known = shown["value"].dropna()
    if len(known) and measure.chart == "bars":
        high, low = known.idxmax(), known.idxmin()
        sentences.append(
            f"Monthly figures run from {narrative.in_prose(known[low], measure)} in {wording.month(low)} to "
            f"{narrative.in_prose(known[high], measure)} in {wording.month(high)}; the last, "
            f"{wording.month(known.index[-1])}, is {narrative.in_prose(known.iloc[-1], measure)}."
        )
    if finding.rolling.value is not None and finding.as_at is not None:
        now, before = (narrative.in_prose(f.value, measure) for f in (finding.rolling, finding.previous))
        earlier = f", the 12 before to {before}" if finding.previous else ""
        sentences.append(f"The {wording.twelve_months_to(finding.as_at)} came to {now}{earlier}.")
    return " ".join(sentences)


def _table(
    finding: Finding, shown: pd.DataFrame, limits: pd.DataFrame | None, rolling: pd.Series | None
) -> pd.DataFrame:
    """The figures behind the chart, as printed."""
    measure = finding.measure
    missing = wording.WITHHELD if finding.is_withheld else "–"

    def column(values: pd.Series, decimals: int | None = measure.decimals) -> list[str]:
        texts = [wording.value_in_table(value, measure.unit, decimals) for value in values]
        return [missing if text == "–" else text for text in texts]

    columns = {"Figure": column(shown["value"].astype(float))}
    if limits is not None:
        finer = 1 if measure.is_count else measure.decimals
        for name, words in (("expected", "Expected"), ("lower", "From"), ("upper", "To")):
            columns[words] = column(limits[name], finer)
    if rolling is not None:
        columns["Rolling 12 months"] = column(rolling)
    columns["Known as"] = [str(origin) if pd.notna(origin) else "–" for origin in shown["origin"]]
    return pd.DataFrame({measure.months_heading: [wording.short_month(month) for month in shown.index]} | columns)


def exceptional(finding: Finding, months: pd.PeriodIndex) -> dict[str, np.ndarray]:
    """Which of the months lie beyond what was expected of them, by direction: high and low."""
    values, expected = finding.months["value"].reindex(months).astype(float), finding.expected_months.reindex(months)
    return {"high": (values > expected["upper"]).to_numpy(bool), "low": (values < expected["lower"]).to_numpy(bool)}


def printed(value: float, measure: Measure) -> str:
    """A measure's figure as a table prints it."""
    return wording.value_in_table(value, measure.unit, measure.decimals)
