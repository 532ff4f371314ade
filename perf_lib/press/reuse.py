"""What of the pack that is there would come out the same, and need not be made again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat.v4 import reads_json

from perf_lib.press import record
from perf_lib.press.answers import answer_of
from perf_lib.press.current import digests, read
from perf_lib.press.execute import Executed
from perf_lib.press.order import Order
from perf_lib.press.reads import ANSWER
from perf_lib.report import Report


@dataclass(frozen=True)
class Earlier:
    """What of the pack that is there would come out the same: executed notebooks, and the spreadsheets' files."""

    notebooks: tuple[Executed, ...] = ()
    spreadsheets: tuple[Path, ...] = ()


def earlier(order: Order, report: Report, shared: Mapping[str, str]) -> Earlier:
    """What can be taken over from the pack that is there; nothing when what all depends on has changed.

    shared: the inputs that every notebook depends on, as they are now.
    """
    if not record.stands(order, shared):
        return Earlier()
    made = read(order.record_folder)
    whole = all(record.is_as_made(name, order, made) for name in record.SPREADSHEETS)
    spreadsheets = tuple(order.target / name for name in record.SPREADSHEETS)
    return Earlier(tuple(_still_good(order, report, made)), spreadsheets if whole else ())


def _still_good(order: Order, report: Report, made: Mapping[str, Any]) -> Iterator[Executed]:
    """The notebooks of which nothing that they read has changed."""
    recorded, known = made.get("inputs", {}), {path.stem for path in order.notebooks}
    for each in made.get("notebooks", []):
        name, reads = str(each.get("name")), each.get("reads")
        place = f"notebooks/{name}.ipynb"
        if not isinstance(reads, list) or name not in known or not record.is_as_made(place, order, made):
            continue
        relied_on = [place, *(name for name in reads if not name.startswith(ANSWER))]
        if not all(_answers_the_same(name, report) for name in reads if name.startswith(ANSWER)):
            continue
        if digests(relied_on, order) == {item: recorded.get(item, "") for item in relied_on}:
            # We wrote it, and it is as it was: nbformat.read would look long for what may be wrong with it.
            notebook = reads_json((order.target / place).read_text(encoding="utf-8"))
            yield Executed(name, notebook, float(each.get("seconds", 0)), reads=tuple(reads), kept=True)


def _answers_the_same(read: str, report: Report) -> bool:
    """Whether a part that is known by its answer gives the recorded one still."""
    name, _, digest = read.removeprefix(ANSWER).rpartition(":")
    return answer_of(report, name) == digest
