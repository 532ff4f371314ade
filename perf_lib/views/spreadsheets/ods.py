"""The workbook once more as an OpenDocument spreadsheet, which government asks for: the same sheets, cell for cell.

An OpenDocument file is a zip archive of a few XML files (ISO/IEC 26300). Their frames are in templates/opendocument.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from perf_lib.config.settings import Settings
from perf_lib.findings.finding import Finding
from perf_lib.views.html import fill
from perf_lib.views.spreadsheets.columns import cell_text, lines_of, sheet_columns
from perf_lib.views.spreadsheets.xlsx import NOTES, PAGES_WIDE, SMALL, Sheet, book_of
from perf_lib.words import wording

MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
PARTS = {"content": "content.xml", "styles": "styles.xml", "meta": "meta.xml", "manifest": "META-INF/manifest.xml"}
"""The archive's XML files by the templates that they are filled from."""

_LONG_LINE, _SHORT_LINE = 60, 20  # characters of the columns of a sheet of plain lines
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_opendocument(findings: Mapping[str, Finding], settings: Settings, path: Path) -> None:
    """dashboard.ods: cover, contents, notes, and a table a sheet under a title, its first row marked as headings.

    Numbers are numbers and words are words by their declared type, so that no cell can turn into a formula. The same
    findings make the same bytes: no part has the time of its making.
    """
    book = book_of(findings, settings)
    numbers = {name: str(number) for number, name in enumerate(NOTES, start=1)}
    notes = [(f"Note {numbers[name]}", words) for name, words in NOTES.items()]
    contents = [(sheet.name, sheet.title) for sheet in book.sheets]
    sheets = [
        _plain_sheet("Cover", [(line,) for line in (book.title, book.intro, *book.about)]),
        _plain_sheet("Contents", [("Contents",), ("Sheet", "Table"), *contents]),
        _plain_sheet("Notes", [("Notes",), ("Note", "Words"), *notes]),
        *(_table_sheet(sheet, sorted(numbers[name] for name in sheet.notes)) for sheet in book.sheets),
    ]
    values = {
        "book": book,
        "language": settings.language,
        "media_type": MEDIA_TYPE,
        "sheets": sheets,
        "pages_wide": {sheet["name"]: PAGES_WIDE.get(sheet["name"], 1) for sheet in sheets},
        "small": SMALL,
        "text": _text,
        "widths": sorted({width for sheet in sheets for width in sheet["widths"]}),
        "heights": sorted({row["lines"] for sheet in sheets for row in sheet["rows"]}),
    }
    with ZipFile(path, "w") as archive:  # a ZipInfo without a time of its own has 1 January 1980
        # The format wants its media type first and not compressed, where programs look for it.
        archive.writestr(ZipInfo("mimetype"), MEDIA_TYPE)
        for template, part in PARTS.items():
            archive.writestr(ZipInfo(part), fill(f"opendocument/{template}.xml.j2", **values), ZIP_DEFLATED)


def _plain_sheet(name: str, lines: Sequence[Sequence[str]]) -> dict[str, Any]:
    """A sheet of plain lines: the first its title, the second its headings where it has more than one column."""
    columns = len(lines[-1])
    styles = ["title", "words_heading" if columns > 1 else "words", *["words"] * len(lines)]
    rows = [
        _row(line, [style] * len(line), 1 if style == "title" else lines_of(line))
        for line, style in zip(lines, styles, strict=False)
    ]
    widths = [_LONG_LINE if columns == 1 else _SHORT_LINE, _LONG_LINE]
    return {"name": name, "rows": rows, "widths": widths, "is_table": False}


def _table_sheet(sheet: Sheet, notes: Sequence[str]) -> dict[str, Any]:
    """A sheet of one table under its title and what it is; its first column heads the rows on every page."""
    columns = sheet_columns(sheet.table)
    styles = ["figure" if column.is_figures else "words" for column in columns]
    rows = [
        _row([f"{sheet.title} [notes {wording.listed(notes)}]"], ["title"]),
        _row([sheet.instructions], ["Default"]),
        _row([column.name for column in columns], [f"{style}_heading" for style in styles], is_heading=True),
        *(_row(cells, styles, lines_of(cells)) for cells in sheet.table.itertuples(index=False)),
    ]
    return {"name": sheet.name, "rows": rows, "widths": [column.width for column in columns], "is_table": True}


def _row(cells: Sequence[object], styles: Sequence[str], lines: int = 1, is_heading: bool = False) -> dict[str, Any]:
    return {"cells": list(zip(cells, styles, strict=True)), "lines": lines, "is_heading": is_heading}


def _text(value: object) -> str:
    return _NOT_IN_XML.sub("", cell_text(value))
