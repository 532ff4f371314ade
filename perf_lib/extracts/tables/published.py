"""Tables beside the monthly figures: figures as first published, peers' rates, and counts by reason."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from perf_lib.config.catalogue import Catalogue
from perf_lib.config.yaml import shown
from perf_lib.extracts.tables.checks import LINE, MONTH, Checks, Ledger, months_of, of_cell, refuse_impossible
from perf_lib.extracts.tables.files import read_table
from perf_lib.extracts.tables.schema import PEERS, PUBLISHED
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

COLUMNS = PUBLISHED.required
_TWELVE_MONTHS = re.compile(r"months_12_to_(\d{4})_(0[1-9]|1[0-2])")


def read_published(
    path: Path, catalogue: Catalogue, quarter: Quarter | None = None, ledger: Ledger | None = None
) -> pd.DataFrame:
    """Figures as first published: a row a measure and kind (`quarter` or `rolling_12`), indexed by both.

    quarter: the one whose report published them; a row of another is refused. The optional column `symbols` holds the
    codes of the symbols that the measure was published with, separated by spaces, or `none`; blank where they are
    not on record. Raises InputError naming file, line, measure, period, value and what is allowed: for an unknown
    measure or kind, text in a number, a figure that cannot be (negative, above 100 per cent, part of a count), or a
    figure given twice.
    """
    table = read_table(path, PUBLISHED)
    checks = Checks(path, table, table["measure"] + ", " + table["period"], ledger)
    checks.allow("measure", catalogue, "unknown measure")
    if quarter is not None:
        problem = f"is not the folder's quarter; allowed: {quarter}"
        checks.refuse(table["period"] != str(quarter), of_cell("period", problem), "period")
    figures = checks.columns(PUBLISHED)
    refuse_impossible(table, figures, catalogue, checks)
    checks.refuse(table.duplicated(["measure", "kind"]), "the figure is given twice", "kind")
    frame = table.assign(**figures)[checks.accepted]
    checks.enter(PUBLISHED.what)
    return frame.drop(columns=LINE).set_index(["measure", "kind"])


def read_peer_rates(path: Path, ledger: Ledger | None = None) -> pd.DataFrame:
    """Rates per 1,000 residents in the 12 months to `month`: a row a series, area, level and month.

    Raises InputError for other columns, and for more rejected rows than the ledger's share allows (none, by
    default): an unknown level, text in a number, a rate that is not above zero, or a row given twice.
    """
    table = read_table(path, PEERS)
    checks = Checks(path, table, table["series"] + ", " + table["area"] + ", " + table["month"], ledger)
    checks.refuse(~table["month"].str.fullmatch(MONTH), "not a month", "month")
    figures = checks.columns(PEERS)
    for name, column in figures.items():
        checks.refuse(~(column > 0), of_cell(name, "is not above 0"), name)
    twice = table.duplicated(["series", "area", "level", "month"])
    checks.refuse(twice, "the row is given twice; once is allowed", "month")
    frame = table.assign(**figures)[checks.accepted]
    frame = frame.assign(month=months_of(frame["month"]))
    checks.enter(PEERS.what, frame["month"])
    return frame.drop(columns=LINE).reset_index(drop=True)


def read_reasons(path: Path, ledger: Ledger | None = None) -> pd.DataFrame:
    """Counts by reason: indexed by reason, a column for each twelve months, by the month they end in.

    In the file such a column is named `months_12_to_2019_12`; there is a `reason` column and any code columns.
    Raises InputError for other columns, a reason given twice, and what is not a count.
    """
    table = read_table(path)
    if "reason" not in table:
        raise InputError(f"{shown(path)}: lacks the column 'reason'")
    matches = {name: match for name in map(str, table) if (match := _TWELVE_MONTHS.fullmatch(name))}
    if not matches:
        raise InputError(f"{shown(path)}: has no column named as months_12_to_2019_12 is")
    checks = Checks(path, table, table["reason"])
    checks.refuse(table["reason"].duplicated(), "the reason is given twice")
    counts = pd.DataFrame({name: checks.numbers(name) for name in matches})
    for name, column in counts.items():
        problem = "is not a count; a whole number, 0 or more, is allowed"
        checks.refuse(~(column >= 0) | (column % 1 != 0), of_cell(str(name), problem))
    if ledger is not None:
        ledger.enter(path, "reasons", len(table))
    counts.columns = pd.PeriodIndex([f"{ends[1]}-{ends[2]}" for ends in matches.values()], freq="M")
    return counts.set_axis(table["reason"])
