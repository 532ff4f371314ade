"""A notebook's cells run in this very process, by IPython, without a kernel.

Each cell's outputs go into the file `progress` as soon as they are there, so they outlive a process that is killed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import TextIOBase
from pathlib import Path
from typing import IO, Any

import nbformat
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets import Type
from traitlets.config import Config

SKIP, MAY_FAIL = "skip-execution", "raises-exception"
"""Tags of cells as nbclient knows them."""


def run_cells(nb_man: Any, progress: Path | None = None) -> None:
    """Run each cell of the notebook that papermill manages, up to the first one that fails.

    progress: a file that takes a line of JSON for each cell as it starts and as it ends.
    """
    nb_man.nb.metadata["language_info"] = _language()
    # A folder for IPython's own files beside the file of progress, which is cleared away whatever ends this process.
    scratch = tempfile.TemporaryDirectory(prefix="perf_lib-", dir=progress and progress.parent)
    with scratch as folder, Path(progress or os.devnull).open("w", encoding="utf-8") as log:
        shell = _shell(folder)
        with tempfile.TemporaryFile(dir=folder) as printed, captured(printed):
            _run(nb_man, shell, printed, log)


def _run(nb_man: Any, shell: CellShell, printed: IO[bytes], log: IO[str]) -> None:
    for index, cell in enumerate(nb_man.nb.cells):
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or SKIP in tags:
            continue
        nb_man.cell_start(cell, index)
        cell.execution_count = shell.execution_count
        _write(log, {"cell": index, "execution_count": cell.execution_count})
        succeeded = shell.run_into(cell, printed)
        if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
            pyplot.close("all")  # as in Jupyter, each cell draws on axes of its own
        _write(log, {"cell": index, "outputs": cell.outputs})
        if not succeeded and MAY_FAIL not in tags:
            nb_man.cell_exception(cell, index)
            return
        nb_man.cell_complete(cell, index)


def unfinished(partial: Path) -> NotebookNode:
    """A notebook whose process was killed, with what its cells had shown by then."""
    notebook = nbformat.read(partial, as_version=4)
    progress = partial.with_name(f"{partial.name}.progress")
    for line in progress.read_text(encoding="utf-8").splitlines() if progress.exists() else ():
        try:
            step = json.loads(line)
        except ValueError:  # the line that it was killed at
            break
        notebook.cells[step.pop("cell")].update(nbformat.from_dict(step))
    return notebook


def _write(log: IO[str], step: Mapping[str, Any]) -> None:
    log.write(json.dumps(step) + "\n")
    log.flush()


class _Results(DisplayHook):
    """The value of a cell's last line, as an output."""

    def start_displayhook(self) -> None:
        pass

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        CellShell.instance().show("execute_result", format_dict, md_dict, execution_count=self.prompt_count)

    def finish_displayhook(self) -> None:
        pass


class _Displays(DisplayPublisher):
    """What a cell displays, as an output; one with a display_id may be updated by later cells."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._by_id: dict[str, list[NotebookNode]] = {}

    def publish(
        self, data: dict[str, Any], metadata: dict[str, Any] | None = None, *_: Any,
        transient: dict[str, Any] | None = None, update: bool = False, **more: Any,
    ) -> None:  # fmt: skip
        name = (transient or {}).get("display_id")
        for output in self._by_id.get(name, []) if update and name else ():
            output.update(data=nbformat.from_dict(data), metadata=nbformat.from_dict(metadata or {}))
        if not update:
            output = CellShell.instance().show("display_data", data, metadata)
            if name:
                self._by_id.setdefault(name, []).append(output)

    def clear_output(self, wait: bool = False) -> None:
        CellShell.instance().outputs.clear()


class CellShell(InteractiveShell):
    """IPython's shell, which puts what a cell shows into that cell, in nbformat's terms."""

    outputs: list[NotebookNode]
    displayhook_class = Type(_Results)
    display_pub_class = Type(_Displays)

    def run_into(self, cell: NotebookNode, printed: IO[bytes]) -> bool:
        """Run a cell and fill its outputs; whether it succeeded. printed: what the process prints past Python."""
        cell.outputs = self.outputs = []
        ran = self.run_cell(cell.source, store_history=True)
        if text := _taken(printed):
            self.print("stdout", text)
        if ran.error_in_exec is not None and not any(each.output_type == "error" for each in self.outputs):
            self.add_error(type(ran.error_in_exec).__name__, str(ran.error_in_exec), [])  # as after sys.exit
        return bool(ran.success)

    def show(self, kind: str, data: Mapping[str, Any], metadata: Mapping[str, Any] | None, **more: Any) -> NotebookNode:
        """Add an output to the cell that runs."""
        encoded = {mime: b64encode(each).decode() if isinstance(each, bytes) else each for mime, each in data.items()}
        self.outputs.append(new_output(kind, data=encoded, metadata=dict(metadata or {}), **more))
        return self.outputs[-1]

    def print(self, stream: str, text: str) -> None:
        """Add text to the cell's stream, after what it printed last."""
        last = self.outputs[-1] if self.outputs else None
        if last is not None and last.output_type == "stream" and last.name == stream:
            last.text += text
        else:
            self.outputs.append(new_output("stream", name=stream, text=text))

    def add_error(self, name: str, value: str, traceback: list[str]) -> None:
        """Add an error to the cell."""
        self.outputs.append(new_output("error", ename=name, evalue=value, traceback=traceback))

    def enable_gui(self, gui: Any = None) -> None:
        """A page has no windows, so no loop of theirs runs."""

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.add_error(etype.__name__, str(evalue), list(stb))


class _Stream(TextIOBase):
    """sys.stdout or sys.stderr while cells run."""

    encoding = "utf-8"

    def __init__(self, name: str) -> None:
        self._name = name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        CellShell.instance().print(self._name, text)
        return len(text)


def _taken(printed: IO[bytes]) -> str:
    """What has been printed into the file, which is empty afterwards."""
    printed.seek(0)
    text = printed.read().decode("utf-8", "replace")
    printed.seek(0)
    printed.truncate()
    return text


def _shell(folder: str) -> CellShell:
    # A person's own IPython settings and history are not the report's.
    config = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"ipython_dir": folder}})
    CellShell.clear_instance()
    shell: CellShell = CellShell.instance(config=config)
    shell.outputs = []
    formatter: Any = shell.display_formatter
    for module in ("pandas", "pandas.core.series"):  # as releases of pandas name it
        formatter.formatters["text/html"].for_type_by_name(module, "Series", _as_table)
    formatter.mimebundle_formatter.for_type_by_name("matplotlib.figure", "Figure", _with_words)
    return shell


def _as_table(series: Any) -> str:
    return str(series.to_frame().to_html())


def _with_words(figure: Any, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A figure's titles and axes as the words that stand for its picture."""
    parts = [figure.get_suptitle()] if figure.get_suptitle() else []
    for axes in figure.axes:
        labels = ", ".join(filter(None, (axes.get_ylabel(), axes.get_xlabel())))
        parts += [": ".join(filter(None, (axes.get_title(), labels)))] if axes.get_title() else []
    return ({}, {"image/png": {"alt": ". ".join(parts)}}) if parts else ({}, {})


@contextmanager
def captured(printed: IO[bytes]) -> Iterator[None]:
    """Python's streams go to the cell that runs; what is printed past them, by C or a child, into a file."""
    streams = sys.stdin, sys.stdout, sys.stderr
    for stream in streams[1:]:
        stream.flush()
    originals = [os.dup(number) for number in range(3)]
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        for number, descriptor in enumerate((nothing.fileno(), printed.fileno(), printed.fileno())):
            os.dup2(descriptor, number)
        sys.stdin, sys.stdout, sys.stderr = nothing, _Stream("stdout"), _Stream("stderr")
        try:
            yield
        finally:
            sys.stdin, sys.stdout, sys.stderr = streams
            for number, original in enumerate(originals):
                os.dup2(original, number)
                os.close(original)


def _language() -> NotebookNode:
    """What a kernel says of its language, which goes into the executed notebook."""
    version = sys.version_info
    return nbformat.from_dict({
        "name": "python", "version": sys.version.split()[0], "mimetype": "text/x-python",
        "codemirror_mode": {"name": "ipython", "version": version[0]},
        "pygments_lexer": f"ipython{version[0]}", "nbconvert_exporter": "python", "file_extension": ".py",
    })  # fmt: skip
