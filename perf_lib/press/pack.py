"""A pack made, step by step: checked, executed, bound, rendered, recorded, swapped in whole.

`make_pack` is the walk. What other rooms add to it goes into one of the rows above it: CHECKS run before any notebook
and raise to stop the run; WRITERS put further files into the pack before it is recorded; GATES look at it when it is
whole.
"""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from perf_lib.config.yaml import shown
from perf_lib.findings import revisions
from perf_lib.press import audits, current, leaks, pack_folder, record, sign_off
from perf_lib.press.audits import Audit
from perf_lib.press.execute import Executed, refuse_unknown
from perf_lib.press.order import Order, Steps
from perf_lib.press.record import Inputs
from perf_lib.press.reuse import Earlier, earlier
from perf_lib.press.workshop import Workshop
from perf_lib.report import Report, open_report
from perf_lib.views.spreadsheets.ods import write_opendocument
from perf_lib.views.spreadsheets.xlsx import write_csv, write_rejected, write_workbook
from perf_lib.words.errors import NotebookError, PerfError


def _parameters_are_known(order: Order, report: Report) -> None:
    """Every notebook has the parameters that it will be given."""
    for source in order.notebooks:
        refuse_unknown(source, order.parameters)


def _restatements_are_explained(order: Order, report: Report) -> None:
    """No figure has moved far since it was first published without a word said of it."""
    where = report.params.settings_file("restatements")
    revisions.refuse_unexplained(report.restated(), report.settings.restatements.threshold, where)


def _write_spreadsheets(order: Order, report: Report, folder: Path) -> None:
    """The spreadsheets of figures, which depend on nothing that people write for the quarter."""
    from xlsxwriter.exceptions import FileCreateError

    findings, xlsx, ods = (folder / name for name in record.SPREADSHEETS)
    write_csv(report.findings, findings)
    try:
        write_workbook(report.findings, report.settings, xlsx)
    except FileCreateError as error:  # its own name for what the system said
        raise OSError(errno.EIO, str(error).rsplit("] ", 1)[-1]) from None
    write_opendocument(report.findings, report.settings, ods)


def _write_rejected(order: Order, report: Report, folder: Path) -> None:
    """rejected/: the rows of each input that were not used, where there are any."""
    write_rejected(report.arrived.ledger, folder / "rejected")


def _typed_figures_may_be_shown(order: Order, report: Report) -> None:
    """Nobody has typed a figure that a public report withholds or leaves out."""
    if report.is_public:
        leaks.refuse_typed(open_report(order.quarter, order.params), report)


def _nothing_marked_shows(order: Order, report: Report, folder: Path) -> None:
    """No figure of an item that a public report leaves out can be read in any file of the finished pack."""
    if report.left_out:
        leaks.refuse_shown(folder, open_report(order.quarter, order.params), report)


CHECKS: tuple[Callable[[Order, Report], None], ...] = (
    _restatements_are_explained,
    _parameters_are_known,
    _typed_figures_may_be_shown,
)
"""What is looked at before anything runs; each raises a PerfError, one line, where it cannot go on."""

WRITERS: tuple[Callable[[Order, Report, Path], None], ...] = (_write_rejected,)
"""What else is written into the pack's folder, beside notebooks, pages and spreadsheets."""


GATES: tuple[Callable[[Order, Report, Path], None], ...] = (_nothing_marked_shows,)
"""What looks at the finished pack before it is put in its place; each raises a PerfError to keep it back."""


def make_pack(order: Order, report: Report, made_from: Inputs, temporary: Path, started: float, steps: Steps) -> bool:
    """Make a pack from an open report; False where another run has made just the same by now.

    made_from: its inputs. temporary: the run's folder for sockets and scratch files. started: when the run was, by the
    monotonic clock.
    """
    audit = audits.begin(order, report, temporary)
    for check in CHECKS:
        check(order, report)
    if not record.stands(order, made_from.shared):
        audit.refuse_contradictions()  # a moment, in all that is to do; and nothing has been written yet
    with pack_folder.locked(order.target, order.wait):
        if not order.force and record.is_current(order, made_from.all):
            return False
        _make(order, report, audit, made_from, temporary, started, steps)
    return True


def _make(
    order: Order, report: Report, audit: Audit, made_from: Inputs, temporary: Path, started: float, steps: Steps
) -> None:
    from_before = earlier(order, report, made_from.shared)
    try:
        with pack_folder.beside(order.target) as scratch:
            shop = Workshop(order, report, lambda: audit.outcome.contradictions, scratch, temporary, steps)
            executed = _print(order, report, audit, from_before, scratch, shop)
            if order.public:  # what the next run would take from it is nothing that anybody else needs
                (scratch / record.SOURCE).unlink(missing_ok=True)
            facts = _facts(order, made_from.all, executed, shop.printed, scratch, time.monotonic() - started)
            record.write(scratch, record.without_digests(facts) if order.public else facts)
            _refuse_failures(executed, scratch, order.target)
            for gate in GATES:
                gate(order, report, scratch)
            pack_folder.swap(scratch, order.target)
            if order.public:
                _write_internally(order, report, facts)
    except ChildProcessError as error:  # an OSError too, though no disk's
        raise PerfError(f"{error}; what was there is as it was") from None
    except OSError as error:
        told = error.strerror or str(error)
        raise PerfError(f"{shown(order.target)}: cannot be written: {told}; what was there is as it was") from None
    shutil.rmtree(_failed(order.target), ignore_errors=True)


def _print(
    order: Order, report: Report, audit: Audit, from_before: Earlier, scratch: Path, shop: Workshop
) -> list[Executed]:
    """Execute what does not hold any more, render each page as soon as it can be bound, and write the rest meanwhile.

    Answers what came of each notebook.
    """
    with shop.open():
        if audit.is_known:
            shop.goes_on()
        for source in _longest_first(order, {done.name for done in from_before.notebooks}):
            shop.execute(source)
        for done in from_before.notebooks:
            shop.take(done)
        shop.begun()
        audit.refuse_contradictions()
        shop.goes_on()
        for write in WRITERS:
            shop.do(partial(write, order, report, scratch))
        if not report.is_public:
            shop.do(lambda: shop.render(audit.page()))
        if from_before.spreadsheets:
            for path in from_before.spreadsheets:
                shutil.copy(path, scratch)
            shop.tell("spreadsheets not written again: no figure has changed")
        else:
            _write_spreadsheets(order, report, scratch)
            shop.tell("spreadsheets written")
        return shop.finished()


def _write_internally(order: Order, report: Report, facts: dict[str, Any]) -> None:
    """Beside a public pack, for internal eyes: what was withheld and why, and the whole record of the run."""
    folder = order.record_folder
    folder.mkdir(exist_ok=True)
    what = leaks.record_of(open_report(order.quarter, order.params), report)
    what.to_csv(folder / "withheld.csv", index=False, lineterminator="\n", encoding="utf-8")
    record.write(folder, facts)


def _longest_first(order: Order, without: Set[str]) -> list[Path]:
    """The notebooks to execute, those with most cells first, so that none of them is left to run alone at the end."""
    stale = [source for source in order.notebooks if source.stem not in without]
    return sorted(stale, key=lambda source: -source.stat().st_size)


def _refuse_failures(executed: Sequence[Executed], scratch: Path, target: Path) -> None:
    """When a notebook failed, keep the executed notebooks and the record of the run beside the pack, and say so."""
    failed = [done for done in executed if done.error is not None]
    if not failed:
        return
    kept = _failed(target)
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copy(scratch / record.RECORD, scratch / "notebooks")
    (scratch / "notebooks").rename(kept)
    said = "; ".join(f"{done.name}, {done.error}" for done in failed)
    raise NotebookError(f"{said}. The executed notebooks are in {shown(kept)}; {shown(target)} is as it was")


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
    besides = {name for done in executed for name in done.reads} - set(made_from)
    found = {name: digest for name, digest in current.digests(sorted(besides), order).items() if digest}
    return {
        "quarter": str(order.quarter),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 2),
        "parameters": order.asked,
        "versions": current.versions(),
        "inputs": {**made_from, **found},
        "notebooks": [_told(done) for done in executed],
        "pages": dict(sorted(printed.items())),
        "outputs": current.outputs(scratch),
        sign_off.KEY: sign_off.kept(order.target),
    }


def _told(done: Executed) -> dict[str, Any]:
    told = {"name": done.name, "seconds": done.seconds, "result": done.result, "reads": list(done.reads)}
    return told if done.error is None else {**told, "error": done.error}
