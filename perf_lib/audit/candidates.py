"""Which facts a figure may stand for, the likeliest first, by what it is said to be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import permutations

from perf_lib.audit.facts import Fact, Facts, Memory, Verdict
from perf_lib.audit.literals import Literal, Words
from perf_lib.audit.periods import Span
from perf_lib.audit.roles import Reach, bases, extreme_of, range_end, resolved, role, unit_of
from perf_lib.audit.sense import Sense
from perf_lib.config.catalogue import Measure
from perf_lib.words import wording

# --- The months that a change is measured between


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


# --- Figures that follow from others of their sentence


def follows(sense: Sense, memory: Memory, literal: Literal) -> Verdict | None:
    """A figure that follows from others of its sentence: a part of a whole, a difference."""
    others = [each for each in sense.literals if each is not literal and each.kind in ("count", "seconds")][:12]
    text = sense.text
    for one, other in permutations(others, 2):
        between = text[one.end : other.start] if one.end <= other.start else ""
        opened = re.search(r"\bfrom\s+(?:\w+\s+){0,2}$", text[max(0, one.start - 24) : one.start])
        joined = re.fullmatch(r"[^,;]{0,60}?\bto\s+(?:\w+\s+){0,2}", between) if opened else None
        if (
            joined
            and literal.kind in ("count", "percent", "seconds")
            and one.value
            and role(sense, memory, literal, None)[0] == "change"
        ):
            right = abs(other.value - one.value)
            right = 100 * right / one.value if literal.kind == "percent" else right
            fact = Fact(
                right, "", None, wording.per_cent(right) if literal.kind == "percent" else wording.number(right)
            )
            return Verdict("agrees" if literal.fits(right) else "contradicts", fact, None, why="arithmetic")
        if (
            literal.kind in ("percent", "fraction")
            and re.fullmatch(
                r"[\s\w]{0,30}?\b(?:out\s+of|of)\s+(?:the\s+|its\s+|all\s+)?(?:(?:quarter|year|month)['’]s\s+)?",
                between,
            )
            and other.value
        ):
            right = 100 * one.value / other.value
            if literal.fits(right):
                return Verdict("agrees", Fact(right, "", None, wording.per_cent(right)), None, why="arithmetic")
    return None


# --- The facts that a figure may stand for

_MONTH_BY_MONTH = Words(
    r"\b(?:each|every|successive)\s+month\b|\beach\b(?!\s+(?:year|quarter|week|day)\b)|\bmonth\s+by\s+month\b|\bmonths\s+of\s+the\s+(?:quarter|year)\b"
)
_QUARTER_BY_QUARTER = Words(r"\bquarter\s+(?:by|on|after)\s+quarter\b|\b(?:each|every|successive)\s+quarters?\b")
_ALL_BUT = Words(r"\ball\s+but\s+$")
_PEERS = Words(r"\b(?:peers?|MSG|similar|group)\b")


def facts_for(
    sense: Sense,
    facts: Facts,
    literal: Literal,
    code: str,
    role: str,
    reach: Reach,
    codes: Sequence[str],
) -> tuple[list[Fact], bool]:
    """The facts a figure may stand for, the likeliest first, and whether another figure would be wrong."""
    measure = facts.findings[code].measure
    asked = reach.spans
    spans = facts.reached(code, asked) if asked else facts.usual(code)
    if asked and not reach.own and len(asked) > 24:
        spans = spans[:24]
    if reach.lent and role in ("level", "average"):
        spans = list(dict.fromkeys([*facts.usual(code), *spans]))
    kind = literal.kind
    if role == "level" and _MONTH_BY_MONTH.search(sense.text):
        inner = (Span(at, at) for span in spans if 1 < span.length <= 12 for at in range(span.first, span.last + 1))
        spans = list(dict.fromkeys([*spans, *inner]))
    if role == "level" and _QUARTER_BY_QUARTER.search(sense.text):
        spans = list(dict.fromkeys([*spans, *(facts.calendar.now.back(3 * back) for back in range(4))]))
    if role == "size":
        comparison = facts.findings[code].peers
        if comparison is None:
            return [], False
        at = comparison.position
        sizes = [at.n, *([int(at.national_rank_words.rsplit(" ", 1)[1])] if at.national_rank_words else [])]
        return [Fact(size, code, None, str(size)) for size in sizes], True
    if role == "rank":
        return _ranks(sense, facts, literal, code)
    if role == "margin":
        return list(facts.margins(code, spans)), measure.has_margin
    if role == "rate":
        return _rates(sense, facts, literal, code)
    if role == "range":
        return _range(sense, facts, literal, code, spans if asked else [])
    if role == "extreme":
        which = extreme_of(sense, literal)
        found = [
            ends[which == "high"]
            for span in _scopes(sense, facts, spans if asked else [])
            if (ends := facts.ends(code, span))
        ]
        return [f for f in found if same_unit(literal, measure)], True
    if role == "average":
        unit = unit_of(sense, literal, sense.after(literal.end, 60)) or "month"
        if not reach.own:
            spans = list(dict.fromkeys([*spans, *facts.usual(code)]))  # "the average" is mostly the year's
        averages = list(facts.averages(code, [s for s in spans if s.length >= 3 or unit in ("day", "week")], unit))
        return averages, bool(averages)
    if role == "change":
        changed, clear = changes(sense, facts, literal, code)
        if kind == "count" and sense.text[: literal.start].rstrip().endswith("("):
            changed += facts.levels(code, spans)  # in brackets after a change: how much, or to what
        return changed, clear
    if kind == "count" and not measure.is_count and _ALL_BUT.search(sense.text[: literal.start]):
        return list(facts.rest(code, spans)), True
    if kind == "count":
        return _counts(facts, code, measure, spans)
    if kind == "percent" or kind == "fraction":
        return _percentages(sense, facts, literal, code, measure, spans, codes)
    if kind in ("seconds", "days"):
        right = measure.unit == wording.SECONDS if kind == "seconds" else "day" in measure.unit
        return (list(facts.levels(code, spans)) if right else []), right
    return [], False


def _counts(facts: Facts, code: str, measure: Measure, spans: list[Span]) -> tuple[list[Fact], bool]:
    levels = list(facts.levels(code, spans))
    if measure.is_count:
        return levels, True
    parts = list(facts.parts(code, spans))
    return [*parts, *levels], bool(parts)


def _scopes(sense: Sense, facts: Facts, spans: Iterable[Span]) -> list[Span]:
    """Where a highest or lowest is sought: as the sentence says, else the usual stretches."""
    calendar = facts.calendar
    told = [span for span in spans if span.length > 1]
    since = [Span(p.spans[0].first, calendar.last) for p in sense.periods if p.since and p.spans]
    return [*since, *told] or [
        calendar.year,
        calendar.now,
        calendar.to_date,
        Span(calendar.last - 23, calendar.last),
    ]


def _range(sense: Sense, facts: Facts, literal: Literal, code: str, spans: list[Span]) -> tuple[list[Fact], bool]:
    other = range_end(sense, literal)
    if other is None:
        return [], False
    high = literal.start > other.start
    measure, own = facts.findings[code].measure, []
    rates = facts.rates(code)["bounds"]
    if rates and (sense.speaks_of_peers(literal.start) or "bound" in sense.text):
        return [rates[high]], True
    scopes = _scopes(sense, facts, spans)
    for scope in scopes:
        ends = facts.ends(code, scope)
        if ends is None:
            continue
        low_fact, high_fact = ends
        ordered = (other, literal) if high else (literal, other)
        if _bounds(ordered[0], low_fact.value, -1) and _bounds(ordered[1], high_fact.value, 1):
            return [Fact(literal.value, code, scope, (high_fact if high else low_fact).said)], True
        own.append(high_fact if high else low_fact)
    if not own and not measure.is_count:
        return [], False
    return own, True


def _bounds(literal: Literal, value: float, side: int) -> bool:
    """Whether a range's end is its end: exactly, or as a round number just beyond it."""
    if literal.fits(value):
        return True
    place = 10.0
    own = literal.value
    while own and own % (place * 10) == 0:
        place *= 10
    is_round = own % 5 == 0 and own > 0 and literal.step == 1
    return is_round and 0 <= side * (own - value) < (place if own % 10 == 0 else 5)


def _ranks(sense: Sense, facts: Facts, literal: Literal, code: str) -> tuple[list[Fact], bool]:
    comparison = facts.findings[code].peers
    after = sense.text[literal.end : literal.end + 40].lower()
    if re.match(r"[\s-]+\w+\s+(?:month|quarter|figure|total|on\s+record)", after) or comparison is None:
        return [], False
    at = comparison.position
    high = re.match(r"[\s-]+(?:highest|largest|worst)", after) is not None
    national = re.search(r"\bnational|\bforces\b|England|country", sense.text, re.I) is not None
    group = sense.speaks_of_peers(literal.start) or _PEERS.search(sense.text) is not None
    found = []
    span = Span(comparison.month.ordinal - 11, comparison.month.ordinal)
    sizes = [(at.rank, at.n)] if group or not national else []
    if at.national_rank is not None and at.national_rank_words and (national or not group):
        sizes.append((at.national_rank, int(at.national_rank_words.rsplit(" ", 1)[1])))
    for rank, size in sizes:
        place = size + 1 - rank if high else rank
        found.append(Fact(place, code, span, f"{wording.ordinal(place)} {'highest' if high else 'lowest'} of {size}"))
        if not re.match(r"[\s-]+(?:lowest|highest)", after):
            found.append(Fact(size + 1 - place, code, span, f"{wording.ordinal(size + 1 - place)} of {size}"))
    return found, True


def _rates(sense: Sense, facts: Facts, literal: Literal, code: str) -> tuple[list[Fact], bool]:
    known = facts.rates(code)
    clause = sense.words_of(sense.clauses[sense.clause_of(literal.start)])
    named = [facts for area, facts in known.items() if area not in ("own", "average", "bounds") and area in clause]
    if named:
        return named[0], True
    if sense.is_foreign(literal.start) and not sense.speaks_of_peers(literal.start):
        return [], False
    if sense.speaks_of_peers(literal.start) or re.search(r"\baverage\b", clause, re.I):
        return [*known["average"], *(known["bounds"] if "bound" in sense.text else [])], bool(known["average"])
    if sense.clauses[sense.clause_of(literal.start)].comparing:
        return [*known["average"], *known["own"]], bool(known["average"])
    return known["own"], bool(known["own"])


def _percentages(
    sense: Sense,
    facts: Facts,
    literal: Literal,
    code: str,
    measure: Measure,
    spans: list[Span],
    codes: Sequence[str],
) -> tuple[list[Fact], bool]:
    if measure.is_percentage:
        return list(facts.levels(code, spans)), True
    shares = []
    counts = [c for c in codes if facts.findings[c].measure.is_count][:3]
    for one, other in permutations(counts, 2):
        for span in facts.reached(one, spans):
            top, bottom = facts.figure(one, span).value, facts.figure(other, span).value
            if top is not None and bottom and top <= bottom:
                shares.append(Fact(100 * top / bottom, one, span, wording.per_cent(100 * top / bottom)))
    if measure.is_count:
        # A quarter's or month's share of its own year.
        calendar = facts.calendar
        told = sense.anchors
        parts = [s for s in told if s.length <= 3] or [calendar.now]
        wholes = [s for s in (*spans, *told, calendar.year) if s.length in (3, 12)]
        for part in parts:
            for whole in wholes[:4]:
                top, bottom = facts.figure(code, part).value, facts.figure(code, whole).value
                if (
                    top is not None
                    and bottom
                    and whole != part
                    and whole.first <= part.first
                    and part.last <= whole.last
                ):
                    shares.append(Fact(100 * top / bottom, code, part, wording.per_cent(100 * top / bottom)))
    of = re.match(
        r"\s*of\s+(?:all\b|(?:the\s+)?(?:year|quarter|total|twelve|12)\b|the\s+[\d,]+)",
        sense.text[literal.end :],
    )
    return shares, bool(shares) and (
        of is not None or (len(counts) > 1 and re.match(r"\s*of\b", sense.text[literal.end :]) is not None)
    )


def nearest(literal: Literal, facts: Sequence[Fact]) -> Fact:
    """The figure that should have stood there: the first asked for, unless one is all but equal."""
    close = [fact for fact in facts[:6] if fact.value and 0.9 < abs(literal.value / fact.value) < 1.1]
    return (
        close[0] if close and not (facts and 0.75 < abs(literal.value / (facts[0].value or 1e-9)) < 1.33) else facts[0]
    )


def said_of_peers(sense: Sense, facts: Facts, literal: Literal, code: str) -> list[Fact]:
    """What a percentage said of somewhere else may be: the change of the peers' rates."""
    comparison = facts.findings[code].peers
    if comparison is None or literal.kind != "percent" or not sense.speaks_of_peers(literal.start):
        return []
    at = comparison.position
    span = Span(comparison.month.ordinal - 11, comparison.month.ordinal)
    return [
        Fact(v, code, span, wording.per_cent(abs(v)), 1 if v > 0 else -1) for v in (at.group_change,) if v is not None
    ]
