"""Views of what has changed since earlier reports: symbols, restated figures, text that nobody touched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.findings.revisions import Revision, SymbolChange
from perf_lib.views import dashboard
from perf_lib.views.html import Fragment, paragraphs
from perf_lib.words import wording
from perf_lib.words.quarters import Quarter

_SHORT = 60
"""Paragraphs shorter than this (characters) are too short to say that somebody forgot to touch them."""


def symbol_changes(changes: Sequence[SymbolChange], quarter: Quarter) -> Fragment:
    """Which symbols came on, went off or changed side since the quarter before."""
    before = quarter.previous.name
    if not changes:
        return paragraphs([f"Every measure shows the symbols that it showed in {before}."])
    said = [f"{wording.counted(len(changes), 'measure')} changed symbols since {before}."]
    if not all(change.as_published for change in changes):
        said.append(
            f"Where the symbols published for {before} were not kept, those that today's figures give for it stand "
            "in their place."
        )
    rows = [
        (
            change.finding.measure.title,
            _words(change.came_on, change.finding),
            _words(change.went_off, change.finding),
            wording.sentence_case("; ".join(f"{_said(old)} to {_said(new)}" for old, new in change.changed_side))
            or "–",
        )
        for change in changes
    ]
    headings = ["Measure", "Came on", "Went off", "Changed side"]
    caption = f"Symbols that changed since {before}"
    shown = 4 if any(change.changed_side for change in changes) else 3  # no column that says nothing
    table = dashboard.table(caption, headings[:shown], [row[:shown] for row in rows], words=range(shown))
    return paragraphs([" ".join(said)]) + table


def revisions(found: Sequence[Revision], earlier: Sequence[Quarter]) -> Fragment:
    """Figures that differ from how they were first published, with the difference and its reason.

    earlier: the quarters whose figures as first published are on record.
    """
    if not earlier:
        return paragraphs(["No earlier quarter's figures as first published are on record."])
    named = wording.listed([f"{quarter.name} {quarter.financial_year}" for quarter in earlier])
    if not found:
        return paragraphs([f"Every figure first published for {named} still stands."])
    said = (
        f"{wording.counted(len(found), 'figure')} first published for {named} "
        f"{'has' if len(found) == 1 else 'have'} been restated. All others still stand."
    )
    rows = [
        (
            each.measure.title,
            f"{each.quarter}" + (", 12 months" if each.figure == "rolling_12" else ""),
            _value(each.first, each),
            _value(each.now, each),
            wording.change_in_table(each.difference, each.measure.unit, each.measure.decimals),
            wording.change_per_cent_in_table(each.per_cent),
            each.reason or "Small enough to need none.",
        )
        for each in found
    ]
    headings = ["Measure", "Figure", "First published", "Now", "Difference", "%", "Reason"]
    return paragraphs([said]) + dashboard.table("Figures restated since publication", headings, rows, words=(0, 1, 6))


def untouched(texts: Mapping[str, Sequence[str]], findings: Mapping[str, Finding], quarter: Quarter) -> Fragment:
    """Which commentary stands as it stood in the quarter before.

    texts: by measure, what was written then and what is written now.
    """
    before = quarter.previous.name
    if not any(then.strip() for then, _ in texts.values()):
        return paragraphs([f"No commentary of {before} is on record."])
    same, partly, gone = [], [], []
    for code, (then, now) in texts.items():
        title = findings[code].measure.title
        old, new = _paragraphs(then), _paragraphs(now)
        carried = [text for text in new if text in old and len(text) >= _SHORT]
        if new and new == old:
            same.append(title)
        elif carried:
            partly.append(f"{title} ({len(carried)} of {wording.counted(len(new), 'paragraph')})")
        elif old and not new:
            gone.append(title)
    said = [
        f"The commentary of {wording.listed(titles)} {words}."
        for titles, words in (
            (same, f"is word for word that of {before}"),
            (partly, f"is in part that of {before}"),
            (gone, f"of {before} has no successor"),
        )
        if titles
    ]
    return paragraphs(said or [f"Every piece of commentary has been written anew since {before}."])


def _paragraphs(text: str) -> list[str]:
    found = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return [part for part in found if part]


def _value(value: float | None, of: Revision) -> str:
    return wording.value_in_table(value, of.measure.unit, of.measure.decimals)


def _words(codes: Sequence[str], finding: Finding) -> str:
    """Symbols in words, with what a reader must know of each besides."""
    return wording.sentence_case("; ".join(_said(code) + _remark(code, finding) for code in codes)) or "–"


def _remark(code: str, finding: Finding) -> str:
    symbol = symbols.BY_CODE[code]
    if symbol.holds(finding):
        return "" if symbols.is_supported(symbol, finding) else " (not borne out)"
    return " (not enough data to say)" if code in finding.not_enough else ""


def _said(code: str) -> str:
    return symbols.BY_CODE[code].words
