"""What a chart costs: beside a bare matplotlib figure of the same artists, and beside an earlier checkout.

Ours is drawn twice, for a page and for a phone; the bare figure once.

PERF_LIB_BEFORE=<folder of a checkout> adds the earlier checkout's milliseconds.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
QUARTER = "2019-20-Q3"
REPEATS = 5
ROUNDS = 2
LIMIT = 1.4
SVG = {"svg.fonttype": "none", "svg.hashsalt": "perf_lib"}


def milliseconds(work: Callable[[], object]) -> float:
    """Processor time, so that a busy machine does not count its waiting."""
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


def bare(finding: Any) -> str:
    """Two panels with a monthly chart's artists, as one would write them with matplotlib alone."""
    import numpy as np
    from matplotlib.figure import Figure

    from perf_lib.stats.forecast import Projection

    shown = finding.months.iloc[-36:]
    values, rolling = (line.to_numpy(float) for line in (shown["value"], finding.rolling_months.reindex(shown.index)))
    x, limits = np.arange(len(shown)), finding.expected_months.reindex(shown.index)
    pale = (shown["origin"] == "illustrative").to_numpy()
    figure = Figure(figsize=(7, 3.5))
    above, below = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (1.55, 1)})
    above.bar(x, limits["upper"] - limits["lower"], bottom=limits["lower"], width=0.9, color="#D3DDE7")
    above.bar(x, values, width=0.5, color=np.where(pale, "#8195A9", "#12436D"))
    if finding.measure.is_count:
        above.hlines(values[-24:-12], x[-12:] - 0.45, x[-12:] + 0.45, color="#3D3D3D")
    for flagged, marker in ((values > limits["upper"], "^"), (values < limits["lower"], "v")):
        if flagged.any():
            above.plot(x[flagged], 1.05 * values[flagged], marker, color="#F46A25")
    above.set_ylim(0, 1.2 * np.nanmax([values, limits["upper"]]))
    for part, colour in ((pale, "#8195A9"), (~pale, "#12436D")):
        if np.isfinite(rolling[part]).any():
            below.plot(x[part], rolling[part], color=colour)
    months = shown.index
    if isinstance(finding.projection, Projection):
        ahead = finding.projection.table
        months, to_come = months.append(ahead.index), len(x) + np.arange(len(ahead))
        below.fill_between(to_come, ahead["lower_95"], ahead["upper_95"], color="#DCE4EC")
        below.fill_between(to_come, ahead["lower_80"], ahead["upper_80"], color="#B4C6D8")
        below.plot(to_come, ahead["rolling"], color="#12436D", linestyle="--")
    below.plot(x[-1:], rolling[-1:], "o", color="#12436D")
    below.margins(y=0.25)
    halves = list(range(len(months) - 1, -1, -6))
    below.set_xticks(halves, [months[at].strftime("%b-%y") for at in halves])
    for axis, title, line in ((above, "Each month", values), (below, "Rolling 12 months", rolling)):
        axis.set_title(title, loc="left", fontsize=9, fontweight="bold")
        axis.locator_params(axis="y", nbins=5)
        axis.grid(axis="y")
        axis.spines[["top", "right"]].set_visible(False)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        offset = {"xytext": (9, 0), "textcoords": "offset points", "va": "center"}
        axis.annotate(f"{line[-1]:,.0f}", (x[-1], line[-1]), fontweight="bold", bbox=box, **offset)
    sink = io.StringIO()
    figure.savefig(sink, format="svg", metadata={"Date": None})
    return sink.getvalue()


def times() -> dict[str, float]:
    """Milliseconds of each kind of chart of the sample: the median over measures and repeats."""
    from perf_lib.report import open_report

    try:
        from perf_lib.views import charts
        from perf_lib.views.charts.sparkline import sparkline
    except ImportError:  # a checkout whose charts lie elsewhere
        from perf_lib.charts.sparkline import sparkline

        from perf_lib import charts
    report = open_report(QUARTER, ROOT / "params")
    group, findings = report.settings.peer_group, list(report.findings.values())
    barred = [finding for finding in findings if finding.measure.has_signals]
    among_peers = [finding for finding in findings if finding.peers is not None]
    kinds: dict[str, list[Callable[[], object]]] = {
        "monthly": [lambda each=each: charts.monthly(each) for each in barred],
        "points": [lambda each=each: charts.monthly(each) for each in findings if each not in barred],
        "peer_rates": [lambda each=each: charts.peer_rates(each, group) for each in among_peers],
        "peer_projection": [lambda each=each: charts.peer_projection(each, group) for each in among_peers],
        "lines": [lambda: report.lines("victim_satisfaction", "satisfaction_treatment", title="Two questions")],
        "z_score_comparison": [lambda: report.z_score_comparison("anti_social_behaviour", "crime_volume")],
        "scatter": [lambda: report.scatter("answer_time_crib", "abandonment_rate_crib")],
        "sparkline": [lambda each=each: sparkline(each) for each in findings],
    }
    for draws in kinds.values():
        draws[0]()  # loads what it needs
    return {
        kind: median(milliseconds(draw) for draw in draws for _ in range(REPEATS if len(draws) < 9 else 2))
        for kind, draws in kinds.items()
    }


def beside_bare() -> tuple[float, float, float]:
    """Medians of a monthly chart and of its bare figure, in milliseconds, and of the ratio chart by chart."""
    import matplotlib as mpl

    from perf_lib.report import open_report
    from perf_lib.views import charts

    findings = open_report(QUARTER, ROOT / "params").findings.values()
    pairs = []
    with mpl.rc_context(SVG):
        for finding in [each for each in findings if each.measure.has_signals]:
            draws = [lambda each=finding: charts.monthly(each).svg, lambda each=finding: bare(each)]
            words = [draw().count("<text") for draw in draws]  # the first of either is not timed
            assert abs(words[0] - words[1]) <= 4, (finding.measure.code, words)
            pairs += [tuple(milliseconds(draw) for draw in draws) for _ in range(REPEATS)]
    return median(a for a, _ in pairs), median(b for _, b in pairs), median(a / b for a, b in pairs)


def _times_of(checkout: Path) -> dict[str, float]:
    """The same, by a checkout's own code."""
    command = [sys.executable, str(Path(__file__).resolve())]
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    answer = subprocess.run(command, env=environment, cwd=checkout, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def run() -> str:
    """The tables, and whether the target is met."""
    from .streams import markdown, verdicts  # here, for the file is run on its own with another checkout too

    ours, theirs, ratio = beside_bare()
    checkouts = {"now": ROOT}
    if before := os.environ.get("PERF_LIB_BEFORE"):
        checkouts = {"before": Path(before), "now": ROOT}
    rounds = [{name: _times_of(folder) for name, folder in checkouts.items()} for _ in range(ROUNDS)]
    rows = [(kind, *(median(each[name][kind] for each in rounds) for name in checkouts)) for kind in rounds[0]["now"]]
    return "\n\n".join(
        [
            "# Charts",
            "Milliseconds of processor time on one core to draw a chart of the sample to SVG, the median over measures "
            "and repeats. A monthly chart is drawn twice, for a page and for a phone; the bare figure has the page's "
            "bars, lines, words and ticks on two panels, by `Axes.bar`, `plot`, `fill_between` and `annotate`, saved "
            "by the same backend with the same settings; the two are drawn in turns.",
            markdown(["chart", "ms"], [("monthly", ours), ("bare figure", theirs)]),
            f"Each kind of chart, in turns with {'an earlier checkout' if before else 'no other checkout'}:",
            markdown(["chart", *checkouts], rows, digits=2),
            "## Targets",
            verdicts([(f"monthly beside bare: {LIMIT}", f"{ratio:.2f}", ratio <= LIMIT)]),
        ]
    )


if __name__ == "__main__":
    print(json.dumps(times()))
