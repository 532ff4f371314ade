"""Many packs: every quarter of every params folder, several at a time, on this machine or on a Dask cluster.

Here each pack is a job in a process of its own that ends with it, so that memory stays flat. A Dask scheduler gives a
dead worker's packs to another.
"""

from __future__ import annotations

import importlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from perf_lib.config.settings import find_params, quarters_in
from perf_lib.config.yaml import shown
from perf_lib.press import record
from perf_lib.press.jobs import Job, JobError, Jobs
from perf_lib.press.order import Order, plan
from perf_lib.words.errors import InputError, PerfError
from perf_lib.words.quarters import Quarter

_LOADED_ONCE = ("perf_lib.press.work", "perf_lib.press.exporters", "matplotlib.backends.backend_svg")
"""What every pack needs, loaded before their processes are forked."""

_TRIES = 3
"""How often a pack is tried whose process is killed."""


@dataclass(frozen=True)
class Result:
    """What became of one order: made, not made because nothing has changed, or refused with a line and exit code."""

    order: Order
    made: bool = False
    seconds: float = 0
    error: str | None = None
    exit_code: int = 0


def orders(
    params: str | Path, outputs: str | Path, quarter: Quarter | None, notebooks: str | Path | None = None, **more: Any
) -> list[Order]:
    """An order for every quarter (or the one named) of a params folder, or of each params folder in it.

    A folder is a params folder when it has a settings.yaml. Those of a folder of them put their packs into
    `outputs/<folder>/<quarter>/`.
    """
    top = find_params(params)
    if (top / "settings.yaml").is_file():
        places = [(top, Path(outputs))]
    else:
        found = sorted(path.parent for path in top.glob("*/settings.yaml"))
        places = [(folder, Path(outputs) / folder.name) for folder in found]
    made = []
    for folder, into in places:
        wanted = quarters_in(folder)
        wanted = [each for each in wanted if quarter in (None, each)]
        made += [plan(each, folder, into, notebooks, **more) for each in wanted]
    if not made:
        what = f"quarter {quarter}" if quarter else "quarter"
        raise InputError(f"{shown(top)}: there is no {what} in it, nor in a folder of it that has a settings.yaml")
    return made


def is_due(order: Order) -> bool:
    """Whether an order's data have arrived while its report is missing or stale.

    Data have arrived when every file that settings name is there and at least half of the measures have the
    quarter's last month.
    """
    if record.is_current(order):
        return False
    from perf_lib.config.settings import read_params
    from perf_lib.report import open_report

    named = read_params(order.params, order.quarter)
    if not all(path.is_file() for path in named.files_read()):
        return False
    found = open_report(order.quarter, order.params).findings.values()
    arrived = [finding for finding in found if finding.as_at is not None and finding.as_at >= named.quarter.last]
    return 2 * len(arrived) >= len(found)


def make_all(asked: Sequence[Order], scheduler: str | None = None, at_once: int | None = None) -> Iterator[Result]:
    """Make every pack, `at_once` at a time, and answer what became of each as it is done; one never stops another.

    scheduler: the address of a Dask scheduler whose workers see the same folders, or None for this machine.
    """
    # With many packs under way each keeps to one core: the cores are busy, and memory is what the cores need.
    wanted = [replace(order, workers=1) if len(asked) > 1 else order for order in asked]
    if scheduler is not None:
        yield from _on_cluster(wanted, scheduler)
        return
    for module in _LOADED_ONCE:
        importlib.import_module(module)
    tries = Counter[Job]()
    with Jobs(min(at_once or os.cpu_count() or 1, len(wanted)), threaded=("typst",)) as jobs:
        orders = {Job(str(order.target), partial(make_one, order)): order for order in wanted}
        for job in orders:
            jobs.add(job)
        for done in jobs.results():
            tries[done.job] += 1
            if not isinstance(done.error, JobError):
                yield done.result if done.error is None else _failed(orders[done.job], done.error)
            elif tries[done.job] < _TRIES:
                jobs.add(done.job)
            else:
                reason = f"{done.error}, as when memory runs out"
                yield Result(orders[done.job], error=reason, exit_code=1)


def _on_cluster(wanted: Sequence[Order], scheduler: str) -> Iterator[Result]:
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise InputError("--scheduler needs the package distributed: pip install 'perf-lib[cluster]'") from None
    try:
        client = Client(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise InputError(f"--scheduler {scheduler}: no Dask scheduler answers there: {error}") from None
    with client:
        orders = {client.submit(make_one, order, pure=False): order for order in wanted}
        for future in as_completed(orders):
            failure = future.exception()
            yield future.result() if failure is None else _failed(orders[future], failure)


def _failed(order: Order, error: BaseException) -> Result:
    return Result(order, error=f"{type(error).__name__}: {error}", exit_code=1)


def make_one(order: Order) -> Result:
    """Make one pack; what is refused is in the answer."""
    from perf_lib.press.pack import Steps, make

    try:
        pack = make(order, Steps())
    except PerfError as error:
        return Result(order, error=str(error), exit_code=error.exit_code)
    except Exception as error:  # a fault of ours in one pack must not lose the others
        return _failed(order, error)
    return Result(order, made=pack.made, seconds=pack.seconds)
