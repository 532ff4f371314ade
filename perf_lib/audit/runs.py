"""Months in a row, and months above or below an average."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from perf_lib.audit.facts import Fact, Facts
from perf_lib.audit.figures import Judge
from perf_lib.audit.patterns import Words
from perf_lib.audit.sense import Sense
from perf_lib.audit.spans import Span
from perf_lib.audit.subjects import hedged
from perf_lib.audit.verdicts import MOST, Found, Verdict, Verdicts
from perf_lib.audit.ways import DOWN_VERB, UP_VERB
from perf_lib.commentary.numbers import NUMBER, number
from perf_lib.words import wording

_RUN = Words(
    rf"\b(?P<n>{NUMBER})[\s-]+(?P<row>(?:consecutive|successive|straight|running)\s+)?months?\b(?P<after>\s+(?:in\s+a\s+row|running|in\s+succession))?"
)
_AVERAGE = Words(
    r"\b(?:(?P<up>above|higher\s+than|over|exceed\w*|more\s+than)|(?P<down>below|lower\s+than|under|less\s+than|fewer\s+than))\s+(?:the\s+|its\s+|their\s+|this\s+|an\s+)?(?:(?:monthly|yearly|annual|long-term|year['’]s|12-month|24-month|usual|normal)\s+)?(?:average|mean)\b"
)
_AVERAGE_OF = Words(
    r"\b(?:average|mean)\s+(?:(?:of|over|in)\s+(?:the\s+)?|for\s+the\s+)(?:(?:past|last|previous|preceding)\s+)?$"
)


def runs(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """So many months in a row that rose, fell, or stood above or below an average."""
    sense, facts = judge.sense, judge.facts
    text = sense.text
    for found in islice(_RUN.finditer(text), MOST):
        read = number(found["n"])
        if read is None or not 2 <= read[0] <= 24 or hedged(sense, found.start()):
            continue
        chained = bool(found["row"] or found["after"])
        if not chained and _AVERAGE_OF.search(text[: found.start()]):
            continue
        if re.search(rf"\b{NUMBER}\s+of\s+the\s+(?:\w+\s+)?$", text[: found.start()], re.I):
            continue  # three of the last six months: no run
        side = _AVERAGE.search(text)
        moving = re.search(
            rf"\b(?:each|every|for|consecutive|successive|row|running)\b.{{0,40}}?(?:{UP_VERB}|{DOWN_VERB})|(?P<moved>{UP_VERB}|{DOWN_VERB})\s+(?:in\s+each\s+of|for|each|every|in\s+every)",
            text,
            re.I,
        )
        if not (side or moving or chained):
            continue
        codes, _ = sense.measures(found.start(), found.end())
        code = next((c for c in codes if c in facts.findings), None)
        if code is None or sense.is_foreign(found.start()):
            continue
        ways = [1 if side["up"] else -1] if side else [1, -1]
        lengths = _lengths(sense, facts, code, ways, average=bool(side) or not moving, moving=not side)
        if not lengths:
            continue
        count, end = int(read[0]), _run_end(sense, facts)
        held = next((length for length in lengths if length >= count), lengths[0])
        span = Span(end - held + 1, end) if held else None
        fact = Fact(held, code, span, wording.counted(held, "month"))
        yield found.start(), found.end(), Verdict("agrees" if max(lengths) >= count else "contradicts", fact, code)


def _run_end(sense: Sense, facts: Facts) -> int:
    calendar = facts.calendar
    told = [
        s
        for p in sense.periods
        if not p.since and not p.counted
        for s in p.spans
        if s.last <= calendar.last and s.last > calendar.last - 12
    ]
    return max((s.last for s in told), default=calendar.last)


def _lengths(sense: Sense, facts: Facts, code: str, ways: Sequence[int], average: bool, moving: bool) -> list[int]:
    known, end = facts.months(code), _run_end(sense, facts)
    if known:
        end = min(end, max(known))
    out = []
    for way in ways:
        if average:
            for mean in facts.usual_averages(code):
                out.append(_length(end, {at: (value - mean) * way > 0 for at, value in known.items()}))
        if moving:
            rises = {at: at - 1 in known and (value - known[at - 1]) * way > 0 for at, value in known.items()}
            out.append(_length(end, rises))
    return out


def _length(end: int, holds: Mapping[int, bool]) -> int:
    at = end
    while holds.get(at, False):
        at -= 1
    return end - at


def averages(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """Months said to be above or below the usual."""
    sense, facts = judge.sense, judge.facts
    for found in islice(_AVERAGE.finditer(sense.text), MOST):
        group = "up" if found["up"] else "down"
        start, end = found.span(group)
        if hedged(sense, start) or sense.is_foreign(start) or sense.speaks_of_peers(start):
            continue
        if re.search(rf"\b{NUMBER}\s+of\s+the\s", sense.text, re.I):
            continue  # three of the last six months
        codes, _ = sense.measures(start, end)
        code = next((c for c in codes if c in facts.findings), None)
        told = [
            p for p in sense.periods if p.spans and not p.since and not p.vague and max(s.length for s in p.spans) <= 11
        ]
        told = [p for p in told if p.end <= start or p.start <= end + 60]
        if code is None or not told or (sense.sentence.code is None and not sense.mentions):
            continue
        spans = list(told[0].spans)
        known = facts.months(code)
        span = spans[0]
        months = [known[at] for at in range(span.first, span.last + 1) if at in known]
        if not months:
            continue
        way = 1 if group == "up" else -1
        means = facts.usual_averages(code)
        right = any(all((value - mean) * way > 0 for value in months) for mean in means)
        if not right and span.length == 3 and not re.search(r"\b(?:each|all|every|months)\b", sense.text, re.I):
            right = any((sum(months) / len(months) - mean) * way > 0 for mean in means)
        fact = Fact(means[0], code, span, f"an average of {facts.printed(code, means[0])} a month")
        yield start, end, Verdict("agrees" if right else "contradicts", fact, code)
