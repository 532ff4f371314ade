"""`perf-lib diff`: what differs between two packs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

OldPack = Annotated[Path, typer.Argument(metavar="OLD", help="The folder of the earlier pack.")]
NewPack = Annotated[Path, typer.Argument(metavar="NEW", help="The folder of the later pack.")]


def diff(old: OldPack, new: NewPack) -> None:
    """Compare two packs by figures and symbols, a line a measure that differs."""
    from perf_lib.press import compare

    told = compare.differences(old, new)
    for line in told:
        typer.echo(line)
    if not told:
        typer.echo("no figure and no symbol differs")
