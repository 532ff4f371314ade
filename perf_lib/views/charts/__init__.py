"""Figures with alt text: one look for what was expected, exceptional and made-up months, everywhere."""

from perf_lib.views.charts.canvas import Chart, warm
from perf_lib.views.charts.comparisons import lines, peer_projection, peer_rates, scatter, z_score_comparison
from perf_lib.views.charts.monthly import SHOWN, monthly

HOW_TO_READ = (
    "Charts show the area in navy and other areas in grey. The shaded range behind the months is what those before led "
    "one to expect, 95 in 100 of them; an orange triangle marks a month outside it, and a grey dash the same month a "
    "year before. The fan ahead of the rolling 12 months holds 8 in 10, and its paler edge 95 in 100, of what may come. "
    "Bars start at zero, lines do not; paler bars and hollow marks are made up, for illustration."
)
"""How to read a chart, said once in a report."""

__all__ = [
    "HOW_TO_READ",
    "SHOWN",
    "Chart",
    "lines",
    "monthly",
    "peer_projection",
    "peer_rates",
    "scatter",
    "warm",
    "z_score_comparison",
]
