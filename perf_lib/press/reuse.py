"""What of the pack that is there would come out the same, and is taken over from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat.v4 import reads_json

from perf_lib.press import record
from perf_lib.press.execute import Executed
from perf_lib.press.order import Order
from perf_lib.report import Report
from perf_lib.report.known_parts import answer_of


@dataclass(frozen=True)
class Reusable:
    """Executed notebooks and spreadsheets' files that would come out the same."""

    notebooks: tuple[Executed, ...] = ()
    spreadsheets: tuple[Path, ...] = ()


def reusable(order: Order, report: Report, shared: Mapping[str, str]) -> Reusable:
    """What can be taken over from the pack that is there; nothing where a shared input has changed.

    shared: the inputs that every notebook depends on, as they are now.
    """
    if not record.stands(order, shared):
        return Reusable()
    made = record.read(order.record_folder)
    whole = all(record.is_as_made(name, order, made) for name in record.SPREADSHEETS)
    spreadsheets = tuple(order.target / name for name in record.SPREADSHEETS)
    return Reusable(tuple(_unchanged(order, report, made)), spreadsheets if whole else ())


def _unchanged(order: Order, report: Report, made: Mapping[str, Any]) -> Iterator[Executed]:
    """Notebooks whose source and whose own inputs are unchanged."""
    recorded, stems = made.get("inputs", {}), {path.stem for path in order.notebooks}
    for each in made.get("notebooks", []):
        name, reads = str(each.get("name")), each.get("reads")
        place = f"notebooks/{name}.ipynb"
        if not isinstance(reads, list) or name not in stems or not record.is_as_made(place, order, made):
            continue
        files = [place, *(item for item in reads if not item.startswith(record.ANSWER))]
        if not all(_answers_the_same(item, report) for item in reads if item.startswith(record.ANSWER)):
            continue
        if record.digests(files, order) == {item: recorded.get(item, "") for item in files}:
            # The press wrote it, and it is as it was: nbformat.read would look long for what may be wrong with it.
            notebook = reads_json((order.target / place).read_text(encoding="utf-8"))
            yield Executed(name, notebook, float(each.get("seconds", 0)), reads=tuple(reads), reused=True)


def _answers_the_same(item: str, report: Report) -> bool:
    """Whether a part that is known by its answer still gives the recorded one."""
    name, _, digest = item.removeprefix(record.ANSWER).rpartition(":")
    return answer_of(report, name) == digest
