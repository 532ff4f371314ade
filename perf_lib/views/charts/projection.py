"""The rolling 12 months to come, as a fan."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from perf_lib.findings.finding import Finding
from perf_lib.stats.forecast import Refused
from perf_lib.views import narrative
from perf_lib.views.charts import canvas
from perf_lib.views.charts.canvas import BLUE, GREY, Chart
from perf_lib.views.charts.monthly import printed
from perf_lib.words import wording

_FAN = {95: "#D5DEE8", 80: "#A9BED3"}
_COLUMNS = ["Projected", "Lower 80%", "Upper 80%", "Lower 95%", "Upper 95%"]
_BEHIND = 24  # months of the known line that are shown


@canvas.in_house_style()
def projection(finding: Finding) -> Chart | None:
    """The rolling 12 months and its fan for the months to come; None where there is no projection."""
    ahead = finding.comparable.projection
    if ahead is None or isinstance(ahead, Refused):
        return None
    known = finding.rolling_months.iloc[-_BEHIND:]
    months = known.index.append(ahead.table.index)
    figure, (axis,) = canvas.paper(180)
    x = np.arange(len(known) - 1, len(months))  # the fan opens from the last known figure
    edges = {name: np.r_[known.iloc[-1], ahead.table[name]] for name in ahead.table}
    for level, colour in _FAN.items():
        axis.fill_between(x, edges[f"lower_{level}"], edges[f"upper_{level}"], color=colour, linewidth=0)
    canvas.line(axis, np.arange(len(known)), known, BLUE)
    canvas.line(axis, x, edges["rolling"], GREY, 1.6, dash="--")
    canvas.scale_to(axis, np.r_[known, edges["lower_95"], edges["upper_95"]], 0.2)
    canvas.values_axis(axis, "Rolling 12 months", finding.measure.unit, finding.measure.decimals)
    canvas.months_axis([axis], pd.PeriodIndex(months))
    as_printed = partial(printed, measure=finding.measure)
    return Chart(
        title=f"{finding.measure.title}: the 12 months to {wording.month(months[-1])}, if nothing changes",
        subtitle="The broken line is the projection, the fan its 80 and 95 per cent intervals. "
        "The axis does not start at zero.",
        alt=f"Line chart with a fan. {narrative.outlook(finding)}",
        svg=canvas.svg(figure),
        table=canvas.figures_table(ahead.table.set_axis(_COLUMNS, axis=1), as_printed, "12 months to"),
    )
