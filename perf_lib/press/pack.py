"""One quarter's pack, from params to outputs: checked, executed, bound, rendered, recorded, exchanged whole.

`make` is the walk. A new step goes into a row of a table: CHECKS run before anything is made and raise to stop the
run; WRITERS each write a file into the pack; GATES look at the finished pack before it takes its place.
"""

from __future__ import annotations

import errno
import gc
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from xlsxwriter.exceptions import FileCreateError

from perf_lib.config import rounding_key
from perf_lib.config.yaml import shown
from perf_lib.findings import revisions
from perf_lib.press import leaks, pack_folder, record, sign_off
from perf_lib.press.execute import Executed, refuse_unknown
from perf_lib.press.jobs import JobError, Jobs
from perf_lib.press.order import Order, Steps, plan
from perf_lib.press.reuse import reusable
from perf_lib.press.work import THREADED, Work, load_for_notebooks
from perf_lib.report import Report, as_public, keep_open, kept_open, open_report
from perf_lib.views.charts import cache
from perf_lib.views.spreadsheets import ods, xlsx
from perf_lib.words.errors import NotebookError, PerfError
from perf_lib.words.quarters import Quarter


@dataclass(frozen=True)
class Pack:
    """A run's pack: where it lies, whether it had to be made, and the seconds that took."""

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

    is_stale: the caller knows that it was not.
    """
    started = time.monotonic()
    if not (is_stale or order.force) and record.is_current(order):
        return Pack(order.target, made=False, seconds=time.monotonic() - started)
    with _uncollected(), pack_folder.temporary_folder() as temporary:
        whole = open_report(order.quarter, order.params)  # once: a database may answer otherwise the next time
        report = as_public(whole) if order.public else whole
        made_from = record.inputs(report.params, order, report.arrived.records)
        earlier = list(record.notebooks_of(order))
        jobs = Jobs(order.workers, partial(_prepare, (whole, report), earlier), THREADED)
        try:
            with kept_open(whole, report), cache.kept(earlier), jobs:
                made = _checked(order, report, Work(order, report, jobs, temporary, steps), made_from, started)
        except JobError as error:
            raise PerfError(f"{error}; the earlier pack is as it was") from None
    return Pack(order.target, made, seconds=time.monotonic() - started)


def _prepare(reports: Sequence[Report], earlier: Sequence[Mapping[str, Any]]) -> None:
    """Make a process that was not forked ready for any job of a run."""
    for report in reports:
        keep_open(report)
    cache.keep(earlier)


def _checked(order: Order, report: Report, work: Work, made_from: record.Inputs, started: float) -> bool:
    """Make the pack once every check has passed; False where another run has made just the same by now."""
    for check in CHECKS:
        check(order, report)
    figures_stand = record.stands(order, made_from.shared)
    load_for_notebooks(draws=not figures_stand)
    gc.freeze()  # a forked process that searches for garbage leaves what is here alone, and so shared
    if not figures_stand:
        work.wait_for_check()  # short beside all that is to do; and nothing has been written yet
    with pack_folder.locked(order.target, order.wait):
        if not order.force and record.is_made_from(order, made_from.all):
            return False
        _make(order, report, work, made_from, started)
    return True


def _make(order: Order, report: Report, work: Work, made_from: record.Inputs, started: float) -> None:
    reused = reusable(order, report, made_from.shared)
    try:
        with pack_folder.beside(order.target) as scratch:
            executed = work.make(scratch, reused, WRITERS)
            seconds = time.monotonic() - started
            facts = _facts(order, made_from.all, executed, work.printed, scratch, seconds)
            facts |= work.facts_of_check
            record.write(scratch, record.for_anybody(facts) if order.public else facts)
            _refuse_failures(executed, scratch, order.target)
            for gate in GATES:
                gate(order, report, scratch)
            pack_folder.swap(scratch, order.target)
            if order.public:
                order.record_folder.mkdir(exist_ok=True)
                record.write(order.record_folder, facts)
                rounding_key.keep_draws(order.params, report.draws)
    except OSError as error:
        reason = error.strerror or str(error)
        raise PerfError(f"{shown(order.target)}: cannot be written: {reason}; what was there is as it was") from None
    shutil.rmtree(_failed(order.target), ignore_errors=True)


def _parameters_are_known(order: Order, report: Report) -> None:
    """Every notebook has the parameters that it will be given."""
    for source in order.notebooks:
        refuse_unknown(source, order.parameters)


def _restatements_are_explained(order: Order, report: Report) -> None:
    """No figure has moved far since it was first published without a word said of it."""
    where = report.params.settings_file("restatements")
    revisions.refuse_unexplained(report.restated(), report.settings.restatements.threshold, where)


def _typed_figures_may_be_shown(order: Order, report: Report) -> None:
    """Nobody has typed a figure that a public report does not print itself, without naming its source."""
    if report.is_public:
        leaks.refuse_typed(report, order.notebooks)


CHECKS: tuple[Callable[[Order, Report], None], ...] = (
    _restatements_are_explained,
    _parameters_are_known,
    _typed_figures_may_be_shown,
)
"""Checks before anything is made; each raises a PerfError, one line, where the run cannot go on."""


def _write_xlsx(report: Report, to: Path) -> None:
    try:
        xlsx.write_workbook(report.findings, report.printed_settings, to)
    except FileCreateError as error:  # xlsxwriter's own name for what the system answered
        raise OSError(errno.EIO, str(error).rsplit("] ", 1)[-1]) from None


def _write_csv(report: Report, to: Path) -> None:
    xlsx.write_csv(report.findings, to)


def _write_ods(report: Report, to: Path) -> None:
    ods.write_opendocument(report.findings, report.printed_settings, to)


def _write_rejected(report: Report, to: Path) -> None:
    xlsx.write_rejected(report.arrived.ledger, to)


WRITERS: Mapping[str, Callable[[Report, Path], None]] = {
    "findings.csv": _write_csv,
    "dashboard.xlsx": _write_xlsx,
    "dashboard.ods": _write_ods,
    "rejected": _write_rejected,
}
"""What is written into the pack's folder beside notebooks and pages, by its name; each in a job of its own."""


def _nothing_marked_shows(order: Order, report: Report, folder: Path) -> None:
    """No figure of an item that a public report leaves out can be read in any file of the finished pack."""
    if report.left_out:
        leaks.refuse_shown(folder, _internal(order), report)


GATES: tuple[Callable[[Order, Report, Path], None], ...] = (_nothing_marked_shows,)
"""Looks at the finished pack before it takes its place; each raises a PerfError to keep it back."""


def _internal(order: Order) -> Report:
    """The report as the body itself sees it."""
    return open_report(order.quarter, order.params)


def _refuse_failures(executed: Sequence[Executed], scratch: Path, target: Path) -> None:
    """Where a notebook failed, keep the executed notebooks and the record of the run beside the pack, and say so."""
    failures = [each for each in executed if each.error is not None]
    if not failures:
        return
    folder = _failed(target)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copy(scratch / record.RECORD, scratch / "notebooks")
    (scratch / "notebooks").rename(folder)
    reasons = "; ".join(f"{each.name}, {each.error}" for each in failures)
    raise NotebookError(f"{reasons}. The executed notebooks are in {shown(folder)}; {shown(target)} is as it was")


def _failed(target: Path) -> Path:
    return target.with_name(f"{target.name}.failed")


def _facts(
    order: Order,
    made_from: Mapping[str, str],
    executed: Sequence[Executed],
    printed: dict[str, str],
    scratch: Path,
    seconds: float,
) -> dict[str, Any]:
    """What run.json says of the run."""
    besides = {name for each in executed for name in each.reads} - set(made_from)
    read_besides = {name: digest for name, digest in record.digests(sorted(besides), order).items() if digest}
    return {
        "quarter": str(order.quarter),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 2),
        "parameters": order.asked,
        "versions": record.versions(),
        "inputs": {**made_from, **read_besides},
        "notebooks": [_notebook_facts(each) for each in executed],
        "pages": dict(sorted(printed.items())),
        "outputs": record.outputs(scratch),
        sign_off.KEY: sign_off.kept(order.target),
    }


def _notebook_facts(executed: Executed) -> dict[str, Any]:
    facts = {
        "name": executed.name, "seconds": executed.seconds, "result": executed.result, "reads": list(executed.reads),
    }  # fmt: skip
    return facts if executed.error is None else {**facts, "error": executed.error}


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for cycles of garbage: a run makes few, and would spend an eighth of its time on it."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if collects:
            gc.enable()
