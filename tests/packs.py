"""What the tests of the press read packs with: pages, PDFs, records, and what a browser would fetch."""

from __future__ import annotations

import csv
import hashlib
import html
import json
import re
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pikepdf
from bs4 import BeautifulSoup, Tag
from builders import ROOT

import perf_lib

QUARTER = "2019-20-Q3"
LOCK = f".{QUARTER}.lock"
NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
EXECUTED = [*NAMES, "briefing"]
PAGES = [f"pages/{name}" for name in NAMES]
ALL = ["report", *PAGES]
FACTS = Path(__file__).parent / "sample" / "facts"
SAMPLE = Path(perf_lib.__file__).parent / "sample"


@cache
def read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def pdf(path: Path) -> pikepdf.Pdf:
    return pikepdf.open(path)


def findings_csv(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "findings.csv").open(encoding="utf-8", newline="") as file:
        return {row["measure"]: row for row in csv.DictReader(file)}


def published_months(measure: str, first: str, last: str) -> float:
    """The sum of months as Appendix A of the published report gives them."""
    table = pd.read_csv(FACTS / "appendix_a.csv")
    of_measure = table[table["measure"] == measure].set_index("month")["value"]
    return float(of_measure.loc[first:last].sum())


def texts(path: Path) -> Iterator[str]:
    """All that can be read in a file, whatever it is packed in."""
    if path.suffix in (".xlsx", ".ods"):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    elif path.suffix == ".pdf":
        for each in pdf(path).objects:
            yield each.unparse(resolved=True).decode("latin-1")
            if isinstance(each, pikepdf.String):
                yield str(each)
            if isinstance(each, pikepdf.Stream):
                yield each.read_bytes().decode("utf-8", "replace")
    else:
        text = path.read_text(encoding="utf-8")
        yield text
        for picture in re.findall(r"data:image/[^\"'\\\s)]+", text):
            yield picture_of(picture)


def picture_of(uri: str) -> str:
    kind, _, data = uri.partition(",")
    return b64decode(data).decode("latin-1") if kind.endswith(";base64") else unquote(html.unescape(data))


def record(folder: Path) -> dict:
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


LEADS_OUT = re.compile(r"@import[^;]*|url\((?!['\"]?(?:#|data:))[^)]*")
"""What in a style leads out of the page: neither a part of it nor data that it carries."""


def loads_nothing(markup: str) -> list[str]:
    """What a browser would fetch, run or be sent to by itself, were the page opened."""
    soup = BeautifulSoup(markup, "html.parser")
    fetching = ["script", "link", "iframe", "frame", "object", "embed", "video", "audio", "source", "track", "base"]
    wrong = [
        str(tag)[:90]
        for tag in soup.find_all([*fetching, "form", "foreignObject"])
        if not is_named(tag, soup) and not is_other_drawing(tag)
    ]
    for tag in soup.find_all(True):
        for name, value in tag.attrs.items():
            said = " ".join(value) if isinstance(value, list) else value
            leads_out = name in ("src", "srcset", "data", "poster", "background") and not said.startswith("data:image/")
            drawn = tag.name not in ("a", "html") and name in ("href", "xlink:href") and not said.startswith("#")
            handler = name.startswith("on") or said.strip().lower().startswith("javascript:")
            if leads_out or drawn or handler or (name == "style" and LEADS_OUT.search(said)):
                wrong.append(f"{tag.name} {name}={said[:60]}")
        if tag.name == "meta" and tag.get("http-equiv", "").lower() == "refresh":
            wrong.append(str(tag))
    for style in soup.find_all("style"):
        wrong += LEADS_OUT.findall(style.get_text())
    return wrong


def is_other_drawing(tag: Tag) -> bool:
    """Whether a tag is a picture's drawing for another width, held in the page: one address, which no space ends."""
    drawing = tag.get("srcset", "")
    return (
        tag.name == "source" and tag.parent.name == "picture" and re.fullmatch(r"data:image/\S+", drawing) is not None
    )


REACHES_OUT = re.compile(r"fetch|XMLHttp|WebSocket|EventSource|sendBeacon|import|eval|Function|location|\.src\b")


def is_named(tag: Tag, page: BeautifulSoup) -> bool:
    """Whether a tag is a script that the page's policy names by its digest, and that reaches for nothing."""
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    if tag.name != "script" or policy is None or tag.attrs:
        return False
    digest = b64encode(hashlib.sha256(tag.get_text().encode()).digest()).decode()
    return f"script-src 'sha256-{digest}'" in policy["content"] and not REACHES_OUT.search(tag.get_text())


def numbered(page: BeautifulSoup) -> dict[int, str]:
    """The numbered paragraphs of a page, in its order."""
    found: list[Tag] = page.find_all(attrs={"data-number": True})
    told = {int(tag["data-number"]): tag.get_text(" ", strip=True) for tag in found}
    assert len(told) == len(found)
    return told


def elements(node: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """The structure elements of a tagged PDF, in reading order."""
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from elements(kid)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node.K)


def bookmarks(document: pikepdf.Pdf) -> list[tuple[int, str, int]]:
    """Level, title and page (from 0) of each bookmark."""
    found = []

    def walk(items: list[pikepdf.OutlineItem], level: int) -> None:
        for item in items:
            found.append((level, item.title, document.pages.index(pikepdf.Page(item.destination[0]))))
            walk(item.children, level + 1)

    with document.open_outline(max_depth=6) as outline:
        walk(outline.root, 1)
    return found


def drawn(page: pikepdf.Page) -> tuple[int, int]:
    """How often a page shows text and pictures, headers and footers left out (they are tagged as artefacts)."""
    inside: list[bool] = []
    text = pictures = 0
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) in ("BMC", "BDC"):
            inside.append(operands[0] == "/Artifact")
        elif str(operator) == "EMC":
            inside.pop()
        elif not any(inside):
            text += str(operator) in ("Tj", "TJ", "'", '"')
            pictures += str(operator) == "Do"
    return text, pictures


def is_dictionary(each: pikepdf.Object, kind: str) -> bool:
    return isinstance(each, pikepdf.Dictionary) and each.get("/Type") == kind
