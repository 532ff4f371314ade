"""The folder that a pack is built in, beside the pack that is there, and the swap that puts it in its place."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from perf_lib.errors import InputError
from perf_lib.strict import shown


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A folder beside the pack to build in, gone afterwards; what a killed run left there is cleared away."""
    for left in target.parent.glob(f".{target.name}.*"):
        shutil.rmtree(left, ignore_errors=True)
    scratch = new_folder(target.with_name(f".{target.name}.{os.getpid()}"))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def swap(scratch: Path, target: Path) -> None:
    """Put the new pack in the old one's place: two renames, and the old pack is gone only after the second."""
    old = target.with_name(f".{target.name}.old")
    if target.exists():
        target.rename(old)
    scratch.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def new_folder(folder: Path) -> Path:
    """A folder made with those above it, or one line saying why not."""
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise InputError(f"{shown(folder.parent)}: cannot be written to: {error.strerror}") from None
    return folder


_TEMPORARY = "perf_lib-"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder of the system's for sockets and scratch files, for this user alone, gone afterwards.

    A run that was killed may have left one: it bears the dead process's number and is cleared away here.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_TEMPORARY}[0-9]*-*") if os.name == "posix" else ():
        with suppress(OSError, ValueError):
            if left.stat().st_uid == os.getuid() and not _is_alive(int(left.name.split("-")[1])):
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{_TEMPORARY}{os.getpid()}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
