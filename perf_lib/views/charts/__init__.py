"""Figures with alt text: one look for averages, limits, exceptional and illustrative months, everywhere."""

from perf_lib.views.charts.canvas import Chart, warm
from perf_lib.views.charts.comparisons import lines, peer_bars, peer_projection, scatter, z_score_comparison
from perf_lib.views.charts.monthly import SHOWN, monthly, projection

__all__ = [
    "SHOWN",
    "Chart",
    "lines",
    "monthly",
    "peer_bars",
    "peer_projection",
    "projection",
    "scatter",
    "warm",
    "z_score_comparison",
]
