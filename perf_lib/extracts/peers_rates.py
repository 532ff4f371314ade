"""Twelve-month rates of every area, from CSV: what peers are compared on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from perf_lib.extracts.tables import MONTH, number_column, read_table, refuse_first

COLUMNS = ["series", "area", "level", "month", "offences", "population", "rate", "origin"]
LEVELS = ("force", "region", "nation")


def read_peer_rates(path: Path) -> pd.DataFrame:
    """Rates per 1,000 residents in the 12 months to `month`: a row a series, area, level and month.

    Raises InputError for other columns, an unknown level, text in a number, a rate that is not above zero,
    or a row given twice.
    """
    table = read_table(path, COLUMNS)
    labels = table["series"] + ", " + table["area"] + ", " + table["month"]
    refuse_first(
        path,
        table,
        ~table["level"].isin(LEVELS),
        labels,
        lambda row: f"level {row['level']!r}; allowed: {', '.join(LEVELS)}",
    )
    refuse_first(path, table, ~table["month"].str.fullmatch(MONTH), labels, "not a month")
    figures = {name: number_column(path, table, name, labels) for name in ("offences", "population", "rate")}
    for name, column in figures.items():
        refuse_first(path, table, ~(column > 0), labels, lambda row, name=name: f"{name} {row[name]!r} is not above 0")
    frame = table.assign(**figures, month=pd.PeriodIndex(table["month"], freq="M"))
    keys = ["series", "area", "level", "month"]
    refuse_first(path, frame, frame.duplicated(keys), labels, "the row is given twice; once is allowed")
    return frame.drop(columns="line")
