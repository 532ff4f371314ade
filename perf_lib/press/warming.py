"""The warm process of a run: what it loads and keeps for all that is forked from it, in the order it is wanted in."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from perf_lib.press import nursery, record
from perf_lib.press.order import Order
from perf_lib.report import Report, keep_open
from perf_lib.views import charts
from perf_lib.views.charts import cache

_OF_KERNELS = (
    "ipykernel.ipkernel", "ipykernel.kernelapp", "ipykernel.debugger", "tornado.platform.asyncio",
    "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.logger", "IPython.core.oinspect",
    "IPython.extensions.storemagic", "perf_lib.press.reads",
)  # fmt: skip
_MORE_EXPENDABLE = "500"
"""How much likelier than the press a kernel is to be ended when memory runs out (oom_score_adj)."""


@contextmanager
def warm_process(order: Order, report: Report, temporary: Path, shared: Mapping[str, str]) -> Iterator[None]:
    """A warm process that the audit and kernels are forked from; it makes itself ready while this one goes on.

    temporary: the run's folder for sockets and scratch files. shared: the inputs that every notebook depends on. To be
    entered before there is any second thread.
    """
    figures_stand = record.stands(order, shared)

    def for_the_audit() -> None:
        keep_open(report)
        for finding in report.findings.values():
            _ = finding.signals  # worked out when first asked for, which the audit and every notebook do
        nursery.JOBS["audit"] = partial(_audit, order, report, temporary)
        nursery.begin("audit")

    def for_kernels() -> None:
        cache.keep(record.notebooks_of(order))
        if not figures_stand:  # otherwise there is hardly a chart to draw
            charts.warm()
        _warm_kernels()

    with nursery.warm(nursery.KERNELS, temporary, for_the_audit, for_kernels):
        yield


def _audit(order: Order, report: Report, temporary: Path) -> None:
    from perf_lib.press import audits  # here: in the process that audits

    audits.answer(order, report, temporary)


def _warm_kernels() -> None:
    """Load what every kernel starts with, in the process that kernels are forked from."""
    # ipykernel does without its debugger, as long to load as all the rest, where there is no debugpy.
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # Python's own way of saying that there is none
    for module in _OF_KERNELS:
        importlib.import_module(module)
    del sys.modules["debugpy"]


def _kernel(argv: list[str], env: dict[str, str], cwd: str) -> None:
    os.setsid()  # a group of its own, as jupyter_client gives a kernel
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_MORE_EXPENDABLE)
    gc.enable()  # it is no longer the press, but whatever the notebook makes of it
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    # As in an ordinary kernel, where ipykernel names the backend before matplotlib is loaded.
    import matplotlib as mpl

    mpl.rcParams["backend"] = "module://matplotlib_inline.backend_inline"
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize(argv)
    app.start()


nursery.JOBS["kernel"] = _kernel
