"""Executed notebooks into pages: what readers need not see taken out, paragraphs numbered, all bound as one report."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from perf_lib.press.order import BRIEFING
from perf_lib.press.outputs import printed_cells
from perf_lib.views.html import Fragment
from perf_lib.words import wording

if TYPE_CHECKING:
    from perf_lib.press.execute import Executed
    from perf_lib.press.order import Order
    from perf_lib.report import Report

OWN = "perf_lib"
"""The key of a notebook's metadata that is ours."""

REPORT = "report"
"""The bound report's place in a pack, without a suffix."""

AUDIT = "pages/audit"
"""The place of the page for reviewers."""

FILES = {
    "briefing.html": "The briefing",
    "briefing.pdf": "The briefing, PDF",
    "report.html": "The whole report",
    "report.pdf": "The whole report, PDF",
    "dashboard.xlsx": "The dashboard, Excel",
    "dashboard.ods": "The dashboard, OpenDocument",
    "findings.csv": "Every measure's figures, CSV",
}
"""What every page of a pack leads to besides its own PDF, with its words."""

_PARAGRAPH = re.compile(r'<div class="paragraph([^"]*)"><p>')


@dataclass(frozen=True)
class Page:
    """One page to render: its place in the pack without a suffix, and what is printed there."""

    path: str
    notebook: NotebookNode

    @property
    def name(self) -> str:
        """The page's name without its folder."""
        return Path(self.path).name

    @property
    def digest(self) -> str:
        """A digest of all that the page shows."""
        return hashlib.sha256(json.dumps(self.notebook, sort_keys=True).encode()).hexdigest()


def facts(report: Report, is_draft: bool) -> dict[str, Any]:
    """What templates print on every page: the running title, the marking, the language, who reports."""
    body, quarter = report.settings.body, report.quarter
    return {
        "running": f"{body.force} performance report, {quarter.name} {quarter.financial_year}",
        "marking": report.marking,
        "language": report.settings.language,
        "author": body.name,
        **({"draft": True} if is_draft else {}),
    }


class Binder:
    """Makes pages of executed notebooks in whatever order they arrive; paragraph numbers run in the report's order."""

    def __init__(self, order: Order, report: Report) -> None:
        self._facts, self._report, self._order = facts(report, order.draft), report, order
        self._names = [source.stem for source in order.notebooks if source.stem != BRIEFING]
        self._arrived: dict[str, Executed] = {}
        self._bound: list[Page] = []
        self._next_number = 1

    def add(self, executed: Executed) -> list[Page]:
        """The pages that can be printed now that this notebook has arrived: its own and those that waited for it."""
        if executed.name == BRIEFING:
            return [self._page(executed, BRIEFING)[0]]
        self._arrived[executed.name] = executed
        ready = []
        while not self.is_complete and (name := self._names[len(self._bound)]) in self._arrived:
            ready.append(self._bind(self._arrived[name]))
        return ready

    @property
    def is_complete(self) -> bool:
        """Whether every notebook has arrived."""
        return len(self._bound) == len(self._names)

    def whole(self, contradictions: Fragment) -> Page:
        """The bound report. contradictions: what a draft opens with."""
        title = f"{self._report.settings.body.force} performance report, {self._report.quarter.label}"
        pages = [page.notebook for page in self._bound]
        files = _files(self._order, REPORT)
        files += [(f"{page.path}.html", page.notebook.metadata[OWN]["part"]) for page in self._bound]
        whole = joined(pages, title=title, whole=True, files=files, **self._facts)
        if self._facts.get("draft"):  # after the cover, which says what it is a draft of
            whole.cells.insert(1, cell(contradictions, "contradictions"))
        return Page(REPORT, whole)

    def _bind(self, executed: Executed) -> Page:
        bound, self._next_number = self._page(executed, f"pages/{executed.name}", self._next_number)
        self._bound.append(bound)
        return bound

    def _page(self, executed: Executed, path: str, first: int = 1) -> tuple[Page, int]:
        """A notebook's page, its paragraphs numbered from `first`, and the number after its last."""
        force, quarter = self._report.settings.body.force, self._report.quarter
        part = _title(executed)
        title = f"{force}: {part}, {quarter.name} {quarter.financial_year}"
        files = _files(self._order, path)
        bound = Page(path, page(executed.notebook, executed.name, title=title, part=part, files=files, **self._facts))
        return bound, numbered(bound.notebook, first)


def page_of_check(order: Order, report: Report, shown: Fragment) -> Page:
    """The page for reviewers, `pages/audit`: what the check of commentary found; no part of the bound report."""
    body, quarter = report.settings.body, report.quarter
    title = f"{body.force}: audit of the commentary, {quarter.name} {quarter.financial_year}"
    cells = [cell(shown, "audit")]
    printed = page(new_notebook(cells=cells), title=title, files=_files(order, AUDIT), **facts(report, order.draft))
    numbered(printed)
    return Page(AUDIT, printed)


def page(notebook: NotebookNode, name: str = "the notebook", **facts: Any) -> NotebookNode:
    """A copy of an executed notebook with only what is printed, and `facts` for the template."""
    printed = copy.deepcopy(notebook)
    printed.cells = printed_cells(printed, name)
    printed.metadata[OWN] = {**printed.metadata.get(OWN, {}), **facts}
    return printed


def cell(shown: Fragment, name: str) -> NotebookNode:
    """A part of a page that no notebook shows, as the cell that would have shown it."""
    output = new_output("display_data", data={"text/html": shown.html, "text/plain": shown.text})
    return new_code_cell("", id=name, outputs=[output])


def numbered(notebook: NotebookNode, first: int = 1) -> int:
    """Number the notebook's paragraphs in place from `first`; answers the number after the last."""
    number = first

    def with_number(paragraph: re.Match[str]) -> str:
        nonlocal number
        number += 1
        return f'<div class="paragraph{paragraph[1]}" data-number="{number - 1}"><p>'

    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html")
            if html:
                output["data"]["text/html"] = _PARAGRAPH.sub(with_number, html)
    notebook.metadata[OWN] = {**notebook.metadata.get(OWN, {}), "numbered": True}
    return number


def joined(pages: Sequence[NotebookNode], **facts: Any) -> NotebookNode:
    """One notebook of all pages, in order, with the numbers that they have."""
    whole = new_notebook(cells=[cell for each in pages for cell in each.cells], metadata=dict(pages[0].metadata))
    whole.metadata[OWN] = {**facts, "numbered": True}
    return whole


def _files(order: Order, path: str) -> list[tuple[str, str]]:
    """The pack's other files as a page at `path` leads to them: address and words."""
    has_briefing = any(source.stem == BRIEFING for source in order.notebooks)
    names = {**FILES, f"{path}.pdf": "This page, PDF"}
    return [
        ("../" * path.count("/") + name, words)
        for name, words in names.items()
        if name != f"{path}.html" and (has_briefing or not name.startswith(BRIEFING))
    ]


def _title(executed: Executed) -> str:
    title = executed.notebook.metadata.get("title")
    return str(title or wording.sentence_case(executed.name.lstrip("0123456789_").replace("_", " ")))
