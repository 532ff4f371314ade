"""`perf-lib verify`: does a pack still match its record?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perf_lib.cli.options import PARAMS, ParamsFolder

PackFolder = Annotated[Path, typer.Argument(metavar="PACK", help="A pack's folder, such as outputs/2019-20-Q3.")]


def verify(
    pack: PackFolder,
    params: ParamsFolder = PARAMS,
    notebooks: Annotated[Path | None, typer.Option(help="The folder of notebooks, if not beside params.")] = None,
) -> None:
    """Hash a pack's inputs and outputs again and say what no longer matches its record; exit code 1 if anything.

    Says besides whether the pack is signed off, and whose sign-off has lapsed.
    """
    from perf_lib.press import compare, sign_off
    from perf_lib.press.order import plan
    from perf_lib.words.quarters import Quarter

    quarter = Quarter.parse(str(compare.recorded(pack).get("quarter")))
    order = plan(quarter, params, pack.parent, notebooks, folder=pack)
    told = compare.mismatches(order)
    for line in told:
        typer.echo(line)
    typer.echo(f"{pack.as_posix()}: {f'{len(told)} do not match' if told else 'everything matches'} the run record")
    for line in sign_off.said(pack):
        typer.echo(f"{pack.as_posix()}: {line}")
    raise typer.Exit(1 if told else 0)
