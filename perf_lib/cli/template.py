"""`perf-lib template`: an empty workbook for the catalogue's measures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from perf_lib.cli.options import PARAMS, ParamsFolder, QuarterName


def template(
    quarter: QuarterName,
    into: Annotated[Path, typer.Option("--into", help="The workbook to write.")] = Path("months.xlsx"),
    months: Annotated[int, typer.Option(min=1, max=240, help="How many months, to the quarter's last.")] = 24,
    params: ParamsFolder = PARAMS,
) -> None:
    """Write an empty workbook for the catalogue's measures, with drop-downs and notes, to be filled in."""
    import pandas as pd

    from perf_lib.config.catalogue import read_catalogue
    from perf_lib.config.settings import find_params
    from perf_lib.config.yaml import read_yaml
    from perf_lib.extracts.tables.template import write_template
    from perf_lib.words.quarters import Quarter

    folder, last = find_params(params), Quarter.parse(quarter).last
    catalogue = read_catalogue(folder / "measures.yaml")
    body = read_yaml(folder / "settings.yaml").get("body")
    area = str(body.get("area", "")) if isinstance(body, dict) else ""
    write_template(into, catalogue, pd.period_range(end=last, periods=months, freq="M"), area)
    typer.echo(
        f"{into}: {len(catalogue)} measures, {months} months to {last}; name it under inputs.monthly when filled"
    )
