"""What a measure is compared with: other measures, side by side and one against another, and the area's peers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perf_lib.config.settings import PeerGroup
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.findings.measure_pairs import SHORTEST, monthly_pair, rolling_pair
from perf_lib.findings.peer_comparison import PeerComparison
from perf_lib.views.charts import canvas
from perf_lib.views.charts.canvas import BLUE, GREY, ORANGE, PALETTE, Chart
from perf_lib.views.charts.monthly import SHOWN, printed
from perf_lib.views.html import Fragment, paragraphs
from perf_lib.views.narrative import rate_in_prose
from perf_lib.words import wording

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
        title=f"{one.measure.title} and {other.measure.title} {how}{strength}",
        what=f"{one.measure.title} and {other.measure.title}, rolling 12 months as z-scores",
        panel="Rolling 12 months, standard deviations from each one's mean",
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
    both, squared = pair.months, pair.r_squared
    figure, (axis,) = canvas.paper(216, foot=canvas.FOOT + 13)
    import seaborn as sns  # loads half of SciPy: only this chart waits for it

    style = {"line_kws": {"color": ORANGE, "linewidth": 1.6}, "scatter_kws": {"s": 28}}
    sns.regplot(x=both.iloc[:, 0].to_numpy(), y=both.iloc[:, 1].to_numpy(), ci=None, ax=axis, color=BLUE, **style)
    canvas.values_axis(axis, _axis_words(up), up.measure.unit, up.measure.decimals)
    ticks, labels = canvas.figures_between(*axis.get_xlim(), across.measure.unit, across.measure.decimals)
    canvas.foot_labels([axis], ticks, labels, _axis_words(across))
    strength = "not known" if squared is None else wording.number(squared, 2)
    rises = pair.correlation > 0
    message = f"{up.measure.title} {'rises' if rises else 'falls'} with {_lower(across.measure.title)} (R² {strength})"
    window = f"{len(both)} months to {wording.month(last)}"
    return Chart(
        title=message,
        subtitle=f"One point a month, {window}, with the line of best fit.{_illustrative_note(sides, span)}",
        alt=f"Scatter chart, {window}: {message}. {across.measure.title} runs from "
        f"{_range(both.iloc[:, 0], across)}, {_lower(up.measure.title)} from {_range(both.iloc[:, 1], up)}.",
        svg=canvas.svg(figure),
        table=pd.DataFrame(
            {"Month": [wording.short_month(month) for month in both.index]}
            | {each.measure.title: [printed(v, each.measure) for v in both[each.measure.title]] for each in sides}
        ),
    )


def _too_few(one: Finding, other: Finding) -> Fragment:
    names = f"{one.measure.title} and {_lower(other.measure.title)}"
    return paragraphs([f"{names} cannot be compared: they have fewer than {SHORTEST} months in common."])


def _lines(table: pd.DataFrame, *, title: str, what: str, panel: str, unit: str, note: str) -> Chart:
    figure, (axis,) = canvas.paper(209)
    x = np.arange(len(table))
    for (_, column), colour, dash in zip(table.items(), PALETTE, _DASHES * 2, strict=False):
        canvas.line(axis, x, column, colour, dash=dash)
    canvas.scale_to(axis, table, 0.15)
    canvas.values_axis(axis, panel, unit, 1 if unit == "z" else None)
    ends = {str(name): float(column.dropna().iloc[-1]) for name, column in table.items() if column.notna().any()}
    inks = [colour for colour, (_, column) in zip(PALETTE, table.items(), strict=False) if column.notna().any()]
    names = canvas.names_beside(axis, len(table) - 1, ends, inks)
    canvas.months_axis([axis], pd.PeriodIndex(table.index), beside=names)
    axis.spines.bottom.set_bounds(-0.8, len(table) - 0.2)
    last = wording.listed([f"{name} at {_value(value, unit)}" for name, value in ends.items()])
    span = wording.span(table.index[0], table.index[-1])
    return Chart(
        title=title,
        subtitle=f"{wording.sentence_case(span)}. The axis does not start at zero.{note}",
        alt=f"Line chart of {what}, {span}: {title}. The last figures are {last}.",
        svg=canvas.svg(figure),
        table=canvas.figures_table(table, lambda value: _value(value, unit)),
    )


def _value(value: float, unit: str) -> str:
    return wording.value_in_table(value, unit, 1 if unit == "z" else None)


def _axis_words(finding: Finding) -> str:
    unit = "minutes:seconds" if finding.measure.unit == wording.SECONDS else finding.measure.unit
    return f"{finding.measure.title} ({unit})"


def _range(values: pd.Series, finding: Finding) -> str:
    return " to ".join(printed(value, finding.measure) for value in (values.min(), values.max()))


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _illustrative_note(findings: Sequence[Finding], months: pd.PeriodIndex) -> str:
    touched = any("illustrative" in each.origin_of(months[0], months[-1]) for each in findings)
    return " Some of the months shown are illustrative, not published." if touched else ""


@canvas.in_house_style()
def peer_bars(finding: Finding, group: PeerGroup) -> Chart:
    """Each area's 12-month rate, the area's own picked out, with the group's average and its bounds."""
    comparison = _comparison(finding)
    rates, at = comparison.rates, comparison.position
    figure, (axis,) = canvas.paper(18 * len(rates) + 58, head=canvas.EDGE, foot=canvas.FOOT + 13)
    feet = [-0.6, len(rates) - 0.45]
    axis.fill_betweenx(feet, comparison.lower, comparison.upper, color=canvas.BAND, linewidth=0)
    canvas.bars(axis, rates, [ORANGE if area == finding.area else BLUE for area in rates.index], 0.68, across=True)
    canvas.line(axis, [at.average] * 2, feet, GREY, 1.2)
    axis.set_xlim(0, rates.max() * 1.04)
    axis.set_ylim(-0.6, len(rates) + 0.3)
    canvas.side_labels(axis, range(len(rates)), list(rates.index), bold=finding.area)
    canvas.words(axis, at.average, len(rates) - 0.38, f"average {rate_in_prose(at.average)}", va="bottom", ha="center")
    for position, (area, rate) in enumerate(rates.items()):
        own = area == finding.area
        long = rate / axis.get_xlim()[1] * axis.bbox.width > canvas.text_width(rate_in_prose(rate), own) + 8
        right, ha, ink = (-4, "right", "#1d2328" if own else "white") if long else (4, "left", "#1d2328")
        weight = "bold" if own else "normal"
        canvas.words(axis, rate, position, rate_in_prose(rate), right=right, ha=ha, color=ink, fontweight=weight)
    ticks, labels = canvas.figures_between(*axis.get_xlim(), "")
    canvas.foot_labels([axis], ticks, labels, f"{wording.sentence_case(finding.measure.unit)} per 1,000 residents")
    standing = symbols.BY_CODE[comparison.standing].words
    span = wording.twelve_months_to(comparison.month)
    ranked = ", ".join(f"{area} {rate_in_prose(rate)}" for area, rate in rates.items())
    return Chart(
        title=f"{finding.measure.title}: {finding.area} is {standing}",
        subtitle=f"Rate per 1,000 residents, {span}. The line is the {group.name}'s average, {finding.area} included; "
        "the band its bounds.",
        alt=f"Bar chart of {finding.measure.title} per 1,000 residents in the {span}: {finding.area} is {standing}. "
        f"From lowest: {ranked}. The group's average is {rate_in_prose(at.average)}, "
        f"bounds {rate_in_prose(comparison.lower)} to {rate_in_prose(comparison.upper)}.",
        svg=canvas.svg(figure),
        table=pd.DataFrame({"Area": rates.index, "Rate per 1,000": [rate_in_prose(rate) for rate in rates]}),
    )


@canvas.in_house_style()
def peer_projection(finding: Finding, group: PeerGroup) -> Chart | Fragment:
    """The area's 12-month rate over time, the group's average, and where the area would be had it moved as they did.

    Peers with too short a history are left out and named; a sentence says so where too little is left to draw.
    """
    comparison = _comparison(finding)
    course, left_out = comparison.course, comparison.not_in_course
    if course is None:
        return paragraphs([_no_course(finding, group, left_out)])
    history, average, as_peers = course.rates, course.average, course.as_peers
    own = history[finding.area]
    months = pd.period_range(history.index[0], history.index[-1], freq="M")
    x = history.index.astype("int64").to_numpy() - months[0].ordinal
    figure, (axis,) = canvas.paper(180)
    canvas.line(axis, x, history.drop(columns=finding.area), canvas.ILLUSTRATIVE, 0.8, alpha=0.8)
    canvas.line(axis, x, average, GREY)
    canvas.line(axis, x, as_peers, ORANGE, 1.6, dash="--")
    canvas.line(axis, x, own, ORANGE, 2.2, marker="o", markersize=4)
    axis.set_ylim(0, history.to_numpy().max() * 1.1)
    canvas.values_axis(axis, "Rate per 1,000 residents, 12 months to each quarter's end", "")
    courses = pd.DataFrame({finding.area: own, f"{group.abbreviation} average": average, "As its peers": as_peers})
    names = canvas.names_beside(axis, float(x[-1]), dict(courses.iloc[-1]), (ORANGE, GREY, ORANGE))
    canvas.months_axis([axis], months, beside=names)
    now, theirs = course.change, course.average_change
    since = wording.month(history.index[0])
    way = "rose" if now > 0 else "fell"
    message = f"{finding.area}'s rate {way} {wording.per_cent(abs(now))} since {since}, the group's " + (
        f"{'rose' if theirs > 0 else 'fell'} {wording.per_cent(abs(theirs))}"
    )
    return Chart(
        title=f"{finding.measure.title}: {message}",
        subtitle=f"The broken line is where {finding.area} would be had it moved as the {group.name}'s average did; "
        f"thin lines are the other members.{_without(left_out)}",
        alt=f"Line chart of {finding.measure.title} per 1,000 residents, 12 months to {since} until 12 months to "
        f"{wording.month(history.index[-1])}: {message}. {finding.area} went from {_first_and_last(own)}, the group's "
        f"average from {_first_and_last(average)}.{_without(left_out)}",
        svg=canvas.svg(figure),
        table=canvas.figures_table(courses, rate_in_prose, "12 months to"),
    )


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
