"""The run record: what a pack was made from, what it holds, and whether that is still so.

Decided by content, never by dates. Whether a pack is current is worked out with the standard library alone: nothing is
opened, computed or imported to learn that nothing has changed.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import perf_lib
from perf_lib.config.settings import lying_ready, quarters_before
from perf_lib.press.order import Order
from perf_lib.words.digest import sha256

if TYPE_CHECKING:
    from perf_lib.config.settings import Params
    from perf_lib.extracts import Records

RECORD = "run.json"
PACKAGE = Path(perf_lib.__file__).parent
ANSWER = "answer:"
"""What a line of a notebook's reads begins with that is no file: a part's name and its answer's digest follow."""
SPREADSHEETS = ("findings.csv", "dashboard.xlsx", "dashboard.ods")
"""The files of a pack that are made of figures and settings alone."""
SOURCE = "report.typ"
"""What report.pdf is set from."""
_PACKAGES = ("pandas", "numpy", "scipy", "matplotlib", "seaborn", "papermill", "nbconvert", "typst", "pypandoc_binary")
_PROGRAM = "perf_lib"
"""The name of the package's own code and templates among a pack's inputs."""


@dataclass(frozen=True)
class Inputs:
    """What a pack is made from, by names that tell nothing of the machine, with digests.

    shared: those that every notebook depends on: all but the notebooks and what people wrote.
    """

    all: Mapping[str, str]
    shared: Mapping[str, str]


def is_current(order: Order) -> bool:
    """Whether the pack that an order would make is there already; params are not opened to know it."""
    made = _as_ordered(order)
    return _inputs_are_the_same(order, made.get("inputs", {})) and made.get("outputs") == outputs(order.target)


def is_made_from(order: Order, inputs: Mapping[str, str]) -> bool:
    """Whether the pack that is there was made from these inputs, which an opened report has told."""
    made = _as_ordered(order)
    recorded = made.get("inputs", {})
    extra = [name for name in recorded if name not in inputs]
    read_besides = {name for each in made.get("notebooks", []) for name in each.get("reads", [])}
    return (
        set(extra) <= read_besides
        and {**inputs, **digests(extra, order)} == recorded
        and made.get("outputs") == outputs(order.target)
    )


def stands(order: Order, shared: Mapping[str, str]) -> bool:
    """Whether the shared inputs are as they were when the pack that is there was made."""
    recorded = _as_ordered(order).get("inputs", {})
    return not order.force and {name: recorded.get(name) for name in shared} == dict(shared)


def inputs(params: Params, order: Order, records: Records | None = None) -> Inputs:
    """The files that a pack is made from, and a digest of what records answered.

    A database is no file: a pack is current only while it answers the same.
    """
    counted = []
    if records is not None:
        from perf_lib.extracts import record_files  # imports pandas, which the other questions do without

        counted = [*records.definitions.files_read, *record_files(records.definitions, params.folder)]
    shared = {name_of(path, order): path for path in (*params.files_read(), *counted)}
    apart = {name_of(path, order): path for path in (*params.words(), *order.notebooks)}
    answers = {} if records is None else {"records": records.digest}
    digest = {name: sha256(path) for name, path in sorted({**shared, **apart}.items())}
    every = digest | answers | {_PROGRAM: package_digest()}
    return Inputs(every, {name: digest for name, digest in every.items() if name not in apart})


def read(folder: Path) -> dict[str, Any]:
    """A pack's run record; empty where there is none that can be read."""
    try:
        made = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return made if isinstance(made, dict) else {}


def write(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the record beside what it records."""
    (folder / RECORD).write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def for_anybody(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The record as a public pack carries it: what was asked for and of what files, and the pack's own digests.

    A digest of a file of figures would let anybody who knows all but a few of them try out the rest; times, and which
    notebooks ran again, would tell that some figure has changed where all print alike.
    """
    named = {key: facts[key] for key in ("quarter", "parameters", "versions")}
    inputs, notebooks = dict.fromkeys(facts["inputs"], ""), [{"name": each["name"]} for each in facts["notebooks"]]
    return {**named, "inputs": inputs, "notebooks": notebooks, "outputs": facts["outputs"]}


def is_as_made(place: str, order: Order, made: Mapping[str, Any]) -> bool:
    """Whether a file of the pack that is there is what its record says."""
    path = order.target / place
    return path.is_file() and made.get("outputs", {}).get(place) == sha256(path)


def reads_of(lines: Iterable[str], order: Order) -> tuple[str, ...]:
    """What a notebook read, by names in the record: files, but for the package's own, and answers as they are."""
    lines = list(lines)
    paths = [Path(line) for line in lines if not line.startswith(ANSWER)]
    outside = [path for path in paths if not path.is_relative_to(PACKAGE) and not path.is_dir()]
    names = {name_of(path, order) for path in outside}
    answers = {line for line in lines if line.startswith(ANSWER)}
    return tuple(sorted(answers | {name for name in names if not name.startswith("elsewhere/")}))


def notebooks_of(order: Order) -> Iterator[dict[str, Any]]:
    """The executed notebooks of the pack that is there, where this very program made it."""
    made = _made_by_this_program(order)
    for place in made.get("outputs", {}):
        if place.startswith("notebooks/") and is_as_made(place, order, made):
            yield json.loads((order.target / place).read_text(encoding="utf-8"))


def source_of(order: Order) -> Path | None:
    """What the PDF of the pack that is there was set from, by this very program."""
    made = _made_by_this_program(order)
    return order.target / SOURCE if made and is_as_made(SOURCE, order, made) else None


def pages_of(order: Order) -> dict[str, str]:
    """Pages of the pack that is there that this program would print the same: digests of their content, by place."""
    made = _made_by_this_program(order)

    def is_whole(place: str) -> bool:
        return all(is_as_made(f"{place}{suffix}", order, made) for suffix in (".html", ".pdf"))

    return {place: digest for place, digest in made.get("pages", {}).items() if is_whole(place)}


def found(order: Order) -> dict[str, str]:
    """The inputs that are found by where they lie, without settings naming them, with their digests."""
    paths = [*order.notebooks, *lying_ready(order.params, order.quarter)]
    return {name_of(path, order): sha256(path) for path in paths}


def digests(names: Iterable[str], order: Order) -> dict[str, str]:
    """Digests of inputs by their names in the record; of one that is not there, an empty one."""
    return {name: digest_of(name, order) for name in names}


def can_be_hashed(name: str, order: Order) -> bool:
    """Whether an input is a file or the program; what a database answered can only be asked again."""
    return name == _PROGRAM or path_of(name, order) is not None


def digest_of(name: str, order: Order) -> str:
    """An input's digest as it is now; empty where it is not there."""
    if name == _PROGRAM:
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


def outputs(folder: Path) -> dict[str, str]:
    """Every file of a pack but the record itself, with its digest."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != RECORD)
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


@cache
def versions() -> dict[str, str]:
    """The versions that a pack depends on."""
    numbers = {"perf_lib": perf_lib.__version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            numbers[package] = version(package)
        except PackageNotFoundError:  # as pypandoc_binary is where pypandoc has the system's own pandoc
            numbers[package] = "absent"
    return numbers


@cache
def package_digest() -> str:
    """One digest of the program and its templates: a changed program makes a changed report."""
    digest = hashlib.sha256()
    for path in sorted(p for p in PACKAGE.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _as_ordered(order: Order) -> dict[str, Any]:
    """The record of the pack that is there, where the same versions made it of the same order; empty otherwise."""
    made = read(order.record_folder)
    return made if (made.get("versions"), made.get("parameters")) == (versions(), order.asked) else {}


def _made_by_this_program(order: Order) -> dict[str, Any]:
    """The record of the pack that is there, where this very program made it; empty otherwise."""
    made = read(order.record_folder)
    same = made.get("versions") == versions() and made.get("inputs", {}).get(_PROGRAM) == package_digest()
    return made if same and not order.force else {}


def _inputs_are_the_same(order: Order, recorded: Mapping[str, str]) -> bool:
    """Whether the recorded inputs are as they were, and no file has come to a place where files are inputs.

    What settings name, they still name while they are unchanged: so settings need not be read.
    """
    quarters = {Path("params", str(each)) for each in (order.quarter, *quarters_before(order.quarter))}
    inner = {Path(name).parent for name in recorded if name.startswith("params/") and name.count("/") > 1}
    inner = {folder for folder in inner if not any(folder.is_relative_to(each) for each in quarters)}
    beside = [path for folder in inner for path in (order.params / Path(*folder.parts[1:])).glob("*")]
    new_beside = {name_of(path, order) for path in beside if path.is_file()}
    present = new_beside | set(found(order))
    return bool(recorded) and present <= set(recorded) and digests(recorded, order) == dict(recorded)


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
