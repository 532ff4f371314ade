"""Measures side by side: lines on one scale, z-scores, and one measure against another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perf_lib.findings.finding import Finding
from perf_lib.stats import series
from perf_lib.views.charts import canvas
from perf_lib.views.charts.canvas import BLUE, ORANGE, PALETTE, Chart
from perf_lib.views.charts.monthly import SHOWN, printed
from perf_lib.views.html import Fragment, paragraphs
from perf_lib.words import wording

SHORTEST = 6  # months in common that a comparison of two measures is made on
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
    both = pd.DataFrame({each.measure.title: each.rolling_months for each in (one, other)}).dropna()
    if len(both) < SHORTEST:
        return _too_few(one, other)
    scores = both.apply(series.z_scores)
    squared = series.r_squared(*(both[name] for name in both))
    apart = scores.iloc[:, 0].corr(scores.iloc[:, 1]) < 0
    how = "moved in opposite directions" if apart else "moved together"
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
    both = pd.DataFrame(
        {each.measure.title: each.months["value"].astype(float).reindex(span) for each in sides}
    ).dropna()
    if len(both) < SHORTEST:
        return _too_few(across, up)
    squared = series.r_squared(both.iloc[:, 0], both.iloc[:, 1])
    figure, (axis,) = canvas.paper(216, foot=canvas.FOOT + 13)
    import seaborn as sns  # loads half of SciPy: only this chart waits for it

    style = {"line_kws": {"color": ORANGE, "linewidth": 1.6}, "scatter_kws": {"s": 28}}
    sns.regplot(x=both.iloc[:, 0].to_numpy(), y=both.iloc[:, 1].to_numpy(), ci=None, ax=axis, color=BLUE, **style)
    canvas.values_axis(axis, _axis_words(up), up.measure.unit, up.measure.decimals)
    ticks, labels = canvas.figures_between(*axis.get_xlim(), across.measure.unit, across.measure.decimals)
    canvas.foot_labels([axis], ticks, labels, _axis_words(across))
    strength = "not known" if squared is None else wording.number(squared, 2)
    rises = both.corr().iloc[0, 1] > 0
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
