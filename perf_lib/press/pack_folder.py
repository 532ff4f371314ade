"""The folder that a pack is built in, beside the current pack; the swap that replaces the pack; the lock on it.

However and whenever a run ends, `outputs/<quarter>/` is the earlier pack or the new one, complete. On Linux one step
exchanges the two. Elsewhere the swap is two renames; if a run is killed between them, the next run first puts the
earlier pack back.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from perf_lib.config.yaml import shown
from perf_lib.press.record import RECORD
from perf_lib.words.errors import BusyError, InputError

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_PREFIX = "perf_lib-"
_LONGEST_FOLDER = 55
"""Characters. A socket's name in two more folders takes some fifty, and every system allows paths of 104."""


@contextmanager
def locked(target: Path, wait: float = 0) -> Iterator[None]:
    """Lock a pack, so that no other run builds it meanwhile.

    Raises BusyError when another run holds the lock and does not release it within `wait` seconds, InputError when the
    folder cannot be written to. The lock is the operating system's, on a file beside the pack, and ends with its
    process.
    """
    new_folder(target.parent)
    path = target.with_name(f".{target.name}.lock")
    try:
        lock = FileLock(path)
        lock.acquire(timeout=wait)
    except Timeout:
        raise BusyError(f"{shown(target)}: another run is making it{_holder(path)}; --wait gives it time") from None
    except OSError as error:
        raise InputError(f"{shown(target.parent)}: cannot be written to: {error.strerror}") from None
    try:
        with suppress(OSError):  # the holder's name is a courtesy, and on Windows the file itself is locked
            path.write_text(f"{os.getpid()} {datetime.now(UTC).isoformat(timespec='seconds')}", encoding="utf-8")
        repair(target)
        yield
    finally:
        lock.release()


def _holder(path: Path) -> str:
    """Which process holds the lock and since when, in brackets; empty where the file does not say."""
    try:
        pid, since = path.read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return ""
    return f" (process {pid}, since {since})"


def repair(target: Path) -> None:
    """Repair what a killed run left behind: put the earlier pack back, delete half-built folders."""
    old = _old(target)
    if not target.exists() and (old / RECORD).is_file():
        old.rename(target)
    for path in target.parent.glob(f".{target.name}.*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A folder beside the pack to build in, deleted afterwards."""
    scratch = new_folder(target.with_name(f".{target.name}.{os.getpid()}"))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def swap(scratch: Path, target: Path) -> None:
    """Write the new pack to the disk and put it in the old one's place; the scratch folder may then hold the old."""
    _sync(scratch)
    if not target.exists():
        scratch.rename(target)
    elif not _exchange(scratch, target):
        old = _old(target)
        target.rename(old)
        scratch.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    _sync_folder(target.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, where the system and the file system can (Linux: renameat2)."""
    if sys.platform != "linux":
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):  # a C library that is old, or not GNU's
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)


def _sync(folder: Path) -> None:
    """Write every file of a folder to the disk, so that a power cut cannot leave a pack of empty files."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _old(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all, in a folder made for it; raises InputError where it cannot be written."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(text, encoding="utf-8", newline="\n")
        scratch.replace(path)
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be written: {error.strerror}") from None


def new_folder(folder: Path) -> Path:
    """Make a folder, with those above it, and return it; raises InputError where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{shown(folder.parent)}: cannot be written to: {error.strerror}") from None
    return folder


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A temporary folder for sockets and scratch files, for this user alone, deleted afterwards.

    A killed run may have left one behind: its name holds the number of the dead process, and it is deleted here.
    """
    parent, short = Path(tempfile.gettempdir()), Path("/tmp")  # noqa: S108 - the folder in it is this user's alone
    if len(str(parent)) > _LONGEST_FOLDER and short.is_dir():
        parent = short
    for abandoned in parent.glob(f"{_PREFIX}[0-9]*-*") if os.name == "posix" else ():
        with suppress(OSError, ValueError):
            if abandoned.stat().st_uid == os.getuid():
                try:
                    os.kill(int(abandoned.name.split("-")[1]), 0)
                except ProcessLookupError:
                    shutil.rmtree(abandoned, ignore_errors=True)
    prefix = f"{_PREFIX}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=parent, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
