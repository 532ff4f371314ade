"""Notebooks executed by papermill, each on a kernel of its own, several at a time."""

from __future__ import annotations

import ast
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

from perf_lib.errors import InputError, suggestion

KERNEL = "python3"


@dataclass(frozen=True)
class Executed:
    """What came of one notebook: the notebook as executed, how long it took, and its error if it failed."""

    name: str
    notebook: NotebookNode
    seconds: float
    error: str | None = None


def execute_all(
    sources: Sequence[Path],
    parameters: Mapping[str, str],
    folder: Path,
    working_folder: Path,
    workers: int,
    tell: Callable[[Executed], None],
) -> list[Executed]:
    """Execute notebooks into `folder`, `workers` at a time; one that fails does not stop the others.

    parameters: what each notebook's parameters cell is given; a name that a notebook lacks is refused before
    anything runs. working_folder: where kernels start, so that relative paths in notebooks hold. tell: called
    with each notebook as it is done.
    """
    for source in sources:
        refuse_unknown(source, parameters)

    def one(source: Path) -> Executed:
        done = _execute(source, parameters, folder / source.name, working_folder)
        tell(done)
        return done

    with ThreadPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(one, sources))


def refuse_unknown(source: Path, parameters: Mapping[str, str]) -> None:
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


def _execute(source: Path, parameters: Mapping[str, str], target: Path, working_folder: Path) -> Executed:
    # Imported here: papermill brings clients of every cloud with it.
    import papermill

    started, error = time.monotonic(), None
    with tempfile.TemporaryDirectory(prefix="perf_lib-") as sockets:
        try:
            papermill.execute_notebook(
                str(source),
                str(target),
                parameters=dict(parameters),
                kernel_name=KERNEL,
                cwd=str(working_folder),
                progress_bar=False,
                config=_kernel_config(sockets),
                extra_arguments=["--log-level=CRITICAL"],  # what a kernel has to say of itself at its end
            )
        # Whatever becomes of one notebook or its kernel, the others are to finish: it is said, not raised.
        except Exception as failure:
            error = _one_line(failure)
    notebook = nbformat.read(target if target.exists() else source, as_version=4)
    _mark(notebook, error)
    _forget_the_machine(notebook)
    nbformat.write(notebook, target)
    return Executed(source.stem, notebook, round(time.monotonic() - started, 2), error)


def _one_line(failure: Exception) -> str:
    name, value = getattr(failure, "ename", type(failure).__name__), getattr(failure, "evalue", str(failure))
    cell = getattr(failure, "cell_index", None)
    where = f"cell {cell}: " if cell is not None else ""
    return f"{where}{name}: {str(value).splitlines()[0] if str(value) else ''}".rstrip(": ")


def _mark(notebook: NotebookNode, error: str | None) -> None:
    """Put the error where it struck, when the kernel was in no state to: the furthest cell reached."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    if error is None or any(output.output_type == "error" for output in outputs):
        return
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    reached = [cell for cell in code if cell.execution_count is not None]
    waiting = [cell for cell in code if cell.execution_count is None]
    # A kernel that dies leaves its cell counted but without an output; one that never started leaves none counted.
    struck = reached[-1] if reached and not reached[-1].outputs else next(iter(waiting), None)
    if struck is not None:
        struck.outputs = [nbformat.v4.new_output("error", ename="KernelError", evalue=error, traceback=[error])]


def _forget_the_machine(notebook: NotebookNode) -> None:
    """Take papermill's notes of paths, versions and times out: they name the machine and change every run."""
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "parameters-given"  # papermill draws a new one each time


def _kernel_config(sockets: str) -> Config:
    """Kernels talk over sockets in a folder that only this user may enter, where the system has such sockets."""
    if os.name != "posix":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}})
