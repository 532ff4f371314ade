"""Markdown as people know it, in commentary and in notebooks' cells: one reader for both.

Commentary has its paragraphs numbered, its headings as bold lines and its HTML shown as text; cells have both as they
are. Nothing is loaded from anywhere: a picture lies beside the text or in its cell.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import mistune
from markupsafe import escape

from perf_lib.views.html import EMPTY, Fragment
from perf_lib.views.plain_tables import as_printed
from perf_lib.words.errors import InputError

PLUGINS = "strikethrough table footnotes task_lists".split()
PICTURES = "image/png image/jpeg image/gif image/svg+xml".split()
PICTURE = re.compile(r"!\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?[^)\n]*\)")
"""A picture of Markdown, with its address."""
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_LEADS = ("http:", "https:", "mailto:", "#")


def commentary(markdown: str, folder: Path | None = None) -> Fragment:
    """A person's Markdown: its paragraphs numbered, its HTML shown as text. folder: where its pictures lie."""
    if not markdown.strip():
        return EMPTY
    return Fragment(_html(markdown, _CommentaryRenderer, lambda url: _beside(url, folder)), markdown.strip())


def cell(markdown: str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """A notebook's Markdown cell as HTML. attachments: its pictures, as nbformat keeps them."""

    def picture(url: str) -> str | None:
        pictures = (attachments or {}).get(unquote(url.removeprefix("attachment:")), {})
        return next((f"data:{mime};base64,{''.join(data)}" for mime, data in pictures.items()), None)

    return _html(markdown, _CellRenderer, picture)


def pictures(markdown: str) -> Iterator[str]:
    """The addresses of pictures that lie beside a text."""
    return (url for url in PICTURE.findall(markdown) if not _ELSEWHERE.match(url))


def picture_file(url: str, folder: Path) -> tuple[str, bytes]:
    """A picture that lies beside a text: its kind and its bytes. Raises InputError, one line, where there is none."""
    path, kind = folder / unquote(url), mimetypes.guess_type(unquote(url))[0]
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"its picture {url} lies outside its own folder: move it beside the text")
    if kind not in PICTURES:
        raise InputError(f"its picture {url} is no PNG, JPEG, GIF or SVG: save it as one of these")
    if not path.is_file():
        raise InputError(f"its picture {url} is not there: lay the file beside the text, or take the picture out")
    return kind, path.read_bytes()


def anchor(words: str) -> str:
    """The anchor of a heading, whatever its script.

    >>> anchor("Llŷn a Tŵr: 2019–20")
    'Llyn-a-Twr-2019-20'
    """
    plain = unicodedata.normalize("NFKD", words.replace("–", "-")).encode("ascii", "ignore").decode()
    return re.sub(r"[^\w.-]+", "-", plain).strip("-.") or f"part-{hashlib.sha256(words.encode()).hexdigest()[:8]}"


def _html(markdown: str, renderer: type[_Renderer], picture: Callable[[str], str | None]) -> str:
    reader = _readers()[renderer]
    state = reader.block.state_cls()
    state.env["picture"] = picture
    return str(reader.parse(markdown, state)[0])


def _beside(url: str, folder: Path | None) -> str | None:
    if folder is None or _ELSEWHERE.match(url):
        return None
    kind, content = picture_file(url, folder)
    return f"data:{kind};base64,{b64encode(content).decode()}"


class _Renderer(mistune.HTMLRenderer):
    """What commentary and cells have in common: tables, footnotes, pictures, links."""

    def render_token(self, token: dict[str, Any], state: mistune.BlockState) -> str:
        if token["type"] == "image":
            picture = state.env["picture"](token["attrs"]["url"])
            token = {**token, "attrs": {**token["attrs"], "picture": picture}}
        return super().render_token(token, state)

    def image(self, text: str, url: str, title: str | None = None, picture: str | None = None) -> str:
        if picture is None:
            return f"{text} ({self.link(str(escape(url)), url)})"
        return f'<img class="picture" src="{picture}" alt="{escape(mistune.util.striptags(text) or title or "")}">'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if url.startswith("#"):
            return f'<a href="#{anchor(unquote(url[1:]))}">{text}</a>'
        return super().link(text, url, title) if url.lower().startswith(_LEADS) else text

    def table(self, text: str) -> str:
        return as_printed(f"<table>{text}</table>")

    def footnote_ref(self, key: str, index: int) -> str:
        return f"<sup>{index}</sup>"

    def footnotes(self, text: str) -> str:
        return f"<p><strong>Notes</strong></p>\n<ol>\n{text}</ol>\n"

    def footnote_item(self, text: str, key: str, index: int) -> str:
        return f"<li>{text.strip()}</li>\n"

    def task_list_item(self, text: str, checked: bool = False) -> str:
        return f"<li>{'☑' if checked else '☐'} {text}</li>\n"


class _CellRenderer(_Renderer):
    def __init__(self) -> None:
        super().__init__(escape=False)

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        level = max(level, 2)  # the page's own title is the first
        return f'<h{level} id="{anchor(mistune.util.striptags(text))}">{text}</h{level}>\n'


class _CommentaryRenderer(_Renderer):
    def __init__(self) -> None:
        super().__init__(escape=True)

    def __call__(self, tokens: Iterable[dict[str, Any]], state: mistune.BlockState) -> str:
        return "".join(_as_commentary(self.render_token(token, state)) for token in tokens)

    def text(self, text: str) -> str:
        return mistune.escape(text, quote=False)

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return f"<p><strong>{text}</strong></p>\n"


def _as_commentary(block: str) -> str:
    """A block of a person's text in an element with the class that sets its look and gives a paragraph its number."""
    classes = {
        "<p>": "paragraph commentary", "<ul": "commentary", "<ol": "commentary", "<blockquote>": "commentary",
        "<div class=\"figures": "commentary",
    }  # fmt: skip
    css = next((css for start, css in classes.items() if block.startswith(start)), None)
    return block if css is None else f'<div class="{css}">{block.rstrip()}</div>\n'


@cache
def _readers() -> Mapping[type[_Renderer], mistune.Markdown]:
    renderers = _CellRenderer(), _CommentaryRenderer()
    return {type(each): mistune.create_markdown(renderer=each, plugins=PLUGINS) for each in renderers}
