"""Executed notebooks to pages: bound into one report, each rendered to HTML and PDF."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from perf_lib import wording
from perf_lib.press import binding
from perf_lib.press.execute import Executed
from perf_lib.press.exporters import ReportHTMLExporter, ReportPDFExporter
from perf_lib.press.order import Order
from perf_lib.report import Report


@dataclass(frozen=True)
class Page:
    """One page to render: its place in the pack without a suffix, and what is printed there."""

    path: str
    notebook: NotebookNode


def facts(order: Order, report: Report) -> dict[str, Any]:
    """What templates say on every page: the running title, the marking, the language, who reports."""
    body, quarter = report.settings.body, report.quarter
    return {
        "running": f"{body.force} performance report, {quarter.name} {quarter.financial_year}",
        "marking": report.settings.marking,
        "language": report.settings.language,
        "author": body.name,
    }


def bound(executed: Sequence[Executed], order: Order, report: Report) -> list[Page]:
    """The whole report, then a page a notebook, with the same paragraph numbers."""
    said = facts(order, report)
    force, quarter = report.settings.body.force, report.quarter
    when = f"{quarter.name} {quarter.financial_year}"
    singles = [binding.page(done.notebook, title=f"{force}: {_title(done)}, {when}", **said) for done in executed]
    whole = binding.bind(singles, title=f"{force} performance report, {quarter.label}", whole=True, **said)
    pages = [Page(f"pages/{done.name}", single) for done, single in zip(executed, singles, strict=True)]
    return [Page("report", whole), *pages]


def render(pages: Sequence[Page], folder: Path, workers: int, tell: Callable[[str], None]) -> None:
    """Each page as HTML and PDF into the pack's folder; tell: called with each file as it is done."""

    def one(page: Page) -> None:
        path = folder / page.path
        html, _ = ReportHTMLExporter().from_notebook_node(page.notebook)
        path.with_suffix(".html").write_text(html, encoding="utf-8", newline="\n")
        tell(f"{path.name}.html rendered")
        pdf, _ = ReportPDFExporter().from_notebook_node(page.notebook)
        path.with_suffix(".pdf").write_bytes(pdf)
        tell(f"{path.name}.pdf rendered")

    (folder / "pages").mkdir(exist_ok=True)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        list(pool.map(one, pages))


def _title(done: Executed) -> str:
    return str(done.notebook.metadata.get("title") or wording.sentence_case(done.name[2:].replace("_", " ")))
