"""The command line: a thin door. Each command says in one line what it did, or in one line why not.

A command imports what it needs when it is called, so that --help answers at once.
"""

from __future__ import annotations

import json
import logging
import os
import shlex
import shutil
import signal
import sys
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer
from typer import Argument, Option

from perf_lib.words import wording
from perf_lib.words.errors import ContradictionError, InputError, PerfError
from perf_lib.words.quarters import Quarter

if TYPE_CHECKING:
    from perf_lib.press.order import Order, Steps
    from perf_lib.press.review import ReviewDesk

app = typer.Typer(
    name="perf-lib",
    help="Quarterly performance reports from data.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

# --- Options that several commands take

QuarterName = Annotated[str, Argument(metavar="QUARTER", help="A financial quarter, such as 2019-20-Q3.")]
ParamsFolder = Annotated[Path, Option("--params", help="The folder of settings, catalogue and commentary.")]
OutputsFolder = Annotated[Path, Option("--outputs", help="The folder that packs are written to.")]
NotebooksFolder = Annotated[Path | None, Option(help="The folder of notebooks, if not beside params.")]

PARAMS = Path("params")
OUTPUTS = Path("outputs")


def echo(text: str, err: bool = False) -> None:
    """Print lines for people: on a terminal none is broken within a word, elsewhere none at all."""
    if (sys.stderr if err else sys.stdout).isatty():
        wrapped = textwrap.TextWrapper(
            shutil.get_terminal_size().columns, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
        text = "\n".join(wrapped.fill(line) for line in text.split("\n"))
    write(text, err)


def write(text: str, err: bool = False) -> None:
    """Print lines as they are. A reader who has gone loses what follows, and nothing else; a full disk is a refusal."""
    try:
        typer.echo(text, err=err)
    except OSError as error:
        setattr(sys, "stderr" if err else "stdout", _nowhere())
        if not isinstance(error, BrokenPipeError) and not err:
            raise PerfError(f"what is printed could not be written: {error.strerror}") from None


# --- Commands, in the order of --help


_ANY_QUARTER = Argument(metavar="[QUARTER]", help="A financial quarter, such as 2019-20-Q3.", show_default=False)


@app.command()
def run(
    quarter: Annotated[str | None, _ANY_QUARTER] = None,
    params: ParamsFolder = PARAMS,
    outputs: OutputsFolder = OUTPUTS,
    notebooks: NotebooksFolder = None,
    public: Annotated[bool, Option("--public", help="For anybody: counts rounded, marked items left out.")] = False,
    force: Annotated[bool, Option("--force", help="Make everything again even if nothing has changed.")] = False,
    every: Annotated[bool, Option("--all", help="Every quarter of --params, or of each params folder in it.")] = False,
    due: Annotated[
        bool, Option("--due", help="Those whose data have arrived and whose pack is missing or stale.")
    ] = False,
    scheduler: Annotated[
        str | None, Option(metavar="ADDRESS", help="Hand packs to a Dask cluster instead of this machine.")
    ] = None,
    workers: Annotated[int | None, Option(min=1, help="How much is done at once; as many as there are cores.")] = None,
    time_limit: Annotated[float, Option(min=1, help="Seconds that one notebook may take.")] = 1800,
    retry: Annotated[int, Option(min=0, help="Fresh starts of a kernel that failed to start.")] = 0,
    wait: Annotated[float, Option(min=0, help="Seconds to wait for another run of the same pack.")] = 0,
    as_json: Annotated[bool, Option("--json", help="Say everything as lines of JSON.")] = False,
    kernels: Annotated[
        bool, Option("--kernels", help="Execute notebooks by ordinary Jupyter kernels, not in the press itself.")
    ] = False,
    draft: Annotated[bool, Option("--draft", help="Print what the data contradict, marked DRAFT.")] = False,
) -> None:
    """Make a quarter's pack: HTML, PDF, spreadsheets, executed notebooks and the record of the run."""
    from perf_lib.press.order import Limits, plan

    chosen = None if quarter is None else Quarter.parse(quarter)
    options: dict[str, Any] = {"force": force, "draft": draft, "public": public, "wait": wait, "kernels": kernels}
    options["limits"] = Limits(time_limit, retry)
    if every or due:
        from perf_lib.press import batch

        orders = batch.orders(params, outputs, chosen, notebooks, workers=workers, **options)
        _make_many([order for order in orders if not due or batch.is_due(order)], scheduler, workers, as_json)
    elif scheduler is not None:
        raise InputError("--scheduler hands over many packs: it goes with --all or --due")
    else:
        _make_one(plan(chosen or _only_quarter(params), params, outputs, notebooks, workers, **options), as_json)


@app.command()
def check(
    quarter: QuarterName,
    params: ParamsFolder = PARAMS,
    outputs: OutputsFolder = OUTPUTS,
    as_json: Annotated[bool, Option("--json", help="Print every figure checked, as a list of objects.")] = False,
) -> None:
    """Hold the commentary against the data: for each figure that is wrong or not traced, what to do about it.

    Exit code 3 where the data contradict something that nobody has answered, 0 otherwise.
    """
    from perf_lib.commentary import answers
    from perf_lib.press import record
    from perf_lib.press.order import notebooks_of
    from perf_lib.report import open_report

    report = open_report(quarter, params)
    notebooks: list[Path] = []
    with suppress(InputError):  # the words are checked before there is a notebook, too
        notebooks = notebooks_of(report.params.folder)
    checked = report.checked(answers.read(record.read(outputs / str(report.quarter))), notebooks)
    contradicted = checked.of("contradicts")
    if as_json:
        write(json.dumps([each.as_dict() for each in checked.checks], indent=2, ensure_ascii=False))
    else:
        for each in sorted(checked.open, key=lambda check: (check.verdict, check.file, check.line)):
            echo(each.line_for_people())
            echo(f"  in: {each.sentence}\n  {each.what_to_do()}")
        if checked.warnings:
            echo("; ".join(checked.warnings))
        echo(checked.counts())
    if contradicted:
        sys.exit(ContradictionError.exit_code)


@app.command()
def bind(
    quarter: QuarterName,
    params: ParamsFolder = PARAMS,
    write: Annotated[bool, Option("--write", help="Make the replacements.")] = False,
) -> None:
    """Show, or with --write make, the replacement of typed figures by bindings that print just the same."""
    from perf_lib.commentary import replacing
    from perf_lib.report import open_report

    report = open_report(quarter, params)
    each = [*replacing.replacements(report.texts(), report.audited.checks)]
    for line in each:
        echo(str(line))
    if write:
        echo(f"{wording.counted(replacing.write(each), 'figure')} bound")
    else:
        echo(f"{wording.counted(len(each), 'figure')} can be bound; --write does it" if each else "nothing to bind")


@app.command()
def review(
    quarter: QuarterName,
    params: ParamsFolder = PARAMS,
    outputs: OutputsFolder = OUTPUTS,
    port: Annotated[int, Option(min=0, max=65535, help="The port on localhost; 0 takes a free one.")] = 0,
    browser: Annotated[bool, Option(help="Open the page in the browser.")] = True,
    status: Annotated[bool, Option("--status", help="Only say whether the pack is signed off.")] = False,
) -> None:
    """Show the built internal report beside a margin for comments, and take a sign-off; Ctrl-C ends it."""
    from perf_lib.press import sign_off
    from perf_lib.press.review import open_review

    desk = open_review(quarter, params, outputs)
    for line in sign_off.said(desk.pack):
        echo(f"{quarter}: {line}")
    if status:
        raise typer.Exit(0 if sign_off.holding(desk.pack) else 1)  # for scripts: 1 where no sign-off holds
    _serve(desk, port, browser)


@app.command()
def explain(
    quarter: QuarterName,
    measure: Annotated[str, Argument(metavar="MEASURE", help="A measure's code, such as sexual_offences.")],
    params: ParamsFolder = PARAMS,
    outputs: OutputsFolder = OUTPUTS,
) -> None:
    """Show a measure's verdict, the arithmetic behind it and behind each symbol, and its past months."""
    from perf_lib.report import open_report

    echo(open_report(quarter, params)[measure].explain().text)


@app.command()
def verify(
    pack: Annotated[Path, Argument(metavar="PACK", help="A pack's folder, such as outputs/2019-20-Q3.")],
    params: ParamsFolder = PARAMS,
    notebooks: NotebooksFolder = None,
) -> None:
    """Hash a pack's inputs and outputs again and say what no longer matches its record; exit code 1 if anything.

    Says besides whether the pack is signed off, and whose sign-off has lapsed.
    """
    from perf_lib.press import compare, sign_off
    from perf_lib.press.order import plan

    quarter = Quarter.parse(str(compare.recorded(pack).get("quarter")))
    mismatches = compare.mismatches(plan(quarter, params, pack.parent, notebooks, folder=pack))
    for line in mismatches:
        echo(line)
    outcome = f"{len(mismatches)} do not match" if mismatches else "everything matches"
    echo(f"{pack.as_posix()}: {outcome} the run record")
    for line in sign_off.said(pack):
        echo(f"{pack.as_posix()}: {line}")
    raise typer.Exit(1 if mismatches else 0)


@app.command()
def diff(
    old: Annotated[Path, Argument(metavar="OLD", help="The folder of the earlier pack.")],
    new: Annotated[Path, Argument(metavar="NEW", help="The folder of the later pack.")],
) -> None:
    """Compare two packs by figures and symbols, a line a measure that differs."""
    from perf_lib.press import compare

    for line in compare.differences(old, new) or ["no figure and no symbol differs"]:
        echo(line)


@app.command()
def publish(
    quarter: QuarterName,
    params: ParamsFolder = PARAMS,
    outputs: OutputsFolder = OUTPUTS,
    notebooks: NotebooksFolder = None,
    public: Annotated[bool, Option("--public", help="Keep what the public report prints, and no more.")] = False,
) -> None:
    """Keep a final report's figures and symbols, so that later reports show what has been restated."""
    from perf_lib.press.order import plan
    from perf_lib.press.publish import publish, refuse_unfinished
    from perf_lib.report import open_report

    order = plan(Quarter.parse(quarter), params, outputs, notebooks, public=public)
    refuse_unfinished(order)
    path = publish(open_report(order.quarter, order.params, public))
    echo(f"{path.parent.name}/{path.name}: the figures and symbols of {quarter} are kept as first published")


@app.command()
def init(
    folder: Annotated[Path, Argument(metavar="[FOLDER]", help="The folder to start in.")] = Path(),
    source: Annotated[
        Path | None, Option("--from", metavar="FILE", help="The spreadsheet or table of monthly figures.")
    ] = None,
    quarter: Annotated[str | None, Option("--quarter", help="The first quarter to report, such as 2024-25-Q3.")] = None,
    force: Annotated[str | None, Option("--force", help="Whose figures they are.")] = None,
    sample: Annotated[bool, Option("--sample", help="Start from the sample instead.")] = False,
    params: ParamsFolder = PARAMS,
) -> None:
    """Make params and notebooks from a spreadsheet, where there are none, and the key that public reports round by."""
    from perf_lib.config import rounding_key
    from perf_lib.config.settings import find_params
    from perf_lib.press import starter

    there = folder / params if folder != Path() else find_params(params)
    if sample:
        echo(f"{starter.copy_sample(folder)}: the sample, with its notebooks; next: perf-lib run 2019-20-Q3")
    elif source is not None or not there.is_dir():
        source = source or Path(_ask("--from", "The file of monthly figures"))
        quarter = quarter or _ask("--quarter", "The first quarter, such as 2024-25-Q3")
        force = force or _ask("--force", "Whose figures they are")
        started = starter.start(folder, source, Quarter.parse(quarter), force)
        echo(f"{wording.counted(started.measures, 'measure')}; written: {', '.join(started.files)}")
        for line in started.checks:
            echo(f"  check: {line}")
        echo(f"next: perf-lib run {quarter}")
    is_new = rounding_key.make_key(there) is not None
    outcome = "made, for this body alone; keep a copy of it, and keep it secret" if is_new else "is there already"
    echo(f"{rounding_key.KEY}: {outcome}")


def _ask(option: str, question: str) -> str:
    """An answer typed at the terminal; a refusal that names the option where there is none."""
    if not sys.stdin.isatty():
        raise InputError(f'init needs {option}; write perf-lib init --from FILE --quarter 2024-25-Q3 --force "NAME"')
    return str(typer.prompt(question))


@app.command()
def notebooks(params: ParamsFolder = PARAMS, notebooks: NotebooksFolder = None) -> None:
    """Add, to the notebook of its priority, a section for each measure that no notebook shows."""
    from perf_lib.config.settings import find_params
    from perf_lib.press import starter
    from perf_lib.press.order import notebooks_of

    folder = find_params(params)
    added = starter.add_sections(folder, notebooks_of(folder, notebooks))
    for code, name in added.items():
        echo(f"{code}: a section is added to {name}")
    if not added:
        echo("every measure is shown by a notebook")


@app.command()
def new(
    quarter: QuarterName,
    since: Annotated[str, Option("--from", metavar="QUARTER", help="The quarter to start from.")],
    params: ParamsFolder = PARAMS,
) -> None:
    """Make the next quarter's folder from an earlier one: settings rolled on, commentary to be written."""
    from perf_lib.press.next_quarter import new_quarter

    folder = new_quarter(Quarter.parse(quarter), Quarter.parse(since), params)
    echo(f"{quarter}: the folder is made, with settings and {folder.commentary} commentary files to be written")
    if folder.published_now:
        echo(f"{since}: its figures had not been published; they are now kept in {since}/published.csv")


@app.command()
def force(
    data: Annotated[Path, Option("--data", help="A folder of open data files, at any depth.")],
    name: Annotated[
        str | None, Argument(metavar="[FORCE]", help='A territorial force, such as "West Mercia".', show_default=False)
    ] = None,
    quarter: Annotated[str | None, _ANY_QUARTER] = None,
    into: Annotated[
        Path | None, Option("--into", help="The folder to write, params-FORCE by default; of --all, where they go.")
    ] = None,
    params: ParamsFolder = PARAMS,
    every: Annotated[bool, Option("--all", help="Every force that the files name.")] = False,
) -> None:
    """Write params for a force from open data: street files, police force area tables, recorded crime."""
    from perf_lib.config.settings import find_params
    from perf_lib.extracts.open_data.params import folder_of, write_all, write_params

    *forces, last = [word for word in (name, quarter) if word is not None] or [""]
    if len(forces) != (not every):
        example = 'perf-lib force "West Mercia" 2019-20-Q3'
        raise InputError(f"say which force and which quarter, as {example}; with --all, the quarter alone")
    chosen, source = Quarter.parse(last), find_params(params)
    if every:
        folder, made = into or Path(), 0
        for area, result in write_all(chosen, data, source, folder):
            if isinstance(result, InputError):
                echo(f"{area}: {result}", err=True)
            else:
                echo(f"{result.folder}: params for {area}, {chosen}")
                made += 1
        if not made:
            raise InputError(f"no force has figures for {chosen}; why is said above")
    else:
        written = write_params(forces[0], chosen, data, source, into or folder_of(forces[0]))
        folder = written.folder
        echo(f"{folder}: params for {written.area}, {chosen}")
        unused = [path.name for path in written.others]
        for what, names in (*written.measures.items(), ("peers", written.peers), ("files not used", unused)):
            echo(f"  {what}: {', '.join(names) or 'none'}")
        for line in written.doubts:
            echo(f"  {line}")
    # In one line however narrow the terminal, to be copied.
    write(f"  next: perf-lib run {chosen} {'--all ' * every}--params {shlex.quote(str(folder))}")


@app.command()
def inputs(quarter: QuarterName, params: ParamsFolder = PARAMS) -> None:
    """Show what each source gave (months, rows, rejected rows) and the months that look like a fault."""
    from perf_lib.press.order import notebooks_of
    from perf_lib.report import open_report
    from perf_lib.views.coverage import suspected

    report = open_report(quarter, params)
    for source in report.arrived.ledger.sources:
        months = "" if source.first is None else f", {source.first} to {source.last}"
        rejected = f", {len(source.rejected):,} rejected" if source.rejected else ""
        echo(f"{source.file}: {source.what}, {source.rows:,} rows{rejected}{months}, SHA-256 {source.sha256}")
        for each in source.rejected:
            echo(f"  rejected: {each.row}: {each.reason}")
        for note in source.notes:
            echo(f"  {note}")
    for jump in suspected(report.findings):
        echo(f"{jump.measure}, {jump.month}: {jump.value:g} after {jump.usual:g}: {jump.what}, {jump.why}")
    _say_unshown(report.params.folder, notebooks_of(report.params.folder))


@app.command()
def template(
    quarter: QuarterName,
    into: Annotated[Path, Option("--into", help="The workbook to write.")] = Path("months.xlsx"),
    months: Annotated[int, Option(min=1, max=240, help="How many months, to the quarter's last.")] = 24,
    params: ParamsFolder = PARAMS,
) -> None:
    """Write an empty workbook for the catalogue's measures, with drop-downs and notes, to be filled in."""
    import pandas as pd

    from perf_lib.config.catalogue import read_catalogue
    from perf_lib.config.settings import find_params
    from perf_lib.config.yaml import read_yaml
    from perf_lib.extracts.tables.template import write_template

    folder, last = find_params(params), Quarter.parse(quarter).last
    catalogue = read_catalogue(folder / "measures.yaml")
    body = read_yaml(folder / "settings.yaml").get("body")
    area = str(body.get("area", "")) if isinstance(body, dict) else ""
    write_template(into, catalogue, pd.period_range(end=last, periods=months, freq="M"), area)
    echo(f"{into}: {len(catalogue)} measures, {months} months to {last}; name it under inputs.monthly when filled")


# --- run: one pack or many


def _say_unshown(params: Path, notebooks: Iterable[Path]) -> None:
    """Name the measures that no notebook shows; notebooks that name none, such as a loop's, say nothing of that."""
    from perf_lib.press import starter

    if left := starter.unshown(params, notebooks):
        echo(f"no notebook shows {', '.join(left)}; perf-lib notebooks adds a section for each")


def _only_quarter(params: Path) -> Quarter:
    from perf_lib.config.settings import find_params, quarters_in

    folder = find_params(params)
    quarters = quarters_in(folder) if folder.is_dir() else []
    if len(quarters) != 1:
        raise InputError("say which quarter, such as 2019-20-Q3, or --all or --due")
    return quarters[0]


def _make_one(order: Order, as_json: bool) -> None:
    from perf_lib.press import record

    if not order.force and record.is_current(order):
        _report_pack(order, as_json, made=False)
        return
    from perf_lib.press.pack import make  # only now: the press takes long to load

    try:
        with _progress(str(order.quarter), as_json) as steps:
            pack = make(order, steps, is_stale=True)
    except PerfError as error:
        if as_json:
            _event("refused", quarter=str(order.quarter), message=str(error), exit_code=error.exit_code)
        raise
    _report_pack(order, as_json, pack.made, pack.seconds)
    if pack.made and not as_json:
        _say_unshown(order.params, order.notebooks)
        names = "report.html report.pdf briefing.pdf dashboard.xlsx dashboard.ods findings.csv run.json".split()
        for path in (pack.folder / name for name in names):
            if path.exists():
                echo(f"  {path.name:<15}{path.stat().st_size / 1024:>7,.0f} KB")


def _make_many(orders: list[Order], scheduler: str | None, workers: int | None, as_json: bool) -> None:
    from perf_lib.press import batch

    exit_codes = []
    for result in batch.make_all(orders, scheduler, workers) if orders else ():
        if result.error is None:
            _report_pack(result.order, as_json, result.made, result.seconds)
            continue
        exit_codes.append(result.exit_code)
        if as_json:
            _event("refused", quarter=str(result.order.quarter), message=result.error, exit_code=result.exit_code)
        else:
            echo(f"{result.order.target.as_posix()}: {result.error}", err=True)
    if not orders and not as_json:
        echo("nothing is due")
    if exit_codes:
        error = PerfError(f"{len(exit_codes)} of {len(orders)} packs could not be made; why is said above")
        error.exit_code = exit_codes[0] if len(set(exit_codes)) == 1 else PerfError.exit_code
        raise error


def _report_pack(order: Order, as_json: bool, made: bool, seconds: float = 0) -> None:
    folder = order.target.as_posix()
    if as_json:
        _event("pack", quarter=str(order.quarter), folder=folder, made=made, seconds=round(seconds, 2))
    elif made:
        echo(f"{folder}: the pack is made, in {seconds:.0f} seconds")
    else:
        echo(f"{folder}: nothing has changed since the pack was made")


# --- run: progress


@contextmanager
def _progress(quarter: str, as_json: bool) -> Iterator[Steps]:
    """Show a run's steps: JSON for programs, plain lines for a log, a bar for people at a terminal."""
    from perf_lib.press.order import Steps

    if as_json:
        yield Steps(
            planned=lambda count: _event("planned", quarter=quarter, steps=count),
            done=lambda step: _event("done", quarter=quarter, what=step),
            warned=lambda line: _event("warning", quarter=quarter, message=line),
        )
    elif not sys.stderr.isatty():
        yield Steps(done=lambda step: echo(f"{quarter}: {step}", err=True), warned=_warn)
    else:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        # No automatic refresh: it would start a thread, and the press forks only a process without threads.
        with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
            task = bar.add_task(quarter, total=None)

            def done(step: str) -> None:
                bar.update(task, advance=1, description=f"{quarter}: {step}", refresh=True)

            yield Steps(planned=lambda count: bar.update(task, total=count), done=done, warned=bar.console.print)


def _warn(line: str) -> None:
    echo(f"warning: {line}", err=True)


def _event(name: str, **facts: Any) -> None:
    """Print an event as one line of JSON on stdout."""
    write(json.dumps({"event": name, **facts}, ensure_ascii=False))


# --- review: the page


def _serve(desk: ReviewDesk, port: int, browser: bool) -> None:
    import asyncio
    import webbrowser

    from perf_lib.press.review import serve

    async def until_stopped() -> None:
        _, address = serve(desk, port)
        echo(f"{desk.quarter}: the review is at {address}")
        echo("Only this machine can open it. Ctrl-C ends it.")
        if browser:
            webbrowser.open(address)
        await asyncio.Event().wait()

    try:
        asyncio.run(until_stopped())
    except KeyboardInterrupt:
        echo("\nThe review has ended.")


# --- The program


# The base of every error in a mistyped command line; of its family typer exports BadParameter alone.
_UsageError: type[typer.BadParameter] = typer.BadParameter.__mro__[1]


def main() -> None:
    """Run the command line; a refusal is one line on stderr and its exit code."""
    # None where whoever started it closed them.
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # Windows consoles start in a code page without our minus sign
            stream.reconfigure(encoding="utf-8", errors="replace")
    # Whoever requested a kernel reports its failure in one line. Without any handler Python would also print what
    # libraries log of it: jupyter_client of a late answer, asyncio of the wait that nbclient abandons.
    logging.getLogger().addHandler(logging.NullHandler())
    warnings.filterwarnings("ignore", message="Non-unique cell id")  # nbformat mends it
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # ipykernel's debugger would warn at each start
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an exit clears away what is under way
    try:
        code = app(args=sys.argv[1:] or ["--help"], standalone_mode=False)
    except _UsageError as error:  # a mistyped command or option: one line, not a box
        _refuse(InputError(error.format_message()))
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)  # as a shell says of Ctrl-C
    except PerfError as error:
        _refuse(error)
    except OSError as error:  # of help, which a library prints
        _refuse(PerfError(f"{error.filename or 'what is printed could not be written'}: {error.strerror}"))
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _refuse(error: PerfError) -> None:
    echo(f"perf-lib: {' '.join(str(error).split())}", err=True)  # one line, whatever it quotes
    sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
