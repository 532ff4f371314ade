"""`perf-lib run`: make a quarter's pack, with its progress shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perf_lib.cli.options import OUTPUTS, PARAMS, OutputsFolder, ParamsFolder, QuarterName

if TYPE_CHECKING:
    from perf_lib.press.run import Steps


def run(
    quarter: QuarterName,
    params: ParamsFolder = PARAMS,
    outputs: OutputsFolder = OUTPUTS,
    notebooks: Annotated[Path | None, typer.Option(help="The folder of notebooks, if not beside params.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Make the pack even if nothing has changed.")] = False,
) -> None:
    """Make a quarter's pack: HTML, PDF, spreadsheets, executed notebooks and the record of the run."""
    # Imported here, so that --help answers at once; and the press only when there is something to print.
    from perf_lib.press import current
    from perf_lib.press.order import plan
    from perf_lib.quarters import Quarter

    order = plan(Quarter.parse(quarter), params, outputs, notebooks, force=force)
    if not force and current.is_current(order):
        typer.echo(f"{order.target.as_posix()}: nothing has changed since the pack was made")
        return
    from perf_lib.press.run import make

    with _progress(quarter) as steps:
        pack = make(order, steps)
    if pack.made:
        typer.echo(f"{pack.folder.as_posix()}: the pack is made, in {pack.seconds:.0f} seconds")
        for name in ("report.html", "report.pdf", "dashboard.xlsx", "findings.csv", "run.json"):
            typer.echo(f"  {name:<15}{(pack.folder / name).stat().st_size / 1024:>7,.0f} KB")
    else:
        typer.echo(f"{pack.folder.as_posix()}: nothing has changed since the pack was made")


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
