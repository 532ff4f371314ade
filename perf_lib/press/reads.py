"""Which files a notebook reads while it runs, so that a change to any other file does not make it stale.

An IPython extension: loaded into a kernel before the notebook's first cell, it writes the path of each file that
is opened for reading, found or not, to the file that the kernel's configuration names (`Reads.to`). Of a part that is
known by its answer (perf_lib.press.answers) it writes that, and not what the part read.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, Any

from perf_lib.press.answers import ANSWERED, ASKED

ANSWER = "answer:"
"""What a line that is no path begins with; the part's name and its answer's digest follow."""


def load_ipython_extension(shell: Any) -> None:
    """Record from now on; called by IPython as the kernel starts."""
    to = shell.config.get("Reads", {}).get("to")
    if to:
        record(Path(to), within=Path.cwd())


def record(to: Path, within: Path) -> None:
    """Write each file below `within` that this process opens for reading into `to`, a path a line, once each."""
    seen: set[str] = set()
    asked: list[str] = []
    written: IO[str] = to.open("a", encoding="utf-8", errors="surrogateescape")
    below = str(within) + os.sep

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == ASKED:
            asked.append(arguments[0])
        elif event == ANSWERED:
            written.write(f"{ANSWER}{asked.pop()}:{arguments[1]}\n")
            written.flush()
        if event != "open" or asked or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        path = os.path.abspath(os.fsdecode(arguments[0]))  # noqa: PTH100 - Path would be opened ten thousand times slower
        if path in seen or not path.startswith(below) or _is_written(arguments[1], arguments[2]):
            return
        seen.add(path)
        if not _is_code(path[len(below) :]):
            written.write(path + "\n")
            written.flush()

    sys.addaudithook(hook)


def _is_written(mode: str | None, flags: int) -> bool:
    return (
        any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags & (os.O_WRONLY | os.O_RDWR))
    )


def _is_code(inner: str) -> bool:
    """Programs, environments and hidden folders: what the package's digest and versions stand for."""
    parts = Path(inner).parts
    return inner.endswith((".py", ".pyc", ".so")) or any(part.startswith((".", "__")) for part in parts)
