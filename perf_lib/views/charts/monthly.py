"""One measure over time: its months and what was expected of them, its rolling 12 months and where it is heading."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from perf_lib.config.catalogue import Measure
from perf_lib.findings.finding import Finding
from perf_lib.stats.forecast import Projection
from perf_lib.stats.series import YEAR
from perf_lib.views import narrative
from perf_lib.views.charts import canvas
from perf_lib.views.charts.canvas import BLUE, GREY, ILLUSTRATIVE, ORANGE
from perf_lib.views.charts.chart import Chart, figures
from perf_lib.words import wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FAN = {95: "#DCE4EC", 80: "#B4C6D8"}
_AHEAD = ("Projected", "80% from", "80% to", "95% from", "95% to")
_LONGEST_TITLE = 15  # words
SHOWN = 36  # months
_EACH = {"": "Each result", "at the end of": "At each month's end", "in": "Each month"}


def monthly(finding: Finding) -> Chart:
    """Monthly figures as bars before what was expected of them, over the rolling 12 months and where it is heading.

    A rolling measure has no months of its own: its twelve-month figures are one line.
    """
    shown = finding.months.iloc[-SHOWN:]
    draw = partial(_months if finding.measure.traits.chart == "bars" else _points, finding)
    span = wording.sentence_case(wording.span(shown.index[0], shown.index[-1]))
    each = finding.measure.frequency[:-2]
    unit = f"{finding.measure.unit} a {each}" if finding.measure.is_count else finding.measure.unit
    notes = [
        f"{span}, {'minutes' if unit == wording.SECONDS and shown['value'].max() >= 60 else unit}.",
        *["Dotted: the target."] * (finding.target is not None),
        *["Paler: made up."] * bool((shown["origin"] == "illustrative").any()),
    ]
    title, alt = _title(finding), _alt(finding, shown)
    return Chart(title, " ".join(notes), alt, **_figures(finding, shown), **canvas.drawings(draw))


def _months(finding: Finding, width: float) -> Figure:
    """Bars, and below them the rolling 12 months with its fan; fewer months where there is less room."""
    measure = finding.measure
    shown = finding.months.iloc[-(SHOWN if width == canvas.WIDE else 2 * YEAR) :]
    limits, rolling = (each.reindex(shown.index) for each in (finding.expected_months, finding.rolling_months))
    two = rolling.notna().any()  # months that are too few leave no rolling figure
    ahead = _ahead(finding)
    figure, panels = canvas.paper(212, (1.55, 1.0), width=width) if two else canvas.paper(140, width=width)
    newest = _bars(panels[0], finding, shown, limits)
    _breaks(panels[0], finding, shown)
    if two:
        newest += _rolling_line(panels[1], finding, rolling, ahead)
    each = f"each {measure.frequency[:-2]}"
    each_month = f"{wording.sentence_case(measure.unit)} {each}" if measure.is_count else wording.sentence_case(each)
    _target_lines(panels, finding)
    for panel, title in zip(panels, (each_month, "Rolling 12 months"), strict=False):
        canvas.values_axis(panel, title, measure.unit, measure.decimals)
    months = shown.index if ahead is None else shown.index.append(ahead.table.index)
    # A few months are as wide as a year's.
    canvas.months_axis(panels, pd.PeriodIndex(months), places=YEAR, beside=newest, ahead=len(months) - len(shown))
    return figure


def _points(finding: Finding, width: float) -> Figure:
    """A survey's points with their margins, or a rolling measure's line; the axis does not start at zero."""
    measure = finding.measure
    shown = finding.months.iloc[-SHOWN:]
    values = shown["value"].astype(float)
    figure, (axis,) = canvas.paper(140, width=width)
    illustrative = (shown["origin"] == "illustrative").to_numpy()
    margins = shown["margin"].astype(float)
    ahead = _ahead(finding)
    if measure.stands_at:
        limits = finding.expected_months.reindex(shown.index)
        canvas.bars(axis, limits["upper"], canvas.BAND, 0.9, feet=limits["lower"])
        beside = _rolling_line(axis, finding, values, ahead)
        canvas.scale_to(axis, np.r_[axis.get_ylim(), limits["lower"], limits["upper"]], 0.05)
    elif measure.traits.chart == "line":
        _two_part_line(axis, values.to_numpy(), illustrative)
        canvas.scale_to(axis, values, 0.25)
    else:
        x, known = np.arange(len(shown)), values.notna().to_numpy()
        for mask, colour, fill in ((known & illustrative, ILLUSTRATIVE, "white"), (known & ~illustrative, BLUE, BLUE)):
            axis.errorbar(x[mask], values[mask], yerr=margins[mask], fmt="none", color=colour, capsize=4)
            canvas.marks(axis, x[mask], values[mask], colour, size=6, markerfacecolor=fill)
        canvas.scale_to(axis, [values, values - margins, values + margins], 0.25)
    _target_lines([axis], finding)
    each = "Each quarter" if measure.is_quarterly else _EACH[measure.traits.stands]
    title = "12 months to each month" if measure.spans_a_year else each
    canvas.values_axis(axis, title, "rank" if measure.is_rank else measure.unit, measure.decimals)
    months = shown.index if ahead is None else shown.index.append(ahead.table.index)
    beside = beside if measure.stands_at else _newest(axis, values, measure)
    canvas.months_axis([axis], pd.PeriodIndex(months), beside=beside, ahead=len(months) - len(shown))
    return figure


def _target_lines(panels: Sequence[Axes], finding: Finding) -> None:
    """A dotted line at each bound of the target: across the months, or the twelve months that it is for."""
    if finding.target is None:
        return
    bounds, adds_up = finding.target.bounds, finding.comparable.adds_up
    axis, times = panels[0], 1 / 3 if adds_up and bounds.of_quarter == 1 else 1.0
    if finding.target.is_of_year and len(panels) > 1:
        axis = panels[1]
    for level in (bounds.low, bounds.high):
        if level is not None:
            lower, upper = axis.get_ylim()
            room = 0.06 * (max(upper, level * times) - min(lower, level * times))
            axis.set_ylim(min(lower, level * times - room * (lower != 0)), max(upper, level * times + room))
            style = {"dash": (0, (1, 2)), "transform": axis.get_yaxis_transform(), "zorder": 3}
            canvas.line(axis, np.array([0.0, 1.0]), np.full(2, level * times), canvas.PURPLE, 1.6, **style)


def _ahead(finding: Finding) -> Projection | None:
    return finding.projection if isinstance(finding.projection, Projection) else None


def _title(finding: Finding) -> str:
    """The measure and its verdict; without the months that tell it where that would be too long to take in."""
    words = narrative.verdict_words(finding)
    if len(f"{finding.measure.title} {words}".split()) > _LONGEST_TITLE:
        words = narrative.grade_words(finding.verdict, finding.measure)
    return f"{finding.measure.title}: {words}"


def _bars(axis: Axes, finding: Finding, shown: pd.DataFrame, limits: pd.DataFrame) -> list[float]:
    """Slim bars before the range expected of each, and the newest figure, whose width is answered.

    Across each of the last year's bars of a count, a dash is the same month of the year before.
    """
    values, x = shown["value"].astype(float), np.arange(len(shown))
    pale = (shown["origin"] == "illustrative").to_numpy()
    inks = np.where(pale, ILLUSTRATIVE, BLUE)
    canvas.bars(axis, limits["upper"], canvas.BAND, 0.9, feet=limits["lower"].clip(lower=0))
    canvas.bars(axis, values, inks, 0.5)
    for ink in (BLUE, ILLUSTRATIVE):  # a month of nought has a mark on the axis, one that is missing none
        _dashes(axis, np.where((values == 0) & (inks == ink), 0, np.nan), ink, 0.5, 2.4, clip_on=False)
    before = np.where((x >= len(x) - YEAR) & values.notna(), values.shift(YEAR), np.nan)
    if finding.measure.is_count:
        _dashes(axis, before, "white", 0.9, 2.6)
        _dashes(axis, before, GREY, 0.9, 1.2)
    top = np.nanmax([values.max(), limits["upper"].max(), np.nanmax([*before, 0])]) or 1.0
    for direction, flagged in exceptional(finding, shown.index).items():
        marker = "^" if direction == "high" else "v"
        for these, fill in ((flagged & pale, "white"), (flagged & ~pale, ORANGE)):
            style = {"markerfacecolor": fill, "markeredgewidth": 1}
            canvas.marks(axis, x[these], values[these] + 0.05 * top, ORANGE, marker, 5.5, **style)
    axis.set_ylim(0, top * 1.12)
    return _newest(axis, values, finding.measure, right=0.36 if len(shown) < 2 * YEAR else 0.0, foot=0.06 * top)


def _dashes(axis: Axes, y: Any, colour: str, long: float, width: float, **style: Any) -> None:
    """A level dash, so many months `long`, at each known height over 0, 1, 2 …; one artist."""
    y = np.asarray(y, dtype=float)
    x = np.arange(len(y))[:, None] + long * np.array([-0.5, 0.5, np.nan])
    canvas.line(axis, x.ravel(), np.repeat(y, 3), colour, width, solid_capstyle="butt", **style)


def _breaks(axis: Axes, finding: Finding, shown: pd.DataFrame) -> None:
    """Breaks on record, drawn: a line where history starts anew, a tint behind months left out of comparison."""
    for each in finding.breaks:
        if each.starts_anew and each.starts in shown.index:
            axis.axvline(shown.index.get_loc(each.starts) - 0.5, color=GREY, linewidth=1.2, linestyle="--")
        for month in each.excluded.intersection(shown.index):
            at = shown.index.get_loc(month)
            axis.axvspan(at - 0.5, at + 0.5, color=canvas.LEFT_OUT, linewidth=0, zorder=0.6)


def _rolling_line(axis: Axes, finding: Finding, rolling: pd.Series, ahead: Projection | None) -> list[float]:
    """The rolling 12 months, its fan, and the newest of it: beside the line, or above it where the fan is beside."""
    # A rolling figure is illustrative as long as any of its twelve months is.
    illustrative = (finding.months["origin"] == "illustrative").astype(float).rolling(YEAR, min_periods=1).max()
    values = rolling.to_numpy(float)
    _two_part_line(axis, values, illustrative.reindex(rolling.index).to_numpy() > 0)
    if ahead is None:
        canvas.scale_to(axis, values, 0.25)
        return _newest(axis, rolling, finding.measure)
    last, now = len(values) - 1, values[-1]
    x = np.arange(last, len(values) + len(ahead.table))  # the fan opens from the last known figure
    edges = {name: np.r_[now, ahead.table[name]] for name in ahead.table}
    for level, colour in _FAN.items():
        outline = np.r_[edges[f"lower_{level}"], edges[f"upper_{level}"][::-1]]
        axis.fill(np.r_[x, x[::-1]], outline, color=colour, linewidth=0, zorder=0.5)
    canvas.line(axis, x, edges["rolling"], BLUE, 1.4, dash=(0, (2.5, 1.8)))
    canvas.scale_to(axis, np.r_[values, edges["lower_95"], edges["upper_95"]], 0.25)
    above = np.nanmax(np.r_[values[-4:], edges["upper_95"][:3]])
    text = canvas.printed(now, finding.measure.unit, finding.measure.decimals)
    canvas.words(axis, last, above, text, up=4, ha="center", va="bottom", fontweight="bold")
    return []


def _two_part_line(axis: Axes, values: np.ndarray, illustrative: np.ndarray) -> None:
    """A line, paler as far as it rests on illustrative months."""
    x, known = np.arange(len(values)), np.flatnonzero(np.isfinite(values))
    before, after = np.append(np.nan, values[:-1]), np.append(values[1:], np.nan)
    alone = np.isfinite(values) & np.isnan(before) & np.isnan(after)
    joined = np.append(True, illustrative[:-1]) | illustrative  # pale up to the first published one: no hole
    for drawn, these, ink in ((joined, illustrative, ILLUSTRATIVE), (~illustrative, ~illustrative, BLUE)):
        canvas.line(axis, x, np.where(drawn, values, np.nan), ink)
        # No line goes through these: of figures that come a quarter at a time, each is a point.
        canvas.marks(axis, x[alone & these], values[alone & these], ink)
    canvas.marks(axis, x[known[-1:]], values[known[-1:]], BLUE, size=5)


def _newest(axis: Axes, values: pd.Series, measure: Measure, right: float = 0, foot: float = -np.inf) -> list[float]:
    """The newest figure beside its month, and its width in points; nothing where no figure is known.

    right: months to its right where it stands. foot: the value up to which it stands above the axis, not on it.
    """
    known = np.flatnonzero(values.notna())
    if not len(known):
        return []
    last, value = int(known[-1]), float(values.iloc[known[-1]])
    text = canvas.printed(value, measure.unit, measure.decimals)
    up, va = (2, "bottom") if value < foot else (0, "center")
    style = {"bbox": canvas.ON_WHITE, "fontweight": "bold", "va": va}
    canvas.words(axis, last + right, value, text, canvas.BESIDE, up, **style)
    return [canvas.text_width(text, bold=True)]


def _alt(finding: Finding, shown: pd.DataFrame) -> str:
    measure = finding.measure
    kind = {"bars": "Bar chart", "line": "Line chart", "points": "Chart of results"}[measure.traits.chart]
    span = wording.span(shown.index[0], shown.index[-1])
    sentences = [f"{kind} of {measure.title}, {span}: {narrative.verdict_words(finding)}."]
    known = shown["value"].dropna()
    if len(known):
        high, low = known.idxmax(), known.idxmin()
        is_monthly = measure.traits.chart == "bars" and measure.frequency == "monthly"
        each = "Monthly figures run" if is_monthly else "Figures run"
        sentences.append(
            f"{each} from {narrative.in_prose(known[low], measure)} in {wording.month(low)} to "
            f"{narrative.in_prose(known[high], measure)} in {wording.month(high)}; the last, "
            f"{wording.month(known.index[-1])}, is {narrative.in_prose(known.iloc[-1], measure)}."
        )
    if finding.rolling.value is not None and finding.as_at is not None:
        now, before = (narrative.in_prose(f.value, measure) for f in (finding.rolling, finding.previous))
        earlier = f", the 12 before to {before}" if finding.previous else ""
        year = f"The {wording.twelve_months_to(finding.as_at)} came to {now}{earlier}."
        sentences.append(f"A year before, it was {before}." if measure.stands_at else year)
    if _ahead(finding) is not None:
        sentences.append(narrative.outlook(finding))
    if finding.target is not None:
        sentences.append(f"A dotted line marks the target, {narrative.aim(finding)}.")
    if any(each.starts_anew and each.starts in shown.index for each in finding.breaks):
        sentences.append("A broken vertical line marks a change of process.")
    if any(len(each.excluded.intersection(shown.index)) for each in finding.breaks):
        sentences.append("A tinted column marks a month left out of comparisons.")
    return " ".join(sentences)


def _figures(finding: Finding, shown: pd.DataFrame) -> dict[str, Any]:
    """The figures behind the chart; of results and rolling figures, only the months that have one."""
    measure, ahead = finding.measure, _ahead(finding)
    columns = {"Figure": shown["value"]}
    finer = dict.fromkeys(("Expected", "From", "To"), 1 if measure.is_count else measure.decimals)
    is_bars = measure.traits.chart == "bars"
    if is_bars or measure.stands_at:
        ranges = [finding.expected_months[each] for each in ("expected", "lower", "upper")]
        columns |= dict(zip(finer, ranges, strict=True))
    if is_bars:
        columns["Rolling 12 months"] = finding.rolling_months
    columns["Known as"] = shown["origin"]
    months = shown.index if is_bars else shown.index[shown["value"].notna()]
    if ahead is not None:
        months = months.append(ahead.table.index)
        columns |= {words: ahead.table[name] for name, words in zip(ahead.table, _AHEAD, strict=True)}
    data = pd.DataFrame({name: column.reindex(months) for name, column in columns.items()}, months)
    data["Known as"] = data["Known as"].fillna("–").astype(str)
    numbers = data.columns.drop("Known as")
    data[numbers] = data[numbers].astype(float)
    printers = {
        name: partial(canvas.printed, unit=measure.unit, decimals=finer.get(name, measure.decimals)) for name in numbers
    }
    return figures(data, printers | {"Known as": str}, measure.traits.heading)


def exceptional(finding: Finding, months: pd.PeriodIndex) -> dict[str, np.ndarray]:
    """Which of the months lie beyond what was expected of them, by direction: high and low."""
    values, expected = finding.months["value"].reindex(months).astype(float), finding.expected_months.reindex(months)
    return {"high": (values > expected["upper"]).to_numpy(bool), "low": (values < expected["lower"]).to_numpy(bool)}
