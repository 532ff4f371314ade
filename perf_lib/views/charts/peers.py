"""The area among its peers: rates with the group's average and bounds, and its course had it moved as they did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perf_lib.config.settings import PeerGroup
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.findings.peer_comparison import PeerComparison
from perf_lib.views import narrative
from perf_lib.views.charts.canvas import (
    BAND,
    BLUE,
    GREY,
    ILLUSTRATIVE,
    ORANGE,
    TEXT_INK,
    Chart,
    canvas,
    drawn,
    in_house_style,
    months_axis,
    panel_title,
)
from perf_lib.views.html import Fragment, paragraphs
from perf_lib.words import wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@in_house_style
def peer_bars(finding: Finding, group: PeerGroup) -> Chart:
    """Each area's 12-month rate, the area's own picked out, with the group's average and its bounds."""
    comparison = _comparison(finding)
    rates, at = comparison.rates, comparison.position
    paper, (axis,) = canvas(0.25 * len(rates) + 0.8)
    y = np.arange(len(rates))
    axis.fill_betweenx([-0.6, len(rates) - 0.45], comparison.lower, comparison.upper, color=BAND, linewidth=0)
    axis.barh(y, rates, height=0.68, color=[ORANGE if area == finding.area else BLUE for area in rates.index])
    axis.plot([at.average] * 2, [-0.6, len(rates) - 0.45], color=GREY, linewidth=1.2)
    axis.text(at.average, len(rates) - 0.38, f"average {_rate(at.average)}", fontsize=9, va="bottom", ha="center")
    axis.set_yticks(y, list(rates.index))
    for label, area in zip(axis.get_yticklabels(), rates.index, strict=True):
        label.set_fontweight("bold" if area == finding.area else "normal")
    for position, (area, rate) in zip(y, rates.items(), strict=True):
        own = area == finding.area
        colour, weight = ("#1d2328", "bold") if own else ("white", "normal")
        axis.annotate(
            _rate(rate),
            (rate, position),
            xytext=(-4, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=9,
            color=colour,
            fontweight=weight,
        )
    axis.set_xlim(0, rates.max() * 1.04)
    axis.set_ylim(-0.6, len(rates) + 0.3)
    axis.grid(visible=False)
    axis.set_xlabel(f"{wording.sentence_case(finding.measure.unit)} per 1,000 residents")
    standing = symbols.BY_CODE[comparison.standing].words
    span = wording.twelve_months_to(comparison.month)
    ranked = ", ".join(f"{area} {_rate(rate)}" for area, rate in rates.items())
    return Chart(
        title=f"{finding.measure.title}: {finding.area} is {standing}",
        subtitle=f"Rate per 1,000 residents, {span}. The line is the {group.name}'s average, {finding.area} included; "
        "the band its bounds.",
        alt=f"Bar chart of {finding.measure.title} per 1,000 residents in the {span}: {finding.area} is {standing}. "
        f"From lowest: {ranked}. The group's average is {_rate(at.average)}, bounds {_rate(comparison.lower)} to "
        f"{_rate(comparison.upper)}.",
        svg=drawn(paper),
        table=pd.DataFrame({"Area": rates.index, "Rate per 1,000": [_rate(rate) for rate in rates]}),
    )


@in_house_style
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
    paper, (axis,) = canvas(2.5)
    others = history.drop(columns=finding.area)
    axis.plot(x, others, color=ILLUSTRATIVE, linewidth=0.8, alpha=0.8)
    axis.plot(x, average, color=GREY, linewidth=2)
    axis.plot(x, as_peers, color=ORANGE, linewidth=1.6, linestyle="--")
    axis.plot(x, own, color=ORANGE, linewidth=2.2, marker="o", markersize=4)
    ends = {
        f"{group.abbreviation} average": average.iloc[-1],
        finding.area: own.iloc[-1],
        "as its peers": as_peers.iloc[-1],
    }
    _label_ends(axis, float(x[-1]), ends, {f"{group.abbreviation} average": GREY})
    months_axis(axis, months)
    axis.set_xlim(-0.8, len(months) + 4.5)
    axis.set_ylim(0, history.to_numpy().max() * 1.1)
    panel_title(axis, "Rate per 1,000 residents, 12 months to each quarter's end")
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
        f"{wording.month(history.index[-1])}: {message}. {finding.area} went from {_rate(own.iloc[0])} to "
        f"{_rate(own.iloc[-1])}, the group's average from {_rate(average.iloc[0])} to {_rate(average.iloc[-1])}."
        f"{_without(left_out)}",
        svg=drawn(paper),
        table=pd.DataFrame(
            {
                "12 months to": [wording.short_month(month) for month in history.index],
                finding.area: [_rate(rate) for rate in own],
                f"{group.abbreviation} average": [_rate(rate) for rate in average],
                "As its peers": [_rate(rate) for rate in as_peers],
            }
        ),
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


def _label_ends(axis: Axes, x: float, ends: dict[str, float], colours: dict[str, str]) -> None:
    """Name lines at their ends, nudged apart where they end close together."""
    placed: list[float] = []
    span = max(ends.values()) * 0.09
    for name, value in sorted(ends.items(), key=lambda item: item[1]):
        height = max([value, *[taken + span for taken in placed[-1:]]])
        placed.append(height)
        axis.text(x + 0.5, height, name, va="center", fontsize=9, color=colours.get(name, TEXT_INK[ORANGE]))


def _comparison(finding: Finding) -> PeerComparison:
    if finding.peers is None:
        raise ValueError(f"{finding.measure.code} has no peers to draw")
    return finding.peers


def _rate(rate: float) -> str:
    return narrative.rate_in_prose(rate)
