"""Police force area tables of the Office for National Statistics: recorded crime by offence group, a year at a time.

Layouts differ between releases: sheets are told by their titles, columns by their headings, rows by their area codes.
Footnote numbers glued to names are taken off; `-`, `..` and `+` say that there is no figure.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from perf_lib.config.yaml import shown
from perf_lib.extracts.open_data.forces import plain_area
from perf_lib.extracts.tables.files import Sheet, read_sheets
from perf_lib.extracts.tables.ledger import Ledger, Rejection
from perf_lib.words.calendar import MONTH_NAMES
from perf_lib.words.errors import InputError

WHAT = "ONS police force area tables"
TITLE = "police recorded crime by offence group and police force area"
TABLES = {"number of offences": "offences", "percentage change": "change_per_cent", "rate of offences": "rate"}
"""What a table holds by the words of its title; the rates also hold each area's population."""
NO_FIGURE = ("", "-", "..", "+", ":", "[x]", "[z]", "[c]")
LEVELS = {"E23": "force", "W15": "force", "E12": "region", "W92": "nation", "E92": "nation", "K04": "nation"}
"""The first three characters of an area's code say what kind of area it is."""
_REGION = ("E12", "W92")
_SAME = {"Residental burglary": "Residential burglary"}
_YEAR_ENDING = re.compile(r"year ending (?P<month>[A-Z][a-z]+) (?P<year>20\d\d|\d\d)", re.IGNORECASE)
_FOOTNOTES = re.compile(r"\s*\d+(?:,\s*\d+)*(?=\)?$)")
_HEADER_WITHIN = 15


def read_ons(path: Path, ledger: Ledger | None = None) -> pd.DataFrame:
    """One release: a row an area and offence group, with `month`, the last of its twelve.

    Columns: `area, level, region, month, offence, offences, change_per_cent, rate, population`. `rate` is per 1,000
    residents, `change_per_cent` on the year before; what was not published is missing. `level` is force, region,
    nation or, for what has no code, other.

    Raises InputError for a workbook without such tables, and for cells that are neither numbers nor signs for none.
    """
    ledger = Ledger() if ledger is None else ledger
    tables: dict[str, pd.DataFrame] = {}
    rejected: list[Rejection] = []
    rows = 0
    for sheet in read_sheets(path):
        title = " ".join(sheet.rows[0][1][0].split()) if sheet.rows and sheet.rows[0][1] else ""
        what = next((name for words, name in TABLES.items() if words in title.lower()), None)
        if TITLE not in title.lower() or what is None:
            continue
        if what in tables:
            raise InputError(f"{shown(path)}: two sheets hold the {what.replace('_', ' ')} by police force area")
        tables[what], here = _read_table(path, sheet, what, _month(path, title), rejected)
        rows += here
    if not {"offences", "rate"} <= set(tables):
        raise InputError(f"{shown(path)}: holds no tables of {TITLE} (numbers and rates)")
    keys = ["area", "level", "region", "month", "offence"]
    frame = tables["offences"]
    for what in ("change_per_cent", "rate"):
        if what in tables:
            frame = frame.merge(tables[what], on=keys, how="outer", validate="one_to_one")
    if "change_per_cent" not in frame:
        frame["change_per_cent"] = float("nan")
    population = tables["rate"].drop_duplicates(["area", "level"])[["area", "level", "population"]]
    frame = frame.drop(columns="population").merge(population, on=["area", "level"], how="left")
    ledger.enter(path, WHAT, rows, rejected, frame["month"])
    return frame[[*keys, "offences", "change_per_cent", "rate", "population"]]


def _month(path: Path, title: str) -> pd.Period:
    """The last month of the twelve that a title names; of two, the later."""
    names = [name.lower() for name in MONTH_NAMES]
    found = [
        pd.Period(year=int(each["year"]) % 2000 + 2000, month=names.index(each["month"].lower()) + 1, freq="M")
        for each in _YEAR_ENDING.finditer(title)
        if each["month"].lower() in names
    ]
    if not found:
        raise InputError(f"{shown(path)}: the title {title[:80]!r} names no year ending in a month")
    return max(found)


def _read_table(
    path: Path, sheet: Sheet, what: str, month: pd.Period, rejected: list[Rejection]
) -> tuple[pd.DataFrame, int]:
    """One sheet's cells as a long frame, and how many rows of areas it has."""
    at = next((at for at, (_, row) in enumerate(sheet.rows[:_HEADER_WITHIN]) if _is_header(row)), None)
    if at is None:
        raise InputError(f"{shown(path)}, sheet {sheet.name!r}: has no header with Area Code and Area Name")
    offences = _offences(path, sheet, at)
    population_at = next(
        (place for place, name in enumerate(sheet.rows[at][1]) if name.strip().lower().startswith("population")), None
    )
    found, rows, region = [], 0, ""
    for place, row in sheet.rows[at + 1 :]:
        code, name = row[0].strip(), plain_area(row[1])
        if not (re.fullmatch(r"[A-Z]\d{8}", code) or (not code and name)):
            continue  # a unit of measurement above the figures, or a note below them
        rows += 1
        level = LEVELS.get(code[:3], "other")
        area = name.title().replace(" And ", " and ") if name.isupper() else name
        area = area.removesuffix(" region") if level == "region" else area  # so written in one release's changes
        region = area if code[:3] in _REGION else region
        wrong = next((column for column in [*offences, population_at] if _is_wrong(row, column)), None)
        if wrong is not None:
            heading = offences.get(wrong, "population")
            reason = f"{area}: {heading} {row[wrong]!r} is not a number, nor one of {' '.join(NO_FIGURE[1:5])}"
            rejected.append(Rejection(shown(path), place, heading, row[wrong], reason))
            continue
        base = {"area": area, "level": level, "region": region if level == "force" else "", "month": month}
        base["population"] = _number(row[population_at]) if population_at is not None else float("nan")
        found += [{**base, "offence": name, what: _number(row[column])} for column, name in offences.items()]
    columns = ["area", "level", "region", "month", "population", "offence", what]
    return pd.DataFrame(found, columns=columns), rows


def _is_header(row: list[str]) -> bool:
    return [cell.strip().lower() for cell in row[:2]] == ["area code", "area name"]


def _offences(path: Path, sheet: Sheet, at: int) -> dict[int, str]:
    """The offence groups by the column they stand in; the total's heading stands a row above the others."""
    above, header = sheet.rows[at - 1][1], sheet.rows[at][1]
    found: dict[int, str] = {}
    for place in range(2, len(header)):
        name = header[place].strip() or (above[place].strip() if above[place].lower().startswith("total") else "")
        if not name or re.match(r"(population|household) figures", name.lower()):
            continue
        name = _FOOTNOTES.sub("", " ".join(name.split()))
        name = re.sub(r"^All other", "Other", re.sub(r" against society$", "", name)).strip()
        name = _SAME.get(name, name)
        if name in found.values():
            raise InputError(f"{shown(path)}, sheet {sheet.name!r}: the column {name!r} stands twice")
        found[place] = name
    if not any(name.startswith("Total recorded crime") for name in found.values()):
        raise InputError(f"{shown(path)}, sheet {sheet.name!r}: has no column of total recorded crime")
    return found


def _is_wrong(row: list[str], column: int | None) -> bool:
    if column is None or column >= len(row) or row[column].strip() in NO_FIGURE:
        return False
    return pd.isna(_number(row[column]))


def _number(cell: str) -> float:
    try:
        number = float(cell.replace(",", ""))
    except ValueError:
        return float("nan")
    return number if abs(number) < float("inf") else float("nan")
