"""Executed notebooks to pages, bound into one report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from perf_lib.press import binding
from perf_lib.press.execute import Executed
from perf_lib.press.order import Order
from perf_lib.press.printing import REPORT
from perf_lib.report import Report
from perf_lib.views.html import Fragment
from perf_lib.words import wording


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
    """Makes pages of executed notebooks as they come, in whatever order; numbers run through in the report's.

    contradictions: asked, once every notebook has come, for what a draft opens with.
    """

    def __init__(self, order: Order, report: Report, contradictions: Callable[[], Fragment]) -> None:
        self._facts, self._report, self._contradictions = facts(order, report), report, contradictions
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
            whole.cells.insert(1, binding.cell(self._contradictions(), "contradictions"))
        return Page(REPORT, whole)

    def _bind(self, done: Executed) -> Page:
        force, quarter = self._report.settings.body.force, self._report.quarter
        title = f"{force}: {_title(done)}, {quarter.name} {quarter.financial_year}"
        page = Page(f"pages/{done.name}", binding.page(done.notebook, title=title, **self._facts))
        self._next_number = binding.numbered(page.notebook, self._next_number)
        self._bound.append(page)
        return page


def _title(done: Executed) -> str:
    return str(done.notebook.metadata.get("title") or wording.sentence_case(done.name[2:].replace("_", " ")))
