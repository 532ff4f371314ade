"""`perf-lib new`: the next quarter's folder."""

from __future__ import annotations

from typing import Annotated

import typer

from perf_lib.cli.options import PARAMS, ParamsFolder, QuarterName


def new(
    quarter: QuarterName,
    since: Annotated[str, typer.Option("--from", metavar="QUARTER", help="The quarter to start from.")],
    params: ParamsFolder = PARAMS,
) -> None:
    """Make the next quarter's folder from an earlier one: settings rolled on, commentary to be written."""
    from perf_lib.press.next_quarter import new_quarter
    from perf_lib.words.quarters import Quarter

    made = new_quarter(Quarter.parse(quarter), Quarter.parse(since), params)
    typer.echo(f"{quarter}: the folder is made, with settings and {made.commentary} commentary files to be written")
    if made.published_now:
        typer.echo(f"{since}: its figures had not been published; they are now kept in {since}/published.csv")
