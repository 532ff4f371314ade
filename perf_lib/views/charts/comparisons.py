"""What a measure is compared with: other measures, side by side and one against another, and the area's peers."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perf_lib.config.settings import PeerGroup
from perf_lib.findings.finding import Finding
from perf_lib.findings.measure_pairs import SHORTEST, monthly_pair, rolling_pair
from perf_lib.findings.peer_comparison import PeerComparison
from perf_lib.views import narrative
from perf_lib.views.charts import canvas
from perf_lib.views.charts.canvas import BLUE, GREY, PALETTE, PEER, Chart
from perf_lib.views.charts.monthly import SHOWN
from perf_lib.views.html import Fragment, paragraphs
from perf_lib.views.narrative import rate_in_prose
from perf_lib.words import wording

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DASHES = ("-", "--", ":", "-.")


@canvas.in_house_style()
def lines(findings: Sequence[Finding], title: str) -> Chart | Fragment:
    """Measures of one unit as lines, told apart by dash as well as colour; the axis does not start at zero."""
    unit = findings[0].measure.unit
    months = findings[0].months.index[-SHOWN:]
    table = pd.DataFrame({each.measure.title: each.months["value"].reindex(months) for each in findings})
    if table.isna().all(axis=None):
        return paragraphs([f"{title}: no figures have been supplied."])
    return _lines(
        table,
        title=title,
        what=wording.listed([each.measure.title for each in findings]),
        panel="Per cent" if unit == wording.PERCENT else wording.sentence_case(unit),
        unit=unit,
        note=_illustrative_note(findings, months),
    )


@canvas.in_house_style()
def z_score_comparison(one: Finding, other: Finding) -> Chart | Fragment:
    """Two measures' rolling 12 months as z-scores, so that series of different sizes share a scale."""
    pair = rolling_pair(one, other)
    if pair is None:
        return _too_few(one, other)
    scores, squared = pair.z_scores, pair.r_squared
    how = "moved in opposite directions" if pair.correlation < 0 else "moved together"
    strength = f" (R² {wording.number(squared, 2)})" if squared is not None else ""
    return _lines(
        scores,
        title=f"{one.measure.title} and {_lower(other.measure.title)} {how}{strength}",
        what=f"{one.measure.title} and {_lower(other.measure.title)}, rolling 12 months in standard deviations",
        panel="Standard deviations from its mean",
        unit="z",
        note=_illustrative_note([one, other], scores.index),
    )


@canvas.in_house_style()
def scatter(across: Finding, up: Finding, months: int = 24) -> Chart | Fragment:
    """One measure against another, a point a month, with the line of best fit and its R²."""
    sides, last = (across, up), across.quarter.last
    span = pd.period_range(last - (months - 1), last, freq="M")
    pair = monthly_pair(across, up, months)
    if pair is None:
        return _too_few(across, up)
    strength = "R² not known" if pair.r_squared is None else f"R² {wording.number(pair.r_squared, 2)}"
    way = "rises" if pair.correlation > 0 else "falls"
    window = f"{len(pair.months)} months to {wording.month(last)}"
    ranges = [_range(pair.months[each.measure.title], each) for each in sides]
    return Chart(
        title=f"{up.measure.title} {way} with {_lower(across.measure.noun)}",
        subtitle=f"One point a month, {window}, {strength}.{_illustrative_note(sides, span)}",
        alt=f"Scatter chart, {window}: {_lower(up.measure.title)} {way} with {_lower(across.measure.title)} ({strength}). "
        f"{across.measure.title} runs from {ranges[0]}, {_lower(up.measure.title)} from {ranges[1]}.",
        table=pd.DataFrame(
            {"Month": [wording.short_month(month) for month in pair.months.index]}
            | {each.measure.title: [_printed(v, each) for v in pair.months[each.measure.title]] for each in sides}
        ),
        **canvas.drawings(partial(_points, pair.months, across, up)),
    )


def _points(months: pd.DataFrame, across: Finding, up: Finding, width: float) -> Figure:
    import seaborn as sns  # loads half of SciPy: only this chart waits for it

    letters = int(width / 5)
    title, name = (textwrap.fill(_axis_words(each), letters) for each in (up, across))
    head, foot = (size + 11 * words.count("\n") for size, words in ((canvas.TITLE, title), (canvas.FOOT + 13, name)))
    figure, (axis,) = canvas.paper(216, head=head, foot=foot, width=width)
    style = {"line_kws": {"color": GREY, "linewidth": 1.6}, "scatter_kws": {"s": 28}}
    x, y = (months[each.measure.title].to_numpy() for each in (across, up))
    sns.regplot(x=x, y=y, ci=None, ax=axis, color=BLUE, **style)
    canvas.values_axis(axis, title, up.measure.unit, up.measure.decimals)
    ticks, labels = canvas.figures_between(*axis.get_xlim(), across.measure.unit, across.measure.decimals)
    canvas.foot_labels([axis], ticks, labels, name)
    return figure


def _too_few(one: Finding, other: Finding) -> Fragment:
    names = f"{one.measure.title} and {_lower(other.measure.title)}"
    return paragraphs([f"{names} cannot be compared: they have fewer than {SHORTEST} months in common."])


def _lines(table: pd.DataFrame, *, title: str, what: str, panel: str, unit: str, note: str) -> Chart:
    ends = {str(name): column.dropna().iloc[-1] for name, column in table.items() if column.notna().any()}
    last = wording.listed([f"{name} at {_value(value, unit)}" for name, value in ends.items()])
    span = wording.span(table.index[0], table.index[-1])

    def draw(width: float) -> Figure:
        figure, (axis,) = canvas.paper(209, width=width)
        for (_, column), colour, dash in zip(table.items(), PALETTE, _DASHES * 2, strict=False):
            canvas.line(axis, np.arange(len(table)), column, colour, dash=dash)
        canvas.scale_to(axis, table, 0.15)
        canvas.values_axis(axis, panel, unit, 1 if unit == "z" else None)
        inks = [colour for colour, (_, column) in zip(PALETTE, table.items(), strict=False) if column.notna().any()]
        names = canvas.names_beside(axis, len(table) - 1, ends, inks)
        canvas.months_axis([axis], pd.PeriodIndex(table.index), beside=names)
        axis.spines.bottom.set_bounds(-0.8, len(table) - 0.2)
        return figure

    return Chart(
        title=title,
        subtitle=f"{wording.sentence_case(span)}.{note}",
        alt=f"Line chart of {what}, {span}: {title}. The last figures are {last}.",
        table=canvas.figures_table(table, lambda value: _value(value, unit)),
        **canvas.drawings(draw),
    )


def _value(value: float, unit: str) -> str:
    return wording.value_in_table(value, unit, 1 if unit == "z" else None)


def _axis_words(finding: Finding) -> str:
    unit = "minutes:seconds" if finding.measure.unit == wording.SECONDS else finding.measure.unit
    return f"{finding.measure.title} ({unit})"


def _range(values: pd.Series, finding: Finding) -> str:
    return " to ".join(_printed(value, finding) for value in (values.min(), values.max()))


def _printed(value: float, finding: Finding) -> str:
    return canvas.printed(value, finding.measure.unit, finding.measure.decimals)


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _illustrative_note(findings: Sequence[Finding], months: pd.PeriodIndex) -> str:
    touched = any("illustrative" in each.origin_of(months[0], months[-1]) for each in findings)
    return " Some months are made up." if touched else ""


@canvas.in_house_style()
def peer_rates(finding: Finding, group: PeerGroup) -> Chart:
    """Each area's 12-month rate as a dot beside its name, the group's average, and what is usual beside the others.

    What is usual is the interval in which an area like the others lies 19 times in 20, by which the title speaks.
    """
    comparison, standing = _comparison(finding), narrative.among_peers(finding)
    rates, at = comparison.rates, comparison.position
    span, average = wording.twelve_months_to(comparison.month), rate_in_prose(at.average)
    usual = [rate_in_prose(bound) for bound in (at.calibrated_lower, at.calibrated_upper) if bound is not None]
    expected = f" An area like the others would have {' to '.join(usual)}." if usual else ""
    ranked = ", ".join(f"{area} {rate_in_prose(rate)}" for area, rate in rates.items())
    return Chart(
        title=f"{finding.measure.title}: {standing}",
        subtitle=f"Rate per 1,000 residents, {span}.",
        alt=f"Dot chart of {finding.measure.title} per 1,000 residents in the {span}: {finding.area} is {standing}. "
        f"From lowest: {ranked}. The average of the {group.name} is {average}.{expected}",
        table=pd.DataFrame({"Area": rates.index, "Rate per 1,000": [rate_in_prose(rate) for rate in rates]}),
        **canvas.drawings(partial(_dots, finding.area, comparison, finding.measure.unit)),
    )


def _dots(area: str, comparison: PeerComparison, unit: str, width: float) -> Figure:
    rates, at = comparison.rates, comparison.position
    figure, (axis,) = canvas.paper(15 * len(rates) + 50, head=canvas.EDGE, foot=canvas.FOOT + 13, width=width)
    rows, feet = np.arange(len(rates)), [-0.6, len(rates) - 0.4]
    usual = [bound for bound in (at.calibrated_lower, at.calibrated_upper) if bound is not None]
    known = [*rates, *usual]
    room = 0.06 * (max(known) - min(known) or max(known))
    low, high = max(0.0, min(known) - room), max(known) + room
    axis.set_ylim(feet[0], len(rates) + 0.4)
    canvas.side_labels(axis, rows, list(rates.index), bold=area)
    printed = [rate_in_prose(rate) for rate in rates]
    column = max(canvas.text_width(text, bold=True) for text in printed) + 6
    axis.set_xlim(low, low + (high - low) / (1 - column / axis.bbox.width))
    if usual:
        axis.fill_betweenx(feet, *usual, color=canvas.BAND, linewidth=0)
    canvas.line(axis, [low, high, np.nan] * len(rates), np.repeat(rows, 3), "#D9DEE3", 0.6, zorder=0.4)
    canvas.line(axis, [at.average] * 2, feet, GREY, 1.2, zorder=1.5)
    canvas.words(axis, at.average, len(rates) - 0.3, f"average {rate_in_prose(at.average)}", va="bottom", ha="center")
    own = np.asarray(rates.index == area)
    for these, ink in ((own, BLUE), (~own, PEER)):
        canvas.marks(axis, rates[these], rows[these], ink, size=7, zorder=3)
    for row, text in enumerate(printed):
        style = {"ha": "right", "fontweight": "bold" if own[row] else "normal"}
        canvas.words(axis, axis.get_xlim()[1], row, text, right=-1, **style)
    ticks, labels = canvas.figures_between(low, high, "")
    canvas.foot_labels([axis], ticks, labels, f"{wording.sentence_case(unit)} per 1,000 residents")
    return figure


@canvas.in_house_style()
def peer_projection(finding: Finding, group: PeerGroup) -> Chart | Fragment:
    """The area's 12-month rate over time, the group's average, and where the area would be had it moved as they did.

    Peers with too short a history are left out and named; a sentence says so where too little is left to draw.
    """
    comparison = _comparison(finding)
    course, left_out = comparison.course, comparison.not_in_course
    if course is None:
        return paragraphs([_no_course(finding, group, left_out)])
    own, average = course.rates[finding.area], course.average
    since = wording.month(own.index[0])
    differs = comparison.position.does_not_trend
    how = "beside" if differs is None else "has not moved as" if differs else "has moved as"
    message = f"{finding.measure.title}: {how} similar forces{'' if differs is None else ' have'}"
    changes = " and ".join(
        f"{who} {'up' if change > 0 else 'down'} {wording.per_cent(abs(change))}"
        for who, change in ((finding.area, course.change), ("the average", course.average_change))
    )
    courses = pd.DataFrame(
        {finding.area: own, f"{group.abbreviation} average": average, "Had it moved as they did": course.as_peers}
    )
    return Chart(
        title=message,
        subtitle=f"Rate per 1,000 residents, 12 months to each month.{_without(left_out)}",
        alt=f"Line chart of {finding.measure.title} per 1,000 residents, 12 months to {since} until 12 months to "
        f"{wording.month(own.index[-1])}: {changes} since {since}. {finding.area} went from {_first_and_last(own)}, the "
        f"average of the {group.name} from {_first_and_last(average)}.{_without(left_out)}",
        table=canvas.figures_table(courses, rate_in_prose, "12 months to"),
        **canvas.drawings(partial(_courses, courses)),
    )


def _courses(courses: pd.DataFrame, width: float) -> Figure:
    months = pd.period_range(courses.index[0], courses.index[-1], freq="M")
    x = courses.index.astype("int64").to_numpy() - months[0].ordinal
    figure, (axis,) = canvas.paper(150, width=width)
    styles = ((BLUE, "-", 2.2), (PEER, "-", 2.0), (BLUE, ":", 1.4))
    for (_, course), (ink, dash, thick) in zip(courses.items(), styles, strict=True):
        canvas.line(axis, x, course, ink, thick, dash=dash)
    canvas.scale_to(axis, courses, 0.15)
    canvas.values_axis(axis, "Rate per 1,000 residents", "")
    names = canvas.names_beside(axis, float(x[-1]), dict(courses.iloc[-1]), (BLUE, GREY, BLUE))
    canvas.months_axis([axis], months, beside=names)
    return figure


def _without(areas: Sequence[str]) -> str:
    if not areas:
        return ""
    return f" {wording.listed(areas)} {'is' if len(areas) == 1 else 'are'} left out: too few months have a rate."


def _no_course(finding: Finding, group: PeerGroup, left_out: Sequence[str]) -> str:
    area, title = finding.area, finding.measure.title
    return (
        f"{title}: the course of {area} beside its {group.name} cannot be drawn; it takes rates for {area} and three "
        f"others in at least two of the same months.{_without(left_out)}"
    )


def _first_and_last(rates: pd.Series) -> str:
    return f"{rate_in_prose(rates.iloc[0])} to {rate_in_prose(rates.iloc[-1])}"


def _comparison(finding: Finding) -> PeerComparison:
    if finding.peers is None:
        raise ValueError(f"{finding.measure.code} has no peers to draw")
    return finding.peers
