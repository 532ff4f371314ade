"""The run record: what went into a pack, what came out, and which notebooks of an earlier pack still hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat

from perf_lib.extracts import Records, record_files
from perf_lib.press.current import PACKAGE, RECORD, digests, name_of, outputs, package_digest, read, sha256, versions
from perf_lib.press.execute import Executed
from perf_lib.press.order import Order
from perf_lib.settings import Params


def inputs(params: Params, order: Order, records: Records | None = None) -> dict[str, str]:
    """Every file that the pack is made from, by a name that tells nothing of the machine, with its digest.

    What records came to has one too: a database is no file, and a pack is current only while it answers the same.
    """
    counted = (
        [] if records is None else [*records.definitions.files_read, *record_files(records.definitions, params.folder)]
    )
    named = {name_of(path, order): path for path in (*params.files_read(), *order.notebooks, *counted)}
    answers = {} if records is None else {"records": records.digest}
    return {name: sha256(path) for name, path in sorted(named.items())} | answers | {"perf_lib": package_digest()}


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


def of_all(made_from: Mapping[str, str], params: Params, order: Order) -> dict[str, str]:
    """Those inputs that every notebook depends on: all but other notebooks and what people wrote for the quarter."""
    apart = {name_of(path, order) for path in (*params.words(), *order.notebooks)}
    return {name: digest for name, digest in made_from.items() if name not in apart}


def still_good(order: Order, shared: Mapping[str, str]) -> list[Executed]:
    """The notebooks of the pack that is there which would come out the same: none of what they read has changed.

    shared: the inputs that every notebook depends on, as they are now.
    """
    made = read(order.record_folder)
    if (made.get("parameters"), made.get("versions")) != (order.asked, versions()):
        return []
    recorded = made.get("inputs", {})
    if order.force or {name: recorded.get(name) for name in shared} != dict(shared):
        return []
    good = []
    for each in made.get("notebooks", []):
        name, reads = str(each.get("name")), each.get("reads")
        kept = order.target / "notebooks" / f"{name}.ipynb"
        if not isinstance(reads, list) or name not in {path.stem for path in order.notebooks} or not kept.is_file():
            continue
        relied_on = [*reads, f"notebooks/{name}.ipynb"]
        unchanged = digests(relied_on, order) == {item: recorded.get(item, "") for item in relied_on}
        if unchanged and made.get("outputs", {}).get(f"notebooks/{name}.ipynb") == sha256(kept):
            notebook = nbformat.read(kept, as_version=4)
            good.append(Executed(name, notebook, float(each.get("seconds", 0)), reads=tuple(reads), kept=True))
    return good


def reads_of(paths: Iterable[Path], order: Order) -> tuple[str, ...]:
    """The files that a notebook read, by their names in the record; the package itself is not one."""
    outside = [path for path in paths if not path.is_relative_to(PACKAGE) and not path.is_dir()]
    names = {name_of(path, order) for path in outside}
    return tuple(sorted(name for name in names if not name.startswith("elsewhere/")))


def pages_of(order: Order) -> dict[str, str]:
    """The pages of the pack that is there which would be printed the same: digests of what is on them, by place."""
    made = read(order.record_folder)
    recorded = made.get("outputs", {})
    if order.force or made.get("versions") != versions() or made.get("inputs", {}).get("perf_lib") != package_digest():
        return {}

    def is_whole(place: str) -> bool:
        files = (f"{place}{suffix}" for suffix in (".html", ".pdf"))
        return all(
            (order.target / name).is_file() and sha256(order.target / name) == recorded.get(name) for name in files
        )

    return {place: digest for place, digest in made.get("pages", {}).items() if is_whole(place)}


def without_digests(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The record as a public pack carries it: inputs by name, their digests blank.

    A digest of a file of figures would let anybody who knows all but a few of them try out the rest.
    """
    return {**facts, "inputs": dict.fromkeys(facts["inputs"], "")}


def write(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the record beside what it records."""
    (folder / RECORD).write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
