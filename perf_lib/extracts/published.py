"""What a quarter's report first published, from its published.csv: the vintage that revisions are held against."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from perf_lib.extracts.tables import number_column, read_table, refuse_first
from perf_lib.measures import Catalogue

COLUMNS = ["measure", "period", "kind", "numerator", "denominator", "value", "reason"]
KINDS = ("quarter", "rolling_12")


def read_published(path: Path, catalogue: Catalogue) -> pd.DataFrame:
    """Figures as first published: a row a measure and kind (`quarter` or `rolling_12`), indexed by both."""
    table = read_table(path, COLUMNS)
    labels = table["measure"] + ", " + table["period"]
    refuse_first(path, table, ~table["measure"].isin(list(catalogue)), labels, "the measure is not in the catalogue")
    refuse_first(
        path,
        table,
        ~table["kind"].isin(KINDS),
        labels,
        lambda row: f"kind {row['kind']!r}; allowed: {', '.join(KINDS)}",
    )
    figures = {name: number_column(path, table, name, labels) for name in ("numerator", "denominator", "value")}
    frame = table.assign(**figures)
    refuse_first(path, frame, frame.duplicated(["measure", "kind"]), labels, "the figure is given twice")
    return frame.drop(columns="line").set_index(["measure", "kind"])
