"""The audit of commentary in a run: what it refuses, the reviewers' page, and what a draft says of itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path

from nbformat.v4 import new_notebook

from perf_lib.press import binding, nursery
from perf_lib.press.order import Order
from perf_lib.press.pages import Page, facts
from perf_lib.report import Report, open_report
from perf_lib.views.html import EMPTY, Fragment
from perf_lib.words import wording
from perf_lib.words.errors import ContradictionError, PerfError

_ANSWER = "audit.json"


@dataclass(frozen=True)
class Outcome:
    """What came of the audit. refused: why nothing may be published, if so. page: for reviewers, who read the internal
    pack. contradictions: what a draft opens with.
    """

    refused: str | None
    page: Fragment
    contradictions: Fragment


def outcome(order: Order, report: Report) -> Outcome:
    """The commentary bound and audited, here and now.

    Nothing is published that the data contradict: a draft may be made of it, and says so on every page. Raises
    InputError, one line, for what does not bind, such as a wrong name.
    """
    from perf_lib.audit import page as audit_page  # here: it is mostly another process that audits

    _refuse_unbound(report)
    # A public report withholds what some true words rest on: they are held against everything that is known.
    known = open_report(order.quarter, order.params) if report.is_public else report
    wrong, refused = known.audited.of("contradicts"), None
    if wrong and not order.draft:
        refused = (
            f"{wording.counted(len(wrong), 'figure')} of the commentary contradicted by the data, the first in "
            f"{wrong[0].line_for_people()}. `perf-lib check {order.quarter}` lists them; --draft prints all the same"
        )
    return Outcome(
        refused,
        EMPTY if report.is_public else audit_page.page(report.audited, report.findings),
        audit_page.contradictions(report.audited, report.findings) if order.draft else EMPTY,
    )


def _refuse_unbound(report: Report) -> None:
    report.introduction()
    report.deep_dive()
    for path in report.params.commentary_files():
        report[path.stem].commentary()


class Audit:
    """The audit of a run, under way. ask: waits for what comes of it."""

    def __init__(self, order: Order, report: Report, ask: Callable[[], Outcome]) -> None:
        self._order, self._report, self._ask = order, report, ask

    @cached_property
    def outcome(self) -> Outcome:
        """What came of it, as soon as it is there."""
        return self._ask()

    @property
    def is_known(self) -> bool:
        """Whether it is there, and has been looked at."""
        return "outcome" in vars(self)

    def refuse_contradictions(self) -> None:
        """Raise ContradictionError where nothing may be published, and no draft was asked for."""
        if self.outcome.refused is not None:
            raise ContradictionError(self.outcome.refused)

    def page(self) -> Page:
        """The page for reviewers, `pages/audit`: no part of the bound report."""
        body, quarter = self._report.settings.body, self._report.quarter
        title = f"{body.force}: audit of the commentary, {quarter.name} {quarter.financial_year}"
        notebook = new_notebook(cells=[binding.cell(self.outcome.page, "audit")])
        printed = binding.page(notebook, title=title, **facts(self._order, self._report))
        binding.numbered(printed)
        return Page("pages/audit", printed)


def begin(order: Order, report: Report, temporary: Path) -> Audit:
    """The audit, begun in a process of its own where the run has a warm one, and else done at once.

    Raises ContradictionError where it was at once, and something is contradicted.
    """
    warm = nursery.current.get(nursery.KERNELS)
    if warm is None:
        audit = Audit(order, report, partial(outcome, order, report))
        audit.refuse_contradictions()
        return audit

    def ask() -> Outcome:
        if warm.wait(warm.job("audit")):  # whatever is wrong, it is so here too, and is said as everything else is
            return outcome(order, report)
        told = json.loads((temporary / _ANSWER).read_text(encoding="utf-8"))
        return Outcome(told["refused"], Fragment(**told["page"]), Fragment(**told["contradictions"]))

    return Audit(order, report, ask)


def answer(order: Order, report: Report, temporary: Path) -> None:
    """The audit in a process of its own: what came of it into a file of the run's."""
    try:
        (temporary / _ANSWER).write_text(json.dumps(asdict(outcome(order, report))), encoding="utf-8")
    except (PerfError, OSError):
        sys.exit(1)
