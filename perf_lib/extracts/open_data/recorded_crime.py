"""Recorded crime as two publishers give it: the Office for National Statistics and the Home Office.

Police force area tables of the Office for National Statistics hold recorded crime by offence group, a year at a time.
Layouts differ between releases, so sheets are recognised by their titles, columns by their headings and rows by their
area codes. Footnote numbers that follow a name are removed; `-`, `..` and `+` say that there is no figure.

Police recorded crime open data of the Home Office hold offences by force, financial quarter and offence code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from perf_lib.config.yaml import shown
from perf_lib.extracts.open_data.forces import plain_area
from perf_lib.extracts.tables.checks import Checks, Ledger, Rejection
from perf_lib.extracts.tables.files import Sheet, read_sheets, read_table, table_of
from perf_lib.extracts.tables.schema import HOME_OFFICE
from perf_lib.words.calendar import MONTH_NAMES
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

TITLE = "police recorded crime by offence group and police force area"
TABLES = {"number of offences": "offences", "percentage change": "change_per_cent", "rate of offences": "rate"}
"""What a table holds by the words of its title; the rates also hold each area's population."""
NO_FIGURE = ("", "-", "..", "+", ":", "[x]", "[z]", "[c]")
LEVELS = {"E23": "force", "W15": "force", "E12": "region", "W92": "nation", "E92": "nation", "K04": "nation"}
"""The first three characters of an area's code say what kind of area it is."""
FRAUD = "Fraud offences"
"""The offence group that forces do not record themselves."""

_HEADER_WITHIN = 15  # how many rows down a header or title may stand
_REGION = ("E12", "W92")
_POPULATION = "population"
_MISSPELT = {"Residental burglary": "Residential burglary"}
_YEAR_ENDING = re.compile(r"year ending (?P<month>[A-Z][a-z]+) (?P<year>20\d\d|\d\d)", re.IGNORECASE)
_FOOTNOTES = re.compile(r"\s*\d+(?:,\s*\d+)*(?=\)?$)")
_CORRECTS = re.compile(r"correct|revis|amend|(?<![a-z])v(?P<version>[2-9])(?!\d)", re.IGNORECASE)
_FINANCIAL_YEAR = re.compile(r"(20\d\d)/(\d\d)")


def read_ons(path: Path, ledger: Ledger | None = None, sheets: Sequence[Sheet] | None = None) -> pd.DataFrame:
    """One release: a row an area and offence group, with `month`, the last of its twelve.

    Columns: `area, level, region, month, offence, offences, change_per_cent, rate, population, file, corrects`. `rate`
    is per 1,000 residents, `change_per_cent` on the year before; what was not published is missing. `level` is force,
    region, nation or, for what has no code, other. `corrects` is above 1 where the file's name, or a sheet's, says that
    it corrects an earlier one: corrected, revised, amended, or v2. sheets: the file's, where they have been read.

    Raises InputError for a workbook without such tables, and for cells that are neither numbers nor signs for none.
    """
    ledger = Ledger() if ledger is None else ledger
    tables: dict[str, pd.DataFrame] = {}
    rejected: list[Rejection] = []
    rows, names = 0, [path.stem]
    for sheet in sheets or read_sheets(path):
        names.append(sheet.name)
        title = " ".join(sheet.rows[0][1][0].split()) if sheet.rows and sheet.rows[0][1] else ""
        what = next((name for words, name in TABLES.items() if words in title.lower()), None)
        if TITLE not in title.lower() or what is None:
            continue
        if what in tables:
            raise InputError(f"{shown(path)}: two sheets hold the {what.replace('_', ' ')} by police force area")
        tables[what], sheet_rows = _read_area_table(path, sheet, what, _month(path, title), rejected)
        rows += sheet_rows
    if not {"offences", "rate"} <= set(tables):
        raise InputError(f"{shown(path)}: holds no tables of {TITLE} (numbers and rates)")
    keys = ["area", "level", "region", "month", "offence"]
    frame = tables["offences"]
    for what in ("change_per_cent", "rate"):
        if what in tables:
            frame = frame.merge(tables[what], on=keys, how="outer", validate="one_to_one")
    population = tables["rate"].drop_duplicates(["area", "level"])[["area", "level", "population"]]
    frame = frame.drop(columns="population").merge(population, on=["area", "level"], how="left")
    ledger.enter(path, "ONS police force area tables", rows, rejected, frame["month"])
    frame = frame.reindex(columns=[*keys, "offences", "change_per_cent", "rate", "population"])
    return frame.assign(file=path.name, corrects=correction(names))


def correction(names: Iterable[str]) -> int:
    """Which edition of itself a file is by its name and its sheets' names: 1, or more where it corrects another.

    >>> correction(["sep18corrected"]), correction(["march2018v3"]), correction(["nov2019"])
    (2, 3, 1)
    """
    marks = [mark for name in names if (mark := _CORRECTS.search(name))]
    return max((int(mark["version"] or 2) for mark in marks), default=1)


def _month(path: Path, title: str) -> pd.Period:
    """The last month of the twelve that a title names; of two, the later."""
    names = ["", *(name.lower() for name in MONTH_NAMES)]
    months = [
        pd.Period(year=int(year["year"]) % 2000 + 2000, month=names.index(year["month"].lower()), freq="M")
        for year in _YEAR_ENDING.finditer(title)
        if year["month"].lower() in names
    ]
    if not months:
        raise InputError(f"{shown(path)}: the title {title[:80]!r} names no year ending in a month")
    return max(months)


def _read_area_table(
    path: Path, sheet: Sheet, what: str, month: pd.Period, rejected: list[Rejection]
) -> tuple[pd.DataFrame, int]:
    """One sheet's cells as a long frame, and how many rows of areas it has; rejected rows are added to `rejected`."""
    starts = [[cell.strip().lower() for cell in row[:2]] for _, row in sheet.rows[:_HEADER_WITHIN]]
    if ["area code", "area name"] not in starts:
        raise InputError(f"{shown(path)}, sheet {sheet.name!r}: has no header with Area Code and Area Name")
    at = starts.index(["area code", "area name"])
    columns = _columns(path, sheet, at)
    cells, rows, region = [], 0, ""
    for place, row in sheet.rows[at + 1 :]:
        code, name = row[0].strip(), plain_area(row[1])
        if not (re.fullmatch(r"[A-Z]\d{8}", code) or (not code and name)):
            continue  # a unit of measurement above the figures, or a note below them
        rows += 1
        level = LEVELS.get(code[:3], "other")
        area = name.title().replace(" And ", " and ") if name.isupper() else name
        area = area.removesuffix(" region") if level == "region" else area  # one release's changes add the word
        region = area if code[:3] in _REGION else region
        texts = {heading: row[column] for column, heading in columns.items()}
        numbers = {heading: _number(text) for heading, text in texts.items()}
        wrong = next((heading for heading, number in numbers.items() if number is None), None)
        if wrong is not None:
            reason = f"{area}: {wrong} {texts[wrong]!r} is not a number, nor one of {' '.join(NO_FIGURE[1:5])}"
            rejected.append(Rejection(shown(path), place, wrong, texts[wrong], reason))
            continue
        base = {"area": area, "level": level, "region": region if level == "force" else "", "month": month}
        base["population"] = numbers.pop(_POPULATION, math.nan)
        cells += [{**base, "offence": heading, what: number} for heading, number in numbers.items()]
    return pd.DataFrame(cells, columns=["area", "level", "region", "month", "population", "offence", what]), rows


def _columns(path: Path, sheet: Sheet, at: int) -> dict[int, str]:
    """Offence groups and population by their column's place; the total's heading stands a row above the others."""
    above, header = sheet.rows[at - 1][1], sheet.rows[at][1]
    columns: dict[int, str] = {}
    for place in range(2, len(header)):
        name = header[place].strip() or (above[place].strip() if above[place].lower().startswith("total") else "")
        if not name or name.lower().startswith("household figures"):
            continue
        name = _POPULATION if name.lower().startswith(_POPULATION) else name
        name = _FOOTNOTES.sub("", " ".join(name.split()))
        name = re.sub(r"^All other", "Other", re.sub(r" against society$", "", name)).strip()
        name = _MISSPELT.get(name, name)
        if name in columns.values():
            raise InputError(f"{shown(path)}, sheet {sheet.name!r}: the column {name!r} stands twice")
        columns[place] = name
    if not any(name.startswith("Total recorded crime") for name in columns.values()):
        raise InputError(f"{shown(path)}, sheet {sheet.name!r}: has no column of total recorded crime")
    return columns


def _number(cell: str) -> float | None:
    """A cell's number, missing where it is a sign for none; None where it is neither."""
    if cell.strip() in NO_FIGURE:
        return math.nan
    try:
        number = float(cell.replace(",", ""))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def read_home_office(path: Path, ledger: Ledger | None = None, sheets: Sequence[Sheet] | None = None) -> pd.DataFrame:
    """Offences by force and quarter, a row a row of the file, with `file` and `corrects` as `read_ons` gives them.

    Columns: `force, quarter, group, subgroup, offence, offences, file, corrects`.
    CSV, XLSX and ODS; in a workbook every sheet with the file's header is read, and the others are notes. An offence
    may have several rows. A number may be negative (a later correction); it may have spaces around it, and a dash is 0.

    Raises InputError for other columns, and for years, quarters and numbers that are none.
    """
    parts = []
    for sheet in sheets or read_sheets(path):
        at = next((at for at, (_, row) in enumerate(sheet.rows[:_HEADER_WITHIN]) if is_home_office_header(row)), None)
        if at is not None:
            parts.append(table_of(path, Sheet(sheet.name, sheet.rows[at:]), HOME_OFFICE))
    table = pd.concat(parts, ignore_index=True) if parts else read_table(path, HOME_OFFICE)
    year, force, number = "Financial Year", "Force Name", "Number of Offences"
    table[number] = table[number].replace("-", "0")
    labels = table[force] + ", " + table[year] + ", quarter " + table["Financial Quarter"]
    checks = Checks(path, table, labels, ledger)
    years = table[year].str.extract(_FINANCIAL_YEAR)
    follows = (pd.to_numeric(years[0]) + 1) % 100 == pd.to_numeric(years[1])
    checks.refuse(~follows, lambda row: f"financial year {row[year]!r}; write it as 2017/18", year)
    checks.refuse(table[force] == "", "the force's name is blank", force)
    numbers = checks.columns(HOME_OFFICE)[number]
    checks.refuse(numbers.isna(), "the number of offences is blank", number)
    checks.refuse(numbers % 1 != 0, "the number of offences is not whole", number)
    table = table.assign(offences=numbers)[checks.accepted]
    starts = table[year].str[:4].astype(int)
    frame = pd.DataFrame(
        {
            "force": table[force].map(plain_area),
            "quarter": [Quarter(start, int(q)) for start, q in zip(starts, table["Financial Quarter"], strict=True)],
            "group": table["Offence Group"],
            "subgroup": table["Offence Subgroup"],
            "offence": table["Offence Description"],
            "offences": table["offences"],
            "file": path.name,
            "corrects": correction([path.stem]),
        }
    ).reset_index(drop=True)
    checks.enter(HOME_OFFICE.what, {quarter.last for quarter in frame["quarter"].unique()})
    if frame.empty:
        raise InputError(f"{shown(path)}: holds no row")
    return frame


def is_home_office_header(cells: list[str]) -> bool:
    """Whether a row's cells are the headings of police recorded crime open data."""
    return set(HOME_OFFICE.required) <= {cell.strip() for cell in cells}


def publisher_of(sheet: Sheet) -> str | None:
    """Whose release a sheet belongs to: ons, home_office, or None for neither."""
    for _, row in sheet.rows[:_HEADER_WITHIN]:
        if row and TITLE in " ".join(row[0].split()).lower():
            return "ons"
        if is_home_office_header(row):
            return "home_office"
    return None
