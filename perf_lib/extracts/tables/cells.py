"""The numbers of a workbook's cells as they are shown, by the number format of each cell, and its hidden rows.

Readers of workbooks give a cell's number and leave its format out, so this module reads both from the file's parts.
"""

from __future__ import annotations

import html
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perf_lib.extracts.tables.archives import binary_records, cells_of, open_document_cells, read_member
from perf_lib.extracts.tables.number_formats import A_TIME, BUILT_IN, GENERAL, as_shown, clock_of, plain

Place = tuple[int, int]


@dataclass
class Numbers:
    """One sheet's numbers as text by row and column from 0, and the rows that are hidden."""

    shown: dict[Place, str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)


def numbers_of(path: Path, archive: zipfile.ZipFile) -> dict[str, Numbers]:
    """The numbers of every sheet of an .xlsx, .xlsm, .xlsb or .ods file, by the sheet's name."""
    names = set(archive.namelist())
    if "content.xml" in names:
        return _open_document(read_member(path, archive, "content.xml"))
    is_binary = "xl/workbook.bin" in names
    ending = "bin" if is_binary else "xml"
    if f"xl/workbook.{ending}" not in names:
        return {}
    book = read_member(path, archive, f"xl/workbook.{ending}")
    styles = read_member(path, archive, f"xl/styles.{ending}") if f"xl/styles.{ending}" in names else b""
    rels = read_member(path, archive, f"xl/_rels/workbook.{ending}.rels")
    targets = {each["Id"]: each["Target"] for each in _elements(rels, "Relationship")}
    sheets, since_1904 = _binary_sheets(path, book) if is_binary else _sheets(book)
    formats = _binary_formats(path, styles) if is_binary else _formats(styles)
    sheet_cells = _binary_numbers if is_binary else _numbers
    numbers = {}
    for name, relation in sheets.items():
        target = targets.get(relation, "")
        member = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        numbers[name] = Numbers()
        for place, style, value in sheet_cells(path, read_member(path, archive, member)) if member in names else ():
            if value is None:
                numbers[name].hidden.add(place[0])
            else:
                code = formats[style] if style < len(formats) else GENERAL
                numbers[name].shown[place] = as_shown(value, code, since_1904)
    return numbers


def _elements(content: bytes, tag: str) -> Iterator[Mapping[str, str]]:
    """The attributes of each element of a name, namespaces left out."""
    for element in re.finditer(rb"<(?:\w+:)?" + tag.encode() + rb"\b([^>]*)>", content):
        attributes = re.findall(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""", element[1].decode(errors="replace"))
        yield {name.split(":")[-1]: html.unescape(one or other) for name, one, other in attributes}


def _sheets(book: bytes) -> tuple[dict[str, str], bool]:
    since_1904 = any(each.get("date1904") in ("1", "true") for each in _elements(book, "workbookPr"))
    return {each["name"]: each.get("id", "") for each in _elements(book, "sheet")}, since_1904


def _formats(styles: bytes) -> list[str]:
    """The number format of each style of an .xlsx file, by the number that cells name it by."""
    formats = re.search(rb"<(?:\w+:)?numFmts\b.*?</(?:\w+:)?numFmts>", styles, re.DOTALL)
    codes = {int(each["numFmtId"]): each["formatCode"] for each in _elements(formats[0] if formats else b"", "numFmt")}
    used = re.search(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", styles, re.DOTALL)
    numbers = [int(each.get("numFmtId", 0)) for each in _elements(used[0] if used else b"", "xf")]
    return [codes.get(number, BUILT_IN.get(number, GENERAL)) for number in numbers]


def _numbers(path: Path, content: bytes) -> Iterator[tuple[Place, int, float | None]]:
    """Each number of an .xlsx sheet with its place and style; None for a hidden row."""
    for place, attributes, inner in cells_of(content):
        if place[1] < 0:
            if re.search(rb"\bhidden\s*=\s*[\"'](?:1|true)", attributes):
                yield place, 0, None
            continue
        kind = re.search(rb"\bt\s*=\s*[\"'](\w+)", attributes)
        value = re.search(rb"<(?:\w+:)?v>\s*([^<\s]+)\s*<", inner)
        if value and (kind is None or kind[1] == b"n"):
            style = re.search(rb"\bs\s*=\s*[\"'](\d+)", attributes)
            yield place, int(style[1]) if style else 0, float(value[1])


# --- .xlsb: records (MS-XLSB, section 2.4)

_ROW, _RK, _REAL, _FORMULA, _FORMAT, _XF, _XFS, _XFS_END = 0, 2, 5, 9, 44, 47, 617, 618
_BOOK, _SHEET = 153, 156


def _binary_sheets(path: Path, book: bytes) -> tuple[dict[str, str], bool]:
    sheets, since_1904 = {}, False
    for kind, record in binary_records(path, book):
        if kind == _SHEET:
            relation, at = _wide(record, 8)
            sheets[_wide(record, at)[0]] = relation
        elif kind == _BOOK and record:
            since_1904 = bool(record[0] & 1)
    return sheets, since_1904


def _wide(record: bytes, at: int) -> tuple[str, int]:
    end = at + 4 + 2 * int.from_bytes(record[at : at + 4], "little")
    return record[at + 4 : end].decode("utf-16-le", errors="replace"), end


def _binary_formats(path: Path, styles: bytes) -> list[str]:
    codes, numbers, is_used = {}, [], False
    for kind, record in binary_records(path, styles):
        is_used = kind == _XFS or (is_used and kind != _XFS_END)
        if kind == _FORMAT:
            codes[int.from_bytes(record[:2], "little")] = _wide(record, 2)[0]
        elif kind == _XF and is_used:
            numbers.append(int.from_bytes(record[2:4], "little"))
    return [codes.get(number, BUILT_IN.get(number, GENERAL)) for number in numbers]


def _binary_numbers(path: Path, content: bytes) -> Iterator[tuple[Place, int, float | None]]:
    row = 0
    for kind, record in binary_records(path, content):
        if kind == _ROW and len(record) >= 4:
            row = int.from_bytes(record[:4], "little")
            if len(record) > 11 and record[11] & 0x10:
                yield (row, -1), 0, None
        elif kind in (_RK, _REAL, _FORMULA) and len(record) >= 12:
            column, style = int.from_bytes(record[:4], "little"), int.from_bytes(record[4:7], "little")
            value = _rk(record[8:12]) if kind == _RK else struct.unpack("<d", record[8:16])[0]
            yield (row, column), style, value


def _rk(four: bytes) -> float:
    """A number in 30 bits, whole or the upper half of a float; the first bit says that it is a hundred times larger."""
    bits = int.from_bytes(four, "little")
    upper = struct.unpack("<d", bytes(4) + (bits & 0xFFFFFFFC).to_bytes(4, "little"))[0]
    value = float(int.from_bytes(four, "little", signed=True) >> 2) if bits & 2 else upper
    return value / 100 if bits & 1 else value


# --- .ods: what is shown stands in the file beside the value


def _open_document(content: bytes) -> dict[str, Numbers]:
    sheets: dict[str, Numbers] = {}
    has_prints = (
        re.search(rb"office:value-type=\"(?:float|percentage|currency|time)\"[^>]*>\s*<text:p", content) is not None
    )
    for name, row, columns, attributes, inner, is_hidden in open_document_cells(content):
        sheet = sheets.setdefault(html.unescape(name), Numbers())
        if is_hidden:
            sheet.hidden.add(row)
        if (text := _shown_in(attributes, inner, has_prints)) is not None:
            sheet.shown |= {(row, column): text for column in columns}
    return sheets


def _shown_in(attributes: bytes, inner: bytes, has_prints: bool) -> str | None:
    """The text of a cell with a number or a time; None for another. has_prints: whether the program wrote prints."""
    of = {name.decode(): html.unescape(value.decode()) for name, value in _ODS_VALUE.findall(attributes)}
    kind, value = of.get("value-type", ""), of.get("value") or of.get("time-value")
    if kind not in ("float", "percentage", "currency", "time") or value is None:
        return None
    without_notes = re.sub(rb"<office:annotation\b.*?</office:annotation>", b"", inner, flags=re.DOTALL)
    paragraphs = re.findall(rb"<text:p\b[^>]*>(.*?)</text:p>", without_notes, re.DOTALL)
    printed = html.unescape(re.sub(rb"<[^>]*>", b" ", b" ".join(paragraphs)).decode(errors="replace")).strip()
    if kind == "time":
        return _time(value, printed)
    if not printed and not has_prints:  # what the cell's type says
        return as_shown(float(value), "0%" if kind == "percentage" else GENERAL)
    return _as_printed(float(value), printed, kind == "percentage")


_ODS_VALUE = re.compile(rb"\boffice:(value-type|value|time-value)\s*=\s*[\"']([^\"']*)[\"']")
_PRINTED = re.compile(
    r"(?P<minus>[-−(]?)(?P<before>[^\d.,]*)(?P<minus_too>[-−]?)"
    r"(?P<digits>\d[\d.,'\s\u00a0\u202f]*(?:E[+-]?\d+)?|[.,]\d+)(?P<after>.*)",
    re.DOTALL,
)


def _as_printed(value: float, printed: str, is_percentage: bool = False) -> str:
    """A value in full precision with what is printed around it, where the print is that value rounded.

    >>> _as_printed(0.857, "85.7%", True), _as_printed(187.3, "£187.3m"), _as_printed(2345, "2")
    ('85.7%', '£187.3m', '2345 (shown as 2)')
    """
    if value == 0 and printed in ("-", "–", "—"):
        return "0"
    cell = _PRINTED.fullmatch(printed)
    times = 100 if is_percentage and printed.count("%") == 1 else 1
    digits = re.sub(r"[\s'\u00a0\u202f]", "", cell["digits"]) if cell else ""
    for decimal, grouping in ((".", ","), (",", ".")):
        text = digits.replace(grouping, "").replace(decimal, ".")
        grouped = rf"(\d*|\d{{1,3}}(\{grouping}\d{{3}})+)(\{decimal}\d*)?(E[+-]?\d+)?"
        if cell is None or not re.fullmatch(grouped, digits) or not text.strip("."):
            continue
        mantissa, _, power = text.partition("E")
        last_place = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
        negative = bool(cell["minus"] or cell["minus_too"])
        if abs(float(text) * (-1 if negative else 1) - value * times) <= last_place * 0.5000001:
            after = cell["after"].removesuffix(")") if cell["minus"] == "(" else cell["after"]
            number = as_shown(value, "0%").removesuffix("%") if times == 100 else plain(value)
            return f"{'-' if value < 0 else ''}{cell['before']}{number.removeprefix('-')}{after}"
    return f"{plain(value)} (shown as {printed})"


def _time(value: str, printed: str) -> str:
    """A duration such as PT0H8M50S as its print shows it."""
    parts = re.fullmatch(r"(-?)PT(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.,]+)S)?", value)
    if parts is None or parts[1]:
        return f"{value} {A_TIME}"
    hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in parts.groups()[1:])
    total = round(hours * 3600 + minutes * 60 + seconds, 3)
    clock = clock_of(total)
    numbers = [float(part.replace(",", ".")) for part in printed.split(":") if re.fullmatch(r"\d+([.,]\d+)?", part)]
    read = sum(number * 60**at for at, number in enumerate(reversed(numbers)))
    is_sure = len(numbers) == printed.count(":") + 1 and abs(read - total) < 1 and len(numbers) in (2, 3)
    whole_hours = len(numbers) == 3 and total >= 3600 and total % 60 == 0
    return clock if is_sure and not whole_hours else f"{clock} {A_TIME}"


def old_excel_text(book: Any, cell: Any) -> str:
    """A number or date of an .xls file as it is shown."""
    code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
    return as_shown(float(cell.value), code or GENERAL, bool(book.datemode))
