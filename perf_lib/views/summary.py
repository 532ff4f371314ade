"""The quarter on one page: what a panel member reads first, and how sure one can be of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.stats import calibrated
from perf_lib.views import narrative
from perf_lib.views.html import Fragment, fill
from perf_lib.words import wording

ROWS = 12
"""Exceptional measures shown: as many as a page has room for."""
LINES = 7
"""Measures shown of each list."""


def summary(findings: Mapping[str, Finding]) -> Fragment:
    """What is exceptional and how sure one can be, what got better, what got worse, what is missing: one page."""
    everything = list(findings.values())
    exceptional = sorted((f for f in everything if f.is_headline), key=lambda f: f.chance or 0.0)
    tested = [f for f in everything if f.chance is not None]
    moved = [f for f in everything if f.moved]
    lists = [
        _list("Better than a year ago", [f for f in moved if f.improved is True]),
        _list("Worse than a year ago", [f for f in moved if f.improved is False]),
        _list("Moved, neither better nor worse", [f for f in moved if f.improved is None]),
    ]
    rows = [_row(finding) for finding in exceptional[:ROWS]]
    more = [f.measure.title for f in exceptional[ROWS:]]
    lead, rest, missing = _lead(exceptional, tested, everything), _rest(moved, everything), _missing(everything)
    html = fill(
        "summary.html.j2",
        lead=lead,
        rows=rows,
        more=f"Exceptional as well: {wording.listed(more)}." if more else "",
        lists=[each for each in lists if each["lines"] or "neither" not in each["title"]],
        rest=rest,
        missing=missing,
    )
    lines = [lead, *(f"{row['title']}: {row['words']}; by chance {row['chance']}" for row in rows)]
    lines += [f"{each['title']}: {', '.join(line['title'] for line in each['lines']) or 'none'}" for each in lists]
    lines += [rest, *(f"{each['words']}: {', '.join(title for _, title in each['measures'])}" for each in missing)]
    return Fragment(html, "\n".join(lines))


def odds(chance: float) -> str:
    """How often chance alone would do it, as one in so many.

    >>> odds(0.03), odds(0.0004), odds(0.5), odds(1.0)
    ('1 in 33', 'less than 1 in 1,000', '1 in 2', 'always')
    """
    if chance < 0.001:
        return "less than 1 in 1,000"
    return "always" if chance > 2 / 3 else f"1 in {wording.number(1 / chance)}"


def _lead(exceptional: Sequence[Finding], tested: Sequence[Finding], everything: Sequence[Finding]) -> str:
    share = wording.per_cent(100 * calibrated.FALSE_DISCOVERY)
    of = f"the {len(tested)} measures that can be tested, of {len(everything)} in all,"
    if not exceptional:
        return f"Of {of} none has moved by more than chance is likely to explain."
    false = len(exceptional) * calibrated.FALSE_DISCOVERY
    expected = "fewer than one" if false < 1 else f"about {wording.number(false)}"
    verb = "has" if len(exceptional) == 1 else "have"
    lead = (
        f"Of {of} {len(exceptional)} {verb} moved by more than chance is likely to explain. Chosen this way, at most "
        f"{share} of such measures are expected to be false alarms: here, {expected}. Beside each stands how "
        "often chance alone would make a measure in which nothing changed look as unusual."
    )
    unpublished = [f for f in exceptional if "illustrative" in f.origin_of(f.quarter.last - 59, f.quarter.last)]
    if unpublished:
        which = "All of them are" if len(unpublished) == len(exceptional) else f"{len(unpublished)} of them are"
        lead += f" {which} judged partly against illustrative months, which were never published."
    return lead


def _row(finding: Finding) -> dict[str, Any]:
    borne_out = [symbol for symbol in symbols.SYMBOLS if symbol.code in finding.calibrated_signals]
    goods = {symbols.is_good(symbol, finding.measure) for symbol in borne_out}
    verdicts = {True: "better", False: "worse", None: "neither"}
    words = wording.listed([symbol.words for symbol in borne_out]) or narrative.message(finding)
    return {
        "code": finding.measure.code,
        "title": finding.measure.title,
        "words": wording.sentence_case(words),
        "verdict": verdicts[goods.pop()] if len(goods) == 1 else "mixed" if goods else "neither",
        "rolling": narrative.figure_in_table(finding, finding.rolling.value),
        "change": narrative.change_in_table(finding),
        "chance": wording.sentence_case(odds(finding.chance or 0.0)),
    }


def _list(title: str, findings: Sequence[Finding]) -> dict[str, Any]:
    lines = []
    for finding in findings[:LINES]:
        figures = narrative.figure_in_table(finding, finding.rolling.value), narrative.change_in_table(finding)
        lines.append({"code": finding.measure.code, "title": finding.measure.title, "words": ", ".join(figures)})
    more = len(findings) - len(lines)
    return {"title": title, "lines": lines, "more": f"and {more} more, in the dashboard" if more else ""}


def _rest(moved: Sequence[Finding], everything: Sequence[Finding]) -> str:
    compared = sum(f.year_on_year is not None for f in everything)
    within, cannot = compared - len(moved), len(everything) - compared
    return (
        f"These are the measures whose 12 months differ from the 12 before by more than chance explains (95 per cent "
        f"interval). {wording.counted(within, 'measure')} moved within it, and for {cannot} it cannot be told: the "
        "months are missing, too few, or overlap."
    )


def _missing(everything: Sequence[Finding]) -> list[dict[str, Any]]:
    """What is missing, each kind with its measures."""
    kinds: dict[str, list[tuple[str, str]]] = {}
    for finding in everything:
        if finding.as_at is None:
            kind = "No figure at all"
        elif not finding.is_current:
            kind = f"No figure after {wording.month(finding.as_at)}"
        elif symbols.lacks_data(finding):
            kind = "A month missing or left out, so not enough data for symbols"
        else:
            continue
        kinds.setdefault(kind, []).append((finding.measure.code, finding.measure.title))
    nothing = f"Nothing: every measure has its figures to {wording.month(everything[0].quarter.last)}"
    return [{"words": words, "measures": measures} for words, measures in (kinds or {nothing: []}).items()]
