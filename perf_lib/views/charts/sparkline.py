"""A line as small as a word: two years of months beside a measure's figures in the dashboard."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from perf_lib.findings.finding import Finding
from perf_lib.views.charts.canvas import BLUE, ILLUSTRATIVE, ORANGE
from perf_lib.views.charts.monthly import exceptional

SHOWN = 24  # months
_WIDTH, _HEIGHT, _EDGE = 96.0, 24.0, 4.0


def sparkline(finding: Finding) -> str | None:
    """The last two years of months as SVG: illustrative ones paler, exceptional ones marked, the newest a point.

    It has no scale and says nothing that the figures beside it do not, so it stands without words of its own.
    None where fewer than two months are known.
    """
    shown = finding.months.iloc[-SHOWN:]
    values = shown["value"].to_numpy(float)
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 2:
        return None
    low, high = values[known].min(), values[known].max()
    x = _EDGE + np.arange(len(values)) * (_WIDTH - 2 * _EDGE) / (len(values) - 1)
    share = (values - low) / (high - low) if high > low else np.full(len(values), 0.5)
    y = _HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE)
    pale = (shown["origin"] == "illustrative").to_numpy()
    parts = []
    for either, colour in ((True, ILLUSTRATIVE), (False, BLUE)):  # a stroke is illustrative as either end is
        strokes = [(a, b) for a, b in pairwise(known) if (pale[a] or pale[b]) == either]
        path = "".join(f"M{x[a]:.1f} {y[a]:.1f}L{x[b]:.1f} {y[b]:.1f}" for a, b in strokes)
        style = f'fill="none" stroke="{colour}" stroke-width="1.4" stroke-linecap="round"'
        parts += [f'<path d="{path}" {style}/>'] * bool(path)
    for direction, flagged in exceptional(finding, shown.index).items():
        way = -1 if direction == "high" else 1
        parts += [_triangle(x[i], y[i], way) for i in np.flatnonzero(flagged & np.isfinite(values))]
    last = known[-1]
    parts.append(f'<circle cx="{x[last]:.1f}" cy="{y[last]:.1f}" r="2.2" fill="{BLUE}"/>')
    size = f'viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" width="{_WIDTH:g}" height="{_HEIGHT:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'


def _triangle(x: float, y: float, way: int) -> str:
    tip, base = y + 3.4 * way, y - 1.4 * way
    return f'<path d="M{x:.1f} {tip:.1f}L{x - 2.9:.1f} {base:.1f}H{x + 2.9:.1f}Z" fill="{ORANGE}"/>'
