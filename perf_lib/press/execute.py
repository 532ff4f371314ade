"""Notebooks executed by papermill, each on a kernel of its own."""

from __future__ import annotations

import ast
import errno
import math
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

import perf_lib
from perf_lib.press.order import Limits
from perf_lib.words.errors import InputError, suggestion

KERNEL = "python3"
START_LIMIT = 60
"""Seconds within which a kernel has to answer."""
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
SILENCE = 120
"""Seconds that what a finished cell printed may be on its way; nbclient's own 4 are too few on a busy machine."""


@dataclass(frozen=True)
class Executed:
    """What came of one notebook: the notebook as executed, how long it took, and its error if it failed.

    reads: the files that it read, by their names in the run record, and the answers of parts that are known by them.
    kept: taken over from the earlier pack.
    """

    name: str
    notebook: NotebookNode
    seconds: float
    error: str | None = None
    reads: tuple[str, ...] = ()
    kept: bool = False

    @property
    def result(self) -> str:
        """In a word: executed, kept or failed."""
        return "failed" if self.error else "kept" if self.kept else "executed"


def execute(
    source: Path,
    parameters: Mapping[str, Any],
    target: Path,
    working_folder: Path,
    temporary: Path,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> tuple[Executed, list[str]]:
    """Execute a notebook into `target`; answers what came of it and what it read, a line each (perf_lib.press.reads).

    working_folder: where its kernel starts, so that relative paths in it hold. temporary: a folder that only this
    user may enter, for its sockets. Whatever becomes of the notebook or its kernel is said in the answer, not
    raised: others are to go on.
    """
    started = time.monotonic()
    for _ in range(limits.retries + 1):
        own = Path(tempfile.mkdtemp(dir=temporary))
        notebook, error = _attempt(source, parameters, target, working_folder, own, limits.seconds)
        if error is None or _has_begun(notebook):
            break
    error = _mark(notebook, error)
    _forget_the_machine(notebook, working_folder)
    nbformat.write(notebook, target)
    seconds = round(time.monotonic() - started, 2)
    return Executed(source.stem, notebook, seconds, error), _reads(own / "reads")


def _attempt(
    source: Path, parameters: Mapping[str, Any], target: Path, working_folder: Path, own: Path, seconds: float | None
) -> tuple[NotebookNode, str | None]:
    # Imported here: papermill brings clients of every cloud with it.
    import papermill

    from perf_lib.press import engine
    from perf_lib.press.provisioner import WarmKernelManager

    target.unlink(missing_ok=True)
    limited: dict[str, Any] = {}
    until = time.monotonic() + (math.inf if seconds is None else seconds)
    if seconds is not None:
        limited["timeout_func"] = lambda cell: max(1, round(until - time.monotonic()))
    try:
        done = papermill.execute_notebook(
            str(source),
            str(target),
            parameters=dict(parameters),
            engine_name=engine.NAME,
            kept=str(target),
            request_save_on_cell_execute=False,
            kernel_name=KERNEL,
            kernel_manager_class=WarmKernelManager,
            # Not papermill's cwd: that changes the folder of the press itself, under its other threads.
            resources={"metadata": {"path": str(working_folder)}},
            progress_bar=False,
            start_timeout=START_LIMIT,
            iopub_timeout=SILENCE,
            shutdown_kernel="immediate",  # its cells have all run
            config=_kernel_config(own),
            extra_arguments=[
                "--log-level=CRITICAL",  # what a kernel has to say of itself at its end
                "--HistoryManager.enabled=False",
                "--InteractiveShellApp.extra_extensions=perf_lib.press.reads",
                f"--Reads.to={own / 'reads'}",
            ],
            **limited,
        )
    except Exception as failure:
        if isinstance(failure, OSError) and failure.errno in _NO_ROOM:
            raise  # no fault of the notebook's, and nothing that could be kept of it
        said = _one_line(failure, seconds if time.monotonic() > until - 1 else None)
        return nbformat.read(target if target.exists() else source, as_version=4), said
    return done, None


def _has_begun(notebook: NotebookNode) -> bool:
    """Whether the kernel came as far as the first cell: if not, it is worth another try."""
    return any(cell.get("execution_count") is not None for cell in notebook.cells)


def _reads(written: Path) -> list[str]:
    return written.read_text(encoding="utf-8", errors="surrogateescape").splitlines() if written.exists() else []


def refuse_unknown(source: Path, parameters: Mapping[str, Any]) -> None:
    """Refuse a parameter that the notebook's parameters cell does not have: papermill would only warn of it."""
    known = _parameters_of(source)
    unknown = next((name for name in parameters if name not in known), None)
    if unknown is not None:
        raise InputError(f"{source.name}: has no parameter {unknown!r}; {suggestion(unknown, known)}")


def _parameters_of(source: Path) -> set[str]:
    try:
        notebook = nbformat.read(source, as_version=4)
        nbformat.validate(notebook)
    except Exception:  # nbformat has a dozen ways of saying so
        raise InputError(f"{source.name}: is not a Jupyter notebook") from None
    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise InputError(f"{source.name}: has {len(cells)} cells tagged 'parameters' where one is expected")
    try:
        written = ast.parse(cells[0].source).body
    except SyntaxError as error:
        raise InputError(
            f"{source.name}: its parameters cell is not Python: {error.msg}, line {error.lineno}"
        ) from None
    assigned = [node for node in written if isinstance(node, ast.Assign)]
    return {target.id for node in assigned for target in node.targets if isinstance(target, ast.Name)}


def _one_line(failure: Exception, limit: float | None) -> str:
    """What befell a notebook; limit: the seconds that it had, where they are over."""
    from nbclient.exceptions import CellTimeoutError

    if isinstance(failure, CellTimeoutError) and limit is not None:
        return f"it exceeded its time limit of {limit:g} seconds"
    if isinstance(failure, CellTimeoutError):  # nbclient has one error for both
        return f"its kernel fell silent: what the cell printed did not arrive within {SILENCE} seconds"
    name, value = getattr(failure, "ename", type(failure).__name__), getattr(failure, "evalue", str(failure))
    cell = getattr(failure, "cell_index", None)
    where = f"cell {cell}: " if cell is not None else ""
    return f"{where}{name}: {str(value).splitlines()[0] if str(value) else ''}".rstrip(": ")


def _mark(notebook: NotebookNode, error: str | None) -> str | None:
    """Put the error where it struck, when the kernel was in no state to: the furthest cell reached. Answers the
    error with its cell.
    """
    if error is None or any(
        output.output_type == "error" for cell in notebook.cells for output in cell.get("outputs", [])
    ):
        return error
    code = [(number, cell) for number, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    reached = [(number, cell) for number, cell in code if cell.execution_count is not None]
    waiting = [(number, cell) for number, cell in code if cell.execution_count is None]
    # A kernel that dies leaves its cell counted but without an output; one that never started leaves none counted.
    struck = reached[-1] if reached and not reached[-1][1].outputs else next(iter(waiting), None)
    if struck is None:
        return error
    number, cell = struck
    said = f"cell {number}: {error}" if reached else error
    cell.outputs = [nbformat.v4.new_output("error", ename="KernelError", evalue=said, traceback=[said])]
    return said


def _forget_the_machine(notebook: NotebookNode, working_folder: Path) -> None:
    """Take papermill's notes of paths, versions and times out, and folders out of tracebacks: they name the machine."""
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "parameters-given"  # papermill draws a new one each time
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.evalue = without_folders(output.evalue, working_folder)
                output.traceback = [without_folders(line, working_folder) for line in output.traceback]


def without_folders(text: str, working_folder: Path) -> str:
    """A message without the machine's folders: what lies in the project, the package, Python or home is said so."""
    known = [
        (str(working_folder), "."),
        (str(Path(perf_lib.__file__).parents[1]), "…"),
        (sys.prefix, "…"),
        (sys.base_prefix, "…"),
        (tempfile.gettempdir(), "…"),
        (str(Path.home()), "~"),
    ]
    for folder, said in sorted(known, key=lambda each: -len(each[0])):
        if len(folder) > 1:  # a home of "/" is no trace
            text = text.replace(folder, said)
    return text


def _kernel_config(own: Path) -> Config:
    """Kernels talk over sockets in a folder that only this user may enter, where the system has such sockets."""
    if os.name != "posix":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{own}/k", "connection_file": f"{own}/kernel.json"}})
