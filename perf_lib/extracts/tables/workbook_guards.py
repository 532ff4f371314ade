"""What a workbook file must not do to its reader: unpack without end, span more cells than memory has, or hide an
error or a formula that was never worked out behind a blank cell.

Read from the packed parts themselves, before any library opens them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from perf_lib.config.yaml import shown
from perf_lib.extracts.tables.archives import open_archive, read_member
from perf_lib.words.errors import InputError

MOST_UNPACKED = 256 * 2**20
MOST_CELLS = 4_000_000
"""The widest sheet in use, 43 areas by 35 measures by 12 years of months, has 220,000."""

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]+)([0-9]+)[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br\s*=\s*[\"']([0-9]+)[\"']")
_ERROR = re.compile(rb"\bt\s*=\s*[\"']e[\"']")
_RESULT = re.compile(rb"<(?:\w+:)?(?:v|is)\b[^>/]*>[^<]")
_TEXT_RESULT = re.compile(rb"\bt\s*=\s*[\"']str[\"']")


def check_workbook(path: Path) -> None:
    """Refuse, in one line, a workbook that is damaged, too large, or that holds what a reader would pass over."""
    with open_archive(path, MOST_UNPACKED) as archive:
        for name in archive.namelist():
            content = read_member(path, archive, name)
            if re.fullmatch(r"xl/worksheets/[^/]*\.xml", name):
                _check_sheet(path, content)
            elif re.fullmatch(r"xl/worksheets/[^/]*\.bin", name):
                _check_binary_sheet(path, content)
            elif name == "content.xml":
                _check_open_document(path, content)


def _check_sheet(path: Path, content: bytes) -> None:
    if b"sheetData" not in content:
        raise InputError(f"{shown(path)}: a sheet is damaged: it holds no data part")
    rows = columns = 0
    for found in _CELL.finditer(content):
        attributes, inner = found[1], found[3] or b""
        reference = _REFERENCE.search(attributes)
        if reference:
            columns, rows = max(columns, _column(reference[1])), max(rows, _row(reference[2]))
        place = (reference[1] + reference[2]).decode() if reference else "a cell"
        if _ERROR.search(attributes):
            said = re.search(rb"<(?:\w+:)?v>([^<]*)<", inner)
            raise InputError(
                f"{shown(path)}: {place} holds {said[1].decode(errors='replace') if said else 'an error'}; "
                "mend it or leave it blank"
            )
        formula = b"<f" in inner or b":f" in inner
        if formula and not _RESULT.search(inner) and not _TEXT_RESULT.search(attributes):
            raise InputError(
                f"{shown(path)}: {place} holds a formula whose result was never saved; open the file in a spreadsheet "
                "program and save it"
            )
    rows = max([rows, *(_row(found[1]) for found in _ROW.finditer(content))])
    _refuse_span(path, rows, columns)


def _row(digits: bytes) -> int:
    return int(digits[:12])  # of a longer one, more than enough to refuse it


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number


def _check_binary_sheet(path: Path, content: bytes) -> None:
    """The same of an .xlsb sheet: records of a type, a length and their bytes (MS-XLSB, section 2.1.4)."""
    row_header, last_cell, errors = 0, 11, (3, 11)
    rows = columns = 0
    for kind, record in _records(path, content):
        if kind == row_header and len(record) >= 4:
            rows = max(rows, int.from_bytes(record[:4], "little") + 1)
        elif 1 <= kind <= last_cell and len(record) >= 4:
            columns = max(columns, int.from_bytes(record[:4], "little") + 1)
            if kind in errors:
                raise InputError(f"{shown(path)}: a cell of row {rows} holds an error; mend it or leave it blank")
    _refuse_span(path, rows, columns)


def _records(path: Path, content: bytes) -> Iterator[tuple[int, bytes]]:
    at, end = 0, len(content)
    while at < end:
        kind, at = _variable(content, at, 2)
        size, at = _variable(content, at, 4)
        if at + size > end:
            raise InputError(f"{shown(path)}: a sheet is damaged: it breaks off in the middle of a cell")
        yield kind, content[at : at + size]
        at += size


def _variable(content: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends; a record's type keeps its eighth bits out of the value."""
    value = 0
    for place in range(most):
        if at >= len(content):
            break
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            break
    return value, at


_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
_ODS_CELL = re.compile(
    rb"<table:(?:covered-)?table-cell\b([^>]*?)(/>|>(.*?)</table:(?:covered-)?table-cell>)", re.DOTALL
)
_REPEATED = {axis: re.compile(rb"number-" + axis + rb"-repeated\s*=\s*[\"']([0-9]+)") for axis in (b"rows", b"columns")}


def _check_open_document(path: Path, content: bytes) -> None:
    """The same of an .ods file, where one cell or row may say that it stands for a million."""
    for table in content.split(b"<table:table ")[1:]:
        rows = columns = seen = 0
        for found in _ODS_ROW.finditer(table):
            seen += _times(found[1], b"rows")
            width = filled = 0
            for cell in _ODS_CELL.finditer(found[2] or b""):
                width += _times(cell[1], b"columns")
                if cell[3] or b"office:value" in cell[1]:
                    filled = width
                if b'calcext:value-type="error"' in cell[1]:
                    raise InputError(f"{shown(path)}: a cell of row {seen} holds an error; mend it or leave it blank")
            if filled:
                rows, columns = seen, max(columns, filled)
        _refuse_span(path, rows, columns)


def _times(attributes: bytes, axis: bytes) -> int:
    found = _REPEATED[axis].search(attributes)
    return min(int(found[1][:12]), 10**12) if found else 1


def _refuse_span(path: Path, rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        raise InputError(
            f"{shown(path)}: a sheet spans {rows:,} rows by {columns:,} columns; {MOST_CELLS:,} cells are allowed"
        )
