"""The run record: what went into a pack, what came out, and what of the pack that is there is as it was made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from perf_lib.config.settings import Params
from perf_lib.press.current import PACKAGE, RECORD, digests, name_of, outputs, package_digest, read, sha256, versions
from perf_lib.press.order import Order
from perf_lib.press.reads import ANSWER

if TYPE_CHECKING:
    from perf_lib.extracts import Records

SPREADSHEETS = ("findings.csv", "dashboard.xlsx", "dashboard.ods")
"""The files of a pack that are made of figures and settings alone."""

SOURCE = "report.typ"
"""What report.pdf is set from."""


@dataclass(frozen=True)
class Inputs:
    """What a pack is made from, by names that tell nothing of the machine, with digests.

    shared: those that every notebook depends on, which is all but other notebooks and what people wrote.
    """

    all: Mapping[str, str]
    shared: Mapping[str, str]


def inputs(params: Params, order: Order, records: Records | None = None) -> Inputs:
    """The files that the pack is made from, and what records came to.

    That has a digest too: a database is no file, and a pack is current only while it answers the same.
    """
    counted = []
    if records is not None:
        from perf_lib.extracts import record_files  # here: the other questions are asked without pandas

        counted = [*records.definitions.files_read, *record_files(records.definitions, params.folder)]
    shared = {name_of(path, order): path for path in (*params.files_read(), *counted)}
    apart = {name_of(path, order): path for path in (*params.words(), *order.notebooks)}
    answers = {} if records is None else {"records": records.digest}
    digest = {name: sha256(path) for name, path in sorted({**shared, **apart}.items())}
    found = digest | answers | {"perf_lib": package_digest()}
    return Inputs(found, {name: digest for name, digest in found.items() if name not in apart})


def is_current(order: Order, made_from: Mapping[str, str]) -> bool:
    """Whether the pack that is there was made from these inputs, with the report opened to know which they are."""
    made = read(order.record_folder)
    recorded = made.get("inputs", {})
    extra = [name for name in recorded if name not in made_from]
    read_besides = {name for each in made.get("notebooks", []) for name in each.get("reads", [])}
    return (
        (made.get("parameters"), made.get("versions")) == (order.asked, versions())
        and set(extra) <= read_besides
        and {**made_from, **digests(extra, order)} == recorded
        and made.get("outputs") == outputs(order.target)
    )


def stands(order: Order, shared: Mapping[str, str]) -> bool:
    """Whether what every notebook depends on is as it was when the pack that is there was made.

    shared: those inputs, as they are now.
    """
    made = read(order.record_folder)
    recorded = made.get("inputs", {})
    return (
        not order.force
        and (made.get("parameters"), made.get("versions")) == (order.asked, versions())
        and {name: recorded.get(name) for name in shared} == dict(shared)
    )


def is_as_made(place: str, order: Order, made: Mapping[str, Any]) -> bool:
    """Whether a file of the pack that is there is what its record says."""
    path = order.target / place
    return path.is_file() and made.get("outputs", {}).get(place) == sha256(path)


def reads_of(lines: Iterable[str], order: Order) -> tuple[str, ...]:
    """What a notebook read, by names in the record: files, the package itself apart, and answers as they are."""
    lines = list(lines)
    paths = [Path(line) for line in lines if not line.startswith(ANSWER)]
    outside = [path for path in paths if not path.is_relative_to(PACKAGE) and not path.is_dir()]
    names = {name_of(path, order) for path in outside}
    answers = {line for line in lines if line.startswith(ANSWER)}
    return tuple(sorted(answers | {name for name in names if not name.startswith("elsewhere/")}))


def _by_this_code(order: Order) -> dict[str, Any]:
    """The record of the pack that is there, where this very code made it; empty otherwise."""
    made = read(order.record_folder)
    same = made.get("versions") == versions() and made.get("inputs", {}).get("perf_lib") == package_digest()
    return made if same and not order.force else {}


def notebooks_of(order: Order) -> Iterator[dict[str, Any]]:
    """The notebooks of the pack that is there, for what they show that was made by this very code."""
    made = _by_this_code(order)
    for place in made.get("outputs", {}):
        if place.startswith("notebooks/") and is_as_made(place, order, made):
            yield json.loads((order.target / place).read_text(encoding="utf-8"))


def source_of(order: Order) -> Path | None:
    """What the PDF of the pack that is there was set from, by this very code."""
    made = _by_this_code(order)
    return order.target / SOURCE if made and is_as_made(SOURCE, order, made) else None


def pages_of(order: Order) -> dict[str, str]:
    """The pages of the pack that is there which would be printed the same: digests of what is on them, by place."""
    made = _by_this_code(order)

    def is_whole(place: str) -> bool:
        return all(is_as_made(f"{place}{suffix}", order, made) for suffix in (".html", ".pdf"))

    return {place: digest for place, digest in made.get("pages", {}).items() if is_whole(place)}


def without_digests(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The record as a public pack carries it: inputs by name, their digests blank.

    A digest of a file of figures would let anybody who knows all but a few of them try out the rest.
    """
    return {**facts, "inputs": dict.fromkeys(facts["inputs"], "")}


def write(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the record beside what it records."""
    (folder / RECORD).write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
