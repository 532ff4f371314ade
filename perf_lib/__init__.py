"""Quarterly performance reports from data.

`import perf_lib as pl` gives the names of `__all__`, each loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the same names for editors and type checkers
    from perf_lib.lab.frames import read_monthly
    from perf_lib.lab.plots import facet, funnel, plot_expected, plot_months, plot_peers
    from perf_lib.lab.trends import (
        correlate,
        expected,
        expected_months,
        forecast,
        peers,
        rate,
        rolling,
        signals,
        year_on_year,
    )
    from perf_lib.report import Report, open_report
    from perf_lib.report.compare import compare
    from perf_lib.report.explore import explore
    from perf_lib.words.errors import InputError
    from perf_lib.words.quarters import Quarter

__version__ = "0.1.0"

__all__ = [
    "InputError", "Quarter", "Report", "compare", "correlate", "expected", "expected_months", "explore", "facet",
    "forecast", "funnel", "open_report", "peers", "plot_expected", "plot_months", "plot_peers", "rate", "read_monthly",
    "rolling", "signals", "year_on_year",
]  # fmt: skip

_MODULES = {
    "lab.frames": "read_monthly",
    "lab.plots": "facet funnel plot_expected plot_months plot_peers",
    "lab.trends": "correlate expected expected_months forecast peers rate rolling signals year_on_year",
    "report": "Report open_report",
    "report.compare": "compare",
    "report.explore": "explore",
    "words.errors": "InputError",
    "words.quarters": "Quarter",
}
"""The module of each name."""


def __getattr__(name: str) -> object:
    module = next((module for module, names in _MODULES.items() if name in names.split()), None)
    if module is not None:
        return getattr(import_module(f"{__name__}.{module}"), name)
    from difflib import get_close_matches  # here: it takes longer to load than all of the above

    near = get_close_matches(name, __all__, n=1)
    hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(__all__)}"
    raise AttributeError(f"perf_lib has no {name!r}; {hint}")


def __dir__() -> list[str]:
    return __all__
