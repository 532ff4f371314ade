"""A report page from HTML to PDF/UA-1: pandoc reads the HTML, a short Lua filter names its parts, Typst sets it.

Nothing from the system is needed: pandoc and Typst come as wheels, the type as files of ours. Typst refuses a
picture without words, so a chart that lost its alt text stops the press.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import re
import tempfile
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from perf_lib.errors import PerfError
from perf_lib.markup import TEMPLATES

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

FONTS = Path(__file__).parents[1] / "fonts"
_IMAGE = re.compile(r'src="data:image/(svg\+xml|png|jpeg)(;base64)?,([^"]*)"')
_MAIN = re.compile(r"<main\b[^>]*>(.*)</main>", re.DOTALL)
_SCREEN_ONLY = re.compile(r'<details class="figures">.*?</details>', re.DOTALL)
_SUFFIX = {"svg+xml": "svg", "png": "png", "jpeg": "jpg"}


def to_pdf(page: str, facts: dict[str, Any]) -> bytes:
    """The PDF of a page made by ReportHTMLExporter; the same bytes for the same page.

    facts: title, running (header), marking, language, author, whole (whether it is the bound report, with a
    contents page).
    """
    # Imported here: the two carry programs of 100 MB, and only this step needs them.
    import pypandoc
    import typst

    found = _MAIN.search(page)
    body = _SCREEN_ONLY.sub("", found[1] if found else page)
    with tempfile.TemporaryDirectory(prefix="perf_lib-") as scratch:
        folder = Path(scratch)
        body = _IMAGE.sub(lambda image: f'src="{_to_file(image, folder)}"', body)
        source = pypandoc.convert_text(
            body,
            "typst",
            format="html+raw_html",
            extra_args=["--wrap=none", f"--lua-filter={TEMPLATES / 'typst.lua'}"],
        )
        (folder / "report.typ").write_bytes((TEMPLATES / "report.typ").read_bytes())
        main = folder / "main.typ"
        main.write_text(_preamble(facts) + source, encoding="utf-8")
        try:
            made = typst.compile(
                str(main),
                root=str(folder),
                font_paths=[str(FONTS)],
                ignore_system_fonts=True,
                pdf_standards=["ua-1"],
                timestamp=0,
            )
        except typst.TypstError as error:
            raise PerfError(f"the PDF could not be set: {_first_line(error)}") from error
    return with_row_headers(made)


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


def _to_file(image: re.Match[str], folder: Path) -> str:
    """A picture out of the page into a file named by its content (a filter cannot open data URIs)."""
    kind, encoded, data = image.groups()
    content = b64decode(data) if encoded else unquote_to_bytes(html.unescape(data))
    path = folder / f"{hashlib.sha256(content).hexdigest()[:16]}.{_SUFFIX[kind]}"
    path.write_bytes(content)
    return path.name


def _preamble(facts: dict[str, Any]) -> str:
    said = {name: facts[name] for name in ("title", "running", "marking", "language", "author", "whole", "draft")}
    arguments = ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in said.items())
    return f'#import "report.typ": *\n#show: report.with({arguments})\n\n'


def _first_line(error: Exception) -> str:
    return str(getattr(error, "message", None) or error).strip().splitlines()[0]
