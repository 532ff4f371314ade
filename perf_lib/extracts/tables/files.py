"""Any table file as rows of text: CSV, Excel, OpenDocument, Parquet. Every reader of files starts here.

A workbook's cells become the text a person would type: 94, 0.165, 2019-12 for the first day of a month. What the file
alone cannot tell (a formula without a saved result, an error, a time that may be minutes or hours) is reported, not
guessed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from perf_lib.config.yaml import read_text, shown
from perf_lib.extracts.tables.archives import MOST_CELLS, MOST_UNPACKED, check_workbook, open_archive
from perf_lib.extracts.tables.cells import Numbers, numbers_of, old_excel_text
from perf_lib.extracts.tables.checks import LINE
from perf_lib.extracts.tables.number_formats import day_text, plain
from perf_lib.extracts.tables.schema import Schema
from perf_lib.words.errors import InputError, suggestion

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MOST_BYTES = 256 * 2**20
"""A file of monthly figures is never larger; records are read by other means."""

_OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}

Row = tuple[str, list[str]]
"""Words that say where a row stands, and its cells."""


@dataclass(frozen=True)
class Sheet:
    """One table of text."""

    name: str
    rows: list[Row]
    hidden: frozenset[str] = frozenset()
    """Where the rows stand that are hidden."""

    @property
    def header(self) -> list[str]:
        """The cells of the first row, without blanks around them."""
        return [cell.strip() for cell in self.rows[0][1]] if self.rows else []


def read_sheets(path: Path) -> list[Sheet]:
    """Every table of a file; a CSV or Parquet file has one.

    Raises InputError for a file that is missing, damaged, too large to unpack, or of a kind that is not read.
    """
    suffix = path.suffix.lower()
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{shown(path)}: is larger than {MOST_BYTES // 2**20} MB")
    except FileNotFoundError:
        raise InputError(f"{shown(path)}: there is no such file") from None
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be read: {error.strerror}") from None
    if suffix == ".parquet":
        return [Sheet("", _parquet_rows(path))]
    if suffix == ".xls":
        return _old_excel_sheets(path)
    if suffix in WORKBOOKS:
        return _workbook_sheets(path)
    return [Sheet("", [(f"line {line}", row) for line, row in csv_rows(shown(path), read_text(path))])]


def read_table(path: Path, schema: Schema | None = None) -> pd.DataFrame:
    """A file's table as text, with where each row stood; blank cells are empty strings.

    With a schema, only its columns may stand in the file; of a workbook, the one sheet that has them is read.
    Raises InputError naming the file and the column, or the row whose cells do not match the header.
    """
    sheets = read_sheets(path)
    if len(sheets) > 1 and schema is not None:
        sheets = [sheet for sheet in sheets if set(schema.required) <= set(sheet.header)] or sheets
        if len(sheets) > 1:
            names = " and ".join(repr(sheet.name) for sheet in sheets[:2])
            raise InputError(f"{shown(path)}: which sheet is meant is not clear: {names}; leave the one with figures")
    return table_of(path, sheets[0], schema)


def table_of(path: Path, sheet: Sheet, schema: Schema | None = None) -> pd.DataFrame:
    """One sheet's table as text, its first row the header."""
    rows, header = sheet.rows, sheet.header
    if not any(header):
        raise InputError(f"{shown(path)}: is empty; its first line names the columns")
    while header and not header[-1] and all(not "".join(row[len(header) - 1 :]).strip() for _, row in rows):
        header.pop()  # a workbook's empty columns on the right
    required, optional = (schema.required, schema.optional) if schema else ([], [])
    _check_header(path, header, required, optional)
    body = []
    for line, row in rows[1:]:
        if not any(cell.strip() for cell in row):
            continue
        cells = row[: len(header)] if sheet.name and not "".join(row[len(header) :]).strip() else row
        if len(cells) != len(header):
            raise InputError(f"{shown(path)}, {line}: has {len(row)} cells where the header has {len(header)}")
        body.append([*(cell.strip() for cell in cells), line])
    table = pd.DataFrame(body, columns=[*header, LINE])
    for name in optional:
        if name not in table:
            table[name] = ""
    return table


def _check_header(path: Path, header: list[str], required: Sequence[str], optional: Sequence[str]) -> None:
    repeated = next((name for name in header if header.count(name) > 1), None)
    if repeated is not None:
        raise InputError(f"{shown(path)}: the column {repeated!r} stands twice")
    if not required:
        return
    missing = [name for name in required if name not in header]
    if missing:
        other = next((word for mark, word in _OTHER_DELIMITERS.items() if len(header) == 1 and mark in header[0]), None)
        hint = f"; its cells seem to be divided by {other}, where commas are expected" if other else ""
        raise InputError(f"{shown(path)}: lacks the column {missing[0]!r}; expected {', '.join(required)}{hint}")
    unknown = next((name for name in header if name not in (*required, *optional)), None)
    if unknown is not None:
        raise InputError(f"{shown(path)}: unknown column {unknown!r}; {suggestion(unknown, [*required, *optional])}")


def csv_rows(place: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of CSV text, each after the number of the line it starts on (a quoted cell may run over several).

    `place` names the file in the InputError that is raised for text which is not CSV.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{place}, line {line}: cannot be read as CSV: {error}") from None


def _parquet_rows(path: Path) -> list[Row]:
    import duckdb

    try:
        with duckdb.connect() as connection:
            table = connection.read_parquet(str(path))
            if math.prod(table.shape) > MOST_CELLS:
                raise InputError(f"{shown(path)}: holds more than {MOST_CELLS:,} cells")
            header, body = table.columns, table.project("COLUMNS(*)::VARCHAR").fetchall()
    except duckdb.Error as error:
        raise InputError(f"{shown(path)}: cannot be read as Parquet: {first_line(error, [path])}") from None
    rows = ((f"row {number}", [_parquet_text(cell) for cell in row]) for number, row in enumerate(body, start=1))
    return [("the header", header), *rows]


def first_line(error: BaseException, paths: Iterable[Path]) -> str:
    """A library's complaint in one line, each of the paths by its short name.

    >>> first_line(ValueError("/home/me/params/x.csv: no comma\\n  at 1"), [Path("/home/me/params/x.csv")])
    'params/x.csv: no comma'
    """
    line = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    for path in paths:
        line = line.replace(str(path), shown(path))
    return re.sub(r"\s+", " ", line)[:200]


def _parquet_text(cell: str | None) -> str:
    """A Parquet cell as text: a whole number without its .0, the first of a month as its month."""
    if cell is None:
        return ""
    day, _, time = cell.partition(" ")
    if len(day) == 10 and day[4] == day[7] == "-" and day.endswith("-01") and time in ("", "00:00:00"):
        return day[:7]
    return cell.removesuffix(".0") if cell.removesuffix(".0").lstrip("-").isdigit() else cell


def _workbook_sheets(path: Path) -> list[Sheet]:
    """Sheets through calamine, after the file is checked."""
    import python_calamine as calamine

    check_workbook(path)
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        with open_archive(path, MOST_UNPACKED) as archive:
            numbers = numbers_of(path, archive)
        sheets = [
            _sheet(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False), numbers.get(name, Numbers()))
            for name in book.sheet_names
        ]
    except calamine.CalamineError as error:
        raise InputError(f"{shown(path)}: cannot be read as a workbook: {first_line(error, [path])}") from None
    except BaseException as error:  # calamine's own crash is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise InputError(f"{shown(path)}: is damaged: {first_line(error, [path])}") from None
    if not sheets:
        raise InputError(f"{shown(path)}: holds no sheet")
    return sheets


def _sheet(name: str, cells: Sequence[Sequence[object]], numbers: Numbers) -> Sheet:
    rows = []
    for at, row in enumerate(cells):
        texts = [numbers.shown.get((at, column)) or text_of(cell) for column, cell in enumerate(row)]
        rows.append((f"sheet {name!r}, row {at + 1}", texts))
    return Sheet(name, rows, frozenset(rows[at][0] for at in numbers.hidden if at < len(rows)))


def _old_excel_sheets(path: Path) -> list[Sheet]:
    """Sheets of Excel 97 to 2003 through xlrd, which tells errors from blanks."""
    import xlrd  # type: ignore[import-untyped]  # xlrd ships no types

    try:
        with path.open("rb") as file, io.StringIO() as log:
            book = xlrd.open_workbook(file_contents=file.read(), logfile=log, formatting_info=True, ragged_rows=True)
        sheets = []
        for sheet in book.sheets():
            rows = []
            for at in range(sheet.nrows):
                place = f"sheet {sheet.name!r}, row {at + 1}"
                rows.append((place, [_old_excel_text(path, book, place, cell) for cell in sheet.row(at)]))
            hidden = frozenset(rows[at][0] for at, info in sheet.rowinfo_map.items() if info.hidden and at < len(rows))
            sheets.append(Sheet(sheet.name, rows, hidden))
    except InputError:
        raise
    except Exception as error:  # xlrd meets damage with whatever its parsing runs into
        raise InputError(f"{shown(path)}: cannot be read as an .xls workbook: {error}") from None
    return sheets


def _old_excel_text(path: Path, book: Any, place: str, cell: Any) -> str:
    import xlrd

    kind, value = cell.ctype, cell.value
    if kind == xlrd.XL_CELL_ERROR:
        error = xlrd.error_text_from_code.get(value, "an error")
        raise InputError(f"{shown(path)}, {place}: a cell holds {error}; mend it or leave it blank")
    if kind in (xlrd.XL_CELL_DATE, xlrd.XL_CELL_NUMBER):
        return old_excel_text(book, cell)
    return text_of(bool(value) if kind == xlrd.XL_CELL_BOOLEAN else value)


def text_of(cell: object) -> str:
    """A workbook's cell as a person would type it, where no number format says more.

    >>> text_of(94.0), text_of(0.165), text_of(dt.date(2019, 12, 1)), text_of(" Nil")
    ('94', '0.165', '2019-12', ' Nil')
    """
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).upper()
        case float():
            return plain(cell)
        case dt.date():
            return day_text(cell)
    return str(cell)
