"""The folder that a pack is built in, beside the pack that is there, the swap that puts it in its place, the lock.

Whatever ends a run, and whenever, `outputs/<quarter>/` is the earlier pack or the new one, whole. On Linux the two
are exchanged in one step. Elsewhere the swap is two renames; should a run be killed between them, the next one puts
the earlier pack back before it does anything else.
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
_TEMPORARY = "perf_lib-"
_LONGEST_PLACE = 55
"""With a socket's own name in two folders, some fifty more, it fits into the 104 that every system allows."""


@contextmanager
def locked(target: Path, wait: float = 0) -> Iterator[None]:
    """While this lasts, no other run makes the same pack; raises BusyError when another does, after `wait` seconds.

    The lock is the operating system's, on a file beside the pack: that of a process that has died is gone with it.
    """
    if not target.parent.is_dir():
        new_folder(target.parent)
    path = target.with_name(f".{target.name}.lock")
    try:
        lock = FileLock(path)
        lock.acquire(timeout=wait)
    except Timeout:
        raise BusyError(f"{shown(target)}: another run is making it{_who(path)}; --wait gives it time") from None
    except OSError as error:
        raise InputError(f"{shown(target.parent)}: cannot be written to: {error.strerror}") from None
    try:
        with suppress(OSError):  # who holds it is a courtesy, and on Windows the file itself is locked
            path.write_text(f"{os.getpid()} {datetime.now(UTC).isoformat(timespec='seconds')}", encoding="utf-8")
        repair(target)
        yield
    finally:
        lock.release()


def _who(path: Path) -> str:
    try:
        pid, since = path.read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return ""
    return f" (process {pid}, since {since})"


def repair(target: Path) -> None:
    """Put right what a killed run left: the earlier pack back in its place, folders half built cleared away."""
    old = _old(target)
    if not target.exists() and (old / RECORD).is_file():
        old.rename(target)
    for left in target.parent.glob(f".{target.name}.*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A folder beside the pack to build in, gone afterwards."""
    scratch = new_folder(target.with_name(f".{target.name}.{os.getpid()}"))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def swap(scratch: Path, target: Path) -> None:
    """Put the new pack in the old one's place, once it is safe on the disk; the scratch folder has the old one then."""
    _settle(scratch)
    if not target.exists():
        scratch.rename(target)
    elif not _exchange(scratch, target):
        old = _old(target)
        target.rename(old)
        scratch.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    _settle_folder(target.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, where the system and the file system can (Linux: renameat2)."""
    if sys.platform != "linux":
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):  # an old or another C library
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)


def _settle(folder: Path) -> None:
    """See every file of a folder onto the disk, so that a power cut cannot leave a pack of empty files."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        else:
            _settle_folder(path)
    _settle_folder(folder)


def _settle_folder(folder: Path) -> None:
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _old(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")


def new_folder(folder: Path) -> Path:
    """A folder made with those above it, or one line saying why not."""
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise InputError(f"{shown(folder.parent)}: cannot be written to: {error.strerror}") from None
    return folder


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder of the system's for sockets and scratch files, for this user alone, gone afterwards.

    A run that was killed may have left one: it bears the dead process's number and is cleared away here.
    """
    place = _place_for_sockets()
    for left in place.glob(f"{_TEMPORARY}[0-9]*-*") if os.name == "posix" else ():
        with suppress(OSError, ValueError):
            if left.stat().st_uid == os.getuid() and not _is_alive(int(left.name.split("-")[1])):
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{_TEMPORARY}{os.getpid()}-", dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place_for_sockets() -> Path:
    """The system's temporary folder, or a shorter one: the path of a socket has little room."""
    usual, short = Path(tempfile.gettempdir()), Path("/tmp")  # noqa: S108 - mkdtemp makes it this user's alone
    return short if len(str(usual)) > _LONGEST_PLACE and short.is_dir() else usual


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
