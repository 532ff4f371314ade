"""`perf-lib check`: what people wrote, held against the data."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from perf_lib.cli.options import PARAMS, ParamsFolder, QuarterName


def check(
    quarter: QuarterName,
    params: ParamsFolder = PARAMS,
    as_json: Annotated[bool, typer.Option("--json", help="Print every figure checked, as a list of objects.")] = False,
) -> None:
    """Hold the commentary against the data: a line for each figure that is wrong or has no source.

    Exit code 3 where the data contradict something, 0 otherwise.
    """
    from perf_lib.report import open_report
    from perf_lib.words.errors import ContradictionError

    checked = open_report(quarter, params).audited
    wrong, unknown = checked.of("contradicts"), checked.of("unsupported")
    if as_json:
        import json

        typer.echo(json.dumps([each.as_dict() for each in checked.findings], indent=2, ensure_ascii=False))
    else:
        for each in sorted((*wrong, *unknown), key=lambda found: (found.file, found.line)):
            typer.echo(each.line_for_people())
        for warning in checked.warnings:
            typer.echo(f"warning: {warning}")
        typer.echo(checked.counts())
    if wrong:
        sys.exit(ContradictionError.exit_code)
