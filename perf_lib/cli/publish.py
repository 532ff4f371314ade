"""`perf-lib publish`: keep what a final report publishes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perf_lib.cli.options import OUTPUTS, PARAMS, OutputsFolder, ParamsFolder, QuarterName


def publish(
    quarter: QuarterName,
    params: ParamsFolder = PARAMS,
    outputs: OutputsFolder = OUTPUTS,
    notebooks: Annotated[Path | None, typer.Option(help="The folder of notebooks, if not beside params.")] = None,
    public: Annotated[bool, typer.Option("--public", help="Keep what the public report prints, and no more.")] = False,
) -> None:
    """Keep a final report's figures and symbols, so that later reports show what has been restated."""
    from perf_lib.press.order import plan
    from perf_lib.press.publish import publish as keep
    from perf_lib.press.publish import refuse_unfinished
    from perf_lib.report import open_report
    from perf_lib.words.quarters import Quarter

    order = plan(Quarter.parse(quarter), params, outputs, notebooks, public=public)
    refuse_unfinished(order)
    path = keep(open_report(order.quarter, order.params, public))
    typer.echo(f"{path.parent.name}/{path.name}: the figures and symbols of {quarter} are kept as first published")
