"""The folder that a pack is built in, beside the pack that is there, and the swap that puts it in its place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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
