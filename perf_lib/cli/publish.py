"""`perf-lib publish`: keep what a final report publishes."""

from __future__ import annotations

from typing import Annotated

import typer

from perf_lib.cli.options import PARAMS, ParamsFolder, QuarterName


def publish(
    quarter: QuarterName,
    params: ParamsFolder = PARAMS,
    public: Annotated[bool, typer.Option("--public", help="Keep what the public report prints, and no more.")] = False,
) -> None:
    """Keep a final report's figures and symbols, so that later reports show what has been restated."""
    from perf_lib.press.publish import publish as keep
    from perf_lib.report import open_report

    path = keep(open_report(quarter, params, public))
    typer.echo(f"{path.parent.name}/{path.name}: the figures and symbols of {quarter} are kept as first published")
