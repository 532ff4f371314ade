"""The command line as people start it, notebooks to be spoilt, and what a folder holds before and after."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from builders import ROOT

PATIENCE = 600
"""Seconds after which a command is taken to hang; no test is about how long one takes."""


def program(name: str) -> str:
    """A program of the environment that runs the tests."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    assert found, f"{name} is not installed beside {sys.executable}"
    return found


def command(name: str, *arguments: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess:
    """What a program answers: exit code, stdout and stderr."""
    return subprocess.run(
        [program(name), *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def notebooks(folder: Path, *stems: str) -> Path:
    """A folder of copies of the named notebooks."""
    folder.mkdir(parents=True)
    for stem in stems:
        shutil.copy(ROOT / "notebooks" / f"{stem}.ipynb", folder)
    return folder


def with_cell(path: Path, source: str) -> None:
    """Put a cell before the last one of a notebook, so that cells before it run and the last one cannot."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(len(notebook.cells) - 1, nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, path)


def digests(folder: Path) -> dict[str, str]:
    """Every file under a folder, hidden ones too, with its SHA-256."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
