"""Whether a pack is still current: made from just these files, parameters and versions, and as it was made.

Worked out from content, never from dates, with the standard library alone: nothing is opened, computed or imported
to learn that nothing has changed.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import perf_lib
from perf_lib.config.settings import lying_ready, quarters_before
from perf_lib.press.order import Order
from perf_lib.words.digest import sha256

RECORD = "run.json"
PACKAGE = Path(perf_lib.__file__).parent
_PACKAGES = ("pandas", "numpy", "scipy", "matplotlib", "seaborn", "papermill", "nbconvert", "typst", "pypandoc_binary")
_OWN = "perf_lib"
"""The name that the package's own code and templates go by among a pack's inputs."""


def is_current(order: Order) -> bool:
    """Whether the pack that an order would make is there already."""
    made = read(order.record_folder)
    return (
        made.get("parameters") == order.asked
        and made.get("versions") == versions()
        and _are_the_same(order, made.get("inputs", {}))
        and made.get("outputs") == outputs(order.target)
    )


def read(folder: Path) -> dict[str, Any]:
    """A pack's run record; empty where there is none that can be read."""
    try:
        made = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return made if isinstance(made, dict) else {}


def _are_the_same(order: Order, recorded: Mapping[str, str]) -> bool:
    """Whether the recorded inputs are as they were, and no file has come to a place where files are inputs.

    What settings name, they still name while they are unchanged: so settings need not be read.
    """
    quarters = {Path("params", str(each)) for each in (order.quarter, *quarters_before(order.quarter))}
    inner = {Path(name).parent for name in recorded if name.startswith("params/") and name.count("/") > 1}
    inner = {folder for folder in inner if not any(folder.is_relative_to(each) for each in quarters)}
    beside = [path for folder in inner for path in (order.params / Path(*folder.parts[1:])).glob("*")]
    new_beside = {name_of(path, order) for path in beside if path.is_file()}
    come = new_beside | set(found(order))
    return bool(recorded) and come <= set(recorded) and digests(recorded, order) == dict(recorded)


def found(order: Order) -> dict[str, str]:
    """The inputs that are found by where they lie, without settings naming them, with their digests."""
    paths = [*order.notebooks, *lying_ready(order.params, order.quarter)]
    return {name_of(path, order): sha256(path) for path in paths}


def digests(names: Iterable[str], order: Order) -> dict[str, str]:
    """Digests of inputs by their names in the record; of one that is not there, an empty one."""
    return {name: digest_of(name, order) for name in names}


def can_be_hashed(name: str, order: Order) -> bool:
    """Whether an input is a file or our own code; what a database answered can only be asked again."""
    return name == _OWN or path_of(name, order) is not None


def digest_of(name: str, order: Order) -> str:
    """An input's digest as it is now; empty where it is not there."""
    if name == _OWN:
        return package_digest()
    path = path_of(name, order)
    try:
        return sha256(path) if path is not None else ""
    except OSError:
        return ""


def name_of(path: Path, order: Order) -> str:
    """A file's name in the record, which tells nothing of the machine."""
    resolved = path.resolve()
    for prefix, place in _places(order).items():
        if resolved.is_relative_to(place):
            return prefix + resolved.relative_to(place).as_posix()
    return f"elsewhere/{path.name}"


def path_of(name: str, order: Order) -> Path | None:
    """Where a file of the record lies; None for what has no place of its own."""
    for prefix, place in _places(order).items():
        if name.startswith(prefix):
            return place / name.removeprefix(prefix)
    return None


@lru_cache(maxsize=16)
def _places(order: Order) -> dict[str, Path]:
    """The folders that files of the record are named by."""
    places = {
        "params/": order.params,
        "notebooks/": order.notebooks[0].parent,
        "sample:": PACKAGE / "sample",
        "beside/": order.working_folder,
    }
    return {prefix: place.resolve() for prefix, place in places.items()}


def outputs(folder: Path) -> dict[str, str]:
    """Every file of a pack but the record itself, with its digest."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != RECORD)
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


@cache
def versions() -> dict[str, str]:
    """The versions that a pack depends on."""
    found = {"perf_lib": perf_lib.__version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # as pypandoc_binary is where pypandoc has the system's own pandoc
            found[package] = "absent"
    return found


@cache
def package_digest() -> str:
    """One digest of our own code and templates: a changed program makes a changed report."""
    digest = hashlib.sha256()
    for path in sorted(p for p in PACKAGE.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
