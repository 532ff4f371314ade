"""Workbooks written by hand for tests: the same rows as xlsx, xls, xlsb, ods and Parquet."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import duckdb
import xlsxwriter

Rows = Sequence[Sequence[object]]


def write(path: Path, rows: Rows) -> Path:
    """Rows (the header first) as a workbook of the path's kind; numbers as numbers, the rest as text."""
    {".xlsx": _xlsx, ".xls": _xls, ".xlsb": _xlsb, ".ods": _ods, ".parquet": _parquet}[path.suffix](path, rows)
    return path


def _xlsx(path: Path, rows: Rows) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Months")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)


def _xls(path: Path, rows: Rows) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Months")
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell)
    book.save(str(path))


def _ods(path: Path, rows: Rows) -> None:
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Months">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)


def _ods_cell(cell: object) -> str:
    if cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, int | float):
        value = f'office:value-type="float" office:value="{cell}"'
        return f"<table:table-cell {value}><text:p>{cell}</text:p></table:table-cell>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></table:table-cell>'


def _xlsb(path: Path, rows: Rows) -> None:
    """The few records of MS-XLSB that a sheet of text and numbers needs (sections 2.4.29 to 2.4.744)."""
    book = _record(131) + _record(143)
    book += _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Months")) + _record(144) + _record(132)
    width = max(map(len, rows))
    sheet = _record(129) + _record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1)) + _record(145)
    for at, row in enumerate(rows):
        sheet += _record(0, struct.pack("<IIHBBBI", at, 0, 300, 0, 0, 0, 0))
        for column, cell in enumerate(row):
            place = struct.pack("<II", column, 0)
            if isinstance(cell, int | float):
                sheet += _record(5, place + struct.pack("<d", cell))
            elif cell:
                sheet += _record(6, place + _wide(str(cell)))
    sheet += _record(146) + _record(130)
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{relation}" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/_rels/workbook.bin.rels", rels)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)


def write_formatted_xlsb(path: Path, cells: Sequence[tuple[float, str]]) -> None:
    """A column of numbers, each with its number format, as .xlsb: small ones as reals, whole ones in 30 bits."""
    codes = list(dict.fromkeys(code for _, code in cells))
    styles = _record(278) + _record(615, struct.pack("<I", len(codes)))
    styles += b"".join(_record(44, struct.pack("<H", 164 + at) + _wide(code)) for at, code in enumerate(codes))
    styles += _record(616) + _record(617, struct.pack("<I", len(codes)))
    styles += b"".join(_record(47, struct.pack("<HH", 0, 164 + at) + bytes(12)) for at in range(len(codes)))
    styles += _record(618) + _record(279)
    _xlsb(path, [[value] for value, _ in cells])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = _record(129) + _record(148, struct.pack("<IIII", 0, len(cells) - 1, 0, 0)) + _record(145)
    for at, (value, code) in enumerate(cells):
        place = struct.pack("<II", 0, codes.index(code))
        sheet += _record(0, struct.pack("<IIHBBBI", at, 0, 300, 0, 0, 0, 0))
        if value == int(value) and abs(value) < 2**28:
            sheet += _record(2, place + struct.pack("<I", int(value) << 2 | 2))
        else:
            sheet += _record(5, place + struct.pack("<d", value))
    parts["xl/worksheets/sheet1.bin"] = sheet + _record(146) + _record(130)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, "xl/styles.bin": styles}.items():
            archive.writestr(name, content)


def _record(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(content), b""
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return head + length + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _parquet(path: Path, rows: Rows) -> None:
    names = ", ".join(f'"{name}" VARCHAR' for name in rows[0])
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE months ({names})")
        for row in rows[1:]:
            marks = ", ".join("?" for _ in row)
            connection.execute(f"INSERT INTO months VALUES ({marks})", [str(cell) or None for cell in row])
        connection.execute(f"COPY months TO '{path}' (FORMAT parquet)")
