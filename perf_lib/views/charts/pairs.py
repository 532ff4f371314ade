"""Measures side by side: lines on one scale, z-scores, and one measure against another."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perf_lib.findings.finding import Finding
from perf_lib.findings.measure_pairs import SHORTEST, monthly_pair, rolling_pair
from perf_lib.views.charts.canvas import (
    BLUE,
    ORANGE,
    PALETTE,
    TEXT_INK,
    Chart,
    canvas,
    drawn,
    in_house_style,
    months_axis,
    panel_title,
    values_axis,
)
from perf_lib.views.charts.monthly import SHOWN
from perf_lib.views.html import Fragment, paragraphs
from perf_lib.words import wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DASHES = ("-", "--", ":", "-.")


@in_house_style
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


@in_house_style
def z_score_comparison(one: Finding, other: Finding) -> Chart | Fragment:
    """Two measures' rolling 12 months as z-scores, so that series of different sizes share a scale."""
    pair = rolling_pair(one, other)
    if pair is None:
        return _too_few(one, other)
    scores, squared = pair.z_scores, pair.r_squared
    how = "moved in opposite directions" if pair.correlation < 0 else "moved together"
    said = f" (R² {wording.number(squared, 2)})" if squared is not None else ""
    return _lines(
        scores,
        title=f"{one.measure.title} and {other.measure.title} {how}{said}",
        what=f"{one.measure.title} and {other.measure.title}, rolling 12 months as z-scores",
        panel="Rolling 12 months, standard deviations from each one's mean",
        unit="z",
        note=_illustrative_note([one, other], scores.index),
    )


@in_house_style
def scatter(across: Finding, up: Finding, months: int = 24) -> Chart | Fragment:
    """One measure against another, a point a month, with the line of best fit and its R²."""
    last = across.quarter.last
    span = pd.period_range(last - (months - 1), last, freq="M")
    pair = monthly_pair(across, up, months)
    if pair is None:
        return _too_few(across, up)
    both, squared = pair.months, pair.r_squared
    paper, (axis,) = canvas(3.0)
    import seaborn as sns  # loads half of SciPy: only who draws this chart waits for it

    sns.regplot(
        x=both.iloc[:, 0].to_numpy(),
        y=both.iloc[:, 1].to_numpy(),
        ci=None,
        ax=axis,
        color=BLUE,
        line_kws={"color": ORANGE, "linewidth": 1.6},
        scatter_kws={"s": 28},
    )
    axis.set_xlabel(_axis_words(across))
    axis.set_ylabel("")
    panel_title(axis, _axis_words(up))
    values_axis(axis, up.measure.unit, up.measure.decimals)
    axis.xaxis.set_major_formatter(lambda value, _: wording.value_in_table(value, across.measure.unit))
    strength = "not known" if squared is None else wording.number(squared, 2)
    rises = pair.correlation > 0
    message = f"{up.measure.title} {'rises' if rises else 'falls'} with {_lower(across.measure.title)} (R² {strength})"
    window = f"{len(both)} months to {wording.month(last)}"
    return Chart(
        title=message,
        subtitle=f"One point a month, {window}, with the line of best fit.{_illustrative_note([across, up], span)}",
        alt=f"Scatter chart, {window}: {message}. {across.measure.title} runs from "
        f"{_printed(both.iloc[:, 0].min(), across)} to {_printed(both.iloc[:, 0].max(), across)}, "
        f"{_lower(up.measure.title)} from {_printed(both.iloc[:, 1].min(), up)} to "
        f"{_printed(both.iloc[:, 1].max(), up)}.",
        svg=drawn(paper),
        table=pd.DataFrame(
            {"Month": [wording.short_month(month) for month in both.index]}
            | {each.measure.title: [_printed(v, each) for v in both[each.measure.title]] for each in (across, up)}
        ),
    )


def _too_few(one: Finding, other: Finding) -> Fragment:
    names = f"{one.measure.title} and {_lower(other.measure.title)}"
    return paragraphs([f"{names} cannot be compared: they have fewer than {SHORTEST} months in common."])


def _lines(table: pd.DataFrame, *, title: str, what: str, panel: str, unit: str, note: str) -> Chart:
    paper, (axis,) = canvas(2.9)
    x = np.arange(len(table))
    for (_, column), colour, dash in zip(table.items(), PALETTE, _DASHES * 2, strict=False):
        axis.plot(x, column.astype(float), color=colour, linestyle=dash, linewidth=2)
    panel_title(axis, panel)
    months_axis(axis, pd.PeriodIndex(table.index), every=6)
    axis.set_xlim(-0.8, 1.36 * len(table))  # room for the names
    axis.spines["bottom"].set_bounds(-0.8, len(table) - 0.2)
    axis.margins(y=0.15)
    _name_ends(axis, table)
    values_axis(axis, unit, 1 if unit == "z" else None)
    ends = wording.listed(
        [
            f"{name} at {_value(column.dropna().iloc[-1], unit)}"
            for name, column in table.items()
            if column.notna().any()
        ]
    )
    span = wording.span(table.index[0], table.index[-1])
    return Chart(
        title=title,
        subtitle=f"{wording.sentence_case(span)}. The axis does not start at zero.{note}",
        alt=f"Line chart of {what}, {span}: {title}. The last figures are {ends}.",
        svg=drawn(paper),
        table=pd.DataFrame(
            {"Month": [wording.short_month(month) for month in table.index]}
            | {str(name): [_value(v, unit) for v in column.astype(float)] for name, column in table.items()}
        ),
    )


def _name_ends(axis: Axes, table: pd.DataFrame) -> None:
    """Each line's name at its end in the line's own colour, nudged apart where lines end close together."""
    low, high = axis.get_ylim()
    known = {str(name): column.astype(float).dropna() for name, column in table.items()}
    ends = {name: (line.iloc[-1] - low) / (high - low) for name, line in known.items() if len(line)}
    names = {name: textwrap.wrap(name, 24) for name in ends}
    line_height = 0.062  # of the panel
    foot = 0.0
    for name in sorted(ends, key=lambda name: ends[name]):
        tall = line_height * len(names[name])
        middle = max(ends[name], foot + tall / 2)
        foot = middle + tall / 2 + 0.02
        colour = dict(zip(map(str, table.columns), PALETTE, strict=False))[name]
        axis.text(
            len(table) + 0.2,
            low + middle * (high - low),
            "\n".join(names[name]),
            va="center",
            fontsize=9,
            linespacing=1.05,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},  # clear of the gridlines
            color=TEXT_INK.get(colour, colour),
        )


def _value(value: float, unit: str) -> str:
    return wording.value_in_table(value, unit, 1 if unit == "z" else None)


def _axis_words(finding: Finding) -> str:
    unit = "minutes:seconds" if finding.measure.unit == wording.SECONDS else finding.measure.unit
    return f"{finding.measure.title} ({unit})"


def _printed(value: float, finding: Finding) -> str:
    return wording.value_in_table(value, finding.measure.unit, finding.measure.decimals)


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _illustrative_note(findings: Sequence[Finding], months: pd.PeriodIndex) -> str:
    touched = any("illustrative" in each.origin_of(months[0], months[-1]) for each in findings)
    return " Some of the months shown are illustrative, not published." if touched else ""
