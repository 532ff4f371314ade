"""The workbook once more as an OpenDocument spreadsheet, which government asks for: the same sheets, cell for cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from markupsafe import escape

from perf_lib.config.settings import Settings
from perf_lib.findings.finding import Finding
from perf_lib.views.spreadsheets import xlsx
from perf_lib.views.spreadsheets.columns import sheet_columns, written
from perf_lib.words import wording

_WORDS = 60  # characters of a column of plain lines
_APART = "0.2cm"  # words from the figures before them
_PAPER = {
    "fo:page-width": "29.7cm",
    "fo:page-height": "21cm",
    "style:print-orientation": "landscape",
    "fo:margin-left": "1.5cm",
    "fo:margin-right": "1.5cm",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # what XML cannot hold


def write_opendocument(findings: Mapping[str, Finding], settings: Settings, path: Path) -> None:
    """dashboard.ods: cover, contents, notes, and a table a sheet under a title, its first row marked as headings.

    Numbers are numbers and words are words by their declared type, so that no cell can turn into a formula.
    """
    # Imported here: only this file needs it, and importing perf_lib should stay light.
    from odfdo import Document, Element

    book = xlsx.book_of(findings, settings)
    notes = {name: number for number, name in enumerate(xlsx.NOTES, start=1)}
    words = {
        "Cover": [[book.title], [book.intro], *([line] for line in book.about)],
        "Contents": [["Contents"], ["Sheet", "Table"], *([sheet.name, sheet.title] for sheet in book.sheets)],
        "Notes": [
            ["Notes"],
            ["Note", "Words"],
            *([f"Note {notes[name]}", said] for name, said in xlsx.NOTES.items()),
        ],
    }
    document = Document("spreadsheet")
    document.body.clear()
    styles = _styles(document)
    for name, lines in words.items():
        document.body.append(Element.from_tag(_words(name, lines, styles)))
    for sheet in book.sheets:
        document.body.append(Element.from_tag(_table(sheet, [notes[name] for name in sheet.notes], styles)))
    for layout in document.get_styles("page-layout"):
        # On paper: A4 on its side.
        layout.set_properties(_PAPER, area="page-layout")  # type: ignore[union-attr]  # a layout is a Style
        # No wider than two pages: LibreOffice's word, which odfdo does not know and other programs pass over.
        layout.get_element("style:page-layout-properties").set_attribute("style:scale-to-X", "2")  # type: ignore[union-attr]  # it was just set
    document.set_language(settings.language)
    document.meta.title = book.title
    document.meta.creator = settings.body.name
    # No date of making: the same figures make the same file.
    for stamp in ("set_creation_date", "set_modification_date"):
        getattr(document.meta, stamp)(datetime(2000, 1, 1))
    document.save(str(path))


def _styles(document: object) -> dict[str, str]:
    """The names of the styles of titles, headings and words."""
    from odfdo import Style

    made = {}
    for name, text in (("title", {"size": "16pt", "weight": "bold"}), ("head", {"weight": "bold"})):
        style = Style("table-cell", name=f"perf_{name}")
        style.set_properties({f"fo:font-{key}": value for key, value in text.items()}, area="text")
        style.set_properties({"fo:padding-left": _APART}, area="table-cell")
        made[name] = document.insert_style(style, automatic=True)  # type: ignore[attr-defined]  # odfdo's Document
    wrapped = Style("table-cell", name="perf_words")
    wrapped.set_properties(
        {"fo:wrap-option": "wrap", "style:vertical-align": "top", "fo:padding-left": _APART}, area="table-cell"
    )
    made["words"] = document.insert_style(wrapped, automatic=True)  # type: ignore[attr-defined]  # the same
    figure = Style("table-cell", name="perf_figure")
    figure.set_properties({"style:vertical-align": "top"}, area="table-cell")
    figure.set_properties({"fo:text-align": "end"}, area="paragraph")
    made["figure"] = document.insert_style(figure, automatic=True)  # type: ignore[attr-defined]  # the same
    above = Style("table-cell", name="perf_figure_head")
    above.set_properties({"fo:font-weight": "bold"}, area="text")
    above.set_properties({"fo:text-align": "end"}, area="paragraph")
    made["figure head"] = document.insert_style(above, automatic=True)  # type: ignore[attr-defined]  # the same
    for characters in range(4, _WORDS + 1):
        column = Style("table-column", name=f"perf_{characters}")
        column.set_properties({"style:column-width": f"{0.19 * characters + 0.3:.2f}cm"}, area="table-column")
        made[str(characters)] = document.insert_style(column, automatic=True)  # type: ignore[attr-defined]  # the same
    return made


def _words(name: str, lines: Sequence[Sequence[str]], styles: Mapping[str, str]) -> str:
    """A sheet of plain lines, the first its title."""
    rows = []
    for number, line in enumerate(lines):
        style = styles["title"] if number == 0 else styles["head"] if number == 1 and len(line) > 1 else styles["words"]
        rows.append(_row(line, [style] * len(line)))
    return _sheet(name, [_WORDS if len(lines[-1]) == 1 else 20, _WORDS], rows, styles)


def _table(sheet: xlsx.Sheet, notes: Sequence[int], styles: Mapping[str, str]) -> str:
    """A sheet of one table under its title and what it is, the headings marked as such."""
    said = f"{sheet.title} [notes {wording.listed([str(note) for note in sorted(notes)])}]"
    columns = sheet_columns(sheet.table)
    heads = [styles["figure head" if column.is_figures else "head"] for column in columns]
    looks = [styles["figure" if column.is_figures else "words"] for column in columns]
    rows = [
        _row([said], [styles["title"]]),
        _row([sheet.instructions], [""]),
        f"<table:table-header-rows>{_row([column.name for column in columns], heads)}</table:table-header-rows>",
        *(_row(list(row), looks) for row in sheet.table.itertuples(index=False)),
    ]
    return _sheet(sheet.name, [column.width for column in columns], rows, styles, is_table=True)


def _sheet(
    name: str, widths: Sequence[int], rows: Sequence[str], styles: Mapping[str, str], is_table: bool = False
) -> str:
    """The sheet's XML, which odfdo reads in one go: cell by cell it would take half a minute.

    is_table: whether its first column has the rows' headings, which are printed on every page.
    """
    columns = [
        f'<table:table-column table:style-name="{styles[str(min(max(width, 4), _WORDS))]}"/>' for width in widths
    ]
    if is_table:
        columns[0] = f"<table:table-header-columns>{columns[0]}</table:table-header-columns>"
    return f'<table:table table:name="{escape(name)}">{"".join(columns)}{"".join(rows)}</table:table>'


def _row(values: Sequence[object], styles: Sequence[str]) -> str:
    return f"<table:table-row>{''.join(map(_cell, values, styles))}</table:table-row>"


def _cell(value: object, style: str) -> str:
    """A cell with its declared type; there is no kind of value that becomes a formula."""
    look = f' table:style-name="{style}"' if style else ""
    said = f"<text:p>{escape(_CONTROL.sub('', written(value)))}</text:p>"
    kind = 'office:value-type="string"'
    if isinstance(value, bool):
        kind = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, int | float):
        kind = f'office:value-type="float" office:value="{value!r}"'
    return f"<table:table-cell{look} {kind}>{said}</table:table-cell>"
