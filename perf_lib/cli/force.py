"""`perf-lib force`: params for any territorial force, from a folder of open data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perf_lib.cli.options import PARAMS, ParamsFolder, QuarterName

ForceName = Annotated[str, typer.Argument(metavar="FORCE", help='A territorial force, such as "West Mercia".')]


def force(
    name: ForceName,
    quarter: QuarterName,
    data: Annotated[Path, typer.Option("--data", help="A folder of open data files, at any depth.")],
    into: Annotated[Path | None, typer.Option("--into", help="The folder to write; params-FORCE by default.")] = None,
    params: ParamsFolder = PARAMS,
) -> None:
    """Write params for a force from open data: street files, police force area tables, recorded crime."""
    from perf_lib.config.settings import find_params
    from perf_lib.extracts.open_data.forces import force_key
    from perf_lib.extracts.open_data.params import write_params
    from perf_lib.words.quarters import Quarter

    folder = into or Path(f"params-{force_key(name).replace(' ', '-')}")
    written = write_params(name, Quarter.parse(quarter), data, find_params(params), folder)
    typer.echo(f"{written.folder}: params for {written.area}, {quarter}")
    typer.echo(f"  by the month: {', '.join(written.monthly) or 'none'}")
    typer.echo(f"  twelve months at a time: {', '.join(written.yearly) or 'none'}")
    typer.echo(f"  peers: {', '.join(written.peers) or 'none with rates'}")
    typer.echo(f"  next: perf-lib run {quarter} --params {written.folder}")
