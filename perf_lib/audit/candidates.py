"""Which facts a figure may stand for, the likeliest first, by what it is said to be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import permutations

from perf_lib.audit.facts import Fact, Facts, Memory, Verdict
from perf_lib.audit.literals import Literal, Words
from perf_lib.audit.periods import Period, Span
from perf_lib.audit.roles import Reach, bases, extreme_of, range_end, resolved, role, unit_of
from perf_lib.audit.sense import Sense
from perf_lib.config.catalogue import Measure
from perf_lib.words import wording

# --- The months that a change is measured between


def pairs(sense: Sense, facts: Facts, code: str, place: int) -> list[tuple[Span, Span]]:
    """What a change at a place in the sentence may be measured between: the later months, the earlier ones."""
    calendar, clause = facts.calendar, sense.clause_of(place)
    measured_from = bases(sense)
    told = [p for p in sense.periods if p not in measured_from]
    before = [p for p in told if p.start < place]
    chosen = sense.within(clause, told) or (before[-1:] if before else told[:1])
    usual = [facts.usual(code)[0], calendar.now, calendar.year, calendar.to_date]
    ends = facts.reached(code, [span for p in chosen for span in p.spans] or usual)
    pairs: list[tuple[Span, Span]] = []
    near = sense.within(clause, measured_from) or [p for p in measured_from if p.start >= clause.start] or measured_from
    for period in near:
        since = [calendar.year, calendar.now, Span(calendar.last, calendar.last)] if period.since else []
        for end in (*since, *ends):
            for base in resolved(sense, period, [end]) if chosen or period.relation else period.spans:
                if base.length == end.length and base.first < end.first:
                    pairs.append((end, base))
            if not chosen:
                pairs += _with_likes(facts, period)
    if not pairs:
        pairs += [pair for period in near for pair in _with_likes(facts, period)]
    if not pairs:
        by_year = re.search(r"\byear\b", " ".join(sense.text[p.start : p.end] for p in near))
        for end in ends:
            pairs.append((end, end.back(12)))
            if end.length < 12 and not by_year:
                pairs.append((end, end.back(end.length)))
    spans = list(dict.fromkeys(span for p in sense.periods for span in resolved(sense, p)))[:12]
    explicit = [p for p in sense.periods if not p.relation]
    if len(explicit) >= 2:
        pairs += [(a, b) for a in spans for b in spans if a.length == b.length and a.first > b.first]
    if re.search(r"\b(?:between|from|during|over|within|through\w*|across)\b", sense.text, re.I):
        within = [span for span in ends if 1 < span.length <= 12]
        pairs += [(Span(span.last, span.last), Span(span.first, span.first)) for span in within]
    return list(dict.fromkeys(pairs))


def _with_likes(facts: Facts, period: Period) -> list[tuple[Span, Span]]:
    """This year's months of the same length as an earlier stretch, beside it: fewer than in December 2018."""
    calendar = facts.calendar
    likes = {1: Span(calendar.last, calendar.last), 3: calendar.now, 12: calendar.year}
    bases = [] if period.relation else [base for base in period.spans if base.length in likes]
    return [(likes[base.length], base) for base in bases if base.first < likes[base.length].first]


def changes(sense: Sense, facts: Facts, literal: Literal, code: str) -> tuple[list[Fact], bool]:
    """The changes that a figure may be, in its own unit, and whether there are any."""
    measure = facts.findings[code].measure
    out: list[Fact] = []
    for difference, share in facts.changes(code, pairs(sense, facts, code, literal.start)):
        if literal.kind in ("multiple", "percent", "fraction"):
            # A difference of two percentages is in points: "per cent" of one is a part of it.
            if share is not None and literal.kind == "multiple":
                ratio = 1 + share.value / 100
                share = Fact(ratio, code, difference.span, f"{ratio:.1f} times", difference.way)
            out += [share] if share is not None else []
        elif measure.is_percentage if literal.kind == "points" else same_unit(literal, measure):
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
        if (
            opened
            and re.fullmatch(r"[^,;]{0,60}?\bto\s+(?:\w+\s+){0,2}", between)
            and literal.kind in ("count", "percent", "seconds")
            and one.value
            and role(sense, memory, literal, None)[0] == "change"
        ):
            right = abs(other.value - one.value)
            fact = Fact(right, "", None, wording.number(right))
            if literal.kind == "percent":
                fact = _share(right, one.value, "", None)
            return Verdict.of(literal.fits(fact.value), fact, why="arithmetic")
        if (
            literal.kind in ("percent", "fraction")
            and re.fullmatch(
                r"[\s\w]{0,30}?\b(?:out\s+of|of)\s+(?:the\s+|its\s+|all\s+)?(?:(?:quarter|year|month)['’]s\s+)?",
                between,
            )
            and other.value
        ):
            share = _share(one.value, other.value, "", None)
            if literal.fits(share.value):
                return Verdict.of(True, share, why="arithmetic")
    return None


def _share(part: float, whole: float, code: str, span: Span | None) -> Fact:
    return Fact(100 * part / whole, code, span, wording.per_cent(100 * part / whole))


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
    if role == "level" and _MONTH_BY_MONTH.search(sense.text):
        inner = (Span(at, at) for span in spans if 1 < span.length <= 12 for at in range(span.first, span.last + 1))
        spans = list(dict.fromkeys([*spans, *inner]))
    if role == "level" and _QUARTER_BY_QUARTER.search(sense.text):
        spans = list(dict.fromkeys([*spans, *(facts.calendar.now.back(3 * back) for back in range(4))]))
    if role == "size":
        ranks = list(filter(None, facts.ranks(code)))
        return [Fact(rank.size, code, None, str(rank.size)) for rank in ranks], bool(ranks)
    if role == "rank":
        return _ranks(sense, facts, literal, code)
    if role == "margin":
        return list(facts.margins(code, spans)), measure.has_margin
    if role == "rate":
        return _rates(sense, facts, literal, code)
    if role == "range":
        return _range(sense, facts, literal, code, _scopes(sense, facts, spans if asked else []))
    if role == "extreme":
        at = extreme_of(sense, literal) == "high"
        scopes = _scopes(sense, facts, spans if asked else []) if same_unit(literal, measure) else []
        return [ends[at] for scope in scopes if (ends := facts.ends(code, scope))], True
    if role == "average":
        unit = unit_of(sense, literal, sense.after(literal.end, 60)) or "month"
        if not reach.own:
            spans = list(dict.fromkeys([*spans, *facts.usual(code)]))  # "the average" is mostly the year's
        averages = list(facts.averages(code, [s for s in spans if s.length >= 3 or unit in ("day", "week")], unit))
        return averages, bool(averages)
    if role == "change":
        changed, clear = changes(sense, facts, literal, code)
        if literal.kind == "count" and sense.text[: literal.start].rstrip().endswith("("):
            changed += facts.levels(code, spans)  # in brackets after a change: how much, or to what
        return changed, clear
    if literal.kind in ("percent", "fraction") and not measure.is_percentage:
        return _shares(sense, facts, literal, code, spans, codes)
    levels = list(facts.levels(code, spans))
    if literal.kind == "count" and not measure.is_count:
        if _ALL_BUT.search(sense.text[: literal.start]):
            return list(facts.rest(code, spans)), True
        parts = list(facts.parts(code, spans))
        return [*parts, *levels], bool(parts)
    is_seconds, is_days = measure.unit == wording.SECONDS, "day" in measure.unit
    units = {"count": True, "percent": True, "fraction": True, "seconds": is_seconds, "days": is_days}
    return (levels, True) if units.get(literal.kind) else ([], False)


def _scopes(sense: Sense, facts: Facts, spans: Iterable[Span]) -> list[Span]:
    """Where a highest or lowest is sought: as the sentence says, else the usual stretches."""
    calendar = facts.calendar
    told = [span for span in spans if span.length > 1]
    since = [Span(p.spans[0].first, calendar.last) for p in sense.periods if p.since and p.spans]
    return [*since, *told] or [calendar.year, calendar.now, calendar.to_date, Span.ending(calendar.last, 24)]


def _range(sense: Sense, facts: Facts, literal: Literal, code: str, scopes: list[Span]) -> tuple[list[Fact], bool]:
    other = range_end(sense, literal)
    if other is None:
        return [], False
    high = literal.start > other.start
    own = []
    rates = facts.rates(code)["bounds"]
    if rates and (sense.speaks_of_peers(literal.start) or "bound" in sense.text):
        return [rates[high]], True
    lower, upper = (other, literal) if high else (literal, other)
    for scope in scopes:
        if (ends := facts.ends(code, scope)) is None:
            continue
        if _bounds(lower, ends[0].value, -1) and _bounds(upper, ends[1].value, 1):
            return [Fact(literal.value, code, scope, ends[high].said)], True
        own.append(ends[high])
    return own, bool(own) or facts.findings[code].measure.is_count


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
    in_group, in_country = facts.ranks(code)
    after = sense.text[literal.end : literal.end + 40].lower()
    if re.match(r"[\s-]+\w+\s+(?:month|quarter|figure|total|on\s+record)", after) or in_group is None:
        return [], False
    high = re.match(r"[\s-]+(?:highest|largest|worst)", after) is not None
    national = re.search(r"\bnational|\bforces\b|England|country", sense.text, re.I) is not None
    group = sense.speaks_of_peers(literal.start) or _PEERS.search(sense.text) is not None
    found = []
    ranks = [in_group if group or not national else None, in_country if national or not group else None]
    for rank, size, _, span in filter(None, ranks):
        place = size + 1 - rank if high else rank
        found.append(Fact(place, code, span, f"{wording.ordinal(place)} {'highest' if high else 'lowest'} of {size}"))
        if not re.match(r"[\s-]+(?:lowest|highest)", after):
            found.append(Fact(size + 1 - place, code, span, f"{wording.ordinal(size + 1 - place)} of {size}"))
    return found, True


def _rates(sense: Sense, facts: Facts, literal: Literal, code: str) -> tuple[list[Fact], bool]:
    known = facts.rates(code)
    clause = sense.clause_of(literal.start)
    words = sense.words_of(clause)
    for area, rates in known.items():
        if area not in ("own", "average", "bounds") and area in words:
            return rates, True
    of_peers = sense.speaks_of_peers(literal.start)
    if sense.is_foreign(literal.start) and not of_peers:
        return [], False
    if of_peers or re.search(r"\baverage\b", words, re.I):
        return [*known["average"], *(known["bounds"] if "bound" in sense.text else [])], bool(known["average"])
    if clause.comparing:
        return [*known["average"], *known["own"]], bool(known["average"])
    return known["own"], bool(known["own"])


def _shares(
    sense: Sense, facts: Facts, literal: Literal, code: str, spans: list[Span], codes: Sequence[str]
) -> tuple[list[Fact], bool]:
    counts = [c for c in codes if facts.findings[c].measure.is_count][:3]
    of_others = [
        (one, span, other, span) for one, other in permutations(counts, 2) for span in facts.reached(one, spans)
    ]
    of_its_year = []
    if facts.findings[code].measure.is_count:
        # A quarter's or month's share of its own year.
        calendar = facts.calendar
        told = sense.anchors
        parts = [s for s in told if s.length <= 3] or [calendar.now]
        wholes = [s for s in (*spans, *told, calendar.year) if s.length in (3, 12)][:4]
        of_its_year = [
            (code, part, code, whole)
            for part in parts
            for whole in wholes
            if whole != part and whole.first <= part.first and part.last <= whole.last
        ]
    shares = []
    for top_code, top_span, bottom_code, bottom_span in (*of_others, *of_its_year):
        top, bottom = facts.figure(top_code, top_span).value, facts.figure(bottom_code, bottom_span).value
        if top is not None and bottom and (top <= bottom or top_code == bottom_code):
            shares.append(_share(top, bottom, top_code, top_span))
    of = (
        r"\s*of\b"
        if len(counts) > 1
        else r"\s*of\s+(?:all\b|(?:the\s+)?(?:year|quarter|total|twelve|12)\b|the\s+[\d,]+)"
    )
    return shares, bool(shares) and re.match(of, sense.text[literal.end :]) is not None


def nearest(literal: Literal, facts: Sequence[Fact]) -> Fact:
    """The figure that should have stood there: the first asked for, unless one is all but equal."""
    if 0.75 < abs(literal.value / (facts[0].value or 1e-9)) < 1.33:
        return facts[0]
    close = (fact for fact in facts[:6] if fact.value and 0.9 < abs(literal.value / fact.value) < 1.1)
    return next(close, facts[0])


def said_of_peers(sense: Sense, facts: Facts, literal: Literal, code: str) -> list[Fact]:
    """What a percentage said of somewhere else may be: the change of the peers' rates."""
    comparison = facts.findings[code].peers
    if comparison is None or literal.kind != "percent" or not sense.speaks_of_peers(literal.start):
        return []
    change = comparison.position.group_change
    if change is None:
        return []
    span = Span.ending(comparison.month.ordinal)
    return [Fact(change, code, span, wording.per_cent(abs(change)), 1 if change > 0 else -1)]
