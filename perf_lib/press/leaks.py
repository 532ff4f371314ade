"""The public pack's gate: nothing a person wrote, and nothing in the finished pack, shows what it may not.

What perf_lib computes cannot tell: the public report holds no secret. What people type, and what a notebook reads for
itself, can. Both are searched before the pack is put in its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pandas as pd

from perf_lib.commentary import binding
from perf_lib.config.yaml import shown
from perf_lib.press.secrets import Secret, Secrets, allowed, left_out, withheld
from perf_lib.report import Report
from perf_lib.views.html import without_comments
from perf_lib.words.errors import InputError, Undisclosable

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\[“\"'{])|\n\s*\n")
_READ_AS_ONE = ["p", "li", "tr", "caption", "figcaption", "title", "h1", "h2", "h3", "h4", "text", "desc"]
_OURS = ("dashboard.xlsx", "dashboard.ods", "findings.csv", "run.json")
_SOURCE = re.compile(r"\(source:", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """A piece of text that is read as one: a paragraph, a row of a table. `typed`: not by perf_lib.

    enough: digits that make a figure likely to be a measure's even where its name does not stand beside it.
    """

    text: str
    typed: bool = False
    enough: int = 3


@dataclass(frozen=True)
class Typed:
    """A figure in a person's words that a public report does not show: where, as written, whose, sourced or not."""

    path: Path
    line: int
    written: str
    secret: Secret
    sourced: bool


def typed(internal: Report, public: Report) -> Iterator[Typed]:
    """Figures, typed into what people wrote, that the public report withholds or leaves out.

    In a measure's own commentary any of its withheld figures counts, spelt out or not; elsewhere one that stands in a
    sentence which names the measure, and of a measure left out any figure that could hardly be another's.
    """
    hidden, out, known = withheld(internal, public), left_out(internal, public), allowed(public)
    for text, code, path in _written(public):
        said = "".join(" " * len(p.text) if p.bound else p.text for p in _pieces(text, code, internal, path))
        at = 0
        for sentence in _SENTENCE.split(said):
            start = said.index(sentence, at)
            at = start + len(sentence)
            found = _in_sentence(sentence, code, hidden, out, known)
            if found is not None:
                line = said.count("\n", 0, start + max(sentence.find(found[0]), 0)) + 1
                yield Typed(path, line, *found, sourced=_SOURCE.search(sentence) is not None)


def refuse_typed(internal: Report, public: Report) -> None:
    """Refuse the first such figure; one that names its source in brackets has been published already, there."""
    found = next((each for each in typed(internal, public) if not each.sourced), None)
    if found is not None:
        raise Undisclosable(
            f"{shown(found.path)}, line {found.line}: {found.written}: a public report does not show this figure of "
            f"{found.secret.code} ({found.secret.label}); say it without the number, or name in brackets, as "
            "(source: …), where it has been published"
        )


def record_of(internal: Report, public: Report) -> pd.DataFrame:
    """The record of what was withheld, with the figures that people typed all the same because they have a source."""
    rows = [
        [
            each.secret.code,
            each.secret.label,
            "",
            "",
            f"typed with a source: {shown(each.path)}, line {each.line}",
            "",
            "",
            "",
        ]
        for each in typed(internal, public)
        if each.sourced
    ]
    return pd.concat([public.withheld, pd.DataFrame(rows, columns=public.withheld.columns)], ignore_index=True)


def refuse_shown(folder: Path, internal: Report, public: Report) -> None:
    """Refuse a finished pack in any of whose files a figure of a measure that is left out can be read."""
    secrets, known = left_out(internal, public), allowed(public)
    if not secrets:
        return
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for block in _blocks(path):
            for each in secrets:
                found = _shown(block, each, known)
                if found is not None:
                    written, secret = found
                    place = path.relative_to(folder).as_posix()
                    raise Undisclosable(
                        f"{place}: {written}: a figure of {secret.code} ({secret.label}), which is marked "
                        f"{public.left_out[secret.code].marking}, would show in the public report"
                    )


def _written(report: Report) -> Iterator[tuple[str, str | None, Path]]:
    """Everything that people wrote for the report: text, the measure it belongs to, file."""
    folder, params = report.params.quarter_folder, report.params
    yield params.introduction(), None, folder / "introduction.md"
    for path in params.commentary_files():
        if path.stem not in report.left_out:
            yield without_comments(params.commentary(path.stem)), path.stem, path
    for objective in report.settings.deep_dive.objectives if report.settings.deep_dive else ():
        yield params.objective_text(objective), None, folder / "deep_dive" / objective.text
    settings = report.settings
    own = folder / "settings.yaml"
    notes = [*settings.notes, *(text for _, tagged in settings.highlights for text in tagged.values())]
    for text in [*notes, *([settings.deep_dive.introduction] if settings.deep_dive else [])]:
        yield text, None, own
    for tagged in (tagged for _, tagged in settings.highlights):
        for code, text in tagged.items():
            yield text, code, own


def _pieces(text: str, code: str | None, report: Report, path: Path) -> list[binding.Piece]:
    try:
        return list(binding.pieces(text, code, report.findings, path))
    except InputError:  # settings are not bound: braces in them are braces
        return [binding.Piece(text, 0)]


def _in_sentence(
    sentence: str, code: str | None, hidden: Sequence[Secrets], out: Sequence[Secrets], known: Collection[str]
) -> tuple[str, Secret] | None:
    for each in hidden:
        if each.code == code or each.named_in(sentence):
            found = next(iter([*each.found_in(sentence), *each.spelt_in(sentence)]), None)
            if found is not None:
                return found
    block = Block(sentence, typed=True, enough=3 if code is None else 4)  # what has a measure is likely to speak of it
    shows = (_shown(block, each, known) for each in out)
    return next((found for found in shows if found is not None), None)


def _shown(block: Block, secrets: Secrets, known: Collection[str]) -> tuple[str, Secret] | None:
    """The first figure of a measure in a block: any where the measure is named, else one that is nobody else's."""
    found = list(secrets.found_in(block.text))
    if not found:
        return None
    if secrets.named_in(block.text):
        return found[0]
    if not block.typed:
        return None  # computed from the public report, or read in a notebook already
    return next((each for each in found if each[0] not in known and _digits(each[0]) >= block.enough), None)


def _digits(written: str) -> int:
    """How many digits of a number tell anything: leading and trailing zeros do not."""
    return len(re.sub(r"\D", "", written).strip("0"))


def _blocks(path: Path) -> list[Block]:
    read = _READERS.get(path.suffix)
    blocks = list(read(path)) if read is not None else []
    ours = path.name in _OURS or path.suffix in (".html", ".pdf", ".ipynb")
    return blocks if ours else [replace(block, typed=True) for block in blocks]


def _html(path: Path) -> Iterator[Block]:
    yield from _of_html(path.read_text(encoding="utf-8"))


def _of_html(text: str, typed: bool = False) -> Iterator[Block]:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(text, "html.parser")
    for element in soup.find_all(_READ_AS_ONE):
        yield Block(element.get_text(" ", strip=True), typed)
    for element in soup.find_all(True):
        for name in ("alt", "title", "aria-label", "content"):
            if isinstance(said := element.get(name), str):
                yield Block(said, typed)
        source = element.get("src")
        if isinstance(source, str) and source.startswith("data:image/svg+xml,"):
            yield from _of_svg(unquote(source.split(",", 1)[1]), typed)
    if typed:
        yield Block(soup.get_text(" ", strip=True), typed)


def _of_svg(text: str, typed: bool = False) -> Iterator[Block]:
    words = re.findall(r"<(?:text|title|desc)\b[^>]*>(.*?)</(?:text|title|desc)>", text, re.DOTALL)
    yield from (Block(re.sub(r"<[^>]+>", "", word).strip(), typed) for word in words)


def _notebook(path: Path) -> Iterator[Block]:
    for cell in nbformat.read(path, as_version=4).cells:
        for line in cell.source.splitlines():
            yield Block(line, typed=True)
        for output in cell.get("outputs", []):
            yield from _of_output(output)


def _of_output(output: nbformat.NotebookNode) -> Iterator[Block]:
    data = output.get("data", {})
    html = data.get("text/html", "")
    # A fragment of ours was made from the public report; what else a notebook shows, it has read for itself.
    ours = re.search(r'class="(?:paragraph|headline|chart|dashboard|key|figures-table|exceptions|title)\b', html) or (
        re.match(r"\s*<h[1-4] id=", html)
    )
    yield from _of_html(html, typed=not ours)
    for mime in ("text/plain", "text/markdown", "text/latex", "application/json"):
        if said := data.get(mime):
            yield from (Block(line, typed=not ours) for line in str(said).splitlines())
    yield from _of_svg(str(data.get("image/svg+xml", "")), typed=True)
    said = output.get("text", "") + "\n" + "\n".join(output.get("traceback", [])) + "\n" + output.get("evalue", "")
    yield from (Block(line, typed=True) for line in said.splitlines())


def _lines(path: Path) -> Iterator[Block]:
    yield from (Block(line.replace(",", " , ")) for line in path.read_text(encoding="utf-8").splitlines())


def _json(path: Path) -> Iterator[Block]:
    written = json.dumps(json.loads(path.read_text(encoding="utf-8")), indent=1).splitlines()
    yield from (Block(line) for line in written if '"seconds"' not in line)


def _workbook(path: Path) -> Iterator[Block]:
    for sheet in pd.read_excel(path, sheet_name=None, header=None, engine="calamine", dtype=object).values():
        for row in sheet.itertuples(index=False):
            yield Block(" | ".join(str(cell) for cell in row if pd.notna(cell)))


def _pdf(path: Path) -> Iterator[Block]:
    from pypdf import PdfReader

    reader = PdfReader(path)
    for said in (reader.metadata or {}).values():
        yield Block(str(said))
    for page in reader.pages:
        # A line may start with its paragraph's number.
        yield from (Block(re.sub(r"^\s*\d+\. ", "", line)) for line in page.extract_text().splitlines())


_READERS: dict[str, Callable[[Path], Iterator[Block]]] = {
    ".html": _html,
    ".ipynb": _notebook,
    ".csv": _lines,
    ".json": _json,
    ".md": _lines,
    ".pdf": _pdf,
    ".svg": lambda path: _of_svg(path.read_text(encoding="utf-8")),
    ".txt": _lines,
    ".ods": _workbook,
    ".xlsx": _workbook,
}
