"""`perf-lib inputs`: what each source gave, and which months look like a fault."""

from __future__ import annotations

import typer

from perf_lib.cli.options import PARAMS, ParamsFolder, QuarterName


def inputs(quarter: QuarterName, params: ParamsFolder = PARAMS) -> None:
    """Show what each source gave (months, rows, rejected rows) and the months that look like a fault."""
    from perf_lib.report import open_report
    from perf_lib.views.coverage import suspected

    report = open_report(quarter, params)
    for source in report.arrived.ledger.sources:
        span = "" if source.first is None else f", {source.first} to {source.last}"
        rejected = f", {len(source.rejected):,} rejected" if source.rejected else ""
        typer.echo(f"{source.file}: {source.what}, {source.rows:,} rows{rejected}{span}, SHA-256 {source.sha256}")
        for each in source.rejected:
            typer.echo(f"  rejected: {each.row}: {each.reason}")
    for jump in suspected(report.findings):
        typer.echo(f"{jump.measure}, {jump.month}: {jump.value:g} after {jump.usual:g}: {jump.what}, {jump.why}")
