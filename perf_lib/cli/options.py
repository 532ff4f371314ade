"""What several commands take: the quarter, the folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

QuarterName = Annotated[str, typer.Argument(metavar="QUARTER", help="A financial quarter, such as 2019-20-Q3.")]
MeasureName = Annotated[str, typer.Argument(metavar="MEASURE", help="A measure's code, such as sexual_offences.")]
ParamsFolder = Annotated[Path, typer.Option("--params", help="The folder of settings, catalogue and commentary.")]
OutputsFolder = Annotated[Path, typer.Option("--outputs", help="The folder that packs are written to.")]

PARAMS = Path("params")
OUTPUTS = Path("outputs")
