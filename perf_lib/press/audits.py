"""The audit of commentary in a run: what it refuses, the reviewers' page, and what a draft says of itself."""

from __future__ import annotations

from pathlib import Path

from nbformat.v4 import new_notebook

from perf_lib import audit_page, wording
from perf_lib.errors import ContradictionError
from perf_lib.press import binding, pages
from perf_lib.press.order import Order
from perf_lib.report import Report, open_report


def refuse_contradictions(order: Order, report: Report) -> None:
    """Nothing is published that the data contradict: a draft may be made of it, and says so on every page."""
    # A public report withholds what some true words rest on: they are held against everything that is known.
    known = open_report(order.quarter, order.params) if report.is_public else report
    wrong = known.audited.of("contradicts")
    if wrong and not order.draft:
        raise ContradictionError(
            f"{wording.counted(len(wrong), 'figure')} of the commentary contradicted by the data, the first in "
            f"{wrong[0].line_for_people()}. `perf-lib check {order.quarter}` lists them; --draft prints all the same"
        )


def write_page(order: Order, report: Report, folder: Path) -> None:
    """pages/audit.html and .pdf, for reviewers: no part of the bound report."""
    facts = pages.facts(order, report)
    title = (
        f"{report.settings.body.force}: audit of the commentary, {report.quarter.name} {report.quarter.financial_year}"
    )
    notebook = new_notebook(cells=[binding.cell(audit_page.page(report.audited, report.findings), "audit")])
    printed = binding.page(notebook, title=title, **facts)
    binding.numbered(printed)
    pages.render(printed, folder / "pages" / "audit")
