"""The public pack's gate: nothing that a person wrote, and nothing in the finished pack, shows what it may not.

The public report holds no secret, so nothing that perf_lib computes from it can tell one. What people type can, and so
can what a notebook reads for itself. Both are searched before the pack is put in its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
import pandas as pd

from perf_lib.commentary import binding, numbers
from perf_lib.config.yaml import shown
from perf_lib.findings.finding import WITHHELD, Finding
from perf_lib.report import Report
from perf_lib.stats import series
from perf_lib.stats.series import Figure
from perf_lib.views.html import without_comments
from perf_lib.words import wording
from perf_lib.words.errors import InputError, Undisclosable

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\[“\"'{])|\n\s*\n")
_READ_AS_ONE = ["p", "li", "tr", "caption", "figcaption", "title", "h1", "h2", "h3", "h4", "text", "desc"]
_OURS = ("dashboard.xlsx", "dashboard.ods", "findings.csv", "run.json")
_SOURCE = re.compile(r"\(source:", re.IGNORECASE)

Labelled = tuple[str, float, bool]
"""A figure with the label that messages give it, and whether it is in the measure's own unit."""


@dataclass(frozen=True)
class Secret:
    """A figure that may not be shown: whose it is, what it is, and its count where it is a whole number."""

    code: str
    label: str
    count: int | None


@dataclass(frozen=True)
class Secrets:
    """All such figures of one measure."""

    code: str
    names: tuple[str, ...]
    """What people call the measure, in small letters. A figure beside one of these names is the measure's."""
    units: frozenset[str]
    by_form: dict[str, Secret]
    """The figures by every form in which they might be printed, but for numbers in its name: section 136."""

    @classmethod
    def of(cls, finding: Finding, figures: Iterable[Labelled]) -> Secrets:
        """The secrets of a measure, from the figures of it that may not be shown."""
        measure = finding.measure
        by_form: dict[str, Secret] = {}
        for label, value, own_unit in figures:
            secret = Secret(measure.code, label, int(value) if float(value).is_integer() else None)
            by_form |= dict.fromkeys(forms(value, finding if own_unit else None), secret)  # the newest label stays
        names = [measure.title, measure.noun, measure.code, measure.code.replace("_", " "), *measure.also_called]
        counted = " ".join([measure.noun, measure.singular or "", measure.unit, measure.of or ""]).lower()
        units = frozenset(word for word in re.findall(r"[a-z]+", counted) if len(word) > 4)
        for number in re.findall(r"\d+", " ".join(names)):
            by_form.pop(number, None)
        return cls(measure.code, tuple(name.lower() for name in names), units, by_form)

    def named_in(self, text: str) -> bool:
        """Whether a text speaks of the measure."""
        small = text.lower()
        return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", small) for name in self.names)

    def found_in(self, text: str) -> Iterator[tuple[str, Secret]]:
        """The figures of the measure that a text holds, dates and spans of time apart, as they stand there."""
        return ((figure, self.by_form[figure]) for figure in numbers.figures(text) if figure in self.by_form)

    def spelt_in(self, text: str) -> Iterator[tuple[str, Secret]]:
        """Counts of the measure that a text spells out beside what is counted: three crimes."""
        counts = {secret.count: secret for secret in self.by_form.values() if secret.count is not None}
        for word, count, following in numbers.spelt(text):
            if count in counts and self.units & set(re.findall(r"[a-z]+", following.lower())):
                yield word, counts[count]


@dataclass(frozen=True)
class Block:
    """A text that is read as one: a paragraph, a row of a table. `typed`: not by perf_lib.

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
    figure: str
    secret: Secret
    sourced: bool


def typed(internal: Report, public: Report) -> Iterator[Typed]:
    """Figures in people's words that the public report withholds or leaves out.

    A measure's own commentary may hold none of its withheld figures, spelt out or not. Elsewhere a withheld figure
    counts in a sentence that names its measure. Of a measure left out, any figure counts that could hardly be
    another's.
    """
    hidden, out = [*withheld(internal, public)], [*left_out(internal, public)]
    public_figures = allowed(public)
    for text, code, path in _texts(public):
        try:
            pieces = list(binding.pieces(text, code, internal.findings, path))
        except InputError:  # settings are not bound: braces in them are braces
            pieces = [binding.Piece(text, 0)]
        words = "".join(" " * len(piece.text) if piece.bound else piece.text for piece in pieces)
        at = 0
        for sentence in _SENTENCE.split(words):
            start = words.index(sentence, at)
            at = start + len(sentence)
            leak = _in_sentence(sentence, code, hidden, out, public_figures)
            if leak is not None:
                line = words.count("\n", 0, start + max(sentence.find(leak[0]), 0)) + 1
                yield Typed(path, line, *leak, sourced=_SOURCE.search(sentence) is not None)


def refuse_typed(internal: Report, public: Report) -> None:
    """Refuse the first such figure that names no source; one with a source in brackets is public already."""
    leak = next((each for each in typed(internal, public) if not each.sourced), None)
    if leak is not None:
        raise Undisclosable(
            f"{shown(leak.path)}, line {leak.line}: {leak.figure}: a public report does not show this figure of "
            f"{leak.secret.code} ({leak.secret.label}); say it without the number, or name in brackets, as "
            "(source: …), where it has been published"
        )


def record_of(internal: Report, public: Report) -> pd.DataFrame:
    """The record of withheld figures, together with those that people typed because a source has published them."""
    rows = [
        (each.secret.code, each.secret.label, f"typed with a source: {shown(each.path)}, line {each.line}")
        for each in typed(internal, public)
        if each.sourced
    ]
    sourced = pd.DataFrame(rows, columns=["measure", "figure", "why"])
    sourced = sourced.reindex(columns=public.withheld.columns, fill_value="")
    return pd.concat([public.withheld, sourced], ignore_index=True)


def refuse_shown(folder: Path, internal: Report, public: Report) -> None:
    """Refuse a finished pack in any of whose files a figure of a measure that is left out can be read."""
    secrets, public_figures = [*left_out(internal, public)], allowed(public)
    if not secrets:
        return
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for block in _blocks(path):
            leak = next((leak for each in secrets if (leak := _shown(block, each, public_figures))), None)
            if leak is not None:
                figure, secret = leak
                raise Undisclosable(
                    f"{path.relative_to(folder).as_posix()}: {figure}: a figure of {secret.code} ({secret.label}), "
                    f"which is marked {public.left_out[secret.code].marking}, would show in the public report"
                )


def forms(value: float, finding: Finding | None = None) -> frozenset[str]:
    """Every way in which a figure might be printed: grouped or not, rounded or not, as a duration on a clock.

    >>> sorted(forms(1496.0))
    ['1,496', '1,496.0', '1496', '1496.0', '1496.000000']
    """
    size = abs(value)
    printed_decimals = finding.measure.decimals or 0 if finding is not None else 0
    decimals = {1, 2, printed_decimals} if size % 1 or finding is not None else {1}
    texts = {wording.number(size, each) for each in decimals | ({0} if float(size).is_integer() else set())}
    texts |= {repr(float(size)), f"{size:g}", f"{size:.6f}"}
    if finding is not None and finding.measure.unit == wording.SECONDS:
        texts.add(wording.clock(size))
    return frozenset(texts | {text.replace(",", "") for text in texts})


def withheld(internal: Report, public: Report) -> Iterator[Secrets]:
    """The figures that the public report withholds of measures in it."""
    for code, finding in public.findings.items():
        if finding.is_withheld:
            whole = internal.findings[code]
            hidden = finding.months.index[finding.months["status"].eq(WITHHELD)]
            figures = [*_months(whole.months.loc[hidden])]
            for label, figure, printed in _totals(whole, finding):
                figures += _labelled(label, vars(figure)) if printed.withheld and figure else ()
            yield Secrets.of(whole, figures)


def left_out(internal: Report, public: Report) -> Iterator[Secrets]:
    """The figures of measures that the public report leaves out."""
    for code, finding in internal.findings.items():
        if code in public.left_out:
            figures = [*_months(finding.months)]
            for label, figure, _ in _totals(finding, finding):
                figures += _labelled(label, vars(figure)) if figure else ()
            rolling = finding.rolling_months.dropna()
            figures += [(wording.twelve_months_to(month), value, True) for month, value in rolling.items()]
            figures += [("the change", finding.change, True)] if finding.change is not None else []
            yield Secrets.of(finding, figures)


def allowed(public: Report) -> frozenset[str]:
    """The figures that a public report is about, in every form: a number that is one of them is no leak by itself."""
    texts: set[str] = set()
    for finding in public.findings.values():
        totals = [figure.value for _, figure, _ in _totals(finding, finding) if figure.value is not None]
        for value in (*finding.months["value"].iloc[-series.YEAR :].dropna(), *totals):
            texts |= forms(value, finding)
        texts |= set(re.findall(r"\d+", f"{finding.measure.title} {finding.measure.noun}"))  # section 136, 999 calls
    return frozenset(texts)


def _months(months: pd.DataFrame) -> Iterator[Labelled]:
    for month, row in months.iterrows():
        yield from _labelled(wording.month(month), row)


def _labelled(label: str, figures: Mapping[str, Any]) -> Iterator[Labelled]:
    value, numerator, denominator = (figures[name] for name in ("value", "numerator", "denominator"))
    if pd.notna(value):
        yield label, float(value), True
    if pd.notna(numerator) and pd.notna(denominator):
        yield f"{label}, numerator", float(numerator), False
        yield f"{label}, the rest", float(denominator) - float(numerator), False


def _totals(finding: Finding, other: Finding) -> Iterator[tuple[str, Figure, Figure]]:
    """The quarter's, the year's and the box's figures by their labels, of one finding and of another like it."""
    yield finding.quarter.name, finding.value, other.value
    if finding.as_at is not None:
        yield wording.twelve_months_to(finding.as_at), finding.rolling, other.rolling
        yield wording.twelve_months_to(finding.as_at - 12), finding.previous, other.previous
    for line, other_line in zip(finding.box, other.box, strict=True):
        yield line.quarter.label, line.value, other_line.value
        yield wording.twelve_months_to(line.quarter.last), line.rolling, other_line.rolling


def _texts(report: Report) -> Iterator[tuple[str, str | None, Path]]:
    """Everything that people wrote for the report: text, the measure it belongs to, file."""
    params, settings = report.params, report.settings
    folder, dive = params.quarter_folder, report.settings.deep_dive
    for text, code, path in params.texts():
        if code not in report.left_out:
            yield (without_comments(text) if code else text), code, path
    highlights = [pair for _, texts in settings.highlights for pair in texts.items()]
    for text in (*settings.notes, *(text for _, text in highlights), *([dive.introduction] if dive else [])):
        yield text, None, folder / "settings.yaml"
    for code, text in highlights:
        yield text, code, folder / "settings.yaml"


def _in_sentence(
    sentence: str, code: str | None, hidden: Sequence[Secrets], out: Sequence[Secrets], public_figures: Collection[str]
) -> tuple[str, Secret] | None:
    for each in hidden:
        leaks = [*each.found_in(sentence), *each.spelt_in(sentence)]
        if leaks and (each.code == code or each.named_in(sentence)):
            return leaks[0]
    block = Block(sentence, typed=True, enough=3 if code is None else 4)  # a measure's own text likely speaks of it
    return next((leak for each in out if (leak := _shown(block, each, public_figures))), None)


def _shown(block: Block, secrets: Secrets, public_figures: Collection[str]) -> tuple[str, Secret] | None:
    """The first figure of a measure in a block: any where the measure is named, else one that is nobody else's."""
    leaks = list(secrets.found_in(block.text))
    if leaks and not secrets.named_in(block.text):
        if not block.typed:
            return None  # computed from the public report, or read in a notebook already
        # Leading and trailing zeros tell nothing.
        digits = {figure: len(re.sub(r"\D", "", figure).strip("0")) for figure, _ in leaks}
        leaks = [leak for leak in leaks if leak[0] not in public_figures and digits[leak[0]] >= block.enough]
    return leaks[0] if leaks else None


def _blocks(path: Path) -> list[Block]:
    blocks = list(_READERS[path.suffix](path)) if path.suffix in _READERS else []
    ours = path.name in _OURS or path.suffix in (".html", ".pdf", ".ipynb")
    return blocks if ours else [replace(block, typed=True) for block in blocks]


def _of_html(text: str, typed: bool = False) -> Iterator[Block]:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(text, "html.parser")
    for element in soup.find_all(_READ_AS_ONE):
        yield Block(element.get_text(" ", strip=True), typed)
    for element in soup.find_all(True):
        for name in ("alt", "title", "aria-label", "content"):
            if isinstance(words := element.get(name), str):
                yield Block(words, typed)
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
    # Our fragments are made from the public report. Anything else in an output, the notebook read for itself.
    ours = re.search(r'class="(?:paragraph|headline|chart|dashboard|key|figures-table|exceptions|title)\b', html) or (
        re.match(r"\s*<h[1-4] id=", html)
    )
    yield from _of_html(html, typed=not ours)
    for mime in ("text/plain", "text/markdown", "text/latex", "application/json"):
        yield from (Block(line, typed=not ours) for line in str(data.get(mime, "")).splitlines())
    yield from _of_svg(str(data.get("image/svg+xml", "")), typed=True)
    streams = "\n".join([output.get("text", ""), *output.get("traceback", []), output.get("evalue", "")])
    yield from (Block(line, typed=True) for line in streams.splitlines())


def _lines(path: Path) -> Iterator[Block]:
    yield from (Block(line.replace(",", " , ")) for line in path.read_text(encoding="utf-8").splitlines())


def _json(path: Path) -> Iterator[Block]:
    lines = json.dumps(json.loads(path.read_text(encoding="utf-8")), indent=1).splitlines()
    yield from (Block(line) for line in lines if '"seconds"' not in line)


def _workbook(path: Path) -> Iterator[Block]:
    for sheet in pd.read_excel(path, sheet_name=None, header=None, engine="calamine", dtype=object).values():
        for row in sheet.itertuples(index=False):
            yield Block(" | ".join(str(cell) for cell in row if pd.notna(cell)))


def _pdf(path: Path) -> Iterator[Block]:
    from pypdf import PdfReader

    reader = PdfReader(path)
    yield from (Block(str(entry)) for entry in (reader.metadata or {}).values())
    for page in reader.pages:
        # A line may start with its paragraph's number.
        yield from (Block(re.sub(r"^\s*\d+\. ", "", line)) for line in page.extract_text().splitlines())


_READERS: dict[str, Callable[[Path], Iterator[Block]]] = {
    ".html": lambda path: _of_html(path.read_text(encoding="utf-8")),
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
