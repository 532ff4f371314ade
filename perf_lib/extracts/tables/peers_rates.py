"""Twelve-month rates of every area, from CSV: what peers are compared on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from perf_lib.extracts.tables.checks import MONTH, Checks, Say, months_of, read_table
from perf_lib.extracts.tables.ledger import Ledger
from perf_lib.extracts.tables.schema import PEERS


def read_peer_rates(path: Path, ledger: Ledger | None = None) -> pd.DataFrame:
    """Rates per 1,000 residents in the 12 months to `month`: a row a series, area, level and month.

    Raises InputError for other columns, and for more rejected rows than the ledger's share allows (none, by
    default): an unknown level, text in a number, a rate that is not above zero, or a row given twice.
    """
    ledger = Ledger() if ledger is None else ledger
    table = read_table(path, PEERS)
    labels = table["series"] + ", " + table["area"] + ", " + table["month"]
    checks = Checks(path, table, labels, ledger.share)
    checks.refuse(~table["month"].str.fullmatch(MONTH), "not a month", "month")
    figures = checks.columns(PEERS)
    for name, column in figures.items():
        checks.refuse(~(column > 0), _not_above_0(name), name)
    keys = ["series", "area", "level", "month"]
    checks.refuse(table.duplicated(keys), "the row is given twice; once is allowed", "month")
    kept = checks.kept
    frame = table.assign(**figures)[kept]
    frame = frame.assign(month=months_of(frame["month"]))
    ledger.enter(path, PEERS.what, len(table), checks.rejections(), frame["month"])
    return frame.drop(columns="line").reset_index(drop=True)


def _not_above_0(name: str) -> Say:
    return lambda row: f"{name} {row[name]!r} is not above 0"
