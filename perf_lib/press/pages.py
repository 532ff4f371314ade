"""Executed notebooks to pages: bound into one report, each rendered to HTML and PDF."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import nbformat
from nbformat import NotebookNode

from perf_lib import wording
from perf_lib.errors import PerfError
from perf_lib.markup import Fragment
from perf_lib.press import binding, nursery
from perf_lib.press.execute import Executed
from perf_lib.press.order import Order
from perf_lib.report import Report

REPORT = "report"
"""The bound report's name; what its PDF is set from is kept beside it, for the next run to take cells from."""


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

    @property
    def facts_of_whole(self) -> dict[str, Any]:
        """What templates say on the bound report."""
        title = f"{self._report.settings.body.force} performance report, {self._report.quarter.label}"
        return {"title": title, "whole": True, **self._facts}

    def whole(self) -> Page:
        """The bound report, once every notebook has come."""
        whole = binding.joined([page.notebook for page in self._bound], **self.facts_of_whole)
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


def render(notebook: NotebookNode, to: Path, seconds: float | None = None, process: int | None = None) -> None:
    """A bound page as HTML and PDF, in a process of its own where the run has a warm one; to: without a suffix.

    seconds: what such a process may take. process: one that waits for this page already.
    """
    warm = nursery.current
    if warm is None:
        _render(notebook, to)
    else:
        _in_a_process(warm, notebook, to, seconds, process)


def practise(source: Path, to: Path, facts: dict[str, Any]) -> int | None:
    """A process that waits for the bound report, and sets the one before meanwhile; None where there is no warm one.

    Typst remembers: what is as it was before takes it no time then. source: what the report before was set from, beside
    its HTML. to: as of render. facts: what templates say on the new one.
    """
    warm = nursery.current
    if warm is None:
        return None
    told = {"notebook": str(_place(warm, to)), "to": str(to), "source": str(source), "facts": facts}
    return warm.job("practised page", **told)


def keep_cells(source: Path) -> None:
    """Take what the cells of an earlier report came to for its PDF: they need not be converted again."""
    warm = nursery.current
    if warm is not None:
        from perf_lib.press import pdf

        pdf.keep_cells(source.read_text(encoding="utf-8"), _converted(warm.temporary))


def warm() -> None:
    """Load what pages are rendered with, in the process that theirs are forked from."""
    from perf_lib.press import exporters

    exporters.warm()


def _in_a_process(
    warm: nursery.Nursery, notebook: NotebookNode, to: Path, seconds: float | None, process: int | None
) -> None:
    bound, name = _place(warm, to), to.name
    part = bound.with_suffix(".part")
    part.write_text(json.dumps(notebook), encoding="utf-8")
    part.replace(bound)  # in one step: somebody may be waiting for it
    try:
        code = warm.wait(process or warm.job("page", notebook=str(bound), to=str(to)), seconds)
    except TimeoutError:
        raise PerfError(f"{name}: its rendering exceeded its time limit of {seconds:g} seconds") from None
    refused = bound.with_suffix(".refused")
    if code:
        ended = f"{name}: its rendering ended with {code} (a negative number is the signal that ended it)"
        raise PerfError(refused.read_text(encoding="utf-8") if refused.exists() else ended)


def _render(notebook: NotebookNode, to: Path, converted: Path | None = None) -> None:
    # Imported here: nbconvert is for the process that renders, which is mostly not the press's own.
    from perf_lib.press.exporters import html_and_pdf

    page, document, source = html_and_pdf(notebook, converted)
    to.with_suffix(".html").write_text(page, encoding="utf-8", newline="\n")
    to.with_suffix(".pdf").write_bytes(document)
    if to.name == REPORT:
        to.with_suffix(".typ").write_text(source, encoding="utf-8", newline="\n")


def _render_file(notebook: str, to: str) -> None:
    """The same from a file; what is refused is in the file beside it, in one line."""
    try:
        _render(_read(notebook), Path(to), _converted(Path(notebook).parent))
    except PerfError as error:
        _refuse(notebook, str(error))
    except OSError as error:  # as when the disk is full
        _refuse(notebook, f"{Path(to).name}: cannot be written: {error.strerror}; the pack that was there is as it was")


def _render_practised(notebook: str, to: str, source: str, facts: dict[str, Any]) -> None:
    """The same once the file is there; until then what the report before was set from is set."""
    with contextlib.suppress(Exception):  # a mistake in what is only practice is nobody's loss
        from perf_lib.press import exporters

        before = Path(source)
        page = before.with_suffix(".html").read_text(encoding="utf-8")
        exporters.practise(page, before.read_text(encoding="utf-8"), facts)
    while not Path(notebook).exists():
        time.sleep(0.005)
    _render_file(notebook, to)


def _refuse(notebook: str, why: str) -> NoReturn:
    Path(notebook).with_suffix(".refused").write_text(why, encoding="utf-8")
    sys.exit(1)


def _read(notebook: str) -> NotebookNode:
    """A notebook that this run wrote itself: nbformat would look long for what may be wrong with it."""
    tempfile.tempdir = str(Path(notebook).parent)  # the run's own folder, cleared away whatever ends this process
    return nbformat.from_dict(json.loads(Path(notebook).read_text(encoding="utf-8")))


def _place(warm: nursery.Nursery, to: Path) -> Path:
    """Where a page lies that a process is to render."""
    return warm.temporary / f"{to.name}.ipynb"


def _converted(temporary: Path) -> Path:
    """Where the run's converted cells are kept."""
    folder = temporary / "typst"
    folder.mkdir(exist_ok=True)
    return folder


nursery.JOBS["page"], nursery.JOBS["practised page"] = _render_file, _render_practised


def _title(done: Executed) -> str:
    return str(done.notebook.metadata.get("title") or wording.sentence_case(done.name[2:].replace("_", " ")))
