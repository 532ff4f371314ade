"""Ways in which files arrive spoilt: of text, of packed files, of a workbook's parts. Seeded, so that each can be had
again by its name."""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable, Iterator

Spoil = Callable[[str, random.Random], bytes]
HUGE = 3_000_000
CELLS = (
    "=1+1", "=cmd|'/c calc'!A1", "@SUM(A1)", "+1+1", "#REF!", "1e400", "-5", "NaN", "\u0661\u0662", "1.234,5", "\0",
)  # fmt: skip


def spoilt_texts(text: str, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """A CSV file's text, spoilt: a name for each way, and the bytes."""
    lines = text.splitlines()
    header, body = lines[0], lines[1:]
    at = chance.randrange(len(body))
    cells = body[at].split(",")

    def with_row(row: str) -> bytes:
        return "\n".join([header, *body[:at], row, *body[at + 1 :]]).encode()

    def with_cell(cell: str) -> bytes:
        place = chance.randrange(len(cells))
        return with_row(",".join([*cells[:place], cell, *cells[place + 1 :]]))

    for encoding in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp037", "utf-7"):
        yield f"encoding {encoding}", text.encode(encoding)
    yield "encoding cp1252", text.replace(cells[1], "Ynys M\u00f4n", 1).encode("cp1252")
    yield "two byte order marks", b"\xef\xbb\xbf\xef\xbb\xbf" + text.encode()
    for name, mark in {"semicolons": ";", "tabs": "\t", "bars": "|", "colons": ":"}.items():
        yield f"delimiter {name}", text.replace(",", mark).encode()
    yield "line ends of old Macs", text.replace("\n", "\r").encode()
    yield "line ends of Windows", text.replace("\n", "\r\n").encode()
    names = header.split(",")
    yield "a header in two rows", "\n".join([",".join(["Figures", *[""] * (len(names) - 1)]), text]).encode()
    yield "merged header cells", "\n".join([",".join([names[0], "", *names[2:]]), *body]).encode()
    yield "no header", "\n".join(body).encode()
    yield "the header alone", header.encode()
    yield "the header twice", "\n".join([header, text]).encode()
    place = chance.randrange(len(names))
    yield "a column missing", _columns(lines, lambda row: row[:place] + row[place + 1 :])
    yield "a column twice", _columns(lines, lambda row: [*row, row[place] if place < len(row) else ""])
    yield "a column renamed", "\n".join([header.replace(names[place], "Kolumn"), *body]).encode()
    yield "columns in another order", _columns(lines, lambda row: row[::-1])
    for name, date in {"day first": "31/12/2019", "month first": "12/31/2019", "year first": "2019-12-31"}.items():
        yield f"dates {name}", re.sub(r"20\d\d-\d\d|[A-Z][a-z]{2}-\d\d", date, text).encode()
        yield f"one date {name}", with_row(re.sub(r"20\d\d-\d\d", date, body[at]))
    for cell in CELLS:
        yield f"cell {cell!a}", with_cell(cell)
    yield "a huge cell", with_cell("x" * HUGE)
    yield "a huge number", with_cell("9" * 5000)
    yield "a row too short", with_row(",".join(cells[:-2]))
    yield "a row too long", with_row(body[at] + ",more,and more")
    yield "a row twice", with_row(body[at] + "\n" + body[at])
    yield "a row gone", "\n".join([header, *body[:at], *body[at + 1 :]]).encode()
    yield "an open quote", with_row('"' + body[at])
    yield "a quote within", with_row(body[at].replace(",", '",', 1))
    yield "blank lines", text.replace("\n", "\n\n").encode()
    yield "nothing", b""
    yield "blanks", b" \n \n"
    content = text.encode()
    for part in (0.2, 0.5, 0.9):
        yield f"cut at {part}", content[: int(len(content) * part)]
    for number in range(6):
        yield f"byte {number} flipped", _flipped(content, chance)
    yield "bytes at random", chance.randbytes(4096)


def spoilt_packs(content: bytes, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """A packed or binary file, spoilt as bytes."""
    for part in (0.0, 0.1, 0.5, 0.9, 0.99):
        yield f"cut at {part}", content[: int(len(content) * part)]
    for number in range(10):
        yield f"byte {number} flipped", _flipped(content, chance)
    yield "a hole", content[:100] + b"\0" * 200 + content[300:]
    yield "twice over", content + content
    yield "something before it", b"junk" * 50 + content
    yield "bytes at random", chance.randbytes(4096)
    yield "a page of the web", b"<html><table><tr><td>measure</td></tr></table></html>"


def spoilt_zips(content: bytes, part: str) -> Iterator[tuple[str, bytes]]:
    """A zip file whose members are spoilt; `part` is the one that matters."""
    yield "a bomb", _rezipped(content, {part: b"0" * (64 * 2**20)})
    yield "a bomb beside it", _rezipped(content, {"more.bin": b"\0" * (16 * 2**20)})
    yield "a size that boasts", _with_size(content, part, 600 * 2**20)
    yield "a size that lies", _with_size(_rezipped(content, {part: b"0" * (8 * 2**20)}), part, 10)
    yield "a part gone", _rezipped(content, {part: None})
    yield "a part empty", _rezipped(content, {part: b""})
    yield "a part cut", _rezipped(content, {part: _member(content, part)[: len(_member(content, part)) // 2]})
    yield "names that lead outside", _rezipped(content, {"../../../outside.csv": b"x", "/outside.csv": b"x"})
    yield "a wrong checksum", _wrong_checksum(content, part)
    yield "a password", _locked(content)
    yield (
        "an entity bomb",
        _rezipped(
            content,
            {
                part: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "'
                + b"c" * 1000
                + b'">]><a>'
                + b"&b;" * 9999
                + b"</a>"
            },
        ),
    )


def spoilt_sheets(content: bytes, part: str) -> Iterator[tuple[str, bytes]]:
    """An xlsx file whose sheet says what it should not."""
    sheet = _member(content, part)

    def put(cell: bytes) -> bytes:
        return _rezipped(content, {part: sheet.replace(b"</sheetData>", cell + b"</sheetData>")})

    yield "a cell at the far end", put(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    yield "a formula never worked out", put(b'<row r="90"><c r="A90"><f>1+1</f></c></row>')
    yield "an error", put(b'<row r="90"><c r="A90" t="e"><v>#REF!</v></c></row>')
    yield "a string that is not there", put(b'<row r="90"><c r="A90" t="s"><v>99999</v></c></row>')
    yield "a row number too large", put(b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>')
    yield (
        "merged cells",
        _rezipped(
            content,
            {
                part: sheet.replace(
                    b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'
                )
            },
        ),
    )


def spoilt_documents(content: bytes) -> Iterator[tuple[str, bytes]]:
    """An ods file whose cells stand for a thousand million."""
    sheet = _member(content, "content.xml")
    for axis, tag in (("rows", b"<table:table-row>"), ("columns", b'<table:table-cell office:value-type="string">')):
        many = tag[:-1] + f' table:number-{axis}-repeated="1000000000">'.encode()
        yield f"{axis} without end", _rezipped(content, {"content.xml": sheet.replace(tag, many, 3)})


def _columns(lines: list[str], change: Callable[[list[str]], list[str]]) -> bytes:
    return "\n".join(",".join(change(line.split(","))) for line in lines).encode()


def _flipped(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :]


def _member(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def _rezipped(content: bytes, changes: dict[str, bytes | None]) -> bytes:
    """The zip file with some members changed, added, or (None) left out."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        members = {name: old.read(name) for name in old.namelist()} | changes
        for name, inner in members.items():
            if inner is not None:
                new.writestr(name, inner)
    return made.getvalue()


def _entries(content: bytes) -> Iterator[tuple[int, str]]:
    """Where each entry of the central directory stands, and whose it is."""
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        length = struct.unpack_from("<H", content, at + 28)[0]
        yield at, content[at + 46 : at + 46 + length].decode("utf-8", "replace")
        at = content.find(b"PK\x01\x02", at + 46)


def _with_size(content: bytes, part: str, size: int) -> bytes:
    """The member declared as smaller than it is."""
    changed = bytearray(content)
    for at, name in _entries(content):
        if name == part:
            struct.pack_into("<I", changed, at + 24, size)
    return bytes(changed)


def _wrong_checksum(content: bytes, part: str) -> bytes:
    changed = bytearray(content)
    for at, name in _entries(content):
        if name == part:
            changed[at + 16] ^= 0xFF
    return bytes(changed)


def _locked(content: bytes) -> bytes:
    changed = bytearray(content)
    for at, _ in _entries(content):
        changed[at + 8] |= 1
    return bytes(changed)
