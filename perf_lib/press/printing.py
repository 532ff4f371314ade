"""Bound pages printed to HTML and PDF, in processes of their own where the run has a warm one to fork them from.

That one is forked before anything else is done, and loads what pages are printed with while the report is opened. A
printer prints one page after another. The one for the bound report first sets what the report before was set from:
Typst remembers, so what is the same again takes it no time.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from perf_lib.press import nursery, record
from perf_lib.press.order import Order
from perf_lib.words.errors import PerfError

if TYPE_CHECKING:
    from nbformat import NotebookNode

PRINTER, REPORT = "printer", "report"
"""Jobs of the warm process, the second by the bound report's name; what the report's PDF is set from is kept beside it,
for the next run to take cells from.
"""


@contextmanager
def warm_process(order: Order, temporary: Path) -> Iterator[None]:
    """The run's warm process for pages. temporary: the run's folder for sockets and scratch files."""

    def ready() -> None:
        from perf_lib.press import exporters, pdf

        exporters.warm()
        if (source := record.source_of(order)) is not None:
            pdf.keep_cells(source.read_text(encoding="utf-8"), _converted(temporary))
            pipes = [str(each) for each in _pipes(temporary, REPORT)]
            nursery.begin(REPORT, pipes=pipes, before=str(source))

    with nursery.warm(nursery.PAGES, temporary, ready) as warm:
        try:
            yield
        finally:
            if warm in _printers:
                _printers.pop(warm).close()


def render(notebook: NotebookNode, to: Path, seconds: float | None = None) -> None:
    """A bound page as HTML and PDF; to: without a suffix. seconds: what a process of its own may take."""
    warm = nursery.current.get(nursery.PAGES)
    if warm is None:
        _render(notebook, to)
        return
    with _lock:
        printers = _printers.setdefault(warm, Printers(warm))
    printers.render(notebook, to, seconds)


class Printers:
    """The processes that print a run's pages: one for the bound report, and as many others as pages are asked for at
    a time.
    """

    def __init__(self, warm: nursery.Nursery) -> None:
        self._warm = warm
        self._all, self._free = list[_Printer](), list[_Printer]()

    def render(self, notebook: NotebookNode, to: Path, seconds: float | None) -> None:
        """Have a page printed by one that is free."""
        bound = self._warm.temporary / f"{to.name}.page"
        bound.write_text(json.dumps({"to": str(to), "notebook": notebook}), encoding="utf-8")
        printer = self._free_one(to.name)
        refused = printer.print(bound, to.name, seconds)
        if refused:
            raise PerfError(refused)
        if to.name != REPORT:
            self._free.append(printer)

    def close(self) -> None:
        """No more is to be printed."""
        for printer in self._all:
            printer.close()

    def _free_one(self, name: str) -> _Printer:
        with _lock:
            if self._free and name != REPORT:
                return self._free.pop()
            job = REPORT if name == REPORT else PRINTER
            printer = _Printer(self._warm, job, f"{job}-{len(self._all)}")
            self._all.append(printer)
            return printer


_lock = Lock()
_printers: dict[nursery.Nursery | None, Printers] = {}
"""Those of the runs under way in this process, by their warm process."""


class _Printer:
    """The press's end of one such process: a pipe takes the places of pages, another says what came of each."""

    def __init__(self, warm: nursery.Nursery, job: str, name: str) -> None:
        self._warm = warm
        pipes = _pipes(warm.temporary, name if job != REPORT else REPORT)
        self._pid = warm.job(job, pipes=[str(each) for each in pipes])
        # Each both ways, so that neither end waits for the other to be opened.
        self._asked, self._told = (os.open(each, os.O_RDWR) for each in pipes)

    def print(self, bound: Path, name: str, seconds: float | None) -> str:
        """Have a page printed; says in one line why it was refused, and nothing where it was printed."""
        os.write(self._asked, os.fsencode(f"{bound}\n"))
        try:
            code = self._warm.wait(self._pid, seconds, self._told)
        except TimeoutError:
            return f"{name}: its rendering exceeded its time limit of {seconds:g} seconds"
        if code is None:
            return os.read(self._told, 1 << 16).decode().rstrip("\n")
        return f"{name}: its rendering ended with {code} (a negative number is the signal that ended it)"

    def close(self) -> None:
        """Let it go."""
        os.close(self._asked)
        os.close(self._told)


def _pipes(temporary: Path, name: str) -> tuple[Path, Path]:
    """The named pipes of a printer, there from now on: what it is asked, what it tells."""
    both = temporary / f"{name}.asked", temporary / f"{name}.told"
    for each in both:
        with suppress(FileExistsError):  # as that of the bound report's has been since before anybody asked
            os.mkfifo(each, 0o600)
    return both


def _print_what_is_asked(pipes: tuple[str, str], before: str | None = None) -> None:
    """A printer's own life. before: what the report before was set from, in its pack."""
    asked, told = pipes
    tempfile.tempdir = str(Path(asked).parent)  # the run's own folder, cleared away whatever ends this process
    if before is not None:
        with suppress(Exception):  # a mistake in what is only practice is nobody's loss
            _practise(Path(before))
    with Path(asked).open(encoding="utf-8") as places, Path(told).open("w", encoding="utf-8") as said:
        for place in places:
            print(_why_refused(Path(place.rstrip("\n"))), file=said, flush=True)


def _why_refused(bound: Path) -> str:
    """A page rendered from a file of the run; what is refused, in one line."""
    told = json.loads(bound.read_text(encoding="utf-8"))
    try:
        _render(_notebook(told["notebook"]), Path(told["to"]), _converted(bound.parent))
    except PerfError as error:
        return str(error)
    except OSError as error:  # as when the disk is full
        name = Path(told["to"]).name
        return f"{name}: cannot be written: {error.strerror}; the pack that was there is as it was"
    return ""


def _render(notebook: NotebookNode, to: Path, converted: Path | None = None) -> None:
    # Imported here: nbconvert is for the process that renders, which is mostly not the press's own.
    from perf_lib.press.exporters import html_and_pdf

    page, document, source = html_and_pdf(notebook, converted)
    to.with_suffix(".html").write_text(page, encoding="utf-8", newline="\n")
    to.with_suffix(".pdf").write_bytes(document)
    if to.name == REPORT:
        to.with_suffix(".typ").write_text(source, encoding="utf-8", newline="\n")


def _practise(source: Path) -> None:
    from perf_lib.press import pdf

    page = source.with_suffix(".html").read_text(encoding="utf-8")
    pdf.set_in_typst(source.read_text(encoding="utf-8"), page)


def _notebook(told: dict[str, Any]) -> NotebookNode:
    """A notebook that this run wrote itself: nbformat would look long for what may be wrong with it."""
    import nbformat

    return nbformat.from_dict(told)


def _converted(temporary: Path) -> Path:
    """Where the run's converted cells are kept."""
    folder = temporary / "typst"
    folder.mkdir(exist_ok=True)
    return folder


nursery.JOBS[PRINTER] = nursery.JOBS[REPORT] = _print_what_is_asked
