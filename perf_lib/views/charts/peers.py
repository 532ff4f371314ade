"""The area among its peers: rates with the group's average and bounds, and its course had it moved as they did."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from perf_lib.config.settings import PeerGroup
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.findings.peer_comparison import PeerComparison
from perf_lib.stats.peers import SMALLEST_GROUP
from perf_lib.views.charts import canvas
from perf_lib.views.charts.canvas import BLUE, GREY, ORANGE, Chart
from perf_lib.views.html import Fragment, paragraphs
from perf_lib.views.narrative import rate_in_prose
from perf_lib.words import wording


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
    history = comparison.course
    left_out = [area for area in comparison.history if area not in history]
    if len(history) < 2 or history.shape[1] < SMALLEST_GROUP:
        return paragraphs([_no_course(finding, group, left_out)])
    average = history.mean(axis=1)
    own = history[finding.area]
    as_peers = own.iloc[0] * average / average.iloc[0]
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
    now, theirs = (100 * (line.iloc[-1] / line.iloc[0] - 1) for line in (own, average))
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
    one = len(areas) == 1
    return f" {wording.listed(areas)} {'is' if one else 'are'} left out: too few months have a rate."


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
