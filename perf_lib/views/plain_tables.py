"""Tables that the package did not make (data frames, Stylers, Markdown) as its own are printed.

One row of headings, each row headed by its first cell, figures with commas, a dash for what is missing, and a box that
scrolls; what a Styler highlights is strong.
"""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag
from markupsafe import Markup

from perf_lib.views import html

MISSING = frozenset({"nan", "None", "NaN", "NaT", "<NA>", ""})
_FIGURE = re.compile(r"[-−+£]?\d[\d,]*(\.\d+)?\s?%?|–")
_PLAIN_FIGURE = re.compile(r"-?\d+(\.\d+)?(e[-+]\d+)?")
_STYLE = re.compile(r"([^{}]+)\{\s*([^{}]*(?:background|font-weight|color)[^{}]*)\}")


def as_printed(text: str) -> str:
    """HTML with its tables as those of the package; one that it made itself stays as it is.

    >>> "<th scope=\\"row\\">Gwent</th><td>1,234.5</td>" in as_printed(
    ...     '<table class="dataframe"><tr><th>Force</th><th>Crimes</th></tr>'
    ...     '<tr><td>Gwent</td><td>1234.5</td></tr></table>'
    ... )
    True
    """
    soup = BeautifulSoup(text, "html.parser")
    highlighted = {
        name for style in soup.find_all("style") for names, _ in _STYLE.findall(style.get_text())
        for name in re.findall(r"#(T_\w+)", names)
    }  # fmt: skip
    for style in soup.find_all("style"):
        style.decompose()
    for table in soup.find_all("table"):
        if table.find("table") is None and table.find_parent(class_="figures-table") is None:
            table.replace_with(BeautifulSoup(_printed(table, highlighted), "html.parser"))
    return str(soup)


def _printed(table: Tag, highlighted: set[str]) -> str:
    is_frame = "dataframe" in str(table.get("class"))
    caption = table.caption.get_text(" ", strip=True) if table.caption else ""
    heads, rows = _grid(table, highlighted)
    columns = range(max((len(row) for row in [*heads, *rows]), default=0))
    rows = [[*row, *[Markup()] * (len(columns) - len(row))] for row in rows]
    titles = [Markup(", ").join(dict.fromkeys(row[at] for row in heads if at < len(row) and row[at])) for at in columns]
    for at in columns if is_frame else ():
        if _is_measured([row[at] for row in rows]):
            for row in rows:
                row[at] = _with_commas(row[at])
    words = [at for at in columns if at == 0 or not all(_FIGURE.fullmatch(row[at].striptags()) for row in rows)]
    return html.fill("table.html.j2", caption=caption, headings=titles, rows=rows, words=words)


def _grid(table: Tag, highlighted: set[str]) -> tuple[list[list[Markup]], list[list[Markup]]]:
    """Rows of headings and of figures, with a cell that spans several in each of them."""
    heads: list[list[Markup]] = []
    rows: list[list[Markup]] = []
    hanging: dict[int, tuple[int, Markup]] = {}
    for row in table.find_all("tr"):
        cells: list[Markup] = []
        tags = list(row.find_all(["td", "th"]))
        while tags or len(cells) in hanging:
            if len(cells) in hanging:
                count, content = hanging.pop(len(cells))
                if count > 1:
                    hanging[len(cells)] = count - 1, content
                cells.append(content)
                continue
            tag = tags.pop(0)
            content = _content(tag, highlighted)
            down, across = (_span(tag.get(name)) for name in ("rowspan", "colspan"))
            for _ in range(across):
                if down > 1:
                    hanging[len(cells)] = down - 1, content
                cells.append(content)
        is_head = row.find_parent("thead") is not None or (not heads and not rows and row.find("td") is None)
        (heads if is_head else rows).append(cells)
    return heads or [rows.pop(0)] if rows and not heads else heads, rows


def _span(written: object) -> int:
    return min(int(str(written)), 1000) if str(written).isdigit() and int(str(written)) else 1


def _content(tag: Tag, highlighted: set[str]) -> Markup:
    content = tag.decode_contents().strip().replace("\xa0", " ").strip()
    if tag.name == "td" and tag.get_text(strip=True) in MISSING and tag.find("img") is None:
        return Markup("–")
    is_marked = tag.get("id") in highlighted or re.search("font-weight|background", str(tag.get("style")))
    return Markup(f'<strong class="marked">{content}</strong>' if is_marked and content else content)  # noqa: S704 - parsed


def _is_measured(column: list[Markup]) -> bool:
    """Whether a column holds figures, and not years."""
    figures = [text for text in column if text != "–"]
    if not all(_PLAIN_FIGURE.fullmatch(text) for text in figures):
        return False
    return not all(re.fullmatch(r"(19|20)\d\d", text) for text in figures)


def _with_commas(text: Markup) -> Markup:
    if text == "–" or "e" in text:
        return text
    whole, dot, decimals = text.lstrip("-").partition(".")
    return Markup("{}{:,}{}{}").format("−" * text.startswith("-"), int(whole), dot, decimals)
