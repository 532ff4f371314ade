"""The check of people's words: true sentences contradicted, wrong figures flagged, the right fact among those offered.

Six sets: the old sentences, which every reader before this was tuned on; four in other people's manner, written
before the reader or apart from it, on which nothing is asserted anywhere; and the paragraphs of a real report, read
where they are.
"""

from __future__ import annotations

import csv
import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from scipy.stats import binomtest

from perf_lib.commentary.check import Check, check
from perf_lib.commentary.sentences import Text
from perf_lib.report import Report, open_report

from .streams import markdown

TESTS = Path(__file__).parents[1]
REAL = "PERF_LIB_REAL_REPORT"
"""The environment variable that names the text of a real report."""
NOT_HELD = {"other", "forecast", "negation", "bound"}
"""Kinds of the unseen set whose true figures are not in the data, or are bounds that nobody meant to be exact."""
FIRST = (
    ("true sentences contradicted", "2 of 150", "2 of 50", "0 of 152", "0 of 60"),
    ("true figures traced (of the first, those that the data do not hold among them)",
     "195 of 224", "56 of 58", "191 of 196", "72 of 75"),
    ("wrong figures flagged", "122 of 125", "41 of 41", "141 of 141", "57 of 57"),
    ("false sentences said to agree wholly", "6 of 150", "1 of 50", "1 of 152", "0 of 60"),
    ("right fact among the three offered", "111 of 122", "35 of 35", "135 of 136", "53 of 53"),
)  # fmt: skip
"""What came of each set the first time that it was run, before anything was changed on its account."""


def run() -> str:
    """The tables, by set and kind."""
    report = open_report("2019-20-Q3", TESTS.parent / "params")
    parts = ["# The check of people's words"]
    for name, title in (
        ("old", "The old sentences"),
        ("unseen", "In other people's manner"),
        ("afterwards", "Written afterwards"),
        ("fresh", "In other bodies' manner"),
        ("later", "Written last"),
    ):
        parts += [f"## {title}", *_of_set(report, name)]
    heads = ["", "other people's manner", "afterwards", "other bodies' manner", "last"]
    parts += ["## Each, the first time that it was run", markdown(heads, FIRST)]
    parts += ["## A real report", _of_real(report), "## The sample's own words", report.audited.counts() + "."]
    return "\n\n".join(parts)


def _of_set(report: Report, name: str) -> Iterator[str]:
    with (TESTS / f"sentences_{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    began = time.process_time()
    checked = _checked(
        report, [text for row in rows for text in ((row["true"], row["measure"]), (row["false"], row["measure"]))]
    )
    seconds = time.process_time() - began
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    whole: Counter[str] = Counter()
    for row, right, wrong in zip(rows, checked[::2], checked[1::2], strict=True):
        tally = _tally(row, right, wrong)
        whole.update(tally)
        by_kind[row.get("kind", "all")].update(tally)
    yield markdown(
        ["kind", "true: traced", "not traced", "contradicted", "false: contradicted", "not traced", "said to agree"],
        [[kind, *(int(by_kind[kind][column]) for column in _COLUMNS)] for kind in sorted(by_kind)],
    )
    yield markdown(
        ["", "measured", "per cent", "95% interval"],
        [
            _share("true sentences contradicted", whole["contradicted"], len(rows)),
            _share("true figures that the data hold, traced", whole["traced figures"], whole["held figures"]),
            _share("wrong figures flagged", whole["flagged"], whole["wrong figures"]),
            _share("false sentences said to agree wholly", whole["false agrees"], len(rows)),
            _share("right fact among the three offered", whole["offered"], whole["offers"]),
        ],
    )
    yield f"{2 * len(rows)} sentences in {seconds:.1f} s of processor time."


_COLUMNS = ("traced", "not traced", "contradicted", "false contradicted", "false not traced", "false agrees")


def _tally(row: dict[str, str], right: list[Check], wrong: list[Check]) -> Counter[str]:
    tally: Counter[str] = Counter()
    ours, theirs = {each.verdict for each in right}, {each.verdict for each in wrong}
    tally["contradicted"] = "contradicts" in ours
    tally["not traced"] = "not traced" in ours and "contradicts" not in ours
    tally["traced"] = ours == {"traced"}
    tally["false contradicted"] = "contradicts" in theirs
    tally["false agrees"] = theirs == {"traced"}
    tally["false not traced"] = "not traced" in theirs and "contradicts" not in theirs
    figures = [each for each in right if each.is_figure]
    if row.get("kind") not in NOT_HELD:
        tally["held figures"], tally["traced figures"] = len(figures), sum(e.verdict == "traced" for e in figures)
    if re.findall(r"\d[\d,.]*", row["true"]) != re.findall(r"\d[\d,.]*", row["false"]):
        flagged = [each for each in wrong if each.verdict != "traced"]
        tally["wrong figures"], tally["flagged"] = 1, bool(flagged)
        facts = {each.right for each in figures if each.verdict == "traced"}
        of_figures = [each for each in flagged if each.is_figure]
        if facts and of_figures:
            offered = {offer.printed for each in of_figures for offer in each.offers} | {e.right for e in of_figures}
            tally["offers"], tally["offered"] = 1, bool(facts & offered)
    return tally


def _of_real(report: Report) -> str:
    path = os.environ.get(REAL)
    if not path or not Path(path).is_file():
        return f"Not read: {REAL} names no file."
    text = re.sub(r"<[^>]+>", " ", Path(path).read_text(encoding="utf-8"))
    paragraphs = re.findall(r"(?:^|\s)(?<!\d)\d{1,3}\. ([A-Z].*?)(?=\s\d{1,3}\. [A-Z]|\n|$)", text)
    checked = _checked(report, [(paragraph, "") for paragraph in paragraphs])
    wrong = sum(any(each.verdict == "contradicts" for each in checks) for checks in checked)
    tally = Counter(each.verdict for checks in checked for each in checks if each.is_figure)
    # That report's own misprints are among them: 4.5 for 4.56 per cent, 1,599 for 1,496, 76.6 for 76.7 per cent.
    return markdown(
        ["paragraphs", "contradicted", "figures traced", "not traced", "contradicted"],
        [[len(paragraphs), wrong, tally["traced"], tally["not traced"], tally["contradicts"]]],
    )


def _checked(report: Report, sentences: Iterable[tuple[str, str]]) -> list[list[Check]]:
    texts = [
        Text.of(text, code or None, report.findings, Path(f"commentary/{at}.md"))
        for at, (text, code) in enumerate(sentences)
    ]
    checks: dict[str, list[Check]] = {text.file: [] for text in texts}
    for each in check(texts, report.findings, report.quarter).checks:
        checks[each.file].append(each)
    return list(checks.values())


def _share(words: str, part: int, whole: int) -> list[object]:
    interval = binomtest(part, max(whole, 1)).proportion_ci(method="wilson")
    bounds = f"{100 * interval.low:.1f} to {100 * interval.high:.1f}"
    return [words, f"{part} of {whole}", 100 * part / max(whole, 1), bounds]
