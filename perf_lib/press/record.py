"""The run record: what went into a pack, what came out, and whether anything has changed since."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import perf_lib
from perf_lib.settings import Params

RECORD = "run.json"
_PACKAGES = ("pandas", "numpy", "scipy", "matplotlib", "seaborn", "papermill", "nbconvert", "typst", "pypandoc_binary")
_PACKAGE = Path(perf_lib.__file__).parent


def sha256(path: Path) -> str:
    """A file's digest."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def inputs(params: Params, notebooks: Iterable[Path]) -> dict[str, str]:
    """Every file that the pack is made from, by a name that tells nothing of the machine, with its digest."""
    named = {_name(path, params.folder): path for path in params.files_read()}
    named |= {f"notebooks/{path.name}": path for path in notebooks}
    return {name: sha256(path) for name, path in sorted(named.items())} | {"perf_lib": _package_digest()}


def versions() -> dict[str, str]:
    """The versions that a pack depends on."""
    found = {"perf_lib": perf_lib.__version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # pragma: no cover - a dependency of ours is always there
            found[package] = "absent"
    return found


def outputs(folder: Path) -> dict[str, str]:
    """Every file of a pack but the record itself, with its digest."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != RECORD)
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


def write(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the record beside what it records."""
    (folder / RECORD).write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def is_current(folder: Path, made_from: Mapping[str, str], parameters: Mapping[str, str]) -> bool:
    """Whether a pack was made from just these inputs, parameters and versions, and is still as it was made."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    asked = (dict(made_from), dict(parameters), versions())
    return (record.get("inputs"), record.get("parameters"), record.get("versions")) == asked and (
        record.get("outputs") == outputs(folder)
    )


def _name(path: Path, params: Path) -> str:
    resolved = path.resolve()
    if resolved.is_relative_to(params.resolve()):
        return f"params/{resolved.relative_to(params.resolve()).as_posix()}"
    return f"sample:{resolved.relative_to(_PACKAGE / 'sample').as_posix()}"


def _package_digest() -> str:
    """One digest of our own code and templates: a changed program makes a changed report."""
    digest = hashlib.sha256()
    for path in sorted(p for p in _PACKAGE.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
