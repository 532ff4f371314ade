"""Any table file as rows of text: CSV, Excel, OpenDocument, Parquet. Where every reader of files starts.

A workbook's cells become the text a person would type: 94, 0.165, 2019-12 for a first of a month. What cannot be
told from the file (a formula that was never worked out, an error, a time that may be minutes or hours) is said, not
guessed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perf_lib.config.yaml import read_text, shown
from perf_lib.extracts.tables.workbook_guards import MOST_CELLS, check_workbook
from perf_lib.words.errors import InputError

EXCEL = (".xlsx", ".xlsm", ".xlsb", ".xls")
WORKBOOKS = (*EXCEL, ".ods")
PARQUET = (".parquet",)
MOST_BYTES = 256 * 2**20
"""A file of figures by the month is never larger; records have their own door."""
A_TIME = "(a time of day)"
"""What follows a time that Excel made of 10:54: whether minutes or hours were meant cannot be told."""


@dataclass(frozen=True)
class Sheet:
    """One table of text: its rows, each with the words that say where it stands."""

    name: str
    rows: list[tuple[str, list[str]]]


def read_sheets(path: Path) -> list[Sheet]:
    """Every table of a file; a CSV or Parquet file has one.

    Raises InputError for a file that is missing, damaged, too large to unpack, or of a kind that is not read.
    """
    kind = path.suffix.lower()
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{shown(path)}: is larger than {MOST_BYTES // 2**20} MB")
    except FileNotFoundError:
        raise InputError(f"{shown(path)}: there is no such file") from None
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be read: {error.strerror}") from None
    if kind in PARQUET:
        return [Sheet("", _parquet(path))]
    if kind == ".xls":
        return _old_excel(path)
    if kind in WORKBOOKS:
        return _workbook(path)
    return [Sheet("", csv_rows(path, read_text(path)))]


def csv_rows(path: Path, text: str) -> list[tuple[str, list[str]]]:
    """The rows of CSV text, each with the line it starts on (a quoted cell may run over several)."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, line = [], 1
    try:
        for row in reader:
            rows.append((f"line {line}", row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{shown(path)}, line {line}: cannot be read as CSV: {error}") from None
    return rows


def _parquet(path: Path) -> list[tuple[str, list[str]]]:
    import duckdb

    try:
        with duckdb.connect() as connection:
            found = connection.execute("SELECT count(*) FROM read_parquet($1)", [str(path)]).fetchone()
            names = [row[0] for row in connection.execute("DESCRIBE FROM read_parquet($1)", [str(path)]).fetchall()]
            if found is None or found[0] * len(names) > MOST_CELLS:
                raise InputError(f"{shown(path)}: holds more than {MOST_CELLS:,} cells")
            body = connection.execute("SELECT COLUMNS(*)::VARCHAR FROM read_parquet($1)", [str(path)]).fetchall()
    except duckdb.Error as error:
        raise InputError(f"{shown(path)}: cannot be read as Parquet: {_said(error, path)}") from None
    header: list[tuple[str, list[str]]] = [("the header", names)]
    return header + [(f"row {number}", [_of_text(cell) for cell in row]) for number, row in enumerate(body, start=1)]


def _said(error: Exception, path: Path) -> str:
    """A library's words in one line, without the machine's path."""
    return (str(error).splitlines() or [type(error).__name__])[0].replace(str(path), shown(path))


def _of_text(cell: str | None) -> str:
    """A Parquet cell as text: a whole number without its .0, the first of a month as its month."""
    if cell is None:
        return ""
    day, _, time = cell.partition(" ")
    if len(day) == 10 and day[4] == day[7] == "-" and day.endswith("-01") and time in ("", "00:00:00"):
        return day[:7]
    return cell.removesuffix(".0") if cell.removesuffix(".0").lstrip("-").isdigit() else cell


def _workbook(path: Path) -> list[Sheet]:
    """Sheets through calamine, once their size has been seen to."""
    import python_calamine as calamine

    check_workbook(path)
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        sheets = []
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            texts = ((_place(name, at), [text_of(cell) for cell in row]) for at, row in enumerate(rows, start=1))
            sheets.append(Sheet(name, list(texts)))
    except calamine.CalamineError as error:
        raise InputError(f"{shown(path)}: cannot be read as a workbook: {_said(error, path)}") from None
    except BaseException as error:  # calamine's own crash is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise InputError(f"{shown(path)}: is damaged: {(str(error).splitlines() or [''])[0]}") from None
    if not sheets:
        raise InputError(f"{shown(path)}: holds no sheet")
    return sheets


def _old_excel(path: Path) -> list[Sheet]:
    """Sheets of Excel 97 to 2003 through xlrd, which tells errors from blanks."""
    import xlrd  # type: ignore[import-untyped]  # xlrd ships no types

    try:
        with path.open("rb") as file, io.StringIO() as log:
            book = xlrd.open_workbook(file_contents=file.read(), logfile=log, on_demand=False, ragged_rows=True)
        sheets = []
        for sheet in book.sheets():
            rows = []
            for at in range(sheet.nrows):
                cells = [_old_cell(path, book, sheet.name, at, cell) for cell in sheet.row(at)]
                rows.append((_place(sheet.name, at + 1), cells))
            sheets.append(Sheet(sheet.name, rows))
    except InputError:
        raise
    except Exception as error:  # xlrd meets damage with whatever its parsing runs into
        raise InputError(f"{shown(path)}: cannot be read as an .xls workbook: {error}") from None
    return sheets


def _old_cell(path: Path, book: Any, sheet: str, row: int, cell: Any) -> str:
    import xlrd

    kind, value = cell.ctype, cell.value
    if kind == xlrd.XL_CELL_ERROR:
        shown_as = xlrd.error_text_from_code.get(value, "an error")
        raise InputError(f"{shown(path)}, {_place(sheet, row + 1)}: a cell holds {shown_as}; mend it or leave it blank")
    if kind == xlrd.XL_CELL_DATE:
        if value < 1:
            return text_of((dt.datetime(1900, 1, 1) + dt.timedelta(days=value)).time())
        return text_of(xlrd.xldate.xldate_as_datetime(value, book.datemode))
    return text_of(bool(value) if kind == xlrd.XL_CELL_BOOLEAN else value)


def _place(sheet: str, row: int) -> str:
    return f"sheet {sheet!r}, row {row}"


def text_of(cell: object) -> str:
    """A workbook's cell as a person would type it.

    >>> text_of(94.0), text_of(0.165), text_of(dt.date(2019, 12, 1)), text_of(dt.time(0, 10, 54))
    ('94', '0.165', '2019-12', '0:10:54')
    >>> text_of(dt.time(10, 54))
    '10:54:00 (a time of day)'
    """
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).upper()
        case float() if cell.is_integer() and abs(cell) < 2**53:
            return str(int(cell))
        case dt.datetime() | dt.date():
            day = cell.date() if isinstance(cell, dt.datetime) else cell
            midnight = not isinstance(cell, dt.datetime) or cell.time() == dt.time()
            return day.isoformat()[:7] if day.day == 1 and midnight else cell.isoformat()
        case dt.time():
            return _clock(cell.hour * 3600 + cell.minute * 60 + cell.second)
        case dt.timedelta():
            return _clock(round(cell.total_seconds()))
    return str(cell)


def _clock(seconds: int) -> str:
    """Hours, minutes and seconds; without seconds it may have been meant as minutes and seconds."""
    text = f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
    return text if seconds % 60 else f"{text} {A_TIME}"
