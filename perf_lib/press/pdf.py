"""A report page from HTML to PDF/UA-1: pandoc reads the HTML, a short Lua filter names its parts, Typst typesets it.

It needs nothing from the system: pandoc and Typst are wheels, and the fonts are files of this package. Typst refuses a
picture without alt text, so a chart that has lost its own stops the run.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import re
import tempfile
from base64 import b64decode
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from perf_lib.press import characters
from perf_lib.press.outputs import WITHOUT_WORDS
from perf_lib.press.pack_folder import write_whole
from perf_lib.views.html import TEMPLATES
from perf_lib.words.errors import PerfError

_IMAGE = re.compile(r'src="data:image/(svg\+xml|png|jpeg|gif|webp)(;base64)?,([^"]*)"')
_MAIN = re.compile(r"<main\b[^>]*>(.*)</main>", re.DOTALL)
_SCREEN_ONLY = re.compile(r'<details class="figures">.*?</details>|<source [^>]*>|</?picture>', re.DOTALL)
_HEADING_ANCHOR = re.compile(r'<h[1-6]\b[^>]*?\bid="([^"]+)"')
_NUMBER = re.compile(r'\bdata-number="(\d+)"')
_TYPST_NUMBER = re.compile(r'#numbered\("\d+"\)')
_CELL_HEADER = re.compile(r"^// cell ([0-9a-f]{64})$", re.MULTILINE)
CELL = "<!--cell-->"
"""The marker before each cell of a filled page."""
PLACE = re.compile(r"<!--at (.*?)-->\n?")
"""What follows the marker: the cell's notebook and number."""
_BORDER, _TYPST_BORDER = '\n<div class="cell-border"></div>\n', "/*cell border*/"
_SUFFIX = {"svg+xml": "svg", "png": "png", "jpeg": "jpg", "gif": "gif", "webp": "webp"}


def to_pdf(page: str, source: str) -> bytes:
    """The PDF of a page filled by ReportHTMLExporter, set from its Typst source; the same bytes for the same page.

    Raises PerfError where Typst refuses it.
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="perf_lib-") as scratch:
        folder = Path(scratch)
        for image in _IMAGE.finditer(page):  # Typst reads pictures from files
            _, encoded, data = image.groups()
            content = b64decode(data) if encoded else unquote_to_bytes(html.unescape(data))
            (folder / _file_name(image)).write_bytes(content)
        (folder / "report.typ").write_bytes((TEMPLATES / "report.typ").read_bytes())
        main = folder / "main.typ"
        main.write_text(source, encoding="utf-8")
        try:
            document: bytes = typst.compile(
                str(main),
                root=str(folder),
                font_paths=[str(each) for each in characters.face_folders()],
                ignore_system_fonts=True,
                pdf_standards=[] if f'alt="{WITHOUT_WORDS}"' in page else ["ua-1"],
                timestamp=0,
            )
        except typst.TypstError as error:
            first_line = str(getattr(error, "message", None) or error).strip().splitlines()[0]
            reason = first_line.replace(f"{folder}/", "")
            raise PerfError(f"{_place_of_fault(page, source, folder)}the PDF could not be set: {reason}") from error
    return with_row_headers(document)


def _place_of_fault(page: str, source: str, folder: Path) -> str:
    """The notebook and cell that cannot be set, with a colon; empty where each can be, alone."""
    import typst

    preamble, *parts = _CELL_HEADER.split(source)
    for cell, typeset in zip(_cells(page), parts[1::2], strict=True):
        (folder / "main.typ").write_text(f"{preamble}{typeset}", encoding="utf-8")
        try:
            typst.compile(str(folder / "main.typ"), root=str(folder), ignore_system_fonts=True)
        except typst.TypstError:
            place = PLACE.search(cell)
            return f"{html.unescape(place[1])}: " if place else ""
    return ""


def _cells(page: str) -> list[str]:
    """The cells of a filled page, and what stands before the first."""
    main = _MAIN.search(page)
    return [cell for cell in (main[1] if main else page).split(CELL) if PLACE.sub("", cell).strip()]


def source_of(page: str, facts: dict[str, Any], converted: Path | None = None) -> str:
    """The Typst source of a filled page's PDF; converted: as in `to_typst`.

    facts: title, running (header), marking, language, author, draft, whole (whether it is the bound report, with a
    contents page).
    """
    fields = {name: facts[name] for name in ("title", "running", "marking", "language", "author", "whole", "draft")}
    arguments = characters.replaced(
        ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items())
    )
    anchors = "".join(f"{json.dumps(anchor)}, " for anchor in _HEADING_ANCHOR.findall(page))
    preamble = f'#import "report.typ": *\n#let onward = onward.with(({anchors}))\n#show: report.with({arguments})\n\n'
    return preamble + to_typst(page, converted)


def to_typst(page: str, converted: Path | None = None) -> str:
    """The main part of a page in Typst's language, converted by pandoc, each cell under a comment with its digest.

    converted: a folder that keeps the result of each cell for the next page with the same cell: the bound report, or a
    page that differs only in the numbers of its paragraphs.
    """
    body = _SCREEN_ONLY.sub("", CELL.join(_cells(page)))
    numbers = iter(_NUMBER.findall(body))
    # Pictures become their digests and paragraphs lose their numbers, so that a cell is the same on every page.
    body = _IMAGE.sub(lambda image: f'src="{_file_name(image)}"', _NUMBER.sub('data-number="0"', body))
    cells = PLACE.sub("", characters.replaced(characters.resolved(body))).split(CELL)
    with nullcontext(converted) if converted else tempfile.TemporaryDirectory(prefix="perf_lib-") as folder:
        source = _converted(cells, Path(folder))
    return _TYPST_NUMBER.sub(lambda _: f'#numbered("{next(numbers, 0)}")', source)


def keep_cells(source: str, folder: Path) -> None:
    """Save the cells of an earlier page's source (of `source_of`) in the folder of converted cells."""
    parts = _CELL_HEADER.split(_TYPST_NUMBER.sub('#numbered("0")', source))
    for digest, cell in zip(parts[1::2], parts[2::2], strict=True):
        (folder / f"{digest}.typ").write_text(cell.strip(), encoding="utf-8")


def _converted(cells: Sequence[str], folder: Path) -> str:
    """Cells in Typst's language; those that are not in the folder yet are converted together and saved there."""
    paths = [folder / f"{hashlib.sha256(cell.encode()).hexdigest()}.typ" for cell in cells]
    missing = {path: cell for path, cell in zip(paths, cells, strict=True) if not path.exists()}
    if missing:
        sources = _by_pandoc(_BORDER.join(missing.values())).split(_TYPST_BORDER)
        if len(sources) != len(missing):  # a cell holds the very text that marks a border
            sources = [_by_pandoc(cell) for cell in missing.values()]
        for path, source in zip(missing, sources, strict=True):
            write_whole(path, source)  # another process may be reading it
    return "\n\n".join(f"// cell {path.stem}\n{path.read_text(encoding='utf-8').strip()}" for path in paths)


def _by_pandoc(body: str) -> str:
    import pypandoc

    return pypandoc.convert_text(
        body,
        "typst",
        format="html+raw_html-auto_identifiers",
        extra_args=["--wrap=none", f"--lua-filter={TEMPLATES / 'typst.lua'}"],
    )


def with_row_headers(document: bytes) -> bytes:
    """The PDF with the first cell of every table row tagged as the row's heading, which Typst's wheel cannot do.

    Every table of a report page has its row headings in the first column; Typst itself tags the column headings. It
    lists the headings of each cell, but only those of columns; these lists go, since the scopes cover rows and columns.
    """
    import pikepdf

    with pikepdf.open(io.BytesIO(document)) as pdf:
        dictionaries = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary)]
        for row in (each for each in dictionaries if each.get("/S") == "/TR"):
            cells = [kid for kid in row.K if isinstance(kid, pikepdf.Dictionary)]
            for number, cell in enumerate(cells):
                attributes = cell.get("/A", pikepdf.Array())
                listed = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
                tags = [each for each in listed if "/Scope" in each or "/Headers" not in each]
                if number == 0 and cell.S == "/TD":
                    cell.S = pikepdf.Name("/TH")
                    tags.append(pikepdf.Dictionary(O=pikepdf.Name("/Table"), Scope=pikepdf.Name("/Row")))
                cell.A = pikepdf.Array(tags)
        output = io.BytesIO()
        pdf.save(output, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return output.getvalue()


def _file_name(image: re.Match[str]) -> str:
    """The file name of a picture, made from its content."""
    kind, _, data = image.groups()
    return f"{hashlib.sha256(data.encode()).hexdigest()[:16]}.{_SUFFIX[kind]}"
