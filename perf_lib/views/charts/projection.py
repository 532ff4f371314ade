"""The rolling 12 months to come, as a fan."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perf_lib.findings.finding import Finding
from perf_lib.stats.forecast import Refused
from perf_lib.views import narrative
from perf_lib.views.charts.canvas import (
    BLUE,
    GREY,
    Chart,
    canvas,
    drawn,
    in_house_style,
    months_axis,
    panel_title,
    values_axis,
)
from perf_lib.words import wording

_FAN = {95: "#D5DEE8", 80: "#A9BED3"}
_BEHIND = 24  # months of the known line that are shown


@in_house_style
def _drawn(finding: Finding) -> Chart:
    ahead = finding.projection
    if ahead is None or isinstance(ahead, Refused):
        raise ValueError(f"{finding.measure.code} has no projection to draw")
    known = finding.rolling_months.iloc[-_BEHIND:]
    months = known.index.append(ahead.table.index)
    paper, (axis,) = canvas(2.5)
    x = np.arange(len(known) - 1, len(months))  # the fan opens from the last known figure
    for level, colour in _FAN.items():
        edges = [np.r_[known.iloc[-1], ahead.table[f"{side}_{level}"]] for side in ("lower", "upper")]
        axis.fill_between(x, *edges, color=colour, linewidth=0)
    axis.plot(np.arange(len(known)), known, color=BLUE, linewidth=2)
    axis.plot(x, np.r_[known.iloc[-1], ahead.table["rolling"]], color=GREY, linewidth=1.6, linestyle="--")
    months_axis(axis, pd.PeriodIndex(months))
    axis.margins(y=0.2)
    values_axis(axis, finding.measure.unit, finding.measure.decimals)
    panel_title(axis, "Rolling 12 months")
    return Chart(
        title=f"{finding.measure.title}: the 12 months to {wording.month(months[-1])}, if nothing changes",
        subtitle="The broken line is the projection, the fan its 80 and 95 per cent intervals. "
        "The axis does not start at zero.",
        alt=f"Line chart with a fan. {narrative.outlook(finding)}",
        svg=drawn(paper),
        table=pd.DataFrame(
            {"12 months to": [wording.short_month(month) for month in ahead.table.index]}
            | {
                words: [wording.value_in_table(v, finding.measure.unit, finding.measure.decimals) for v in column]
                for words, column in (
                    ("Projected", ahead.table["rolling"]),
                    ("Lower 80%", ahead.table["lower_80"]),
                    ("Upper 80%", ahead.table["upper_80"]),
                    ("Lower 95%", ahead.table["lower_95"]),
                    ("Upper 95%", ahead.table["upper_95"]),
                )
            }
        ),
    )


def projection(finding: Finding) -> Chart | None:
    """The rolling 12 months and its fan for the months to come; None where there is no projection."""
    ahead = finding.projection
    return None if ahead is None or isinstance(ahead, Refused) else _drawn(finding)
