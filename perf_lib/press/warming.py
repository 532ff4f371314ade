"""The warm process of a run: what it loads and keeps for all that is forked from it, in the order it is wanted in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from perf_lib import charts, drawings
from perf_lib.press import nursery, record
from perf_lib.press.order import Order
from perf_lib.report import Report, keep_open


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
        drawings.keep(record.notebooks_of(order))
        if not figures_stand:  # otherwise there is hardly a chart to draw
            charts.warm()
        nursery.warm_kernels()

    with nursery.warm(nursery.KERNELS, temporary, for_the_audit, for_kernels):
        yield


def _audit(order: Order, report: Report, temporary: Path) -> None:
    from perf_lib.press import audits  # here: in the process that audits

    audits.answer(order, report, temporary)
