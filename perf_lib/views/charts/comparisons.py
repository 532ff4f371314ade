"""What a measure is compared with: other measures, side by side and one against another, and the area's peers."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perf_lib.config.settings import PeerGroup
from perf_lib.findings.finding import Finding
from perf_lib.findings.measure_pairs import SHORTEST, Pair, monthly_pair, rolling_pair
from perf_lib.findings.peer_comparison import PeerComparison
from perf_lib.views import narrative
from perf_lib.views.charts import canvas
from perf_lib.views.charts.canvas import BLUE, GREY, PALETTE, PEER, printed
from perf_lib.views.charts.chart import Chart, figures
from perf_lib.views.charts.monthly import SHOWN
from perf_lib.views.html import Fragment, paragraphs
from perf_lib.views.narrative import rate_in_prose
from perf_lib.words import wording
from perf_lib.words.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DASHES = ("-", "--", ":", "-.", (0, (6, 1)))
_UNRELATED = "no clear relation"
_PER_HEAD, _PER_1000 = "Rate per 1,000 residents", "Rate per 1,000"


def lines(findings: Sequence[Finding], title: str) -> Chart | Fragment:
    """Measures of one unit as lines, told apart by dash as well as colour; the axis does not start at zero."""
    first = findings[0].measure
    unit, other = first.unit, next((each.measure for each in findings if each.measure.unit != first.unit), None)
    if other is not None:
        raise InputError(
            f"lines: {first.code} is in {unit}, {other.code} in {other.unit}; write a chart for each unit, or "
            "z_score_comparison for two measures"
        )
    months = findings[0].months.index[-SHOWN:]
    table = pd.DataFrame({each.measure.title: each.months["value"].reindex(months) for each in findings})
    table = table.dropna(axis="columns", how="all")
    if table.empty:
        return paragraphs([f"{title}: no figures have been supplied."])
    panel = "Per cent" if unit == wording.PERCENT else wording.sentence_case(unit)
    return _lines(table, title, wording.listed([*table]), panel, unit, _illustrative_note(findings, months))


def z_score_comparison(one: Finding, other: Finding) -> Chart | Fragment:
    """Two measures' rolling 12 months as z-scores, so that series of different sizes share a scale.

    The title says that they moved together, or apart, only where their changes from month to month bear it out.
    """
    pair, names = rolling_pair(one, other), f"{one.measure.title} and {_lower(other.measure.title)}"
    if pair is None:
        return _too_few(one, other)
    how = "moved in opposite directions" if pair.relation.r < 0 else "moved together"
    title = f"{names} {how}" if pair.relation.related else f"{names}: {_UNRELATED}"
    note, panel = _illustrative_note([one, other], pair.z_scores.index), "Standard deviations from its mean"
    return _lines(pair.z_scores, title, f"{names}, rolling 12 months in standard deviations", panel, "z", note)


def scatter(across: Finding, up: Finding, lag: int = 0, months: int = 24) -> Chart | Fragment:
    """One measure against another, a point a month; with the line of best fit and its R² where they are related.

    lag: the months by which `up` follows `across`. months: how many of the newest.
    """
    sides, last = (across, up), across.quarter.last
    span = pd.period_range(last - (months - 1), last, freq="M")
    if lag < 0:
        raise InputError(f"a lag of {lag} months: {up.measure.code} would come first; write it first, with {-lag}")
    pair = monthly_pair(across, up, months, lag)
    if pair is None:
        return _too_few(across, up)
    window, title, noun = f"{len(pair.months)} months to {wording.month(last)}", up.measure.title, across.measure.noun
    noun = _without_repeat(noun, title) + (f" {wording.counted(lag, 'month')} before" if lag else "")
    strength = _UNRELATED
    if pair.relation.related:
        strength = f"R² {wording.number(pair.relation.r_squared or 0.0, 2)}"
        title = f"{title} {'rises' if pair.relation.r > 0 else 'falls'} with {noun}"
    else:
        title = f"{title} and {noun}: {_UNRELATED}"
    printers = [partial(printed, unit=each.measure.unit, decimals=each.measure.decimals) for each in sides]
    columns = zip(printers, (column for _, column in pair.months.items()), strict=True)
    ranges = [f"{each(column.min())} to {each(column.max())}" for each, column in columns]
    return Chart(
        title=title,
        subtitle=f"{window}, {strength}.{_illustrative_note(sides, span)}",
        alt=f"Scatter chart, {window}: {_lower(title)}, {strength}. "
        f"{across.measure.title} runs from {ranges[0]}, {_lower(up.measure.title)} from {ranges[1]}.",
        **figures(pair.months, dict(zip(pair.months, printers, strict=True))),
        **canvas.drawings(partial(_dots_and_fit, pair, across, up)),
    )


def _dots_and_fit(pair: Pair, across: Finding, up: Finding, width: float) -> Figure:
    import seaborn as sns  # loads half of SciPy: only this chart waits for it

    title, name = (textwrap.fill(_axis_words(each), int(width / 6.5)) for each in (up, across))
    head, foot = (size + 11 * words.count("\n") for size, words in ((canvas.TITLE, title), (canvas.FOOT + 13, name)))
    figure, (axis,) = canvas.paper(180, head=head, foot=foot, width=width)
    style = {"line_kws": {"color": GREY, "linewidth": 1.6}, "scatter_kws": {"s": 28}}
    x, y = (column.to_numpy() for _, column in pair.months.items())
    sns.regplot(x=x, y=y, ci=None, fit_reg=pair.relation.related, ax=axis, color=BLUE, **style)
    canvas.values_axis(axis, title, up.measure.unit, up.measure.decimals)
    ticks, labels = canvas.figures_between(*axis.get_xlim(), across.measure.unit, across.measure.decimals)
    canvas.foot_labels([axis], ticks, labels, name)
    return figure


def _without_repeat(noun: str, title: str) -> str:
    """A noun without the words that the title before it has: average time to answer a call."""
    words = noun.split()
    repeat = SequenceMatcher(None, title.split(), words).find_longest_match()
    return " ".join(words[: repeat.b] + words[repeat.b + repeat.size :]) if 2 < repeat.size < len(words) else noun


def _too_few(one: Finding, other: Finding) -> Fragment:
    names = f"{one.measure.title} and {_lower(other.measure.title)}"
    return paragraphs([f"{names} cannot be compared: they have fewer than {SHORTEST} months in common."])


def _lines(table: pd.DataFrame, title: str, what: str, panel: str, unit: str, note: str) -> Chart:
    decimals, span = 1 if unit == "z" else None, wording.span(table.index[0], table.index[-1])
    ends = [f"{name} at {printed(value, unit, decimals)}" for name, value in table.ffill().iloc[-1].items()]
    names = [str(name).split() for name in table]
    shared = len([*takewhile(lambda same: len(set(same)) == 1, zip(*names, strict=False))]) if len(names) > 1 else 0
    drawn = table.set_axis([" ".join(name[shared:] or name) for name in names], axis="columns")  # what tells them apart
    return Chart(
        title=title,
        subtitle=f"{wording.sentence_case(span)}.{note}",
        alt=f"Line chart of {what}, {span}: {title}. The last figures are {wording.listed(ends)}.",
        **figures(table, dict.fromkeys(table, partial(printed, unit=unit, decimals=decimals))),
        **canvas.drawings(partial(_over_time, drawn, PALETTE, panel, unit)),
    )


def _over_time(table: pd.DataFrame, inks: Sequence[str], panel: str, unit: str, width: float) -> Figure:
    """A line for each column, told apart by dash as well as colour, with its name beside it."""
    months = pd.period_range(table.index[0], table.index[-1], freq="M")
    x = table.index.astype("int64").to_numpy() - months[0].ordinal
    figure, (axis,) = canvas.paper(150, width=width)
    for name, ink, dash in zip(table, inks, _DASHES, strict=False):
        canvas.line(axis, x, table[name], ink, dash=dash)
    canvas.scale_to(axis, table, 0.15)
    canvas.values_axis(axis, panel, unit, 1 if unit == "z" else None)
    names = _names_beside(axis, float(x[-1]), dict(table.ffill().iloc[-1]), dict(zip(table, inks, strict=False)))
    canvas.months_axis([axis], months, beside=names)
    axis.spines.bottom.set_bounds(-0.8, x[-1] + 0.8)
    return figure


def _names_beside(axis: Axes, x: float, ends: Mapping[str, float], inks: Mapping[str, str]) -> list[float]:
    """Each line's name to the right of its end, in its own ink and clear of the next name; widths of the names.

    ends: the lines' last values by their names.
    """
    low, high = axis.get_ylim()
    point = (high - low) / axis.bbox.height  # of height, in the scale's unit
    wide = 24 if axis.figure.bbox.width == canvas.WIDE else 13  # letters
    rows = {name: textwrap.wrap(name, wide) for name in sorted(ends, key=lambda name: ends[name])}
    half = {name: (11 * len(rows[name]) + 1) * point / 2 for name in rows}
    middles, floor, ceiling = dict(ends), low, high
    for name in rows:  # from the lowest up, then down again from the top
        middles[name] = max(middles[name], floor + half[name])
        floor = middles[name] + half[name]
    for name in reversed(rows):
        middles[name] = min(middles[name], ceiling - half[name])
        ceiling = middles[name] - half[name]
        ink, text = canvas.TEXT_INK.get(inks[name], inks[name]), "\n".join(rows[name])
        canvas.words(
            axis, x, middles[name], text, right=canvas.BESIDE, bbox=canvas.ON_WHITE, color=ink, linespacing=1.05
        )
    return [canvas.text_width(row) for lines in rows.values() for row in lines]


def _axis_words(finding: Finding) -> str:
    unit = "minutes:seconds" if finding.measure.unit == wording.SECONDS else finding.measure.unit
    return f"{finding.measure.title} ({unit})"


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _illustrative_note(findings: Sequence[Finding], months: pd.PeriodIndex) -> str:
    touched = any("illustrative" in each.origin_of(months[0], months[-1]) for each in findings)
    return " Some months are made up." if touched else ""


def peer_rates(finding: Finding, group: PeerGroup) -> Chart:
    """Each area's 12-month rate as a dot beside its name, the group's average, and where the area would be usual.

    It would be where an area like the others lies 19 times in 20, by which the title speaks.
    """
    comparison, standing = _comparison(finding), narrative.among_peers(finding)
    rates, span = comparison.rates, wording.twelve_months_to(comparison.month)
    usual = " to ".join(map(rate_in_prose, _usual(comparison)))
    ranked = ", ".join(f"{area} {rate_in_prose(rate)}" for area, rate in rates.items())
    return Chart(
        title=f"{finding.measure.title}: {standing}",
        subtitle=f"{_PER_HEAD}, {span}.",
        alt=f"Dot chart of {finding.measure.title} per 1,000 residents in the {span}: {finding.area} is {standing}. "
        f"From lowest: {ranked}. The average of the {group.name} is {rate_in_prose(comparison.position.average)}."
        + (f" An area like the others would have {usual}." if usual else ""),
        **figures(rates.to_frame(_PER_1000), {_PER_1000: rate_in_prose}, "Area"),
        **canvas.drawings(partial(_dots, finding.area, comparison, finding.measure.unit)),
    )


def _usual(comparison: PeerComparison) -> list[float]:
    """The bounds by which the area is told apart from the others; empty where they have none."""
    at = comparison.position
    return [bound for bound in (at.calibrated_lower, at.calibrated_upper) if bound is not None]


def _dots(area: str, comparison: PeerComparison, unit: str, width: float) -> Figure:
    rates, average, usual = comparison.rates, comparison.position.average, _usual(comparison)
    figure, (axis,) = canvas.paper(14 * len(rates) + 46, head=canvas.EDGE, foot=canvas.FOOT + 13, width=width)
    rows, own, top = np.arange(len(rates)), np.asarray(rates.index == area), len(rates) - 0.4
    canvas.scale_to(axis, [*rates, *usual], 0.06)
    low, high = axis.get_ylim()  # of the rates, which lie across
    axis.set_ylim(-0.6, top + 0.8)
    canvas.side_labels(axis, rows, list(rates.index), bold=area)
    column = max(canvas.text_width(rate_in_prose(rate), bold=True) for rate in rates) + 6
    axis.set_xlim(low, low + (high - low) / (1 - column / axis.bbox.width))
    if usual:
        foot, head = rows[own] + [-0.42, 0.42]
        axis.fill([*usual, *usual[::-1]], [foot, foot, head, head], color=canvas.BAND, linewidth=0)
    canvas.line(axis, [low, high, np.nan] * len(rates), np.repeat(rows, 3), canvas.RULE, 0.6, zorder=0.4)
    canvas.line(axis, [average] * 2, [-0.6, top], GREY, 1.2, zorder=1.5)
    canvas.words(axis, average, top + 0.1, f"average {rate_in_prose(average)}", va="bottom", ha="center")
    for these, ink in ((own, BLUE), (~own, PEER)):
        canvas.marks(axis, rates[these], rows[these], ink, size=7, zorder=3)
    for row, rate in enumerate(rates):
        weight = "bold" if own[row] else "normal"
        canvas.words(axis, axis.get_xlim()[1], row, rate_in_prose(rate), right=-1, ha="right", fontweight=weight)
    ticks, labels = canvas.figures_between(low, high, "")
    canvas.foot_labels([axis], ticks, labels, f"{wording.sentence_case(unit)} per 1,000 residents")
    return figure


def peer_projection(finding: Finding, group: PeerGroup) -> Chart | Fragment:
    """The area's 12-month rate over time, the group's average, and where the area would be had it moved as they did.

    Peers with too short a history are left out and named; a sentence says so where too little is left to draw.
    """
    comparison, title = _comparison(finding), finding.measure.title
    course, areas = comparison.course, comparison.not_in_course
    are = "is" if len(areas) == 1 else "are"
    without = f" {wording.listed(areas)} {are} left out: too few months have a rate." if areas else ""
    if course is None:
        needs = f"it takes rates for {finding.area} and three others in at least two of the same months.{without}"
        return paragraphs([f"{title}: the course of {finding.area} beside its {group.name} cannot be drawn; {needs}"])
    own, differs = course.rates[finding.area], comparison.position.does_not_trend
    how = "beside similar forces" if differs is None else f"has {'not ' * differs}moved as similar forces have"
    names = (finding.area, f"{group.abbreviation} average", "Had it moved as they did")
    courses = pd.DataFrame(dict(zip(names, (own, course.average, course.as_peers), strict=True)))
    changes = " and ".join(
        f"{name} {'up' if change > 0 else 'down'} {wording.per_cent(abs(change))} to {rate_in_prose(last)}"
        for name, change, last in zip(names, (course.change, course.average_change), courses.iloc[-1], strict=False)
    )
    return Chart(
        title=f"{title}: {how}",
        subtitle=f"{_PER_HEAD}, 12 months to each month.{without}",
        alt=f"Line chart of {title} per 1,000 residents, 12 months to {wording.month(own.index[0])} until 12 months to "
        f"{wording.month(own.index[-1])}: {changes}.{without}",
        **figures(courses, dict.fromkeys(courses, rate_in_prose), "12 months to"),
        **canvas.drawings(partial(_over_time, courses, (BLUE, PEER, BLUE), _PER_HEAD, "")),
    )


def abreast(*charts: Chart) -> Fragment:
    """Charts side by side, each by its narrow drawing: under one another where a screen has no room."""
    parts = [replace(chart, svg=chart.narrow, narrow="").fragment() for chart in charts]
    columns = "\n".join(f'<div class="part">{part.html}</div>' for part in parts)
    return Fragment(f'<div class="abreast">\n{columns}\n</div>', "\n".join(part.text for part in parts))


def _comparison(finding: Finding) -> PeerComparison:
    if finding.peers is None:
        raise ValueError(f"{finding.measure.code} has no peers to draw")
    return finding.peers
