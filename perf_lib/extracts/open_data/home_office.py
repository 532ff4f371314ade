"""Police recorded crime open data of the Home Office: offences by force, financial quarter and offence code."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from perf_lib.config.yaml import shown
from perf_lib.extracts.open_data.forces import plain_area
from perf_lib.extracts.tables.checks import Checks, read_table, table_of
from perf_lib.extracts.tables.files import Sheet, read_sheets
from perf_lib.extracts.tables.ledger import Ledger
from perf_lib.extracts.tables.schema import HOME_OFFICE
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

FRAUD = "Fraud offences"
"""The offence group that forces do not record themselves."""
_YEAR = re.compile(r"(20\d\d)/(\d\d)")
_HEADER_WITHIN = 15


def read_home_office(path: Path, ledger: Ledger | None = None) -> pd.DataFrame:
    """Offences by force and quarter: `force, quarter, group, subgroup, offence, offences`, a row a row of the file.

    CSV, XLSX and ODS; in a workbook every sheet with the file's header is read, and the others are notes. An offence
    may have several rows. A number may be negative (a later correction); spaces stand around it, a dash for none.

    Raises InputError for other columns, and for years, quarters and numbers that are none.
    """
    ledger = Ledger() if ledger is None else ledger
    sheets = [part for sheet in read_sheets(path) if (part := _below_header(sheet)) is not None]
    parts = [table_of(path, sheet, HOME_OFFICE) for sheet in sheets]
    table = pd.concat(parts, ignore_index=True) if parts else read_table(path, HOME_OFFICE)
    table["Number of Offences"] = table["Number of Offences"].replace("-", "0")
    labels = table["Force Name"] + ", " + table["Financial Year"] + ", quarter " + table["Financial Quarter"]
    checks = Checks(path, table, labels, ledger.share)
    years = table["Financial Year"].str.extract(_YEAR)
    follows = (pd.to_numeric(years[0]) + 1) % 100 == pd.to_numeric(years[1])
    year = "Financial Year"
    checks.refuse(~follows, lambda row: f"financial year {row[year]!r}; write it as 2017/18", year)
    checks.refuse(table["Force Name"] == "", "the force's name is blank", "Force Name")
    numbers = checks.columns(HOME_OFFICE)["Number of Offences"]
    checks.refuse(numbers.isna(), "the number of offences is blank", "Number of Offences")
    checks.refuse(numbers % 1 != 0, "the number of offences is not whole", "Number of Offences")
    kept = checks.kept
    table, rejected = table.assign(offences=numbers)[kept], checks.rejections()
    if table.empty:
        raise InputError(f"{shown(path)}: holds no row")
    firsts = table["Financial Year"].str[:4].astype(int)
    frame = pd.DataFrame(
        {
            "force": table["Force Name"].map(plain_area),
            "quarter": [Quarter(year, int(q)) for year, q in zip(firsts, table["Financial Quarter"], strict=True)],
            "group": table["Offence Group"],
            "subgroup": table["Offence Subgroup"],
            "offence": table["Offence Description"],
            "offences": table["offences"],
        }
    ).reset_index(drop=True)
    ledger.enter(path, HOME_OFFICE.what, len(table) + len(rejected), rejected, {q.last for q in frame["quarter"]})
    return frame


def _below_header(sheet: Sheet) -> Sheet | None:
    """A sheet from its header row on; None where it has none."""
    for at, (_, row) in enumerate(sheet.rows[:_HEADER_WITHIN]):
        if set(HOME_OFFICE.required) <= {cell.strip() for cell in row}:
            return Sheet(sheet.name, sheet.rows[at:])
    return None
