"""Views of what has changed since earlier reports: symbols, restated figures, commentary left as it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.findings.revisions import Revision, SymbolChange
from perf_lib.views import dashboard, narrative
from perf_lib.views.html import Fragment, paragraphs
from perf_lib.words import wording
from perf_lib.words.quarters import Quarter

_SHORTEST = 60
"""Characters of a paragraph that must have been rewritten; a shorter one may well be the same again."""


def symbol_changes(changes: Sequence[SymbolChange], quarter: Quarter) -> Fragment:
    """Which symbols came on, went off or changed side since the quarter before."""
    before = quarter.previous.name
    if not changes:
        return paragraphs([f"Every measure shows the symbols that it showed in {before}."])
    sentences = f"{wording.counted(len(changes), 'measure')} changed symbols since {before}."
    if not all(change.as_published for change in changes):
        sentences += (
            f" Where the symbols published for {before} were not kept, those that today's figures give for it stand in "
            "their place."
        )
    rows = []
    for change in changes:
        finding = change.finding
        sides = [f"{symbols.BY_CODE[old].words} to {symbols.BY_CODE[new].words}" for old, new in change.changed_side]
        came_on, went_off = (
            [symbols.BY_CODE[code].words + _remark(code, finding) for code in codes]
            for codes in (change.came_on, change.went_off)
        )
        cells = (wording.sentence_case("; ".join(words)) or "–" for words in (came_on, went_off, sides))
        rows.append((finding.measure.title, *cells))
    headings = ["Measure", "Came on", "Went off", "Changed side"]
    shown = 4 if any(change.changed_side for change in changes) else 3  # no column that says nothing
    rows = [row[:shown] for row in rows]
    table = dashboard.table(f"Symbols that changed since {before}", headings[:shown], rows, words=range(shown))
    return paragraphs([sentences]) + table


def verdict_changes(findings: Mapping[str, Finding], quarter: Quarter) -> Fragment:
    """Measures that have become unlike what was expected, or like it again, since the quarter before."""
    rows = []
    for finding in findings.values():
        now, before = finding.verdict, finding.verdict_before
        if (now.is_unlike or before.is_unlike) and (now.grade, now.way) != (before.grade, before.way):
            words = narrative.grade_words(before, finding.measure), narrative.verdict_words(finding)
            rows.append((finding.measure.title, *map(wording.sentence_case, words)))
    if not rows:
        return paragraphs([f"No verdict has changed since {quarter.previous.name}."])
    headings = ["Measure", wording.sentence_case(quarter.previous.name), "Now"]
    return dashboard.table(f"Verdicts that changed since {quarter.previous.name}", headings, rows, words=range(3))


def revisions(restated: Sequence[Revision], earlier: Sequence[Quarter]) -> Fragment:
    """Figures that differ from how they were first published, with the difference and its reason.

    earlier: the quarters whose figures as first published are on record.
    """
    if not earlier:
        return paragraphs(["No earlier quarter's figures as first published are on record."])
    named = wording.listed([f"{quarter.name} {quarter.financial_year}" for quarter in earlier])
    if not restated:
        return paragraphs([f"Every figure first published for {named} still stands."])
    sentence = (
        f"{wording.counted(len(restated), 'figure')} first published for {named} "
        f"{'has' if len(restated) == 1 else 'have'} been restated. All others still stand."
    )
    rows: list[tuple[str, ...]] = []
    last_reason = ""
    for each in restated:
        measure = each.measure
        change = wording.change_in_table(each.difference, measure.unit, measure.decimals)
        per_cent = wording.change_per_cent_in_table(each.per_cent)
        reason = each.reason or "Small enough to need none."
        if rows and rows[-1][0] == measure.title and each.reason == last_reason:
            reason = "The same."
        last_reason = each.reason
        figure = f"{each.quarter}" + (", 12 months" if each.figure == "rolling_12" else "")
        figures = figure, measure.in_table(each.first), measure.in_table(each.now)
        rows.append((measure.title, *figures, change, per_cent, reason))
    headings = ["Measure", "Figure", "First published", "Now", "Difference", "%", "Reason"]
    table = dashboard.table("Figures restated since publication", headings, rows, words=(0, 1, 6))
    return paragraphs([sentence]) + table


def untouched(texts: Mapping[str, Sequence[str]], findings: Mapping[str, Finding], quarter: Quarter) -> Fragment:
    """Which commentary stands as it stood in the quarter before.

    texts: by measure, what was written then and what is written now.
    """
    before = quarter.previous.name
    if not any(then.strip() for then, _ in texts.values()):
        return paragraphs([f"No commentary of {before} is on record."])
    same, partly = f"is word for word that of {before}", f"is in part that of {before}"
    gone = f"of {before} has no successor"
    titles: dict[str, list[str]] = {same: [], partly: [], gone: []}
    for code, (then, now) in texts.items():
        title = findings[code].measure.title
        old, new = _paragraphs(then), _paragraphs(now)
        carried = [text for text in new if text in old and len(text) >= _SHORTEST]
        if new and new == old:
            titles[same].append(title)
        elif carried:
            titles[partly].append(f"{title} ({len(carried)} of {wording.counted(len(new), 'paragraph')})")
        elif old and not new:
            titles[gone].append(title)
    sentences = [f"The commentary of {wording.listed(each)} {words}." for words, each in titles.items() if each]
    return paragraphs(sentences or [f"Every piece of commentary has been written anew since {before}."])


def _paragraphs(text: str) -> list[str]:
    joined = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return [part for part in joined if part]


def _remark(code: str, finding: Finding) -> str:
    """What a reader must know of a symbol besides its words."""
    symbol = symbols.BY_CODE[code]
    if symbol.holds(finding):
        return "" if symbols.is_supported(symbol, finding) else " (may be chance)"
    return " (not enough data to say)" if code in finding.not_enough else ""
