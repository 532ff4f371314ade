"""Bound pages printed to HTML and PDF, each in a process of its own where the run has a warm one for them.

That one is forked before anything else is done, and loads what pages are printed with while the report is opened. What
the pack before was set from is set there once more meanwhile: Typst remembers, so what is the same again takes no time.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from perf_lib.errors import PerfError
from perf_lib.press import nursery, record
from perf_lib.press.order import Order

if TYPE_CHECKING:
    from nbformat import NotebookNode

REPORT = "report"
"""The bound report's name; what its PDF is set from is kept beside it, for the next run to take cells from."""


@contextmanager
def warm_process(order: Order, temporary: Path) -> Iterator[None]:
    """The run's warm process for pages. temporary: the run's folder for sockets and scratch files."""

    def ready() -> None:
        nursery.give_way()
        from perf_lib.press import exporters, pdf

        exporters.warm()
        if (source := record.source_of(order)) is not None:
            pdf.keep_cells(source.read_text(encoding="utf-8"), _converted(temporary))
            nursery.begin("report", bound=str(_place(temporary, REPORT)), before=str(source))

    with nursery.warm(nursery.PAGES, temporary, ready):
        yield


def render(notebook: NotebookNode, to: Path, seconds: float | None = None) -> None:
    """A bound page as HTML and PDF; to: without a suffix. seconds: what a process of its own may take."""
    warm = nursery.current.get(nursery.PAGES)
    if warm is None:
        _render(notebook, to)
    else:
        _in_a_process(warm, notebook, to, seconds)


def _in_a_process(warm: nursery.Nursery, notebook: NotebookNode, to: Path, seconds: float | None) -> None:
    bound, name = _place(warm.temporary, to.name), to.name
    part = bound.with_suffix(".part")
    part.write_text(json.dumps({"to": str(to), "notebook": notebook}), encoding="utf-8")
    part.replace(bound)  # in one step: somebody may be waiting for it
    try:
        code = warm.wait(warm.job("report" if name == REPORT else "page", bound=str(bound)), seconds)
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


def _render_page(bound: str) -> None:
    """The same from a file; what is refused is in the file beside it, in one line."""
    place = Path(bound)
    tempfile.tempdir = str(place.parent)  # the run's own folder, cleared away whatever ends this process
    told = json.loads(place.read_text(encoding="utf-8"))
    try:
        _render(_notebook(told["notebook"]), Path(told["to"]), _converted(place.parent))
    except PerfError as error:
        _refuse(place, str(error))
    except OSError as error:  # as when the disk is full
        name = Path(told["to"]).name
        _refuse(place, f"{name}: cannot be written: {error.strerror}; the pack that was there is as it was")


def _render_report(bound: str, before: str | None = None) -> None:
    """The same of the bound report, once its file is there; before: what the one before was set from, in its pack."""
    if before is not None:
        tempfile.tempdir = str(Path(bound).parent)
        with suppress(Exception):  # a mistake in what is only practice is nobody's loss
            _practise(Path(before))
    while not Path(bound).exists():
        time.sleep(0.005)
    _render_page(bound)


def _practise(source: Path) -> None:
    from perf_lib.press import pdf

    page = source.with_suffix(".html").read_text(encoding="utf-8")
    pdf.set_in_typst(source.read_text(encoding="utf-8"), page)


def _refuse(bound: Path, why: str) -> NoReturn:
    bound.with_suffix(".refused").write_text(why, encoding="utf-8")
    sys.exit(1)


def _notebook(told: dict[str, Any]) -> NotebookNode:
    """A notebook that this run wrote itself: nbformat would look long for what may be wrong with it."""
    import nbformat

    return nbformat.from_dict(told)


def _place(temporary: Path, name: str) -> Path:
    """Where a page that a process is to print lies."""
    return temporary / f"{name}.page"


def _converted(temporary: Path) -> Path:
    """Where the run's converted cells are kept."""
    folder = temporary / "typst"
    folder.mkdir(exist_ok=True)
    return folder


nursery.JOBS["page"], nursery.JOBS["report"] = _render_page, _render_report
