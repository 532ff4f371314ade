"""Fragments of a page: semantic HTML, which JupyterLab shows, nbconvert keeps and the PDF is made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import mistune
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

TEMPLATES = Path(__file__).parents[1] / "templates"

DRAWN_FROM = "drawn_from"
"""The key of an output's metadata that has the fingerprint of a drawing's data (perf_lib.views.charts.cache)."""


@dataclass(frozen=True)
class Fragment:
    """A piece of a page: HTML to show, and the same in plain words for a terminal."""

    html: str = field(repr=False)
    text: str
    drawn_from: str = field(default="", repr=False, compare=False)
    """The fingerprint of the data behind a drawing that takes long to make; else empty."""

    def _repr_html_(self) -> str | tuple[str, dict[str, str]]:
        return self.html if not self.drawn_from else (self.html, {DRAWN_FROM: self.drawn_from})

    def __repr__(self) -> str:
        return self.text

    def __add__(self, other: Fragment) -> Fragment:
        return Fragment(self.html + other.html, f"{self.text}\n{other.text}".strip())


EMPTY = Fragment("", "")


def fill(template: str, **values: object) -> str:
    """A template of `templates/` filled with values; all that is not marked as HTML is escaped."""
    return _environment().get_template(template).render(**values)


def paragraphs(sentences_by_paragraph: list[str], css: str = "") -> Fragment:
    """Computed paragraphs; each gets its number when the report is bound."""
    classes = f"paragraph {css}".strip()
    html = "".join(f'<div class="{classes}"><p>{escape(text)}</p></div>\n' for text in sentences_by_paragraph)
    return Fragment(html, "\n".join(sentences_by_paragraph))


def commentary(markdown: str) -> Fragment:
    """A person's Markdown: its paragraphs numbered, its HTML shown as text, nothing loaded from anywhere."""
    if not markdown.strip():
        return EMPTY
    return Fragment(str(_markdown()(markdown)), markdown.strip())


def without_comments(markdown: str) -> str:
    """A person's Markdown without its HTML comments, which are notes among writers, on as many lines as before.

    >>> without_comments("One. <!-- Not yet checked. -->Two.")
    'One. Two.'
    """
    parts, at = [], 0
    for start, end in comments(markdown):
        parts += [markdown[at:start], "\n" * markdown.count("\n", start, end)]
        at = end
    return "".join([*parts, markdown[at:]])


def comments(markdown: str) -> Iterator[tuple[int, int]]:
    """Where each HTML comment of a person's Markdown begins and ends."""
    end = 0
    while (start := markdown.find("<!--", end)) >= 0 and (close := markdown.find("-->", start)) >= 0:
        end = close + len("-->")
        yield start, end


def lines_to_paste(text: str) -> Fragment:
    """Lines of a settings file, unchanged, for a person to copy."""
    return Fragment(f"<pre><code>{escape(text)}</code></pre>\n", text)


def heading(level: int, text: str, anchor: str) -> Fragment:
    """A heading with the anchor that links lead to."""
    return Fragment(f'<h{level} id="{escape(anchor)}">{escape(text)}</h{level}>\n', text)


def folded(summary: str, html: str) -> str:
    """HTML that is hidden until a reader opens the line above it."""
    return f"<details><summary>{escape(summary)}</summary>\n{html}</details>\n"


def image(uri: str, alt: str, css: str) -> Markup:
    """A picture with the words that stand for it; a symbol with its size, as JupyterLab has no style of ours."""
    size = Markup(' width="22" height="22"') if css == "symbol" else ""
    return Markup('<img class="{}" src="{}" alt="{}"{}>').format(css, uri, alt, size)


class _CommentaryRenderer(mistune.HTMLRenderer):
    """Markdown as a person may use it in a report: no raw HTML, no headings, no pictures from elsewhere."""

    def __call__(self, tokens: Iterable[dict[str, Any]], state: mistune.BlockState) -> str:
        return "".join(_as_commentary(self.render_token(token, state)) for token in tokens)

    def text(self, text: str) -> str:
        return mistune.escape(text, quote=False)

    def heading(self, text: str, level: int, **attrs: object) -> str:
        return f"<p><strong>{text}</strong></p>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"{text} ({self.link(str(escape(url)), url)})"


def _as_commentary(block: str) -> str:
    """A block of a person's text in an element with the class that sets its look and gives a paragraph its number."""
    classes = {"<p>": "paragraph commentary", "<ul>": "commentary", "<ol": "commentary", "<blockquote>": "commentary"}
    css = next((css for start, css in classes.items() if block.startswith(start)), None)
    return block if css is None else f'<div class="{css}">{block.rstrip()}</div>\n'


@cache
def _markdown() -> mistune.Markdown:
    return mistune.create_markdown(renderer=_CommentaryRenderer(escape=True), plugins=["strikethrough"])


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["image"] = image
    return environment
