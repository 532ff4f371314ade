"""Which months a figure speaks of: those its own words name, else those lent to it by the rest of the sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from perf_lib.audit.literals import Literal
from perf_lib.audit.patterns import Words
from perf_lib.audit.periods import Period
from perf_lib.audit.sense import Clause, Sense
from perf_lib.audit.spans import Span

_BASE_BEFORE = Words(
    r"\b(?:from|on|since|over|above|below|with|to|against|than)\s+(?:the\s+|a\s+|its\s+|an?\s+average\s+of\s+|(?:about|around|some|nearly|almost)\s+)*$"
)
_A_SCOPE = Words(
    r"\b(?:months?|quarters?|(?:most|highest|lowest|fewest|busiest|quietest|peak|best|worst|largest|smallest|biggest|greatest|slowest|quickest|longest|shortest|high|low)(?:\s+[a-z]+){0,3}?)\s+(?:of|in|for)\s+(?:the\s+|any\s+)*$"
    r"|\bany\s+(?:single\s+|other\s+)?(?:month|quarter|year)\s+(?:of\s+|in\s+|for\s+|during\s+)?(?:the\s+)?$"
)


@dataclass(frozen=True)
class Reach:
    """The months a figure may speak of. own: the clause of the figure itself says so."""

    spans: tuple[Span, ...]
    own: bool
    named: bool
    """Whether any words of time led here; where none did, spans are empty."""
    lent: bool = False
    """Whether every period is another figure's own, or what a superlative looks over, so that this one may be of none."""


def reach(sense: Sense, literal: Literal) -> Reach:
    """The months that a figure speaks of."""
    at = sense.clause_of(literal.start)
    clause = sense.clauses[at]
    own = _own_period(sense, literal, clause)
    if own is not None:
        told_here = resolved(sense, own, _told_before(sense, own))
        return Reach((*told_here, *_ends_of(sense, literal, told_here)), own=True, named=True)
    base = _BASE_BEFORE.search(sense.before(literal.start))
    # "From 13,925 to 15,162": there the second is what the first became.
    became = base is not None and base[0].lower().startswith("to") and "from" in sense.text[: literal.start].lower()
    comparing = (clause.comparing or base is not None) and not became
    told = [p for p in sense.periods if not p.since]
    if comparing and not _leads(sense, literal):
        anchors = sense.anchors or []
        spans = [a.back(12) for a in anchors] + [a.back(a.length) for a in anchors if a.length < 12]
        spans += [span for p in told for span in resolved(sense, p)]
        spans += _ends_of(sense, literal, [*spans, *_runs(sense)])
        return Reach(tuple(dict.fromkeys(spans)), own=False, named=bool(told))
    lent = [p for p in told if not sense.is_base(p) and not p.relation]
    earlier = [p for p in lent if p.start < literal.start]
    later = [p for p in lent if p.start > literal.start]
    ordered = [*reversed(earlier), *later]
    # "From 112 in October to 94 in December": a period that has a figure of its own is not lent.
    own_to_others = [p for p in ordered if _taken(sense, p, literal) or _is_scope(sense, p)]
    free = [p for p in ordered if p not in own_to_others] or ordered
    spans = [span for p in free for span in resolved(sense, p)]
    spans += _ends_of(sense, literal, _runs(sense))
    reached = tuple(dict.fromkeys([*spans, *_ends_of(sense, literal, spans)]))
    return Reach(reached, own=False, named=bool(free), lent=free == own_to_others)


def resolved(sense: Sense, period: Period, near: Sequence[Span] = ()) -> tuple[Span, ...]:
    """The months a period means here."""
    anchors = list(near) or sense.anchors
    if not period.relation or not anchors:
        return period.spans
    shifted = [a.back(12) if period.relation == "year_before" else a.back(min(a.length, 12)) for a in anchors]
    return tuple(dict.fromkeys([*shifted, *period.spans]))


def bases(sense: Sense) -> list[Period]:
    """Periods that a change is measured from: than in 2018, on the same quarter last year."""
    out = []
    for period in sense.periods:
        words = sense.text[max(0, period.start - 24) : period.start]
        clause = sense.clauses[sense.clause_of(period.start)]
        opening = sense.text[max(0, clause.start - 16) : period.start]
        compares = clause.comparing or re.search(
            r"\b(?:than|compared\s+(?:with|to)|against|on|from|since|versus|as)\s+(?:in\s+|for\s+|during\s+|that\s+(?:of|in)\s+|the\s+|those\s+(?:of|in)\s+)*$",
            words,
            re.I,
        )
        if period.relation or period.since or compares or re.search(r"compared\s+(?:with|to)\s*$", opening, re.I):
            out.append(period)
    return out


def _own_period(sense: Sense, literal: Literal, clause: Clause) -> Period | None:
    if literal.start in sense.said_just_before:
        return sense.said_just_before[literal.start]
    others_own = sense.said_just_before.values()
    periods = [p for p in sense.within(clause, sense.periods) if not p.since and p not in others_own]
    if len(periods) > 1:
        periods = [p for p in periods if not _is_scope(sense, p)] or periods
    if not periods:
        return None
    others = [each for each in sense.within(clause, sense.literals) if each is not literal]
    after = [p for p in periods if p.start >= literal.end]
    before = [p for p in periods if p.end <= literal.start]
    if after and not any(literal.end <= each.start < after[0].start for each in others):
        return after[0]
    if before and not any(before[-1].end <= each.start < literal.start for each in others):
        # "The 12-month average rose from 10 to 11": what it rose from is another 12 months.
        opened = re.search(r"\bfrom\s+(?:\w+\s+){0,2}$", sense.before(literal.start)) is not None
        return None if opened else before[-1]
    if not before and re.search(r"\bfrom\s+(?:\w+\s+){0,2}$", sense.before(literal.start)):
        return None  # from 6,191 to 6,659 in the year: the year is the second figure's
    return (before or after)[-1 if before else 0]


def _taken(sense: Sense, period: Period, literal: Literal) -> bool:
    clause = sense.clauses[sense.clause_of(period.start)]
    others = [
        each
        for each in sense.within(clause, sense.literals)
        if each is not literal and each.kind not in ("rank", "months")
    ]
    return bool(others) and not clause.start <= literal.start < clause.end and period.start > literal.start


def _is_scope(sense: Sense, period: Period) -> bool:
    """Whether a period is what a superlative looks over: the best of the year, the busiest month of 2019."""
    return _A_SCOPE.search(sense.text[max(0, period.start - 45) : period.start]) is not None


def _ends_of(sense: Sense, literal: Literal, spans: Sequence[Span]) -> list[Span]:
    """The first or last month of a stretch that a figure opens or closes: between May and July, from 94 to 112."""
    before = sense.before(literal.start, 24)
    opens, closes = re.search(r"\bfrom\s+(?:\w+\s+){0,2}$", before), re.search(r"\bto\s+(?:\w+\s+){0,2}$", before)
    if not (opens or closes):
        return []
    opening = opens is not None and (closes is None or opens.start() > closes.start())  # the nearer word
    return [Span(s.first, s.first) if opening else Span(s.last, s.last) for s in spans if 1 < s.length <= 12]


def _runs(sense: Sense) -> list[Span]:
    """The months that something is said to have lasted, with the one before: fallen for five months, from 153 to 94."""
    last, lasted = sense.calendar.last, (each for each in sense.literals if each.kind == "months")
    return [Span(last - int(each.value), last) for each in lasted if 1 < each.value < 12]


def _leads(sense: Sense, literal: Literal) -> bool:
    """Whether "over 1,500" is a manner of speaking rather than a comparison."""
    return bool(literal.said) and re.search(r"\bfrom\s+\S*\s*$", sense.before(literal.start)) is None


def _told_before(sense: Sense, own: Period) -> list[Span]:
    return [s for p in sense.periods if p is not own and not p.relation and not p.since for s in p.spans]
