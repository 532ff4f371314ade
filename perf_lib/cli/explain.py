"""`perf-lib explain`: the arithmetic behind a measure's symbols."""

from __future__ import annotations

import typer

from perf_lib.cli.options import OUTPUTS, PARAMS, MeasureName, OutputsFolder, ParamsFolder, QuarterName


def explain(
    quarter: QuarterName, measure: MeasureName, params: ParamsFolder = PARAMS, outputs: OutputsFolder = OUTPUTS
) -> None:
    """Show the arithmetic behind a measure's symbols, under both rule sets, and its past months."""
    from perf_lib.report import open_report

    typer.echo(open_report(quarter, params)[measure].explain().text)
