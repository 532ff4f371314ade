"""Monthly figures as spreadsheets keep them: a row a measure, a column a month, and other columns that describe a row.

`headings` tells what a column holds, `typed` what a cell says. The unit of its measure decides what a cell means.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from perf_lib.config.catalogue import Catalogue, Measure
from perf_lib.config.yaml import shown
from perf_lib.extracts.tables.checks import LINE, PERCENT_MARK
from perf_lib.extracts.tables.files import Row, Sheet
from perf_lib.extracts.tables.headings import columns_in, months_in, unknown_columns
from perf_lib.extracts.tables.schema import MONTHLY, STATUSES
from perf_lib.extracts.tables.typed import NIL, NOT_SUPPLIED, entered
from perf_lib.words.errors import InputError
from perf_lib.words.wording import listed

FIGURES = ("value", "numerator", "denominator", "margin")
"""Which figure of its measure a row holds, by the column `figure`; the value where there is none."""
HEADER_WITHIN = 20
"""How many rows down the header may stand, below a title."""


@dataclass(frozen=True)
class WideRow:
    """One row of figures: where it stands, what describes it, its cells by month, the section heading above it."""

    line: str
    description: Mapping[str, str]
    cells: Mapping[str, str]
    section: str


@dataclass(frozen=True)
class WideSheet:
    """A sheet with a row a measure and a column a month: its headings, and the rows below them."""

    path: Path
    header: list[str]
    months: dict[int, str]
    columns: dict[str, int]
    body: list[Row]
    hidden: frozenset[str]
    notes: list[str]
    """What was not read of it, or read although it is hidden, for the page on coverage."""

    def rows(self) -> Iterator[WideRow]:
        """The rows with a figure in some month; others are noted, and the words of one alone head a section."""
        section = ""
        width, dropped = len(self.header), []
        for line, row in self.body:
            cells = [cell.strip() for cell in [*row, *[""] * (width - len(row))]]
            if not any(cells[place] for place in self.months):
                words = [cell for cell in cells if cell]
                section = words[0] if len(words) == 1 else section
                dropped += [f"{line} ({words[0][:40]!r})"] if words else []
                yield WideRow(line, self._described(cells), {}, section)
                continue
            if any(cells[width:]):
                cell = next(filter(None, cells[width:]))
                raise InputError(
                    f"{shown(self.path)}, {line}: has {len(row)} cells where the header has {width}: {cell!r} stands "
                    "under no heading; give its column one, or clear it"
                )
            bare = [cell for cell, name in zip(cells, self.header, strict=False) if cell and not name]
            self.notes.extend(f"{line}: {cell[:40]!r} stands under no heading, and was not read" for cell in bare)
            if line in self.hidden:
                self.notes.append(f"{line} is hidden; its figures were read")
            months = {month: cells[place] for place, month in self.months.items()}
            yield WideRow(line, self._described(cells), months, section)
        self.notes.extend([f"no figure in any month: {listed(dropped)}"] if dropped else [])

    def _described(self, cells: list[str]) -> dict[str, str]:
        return {role: cells[place] for role, place in self.columns.items()}

    def heading(self, month: str) -> str:
        """The heading of a month's column."""
        return next(self.header[place] for place, each in self.months.items() if each == month)


def wide_sheet(path: Path, sheet: Sheet, named: Mapping[str, str] | None = None) -> WideSheet | None:
    """A sheet as one with a column a month, its header the row with most months; None for a sheet that is not wide.

    named: what columns hold, by their headings, where settings say so. Raises InputError for a month that has two
    columns, and for a column of figures of which nothing says what it holds.
    """
    if {"measure", "month"} <= set(sheet.header):
        return None
    most: tuple[int, dict[int, str]] | None = None
    for at, (line, row) in enumerate(sheet.rows[:HEADER_WITHIN]):
        months = months_in(f"{shown(path)}, {line}", row)
        is_row_of_figures = [*months] == [0]  # whose first cell is its month
        if len(months) > (len(most[1]) if most else 0) and not is_row_of_figures:
            most = at, months
    if most is None:
        return None
    at, months = most
    header, body = [cell.strip() for cell in sheet.rows[at][1]], sheet.rows[at + 1 :]
    while header and not header[-1] and all(not "".join(row[len(header) - 1 :]).strip() for _, row in body):
        header.pop()  # a workbook's empty columns on the right
    columns = columns_in(header, months, named or {})
    wide = WideSheet(path, header, months, columns, body, sheet.hidden, [])
    _check_header(wide, named or {})
    return wide


def unpivot(wide: WideSheet, catalogue: Catalogue, area: str) -> pd.DataFrame:
    """A wide sheet's rows as the tidy table of text that the checks take, a row a measure, area and month.

    `area` is that of rows which name none. Raises InputError for a row of figures without a measure.
    """
    # A spreadsheet may call a measure by its code, its title or another name; the code comes first.
    titles = [(name, code) for code, each in catalogue.items() for name in (each.title, *each.also_called)]
    codes = {name.lower(): code for name, code in [*reversed(titles), *((code, code) for code in catalogue)]}
    month_rows: list[dict[str, str]] = []
    first_rows: dict[tuple[str, str, str], dict[str, str]] = {}
    filled: set[tuple[str, str, str, str]] = set()
    for row in wide.rows():
        name = row.description["measure"].strip("*").strip()
        code = codes.get(name.lower()) or codes.get(row.description.get("reference", "").lower(), name)
        if not row.cells and code not in catalogue:
            continue  # a heading, a note, an empty line
        measure = catalogue.get(code)
        figure = row.description.get("figure", "") or "value"
        if figure not in FIGURES:
            raise InputError(f"{shown(wide.path)}, {row.line}: figure {figure!r}; allowed: {', '.join(FIGURES)}")
        for month in wide.months.values():
            key = (code, row.description.get("area") or area, month)
            month_row = first_rows.get(key)
            if month_row is None or (*key, figure) in filled:  # a figure given twice has two rows, and is refused
                month_row = _blank_row(*key, row.description, f"{row.line}, {wide.heading(month)}")
                month_rows.append(month_row)
                first_rows.setdefault(key, month_row)
            filled.add((*key, figure))
            _enter(month_row, figure, row.cells.get(month, ""), measure)
    complete = (_complete(each, catalogue.get(each["measure"])) for each in month_rows)
    columns = [*MONTHLY.required, *MONTHLY.optional, LINE, PERCENT_MARK]
    return pd.DataFrame([each for each in complete if each is not None], columns=columns)


def _blank_row(code: str, area: str, month: str, description: Mapping[str, str], line: str) -> dict[str, str]:
    row = dict.fromkeys([*MONTHLY.required, *MONTHLY.optional, PERCENT_MARK], "")
    origin, status = description.get("origin") or "published", description.get("status") or ""
    status = status if status in STATUSES else ""  # a rating, such as Amber
    return row | {"measure": code, "area": area, "month": month, "origin": origin, "status": status, LINE: line}


def _enter(row: dict[str, str], figure: str, cell: str, measure: Measure | None) -> None:
    """Enter a cell in its month's row, as a figure or as what it says of the month."""
    number, status = entered(cell, measure, figure) if cell else ("", "")
    row["status"] = status or row["status"]
    if number:
        row[figure] = number
        row[PERCENT_MARK] = row[PERCENT_MARK] or (cell if number != cell else "")


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
    if measure is not None and measure.frequency == "quarterly" and row["status"] != NIL:
        return None
    row["status"] = NIL if row["status"] == NIL else NOT_SUPPLIED
    return row


def _check_header(wide: WideSheet, named: Mapping[str, str]) -> None:
    path, header, months = wide.path, wide.header, wide.months
    for place, month in months.items():
        if list(months.values()).count(month) > 1:
            raise InputError(f"{shown(path)}: the month {header[place]!r} has two columns")
    for role, place in wide.columns.items():
        if header[place] and header.count(header[place]) > 1:
            raise InputError(f"{shown(path)}: the column {header[place]!r} stands twice, and says each row's {role}")
    unread = [each for at, each in enumerate(header) if at not in months and at not in wide.columns.values() and each]
    wide.notes.extend([f"columns that are no months were not read: {listed(unread)}"] if unread else [])
    for place in unknown_columns(header, months, named):
        for line, row in wide.body:
            cell = row[place].strip() if place < len(row) else ""
            if re.match(r"[£$€-]?\d", cell):
                name = repr(header[place])
                if not header[place]:
                    where = f"{shown(path)}, {line}: the figure {cell!r}"
                    raise InputError(f"{where} stands under no heading; give its column one, or clear it")
                raise InputError(
                    f"{shown(path)}, {line}: the column {name} holds the figure {cell!r} and names no month; write "
                    f"months as Jan-19, or say under inputs.columns what it holds, as {name}: ignored"
                )
