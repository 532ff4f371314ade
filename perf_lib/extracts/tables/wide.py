"""Monthly figures as reports print them: a row a measure, a column a month, and what people write in the cells.

Jan-19, January 2019 or a date of Excel's for a month; 16.5%, 3,749, 10:54 or 10 minutes 54 seconds for a figure; Nil
for nothing to report; a blank for not supplied; a star on a name. What a cell means depends on its measure's unit, and
what cannot be told is left as it stands, to be rejected with its place.
"""

from __future__ import annotations

import calendar
import contextlib
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from perf_lib.config.catalogue import Catalogue, Measure
from perf_lib.config.yaml import shown
from perf_lib.extracts.tables.checks import LINE, MONTH
from perf_lib.extracts.tables.files import Sheet
from perf_lib.extracts.tables.schema import MONTHLY
from perf_lib.words.errors import InputError
from perf_lib.words.wording import PERCENT, SECONDS

FIGURES = ("value", "numerator", "denominator", "margin")
"""What a row of a wide table may hold of its measure, in the column `figure`; a value where there is none."""
TOLD = ("area", "figure", "origin", "status")
HEADER_WITHIN = 20
"""How many rows down the header may stand, below a title."""

_NAMES = tuple(name.lower() for name in calendar.month_name[1:])
_WRITTEN = re.compile(r"([A-Za-z]{3,9})\.?[ \-/]*(\d{4}|\d{2})")
_WORDS = re.compile(
    r"(?:(?P<h>\d+) hours?)? ?(?:(?P<m>\d+) (?:minutes?|mins?))? ?(?:(?P<s>\d+(?:\.\d+)?) (?:seconds?|secs?))?"
)
_CLOCK = re.compile(r"(?:(?P<h>\d+):(?=\d+:))?(?P<m>\d+):(?P<s>[0-5]\d)")
_NIL = ("nil", "nil return")


def month_of(text: str) -> str | None:
    """The month that a heading names, as 2019-12; None where it names none, or it cannot be told which.

    >>> month_of("Jan-19"), month_of("Sept 2019"), month_of("2019-12"), month_of("December 2019"), month_of("1/2/2019")
    ('2019-01', '2019-09', '2019-12', '2019-12', None)
    """
    text = text.strip()
    if MONTH.fullmatch(text):
        return text
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    name, year = found[1].lower(), int(found[2]) + (2000 if len(found[2]) == 2 else 0)
    known = [at for at, full in enumerate(_NAMES, start=1) if full.startswith(name) or (name == "sept" and at == 9)]
    month = f"{year}-{known[0]:02d}" if len(known) == 1 else ""
    return month if MONTH.fullmatch(month) else None


def seconds_of(text: str) -> float | None:
    """A duration in seconds; two numbers are minutes and seconds, three are hours before them.

    >>> seconds_of("10:54"), seconds_of("1:02:03"), seconds_of("10 minutes 54 seconds"), seconds_of("654")
    (654.0, 3723.0, 654.0, None)
    """
    found = _CLOCK.fullmatch(text) or (_WORDS.fullmatch(text.lower()) if re.search("[a-z]", text.lower()) else None)
    if found is None or not any(found.groupdict().values()):
        return None
    parts = {name: float(value or 0) for name, value in found.groupdict().items()}
    return parts["h"] * 3600 + parts["m"] * 60 + parts["s"]


def figure_of(text: str, unit: str) -> str:
    """A cell's figure as a plain number in the measure's unit; what is none stays as it stands.

    >>> figure_of("16.5%", "per cent"), figure_of("10:54", "seconds"), figure_of("16.5%", "crimes")
    ('16.5', '654', '16.5%')
    """
    if unit == PERCENT and text.endswith("%"):
        return text[:-1].strip()
    seconds = seconds_of(text) if unit == SECONDS else None
    return text if seconds is None else f"{seconds:.10g}"


def is_wide(sheet: Sheet) -> bool:
    """Whether a sheet has a header with months in it."""
    return _header_at(sheet) is not None


def _header_at(sheet: Sheet) -> int | None:
    for at, (_, row) in enumerate(sheet.rows[:HEADER_WITHIN]):
        if row and not month_of(row[0]) and sum(month_of(cell) is not None for cell in row[1:]) >= 1:
            return at if not {"measure", "month"} <= {cell.strip() for cell in sheet.rows[0][1]} else None
    return None


def unpivot(path: Path, sheet: Sheet, catalogue: Catalogue, area: str = "") -> pd.DataFrame:
    """A wide sheet as the tidy table of text that the checks take: a row a measure, area and month.

    Raises InputError for a month that has two columns, a column of figures that names no month, and a row of figures
    without a measure.
    """
    at = _header_at(sheet)
    if at is None:
        raise InputError(f"{shown(path)}: has no row of months such as Jan-19 in its first {HEADER_WITHIN} rows")
    header = [cell.strip() for cell in sheet.rows[at][1]]
    months = {place: month for place, cell in enumerate(header) if (month := month_of(cell))}
    told = {name: header.index(name) for name in TOLD if name in header}
    body = sheet.rows[at + 1 :]
    _check_header(path, header, months, told, body)
    names = _names(catalogue)
    rows: list[dict[str, str]] = []
    seen: dict[tuple[str, str, str, str], int] = {}
    for line, row in body:
        cells = [cell.strip() for cell in [*row, *[""] * (len(header) - len(row))]]
        if not any(cells[place] for place in months) and _code(cells[0], names) is None:
            continue  # a heading, a note, an empty line: nothing in the months
        if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
            raise InputError(f"{shown(path)}, {line}: has {len(row)} cells where the header has {len(header)}")
        said = {name: cells[place] for name, place in told.items()}
        figure = said.get("figure", "") or "value"
        code = _code(cells[0], names) or cells[0]
        measure = catalogue.get(code)
        if figure not in FIGURES:
            raise InputError(f"{shown(path)}, {line}: figure {figure!r}; allowed: {', '.join(FIGURES)}")
        for place, month in months.items():
            row_area = said.get("area") or area
            key = (code, row_area, month, figure)
            others = (seen.get((*key[:3], part)) for part in FIGURES if part != figure)
            base = next((at for at in others if at is not None), None)
            if base is None or key in seen:
                rows.append(_blank(code, row_area, month, said, f"{line}, {header[place]}"))
                base = len(rows) - 1
            seen.setdefault(key, base)
            _put(rows[base], figure, cells[place], measure)
    kept = [_settled(row, catalogue.get(row["measure"])) for row in rows]
    columns = [*MONTHLY.required, *MONTHLY.optional, LINE]
    return pd.DataFrame([row for row in kept if row is not None], columns=columns)


def _names(catalogue: Catalogue) -> Mapping[str, str]:
    """Codes by every name that a spreadsheet may give a measure."""
    names = {code.lower(): code for code in catalogue}
    for code, measure in catalogue.items():
        for name in (measure.title, *measure.also_called):
            names.setdefault(name.lower(), code)
    return names


def _code(written: str, names: Mapping[str, str]) -> str | None:
    return names.get(written.strip().strip("*").strip().lower())


def _blank(code: str, area: str, month: str, said: Mapping[str, str], line: str) -> dict[str, str]:
    row = dict.fromkeys([*MONTHLY.required, *MONTHLY.optional], "")
    return row | {
        "measure": code,
        "area": area,
        "month": month,
        "origin": said.get("origin") or "published",
        "status": said.get("status") or "",
        LINE: line,
    }


def _put(row: dict[str, str], figure: str, cell: str, measure: Measure | None) -> None:
    if cell.lower() in _NIL and (measure is None or not measure.is_count):
        row["status"] = "nil return"
    elif cell:
        row[figure] = figure_of(cell, measure.unit if measure and figure in ("value", "margin") else "")


def _settled(row: dict[str, str], measure: Measure | None) -> dict[str, str] | None:
    """A month's row with its value and status made out; None for a month between a quarterly measure's."""
    scale = 100.0 if measure is not None and measure.is_percentage else 1.0
    if not row["value"] and row["numerator"] and row["denominator"]:
        with contextlib.suppress(ValueError, ZeroDivisionError):  # the checks name what is wrong with the parts
            above, below = (float(row[part].replace(",", "")) for part in ("numerator", "denominator"))
            row["value"] = repr(scale * above / below)
    if any(row[figure] for figure in FIGURES):
        row["status"] = row["status"] or "final"
        return row
    if measure is not None and measure.frequency == "quarterly" and row["status"] != "nil return":
        return None
    row["status"] = row["status"] if row["status"] == "nil return" else "not supplied"
    return row


def _check_header(
    path: Path,
    header: list[str],
    months: Mapping[int, str],
    told: Mapping[str, int],
    body: list[tuple[str, list[str]]],
) -> None:
    for place, month in months.items():
        if list(months.values()).count(month) > 1:
            raise InputError(f"{shown(path)}: the month {header[place]!r} has two columns")
    for name in told:
        if header.count(name) > 1:
            raise InputError(f"{shown(path)}: the column {name!r} stands twice")
    for place, name in enumerate(header[1:], start=1):
        if place in months or name in told:
            continue
        for line, row in body:
            cell = row[place].strip() if place < len(row) else ""
            if re.fullmatch(r"[\d,.]+ ?%?", cell) and name.lower() not in ("priority", "unit", "title", "note"):
                raise InputError(
                    f"{shown(path)}, {line}: the column {name!r} holds the figure {cell!r} and names no month; "
                    "write months as Jan-19"
                )
