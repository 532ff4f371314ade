"""Our nbconvert exporters: a report page as one HTML file, and as PDF/UA.

They are registered as entry points, so `jupyter nbconvert --to perf_report_html` and JupyterLab's "Save and Export
Notebook As" offer them too. (Jupyter's server accepts no hyphen in a format's name.)
"""

from __future__ import annotations

import ast
import html
import importlib
import re
from base64 import b64encode
from collections import Counter
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import FilenameExtension
from nbconvert.exporters.html import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from traitlets import Bool, Unicode, default

from perf_lib.press import binding, outputs
from perf_lib.press.pdf import CELL, PLACE, source_of, to_pdf
from perf_lib.report import open_report
from perf_lib.views import markdown
from perf_lib.views.html import TEMPLATES

_MAIN = '<main id="main" tabindex="-1">'
_CONTENTS = "<!--contents-->"
_HEADING = re.compile(r'<h([23])\b[^>]*?\bid="([^"]+)"[^>]*>(.*?)</h\1>', re.DOTALL)
_ANY_HEADING = re.compile(r'<h([1-6])\b((?:[^>]*?\bid="([^"]*)")?[^>]*)>(.*?)</h\1>', re.DOTALL)
_LINK = re.compile(r'<a href="#([^"]+)">(.*?)</a>', re.DOTALL)
_IMAGE_WITHOUT_ALT = re.compile(r"(<img\b(?![^>]*\balt=)[^>]*?)\s*/?>")
_PARAGRAPH = re.compile(r'<div class="paragraph([^"]*)" data-number="(\d+)">')
_TAGS = re.compile(r"<[^>]+>")


class ReportHTMLExporter(HTMLExporter):
    """A notebook as a report page: no code, no files from elsewhere, a list of contents, numbered paragraphs."""

    export_from_notebook = "Report (HTML)"
    template_name = Unicode("perf_report").tag(config=True, affects_template=True)
    optimistic_validation = Bool(True).tag(config=True)  # once, after nbconvert's dozen preprocessors, not after each

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [*super()._default_extra_template_basedirs(), str(TEMPLATES / "nbconvert")]

    def from_notebook_node(  # type: ignore[override]  # as nbconvert's own exporters override it
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page and its resources."""
        page, resources = self._filled(nb, resources, **kw)
        return finished(page), resources

    def _filled(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page as the template makes it, with all its links and a marker before each cell."""
        facts = _facts(nb, resources)
        css, script = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
        page_parts = {"css": css, "script": script, "policy": policy(css, script)}
        markers = {"contents_marker": _CONTENTS, "cell_marker": CELL}
        resources = {**(resources or {}), "report": {**facts, **page_parts, **markers}}
        # HTMLExporter's method would load styles and scripts and highlight code, none of which this page shows.
        self.register_filter("highlight_code", lambda code, **_: code)
        self.register_filter("people_markdown", markdown.cell)
        page, resources = TemplateExporter.from_notebook_node(self, nb, resources, **kw)
        page = _IMAGE_WITHOUT_ALT.sub(rf'\1 alt="{outputs.WITHOUT_WORDS}">', page)
        if not re.search(r"<h1\b", page):
            page = page.replace(_MAIN, f'{_MAIN}\n<h1 id="title">{html.escape(facts["title"])}</h1>', 1)
        page = with_headings_in_order(page)
        return page.replace(_CONTENTS, contents(page), 1), resources

    def _preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """What readers need, after `--execute` has run every cell, those for analysts too."""
        nb, resources = super()._preprocess(nb, resources)
        if not nb.metadata.get(binding.OWN, {}).get("numbered"):
            nb = binding.page(nb)
            binding.numbered(nb)
        return nb, resources


class ReportPDFExporter(ReportHTMLExporter):
    """The same page as PDF/UA-1, through pandoc and Typst: tagged, with contents, bookmarks and page numbers."""

    export_from_notebook = "Report (PDF)"
    output_mimetype = "application/pdf"
    file_extension = FilenameExtension(".pdf").tag(config=True)
    template_extension = Unicode(".html.j2").tag(config=True, affects_environment=True)

    def from_notebook_node(  # type: ignore[override]  # nbconvert's own PDF exporters return bytes too
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The PDF's bytes and resources."""
        page, resources = self._filled(nb, resources, **kw)
        resources["output_extension"] = ".pdf"
        return to_pdf(page, source_of(page, resources["report"])), resources


@cache
def _exporter() -> ReportHTMLExporter:
    """One exporter for all pages of a process, which compiles its templates once."""
    return ReportHTMLExporter()


def warm() -> None:
    """Load the modules that render pages and compile the templates, before this process forks others."""
    _exporter().from_notebook_node(new_notebook())
    for module in ("pikepdf", "pypandoc"):  # not Typst, which has threads once it is loaded
        importlib.import_module(module)


def filled(nb: NotebookNode, converted: Path | None = None) -> tuple[str, str]:
    """A page as the template has it, and its PDF's Typst source: all that both renderings are made of.

    converted: as in `pdf.to_typst`.
    """
    page, resources = _exporter()._filled(nb)
    return page, source_of(page, resources["report"], converted)


def finished(page: str) -> str:
    """A filled page ready for readers: without markers, each paragraph's number a link to it.

    Links to places that are not on it become plain words: one priority's page lacks the places of the others.
    """
    page = _PARAGRAPH.sub(
        r'<div class="paragraph\1" data-number="\2" id="p\2">'
        r'<a class="number" href="#p\2" aria-label="Paragraph \2" data-says="\2."></a>',
        page,
    )
    anchors = set(re.findall(r'\bid="([^"]+)"', page))
    page = _LINK.sub(lambda link: link[0] if link[1] in anchors else link[2], page)
    return PLACE.sub("", page.replace(CELL, ""))


def with_headings_in_order(page: str) -> str:
    """A page with one title, no level of headings skipped, and no anchor twice: a PDF for everybody has none of these.

    >>> with_headings_in_order('<h1>A</h1><h4 id="b">B</h4><h1 id="b">C</h1>')
    '<h1>A</h1><h2 id="b">B</h2><h2 id="b-2">C</h2>'
    """
    deepest, seen = 0, Counter[str]()

    def in_order(heading: re.Match[str]) -> str:
        nonlocal deepest
        deepest = min(max(int(heading[1]), 2), deepest + 1) if deepest else 1
        seen[anchor := heading[3] or ""] += 1
        attributes = heading[2]
        if anchor and seen[anchor] > 1:
            attributes = attributes.replace(f'id="{anchor}"', f'id="{anchor}-{seen[anchor]}"')
        return f"<h{deepest}{attributes}>{heading[4]}</h{deepest}>"

    return _ANY_HEADING.sub(in_order, page)


def contents(page: str) -> str:
    """A list of the page's parts and measures (headings of levels 2 and 3), each a link; empty without any.

    >>> contents('<h2 id="crime">Crime</h2>')
    '<ul>\\n<li class="level-2"><a href="#crime">Crime</a></li>\\n</ul>'
    """
    items = [
        f'<li class="level-{level}"><a href="#{anchor}">{_TAGS.sub("", title).strip()}</a></li>'
        for level, anchor, title in _HEADING.findall(page)
    ]
    return f"<ul>\n{chr(10).join(items)}\n</ul>" if items else ""


def _facts(nb: NotebookNode, resources: dict[str, Any] | None) -> dict[str, Any]:
    """What the templates print about the report: title, running header, marking, language, author, state."""
    saved = (resources or {}).get("metadata", {})
    metadata = nb.metadata.get(binding.OWN) or _facts_by_hand(nb, Path(saved.get("path") or "."))
    file_name = saved.get("name", "Report")
    title = metadata.get("title") or nb.metadata.get("title") or file_name
    return {
        "title": title,
        "running": metadata.get("running") or title,
        "marking": metadata.get("marking") or "",
        "language": metadata.get("language") or "en-GB",
        "author": metadata.get("author") or "",
        "files": metadata.get("files") or [],
        "whole": bool(metadata.get("whole")),
        "draft": bool(metadata.get("draft")),
    }


def _facts_by_hand(nb: NotebookNode, folder: Path) -> dict[str, Any]:
    """The same for a notebook that a person ran: its report is opened again, by its parameters, for marking and state.

    A notebook without our parameters is none of a report, and has none. Raises InputError where its report cannot be
    opened: without its marking nothing is exported.
    """
    values: dict[str, Any] = {}
    for cell in nb.cells:
        if {"parameters", "injected-parameters"} & {*cell.metadata.get("tags", [])}:
            lines = re.findall(r"^(quarter|params|public) = (.+)$", cell.source, re.MULTILINE)
            values |= {name: ast.literal_eval(value) for name, value in lines}
    if "quarter" not in values:
        return {}
    name = values.get("params", "params")
    places = (base / name for base in (folder.resolve(), *folder.resolve().parents))
    report = open_report(**values | {"params": next(filter(Path.is_dir, places), name)})
    return binding.facts(report, is_draft=bool(report.audited.of("contradicts")))


def policy(css: str, script: str) -> str:
    """A page's content security policy: it may show its own pictures, use this style and run this script, no more.

    >>> policy("", "")[:49]
    "default-src 'none'; base-uri 'none'; form-action "
    """
    style_hash, script_hash = (b64encode(sha256(text.encode()).digest()).decode() for text in (css, script))
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'"
    )
