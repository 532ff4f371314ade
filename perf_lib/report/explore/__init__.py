"""Exploring: one measure with something changed, beside the report as it stands.

explore(report)                                          a panel of controls, in JupyterLab
what_if(report, "sexual_offences", "2019-12", 110)       the same by a call
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from perf_lib.extracts.tables.checks import MONTH
from perf_lib.report import Report
from perf_lib.report.explore.answer import Answer, ask
from perf_lib.report.explore.question import Question
from perf_lib.words.errors import InputError

if TYPE_CHECKING:
    from perf_lib.report.explore.panel import Panel

__all__ = ["Answer", "Question", "ask", "explore", "what_if"]


def explore(report: Report, measure: str | None = None) -> Panel:
    """A panel of controls over the report's figures: measure, months, rules, peers, breaks, "what if".

    Nothing tried in it reaches the report or its files; its last page writes the settings to copy.
    """
    # Imported here: a report needs no widgets.
    from perf_lib.report.explore.panel import Panel

    return Panel(report, measure)


def what_if(report: Report, measure: str, month: str, figure: float) -> Answer:
    """What the quarter would say of a measure if one month's figure had been another.

    figure: in the measure's unit. Raises InputError for a month that the measure does not have, and for a
    figure that it cannot have.

    >>> from perf_lib.report import open_report
    >>> answer = what_if(open_report("2019-20-Q3"), "sexual_offences", "2019-12", 110)
    >>> answer.then.value.value, answer.now.value.value
    (308.0, 324.0)
    >>> sorted(answer.then.signals - answer.now.signals)
    ['month_low']
    """
    if not MONTH.fullmatch(str(month)):
        raise InputError(f"{month!r} is not a month; write it as 2019-12")
    return ask(report, Question(measure, months={pd.Period(month, freq="M"): float(figure)}))
