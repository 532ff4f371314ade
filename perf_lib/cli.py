"""The command line: a thin door. Each command says in one line what it did, or in one line why not."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perf_lib.errors import PerfError

if TYPE_CHECKING:
    from perf_lib.press.run import Steps

app = typer.Typer(
    name="perf-lib",
    help="Quarterly performance reports from data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

QuarterName = Annotated[str, typer.Argument(metavar="QUARTER", help="A financial quarter, such as 2019-20-Q3.")]
ParamsFolder = Annotated[Path, typer.Option("--params", help="The folder of settings, catalogue and commentary.")]
OutputsFolder = Annotated[Path, typer.Option("--outputs", help="The folder that packs are written to.")]


@app.callback()
def _start() -> None:
    """Quarterly performance reports from data."""


@app.command()
def run(
    quarter: QuarterName,
    params: ParamsFolder = Path("params"),
    outputs: OutputsFolder = Path("outputs"),
    notebooks: Annotated[Path | None, typer.Option(help="The folder of notebooks, if not beside params.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Make the pack even if nothing has changed.")] = False,
) -> None:
    """Make a quarter's pack: HTML, PDF, spreadsheets, executed notebooks and the record of the run."""
    # Imported here, so that --help answers at once.
    from perf_lib.press.run import run as press
    from perf_lib.quarters import Quarter

    with _progress(quarter) as steps:
        pack = press(Quarter.parse(quarter), params, outputs, notebooks, force=force, steps=steps)
    if pack.made:
        typer.echo(f"{pack.folder.as_posix()}: the pack is made, in {pack.seconds:.0f} seconds")
        for name in ("report.html", "report.pdf", "dashboard.xlsx", "findings.csv", "run.json"):
            typer.echo(f"  {name:<15}{(pack.folder / name).stat().st_size / 1024:>7,.0f} KB")
    else:
        typer.echo(f"{pack.folder.as_posix()}: nothing has changed since the pack was made")


@app.command()
def explain(
    quarter: QuarterName,
    measure: Annotated[str, typer.Argument(metavar="MEASURE", help="A measure's code, such as sexual_offences.")],
    params: ParamsFolder = Path("params"),
    outputs: OutputsFolder = Path("outputs"),
) -> None:
    """Show the arithmetic behind a measure's symbols, under both rule sets, and its past months."""
    from perf_lib.report import open_report

    typer.echo(open_report(quarter, params)[measure].explain().text)


class _progress:
    """A bar for people at a terminal; plain lines for a log."""

    def __init__(self, title: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        self._plain = not console.is_terminal
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, disable=self._plain, transient=True)
        self._title = title

    def __enter__(self) -> Steps:
        from perf_lib.press.run import Steps

        self._bar.start()
        self._task = self._bar.add_task(self._title, total=None)
        return Steps(planned=self._planned, done=self._done)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _planned(self, count: int) -> None:
        self._bar.update(self._task, total=count)

    def _done(self, what: str) -> None:
        self._bar.update(self._task, advance=1, description=f"{self._title}: {what}")
        if self._plain:
            typer.echo(f"{self._title}: {what}", err=True)


def main() -> None:
    """Run the command line; what we refuse is one line on stderr and its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # Windows consoles start in a code page without our minus sign
            stream.reconfigure(encoding="utf-8", errors="replace")
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # ipykernel's debugger would warn at each start
    try:
        app()
    except PerfError as error:
        typer.echo(f"perf-lib: {' '.join(str(error).split())}", err=True)  # one line, whatever it quotes
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
