"""The public pack's gate: no typed figure but those that the report itself prints, and nothing of what is marked.

The public report is computed from rounded counts alone, so nothing that perf_lib prints of it can tell more. What
people type can, and so can what a notebook reads for itself. Words are read before anything is made: a figure is bound,
or the rounded figures support it, or its source stands beside it. The finished pack is searched for figures of measures
that are marked, which it leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pandas as pd

from perf_lib.commentary.figures import LARGE, SMALL, TENS
from perf_lib.findings.finding import Finding
from perf_lib.report import Report
from perf_lib.stats import series
from perf_lib.words import wording
from perf_lib.words.calendar import MONTH_NAMES
from perf_lib.words.errors import Undisclosable

_READ_AS_ONE = ["p", "li", "tr", "caption", "figcaption", "title", "h1", "h2", "h3", "h4", "text", "desc"]
_NUMBER_WORDS = re.compile(rf"\b(?:{'|'.join([*SMALL, *TENS, *LARGE])})\b", re.IGNORECASE)


_MONTH = "|".join(MONTH_NAMES)
_DATE = re.compile(
    rf"""
      \b \d{{1,2}} \ (?:{_MONTH}) \b                     # 4 December
    | \b (?:{_MONTH}) \ \d{{4}} \b                       # December 2019
    | \b (?:19|20)\d\d (?:-\d\d)? (?:-Q\d)? \b           # 2019, 2019-20, 2019-20-Q3
    | \b Q\d \b
    """,
    re.VERBOSE,
)
_SPAN = re.compile(r"\b\d+(?: \w+)? (?:months?|years?|weeks?|quarters?)\b")
_FIGURE = re.compile(
    r"""
    (?<! [\w.,:] ) [−-]?
    ( \d{1,3} (?:,\d{3})+ (?:\.\d+)?                     # 1,496
    | \d+:\d{2}                                          # 10:54
    | \d+ (?:\.\d+)? )                                   # 1496, 12.2
    (?! [\w:] | [.,]\d )
    """,
    re.VERBOSE,
)


def refuse_typed(report: Report, notebooks: Iterable[Path] = ()) -> None:
    """Refuse the first typed figure that a public report's own figures do not support and that names no source."""
    for each in report.checked(notebooks=notebooks).checks:
        is_figure = re.search(r"\d", each.text) or _NUMBER_WORDS.search(each.text)
        if is_figure and each.verdict not in ("traced", "sourced"):
            raise Undisclosable(
                f"{each.file}, line {each.line}: {each.text}: is no figure of the public report, whose counts are "
                "rounded; bind it, as {{ rolling_12 }}, or say in brackets, as (source: …), where it was published"
            )


# --- Marked measures


@dataclass(frozen=True)
class Secrets:
    """The figures of one measure that is left out, by every form in which they might be printed, with their labels."""

    code: str
    names: tuple[str, ...]
    """What people call the measure, in small letters. A figure beside one of these names is the measure's."""
    by_form: dict[str, str]

    @classmethod
    def of(cls, finding: Finding) -> Secrets:
        """The secrets of a measure; numbers in its name, as in section 136, are none."""
        measure, by_form = finding.measure, dict[str, str]()
        for label, value, of_measure in _figures(finding):
            by_form |= dict.fromkeys(forms(value, finding if of_measure else None), label)  # the newest label stays
        names = [measure.title, measure.noun, measure.code, measure.code.replace("_", " "), *measure.also_called]
        for number in re.findall(r"\d+", " ".join(names)):
            by_form.pop(number, None)
        return cls(measure.code, tuple(name.lower() for name in names), by_form)

    def shown_in(self, block: Block, public_figures: Collection[str]) -> str | None:
        """The first figure of the measure in a block: any beside its name, else one that is nobody else's."""
        leaks = [figure for figure in figures(block.text) if figure in self.by_form]
        small = block.text.lower()
        if not any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", small) for name in self.names):
            if not block.typed:
                return None  # computed from the public report, or read in a notebook already
            # Leading and trailing zeros tell nothing.
            digits = {figure: len(re.sub(r"\D", "", figure).strip("0")) for figure in leaks}
            leaks = [figure for figure in leaks if figure not in public_figures and digits[figure] >= 3]
        return leaks[0] if leaks else None


@dataclass(frozen=True)
class Block:
    """A text that is read as one: a paragraph, a row of a table. `typed`: not by perf_lib."""

    text: str
    typed: bool = False


def refuse_shown(folder: Path, internal: Report, public: Report) -> None:
    """Refuse a finished pack in any of whose files a figure of a measure that is left out can be read."""
    secrets = [Secrets.of(finding) for code, finding in internal.findings.items() if code in public.left_out]
    if not secrets:
        return
    public_figures = _allowed(public)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for block in _blocks(path):
            for each in secrets:
                if figure := each.shown_in(block, public_figures):
                    raise Undisclosable(
                        f"{path.relative_to(folder).as_posix()}: {figure}: a figure of {each.code} "
                        f"({each.by_form[figure]}), which is marked {public.left_out[each.code].marking}, would show "
                        "in the public report"
                    )


def figures(text: str) -> list[str]:
    """The figures in a text as a person wrote them, without dates and spans of time.

    >>> figures("There were 1,496 on 4 December 2019, 12.2 per cent fewer than in the 12 months before")
    ['1,496', '12.2']
    """
    return [match[1] for match in _FIGURE.finditer(_SPAN.sub(" ", _DATE.sub(" ", text)))]


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


def _figures(finding: Finding) -> Iterator[tuple[str, float, bool]]:
    """A finding's figures with what messages call them, and whether they are in the measure's own unit."""
    labelled = [(wording.month(month), row) for month, row in finding.months.iterrows()]
    labelled += [(label, vars(figure)) for label, figure in _totals(finding)]
    for label, figures in labelled:
        value, numerator, denominator = (figures[name] for name in ("value", "numerator", "denominator"))
        if value is not None and pd.notna(value):
            yield label, float(value), True
        if pd.notna(numerator) and pd.notna(denominator):
            yield f"{label}, numerator", float(numerator), False
            yield f"{label}, the rest", float(denominator) - float(numerator), False
    for month, value in finding.rolling_months.dropna().items():
        yield wording.twelve_months_to(month), value, True
    if finding.change is not None:
        yield "the change", finding.change, True


def _totals(finding: Finding) -> Iterator[tuple[str, series.Figure]]:
    """The quarter's, the year's and the box's figures by their labels."""
    yield finding.quarter.name, finding.value
    if finding.as_at is not None:
        yield wording.twelve_months_to(finding.as_at), finding.rolling
        yield wording.twelve_months_to(finding.as_at - series.YEAR), finding.previous
    for line in finding.box:
        yield line.quarter.label, line.value
        yield wording.twelve_months_to(line.quarter.last), line.rolling


def _allowed(public: Report) -> frozenset[str]:
    """The figures that a public report is about, in every form: a number that is one of them is no leak by itself."""
    texts: set[str] = set()
    for finding in public.findings.values():
        totals = [figure.value for _, figure in _totals(finding) if figure.value is not None]
        for value in (*finding.months["value"].iloc[-series.YEAR :].dropna(), *totals):
            texts |= forms(value, finding)
        texts |= set(re.findall(r"\d+", f"{finding.measure.title} {finding.measure.noun}"))  # section 136, 999 calls
    return frozenset(texts)


def _blocks(path: Path) -> list[Block]:
    blocks = list(_READERS[path.suffix](path)) if path.suffix in _READERS else []
    ours = path.name == "findings.csv" or path.suffix in (".html", ".ipynb")
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


# Spreadsheets and run.json are made of the public report alone, and a PDF is set from its page.
_READERS: dict[str, Callable[[Path], Iterator[Block]]] = {
    ".html": lambda path: _of_html(path.read_text(encoding="utf-8")),
    ".ipynb": _notebook,
    ".csv": _lines,
    ".md": _lines,
    ".svg": lambda path: _of_svg(path.read_text(encoding="utf-8")),
    ".txt": _lines,
}
