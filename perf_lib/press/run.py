"""One quarter's pack, from params to outputs: checked, executed, bound, rendered, recorded, swapped in whole.

`make` is the walk, a step a line. What other rooms add to a run goes into one of the rows above it: CHECKS run
before any notebook and raise to stop the run; WRITERS put further files into the pack before it is recorded.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from perf_lib import revisions, workbook
from perf_lib.errors import NotebookError
from perf_lib.press import building, pages, record
from perf_lib.press.execute import Executed, execute_all, refuse_unknown
from perf_lib.press.order import Order, plan
from perf_lib.quarters import Quarter
from perf_lib.report import Report, open_report
from perf_lib.strict import shown


@dataclass(frozen=True)
class Pack:
    """What a run made: where it lies, and whether it had to be made at all."""

    folder: Path
    made: bool
    seconds: float


@dataclass(frozen=True)
class Steps:
    """Who is told how far a run has come: how many steps there are, and each as it is done."""

    planned: Callable[[int], None] = lambda count: None
    done: Callable[[str], None] = lambda what: None


def _parameters_are_known(order: Order, report: Report) -> None:
    """Every notebook has the parameters that it will be given."""
    for source in order.notebooks:
        refuse_unknown(source, order.parameters)


def _commentary_binds(order: Order, report: Report) -> None:
    """Everything a person wrote binds: a wrong name stops the run here, in one line."""
    report.introduction()
    report.deep_dive()
    for path in report.params.commentary_files():
        report[path.stem].commentary()


def _restatements_are_explained(order: Order, report: Report) -> None:
    """No figure has moved far since it was first published without a word said of it."""
    where = report.params.settings_file("restatements")
    revisions.refuse_unexplained(report.restated(), report.settings.restatements.threshold, where)


def _write_spreadsheets(order: Order, report: Report, folder: Path) -> None:
    """findings.csv and dashboard.xlsx."""
    workbook.write_csv(report.findings, folder / "findings.csv")
    workbook.write_workbook(report.findings, report.settings, folder / "dashboard.xlsx")


def _write_rejected(order: Order, report: Report, folder: Path) -> None:
    """rejected/: the rows of each input that were not used, where there are any."""
    workbook.write_rejected(report.arrived.ledger, folder / "rejected")


CHECKS: tuple[Callable[[Order, Report], None], ...] = (
    _commentary_binds,
    _restatements_are_explained,
    _parameters_are_known,
)
"""What is looked at before anything runs; each raises a PerfError, one line, where it cannot go on."""

WRITERS: tuple[Callable[[Order, Report, Path], None], ...] = (_write_spreadsheets, _write_rejected)
"""What else is written into the pack's folder, beside notebooks and pages."""


def run(
    quarter: Quarter,
    params: str | Path = "params",
    outputs: str | Path = "outputs",
    notebooks: str | Path | None = None,
    workers: int | None = None,
    steps: Steps | None = None,
    **options: bool,
) -> Pack:
    """Make a quarter's pack in `outputs/<quarter>/`; the pack that is there stays until the new one is whole.

    options: fields of Order. Raises InputError before anything is written, for settings, data, commentary or
    notebooks that cannot be right; NotebookError when a notebook failed, with the executed notebooks kept in
    `outputs/<quarter>.failed/`.
    """
    return make(plan(quarter, params, outputs, notebooks, workers, **options), steps or Steps())


def make(order: Order, steps: Steps) -> Pack:
    """Make the pack that was ordered, unless the one that is there was made from just the same."""
    started = time.monotonic()
    report = open_report(order.quarter, order.params)
    made_from = record.inputs(report.params, order.notebooks)
    if not order.force and record.is_current(order.target, made_from, order.asked):
        return Pack(order.target, made=False, seconds=time.monotonic() - started)
    _check(order, report)
    steps.planned(len(order.notebooks) + 2 * (len(order.notebooks) + 1) + 1)
    with building.beside(order.target) as scratch:
        executed = _execute(order, scratch, steps)
        pages.render(pages.bound(executed, order, report), scratch, order.workers, steps.done)
        _write(order, report, scratch, steps)
        record.write(scratch, _facts(order, made_from, executed, scratch, time.monotonic() - started))
        building.swap(scratch, order.target)
    return Pack(order.target, made=True, seconds=time.monotonic() - started)


def _check(order: Order, report: Report) -> None:
    for check in CHECKS:
        check(order, report)


def _execute(order: Order, scratch: Path, steps: Steps) -> list[Executed]:
    executed = execute_all(
        order.notebooks,
        order.parameters,
        folder=building.new_folder(scratch / "notebooks"),
        working_folder=order.working_folder,
        workers=order.workers,
        tell=lambda done: steps.done(f"{done.name} executed"),
    )
    _refuse_failures(executed, scratch, order.target)
    return executed


def _refuse_failures(executed: Sequence[Executed], scratch: Path, target: Path) -> None:
    failed = [done for done in executed if done.error is not None]
    kept = target.with_name(f"{target.name}.failed")
    shutil.rmtree(kept, ignore_errors=True)
    if not failed:
        return
    (scratch / "notebooks").rename(kept)
    said = "; ".join(f"{done.name}, {done.error}" for done in failed)
    raise NotebookError(f"{said}. The executed notebooks are in {shown(kept)}; {shown(target)} is as it was")


def _write(order: Order, report: Report, scratch: Path, steps: Steps) -> None:
    for write in WRITERS:
        write(order, report, scratch)
    steps.done("spreadsheets written")


def _facts(
    order: Order, made_from: dict[str, str], executed: Sequence[Executed], scratch: Path, seconds: float
) -> dict[str, Any]:
    """What run.json says of the run."""
    return {
        "quarter": str(order.quarter),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 2),
        "parameters": order.asked,
        "versions": record.versions(),
        "inputs": made_from,
        "notebooks": [{"name": done.name, "seconds": done.seconds, "result": "executed"} for done in executed],
        "outputs": record.outputs(scratch),
    }
