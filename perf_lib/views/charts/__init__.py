"""Figures with alt text: one look for what was expected, exceptional and made-up months, everywhere."""

from perf_lib.views.charts.canvas import warm
from perf_lib.views.charts.chart import Chart, of_figure
from perf_lib.views.charts.comparisons import (
    abreast,
    lines,
    peer_projection,
    peer_rates,
    scatter,
    z_score_comparison,
)
from perf_lib.views.charts.monthly import SHOWN, monthly

HOW_TO_READ = (
    "In charts the area is navy, other areas are grey. The shade behind each month is what the months before led one "
    "to expect, 95 times in 100. An orange triangle marks a month outside it, and a grey dash the same month a year "
    "before. Ahead of the rolling 12 months, the darker fan holds 8 in 10 of what may come and the paler 95 in 100. "
    "Bars start at zero and lines need not; paler bars and hollow marks are made up, for illustration."
)
"""How to read a chart, said once in a report."""

__all__ = [
    "HOW_TO_READ",
    "SHOWN",
    "Chart",
    "abreast",
    "lines",
    "monthly",
    "of_figure",
    "peer_projection",
    "peer_rates",
    "scatter",
    "warm",
    "z_score_comparison",
]
