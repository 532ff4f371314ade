"""Exploring: one measure with something changed, beside the report as it stands.

explore(report)                                          a panel of controls, in JupyterLab
report.what_if("sexual_offences", {"2019-12": 110})      the same by a call
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from perf_lib.report import Report
from perf_lib.report.explore.answer import Answer, ask
from perf_lib.report.explore.question import Question

if TYPE_CHECKING:
    from perf_lib.report.explore.panel import Panel

__all__ = ["Answer", "Question", "ask", "explore"]


def explore(report: Report, measure: str | None = None) -> Panel:
    """A panel of controls over the report's figures: measure, months, rules, peers, breaks, "what if".

    Nothing tried in it reaches the report or its files; its last page writes the settings to copy.
    """
    # Imported here: a report needs no widgets.
    from perf_lib.report.explore.panel import Panel

    return Panel(report, measure)
