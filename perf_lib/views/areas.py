"""One measure in the areas below the whole: a table with a verdict an area, and small multiples on one scale."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perf_lib.findings.finding import Finding
from perf_lib.views import dashboard, narrative
from perf_lib.views.charts import canvas
from perf_lib.views.charts.canvas import BLUE
from perf_lib.views.charts.chart import Chart, figures
from perf_lib.views.charts.monthly import SHOWN
from perf_lib.views.html import EMPTY, Fragment, paragraphs
from perf_lib.words import wording

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PANEL = 62.0  # points that one area's panel is high


def areas(whole: Finding, parts: Mapping[str, Finding]) -> Fragment:
    """The whole and each area with its quarter, year, change, target and verdict, then a chart; empty without areas."""
    if not parts:
        return EMPTY
    measure = whole.measure
    rows = [
        (
            area,
            *(each.in_short[name] for name in ("quarter", "12 months")),
            narrative.change_in_table(each),
            narrative.TARGET_SHAPES[each.target.word if each.target else ""],
            narrative.context(each),
        )
        for area, each in {whole.area: whole, **parts}.items()
    ]
    headings = ["Area", "Quarter", "12 months", "Change on year", "Target", "Verdict"]
    table = dashboard.table(f"{measure.title} by area", headings, rows, words=(0, 4, 5))
    return paragraphs([_sum(whole, parts)]) + table + small_multiples(whole, parts).fragment()


def _sum(whole: Finding, parts: Mapping[str, Finding]) -> str:
    """Whether the areas' quarters add up to the whole's; empty for what does not add up."""
    values = [each.value.value for each in parts.values()]
    total = whole.value.value
    if not whole.measure.is_count or total is None:
        return ""
    missing = [area for area, each in parts.items() if each.value.value is None]
    if missing:
        return f"The areas cannot be added up: months of {wording.listed(missing)} are missing."
    gap = sum(value for value in values if value is not None) - total
    if not gap:
        return f"The areas add up to the {narrative.in_prose(total, whole.measure)} of {whole.area}."
    return (
        f"The areas come to {narrative.in_prose(total + gap, whole.measure)}, {wording.number(abs(gap))} "
        f"{'more' if gap > 0 else 'fewer'} than the {narrative.in_prose(total, whole.measure)} of {whole.area}."
    )


def small_multiples(whole: Finding, parts: Mapping[str, Finding]) -> Chart:
    """A panel an area, all on one scale, each with its newest figure and its verdict's words."""
    measure = whole.measure
    months = whole.months.index[-SHOWN:]
    values = pd.DataFrame({area: each.months["value"].reindex(months).astype(float) for area, each in parts.items()})

    def draw(width: float) -> Figure:
        height = len(parts) * (_PANEL + canvas.TITLE + canvas.GAP) + canvas.FOOT
        figure, panels = canvas.paper(height, [1.0] * len(parts), width=width)
        newest = []
        for panel, (area, each) in zip(panels, parts.items(), strict=True):
            limits = each.expected_months.reindex(months)
            canvas.bars(panel, limits["upper"], canvas.BAND, 0.9, feet=limits["lower"].clip(lower=0))
            canvas.line(panel, np.arange(len(months)), values[area], BLUE, 1.6)
            panel.set_ylim(0, float(np.nanmax([values.max().max(), 1e-9])) * 1.15)
            canvas.values_axis(panel, area, measure.unit, measure.decimals)
            if known := [*np.flatnonzero(values[area].notna())]:
                text = canvas.printed(float(values[area].iloc[known[-1]]), measure.unit, measure.decimals)
                style = {"bbox": canvas.ON_WHITE, "fontweight": "bold", "va": "center"}
                canvas.words(panel, known[-1], float(values[area].iloc[known[-1]]), text, canvas.BESIDE, 0, **style)
                newest.append(canvas.text_width(text, bold=True))
        canvas.months_axis(panels, pd.PeriodIndex(months), beside=newest)
        return figure

    verdicts = [f"{area}, {narrative.verdict_words(each)}" for area, each in parts.items()]
    span = wording.sentence_case(wording.span(months[0], months[-1]))
    printer = partial(canvas.printed, unit=measure.unit, decimals=measure.decimals)
    return Chart(
        f"{measure.title} by area",
        f"{span}, {measure.unit}, all on one scale.",
        f"A line chart for each area, on one scale: {'; '.join(verdicts)}.",
        **figures(values, dict.fromkeys(values, printer)),
        **canvas.drawings(draw),
    )
