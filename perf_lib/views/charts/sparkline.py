"""Two years of months in the height of a line of text."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from perf_lib.findings.finding import Finding
from perf_lib.stats.series import YEAR
from perf_lib.views.charts import canvas
from perf_lib.views.charts.canvas import BLUE, ILLUSTRATIVE, ORANGE
from perf_lib.views.charts.monthly import exceptional

_WIDTH, _HEIGHT, _EDGE = 96.0, 24.0, 4.0


def sparkline(finding: Finding) -> str | None:
    """The last two years of months as SVG, before what was expected of them; made-up ones paler, the newest a point.

    It has no scale and says nothing that the figures beside it do not, so it stands without words of its own.
    None where fewer than two months are known.
    """
    shown = finding.months.iloc[-2 * YEAR :]
    values, pale = shown["value"].to_numpy(float), (shown["origin"] == "illustrative").to_numpy()
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 2:
        return None
    limits = finding.expected_months.reindex(shown.index)[["lower", "upper"]].to_numpy(float).clip(min=0)
    low, high = (end(np.c_[values, limits]) for end in (np.nanmin, np.nanmax))
    x = _EDGE + np.arange(len(values)) * (_WIDTH - 2 * _EDGE) / (len(values) - 1)
    share = (np.c_[values, limits] - low) / ((high - low) or np.inf)
    y, lower, upper = (_HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE)).T
    told = np.flatnonzero(np.isfinite(lower))
    corners = [f"{x[i]:.1f} {side[i]:.1f}" for side, way in ((lower, told), (upper, told[::-1])) for i in way]
    parts = [f'<path d="M{"L".join(corners)}Z" fill="{canvas.BAND}"/>'] * bool(corners)
    for either, colour in ((True, ILLUSTRATIVE), (False, BLUE)):  # a stroke is illustrative as either end is
        strokes = [(a, b) for a, b in pairwise(known) if (pale[a] or pale[b]) == either]
        path = "".join(f"M{x[a]:.1f} {y[a]:.1f}L{x[b]:.1f} {y[b]:.1f}" for a, b in strokes)
        style = f'fill="none" stroke="{colour}" stroke-width="1.4" stroke-linecap="round"'
        parts += [f'<path d="{path}" {style}/>'] * bool(path)
    for direction, flagged in exceptional(finding, shown.index).items():
        way = -1 if direction == "high" else 1
        for i in np.flatnonzero(flagged):
            tip = f"M{x[i]:.1f} {y[i] + 3.4 * way:.1f}L{x[i] - 2.9:.1f} {y[i] - 1.4 * way:.1f}h5.8Z"
            parts.append(f'<path d="{tip}" fill="{"#fff" if pale[i] else ORANGE}" stroke="{ORANGE}"/>')
    last = known[-1]
    parts.append(f'<circle cx="{x[last]:.1f}" cy="{y[last]:.1f}" r="2.2" fill="{BLUE}"/>')
    size = f'viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" width="{_WIDTH:g}" height="{_HEIGHT:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'
