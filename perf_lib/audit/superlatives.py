"""The highest, the lowest, the third lowest since: months held against months, quarters against quarters, areas against areas."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import islice

from perf_lib.audit.facts import Fact, Facts
from perf_lib.audit.figures import Judge
from perf_lib.audit.patterns import Words
from perf_lib.audit.sense import Sense
from perf_lib.audit.spans import Span, month_of
from perf_lib.audit.subjects import hedged
from perf_lib.audit.verdicts import MOST, Found, Verdict, Verdicts
from perf_lib.commentary.numbers import ORDINALS
from perf_lib.words import wording

_SUPERLATIVE = Words(
    r"\b(?:(?P<high>highest|largest|biggest|greatest|most|peak(?:ed)?|longest|slowest|record\s+high|busiest|high\s+point)|(?P<low>lowest|smallest|fewest|least|shortest|fastest|quickest|record\s+low|quietest|low\s+point)|(?P<best>best)|(?P<worst>worst))\b(?!\s+(?:similar|of\s+(?:the|these|those|them|all|which|its)\b(?!\s+(?:year|quarter|last|past|twelve|12|period))|likely|common|often|people|force|serious|vulnerable|recent\b))"
)


def superlatives(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """What is said to be the most or the least of its kind."""
    sense, facts = judge.sense, judge.facts
    text = sense.text
    for found in islice(_SUPERLATIVE.finditer(text), MOST):
        start, end = found.span()
        around = text[max(0, start - 30) : end + 40]
        rate = re.search(r"\b(?:nationally|forces|peers?|group|MSG|country|England)\b|\brate\b.{0,12}$", around)
        if hedged(sense, start) or (
            found[0].lower() in ("most", "least", "best", "worst") and not re.search(r"\bthe\s+$", text[:start])
        ):
            continue
        codes, _ = sense.measures(start, end)
        code = next((c for c in codes if c in facts.findings), None)
        if code is None or (sense.sentence.code is None and not sense.mentions):
            continue
        measure = facts.findings[code].measure
        high = (
            bool(found["high"])
            or (bool(found["best"]) and measure.better == "higher")
            or (bool(found["worst"]) and measure.better == "lower")
        )
        verdict = (
            _rank(sense, facts, verdicts, code, start, high) if rate else _extreme(sense, facts, code, found, high)
        )
        if verdict is not None:
            yield start, end, verdict


def _rank(sense: Sense, facts: Facts, verdicts: Verdicts, code: str, start: int, high: bool) -> Verdict | None:
    comparison = facts.findings[code].peers
    if comparison is None or any(
        literal.kind == "rank" and literal.end <= start < literal.end + 12 for literal, _ in verdicts
    ):
        return None
    at = comparison.position
    span = Span(comparison.month.ordinal - 11, comparison.month.ordinal)
    group = re.search(r"\b(?:peers?|group|MSG|similar)\b", sense.text) is not None
    rank, size = at.rank, at.n
    if not group:
        if at.national_rank is None or at.national_rank_words is None:
            return None
        rank, size = at.national_rank, int(at.national_rank_words.rsplit(" ", 1)[1])
    words = at.rank_words if group else str(at.national_rank_words)
    right = (rank == size) if high else (rank == 1)
    return Verdict("agrees" if right else "contradicts", Fact(rank, code, span, words), code)


def _extreme(sense: Sense, facts: Facts, code: str, found: re.Match[str], high: bool) -> Verdict | None:
    place = _ordinal_before(sense, found.start())
    scopes, subjects = _scope_and_subject(sense, facts, found, code)
    if not subjects:
        return None
    best: Verdict | None = None
    for subject in subjects:
        for scope in scopes or _usual_scopes(facts, code):
            values = _comparable(facts, code, subject, scope)
            own = facts.figure(code, subject).value
            if own is None or len(values) < 2:
                continue
            ordered = sorted(values.items(), key=lambda item: item[1], reverse=high)
            target = ordered[min(place, len(ordered)) - 1]
            verdict = "agrees" if math.isclose(target[1], own, rel_tol=1e-4, abs_tol=1e-9) else "contradicts"
            when = wording.month(month_of(target[0].last)) if subject.length == 1 else str(target[0])
            fact = Fact(target[1], code, target[0], f"{when} ({facts.printed(code, target[1])})")
            if verdict == "agrees":
                return Verdict(verdict, fact, code)
            best = best or Verdict(verdict, fact, code)
    return best


def _ordinal_before(sense: Sense, start: int) -> int:
    before = re.search(r"\b(\w+)[\s-]+$", sense.text[:start])
    return ORDINALS.get(before[1].lower(), 1) if before else 1


def _scope_and_subject(sense: Sense, facts: Facts, found: re.Match[str], code: str) -> tuple[list[Span], list[Span]]:
    sense, text, calendar = sense, sense.text, facts.calendar
    scopes: list[Span] = []
    subjects: list[Span] = []
    months = [p for p in sense.periods if p.spans and all(s.length == 1 for s in p.spans) and not p.since]
    for period in sense.periods:
        before = text[max(0, period.start - 20) : period.start].lower()
        if period.since and period.spans:
            # "The lowest since February" may be lower than February's, or the lowest after it.
            scopes += [Span(first, calendar.last) for span in period.spans[:1] for first in (span.first, span.last + 1)]
        elif period.relation or not period.spans or period in months:
            continue
        elif (
            months
            or (
                re.search(r"\b(?:of|in|for|over|during)\s+(?:the\s+|any\s+)?$", before) and period.start > found.start()
            )
            or period.vague
            or re.search(r"\bof\s+$", before)
        ):
            scopes += list(period.spans)
        else:
            subjects += list(period.spans)
    clause = sense.clauses[sense.clause_of(found.start())]
    near = [p for p in months if clause.start <= p.start < clause.end] or months
    # The figure of the month itself: "peaked in July", "December was the lowest month".
    subjects = [s for p in near[:3] for s in p.spans] or subjects
    if re.search(r"\b(?:on\s+record|ever|of\s+all)\b", text, re.I):
        known = facts.months(code)
        scopes.append(Span(min(known, default=calendar.last), calendar.last))
    if (
        not subjects
        and re.search(r"\b(?:it|this|that|figure|total|number|quarter|month)\b", text[: found.start()], re.I)
        and (scopes or re.search(r"\bmonths?\b", text))
    ):
        quarterly = re.search(r"\bquarter", text, re.I)
        subjects = [calendar.now, *([] if quarterly else [Span(calendar.last, calendar.last), calendar.year])]
    elif not subjects and scopes and re.match(r"\s+quarter(?:ly)?\b", text[found.end() :]):
        subjects = [calendar.now]  # 209, the highest quarterly figure of the year
    elif not subjects and scopes and any(p.since for p in sense.periods):
        subjects = [calendar.now, Span(calendar.last, calendar.last), calendar.year]
    if len(near) > 1 and near is not months and not any(p.start < found.start() for p in near):
        subjects = list(near[0].spans)
    return scopes, subjects


def _usual_scopes(facts: Facts, code: str) -> list[Span]:
    calendar = facts.calendar
    known = facts.months(code)
    last = max(known, default=calendar.last)
    return [
        Span(last - 11, last),
        calendar.calendar_year,
        calendar.now,
        calendar.to_date,
        Span(last - 23, last),
        Span(min(known, default=last), last),
    ]


def _comparable(facts: Facts, code: str, subject: Span, scope: Span) -> dict[Span, float]:
    """The figures that a subject is the highest or lowest of: months with months, quarters with quarters."""
    if subject.length == 1:
        return {Span(at, at): value for at, value in facts.months(code).items() if scope.first <= at <= scope.last}
    if subject.length == 3:
        first = scope.first if scope.length > 3 else scope.first - 9
        starts = range(subject.first - 3 * ((subject.first - first) // 3), scope.last - 1, 3)
    else:
        starts = range(max(scope.first, subject.first - 60), subject.first + 1)
    spans = [Span(start, start + subject.length - 1) for start in starts]
    found = {span: facts.figure(code, span).value for span in spans}
    return {span: value for span, value in found.items() if value is not None}
