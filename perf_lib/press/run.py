"""One quarter's pack, from params to outputs: checked, executed, bound, rendered, recorded, swapped in whole."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nbformat import NotebookNode

from perf_lib import wording, workbook
from perf_lib.errors import InputError, NotebookError
from perf_lib.press import binding, execute, record
from perf_lib.press.exporters import ReportHTMLExporter, ReportPDFExporter
from perf_lib.quarters import Quarter
from perf_lib.report import Report, open_report
from perf_lib.settings import find_params
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


def run(
    quarter: Quarter,
    params: str | Path = "params",
    outputs: str | Path = "outputs",
    notebooks: str | Path | None = None,
    workers: int | None = None,
    force: bool = False,
    steps: Steps | None = None,
) -> Pack:
    """Make a quarter's pack in `outputs/<quarter>/`; the pack that is there stays until the new one is whole.

    Raises InputError before anything is written, for settings, data, commentary or notebooks that cannot be
    right; NotebookError when a notebook failed, with the executed notebooks kept in `outputs/<quarter>.failed/`.
    """
    started = time.monotonic()
    steps = steps or Steps()
    folder = find_params(params)
    report = open_report(quarter, folder)
    sources = notebooks_of(folder, notebooks)
    target = Path(outputs) / str(quarter)
    parameters = {"quarter": str(quarter), "params": folder.name}
    made_from = record.inputs(report.params, sources)
    if not force and record.is_current(target, made_from, parameters):
        return Pack(target, made=False, seconds=time.monotonic() - started)
    _check_commentary(report)
    for source in sources:
        execute.refuse_unknown(source, parameters)
    steps.planned(len(sources) + 2 * (len(sources) + 1) + 1)
    workers = workers or max(1, min(os.cpu_count() or 1, len(sources)))
    scratch = _scratch(target)
    try:
        executed = execute.execute_all(
            sources,
            parameters,
            folder=_new(scratch / "notebooks"),
            working_folder=folder.resolve().parent,
            workers=workers,
            tell=lambda done: steps.done(f"{done.name} executed"),
        )
        _refuse_failures(executed, scratch, target)
        _render(executed, report, scratch, workers, steps)
        workbook.write_csv(report.findings, scratch / "findings.csv")
        workbook.write_workbook(report.findings, report.settings, scratch / "dashboard.xlsx")
        steps.done("spreadsheets written")
        record.write(
            scratch,
            {
                "quarter": str(quarter),
                "made": datetime.now(UTC).isoformat(timespec="seconds"),
                "seconds": round(time.monotonic() - started, 2),
                "parameters": parameters,
                "versions": record.versions(),
                "inputs": made_from,
                "notebooks": [{"name": done.name, "seconds": done.seconds, "result": "executed"} for done in executed],
                "outputs": record.outputs(scratch),
            },
        )
        _swap(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return Pack(target, made=True, seconds=time.monotonic() - started)


def notebooks_of(params: Path, written: str | Path | None = None) -> list[Path]:
    """The report's notebooks in order: as asked, or beside the params folder, or here or the nearest above."""
    here = Path.cwd()
    places = [Path(written)] if written else [params.resolve().parent / "notebooks"]
    places += [] if written else [base / "notebooks" for base in (here, *here.parents)]
    for place in places:
        found = sorted(path for path in place.glob("[0-9]*.ipynb"))
        if found:
            return found
    raise InputError(
        f"no notebooks found in {shown(places[0])}; their names start with a digit, as 1_prevent_crime does"
    )


def _check_commentary(report: Report) -> None:
    """Bind everything a person wrote before any notebook runs: a wrong name stops the run here, in one line."""
    report.introduction()
    report.deep_dive()
    for path in report.params.commentary_files():
        report[path.stem].commentary()


def _refuse_failures(executed: Sequence[execute.Executed], scratch: Path, target: Path) -> None:
    failed = [done for done in executed if done.error is not None]
    kept = target.with_name(f"{target.name}.failed")
    shutil.rmtree(kept, ignore_errors=True)
    if not failed:
        return
    (scratch / "notebooks").rename(kept)
    said = "; ".join(f"{done.name}, {done.error}" for done in failed)
    raise NotebookError(f"{said}. The executed notebooks are in {shown(kept)}; {shown(target)} is as it was")


def _render(executed: Sequence[execute.Executed], report: Report, scratch: Path, workers: int, steps: Steps) -> None:
    body, quarter, settings = report.settings.body, report.quarter, report.settings
    facts = {
        "running": f"{body.force} performance report, {quarter.name} {quarter.financial_year}",
        "marking": settings.marking,
        "language": settings.language,
        "author": body.name,
    }
    pages = [
        binding.page(
            done.notebook, title=f"{body.force}: {_title(done)}, {quarter.name} {quarter.financial_year}", **facts
        )
        for done in executed
    ]
    whole = binding.bind(pages, title=f"{body.force} performance report, {quarter.label}", whole=True, **facts)
    folder = _new(scratch / "pages")
    jobs = [(whole, scratch / "report"), *((p, folder / done.name) for p, done in zip(pages, executed, strict=True))]

    def render(job: tuple[NotebookNode, Path]) -> None:
        notebook, path = job
        html, _ = ReportHTMLExporter().from_notebook_node(notebook)
        path.with_suffix(".html").write_text(html, encoding="utf-8", newline="\n")
        steps.done(f"{path.name}.html rendered")
        pdf, _ = ReportPDFExporter().from_notebook_node(notebook)
        path.with_suffix(".pdf").write_bytes(pdf)
        steps.done(f"{path.name}.pdf rendered")

    with ThreadPoolExecutor(max_workers=workers) as pool:
        list(pool.map(render, jobs))


def _title(done: execute.Executed) -> str:
    return str(done.notebook.metadata.get("title") or wording.sentence_case(done.name[2:].replace("_", " ")))


def _scratch(target: Path) -> Path:
    """A folder beside the pack to build in; what a killed run left there is cleared away."""
    for left in target.parent.glob(f".{target.name}.*"):
        shutil.rmtree(left, ignore_errors=True)
    return _new(target.with_name(f".{target.name}.{os.getpid()}"))


def _swap(scratch: Path, target: Path) -> None:
    """Put the new pack in the old one's place: two renames, and the old pack is gone only after the second."""
    old = target.with_name(f".{target.name}.old")
    if target.exists():
        target.rename(old)
    scratch.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _new(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise InputError(f"{shown(folder.parent)}: cannot be written to: {error.strerror}") from None
    return folder
