"""Our nbconvert exporters: a report page as one HTML file, and as PDF/UA.

Registered as entry points, so `jupyter nbconvert --to perf_report_html` and JupyterLab's "Save and Export
Notebook As" have them too. (Jupyter's server takes no hyphen in a format's name.)
"""

from __future__ import annotations

import html
import importlib
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from nbconvert.exporters.html import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from traitlets import default

from perf_lib.press import binding
from perf_lib.press.pdf import CELL, source_of, to_pdf
from perf_lib.views.html import TEMPLATES

_MAIN = '<main id="main" tabindex="-1">'
_CONTENTS = "<!--contents-->"
_HEADING = re.compile(r'<h([1-4])\b[^>]*?\bid="([^"]+)"[^>]*>(.*?)</h\1>', re.DOTALL)
_LINK = re.compile(r'<a href="#([^"]+)">(.*?)</a>', re.DOTALL)
_IMAGE_WITHOUT_WORDS = re.compile(r"(<img\b(?![^>]*\balt=)[^>]*?)\s*/?>")
_TAGS = re.compile(r"<[^>]+>")


class ReportHTMLExporter(HTMLExporter):
    """A notebook as a report page: no code, nothing loaded from anywhere, contents, numbered paragraphs."""

    export_from_notebook = "Report (HTML)"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "perf_report"

    @default("optimistic_validation")
    def _optimistic_validation_default(self) -> bool:
        return True  # once, after nbconvert's dozen of preprocessors, and not after each

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [*super()._default_extra_template_basedirs(), str(TEMPLATES / "nbconvert")]

    def from_notebook_node(  # type: ignore[override]  # as nbconvert's own exporters override it
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page and its resources."""
        page, made = self._filled(nb, resources, **kw)
        return finished(page), made

    def _filled(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page as the template has it, with all its links and with marks between cells."""
        printed = _printed(nb)
        facts = _facts(printed, resources)
        css, script = _template("report.css"), _template("report.js")
        own = {
            "css": css,
            "script": script,
            "policy": policy(css, script),
            "contents_marker": _CONTENTS,
            "cell_marker": CELL,
        }
        made = {**(resources or {}), "report": {**facts, **own}}
        # HTMLExporter's own step loads styles and scripts, and highlights code, that this page has no use for.
        self.register_filter("highlight_code", _as_it_is)
        page, made = TemplateExporter.from_notebook_node(self, printed, made, **kw)
        page = _with_title(_IMAGE_WITHOUT_WORDS.sub(r'\1 alt="A picture without a description">', page), facts["title"])
        return page.replace(_CONTENTS, contents(page), 1), made


class ReportPDFExporter(ReportHTMLExporter):
    """The same page as PDF/UA-1, by way of pandoc and Typst: tagged, with contents, bookmarks and page numbers."""

    export_from_notebook = "Report (PDF)"
    output_mimetype = "application/pdf"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    @default("template_extension")
    def _template_extension_default(self) -> str:
        return ".html.j2"

    def from_notebook_node(  # type: ignore[override]  # nbconvert's own PDF exporters answer bytes too
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The PDF's bytes and resources."""
        page, made = self._filled(nb, resources, **kw)
        made["output_extension"] = ".pdf"
        return to_pdf(page, made["report"]), made


@cache
def _exporter() -> ReportHTMLExporter:
    """One for all pages of a process: its templates are compiled once."""
    return ReportHTMLExporter()


def warm() -> None:
    """Load what pages are made with and compile its templates, for all processes that will be forked from this one."""
    _exporter().from_notebook_node(new_notebook())
    for module in ("pikepdf", "pypandoc"):  # not Typst, which has threads once it is loaded
        importlib.import_module(module)


def html_and_pdf(nb: NotebookNode, converted: Path | None = None) -> tuple[str, bytes, str]:
    """A page both ways from one filling of the template, and what its PDF is set from; converted: as of source_of."""
    page, made = _exporter()._filled(nb)
    source = source_of(page, made["report"], converted)
    return finished(page), to_pdf(page, made["report"], source), source


def finished(page: str) -> str:
    """A filled page as it is read: links to a place that is not on it become plain words, marks are gone.

    One priority's page lacks the others.
    """
    places = set(re.findall(r'\bid="([^"]+)"', page))
    page = _LINK.sub(lambda link: link[0] if link[1] in places else link[2], page)
    return page.replace(CELL, "")


def _as_it_is(code: str, **_: Any) -> str:
    return code


def contents(page: str) -> str:
    """A list of the page's parts and measures, each a link."""
    lines = []
    for level, anchor, title in _HEADING.findall(page):
        if level in "23":
            lines.append(f'<li class="level-{level}"><a href="#{anchor}">{_TAGS.sub("", title).strip()}</a></li>')
    return f"<ul>\n{chr(10).join(lines)}\n</ul>" if lines else ""


def _printed(nb: NotebookNode) -> NotebookNode:
    if nb.metadata.get(binding.OWN, {}).get("numbered"):
        return nb
    printed = binding.page(nb)
    binding.numbered(printed)
    return printed


def _facts(nb: NotebookNode, resources: dict[str, Any] | None) -> dict[str, Any]:
    own = nb.metadata.get(binding.OWN, {})
    named = (resources or {}).get("metadata", {}).get("name", "Report")
    title = own.get("title") or nb.metadata.get("title") or named
    return {
        "title": title,
        "running": own.get("running") or title,
        "marking": own.get("marking") or "",
        "language": own.get("language") or "en-GB",
        "author": own.get("author") or "",
        "whole": bool(own.get("whole")),
        "draft": bool(own.get("draft")),
    }


def _with_title(page: str, title: str) -> str:
    """Every page has one heading of the first level: its own, or the notebook's title."""
    if re.search(r"<h1\b", page):
        return page
    return page.replace(_MAIN, f'{_MAIN}\n<h1 id="title">{html.escape(title)}</h1>', 1)


def policy(css: str, script: str) -> str:
    """What a page may do: show pictures that it carries, and run this one style and this one script; nothing else.

    >>> policy("", "")[:49]
    "default-src 'none'; base-uri 'none'; form-action "
    """
    style_hash, script_hash = (b64encode(sha256(text.encode()).digest()).decode() for text in (css, script))
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'"
    )


def _template(name: str) -> str:
    return (Path(TEMPLATES) / name).read_text(encoding="utf-8")
