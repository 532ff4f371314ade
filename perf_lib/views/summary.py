"""The quarter on one page: what a panel member reads first, and how sure one can be of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perf_lib.findings.finding import Finding
from perf_lib.findings.verdict import FALSE_DISCOVERY
from perf_lib.views import narrative
from perf_lib.views.html import Fragment, fill
from perf_lib.words import wording

ROWS = 12
"""Measures shown that are clearly unlike what was expected: as many as a page has room for."""
LINES = 7
"""Measures shown of each list."""


def summary(findings: Mapping[str, Finding]) -> Fragment:
    """What is clearly unlike what was expected, what perhaps, and what cannot be told: one page."""
    everything = list(findings.values())
    clear, possible = (
        sorted((f for f in everything if f.verdict.grade == grade), key=lambda f: f.verdict.chance or 0.0)
        for grade in ("clear", "possible")
    )
    lists = [
        _list("Perhaps for the better", [f for f in possible if f.verdict.good is True]),
        _list("Perhaps for the worse", [f for f in possible if f.verdict.good is False]),
        _list("Perhaps changed, neither better nor worse", [f for f in possible if f.verdict.good is None]),
    ]
    rows = [_row(finding) for finding in clear[:ROWS]]
    more = [f.measure.title for f in clear[ROWS:]]
    lead, rest, untold = _lead(clear, everything), _rest(everything), _untold(everything)
    html = fill(
        "summary.html.j2",
        lead=lead,
        rows=rows,
        more=f"Clearly unlike what was expected as well: {wording.listed(more)}." if more else "",
        lists=[each for each in lists if each["lines"]],
        rest=rest,
        untold=untold,
    )
    lines = [lead, *(f"{row['title']}: {row['words']}" for row in rows)]
    lines += [f"{each['title']}: {', '.join(line['title'] for line in each['lines']) or 'none'}" for each in lists]
    lines += [rest, *(f"{each['words']}: {', '.join(title for _, title in each['measures'])}" for each in untold)]
    return Fragment(html, "\n".join(lines))


def _lead(clear: Sequence[Finding], everything: Sequence[Finding]) -> str:
    tested = [f for f in everything if f.verdict.chance is not None]
    of = f"the {len(tested)} measures of which it can be told, of {len(everything)} in all,"
    if not clear:
        return f"Of {of} none is clearly unlike what the months before led one to expect."
    false = len(clear) * FALSE_DISCOVERY
    expected = "fewer than one" if false < 1 else f"about {wording.number(false)}"
    verb = "is" if len(clear) == 1 else "are"
    lead = (
        f"Of {of} {len(clear)} {verb} clearly unlike what the months before led one to expect, or unlike last year. "
        f"Of those, {expected} may be so by chance."
    )
    if any("illustrative" in f.origin_of(f.quarter.last - 59, f.quarter.last) for f in tested):
        lead += " Some are judged by made-up months, for illustration, which were never published."
    return lead


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.measure.code,
        "title": finding.measure.title,
        "words": narrative.verdict(finding),
        "good": {True: "better", False: "worse", None: "neither"}[finding.verdict.good],
        "rolling": finding.measure.in_table(finding.rolling.value),
        "change": narrative.change_in_table(finding),
    }


def _list(title: str, findings: Sequence[Finding]) -> dict[str, Any]:
    lines = [
        {"code": f.measure.code, "title": f.measure.title, "words": narrative.verdict_words(f)}
        for f in findings[:LINES]
    ]
    more = len(findings) - len(lines)
    return {"title": title, "lines": lines, "more": f"and {more} more, in the dashboard" if more else ""}


def _rest(everything: Sequence[Finding]) -> str:
    number = sum(f.verdict.grade == "as expected" for f in everything)
    verb = "is" if number == 1 else "are"
    return f"{wording.counted(number, 'measure')} {verb} as expected, allowing for season and chance."


def _untold(everything: Sequence[Finding]) -> list[dict[str, Any]]:
    """Measures of which it cannot be told, by the reason."""
    reasons: dict[str, list[tuple[str, str]]] = {}
    for finding in everything:
        if finding.verdict.grade == "cannot tell":
            words = wording.sentence_case(finding.verdict.reason)
            reasons.setdefault(words, []).append((finding.measure.code, finding.measure.title))
    nothing = f"Nothing: every measure has its figures to {wording.month(everything[0].quarter.last)}"
    return [{"words": words, "measures": measures} for words, measures in (reasons or {nothing: []}).items()]
