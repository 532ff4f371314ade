"""One quarter's pack, from params to outputs, unless it is there already."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perf_lib.press import current, pack_folder, printing, record
from perf_lib.press.order import Order, Steps, plan
from perf_lib.words.quarters import Quarter


@dataclass(frozen=True)
class Pack:
    """What a run made: where it lies, and whether it had to be made at all."""

    folder: Path
    made: bool
    seconds: float


def run(
    quarter: Quarter,
    params: str | Path = "params",
    outputs: str | Path = "outputs",
    notebooks: str | Path | None = None,
    workers: int | None = None,
    steps: Steps | None = None,
    **options: Any,
) -> Pack:
    """Make a quarter's pack in `outputs/<quarter>/`; the pack that is there stays until the new one is whole.

    options: fields of Order. Raises InputError before anything is written, for settings, data, commentary or
    notebooks that cannot be right; NotebookError when a notebook failed, with the executed notebooks kept in
    `outputs/<quarter>.failed/`.
    """
    return make(plan(quarter, params, outputs, notebooks, workers, **options), steps or Steps())


def make(order: Order, steps: Steps, is_stale: bool = False) -> Pack:
    """Make the pack that was ordered, unless the one that is there was made from just the same.

    is_stale: it is not, as the caller knows.
    """
    started = time.monotonic()
    if not (is_stale or order.force) and current.is_current(order):
        return Pack(order.target, made=False, seconds=time.monotonic() - started)
    with _uncollected(), pack_folder.temporary_folder() as temporary, printing.warm_process(order, temporary):
        # Imported where another process makes itself ready meanwhile, here and below.
        from perf_lib.press.warming import warm_process
        from perf_lib.report import open_report

        report = open_report(order.quarter, order.params, order.public)
        made_from = record.inputs(report.params, order, report.arrived.records)
        with warm_process(order, report, temporary, made_from.shared):
            from perf_lib.press.pack import make_pack

            made = make_pack(order, report, made_from, temporary, started, steps)
    return Pack(order.target, made, seconds=time.monotonic() - started)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for cycles of garbage: a run makes few, and would spend an eighth of its time on it."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
