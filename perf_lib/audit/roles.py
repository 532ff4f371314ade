"""What a figure is said to be: a level, a change and which way, an average, an extreme, an end of a range, a rate."""

from __future__ import annotations

import re

from perf_lib.audit.literals import Literal
from perf_lib.audit.patterns import Words
from perf_lib.audit.reach import reach
from perf_lib.audit.sense import Sense
from perf_lib.audit.verdicts import Memory
from perf_lib.audit.ways import BETTER, DOWN, UP, WORSE, way_said
from perf_lib.config.catalogue import Measure

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
_A_UNIT = Words(
    r"^\s*(?:\w+\s+){0,6}?(?:(?:a|an|per|each|every)\s+(?P<unit>month|day|week|quarter|year)\b(?!\s+(?:ago|before|earlier|previously|later|on(?!\s+average)|old))|(?P<ly>monthly|daily|weekly|quarterly)\b)"
)
_IT_WAS = Words(r"\b(?:it|this|that|they|the\s+(?:figure|average|number))\s+(?:was|were|is|had\s+been|stood\s+at)\s+$")
_IN_TURN = Words(
    r"^\W*(?:[a-z-]+\s+){1,5}by\s+(?:(?:about|around|some|nearly|almost|just|over|under|only|roughly|approximately)\s+)*$"
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
    if memory.role == "average" and literal.kind == "count" and sense.clauses[sense.clause_of(literal.start)].comparing:
        return "average", 0  # 67 a month, compared with 47 the year before
    if memory.role == "average" and literal.kind == "count" and _IT_WAS.search(before):
        return "average", 0  # we averaged 3,703 a month; in 2018 it was 3,541
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
    if memory.role == "change" and literal.kind == "count" and sense.text[memory.end : literal.start].strip() == "(":
        return "change", memory.way  # 26 per cent (79 offences)
    if (
        memory.role == "change"
        and literal.kind in ("percent", "points")
        and re.fullmatch(r"\s+and\s+(?:by\s+)?", sense.text[memory.end : literal.start] if memory.end >= 0 else "")
        and not re.match(r"\s+of\b", after)
    ):
        return "change", memory.way  # by 12.2 and 10.7 per cent
    if (
        memory.role == "change"
        and literal.kind in ("percent", "points")
        and _IN_TURN.search(before)
        and any(memory.end < each.start < literal.start for each in sense.mentions)
    ):
        return "change", memory.way  # weapons offences rose by 26 per cent and drug offences by 50 per cent
    gap = sense.text[memory.end : literal.start] if memory.end >= 0 else "x" * 30
    if (
        memory.role == "change"
        and re.fullmatch(
            r"[\s\w]{0,26}?\s*(?:\(|,?\s*or|,|–|,?\s*which\s+(?:is|was|means|represents)|,?\s*representing|that\s+is|equivalent\s+to|\(or|;)\s*(?:about|around|roughly|nearly|some|over|just\s+over)?\s*",
            gap,
        )
        and literal.kind in ("percent", "fraction", "points")
    ):
        return "change", memory.way
    if (
        literal.kind == "count"
        and not _in_a_month(sense, literal)
        and unit_of(sense, literal, after)
        and measure is not None
        and measure.kind == "count"
    ):
        return "average", 0
    if extreme_of(sense, literal) and measure is not None:
        return "extreme", 0
    return "level", 0


def _without_periods(sense: Sense, start: int, end: int) -> str:
    """A stretch of a sentence with its words of time blanked out: fell [over the year,] by 12.2 per cent."""
    letters = list(sense.text[start:end])
    for period in sense.periods:
        for at in range(max(start, period.start), min(end, period.end)):
            letters[at - start] = " "
    return "".join(letters)


def _in_a_month(sense: Sense, literal: Literal) -> bool:
    reached = reach(sense, literal)
    return reached.own and bool(reached.spans) and all(span.length == 1 for span in reached.spans)


def _manner(literal: Literal, left: re.Match[str]) -> bool:
    """Whether "more" or "fewer" before a figure is "more than 1,500", not a change."""
    word = next(word for word in left.groupdict().values() if word)
    return (
        word.lower() in ("more", "fewer", "less", "higher", "lower", "longer", "shorter", "up", "down")
        and not re.search(r"\bby\s", left[0])
        and (
            bool(re.search(r"\bthan\b", left[0]))
            or bool(literal.said)
            or "of" in left[0].split()
            or word.lower() in ("more", "less", "fewer", "higher", "lower")
        )
        and not (word.lower() in ("up", "down", "higher", "lower") and not re.search(r"\bthan\b", left[0]))
    )


def _belongs_to_next(after: str, right: re.Match[str]) -> bool:
    """Whether the direction word after a figure belongs to the next figure."""
    if re.match(r"\s+(?:to|from)\b", after[right.end() :]):
        return True  # 12:47 came down to 10:54: those are levels
    between = after[: right.start("any") if right["any"] else right.end()]
    return bool(re.search(r"\b(?:in|during|for|at|on|was|were|is|to)\b", between))


def unit_of(sense: Sense, literal: Literal, after: str) -> str | None:
    """What an average is a figure for: a month, day, week, quarter or year; None where it is none."""
    found = _A_UNIT.match(after)
    unit = None
    if found:
        unit = (
            found["unit"]
            or {"monthly": "month", "daily": "day", "weekly": "week", "quarterly": "quarter"}[found["ly"].lower()]
        ).lower()
    before = sense.before(literal.start, 90)
    said = _AVERAGE.search(before) or re.match(r"(?:\s+[a-z]+){0,2}\s+on\s+average\b", after)
    if unit is None and said:
        whole = _PER_UNIT.search(sense.text)
        named = re.search(r"\b(month|dai|week|quarter)ly\b", sense.text, re.I)
        unit = (
            whole[1].lower()
            if whole
            else {"month": "month", "dai": "day", "week": "week", "quarter": "quarter"}[named[1].lower()]
            if named
            else "month"
        )
    return unit


def extreme_of(sense: Sense, literal: Literal) -> str:
    """Whether a figure is said to be the highest or the lowest of a stretch: high, low, or nothing."""
    clause = sense.clauses[sense.clause_of(literal.start)]
    words = sense.words_of(clause)
    months = [p for p in sense.within(clause, sense.periods) if any(s.length == 1 for s in p.spans)]
    if months or re.search(r"\b(?:second|third|fourth|fifth|next)[\s-](?:low|high)", words):
        return ""
    low, high = _LOW.search(words), _HIGH.search(words)
    if low and not high:
        return "low"
    if high and not low:
        return "high"
    if low and high:
        at = literal.start - clause.start
        near = [m for m in (*_LOW.finditer(words), *_HIGH.finditer(words)) if m.end() <= at]
        if near:
            last = max(near, key=lambda m: m.start())
            return "low" if _LOW.fullmatch(last[0]) else "high"
    return ""


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
