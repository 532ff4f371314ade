"""What a figure is said to be: a level, a change and which way, an average, an extreme, an end of a range, a rate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from perf_lib.audit.facts import Memory
from perf_lib.audit.literals import Literal, Words
from perf_lib.audit.periods import Period, Span
from perf_lib.audit.sense import Clause, Sense
from perf_lib.config.catalogue import Measure

# --- Words of direction: up and down, better and worse, and which way each points for a measure

UP = r"(?:increas\w*|rise|rises|rose|risen|rising|grew|grow|grows|grown|growing|growth|climb\w*|jump\w*|surg\w+|soar\w*|leapt|swell\w*|higher|more|up|upturn|additional|extra|longer|slower|gain\w*|went\s+up|worse)"
DOWN = r"(?:decreas\w*|fall|falls|fell|fallen|falling|drop\w*|declin\w*|reduc\w*|lower|fewer|less|down|shorter|quicker|faster|sooner|shr[aiu]nk\w*|slid|slipp\w+|tumbl\w+|plung\w+|plummet\w*|dip|dipped|cut|downturn|went\s+down)"
BETTER, WORSE = r"(?:improv\w*|better)", r"(?:worse\w*|deteriorat\w*)"
UP_VERB = r"(?:rose|risen|increased|grew|grown|climbed|jumped|surged|went\s+up|gone\s+up|is\s+rising|are\s+rising|(?:is|are|was|were|been)\s+(?:rising|increasing|growing|going\s+up))"
DOWN_VERB = r"(?:fell|fallen|decreased|declined|dropped|dipped|reduced|went\s+down|gone\s+down|shrank|(?:is|are|was|were|been)\s+(?:falling|decreasing|declining|dropping|going\s+down))"


def way_said(found: re.Match[str] | None, measure: Measure | None) -> int | None:
    """Which way a matched word points: 1 up, -1 down, 0 either; None without a match."""
    if found is None:
        return None
    groups = found.groupdict()
    if groups.get("up"):
        return 1
    if groups.get("down"):
        return -1
    if measure is None or measure.better == "neither" or not (groups.get("better") or groups.get("worse")):
        return 0
    return 1 if (measure.better == "higher") == bool(groups.get("better")) else -1


# --- Which months a figure speaks of: those its own words name, else those lent to it by the rest of the sentence

_BASE_BEFORE = Words(
    r"\b(?:from|on|since|over|above|below|with|to|against|than)\s+(?:the\s+|a\s+|its\s+|an?\s+average\s+of\s+|(?:about|around|some|nearly|almost)\s+)*$"
)
_OPENED = Words(r"\bfrom\s+(?:\w+\s+){0,2}$", re.NOFLAG)
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
    clause = sense.clause_of(literal.start)
    own = _own_period(sense, literal, clause)
    if own is not None:
        others = [p for p in sense.periods if p is not own and not p.relation and not p.since]
        told_here = resolved(sense, own, [span for period in others for span in period.spans])
        return Reach((*told_here, *_ends_of(sense, literal, told_here)), own=True, named=True)
    base = _BASE_BEFORE.search(sense.before(literal.start))
    # "From 13,925 to 15,162": there the second is what the first became.
    became = base is not None and base[0].lower().startswith("to") and "from" in sense.text[: literal.start].lower()
    comparing = (clause.comparing or base is not None) and not became
    told = [p for p in sense.periods if not p.since]
    # "Over 1,500" is a manner of speaking rather than a comparison.
    leads = bool(literal.said) and re.search(r"\bfrom\s+\S*\s*$", sense.before(literal.start)) is None
    if comparing and not leads:
        anchors = sense.anchors
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
        clause = sense.clause_of(period.start)
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
    opened = _OPENED.search(sense.before(literal.start)) is not None
    if before and not any(before[-1].end <= each.start < literal.start for each in others):
        # "The 12-month average rose from 10 to 11": what it rose from is another 12 months.
        return None if opened else before[-1]
    if before:
        return before[-1]
    return None if opened else after[0]  # from 6,191 to 6,659 in the year: the year is the second figure's


def _taken(sense: Sense, period: Period, literal: Literal) -> bool:
    clause = sense.clause_of(period.start)
    figures = sense.within(clause, sense.literals)
    others = [each for each in figures if each is not literal and each.kind not in ("rank", "months")]
    return bool(others) and literal not in figures and period.start > literal.start


def _is_scope(sense: Sense, period: Period) -> bool:
    """Whether a period is what a superlative looks over: the best of the year, the busiest month of 2019."""
    return _A_SCOPE.search(sense.text[max(0, period.start - 45) : period.start]) is not None


def _ends_of(sense: Sense, literal: Literal, spans: Sequence[Span]) -> list[Span]:
    """The first or last month of a stretch that a figure opens or closes: between May and July, from 94 to 112."""
    before = sense.before(literal.start, 24)
    opens, closes = _OPENED.search(before), re.search(r"\bto\s+(?:\w+\s+){0,2}$", before)
    if not (opens or closes):
        return []
    opening = opens is not None and (closes is None or opens.start() > closes.start())  # the nearer word
    return [Span(s.first, s.first) if opening else Span(s.last, s.last) for s in spans if 1 < s.length <= 12]


def _runs(sense: Sense) -> list[Span]:
    """The months that something is said to have lasted, with the one before: fallen for five months, from 153 to 94."""
    last, lasted = sense.calendar.last, (each for each in sense.literals if each.kind == "months")
    return [Span(last - int(each.value), last) for each in lasted if 1 < each.value < 12]


# --- The role of a figure

_LEFT = Words(
    rf"\b(?:(?P<up>{UP})|(?P<down>{DOWN})|(?P<better>{BETTER})|(?P<worse>{WORSE})|(?P<any>chang\w+|differ\w+|swing|movement|moved|varied))\b"
    r"(?:\s+(?:offences?|crimes?|hate|recorded|in|the|of|by|was|is|were|a|an|some|total|volume|number|figure|rate|or|overall|amounts?|amounted|to\s+(?=a)|equal|equivalent|equates?|around|about|roughly|approximately|nearly|almost|just|over|under|more|than|less|fewer|well|only|to|further|average|at\s+least|exactly|again|by\s+some|close))*\s*[(–-]?\s*$"
)
_RIGHT = Words(
    rf"^(?:\s+percentage)?(?:\s+points?)?[\s-]+(?:\w+\s+){{0,3}}?(?:(?P<up>{UP}|above)|(?P<down>{DOWN}|below|short|shy)|(?P<better>{BETTER})|(?P<worse>{WORSE})|(?P<any>change|difference|swing))\b(?:(?<=\bshort)|(?<=\bshy)|(?!\s+of\s+the))"
)
_TO = Words(
    r"\b(?:to|at|reached|reaching|totall?ed|stood\s+at|stands\s+at|now|of)\s+(?:(?:about|around|roughly|nearly|almost|just|over|under|only|some|more\s+than|fewer\s+than|less\s+than|a|an|approximately)\s+)*$"
)
_FROM = Words(
    r"\bfrom\s+(?:(?:about|around|roughly|nearly|almost|just|over|under|some|a|an|average|of|more\s+than)\s+)*$"
)
_UNITS = {"monthly": "month", "daily": "day", "weekly": "week", "quarterly": "quarter"}
_A_UNIT = Words(
    r"^\s*(?:\w+\s+){0,6}?(?:(?:a|an|per|each|every)\s+(?P<unit>month|day|week|quarter|year)\b(?!\s+(?:ago|before|earlier|previously|later|on(?!\s+average)|old))|(?P<ly>monthly|daily|weekly|quarterly)\b)"
)
_IT_WAS = Words(r"\b(?:it|this|that|they|the\s+(?:figure|average|number))\s+(?:was|were|is|had\s+been|stood\s+at)\s+$")
_IN_TURN = Words(
    r"^\W*(?:[a-z-]+\s+){1,5}by\s+(?:(?:about|around|some|nearly|almost|just|over|under|only|roughly|approximately)\s+)*$"
)
_IN_OTHER_WORDS = Words(
    r"[\s\w]{0,26}?\s*(?:\(|,?\s*or|,|–|,?\s*which\s+(?:is|was|means|represents)|,?\s*representing|that\s+is|equivalent\s+to|\(or|;)\s*(?:about|around|roughly|nearly|some|over|just\s+over)?\s*",
    re.NOFLAG,
)
_PER_UNIT = Words(
    r"\b(?:an?|per|each|every)\s+(?:typical\s+|average\s+|normal\s+)?(month|day|week|quarter|year)\b(?!\s+(?:ago|before|earlier|previously|later|on(?!\s+average)|old))"
)
_AVERAGE = Words(r"\b(?:average[ds]?|averaging|mean|on\s+average|typically|typical)\b")
_LOW = Words(
    r"\b(?:lowest|(?:a|the|its|record|new|all-time)\s+low|low\s+(?:of|point)|fewest|smallest|minimum|trough|least|bottom)\b"
)
_HIGH = Words(
    r"\b(?:highest|(?:a|the|its|record|new|all-time)\s+high|high\s+(?:of|point)|most|largest|maximum|peak\w*|biggest|greatest|top)\b(?!\s+similar)"
)
_RANGE = Words(
    r"\b(?:between|rang\w+\s+(?:from|between)|from|var\w+\s+(?:from|between)|fluctuat\w+\s+between|as\s+low\s+as|lowest\s+of)\s+(?:a\s+low\s+of\s+)?$"
)
_SIZE = Words(
    r"\b(?:lowest|highest|best|worst|place)\b[\w\s]{0,24}?\b(?:of|among|out\s+of)\s+(?:the\s+|all\s+|its\s+)*$"
)
_PER_1000 = Words(r"\bper[\s-]+(?:1,?000|thousand)\b")
# "Up" and "down" that are no direction.
_UPS = Words(
    r"\b(?:ma(?:de|ke|kes|king)|set|follow\w*|pick\w*|taken?|took|open\w*|sign\w*|br(?:oke|oken|eak)|put|clos\w+|back\w*|speed\w*|end\w*|catch\w*|g[ai]v\w+|h[au]ng\w*|r[aiu]ng\w*)\s+(?:up|down)\b"
)
_CHANGE_WAS = Words(
    r"\b(?:(?P<up>increase|rise|growth)|(?P<down>decrease|fall|drop|reduction|decline)|(?P<any>change|difference))\b[^\d,;]{0,60}?\b(?:was|is|of|by|came\s+to|amounts?\s+to|amounted\s+to)\s+(?:about|around|roughly|some|nearly|almost|just|over|under|only|more\s+than|less\s+than|a|an|\s)*$"
)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def role(sense: Sense, memory: Memory, literal: Literal, measure: Measure | None) -> tuple[str, int]:
    """What a figure is said to be, and for a change which way."""
    before, after = _UPS.sub(_blank, sense.before(literal.start, 90)), _UPS.sub(_blank, sense.after(literal.end, 60))
    if re.fullmatch(r"\W*by\s+(?:\w+\s+){0,2}", before):  # rose slightly, by 0.9 per cent
        before = _without_periods(sense, max(0, literal.start - 60), literal.start)
        before = _UPS.sub(_blank, before).replace(",", " ")
        before = re.sub(r"\b(?:slightly|sharply|steadily|markedly|modestly|further|again|significantly)\b", "", before)
    if literal.kind == "rank":
        return "rank", 0
    if _SIZE.search(before):
        return "size", 0
    if re.search(r"(?:\bplus\s+or\s+minus|±|\+/-|margin\s+(?:of\s+error\s+)?(?:is\s+|was\s+)?(?:of\s+)?)\s*$", before):
        return "margin", 0
    if literal.kind == "count" and (
        _PER_1000.search(sense.text[literal.end : literal.end + 60])
        or (literal.step < 1 and _PER_1000.search(sense.text))
    ):
        return "rate", 0
    if range_end(sense, literal) is not None:
        return "range", 0
    was = _CHANGE_WAS.search(before)
    left, right = was or _LEFT.search(before), _RIGHT.match(after)
    level = _TO.search(before) is not None and not re.search(
        r"\b(?:increase|decrease|rise|fall|drop|reduction|change|difference|decline|growth|improvement)\s+(?:\w+\s+){0,5}?of\s+(?:\w+\s+)?$",
        before,
        re.I,
    )
    if literal.signed and literal.kind in ("percent", "points", "count"):
        return "change", literal.signed
    goes_on = sense.clause_of(literal.start).comparing or _IT_WAS.search(before)
    if goes_on and memory.role == "average" and literal.kind == "count":
        return "average", 0  # 67 a month, compared with 47 the year before; we averaged 3,703; in 2018 it was 3,541
    if _FROM.search(before):
        return "level", 0
    if literal.kind == "multiple":
        return "change", 1 if literal.value > 1 else -1
    if literal.kind == "fraction" and re.match(
        r"\s+as\s+(?:many|much|high|large|big|long)\s+(?:\w+\s+){0,3}again|\s+again\s+as", after
    ):
        return "change", 1  # half as many again
    if right and not _belongs_to_next(after, right):
        return "change", way_said(right, measure) or 0
    if left and (was or (not level and not _manner(literal, left))):
        return "change", way_said(left, measure) or 0
    if literal.kind == "points":
        return "change", 0
    if memory.role == "change" and _goes_on(sense, memory, literal, before, after):
        return "change", memory.way
    if measure is None:
        return "level", 0
    if (
        measure.is_count
        and literal.kind == "count"
        and not _in_a_month(sense, literal)
        and unit_of(sense, literal, after)
    ):
        return "average", 0
    return "extreme" if extreme_of(sense, literal) else "level", 0


def _goes_on(sense: Sense, memory: Memory, literal: Literal, before: str, after: str) -> bool:
    """Whether a figure says once more, or in turn, how the figure before it changed."""
    gap = sense.text[memory.end : literal.start] if memory.end >= 0 else "x" * 30
    if literal.kind == "count":
        return gap.strip() == "("  # 26 per cent (79 offences)
    if literal.kind not in ("percent", "points", "fraction"):
        return False
    if literal.kind != "fraction" and (
        # by 12.2 and 10.7 per cent; weapons offences rose by 26 per cent and drug offences by 50 per cent
        (re.fullmatch(r"\s+and\s+(?:by\s+)?", gap) and not re.match(r"\s+of\b", after))
        or (_IN_TURN.search(before) and any(memory.end < each.start < literal.start for each in sense.mentions))
    ):
        return True
    return _IN_OTHER_WORDS.fullmatch(gap) is not None


def _without_periods(sense: Sense, start: int, end: int) -> str:
    """A stretch of a sentence with its words of time blanked out: fell [over the year,] by 12.2 per cent."""
    covered = {at for period in sense.periods for at in range(period.start, period.end)}
    return "".join(" " if at in covered else sense.text[at] for at in range(start, end))


def _in_a_month(sense: Sense, literal: Literal) -> bool:
    reached = reach(sense, literal)
    return reached.own and bool(reached.spans) and all(span.length == 1 for span in reached.spans)


def _manner(literal: Literal, left: re.Match[str]) -> bool:
    """Whether "more" or "fewer" before a figure is "more than 1,500", not a change."""
    word = next(word for word in left.groupdict().values() if word).lower()
    if re.search(r"\bby\s", left[0]):
        return False
    if re.search(r"\bthan\b", left[0]):
        return word in ("more", "fewer", "less", "higher", "lower", "longer", "shorter", "up", "down")
    if word in ("longer", "shorter"):
        return bool(literal.said) or "of" in left[0].split()
    return word in ("more", "fewer", "less")


def _belongs_to_next(after: str, right: re.Match[str]) -> bool:
    """Whether the direction word after a figure belongs to the next figure."""
    if re.match(r"\s+(?:to|from)\b", after[right.end() :]):
        return True  # 12:47 came down to 10:54: those are levels
    between = after[: right.start("any") if right["any"] else right.end()]
    return bool(re.search(r"\b(?:in|during|for|at|on|was|were|is|to)\b", between))


def unit_of(sense: Sense, literal: Literal, after: str) -> str | None:
    """What an average is a figure for: a month, day, week, quarter or year; None where it is none."""
    found = _A_UNIT.match(after)
    if found:
        return (found["unit"] or _UNITS[found["ly"].lower()]).lower()
    if not _AVERAGE.search(sense.before(literal.start, 90)) and not re.match(
        r"(?:\s+[a-z]+){0,2}\s+on\s+average\b", after
    ):
        return None
    whole = _PER_UNIT.search(sense.text)
    named = re.search(rf"\b(?:{'|'.join(_UNITS)})\b", sense.text, re.I)
    return whole[1].lower() if whole else _UNITS[named[0].lower()] if named else "month"


def extreme_of(sense: Sense, literal: Literal) -> str:
    """Whether a figure is said to be the highest or the lowest of a stretch: high, low, or nothing."""
    clause = sense.clause_of(literal.start)
    words = sense.words_of(clause)
    months = [p for p in sense.within(clause, sense.periods) if any(s.length == 1 for s in p.spans)]
    if months or re.search(r"\b(?:second|third|fourth|fifth|next)[\s-](?:low|high)", words):
        return ""
    lows, highs = list(_LOW.finditer(words)), list(_HIGH.finditer(words))
    if not (lows and highs):
        return "low" if lows else "high" if highs else ""
    near = [found for found in (*lows, *highs) if found.end() <= literal.start - clause.start]
    if not near:
        return ""
    return "low" if max(near, key=lambda found: found.start()) in lows else "high"


def range_end(sense: Sense, literal: Literal) -> Literal | None:
    """The other end of a range that a figure is an end of."""
    all_of = sense.literals
    at = all_of.index(literal)
    for one, other in ((at, at + 1), (at - 1, at)):
        if one < 0 or other >= len(all_of):
            continue
        low, high = all_of[one], all_of[other]
        gap = sense.text[low.end : high.start]
        opening = _RANGE.search(sense.text[max(0, low.start - 40) : low.start])
        ranged = opening is not None and (
            not opening[0].lower().startswith("from") or re.search(r"\brang|\bvar", sense.text, re.I)
        )
        if (
            ranged
            and re.fullmatch(r"[\s\w,'’%]{0,30}?\s*(?:and|to|[-–])\s+(?:a\s+high\s+of\s+|as\s+high\s+as\s+)?", gap)
            and high.value >= low.value
        ):
            return high if one == at else low
    return None
