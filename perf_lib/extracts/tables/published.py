"""What a quarter's report first published, from its published.csv: the vintage that revisions are held against."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from perf_lib.config.catalogue import Catalogue
from perf_lib.extracts.tables.checks import Checks, read_table
from perf_lib.extracts.tables.figures import refuse_impossible
from perf_lib.extracts.tables.ledger import Ledger
from perf_lib.extracts.tables.schema import PUBLISHED
from perf_lib.words.errors import suggestion
from perf_lib.words.quarters import Quarter

COLUMNS = PUBLISHED.required


def read_published(
    path: Path, catalogue: Catalogue, quarter: Quarter | None = None, ledger: Ledger | None = None
) -> pd.DataFrame:
    """Figures as first published: a row a measure and kind (`quarter` or `rolling_12`), indexed by both.

    quarter: the one whose report published them; a row of another is refused. The optional column `symbols` holds the
    codes of the symbols that the measure was published with, separated by spaces, or `none`; blank where that was not
    kept. Raises InputError naming file, line, measure, period, value and what is allowed: for an unknown measure or
    kind, text in a number, a figure that cannot be (negative, above 100 per cent, part of a count), or a figure given
    twice.
    """
    ledger = Ledger() if ledger is None else ledger
    table = read_table(path, PUBLISHED)
    checks = Checks(path, table, table["measure"] + ", " + table["period"], ledger.share)
    checks.refuse(
        ~table["measure"].isin(list(catalogue)),
        lambda row: f"unknown measure {row['measure']!r}; {suggestion(row['measure'], catalogue)}",
        "measure",
    )
    if quarter is not None:
        checks.refuse(
            table["period"] != str(quarter),
            lambda row: f"period {row['period']!r} is not the folder's quarter; allowed: {quarter}",
            "period",
        )
    figures = checks.columns(PUBLISHED)
    refuse_impossible(table, figures, catalogue, checks)
    frame = table.assign(**figures)
    checks.refuse(frame.duplicated(["measure", "kind"]), "the figure is given twice", "kind")
    frame = frame[checks.kept]
    ledger.enter(path, PUBLISHED.what, len(table), checks.rejections())
    return frame.drop(columns="line").set_index(["measure", "kind"])
