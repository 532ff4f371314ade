"""What a quarter's report first published, from its published.csv: the vintage that revisions are held against."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from perf_lib.errors import suggestion
from perf_lib.extracts.figures import refuse_impossible
from perf_lib.extracts.tables import number_column, read_table, refuse_first
from perf_lib.measures import Catalogue
from perf_lib.quarters import Quarter

COLUMNS = ["measure", "period", "kind", "numerator", "denominator", "value"]
KINDS = ("quarter", "rolling_12")


def read_published(path: Path, catalogue: Catalogue, quarter: Quarter | None = None) -> pd.DataFrame:
    """Figures as first published: a row a measure and kind (`quarter` or `rolling_12`), indexed by both.

    quarter: the one whose report published them; a row of another is refused. The optional column `symbols` holds the
    codes of the symbols that the measure was published with, separated by spaces, or `none`; blank where that was not
    kept. Raises InputError naming file, line, measure, period, value and what is allowed: for an unknown measure or
    kind, text in a number, a figure that cannot be (negative, above 100 per cent, part of a count), or a figure given
    twice.
    """
    table = read_table(path, COLUMNS, optional=["symbols"])
    labels = table["measure"] + ", " + table["period"]

    def refuse(wrong: pd.Series, say: object) -> None:
        refuse_first(path, table, wrong, labels, say)

    refuse(
        ~table["measure"].isin(list(catalogue)),
        lambda row: f"unknown measure {row['measure']!r}; {suggestion(row['measure'], catalogue)}",
    )
    if quarter is not None:
        refuse(
            table["period"] != str(quarter),
            lambda row: f"period {row['period']!r} is not the folder's quarter; allowed: {quarter}",
        )
    refuse(~table["kind"].isin(KINDS), lambda row: f"kind {row['kind']!r}; {suggestion(row['kind'], KINDS)}")
    figures = {name: number_column(path, table, name, labels) for name in ("numerator", "denominator", "value")}
    refuse_impossible(table, figures, catalogue, refuse)
    frame = table.assign(**figures)
    refuse_first(path, frame, frame.duplicated(["measure", "kind"]), labels, "the figure is given twice")
    return frame.drop(columns="line").set_index(["measure", "kind"])
