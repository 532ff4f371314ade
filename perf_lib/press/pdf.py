"""A report page from HTML to PDF/UA-1: pandoc reads the HTML, a short Lua filter names its parts, Typst sets it.

Nothing from the system is needed: pandoc and Typst come as wheels, the type as files of ours. Typst refuses a
picture without words, so a chart that lost its alt text stops the press.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import os
import re
import tempfile
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from perf_lib.views.html import TEMPLATES
from perf_lib.words.errors import PerfError

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

FONTS = Path(__file__).parents[1] / "fonts"
_IMAGE = re.compile(r'src="data:image/(svg\+xml|png|jpeg)(;base64)?,([^"]*)"')
_MAIN = re.compile(r"<main\b[^>]*>(.*)</main>", re.DOTALL)
_SCREEN_ONLY = re.compile(r'<details class="figures">.*?</details>', re.DOTALL)
_HEADING_PLACE = re.compile(r'<h[1-6]\b[^>]*?\bid="([^"]+)"')
_NUMBER = re.compile(r'\bdata-number="(\d+)"')
_NUMBERLESS = 'data-number="0"'
_TO_NUMBER = re.compile(r'#numbered\("0"\)')
_NUMBERED = re.compile(r'#numbered\("\d+"\)')
_OF_CELL = re.compile(r"^// cell ([0-9a-f]{64})$", re.MULTILINE)
CELL = "<!--cell-->"
"""What stands before each cell of a filled page."""
_BORDER, _BORDER_SET = '\n<div class="cell-border"></div>\n', "/*cell border*/"
_SUFFIX = {"svg+xml": "svg", "png": "png", "jpeg": "jpg"}


def to_pdf(page: str, source: str) -> bytes:
    """The PDF of a page filled by ReportHTMLExporter, set from its source; the same bytes for the same page."""
    return with_row_headers(set_in_typst(source, page))


def source_of(page: str, facts: dict[str, Any], converted: Path | None = None) -> str:
    """What a filled page's PDF is set from. converted: as of to_typst.

    facts: title, running (header), marking, language, author, whole (whether it is the bound report, with a
    contents page).
    """
    return _preamble(facts, page) + to_typst(page, converted)


def set_in_typst(source: str, page: str) -> bytes:
    """The PDF that Typst makes of such a source and the page's pictures."""
    import typst

    with tempfile.TemporaryDirectory(prefix="perf_lib-") as scratch:
        folder = Path(scratch)
        for image in _IMAGE.finditer(page):
            _write_picture(image, folder)
        (folder / "report.typ").write_bytes((TEMPLATES / "report.typ").read_bytes())
        main = folder / "main.typ"
        main.write_text(source, encoding="utf-8")
        try:
            made: bytes = typst.compile(
                str(main),
                root=str(folder),
                font_paths=[str(FONTS)],
                ignore_system_fonts=True,
                pdf_standards=["ua-1"],
                timestamp=0,
            )
        except typst.TypstError as error:
            raise PerfError(f"the PDF could not be set: {_first_line(error)}") from error
    return made


def to_typst(page: str, converted: Path | None = None) -> str:
    """The main part of a page in Typst's own language, by way of pandoc, each cell under its digest.

    converted: a folder in which what each cell came to is kept, for whoever converts the same cell again: the bound
    report, or a page whose paragraphs alone have other numbers.
    """
    found = _MAIN.search(page)
    body = _SCREEN_ONLY.sub("", found[1] if found else page)
    numbers = iter(_NUMBER.findall(body))
    # Pictures go by their digests and paragraphs without numbers, so that a cell is the same wherever it stands.
    body = _IMAGE.sub(lambda image: f'src="{_name(image)}"', _NUMBER.sub(_NUMBERLESS, body))
    cells = [cell for cell in body.split(CELL) if cell.strip()]
    if converted is None:
        with tempfile.TemporaryDirectory(prefix="perf_lib-") as scratch:
            source = _converted(cells, Path(scratch))
    else:
        source = _converted(cells, converted)
    return _TO_NUMBER.sub(lambda _: f'#numbered("{next(numbers, 0)}")', source)


def keep_cells(source: str, folder: Path) -> None:
    """Take the cells of a page that was converted before, as source_of answered it, into the folder of them."""
    parts = _OF_CELL.split(_NUMBERED.sub('#numbered("0")', source))
    for digest, cell in zip(parts[1::2], parts[2::2], strict=True):
        (folder / f"{digest}.typ").write_text(cell.strip(), encoding="utf-8")


def _converted(cells: Sequence[str], folder: Path) -> str:
    """Cells in Typst's language; those that are not in the folder yet are converted in one go, and left there."""
    kept = [folder / f"{hashlib.sha256(cell.encode()).hexdigest()}.typ" for cell in cells]
    missing = {path: cell for path, cell in zip(kept, cells, strict=True) if not path.exists()}
    if missing:
        made = _by_pandoc(_BORDER.join(missing.values())).split(_BORDER_SET)
        if len(made) != len(missing):  # somebody wrote just what stands between cells
            made = [_by_pandoc(cell) for cell in missing.values()]
        for path, source in zip(missing, made, strict=True):
            beside = path.with_suffix(f".{os.getpid()}")
            beside.write_text(source, encoding="utf-8")
            beside.replace(path)  # in one step: another process may be reading it
    return "\n\n".join(f"// cell {path.stem}\n{path.read_text(encoding='utf-8').strip()}" for path in kept)


def _by_pandoc(body: str) -> str:
    import pypandoc

    return pypandoc.convert_text(
        body,
        "typst",
        format="html+raw_html-auto_identifiers",
        extra_args=["--wrap=none", f"--lua-filter={TEMPLATES / 'typst.lua'}"],
    )


def with_row_headers(made: bytes) -> bytes:
    """The PDF with the first cell of every table row tagged as the row's heading, which Typst's wheel cannot be asked.

    Every table of a report page has the rows' headings in its first column; those of columns Typst tags itself. Its
    lists of each cell's headings, which know the columns alone, make room for the scopes, which say the same of both.
    """
    import pikepdf

    with pikepdf.open(io.BytesIO(made)) as document:
        for row in _tagged(document, "/TR"):
            cells = [kid for kid in row.K if isinstance(kid, pikepdf.Dictionary)]
            for number, cell in enumerate(cells):
                kept = [each for each in _attributes(cell) if "/Scope" in each or "/Headers" not in each]
                if number == 0 and cell.S == "/TD":
                    cell.S = pikepdf.Name("/TH")
                    kept.append(pikepdf.Dictionary(O=pikepdf.Name("/Table"), Scope=pikepdf.Name("/Row")))
                cell.A = pikepdf.Array(kept)
        written = io.BytesIO()
        document.save(written, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return written.getvalue()


def _tagged(document: Pdf, kind: str) -> list[Object]:
    from pikepdf import Dictionary

    return [each for each in document.objects if isinstance(each, Dictionary) and each.get("/S") == kind]


def _attributes(element: Object) -> list[Object]:
    from pikepdf import Array

    kept = element.get("/A")
    return [] if kept is None else list(kept) if isinstance(kept, Array) else [kept]


def _name(image: re.Match[str]) -> str:
    """The file of a picture, named by its content."""
    kind, _, data = image.groups()
    return f"{hashlib.sha256(data.encode()).hexdigest()[:16]}.{_SUFFIX[kind]}"


def _write_picture(image: re.Match[str], folder: Path) -> None:
    """A picture out of the page into a file (a filter cannot open data URIs)."""
    _, encoded, data = image.groups()
    content = b64decode(data) if encoded else unquote_to_bytes(html.unescape(data))
    (folder / _name(image)).write_bytes(content)


def _preamble(facts: dict[str, Any], page: str) -> str:
    said = {name: facts[name] for name in ("title", "running", "marking", "language", "author", "whole", "draft")}
    arguments = ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in said.items())
    places = "".join(f"{json.dumps(place)}, " for place in _HEADING_PLACE.findall(page))
    return f'#import "report.typ": *\n#let onward = onward.with(({places}))\n#show: report.with({arguments})\n\n'


def _first_line(error: Exception) -> str:
    return str(getattr(error, "message", None) or error).strip().splitlines()[0]
