"""The work of one run: its jobs, and what follows when each is done.

A notebook is executed, a page rendered, a spreadsheet written, each in a job of its own. Once every notebook has run
the report is bound and its cells converted for print; its PDF is set while the pages, which show the same cells, are
rendered. What a job needs is opened and loaded before it is forked.
"""

from __future__ import annotations

import importlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import reads_json

from perf_lib.press import execute, outputs, pack_folder, pdf, record
from perf_lib.press.binding import Binder, Page, page_of_check
from perf_lib.press.check import Checked, check
from perf_lib.press.execute import Executed, Task
from perf_lib.press.jobs import Done, Job, JobError, Jobs
from perf_lib.press.order import Order, Steps
from perf_lib.press.reuse import Reusable
from perf_lib.report import Report
from perf_lib.words.errors import ContradictionError, PerfError

Writer = Callable[[Report, Path], None]
"""Writes one file, or folder, of a pack: from a report, to a path."""

FIRST, NOTEBOOK, LATER = 0, 1, 2
"""Ranks of jobs: those on which others wait (the check, the bound report); notebooks; pages and spreadsheets."""
THREADED = ("typst",)
"""Libraries with threads of their own, which a forked process would lose."""
_OF_NOTEBOOKS = ("papermill", "IPython.core.completerlib", "perf_lib.press.cells")
_KERNELS_END = 30
"""Seconds that an ordinary kernel has to end in after its time limit, before its process is killed."""


def load_for_notebooks(draws: bool) -> None:
    """Load what notebooks start with, before their processes are forked. draws: whether they draw charts."""
    if draws:
        from perf_lib.views import charts

        charts.warm()
    for module in _OF_NOTEBOOKS:
        importlib.import_module(module)
    if sys.modules.get("rfc3987_syntax", sys) is None:  # jsonschema did without it; a notebook may want it
        del sys.modules["rfc3987_syntax"]


class Work:
    """The jobs of one run; the check of commentary starts at once.

    temporary: the run's folder for sockets and scratch files. printed: digests of what is on each page, by its place.
    """

    def __init__(self, order: Order, report: Report, jobs: Jobs, temporary: Path, steps: Steps) -> None:
        self._order, self._report, self._jobs, self._temporary = order, report, jobs, temporary
        self._told = _Told(steps)
        self._binder = Binder(order, report)
        self._executed: dict[str, Executed] = {}
        self._printed_before, self.printed = record.pages_of(order), dict[str, str]()
        self._follow_up: dict[Job, Callable[[Done], None]] = {}
        self._scratch: Path | None = None
        self._checked: Checked | None = None
        self._pages: list[Page] = []
        self._add(Job("the check of commentary", partial(check, order)), self._check_done, FIRST)

    def wait_for_check(self) -> None:
        """Wait for the check alone; raises ContradictionError where nothing may be published."""
        for done in self._jobs.results():
            self._follow_up.pop(done.job)(done)
            if self._checked is not None:
                return

    def make(self, scratch: Path, reusable: Reusable, writers: Mapping[str, Writer]) -> list[Executed]:
        """Make the pack's files in the folder `scratch`: execute what cannot be reused, render, write.

        writers: by the name of what each writes. Answers what came of each notebook, in the report's order.
        """
        self._scratch = scratch
        for folder in ("notebooks", "pages"):
            pack_folder.new_folder(scratch / folder)
        self._told.plan(2 * len(self._order.notebooks) + len(writers) + (1 if self._order.public else 2))
        reused = {executed.name for executed in reusable.notebooks}
        for source in _longest_first([each for each in self._order.notebooks if each.stem not in reused]):
            self._execute(source, self._order.limits.retries)
        self._load_for_pages()  # while the first notebooks run
        for name, write in writers.items():
            self._write(name, write, reusable)
        for executed in reusable.notebooks:
            self._reuse(executed)
        self._bind()
        for done in self._jobs.results():
            self._follow_up.pop(done.job)(done)
        return [self._executed[source.stem] for source in self._order.notebooks]

    @property
    def facts_of_check(self) -> Mapping[str, Any]:
        """What the record keeps of the check of commentary."""
        return {} if self._checked is None else self._checked.facts

    def _add(self, job: Job, follow_up: Callable[[Done], None], rank: int = LATER) -> None:
        self._follow_up[job] = follow_up
        self._jobs.add(job, rank)

    def _check_done(self, done: Done) -> None:
        self._checked = _result(done, "the check of commentary")
        if self._checked.refusal is not None:
            raise ContradictionError(self._checked.refusal)
        self._told.go_on()
        self._bind()

    def _execute(self, source: Path, tries: int) -> None:
        """Have a notebook executed; tries: how often again, where it does not come to its first cell."""
        order, seconds = self._order, self._order.limits.seconds
        task = Task(
            source=source.resolve(),
            target=(self._folder / "notebooks" / source.name).resolve(),
            parameters=order.parameters,
            working_folder=order.working_folder,
            scratch=self._temporary / f"{source.stem}-{tries}",
            kernel=order.kernels,
            seconds=seconds if order.kernels else None,
        )
        limit = None if seconds is None else seconds + (_KERNELS_END if order.kernels else 0)
        follow_up = partial(self._notebook_done, task, tries, time.monotonic())
        self._add(Job(source.stem, partial(execute.execute, task), limit), follow_up, NOTEBOOK)

    def _notebook_done(self, task: Task, tries: int, started: float, done: Done) -> None:
        if isinstance(done.error, TimeoutError | JobError):
            reason = f"Kernel died: {done.error}" if isinstance(done.error, JobError) else str(done.error)
            outcome = execute.ended(task, reason, time.monotonic() - started)
        else:
            outcome = _result(done, task.source.stem)
        if outcome.error is not None and not outcome.began and tries:
            self._execute(task.source, tries - 1)
            return
        notebook = reads_json(task.target.read_text(encoding="utf-8"))
        reads = record.reads_of(outcome.reads, self._order)
        executed = Executed(task.source.stem, notebook, outcome.seconds, outcome.error, reads)
        self._told.done(f"{executed.name} {executed.result}")
        for line in outputs.remarks(notebook, executed.name):
            self._told.warned(line)
        self._arrived(executed)

    def _reuse(self, executed: Executed) -> None:
        """Take a notebook of the earlier pack as it is."""
        name = f"{executed.name}.ipynb"
        shutil.copy(self._order.target / "notebooks" / name, self._folder / "notebooks" / name)
        self._told.done(f"{executed.name} not executed again: nothing that it reads has changed")
        self._arrived(executed)

    def _arrived(self, executed: Executed) -> None:
        """Have the pages rendered that can be bound now; none once a notebook has failed."""
        self._executed[executed.name] = executed
        if any(each.error for each in self._executed.values()):
            return
        self._pages += self._binder.add(executed)
        self._bind()

    def _bind(self) -> None:
        """Bind the report and have it rendered, once every notebook has arrived and the check is done.

        Its cells are converted for print first; the pages, which show the same cells, are rendered from then on.
        """
        if self._checked is None or self._scratch is None or not self._binder.is_complete or self.printed:
            return
        if not self._report.is_public:
            self._pages.append(page_of_check(self._order, self._report, self._checked.page))
        whole = self._binder.whole(self._checked.contradictions)
        if self._reuse_page(whole):
            self._render_pages()
        else:
            filled = self._temporary / "filled"
            work = partial(render_report, whole.notebook, self._folder.resolve() / whole.path, self._converted, filled)
            self._add(self._page_job(whole, work), partial(self._report_filled, whole, filled), FIRST)

    def _report_filled(self, whole: Page, filled: Path, done: Done) -> None:
        source = _result(done, f"{whole.name}: its rendering")
        work = partial(print_report, source, filled, self._folder.resolve() / whole.path)
        self._add(self._page_job(whole, work), partial(self._done, "rendering", "rendered"), FIRST)
        self._render_pages()

    def _render_pages(self) -> None:
        for page in self._pages:
            if not self._reuse_page(page):
                work = partial(render, page.notebook, self._folder.resolve() / page.path, self._converted)
                self._add(self._page_job(page, work), partial(self._done, "rendering", "rendered"))

    def _reuse_page(self, page: Page) -> bool:
        """Take a page from the earlier pack where it would be printed the same; whether that was so."""
        self.printed[page.path] = page.digest
        if self._printed_before.get(page.path) != self.printed[page.path]:
            return False
        for path in self._order.target.glob(f"{page.path}.*"):
            shutil.copy(path, (self._folder / page.path).with_suffix(path.suffix))
        self._told.done(f"{page.name} not rendered again: nothing on it has changed")
        return True

    def _page_job(self, page: Page, work: Callable[[], Any]) -> Job:
        return Job(page.name, work, self._order.limits.seconds)

    def _done(self, what: str, outcome: str, done: Done) -> None:
        _result(done, f"{done.job.name}: its {what}")
        self._told.done(f"{done.job.name} {outcome}")

    def _write(self, name: str, write: Writer, reusable: Reusable) -> None:
        earlier = next((path for path in reusable.spreadsheets if path.name == name), None)
        if earlier is not None:
            shutil.copy(earlier, self._folder)
            self._told.done(f"{name} not written again: no figure has changed")
            return
        work = partial(_write, write, self._order, self._folder.resolve() / name)
        self._add(Job(name, work, self._order.limits.seconds), partial(self._done, "writing", "written"))

    @property
    def _folder(self) -> Path:
        """The folder that the pack is built in, which there is once `make` has been called."""
        assert self._scratch is not None  # noqa: S101 - nothing is executed or rendered before
        return self._scratch

    @property
    def _converted(self) -> Path:
        """Where cells are kept in Typst's language, for every page that shows them."""
        return self._temporary / "typst"

    def _load_for_pages(self) -> None:
        """Load what pages are rendered with, and take the cells that the earlier report was set from."""
        from perf_lib.press import exporters

        exporters.warm()
        self._converted.mkdir()
        if (source := record.source_of(self._order)) is not None:
            pdf.keep_cells(source.read_text(encoding="utf-8"), self._converted)


def render(notebook: NotebookNode, to: Path, converted: Path) -> None:
    """A bound page as HTML and PDF. to: without a suffix. converted: as of pdf.source_of."""
    page, source = _render_html(notebook, to, converted)
    to.with_suffix(".pdf").write_bytes(pdf.to_pdf(page, source))


def render_report(notebook: NotebookNode, to: Path, converted: Path, filled: Path) -> str:
    """The bound report as HTML; what its PDF is set from. filled: a file for the page as the template has it."""
    page, source = _render_html(notebook, to, converted)
    filled.write_text(page, encoding="utf-8")
    to.with_suffix(".typ").write_text(source, encoding="utf-8", newline="\n")
    return source


def print_report(source: str, filled: Path, to: Path) -> None:
    """The bound report as PDF, from what render_report has made."""
    tempfile.tempdir = str(filled.parent)
    to.with_suffix(".pdf").write_bytes(pdf.to_pdf(filled.read_text(encoding="utf-8"), source))


def _render_html(notebook: NotebookNode, to: Path, converted: Path) -> tuple[str, str]:
    from perf_lib.press import exporters

    tempfile.tempdir = str(converted.parent)  # the run's own folder, cleared away whatever ends this process
    page, source = exporters.filled(notebook, converted)
    to.with_suffix(".html").write_text(exporters.finished(page), encoding="utf-8", newline="\n")
    return page, source


def _write(write: Writer, order: Order, to: Path) -> None:
    from perf_lib.report import open_report

    write(open_report(order.quarter, order.params, order.public), to)


def _result(done: Done, what: str) -> Any:
    """A job's result, or what went wrong with it raised: a PerfError, one line, where its process gave no result."""
    if done.error is None:
        return done.result
    if isinstance(done.error, TimeoutError):
        raise PerfError(f"{what} exceeded its time limit of {done.job.seconds:g} seconds")
    if isinstance(done.error, JobError):
        raise PerfError(f"{what} failed: {done.error}")
    raise done.error


def _longest_first(sources: list[Path]) -> list[Path]:
    """Notebooks with most cells first, so that none of them is left to run alone at the end."""
    return sorted(sources, key=lambda source: -source.stat().st_size)


class _Told:
    """Tells each step to whoever asked for it, once it is known that the run goes on: a refusal is all that is said."""

    def __init__(self, steps: Steps) -> None:
        self._steps, self._held = steps, list[Callable[[], None]]()
        self._goes_on = False

    def plan(self, count: int) -> None:
        self._tell(partial(self._steps.planned, count))

    def done(self, step: str) -> None:
        self._tell(partial(self._steps.done, step))

    def warned(self, line: str) -> None:
        self._tell(partial(self._steps.warned, line))

    def go_on(self) -> None:
        self._goes_on = True
        for tell in self._held:
            tell()
        self._held.clear()

    def _tell(self, tell: Callable[[], None]) -> None:
        if self._goes_on:
            tell()
        else:
            self._held.append(tell)
