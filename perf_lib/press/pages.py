"""Executed notebooks to pages: bound into one report, each rendered to HTML and PDF."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from perf_lib import audit_page, wording
from perf_lib.errors import PerfError
from perf_lib.press import binding, nursery
from perf_lib.press.execute import Executed
from perf_lib.press.exporters import ReportHTMLExporter, ReportPDFExporter
from perf_lib.press.order import Order
from perf_lib.report import Report


@dataclass(frozen=True)
class Page:
    """One page to render: its place in the pack without a suffix, and what is printed there."""

    path: str
    notebook: NotebookNode

    @property
    def name(self) -> str:
        """The page's name without its folder."""
        return Path(self.path).name


def facts(order: Order, report: Report) -> dict[str, Any]:
    """What templates say on every page: the running title, the marking, the language, who reports."""
    body, quarter = report.settings.body, report.quarter
    return {
        "running": f"{body.force} performance report, {quarter.name} {quarter.financial_year}",
        "marking": report.marking,
        "language": report.settings.language,
        "author": body.name,
        **({"draft": True} if order.draft else {}),
    }


class Binder:
    """Makes pages of executed notebooks as they come, in whatever order; numbers run through in the report's."""

    def __init__(self, order: Order, report: Report) -> None:
        self._facts, self._report = facts(order, report), report
        self._names = [source.stem for source in order.notebooks]
        self._arrived: dict[str, Executed] = {}
        self._bound: list[Page] = []
        self._next_number = 1

    def add(self, done: Executed) -> list[Page]:
        """The pages that can be printed now that this notebook has come: it and those that waited for it."""
        self._arrived[done.name] = done
        ready = []
        while len(self._bound) < len(self._names) and (name := self._names[len(self._bound)]) in self._arrived:
            ready.append(self._bind(self._arrived[name]))
        return ready

    def whole(self) -> Page:
        """The bound report, once every notebook has come."""
        title = f"{self._report.settings.body.force} performance report, {self._report.quarter.label}"
        whole = binding.joined([page.notebook for page in self._bound], title=title, whole=True, **self._facts)
        if self._facts.get("draft"):  # after the cover: what it is a draft for
            shown = audit_page.contradictions(self._report.audited, self._report.findings)
            whole.cells.insert(1, binding.cell(shown, "contradictions"))
        return Page("report", whole)

    def _bind(self, done: Executed) -> Page:
        force, quarter = self._report.settings.body.force, self._report.quarter
        title = f"{force}: {_title(done)}, {quarter.name} {quarter.financial_year}"
        page = Page(f"pages/{done.name}", binding.page(done.notebook, title=title, **self._facts))
        self._next_number = binding.numbered(page.notebook, self._next_number)
        self._bound.append(page)
        return page


def render(notebook: NotebookNode, to: Path, seconds: float | None = None) -> None:
    """A bound page as HTML and PDF, in a process of its own where the run has a warm one; to: without a suffix.

    seconds: what such a process may take.
    """
    warm = nursery.current
    if warm is None:
        _render(notebook, to)
        return
    bound = warm.temporary / f"{to.name}.ipynb"
    nbformat.write(notebook, bound)
    try:
        code = warm.wait(warm.job("page", notebook=str(bound), to=str(to)), seconds)
    except TimeoutError:
        raise PerfError(f"{to.name}: its rendering exceeded its time limit of {seconds:g} seconds") from None
    refused = bound.with_suffix(".refused")
    if code:
        ended = f"{to.name}: its rendering ended with {code} (a negative number is the signal that ended it)"
        raise PerfError(refused.read_text(encoding="utf-8") if refused.exists() else ended)


def _render(notebook: NotebookNode, to: Path) -> None:
    html, _ = ReportHTMLExporter().from_notebook_node(notebook)
    to.with_suffix(".html").write_text(html, encoding="utf-8", newline="\n")
    pdf, _ = ReportPDFExporter().from_notebook_node(notebook)
    to.with_suffix(".pdf").write_bytes(pdf)


def _render_file(notebook: str, to: str) -> None:
    """The same from a file; what is refused is in the file beside it, in one line."""
    tempfile.tempdir = str(Path(notebook).parent)  # the run's own folder, cleared away whatever ends this process
    try:
        _render(nbformat.read(notebook, as_version=4), Path(to))
    except PerfError as error:
        Path(notebook).with_suffix(".refused").write_text(str(error), encoding="utf-8")
        sys.exit(1)


nursery.JOBS["page"] = _render_file


def _title(done: Executed) -> str:
    return str(done.notebook.metadata.get("title") or wording.sentence_case(done.name[2:].replace("_", " ")))
