"""What a change is measured between: the months compared, those they are compared with, and the changes there."""

from __future__ import annotations

import re

from perf_lib.audit.facts import Fact, Facts
from perf_lib.audit.literals import Literal
from perf_lib.audit.reach import bases, resolved
from perf_lib.audit.sense import Sense
from perf_lib.audit.spans import Span
from perf_lib.config.catalogue import Measure
from perf_lib.words import wording


def pairs(sense: Sense, facts: Facts, code: str, place: int) -> list[tuple[Span, Span]]:
    """What a change at a place in the sentence may be measured between: the later months, the earlier ones."""
    sense, calendar = sense, facts.calendar
    measured_from = bases(sense)
    base_places = {p.start for p in measured_from}
    clause = sense.clauses[sense.clause_of(place)]
    told = [p for p in sense.periods if p.start not in base_places]
    here = [p for p in told if clause.start <= p.start < clause.end]
    before = [p for p in told if p.start < place]
    chosen = here or (before[-1:] if before else told[:1]) or []
    usual = [facts.usual(code)[0], calendar.now, calendar.year, calendar.to_date]
    ends = [span for p in chosen for span in p.spans] or usual
    ends = facts.reached(code, ends)
    pairs: list[tuple[Span, Span]] = []
    near = (
        [p for p in measured_from if clause.start <= p.start < clause.end]
        or [p for p in measured_from if p.start >= clause.start]
        or measured_from
    )
    for period in near:
        for end in (
            ends if not period.since else [calendar.year, calendar.now, Span(calendar.last, calendar.last), *ends]
        ):
            for base in resolved(sense, period, [end]) if chosen or period.relation else period.spans:
                if base.length == end.length and base.first < end.first:
                    pairs.append((end, base))
            if not chosen:
                likes = [(_like(facts, base), base) for base in period.spans if not period.relation]
                pairs += [(like, base) for like, base in likes if like is not None]
    if not pairs:
        likes = [(_like(facts, base), base) for p in near for base in p.spans if not p.relation]
        pairs += [(like, base) for like, base in likes if like is not None]
    if not pairs:
        for end in ends:
            pairs.append((end, end.back(12)))
            if end.length < 12 and not re.search(r"\byear\b", " ".join(sense.text[p.start : p.end] for p in near)):
                pairs.append((end, end.back(end.length)))
    spans = list(dict.fromkeys(span for p in sense.periods for span in resolved(sense, p)))[:12]
    explicit = [p for p in sense.periods if not p.relation]
    if len(explicit) >= 2:
        pairs += [(a, b) for a in spans for b in spans if a.length == b.length and a.first > b.first]
    for span in ends:
        if 1 < span.length <= 12 and re.search(
            r"\b(?:between|from|during|over|within|through\w*|across)\b", sense.text, re.I
        ):
            pairs.append((Span(span.last, span.last), Span(span.first, span.first)))
    return list(dict.fromkeys(pairs))


def _like(facts: Facts, base: Span) -> Span | None:
    """This year's months of the same length as an earlier stretch: fewer than in December 2018."""
    calendar = facts.calendar
    known = {1: Span(calendar.last, calendar.last), 3: calendar.now, 12: calendar.year}
    like = known.get(base.length)
    return like if like is not None and base.first < like.first else None


def changes(sense: Sense, facts: Facts, literal: Literal, code: str) -> tuple[list[Fact], bool]:
    """The changes that a figure may be, in its own unit, and whether there are any."""
    measure = facts.findings[code].measure
    out: list[Fact] = []
    for difference, share in facts.changes(code, pairs(sense, facts, code, literal.start)):
        if literal.kind == "multiple":
            if share is not None:
                ratio = 1 + share.value / 100
                out.append(Fact(ratio, code, difference.span, f"{ratio:.1f} times", difference.way))
        elif literal.kind in ("percent", "fraction"):
            # A difference of two percentages is in points: "per cent" of one is a part of it.
            if share is not None:
                out.append(share)
        elif literal.kind == "points":
            if measure.is_percentage:
                out.append(difference)
        elif same_unit(literal, measure):
            out.append(difference)
    return out, bool(out)


def same_unit(literal: Literal, measure: Measure) -> bool:
    """Whether a figure is written in the unit of a measure's own."""
    if literal.kind in ("percent", "fraction"):
        return measure.is_percentage
    if literal.kind == "seconds":
        return measure.unit == wording.SECONDS
    return measure.unit != wording.SECONDS
