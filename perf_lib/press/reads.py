"""Which files a notebook reads while it runs, so that a change to any other file does not make it stale.

`record` notes the path of each file that this process opens for reading, whether it is there or not. Of a part that is
known by its answer (perf_lib.report.known_parts) it notes the answer, and not what the part read. As an IPython
extension this module does so in an ordinary kernel, into the file that the kernel's configuration names (`Reads.to`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from perf_lib.press.record import ANSWER
from perf_lib.report.known_parts import ANSWERED, ASKED


def load_ipython_extension(shell: Any) -> None:
    """Record from now on; called by IPython as the kernel starts."""
    to = shell.config.get("Reads", {}).get("to")
    if to:
        # Open for as long as the kernel lives.
        file = Path(to).open("a", encoding="utf-8", errors="surrogateescape", buffering=1)  # noqa: SIM115
        record(lambda line: print(line, file=file), within=Path.cwd())


def recorded(file: Path) -> list[str]:
    """What an ordinary kernel has noted in its file."""
    return file.read_text(encoding="utf-8", errors="surrogateescape").splitlines() if file.exists() else []


def record(note: Callable[[str], object], within: Path) -> None:
    """Call `note` with each file below `within` that this process opens for reading, once each."""
    seen: set[str] = set()
    parts: list[str] = []
    below = str(within) + os.sep

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == ASKED:
            parts.append(arguments[0])
        elif event == ANSWERED:
            note(f"{ANSWER}{parts.pop()}:{arguments[1]}")
        if event != "open" or parts or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        path = os.path.abspath(os.fsdecode(arguments[0]))  # noqa: PTH100 - Path would be opened ten thousand times slower
        if path in seen or not path.startswith(below) or _is_written(arguments[1], arguments[2]):
            return
        seen.add(path)
        if not _is_code(path[len(below) :]):
            note(path)

    sys.addaudithook(hook)


def _is_written(mode: str | None, flags: int) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return bool(flags & (os.O_WRONLY | os.O_RDWR))


def _is_code(inner: str) -> bool:
    """Programs, environments and hidden folders: what the package's digest and versions stand for."""
    parts = Path(inner).parts
    return inner.endswith((".py", ".pyc", ".so")) or any(part.startswith((".", "__")) for part in parts)
