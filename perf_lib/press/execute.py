"""A notebook executed: the job of a process of its own, and what comes of it for the press."""

from __future__ import annotations

import ast
import errno
import gc
import logging
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

import perf_lib
from perf_lib.press import outputs, reads
from perf_lib.words.errors import InputError, suggestion

KERNEL = "python3"
KERNEL_READS = "reads"
START_LIMIT = 60
"""Seconds within which an ordinary kernel has to answer."""
SILENCE = 120
"""Seconds that an ordinary kernel's output may be on its way; nbclient's own 4 are too few on a busy machine."""
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_MORE_EXPENDABLE = "500"
"""How much likelier than the press a notebook is to be ended when memory runs out (oom_score_adj)."""


@dataclass(frozen=True)
class Executed:
    """What came of one notebook: the notebook as executed, how long it took, and its error if it failed.

    reads: the files that it read, by their names in the run record, and the answers of parts known by their answer.
    reused: taken from the earlier pack.
    """

    name: str
    notebook: NotebookNode
    seconds: float
    error: str | None = None
    reads: tuple[str, ...] = ()
    reused: bool = False

    @property
    def result(self) -> str:
        """In a word: executed, kept or failed."""
        return "failed" if self.error else "kept" if self.reused else "executed"


@dataclass(frozen=True)
class Task:
    """A notebook to execute into `target`.

    working_folder: where its cells run, so that relative paths in them hold. scratch: a folder that only this user may
    enter. kernel: whether an ordinary Jupyter kernel runs it. seconds: how long that kernel may take.
    """

    source: Path
    target: Path
    parameters: Mapping[str, Any]
    working_folder: Path
    scratch: Path
    kernel: bool = False
    seconds: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What a notebook's own process answers: the notebook itself is in the task's target.

    began: whether its first cell did. reads: paths of files, and answers (perf_lib.press.reads).
    """

    seconds: float
    error: str | None
    began: bool
    reads: tuple[str, ...] = ()


def execute(task: Task) -> Outcome:
    """Execute a notebook in this process, which is given over to it; whatever becomes of it is in the answer."""
    started = time.monotonic()
    task.scratch.mkdir(parents=True, exist_ok=True)
    paths = _give_over(task)
    notebook, error = _attempt(task)
    paths += outputs.with_pictures(notebook, task.source.parent)
    if task.kernel:
        paths += reads.recorded(task.scratch / KERNEL_READS)
    return _finished(task, notebook, error, time.monotonic() - started, tuple(paths))


def ended(task: Task, reason: str, seconds: float) -> Outcome:
    """The outcome of a notebook whose process ended by itself or by its deadline: as far as it came, with the error."""
    from perf_lib.press import cells

    partial = _partial(task)
    notebook = cells.unfinished(partial if partial.exists() else task.source)
    return _finished(task, notebook, reason, seconds)


def _finished(
    task: Task, notebook: NotebookNode, error: str | None, seconds: float, reads: tuple[str, ...] = ()
) -> Outcome:
    began = _has_begun(notebook)
    error = _mark(notebook, error)
    _forget_the_machine(notebook, task.working_folder)
    nbformat.write(notebook, task.target)
    return Outcome(round(seconds, 2), error, began, reads)


def _partial(task: Task) -> Path:
    return task.scratch / "partial.ipynb"


def _give_over(task: Task) -> list[str]:
    """Make this process the notebook's own; answers the list that fills with what its cells read."""
    if os.name == "posix":
        with suppress(OSError):  # it leads its session already
            os.setsid()  # so that no cell can ask for anything at the terminal
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_MORE_EXPENDABLE)
    gc.enable()  # this is no longer the press, but whatever the notebook makes of it
    os.chdir(task.working_folder)
    if task.kernel:
        return []
    # An ordinary kernel names the backend before matplotlib is loaded.
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].rcParams["backend"] = os.environ["MPLBACKEND"]
    paths: list[str] = []
    reads.record(paths.append, within=task.working_folder)
    return paths


def _attempt(task: Task) -> tuple[NotebookNode, str | None]:
    import papermill
    from papermill.engines import papermill_engines

    from perf_lib.press import engine

    papermill_engines.register(engine.NAME, engine.CellEngine)  # an environment may be older than its entry point
    # A cell's error is the press's to tell, in one line; papermill's log would tell it again.
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    task.target.unlink(missing_ok=True)
    until = None if task.seconds is None else time.monotonic() + task.seconds
    try:
        notebook = papermill.execute_notebook(
            str(task.source),
            str(task.target),
            parameters=dict(task.parameters),
            engine_name=engine.NAME,
            partial=str(_partial(task)),
            request_save_on_cell_execute=False,
            kernel_name=KERNEL,
            language="python",  # editors leave it out
            progress_bar=False,
            **(_of_kernel(task, until) if task.kernel else {}),
        )
    except Exception as failure:
        if isinstance(failure, OSError) and failure.errno in _NO_ROOM:
            raise  # no fault of the notebook's, and nothing of it could be kept
        late = until is not None and time.monotonic() > until - 1
        place = next(each for each in (task.target, _partial(task), task.source) if each.exists())
        return nbformat.read(place, as_version=4), _one_line(failure, task.seconds if late else None)
    return notebook, None


def _of_kernel(task: Task, until: float | None) -> dict[str, Any]:
    """What papermill is told of an ordinary kernel. It notes the files that it reads in a file of its own."""
    options: dict[str, Any] = {
        "kernel": True,
        "start_timeout": START_LIMIT,
        "iopub_timeout": SILENCE,
        "shutdown_kernel": "immediate",  # its cells have all run
        "config": _kernel_config(task.scratch),
        "extra_arguments": [
            "--log-level=CRITICAL",  # what a kernel reports at its end
            "--HistoryManager.enabled=False",
            "--InteractiveShellApp.extra_extensions=perf_lib.press.reads",
            f"--Reads.to={task.scratch / KERNEL_READS}",
        ],
    }
    if until is not None:
        options["timeout_func"] = lambda cell: max(1, round(until - time.monotonic()))
    return options


def _has_begun(notebook: NotebookNode) -> bool:
    """Whether the kernel came as far as the first cell: if not, it is worth another try."""
    return any(cell.get("execution_count") is not None for cell in notebook.cells)


def refuse_unknown(source: Path, parameters: Mapping[str, Any]) -> None:
    """Refuse a parameter that the notebook's parameters cell does not have: papermill would only warn of it."""
    known = _parameters_of(source)
    unknown = next((name for name in parameters if name not in known), None)
    if unknown is not None:
        raise InputError(f"{source.name}: has no parameter {unknown!r}; {suggestion(unknown, known)}")


def _parameters_of(source: Path) -> set[str]:
    try:
        notebook = nbformat.read(source, as_version=4, capture_validation_error={})
        nbformat.validate(nbformat.validator.normalize(notebook)[1])
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
    typed = [node.target for node in written if isinstance(node, ast.AnnAssign)]
    targets = [target for node in written if isinstance(node, ast.Assign) for target in node.targets]
    return {target.id for target in (*typed, *targets) if isinstance(target, ast.Name)}


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


def _kernel_config(folder: Path) -> Config:
    """Kernels talk over sockets in a folder that only this user may enter, where the system has such sockets."""
    if os.name != "posix":
        return Config()
    connection = {"transport": "ipc", "ip": f"{folder}/k", "connection_file": f"{folder}/kernel.json"}
    return Config({"KernelManager": connection})
