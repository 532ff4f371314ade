"""Zip files and workbooks from outside, checked before any library opens them.

The sizes that a zip file declares are checked before anything is unpacked, and members are read in memory, never to
paths. A workbook must not span more cells than memory holds, nor hide an error or a formula without a saved result
behind a blank cell.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from perf_lib.config.yaml import shown
from perf_lib.words.errors import InputError

MOST_MEMBERS = 100_000
MOST_RATIO = 400
"""How many times smaller than its contents a member may be: real text packs 5 to 40 times, a bomb a thousand."""
MOST_UNPACKED = 256 * 2**20
MOST_CELLS = 4_000_000
"""The widest sheet in use, 43 areas by 35 measures by 12 years of months, has 220,000."""

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error)

_CELL = re.compile(rb"<(?:\w+:)?(?:row\b([^>]*)>|c\b([^>]*?)(/>|>(.*?)</(?:\w+:)?c>))", re.DOTALL)
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]+)([0-9]+)[\"']")
_ROW = re.compile(rb"\br\s*=\s*[\"']([0-9]+)[\"']")
_ERROR = re.compile(rb"\bt\s*=\s*[\"']e[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_RESULT = re.compile(rb"<(?:\w+:)?(?:v|is)\b[^>/]*>[^<]")
_TEXT_RESULT = re.compile(rb"\bt\s*=\s*[\"']str[\"']")

_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
_ODS_CELL = re.compile(
    rb"<table:(?:covered-)?table-cell\b([^>]*?)(/>|>(.*?)</table:(?:covered-)?table-cell>)", re.DOTALL
)
_ODS_NAME = re.compile(rb"table:name\s*=\s*[\"']([^\"']*)[\"']")
_REPEATED = {axis: re.compile(rb"number-" + axis + rb"-repeated\s*=\s*[\"']([0-9]+)") for axis in (b"rows", b"columns")}

_XLSB_ROW, _XLSB_CELLS, _XLSB_ERRORS = 0, range(1, 12), (3, 11)
"""The types of record of an .xlsb sheet that matter here (MS-XLSB, section 2.1.4)."""


def open_archive(path: Path, most_bytes: int) -> zipfile.ZipFile:
    """A zip file whose declared contents are within bounds; raises InputError before unpacking any of it."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise InputError(f"{shown(path)}: there is no such file") from None
    except (*_BROKEN, UnicodeDecodeError) as error:
        raise InputError(f"{shown(path)}: is damaged or no zip file: {error}") from None
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise InputError(f"{shown(path)}: holds {len(members):,} files; at most {MOST_MEMBERS:,} are allowed")
    if (total := sum(member.file_size for member in members)) > most_bytes:
        raise InputError(
            f"{shown(path)}: would unpack to {total / 2**20:,.0f} MB; at most {most_bytes / 2**20:,.0f} MB are allowed"
        )
    for member in members:
        if member.flag_bits & 1:
            raise InputError(f"{shown(path)}: {member.filename!r} is locked with a password")
        ratio = member.file_size / max(1, member.compress_size)
        if member.file_size > 2**20 and ratio > MOST_RATIO:
            raise InputError(
                f"{shown(path)}: {member.filename!r} would unpack to {ratio:,.0f} times its size; at most {MOST_RATIO} "
                "times are allowed"
            )
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        repeated = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{shown(path)}: holds {repeated!r} twice")
    return archive


def read_member(path: Path, archive: zipfile.ZipFile, member: str) -> bytes:
    """A member's bytes, no more of them than it declares, with its checksum verified."""
    try:
        return archive.read(member)
    except (*_BROKEN, KeyError) as error:
        raise InputError(f"{shown(path)}: {member!r} is damaged: {error}") from None


def check_workbook(path: Path) -> None:
    """Refuse, in one line, a workbook that is damaged or too large, or that holds what a reader would overlook."""
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
    """Check a sheet of an .xlsx or .xlsm file."""
    if b"sheetData" not in content:
        raise InputError(f"{shown(path)}: a sheet is damaged: it holds no data part")
    rows = columns = 0
    for (row, column), attributes, inner in cells_of(content):
        columns, rows = max(columns, column + 1), max(rows, row + 1)
        if column < 0:
            continue
        reference = _REFERENCE.search(attributes)
        place = (reference[1] + reference[2]).decode() if reference else "a cell"
        if _ERROR.search(attributes):
            value = _VALUE.search(inner)
            error = value[1].decode(errors="replace") if value else "an error"
            raise InputError(f"{shown(path)}: {place} holds {error}; mend it or leave it blank")
        formula = b"<f" in inner or b":f" in inner
        if formula and not _RESULT.search(inner) and not _TEXT_RESULT.search(attributes):
            raise InputError(
                f"{shown(path)}: {place} holds a formula whose result was never saved; open the file in a spreadsheet "
                "program and save it"
            )
    _refuse_span(path, rows, columns)


def cells_of(content: bytes) -> Iterator[tuple[tuple[int, int], bytes, bytes]]:
    """Each row and cell of an .xlsx sheet: row and column from 0 (-1 of a row itself), its attributes, its content."""
    row, column = -1, -1
    for element in _CELL.finditer(content):
        if element[1] is not None:
            number = _ROW.search(element[1])
            row, column = _row(number[1]) - 1 if number else row + 1, -1
            yield (row, -1), element[1], b""
            continue
        reference = _REFERENCE.search(element[2])
        column += 1
        if reference:
            row, column = _row(reference[2]) - 1, _column(reference[1]) - 1
        yield (row, column), element[2], element[4] or b""


def _row(digits: bytes) -> int:
    return int(digits[:12])  # twelve digits of a longer number are enough to refuse it


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number


def _check_binary_sheet(path: Path, content: bytes) -> None:
    """Check a sheet of an .xlsb file: a sequence of records, each a type, a length and that many bytes."""
    rows = columns = 0
    for kind, record in binary_records(path, content):
        if len(record) < 4:
            continue
        if kind == _XLSB_ROW:
            rows = max(rows, int.from_bytes(record[:4], "little") + 1)
        elif kind in _XLSB_CELLS:
            columns = max(columns, int.from_bytes(record[:4], "little") + 1)
            if kind in _XLSB_ERRORS:
                raise InputError(f"{shown(path)}: a cell of row {rows} holds an error; mend it or leave it blank")
    _refuse_span(path, rows, columns)


def binary_records(path: Path, content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each record of a part of an .xlsb file: its type and its bytes."""
    at, end = 0, len(content)
    while at < end:
        kind, at = _variable_number(content, at, 2)
        size, at = _variable_number(content, at, 4)
        if at + size > end:
            raise InputError(f"{shown(path)}: a sheet is damaged: it breaks off in the middle of a cell")
        yield kind, content[at : at + size]
        at += size


def _variable_number(content: bytes, at: int, most_bytes: int) -> tuple[int, int]:
    """A number written seven bits a byte, and the position after it; the eighth bit says that another byte follows."""
    value = 0
    for place, byte in enumerate(content[at : at + most_bytes]):
        value |= (byte & 0x7F) << (7 * place)
        at += 1
        if not byte & 0x80:
            break
    return value, at


def _check_open_document(path: Path, content: bytes) -> None:
    """Check the sheets of an .ods file, where one cell or row may stand for a million."""
    for table in content.split(b"<table:table ")[1:]:
        rows = columns = rows_so_far = 0
        for row in _ODS_ROW.finditer(table):
            rows_so_far += _repeats(row[1], b"rows")
            width = filled_width = 0
            for cell in _ODS_CELL.finditer(row[2] or b""):
                width += _repeats(cell[1], b"columns")
                if cell[3] or b"office:value" in cell[1]:
                    filled_width = width
                if b'calcext:value-type="error"' in cell[1]:
                    raise InputError(
                        f"{shown(path)}: a cell of row {rows_so_far} holds an error; mend it or leave it blank"
                    )
            if filled_width:
                rows, columns = rows_so_far, max(columns, filled_width)
        _refuse_span(path, rows, columns)


def open_document_cells(content: bytes) -> Iterator[tuple[str, int, range, bytes, bytes, bool]]:
    """Each filled cell of a checked .ods file: sheet, row, columns, attributes, content, whether the row is hidden."""
    for table in content.split(b"<table:table ")[1:]:
        name = _ODS_NAME.search(table)
        start = 0
        for row in _ODS_ROW.finditer(table):
            filled, column = [], 0
            for cell in _ODS_CELL.finditer(row[2] or b""):
                columns = range(column, column := column + _repeats(cell[1], b"columns"))
                if cell[3] or b"office:value" in cell[1]:
                    filled.append((columns, cell[1], cell[3] or b""))
            times = _repeats(row[1], b"rows")
            for at in range(start, start + times) if filled else ():
                for columns, attributes, inner in filled:
                    yield name[1].decode() if name else "", at, columns, attributes, inner, b"visibility" in row[1]
            start += times


def _repeats(attributes: bytes, axis: bytes) -> int:
    number = _REPEATED[axis].search(attributes)
    return min(int(number[1][:12]), 10**12) if number else 1


def _refuse_span(path: Path, rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        raise InputError(
            f"{shown(path)}: a sheet spans {rows:,} rows by {columns:,} columns; {MOST_CELLS:,} cells are allowed"
        )
