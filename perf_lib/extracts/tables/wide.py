"""Monthly figures as reports print them: a row a measure, a column a month, and what people write in the cells.

A month is Jan-19, January 2019 or a date from Excel; a figure is 16.5%, 3,749, 10:54 or 10 minutes 54 seconds; Nil
says that there is nothing to report, a blank that the figure was not supplied; a name may carry a star. The unit of its
measure decides what a cell means. A cell without a sure meaning stays as it is, to be rejected with its place.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from perf_lib.config.catalogue import Catalogue, Measure
from perf_lib.config.yaml import shown
from perf_lib.extracts.tables.checks import LINE, MONTH
from perf_lib.extracts.tables.files import Row, Sheet
from perf_lib.extracts.tables.schema import MONTHLY
from perf_lib.words.calendar import MONTH_NAMES
from perf_lib.words.errors import InputError
from perf_lib.words.wording import PERCENT, SECONDS

FIGURES = ("value", "numerator", "denominator", "margin")
"""Which figure of its measure a row of a wide table holds, by the column `figure`; the value where there is none."""
DESCRIPTIONS = ("area", "figure", "origin", "status")
"""The columns of a wide table that describe a row's figures."""
HEADER_WITHIN = 20
"""How many rows down the header may stand, below a title."""

_MONTH_NAMES = tuple(name.lower() for name in MONTH_NAMES)
_NAMED_MONTH = re.compile(r"(?P<name>[A-Za-z]{3,9})\.?[ \-/]*(?P<year>\d{4}|\d{2})")
_DURATION = re.compile(
    r"""(?:(?P<h>\d+)\ hours?)?\ ?
        (?:(?P<m>\d+)\ (?:minutes?|mins?))?\ ?
        (?:(?P<s>\d+(?:\.\d+)?)\ (?:seconds?|secs?))?""",
    re.VERBOSE,
)
_CLOCK = re.compile(r"(?:(?P<h>\d+):(?=\d+:))?(?P<m>\d+):(?P<s>[0-5]\d)")
_NIL = ("nil", "nil return")


def month_of(text: str) -> str | None:
    """The month that a heading names, as 2019-12; None where it names none, or more than one is possible.

    >>> month_of("Jan-19"), month_of("Sept 2019"), month_of("2019-12"), month_of("December 2019"), month_of("1/2/2019")
    ('2019-01', '2019-09', '2019-12', '2019-12', None)
    """
    text = text.strip()
    if MONTH.fullmatch(text):
        return text
    heading = _NAMED_MONTH.fullmatch(text)
    if heading is None:
        return None
    name, year = heading["name"].lower(), heading["year"]
    numbers = [number for number, full in enumerate(_MONTH_NAMES, start=1) if full.startswith(name)]
    month = f"{year if len(year) == 4 else f'20{year}'}-{numbers[0]:02d}" if len(numbers) == 1 else ""
    return month if MONTH.fullmatch(month) else None


def seconds_of(text: str) -> float | None:
    """A duration in seconds; two numbers are minutes and seconds, three are hours before them.

    >>> seconds_of("10:54"), seconds_of("1:02:03"), seconds_of("10 minutes 54 seconds"), seconds_of("654")
    (654.0, 3723.0, 654.0, None)
    """
    text = text.lower()
    duration = _CLOCK.fullmatch(text) or (_DURATION.fullmatch(text) if re.search("[a-z]", text) else None)
    if duration is None or not any(duration.groupdict().values()):
        return None
    hours, minutes, seconds = (float(duration[name] or 0) for name in "hms")
    return hours * 3600 + minutes * 60 + seconds


def figure_of(text: str, unit: str) -> str:
    """A cell's figure as a plain number in the measure's unit; any other text stays as it is.

    >>> figure_of("16.5%", "per cent"), figure_of("10:54", "seconds"), figure_of("16.5%", "crimes")
    ('16.5', '654', '16.5%')
    """
    if unit == PERCENT and text.endswith("%"):
        return text[:-1].strip()
    seconds = seconds_of(text) if unit == SECONDS else None
    return text if seconds is None else f"{seconds:.10g}"


def header_at(sheet: Sheet) -> int | None:
    """The position of a wide sheet's header, the first row with months in it; None for a sheet that is not wide."""
    for at, (_, row) in enumerate(sheet.rows[:HEADER_WITHIN]):
        if row and not month_of(row[0]) and any(month_of(cell) for cell in row[1:]):
            return None if {"measure", "month"} <= set(sheet.header) else at
    return None


def unpivot(path: Path, rows: Sequence[Row], catalogue: Catalogue, area: str) -> pd.DataFrame:
    """A wide sheet's rows, from its header on, as the tidy table of text that the checks take.

    The table has a row a measure, area and month; `area` is that of rows which name none. Raises InputError for a month
    that has two columns, a column of figures that names no month, and a row of figures without a measure.
    """
    header, body = [cell.strip() for cell in rows[0][1]], rows[1:]
    months = {place: month for place, cell in enumerate(header) if (month := month_of(cell))}
    descriptions = {name: header.index(name) for name in DESCRIPTIONS if name in header}
    _check_header(path, header, months, descriptions, body)
    # A spreadsheet may call a measure by its code, its title or another name; the code comes first.
    titles = [(name, code) for code, each in catalogue.items() for name in (each.title, *each.also_called)]
    codes = {name.lower(): code for name, code in [*reversed(titles), *((code, code) for code in catalogue)]}
    month_rows: list[dict[str, str]] = []
    first_rows: dict[tuple[str, str, str], dict[str, str]] = {}
    entered: set[tuple[str, str, str, str]] = set()
    for line, row in body:
        cells = [cell.strip() for cell in [*row, *[""] * (len(header) - len(row))]]
        code = codes.get(cells[0].strip("*").strip().lower())
        if not any(cells[place] for place in months) and code is None:
            continue  # a heading, a note, an empty line: no figures in the months
        if any(cells[len(header) :]):
            raise InputError(f"{shown(path)}, {line}: has {len(row)} cells where the header has {len(header)}")
        description = {name: cells[place] for name, place in descriptions.items()}
        figure = description.get("figure", "") or "value"
        code = code or cells[0]
        measure = catalogue.get(code)
        if figure not in FIGURES:
            raise InputError(f"{shown(path)}, {line}: figure {figure!r}; allowed: {', '.join(FIGURES)}")
        for place, month in months.items():
            key = (code, description.get("area") or area, month)
            month_row = first_rows.get(key)
            if month_row is None or (*key, figure) in entered:  # a figure given twice has two rows, and is refused
                month_row = _blank_row(*key, description, f"{line}, {header[place]}")
                month_rows.append(month_row)
                first_rows.setdefault(key, month_row)
            entered.add((*key, figure))
            _enter(month_row, figure, cells[place], measure)
    complete = (_complete(row, catalogue.get(row["measure"])) for row in month_rows)
    columns = [*MONTHLY.required, *MONTHLY.optional, LINE]
    return pd.DataFrame([row for row in complete if row is not None], columns=columns)


def _blank_row(code: str, area: str, month: str, description: Mapping[str, str], line: str) -> dict[str, str]:
    row = dict.fromkeys([*MONTHLY.required, *MONTHLY.optional], "")
    origin, status = description.get("origin") or "published", description.get("status") or ""
    return row | {"measure": code, "area": area, "month": month, "origin": origin, "status": status, LINE: line}


def _enter(row: dict[str, str], figure: str, cell: str, measure: Measure | None) -> None:
    """Enter a cell in its month's row, as a figure or as a nil return."""
    if cell.lower() in _NIL and (measure is None or not measure.is_count):
        row["status"] = "nil return"
    elif cell:
        row[figure] = figure_of(cell, measure.unit if measure and figure in ("value", "margin") else "")


def _complete(row: dict[str, str], measure: Measure | None) -> dict[str, str] | None:
    """A month's row with its value and status filled in; None for a month between a quarterly measure's."""
    scale = 100.0 if measure is not None and measure.is_percentage else 1.0
    if not row["value"] and row["numerator"] and row["denominator"]:
        with contextlib.suppress(ValueError, ZeroDivisionError):  # the checks name what is wrong with the parts
            numerator, denominator = (float(row[part].replace(",", "")) for part in ("numerator", "denominator"))
            row["value"] = repr(scale * numerator / denominator)
    if any(row[figure] for figure in FIGURES):
        row["status"] = row["status"] or "final"
        return row
    if measure is not None and measure.frequency == "quarterly" and row["status"] != "nil return":
        return None
    if row["status"] != "nil return":
        row["status"] = "not supplied"
    return row


def _check_header(
    path: Path, header: list[str], months: Mapping[int, str], descriptions: Mapping[str, int], body: Sequence[Row]
) -> None:
    for place, month in months.items():
        if list(months.values()).count(month) > 1:
            raise InputError(f"{shown(path)}: the month {header[place]!r} has two columns")
    for name in descriptions:
        if header.count(name) > 1:
            raise InputError(f"{shown(path)}: the column {name!r} stands twice")
    for place, name in enumerate(header[1:], start=1):
        if place in months or name in descriptions:
            continue
        for line, row in body:
            cell = row[place].strip() if place < len(row) else ""
            if re.fullmatch(r"[\d,.]+ ?%?", cell) and name.lower() not in ("priority", "unit", "title", "note"):
                raise InputError(
                    f"{shown(path)}, {line}: the column {name!r} holds the figure {cell!r} and names no month; "
                    "write months as Jan-19"
                )
