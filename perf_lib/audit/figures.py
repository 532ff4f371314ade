"""A literal figure held against the data: what it is said to be, which facts it could stand for, and the verdict.

A long room, and on purpose one: what a figure is said to be decides which facts are in reach, and those decide whether
the sentence is plain enough to be wrong. Its patterns stand at the top, its questions in the order they are asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from perf_lib import wording
from perf_lib.audit.facts import Fact, Facts
from perf_lib.audit.literals import Literal
from perf_lib.audit.periods import Span
from perf_lib.audit.sense import Sense
from perf_lib.measures import Measure

UP = r"(?:increas\w*|rise|rises|rose|risen|rising|grew|grow|grows|grown|growing|growth|climb\w*|jump\w*|surg\w+|higher|more|up|upturn|additional|extra|longer|slower|gain\w*|went\s+up|worse)"
DOWN = r"(?:decreas\w*|fall|falls|fell|fallen|falling|drop\w*|declin\w*|reduc\w*|lower|fewer|less|down|shorter|quicker|faster|dip|dipped|cut|downturn|went\s+down)"
BETTER, WORSE = r"(?:improv\w*|better)", r"(?:worse\w*|deteriorat\w*)"
_LEFT = re.compile(
    rf"\b(?:(?P<up>{UP})|(?P<down>{DOWN})|(?P<better>{BETTER})|(?P<worse>{WORSE})|(?P<any>chang\w+|differ\w+|swing|movement|moved|varied))\b"
    r"(?:\s+(?:offences?|crimes?|hate|recorded|in|the|of|by|was|is|were|a|an|some|total|volume|number|figure|rate|or|overall|amounts?|amounted|to\s+(?=a)|equal|equivalent|equates?|around|about|roughly|approximately|nearly|almost|just|over|under|more|than|less|fewer|well|only|to|further|average|at\s+least|exactly|again|by\s+some|close))*\s*[(–-]?\s*$",
    re.IGNORECASE,
)
_RIGHT = re.compile(
    rf"^(?:\s+percentage)?(?:\s+points?)?[\s-]+(?:\w+\s+){{0,3}}?(?:(?P<up>{UP}|above)|(?P<down>{DOWN}|below)|(?P<better>{BETTER})|(?P<worse>{WORSE})|(?P<any>change|difference|swing))\b(?!\s+of\s+the)",
    re.IGNORECASE,
)
_TO = re.compile(
    r"\b(?:to|at|reached|reaching|totall?ed|stood\s+at|stands\s+at|now|of)\s+(?:(?:about|around|roughly|nearly|almost|just|over|under|only|some|more\s+than|fewer\s+than|less\s+than|a|an|approximately)\s+)*$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\bfrom\s+(?:(?:about|around|roughly|nearly|almost|just|over|under|some|a|an|average|of|more\s+than)\s+)*$",
    re.IGNORECASE,
)
_A_UNIT = re.compile(
    r"^\s*(?:\w+\s+){0,6}?(?:(?:a|an|per|each|every)\s+(?P<unit>month|day|week|quarter|year)|(?P<ly>monthly|daily|weekly|quarterly)\b)",
    re.IGNORECASE,
)
_AVERAGE = re.compile(r"\b(?:average[ds]?|averaging|mean|on\s+average|typically|typical)\b", re.IGNORECASE)
_LOW = re.compile(r"\b(?:low(?:est)?|fewest|smallest|minimum|trough|least|bottom)\b", re.IGNORECASE)
_HIGH = re.compile(
    r"\b(?:high(?:est)?|most|largest|maximum|peak\w*|biggest|greatest|top)\b(?!\s+similar)", re.IGNORECASE
)
_RANGE = re.compile(
    r"\b(?:between|rang\w+\s+(?:from|between)|from|var\w+\s+(?:from|between)|fluctuat\w+\s+between|as\s+low\s+as|lowest\s+of)\s+(?:a\s+low\s+of\s+)?$",
    re.IGNORECASE,
)
_SUBSET = re.compile(
    r"\b(?:of\s+which|of\s+these|of\s+them|of\s+those|of\s+whom|among\s+(?:them|these)|includ\w+|involv\w+|such\s+as|for\s+example|because|due)\b",
    re.IGNORECASE,
)
_RESTRICTED = re.compile(r"\b(?:because|owing\s+to|in\s+which|whose|without|as\s+a\s+result)\b", re.IGNORECASE)
_WISHED = re.compile(r"\b(?:(?-i:may)|might|could|would|will|can|should|to|not|never)\s+(?:\w+\s+)?$", re.IGNORECASE)
_MOVED = re.compile(
    r"\b(?:rose|risen|increased|grew|grown|climbed|jumped|went\s+up|fell|fallen|decreased|declined|dropped|went\s+down|(?:was|were|is|are|has\s+been|have\s+been)\s+(?:up|down|reduced|cut))\b",
    re.IGNORECASE,
)
_GENERAL = re.compile(
    r"figures?|numbers?|totals?|counts?|volumes?|rates?|averages?|levels?|measures?|ratios?|shares?|proportions?|percentages?|scores?"
    r"|times?|waits?|waiting|this|that|they|these|those|which|trend|demand|months?|quarters?|years?",
)
_LINKING = re.compile(
    r"with|than|from|over|since|after|before|compared|against|also|again|have|been|both|while|when|however|overall|recorded|reported"
    r"|during|between|previous|preceding|same|last|year|quarter|month|months|rolling|total|although|there|slightly|sharply|further|only",
)
_TOTALLING = re.compile(
    r"put|total|totals|count|number|numbers|figure|sum|average|mean|volume|all|fall|rise|increase|decrease|drop|reduction|out|record|high|low|peak"
    r"|lowest|highest|rate|came|against|each|most|one|two|three|four|five|six|seven|eight|nine|ten|is|was|were|respectively|some|many|share|percentage|cent",
    re.IGNORECASE,
)
_VERB_AFTER = re.compile(
    r"[\w\s'’-]{0,50}?\b(?P<verb>(?:were|was|are|is|have\s+been|had\s+been|has\s+been|being|led|resulted|involved|followed|had|ended|concerned|related|remain\w*|await\w*)\b)",
    re.IGNORECASE,
)
_RECORDED = re.compile(
    r"(?:were|was|are|is|have\s+been|had\s+been|has\s+been|being)\s+(?:\w+ly\s+|also\s+|then\s+|all\s+|now\s+)?(?:recorded|reported|received|made|logged|taken|completed|listed|attended|answered"
    r"|deployed|counted|abandoned|prosecuted|convicted|upheld|lost|submitted|worked|tagged|flagged|given|noted|registered|handled|put|up|down|lower|higher|fewer|more|less|above|below|the|a|an|in|\d|late|violence|due|cracked|not|without|on)\b",
    re.IGNORECASE,
)
_MONTH_BY_MONTH = re.compile(
    r"\b(?:each|every|successive)\s+month\b|\bmonth\s+by\s+month\b|\bmonths\s+of\s+the\s+(?:quarter|year)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\b(?:in|at|across|around|for|near|from)\s+(?:the\s+)?([A-Z][a-z]+)\b")
_ENDING = re.compile(
    r"^\s*(?:$|[.,;:)!?%'\"”’]|(?:in|during|to|and|or|for|over|at|on|from|compared|against|than|were|was|is|are|had|have|has|a|an|per"
    r"|the|which|that|this|these|last|came|come|went|took|fell|rose|stood|arose|ended|[a-z]{2,}ed|recorded|reported|received|completed|made|when|while|but|so|as|by|with|between|since|up|down"
    r"|each|every|of|fewer|more|less|higher|lower|longer|shorter|percentage|after|before|until|out|not|only|now|then|it|overall"
    r"|altogether|respectively|per|be|been|being|counted|logged|again|nationally|attended|answered|listed|prosecuted|upheld|once|both|"
    r"whereas|though|although|down|within|under|above|below|exactly|earlier|ago|there|here|too|also|instead|year|month|quarter)\b)",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"\b(?:lowest|highest|best|worst|place)\b[\w\s]{0,24}?\b(?:of|among|out\s+of)\s+(?:the\s+|all\s+|its\s+)*$",
    re.IGNORECASE,
)
_PER_1000 = re.compile(r"\bper[\s-]+(?:1,?000|thousand)\b", re.IGNORECASE)
# "Up" and "down" that are no direction.
_UPS = re.compile(
    r"\b(?:ma(?:de|ke|kes|king)|set|follow\w*|pick\w*|taken?|took|open\w*|sign\w*|br(?:oke|oken|eak)|put|clos\w+|back\w*|speed\w*|end\w*|catch\w*)\s+(?:up|down)\b",
    re.IGNORECASE,
)
_CHANGE_WAS = re.compile(
    r"\b(?:(?P<up>increase|rise|growth)|(?P<down>decrease|fall|drop|reduction|decline)|(?P<any>change|difference))\b[^\d,;]{0,60}?\b(?:was|is|of|by|came\s+to|amounts?\s+to|amounted\s+to)\s+(?:about|around|roughly|some|nearly|almost|just|over|under|only|more\s+than|less\s+than|a|an|\s)*$",
    re.IGNORECASE,
)
NUMERIC = ("count", "percent", "points", "seconds", "days")


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


@dataclass(frozen=True)
class Verdict:
    """What came of one literal. fact: what it was held against."""

    verdict: str
    fact: Fact | None = None
    measure: str | None = None
    way: int = 0
    """Which way the data went, where it is a change."""
    said_way: int = 0
    """Which way the words say."""
    why: str = ""


@dataclass
class Memory:
    """What the figures before this one in a sentence turned out to be."""

    role: str = ""
    way: int = 0
    fact: Fact | None = None
    end: int = -99


UNSUPPORTED = Verdict("unsupported")


def way_said(found: re.Match[str] | None, measure: Measure | None) -> int | None:
    """Which way a matched word points: 1 up, -1 down, 0 either; None without a match."""
    if found is None:
        return None
    groups = found.groupdict()
    if groups.get("up"):
        return 1
    if groups.get("down"):
        return -1
    if groups.get("better") or groups.get("worse"):
        if measure is None or measure.better == "neither":
            return 0
        up = (measure.better == "higher") == bool(groups.get("better"))
        return 1 if up else -1
    return 0


class Judge:
    """Holds the figures of one sentence against the facts."""

    def __init__(self, sense: Sense, facts: Facts) -> None:
        self.sense, self.facts = sense, facts
        self.memory = Memory()

    def judge(self, literal: Literal) -> Verdict | None:
        """The verdict on a figure; None for one that is no claim (a word of number in ordinary language)."""
        if literal.kind == "money":
            return UNSUPPORTED
        if literal.kind == "months":
            return None  # a time, unless something lasted it: then it is read as a run of months
        codes, _ = self.sense.measures(literal.start, literal.end)
        codes = [code for code in codes if code in self.facts.findings]
        attached = self._attached(literal, codes)
        if (
            literal.kind == "count"
            and literal.in_words
            and literal.value <= 12
            and not self._is_figure(literal, codes, attached)
        ):
            return None
        if literal.kind == "multiple" and _WISHED.search(self.sense.text[: literal.start]):
            return None
        if literal.kind == "multiple" and not self._multiplies(literal):
            return Verdict("unsupported")
        if literal.kind == "days" and not any("day" in self.facts.findings[c].measure.unit for c in codes):
            return None if literal.in_words or not self._took(literal) else UNSUPPORTED
        verdict = self._held(literal, codes, attached)
        if verdict.verdict == "unsupported":
            sums = self._arithmetic(literal)
            if sums is not None:
                verdict = sums
        self.memory.end = literal.end
        self.memory.fact = verdict.fact
        return verdict

    # --- what is being said

    def role(self, literal: Literal, measure: Measure | None) -> tuple[str, int]:
        """What a figure is said to be, and for a change which way."""
        before, after = _UPS.sub(_blank, self.sense.before(literal.start, 90)), self.sense.after(literal.end, 60)
        if re.fullmatch(r"\W*by\s+(?:\w+\s+){0,2}", before):  # rose slightly, by 0.9 per cent
            before = _UPS.sub(_blank, self.sense.text[max(0, literal.start - 60) : literal.start]).replace(",", " ")
            before = re.sub(
                r"\b(?:slightly|sharply|steadily|markedly|modestly|further|again|significantly)\b", "", before
            )
        if literal.kind == "rank":
            return "rank", 0
        if _SIZE.search(before):
            return "size", 0
        if re.search(
            r"(?:\bplus\s+or\s+minus|±|\+/-|margin\s+(?:of\s+error\s+)?(?:is\s+|was\s+)?(?:of\s+)?)\s*$", before
        ):
            return "margin", 0
        if literal.kind == "count" and (
            _PER_1000.search(self.sense.text[literal.end : literal.end + 60])
            or (literal.step < 1 and _PER_1000.search(self.sense.text))
        ):
            return "rate", 0
        if self._range_end(literal) is not None:
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
        if _FROM.search(before):
            return "level", 0
        if literal.kind == "multiple":
            return "change", 1 if literal.value > 1 else -1
        if literal.kind == "fraction" and re.match(r"\s+as\s+(?:many|much)\s+again|\s+again\s+as", after):
            return "change", 1  # half as many again
        if right and not self._more_than(literal, after, right):
            return "change", way_said(right, measure) or 0
        if left and (was or (not level and not self._manner(literal, left))):
            return "change", way_said(left, measure) or 0
        if literal.kind == "points":
            return "change", 0
        if (
            self.memory.role == "change"
            and literal.kind == "count"
            and self.sense.text[self.memory.end : literal.start].strip() == "("
        ):
            return "change", self.memory.way  # 26 per cent (79 offences)
        gap = self.sense.text[self.memory.end : literal.start] if self.memory.end >= 0 else "x" * 30
        if (
            self.memory.role == "change"
            and re.fullmatch(
                r"[\s\w]{0,26}?\s*(?:\(|,?\s*or|,|–|,?\s*which\s+(?:is|was|means|represents)|,?\s*representing|that\s+is|equivalent\s+to|\(or|;)\s*(?:about|around|roughly|nearly|some|over|just\s+over)?\s*",
                gap,
            )
            and literal.kind in ("percent", "fraction", "points")
        ):
            return "change", self.memory.way
        if (
            literal.kind == "count"
            and not self._in_a_month(literal)
            and self._unit(literal, after)
            and measure is not None
            and measure.kind == "count"
        ):
            return "average", 0
        if self._extreme(literal) and measure is not None:
            return "extreme", 0
        return "level", 0

    def _in_a_month(self, literal: Literal) -> bool:
        reach = self.sense.reach(literal)
        return reach.own and bool(reach.spans) and all(span.length == 1 for span in reach.spans)

    def _manner(self, literal: Literal, left: re.Match[str]) -> bool:
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

    def _more_than(self, literal: Literal, after: str, right: re.Match[str]) -> bool:
        """Whether the direction word after a figure belongs to the next figure."""
        if re.match(r"\s+(?:to|from)\b", after[right.end() :]):
            return True  # 12:47 came down to 10:54: those are levels
        between = after[: right.start("any") if right["any"] else right.end()]
        return bool(re.search(r"\b(?:in|during|for|at|on|was|were|is|to)\b", between))

    def _unit(self, literal: Literal, after: str) -> str | None:
        found = _A_UNIT.match(after)
        unit = None
        if found:
            unit = (
                found["unit"]
                or {"monthly": "month", "daily": "day", "weekly": "week", "quarterly": "quarter"}[found["ly"].lower()]
            ).lower()
        before = self.sense.before(literal.start, 90)
        said = _AVERAGE.search(before)
        if unit is None and said:
            whole = re.search(r"\b(?:a|per|each|every)\s+(month|day|week|quarter|year)\b", self.sense.text, re.I)
            named = re.search(r"\b(month|dai|week|quarter)ly\b", self.sense.text, re.I)
            unit = (
                whole[1].lower()
                if whole
                else {"month": "month", "dai": "day", "week": "week", "quarter": "quarter"}[named[1].lower()]
                if named
                else "month"
            )
        return unit

    def _extreme(self, literal: Literal) -> str:
        clause = self.sense.clauses[self.sense.clause_of(literal.start)]
        words = self.sense.words_of(clause)
        months = [p for p in self.sense.within(clause, self.sense.periods) if any(s.length == 1 for s in p.spans)]
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

    def _range_end(self, literal: Literal) -> Literal | None:
        """The other end of a range that a figure is an end of."""
        all_of = self.sense.literals
        at = all_of.index(literal)
        for one, other in ((at, at + 1), (at - 1, at)):
            if one < 0 or other >= len(all_of):
                continue
            low, high = all_of[one], all_of[other]
            gap = self.sense.text[low.end : high.start]
            opening = _RANGE.search(self.sense.text[max(0, low.start - 40) : low.start])
            ranged = opening is not None and (
                not opening[0].lower().startswith("from") or re.search(r"\brang|\bvar", self.sense.text, re.I)
            )
            if (
                ranged
                and re.fullmatch(r"[\s\w,'’%]{0,30}?\s*(?:and|to|[-–])\s+(?:a\s+high\s+of\s+|as\s+high\s+as\s+)?", gap)
                and high.value >= low.value
            ):
                return high if one == at else low
        return None

    def _attached(self, literal: Literal, codes: Sequence[str]) -> bool | None:
        """Whether a figure's own noun is one that a measure counts: None where it has no noun of its own."""
        after = self.sense.text[literal.end : literal.end + 60]
        if literal.kind in ("rank", "seconds", "points", "multiple"):
            return None
        if literal.kind == "percent" or literal.kind == "fraction":
            of = re.match(
                r"\s*of\s+(?:all\s+|the\s+|these\s+|those\s+|its\s+|our\s+|every\s+|total\s+|year['’]s\s+|quarter['’]s\s+|\d[\d,]*\s+)*([a-z\w]+(?:\s+[a-z]+){0,2})",
                after,
            )
            if not of or any(
                period.start - 1 <= literal.end + of.start(1) < period.end for period in self.sense.periods
            ):
                return None
            if (
                codes
                and self.facts.findings[codes[0]].measure.of is None
                and self.facts.findings[codes[0]].measure.is_percentage
            ):
                return None  # the catalogue does not say what its percentages are of
            return any(self.facts_words(code, of[1]) for code in codes)
        after = re.sub(r"^\s*(?:more|fewer|less|extra|additional)\b(?!\s+than)", "", after)  # 52 more Tasers
        if _ENDING.match(after):
            return None
        words = re.findall(r"[A-Za-z]+", after)[:4]
        return any(self.facts_words(code, " ".join(words)) for code in codes)

    def facts_words(self, code: str, words: str) -> bool:
        """Whether some words hold one of what a measure counts."""
        return any(self.sense.names.counts(code, word) for word in words.split())

    def _is_figure(self, literal: Literal, codes: Sequence[str], attached: bool | None) -> bool:
        before, after = self.sense.before(literal.start, 60), self.sense.text[literal.end : literal.end + 40]
        if attached and literal.value != 1:
            return not re.match(r"\s+(?:kinds?|types?|groups?|main|other|such|more)\b", after)
        changes = re.match(r"\s*(?:\w+\s+)?(?:more|fewer|less|higher|lower|extra|additional)\b", after) or re.search(
            r"\bby\s+$", before
        )
        parts = re.match(
            r"\s*(?:\w+\s+){0,2}?(?:out\s+of|of\s+the|of)\s+(?:the\s+)?(?:\d|four|five|six|seven|eight|nine|ten|\w+ty)",
            after,
        ) or re.search(r"\bout\s+of\s+(?:the\s+)?$", before)
        unit = re.match(r"\s+(?:a|per|each)\s+(?:month|day|week)\b", after)
        plain = (
            literal.value > 2
            and attached is None
            and any(self.facts.findings[c].measure.kind == "count" for c in codes)
            and re.search(r"\b(?:was|were|is|are|by|of|to|from|only|just|and|rose|fell|against|than)\s+$", before)
        )
        at = literal.end + 4
        if (
            attached is None
            and re.search(r"\b(?:from|to)\s+$", before)
            and any(period.start - 1 <= at <= period.end for period in self.sense.periods)
        ):
            return True  # from 15 in July to eight in December
        return bool(
            changes
            or parts
            or unit
            or (plain and _ENDING.match(after) and not re.match(r"\s+(?:of|in|year|month|quarter|the)\b", after))
        ) or (attached is True and bool(codes))

    def _multiplies(self, literal: Literal) -> bool:
        """Whether "a doubling of …" is of a measure; other multiples are said of what the sentence is about."""
        tail = re.match(r"\s+(?:of|in)\s+(?:the\s+|all\s+|recorded\s+)*", self.sense.text[literal.end :])
        if tail is None or not literal.text.lower().endswith("ing"):
            return True
        at = literal.end + tail.end()
        return any(mention.start <= at + 1 <= mention.end for mention in self.sense.mentions)

    def _took(self, literal: Literal) -> bool:
        return re.search(r"\b(?:average|took|takes|taken|mean)\b", self.sense.text) is not None

    # --- held against the data

    def _held(self, literal: Literal, codes: Sequence[str], attached: bool | None) -> Verdict:
        reach = self.sense.reach(literal)
        foreign = self.sense.is_foreign(literal.start)
        first: Verdict | None = None
        for code in codes[:4]:
            measure = self.facts.findings[code].measure
            role, way = self.role(literal, measure)
            if code == codes[0]:
                self.memory.role, self.memory.way = role, way
            facts, clear = self._facts_for(literal, code, role, reach.spans, reach.own, codes)
            if foreign and role not in ("rank", "rate", "size"):
                facts, clear = self._foreign(literal, code), False
            slack = 2.0 if reach.own else 1.5
            match = next(
                (
                    fact
                    for fact in facts
                    if literal.fits(fact.value, slack) and (not way or not fact.way or fact.way == way)
                ),
                None,
            )
            match = match or next((fact for fact in facts if literal.fits(fact.value, slack)), None)
            if match is not None:
                if attached is False and role in ("level", "share"):
                    continue  # so many of something else is not this figure, though it is as many
                if not clear and role == "level" and literal.said in ("over", "under"):
                    continue  # "up to 30 per cent" is too loose to have been meant of a share nobody named
                return Verdict("agrees", match, code, match.way, way)
            if (
                first is None
                and facts
                and clear
                and attached is not False
                and self._is_clear(literal, role, reach.named, attached)
                and (measure.kind != "count" or role not in ("level", "average") or self._plainly_stated(literal))
            ):
                first = Verdict("contradicts", self._nearest(literal, facts, way), code, 0, way)
        if first is not None:
            return first
        guess = codes[0] if codes and attached is not False and not foreign else None
        return Verdict("unsupported", None, guess)

    def _is_clear(self, literal: Literal, role: str, period_named: bool, attached: bool | None) -> bool:
        """Whether a sentence makes plain which figure it speaks of, so that another figure is wrong and not merely unknown."""
        sense = self.sense
        clause = sense.clauses[sense.clause_of(literal.start)]
        if role == "change" and self._said_of_another(literal):
            return False
        if role == "level" and (
            _SUBSET.search(sense.text[clause.start : literal.start]) or _RESTRICTED.search(sense.text[literal.end :])
        ):
            return False
        places = [place for place in _PLACE.findall(sense.words_of(clause)) if place not in self._known_places()]
        if places:
            return False
        if role == "level" and literal.kind == "count" and not period_named:
            return attached is True
        return not re.search(
            r"\b(?:target|aim\w*|goal|plan\w*|forecast|project\w+|expect\w*|would|will|could|might|(?-i:may))\b",
            sense.words_of(clause),
        )

    def _said_of_another(self, literal: Literal) -> bool:
        """Whether what rose or fell is something that no measure counts: burglary, officers, reports of rape."""
        clause = self.sense.clauses[self.sense.clause_of(literal.start)]
        moved = _MOVED.search(self.sense.text, clause.start, literal.start)
        if moved is None or any(clause.start <= m.start < moved.start() for m in self.sense.mentions):
            return False
        lead = self.sense.text[clause.start : moved.start()]
        for period in self.sense.within(clause, self.sense.periods):
            lead = lead.replace(self.sense.text[period.start : period.end], " ")
        words = [word.lower() for word in re.findall(r"[A-Za-z]{4,}", lead)]
        codes = list(self.facts.findings) if self.sense.sentence.code is None else [self.sense.sentence.code]
        if any(_GENERAL.fullmatch(word) or any(self.sense.names.counts(c, word) for c in codes) for word in words):
            return False
        return any(not _LINKING.fullmatch(word) for word in words)

    def _plainly_stated(self, literal: Literal) -> bool:
        """Whether so many of what is counted were simply recorded: not "a backlog of 40", nor "twelve of them led to"."""
        before = self.sense.before(literal.start, 60)
        part = re.search(
            r"\b([a-z]+)\s+(?:of|in|for)\s+(?:(?:about|around|some|over|nearly|just|a|the)\s+)*$", before, re.I
        )
        if part and not _TOTALLING.fullmatch(part[1]):
            return False
        after = self.sense.text[literal.end : literal.end + 90]
        verb = _VERB_AFTER.match(after)
        return verb is None or _RECORDED.match(after[verb.start("verb") :]) is not None

    def _known_places(self) -> set[str]:
        months = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ]
        finding = next(iter(self.facts.findings.values()))
        peers = [name for f in self.facts.findings.values() if f.peers is not None for name in f.peers.rates.index]
        return {
            *months,
            *finding.area.split(),
            *(word for name in peers for word in str(name).split()),
            "Q",
            "Quarter",
            "Force",
            "Police",
        }

    def _nearest(self, literal: Literal, facts: Sequence[Fact], way: int) -> Fact:
        """The figure that should have stood there: the first asked for, unless one is all but equal."""
        close = [fact for fact in facts[:6] if fact.value and 0.9 < abs(literal.value / fact.value) < 1.1]
        return (
            close[0]
            if close and not (facts and 0.75 < abs(literal.value / (facts[0].value or 1e-9)) < 1.33)
            else facts[0]
        )

    def _foreign(self, literal: Literal, code: str) -> list[Fact]:
        comparison = self.facts.findings[code].peers
        if comparison is None or literal.kind != "percent" or not self.sense.speaks_of_peers(literal.start):
            return []
        at = comparison.position
        span = Span(comparison.month.ordinal - 11, comparison.month.ordinal)
        return [
            Fact(v, code, span, wording.per_cent(abs(v)), 1 if v > 0 else -1)
            for v in (at.group_change,)
            if v is not None
        ]

    def _facts_for(
        self, literal: Literal, code: str, role: str, asked: tuple[Span, ...], own: bool, codes: Sequence[str]
    ) -> tuple[list[Fact], bool]:
        """The facts a figure may stand for, the likeliest first, and whether another figure would be wrong."""
        facts, measure = self.facts, self.facts.findings[code].measure
        spans = facts.reached(code, asked) if asked else facts.usual(code)
        if asked and not own and len(asked) > 24:
            spans = spans[:24]
        kind = literal.kind
        if role == "level" and _MONTH_BY_MONTH.search(self.sense.text):
            inner = (Span(at, at) for span in spans if 1 < span.length <= 12 for at in range(span.first, span.last + 1))
            spans = list(dict.fromkeys([*spans, *inner]))
        if role == "size":
            comparison = facts.findings[code].peers
            if comparison is None:
                return [], False
            at = comparison.position
            sizes = [at.n, *([int(at.national_rank_words.rsplit(" ", 1)[1])] if at.national_rank_words else [])]
            return [Fact(size, code, None, str(size)) for size in sizes], True
        if role == "rank":
            return self._ranks(literal, code)
        if role == "margin":
            return list(facts.margins(code, spans)), measure.kind == "survey"
        if role == "rate":
            return self._rates(literal, code)
        if role == "range":
            return self._range(literal, code, spans if asked else [], bool(asked))
        if role == "extreme":
            which = self._extreme(literal)
            found = [
                ends[which == "high"]
                for span in self._scopes(spans if asked else [])
                if (ends := facts.ends(code, span))
            ]
            return [f for f in found if self._same_unit(literal, measure)], True
        if role == "average":
            unit = self._unit(literal, self.sense.after(literal.end, 60)) or "month"
            averages = list(facts.averages(code, [s for s in spans if s.length >= 3 or unit in ("day", "week")], unit))
            return averages, bool(averages)
        if role == "change":
            changed, clear = self._changes(literal, code, asked)
            if kind == "count" and self.sense.text[: literal.start].rstrip().endswith("("):
                changed += facts.levels(code, spans)  # in brackets after a change: how much, or to what
            return changed, clear
        if kind == "count":
            return self._counts(code, measure, spans)
        if kind == "percent" or kind == "fraction":
            return self._percentages(literal, code, measure, spans, codes, bool(asked))
        if kind in ("seconds", "days"):
            right = measure.unit == wording.SECONDS if kind == "seconds" else "day" in measure.unit
            return (list(facts.levels(code, spans)) if right else []), right
        return [], False

    def _counts(self, code: str, measure: Measure, spans: list[Span]) -> tuple[list[Fact], bool]:
        levels = list(self.facts.levels(code, spans))
        if measure.kind == "count":
            return levels, True
        parts = list(self.facts.parts(code, spans))
        return [*parts, *levels], bool(parts)

    def _same_unit(self, literal: Literal, measure: Measure) -> bool:
        if literal.kind in ("percent", "fraction"):
            return measure.is_percentage
        if literal.kind == "seconds":
            return measure.unit == wording.SECONDS
        return measure.unit != wording.SECONDS

    def _scopes(self, spans: Iterable[Span]) -> list[Span]:
        """Where a highest or lowest is sought: as the sentence says, else the usual stretches."""
        calendar = self.facts.calendar
        told = [span for span in spans if span.length > 1]
        since = [Span(p.spans[0].first, calendar.last) for p in self.sense.periods if p.since and p.spans]
        return [*since, *told] or [
            calendar.year,
            calendar.now,
            calendar.to_date,
            Span(calendar.last - 23, calendar.last),
        ]

    def _range(self, literal: Literal, code: str, spans: list[Span], named: bool) -> tuple[list[Fact], bool]:
        other = self._range_end(literal)
        if other is None:
            return [], False
        high = literal.start > other.start
        measure, own = self.facts.findings[code].measure, []
        rates = self.facts.rates(code)["bounds"]
        if rates and (self.sense.speaks_of_peers(literal.start) or "bound" in self.sense.text):
            return [rates[high]], True
        scopes = self._scopes(spans)
        for scope in scopes:
            ends = self.facts.ends(code, scope)
            if ends is None:
                continue
            low_fact, high_fact = ends
            ordered = (other, literal) if high else (literal, other)
            if self._bounds(ordered[0], low_fact.value, -1) and self._bounds(ordered[1], high_fact.value, 1):
                return [Fact(literal.value, code, scope, (high_fact if high else low_fact).said)], True
            own.append(high_fact if high else low_fact)
        if not own and measure.kind != "count":
            return [], False
        return own, True

    def _bounds(self, literal: Literal, value: float, side: int) -> bool:
        """Whether a range's end is its end: exactly, or as a round number just beyond it."""
        if literal.fits(value):
            return True
        place = 10.0
        own = literal.value
        while own and own % (place * 10) == 0:
            place *= 10
        is_round = own % 5 == 0 and own > 0 and literal.step == 1
        return is_round and 0 <= side * (own - value) < (place if own % 10 == 0 else 5)

    def _ranks(self, literal: Literal, code: str) -> tuple[list[Fact], bool]:
        comparison = self.facts.findings[code].peers
        after = self.sense.text[literal.end : literal.end + 40].lower()
        if re.match(r"[\s-]+\w+\s+(?:month|quarter|figure|total|on\s+record)", after) or comparison is None:
            return [], False
        at = comparison.position
        high = re.match(r"[\s-]+(?:highest|largest|worst)", after) is not None
        national = re.search(r"\bnational|\bforces\b|England|country", self.sense.text, re.I) is not None
        group = self.sense.speaks_of_peers(literal.start) or PEERS_WORD.search(self.sense.text) is not None
        found = []
        span = Span(comparison.month.ordinal - 11, comparison.month.ordinal)
        sizes = [(at.rank, at.n)] if group or not national else []
        if at.national_rank is not None and at.national_rank_words and (national or not group):
            sizes.append((at.national_rank, int(at.national_rank_words.rsplit(" ", 1)[1])))
        for rank, size in sizes:
            place = size + 1 - rank if high else rank
            found.append(
                Fact(place, code, span, f"{wording.ordinal(place)} {'highest' if high else 'lowest'} of {size}")
            )
            if not re.match(r"[\s-]+(?:lowest|highest)", after):
                found.append(Fact(size + 1 - place, code, span, f"{wording.ordinal(size + 1 - place)} of {size}"))
        return found, True

    def _rates(self, literal: Literal, code: str) -> tuple[list[Fact], bool]:
        known = self.facts.rates(code)
        clause = self.sense.words_of(self.sense.clauses[self.sense.clause_of(literal.start)])
        named = [facts for area, facts in known.items() if area not in ("own", "average", "bounds") and area in clause]
        if named:
            return named[0], True
        if self.sense.is_foreign(literal.start) and not self.sense.speaks_of_peers(literal.start):
            return [], False
        if self.sense.speaks_of_peers(literal.start) or re.search(r"\baverage\b", clause, re.I):
            return [*known["average"], *(known["bounds"] if "bound" in self.sense.text else [])], bool(known["average"])
        if self.sense.clauses[self.sense.clause_of(literal.start)].comparing:
            return [*known["average"], *known["own"]], bool(known["average"])
        return known["own"], bool(known["own"])

    def _percentages(
        self, literal: Literal, code: str, measure: Measure, spans: list[Span], codes: Sequence[str], named: bool
    ) -> tuple[list[Fact], bool]:
        if measure.is_percentage:
            return list(self.facts.levels(code, spans)), True
        shares = []
        counts = [c for c in codes if self.facts.findings[c].measure.kind == "count"][:3]
        for one, other in permutations(counts, 2):
            for span in self.facts.reached(one, spans):
                top, bottom = self.facts.figure(one, span).value, self.facts.figure(other, span).value
                if top is not None and bottom and top <= bottom:
                    shares.append(Fact(100 * top / bottom, one, span, wording.per_cent(100 * top / bottom)))
        if measure.kind == "count":
            # A quarter's or month's share of its own year.
            calendar = self.facts.calendar
            told = self.sense.anchors
            parts = [s for s in told if s.length <= 3] or [calendar.now]
            wholes = [s for s in (*spans, *told, calendar.year) if s.length in (3, 12)]
            for part in parts:
                for whole in wholes[:4]:
                    top, bottom = self.facts.figure(code, part).value, self.facts.figure(code, whole).value
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
            self.sense.text[literal.end :],
        )
        return shares, bool(shares) and (
            of is not None or (len(counts) > 1 and re.match(r"\s*of\b", self.sense.text[literal.end :]) is not None)
        )

    # --- changes

    def pairs(self, code: str, place: int, asked: tuple[Span, ...] = ()) -> list[tuple[Span, Span]]:
        """What a change at a place in the sentence may be measured between: the later months, the earlier ones."""
        sense, calendar = self.sense, self.facts.calendar
        bases = sense.bases(place)
        base_places = {p.start for p in bases}
        clause = sense.clauses[sense.clause_of(place)]
        told = [p for p in sense.periods if p.start not in base_places]
        here = [p for p in told if clause.start <= p.start < clause.end]
        before = [p for p in told if p.start < place]
        chosen = here or (before[-1:] if before else told[:1]) or []
        usual = [self.facts.usual(code)[0], calendar.now, calendar.year, calendar.to_date]
        ends = [span for p in chosen for span in p.spans] or usual
        ends = self.facts.reached(code, ends)
        pairs: list[tuple[Span, Span]] = []
        near = (
            [p for p in bases if clause.start <= p.start < clause.end]
            or [p for p in bases if p.start >= clause.start]
            or bases
        )
        for period in near:
            for end in (
                ends if not period.since else [calendar.year, calendar.now, Span(calendar.last, calendar.last), *ends]
            ):
                for base in sense.resolved(period, [end]) if chosen or period.relation else period.spans:
                    if base.length == end.length and base.first < end.first:
                        pairs.append((end, base))
                if not chosen:
                    likes = [(self._like(base), base) for base in period.spans if not period.relation]
                    pairs += [(like, base) for like, base in likes if like is not None]
        if not pairs:
            for end in ends:
                pairs.append((end, end.back(12)))
                if end.length < 12 and not re.search(r"\byear\b", " ".join(sense.text[p.start : p.end] for p in near)):
                    pairs.append((end, end.back(end.length)))
        spans = list(dict.fromkeys(span for p in sense.periods for span in sense.resolved(p)))[:12]
        explicit = [p for p in sense.periods if not p.relation]
        if len(explicit) >= 2:
            pairs += [(a, b) for a in spans for b in spans if a.length == b.length and a.first > b.first]
        for span in ends:
            if 1 < span.length <= 12 and re.search(
                r"\b(?:between|from|during|over|within|through\w*|across)\b", sense.text, re.I
            ):
                pairs.append((Span(span.last, span.last), Span(span.first, span.first)))
        return list(dict.fromkeys(pairs))

    def _like(self, base: Span) -> Span | None:
        """This year's months of the same length as an earlier stretch: fewer than in December 2018."""
        calendar = self.facts.calendar
        known = {1: Span(calendar.last, calendar.last), 3: calendar.now, 12: calendar.year}
        like = known.get(base.length)
        return like if like is not None and base.first < like.first else None

    def _changes(self, literal: Literal, code: str, asked: tuple[Span, ...]) -> tuple[list[Fact], bool]:
        measure = self.facts.findings[code].measure
        out: list[Fact] = []
        for difference, share in self.facts.changes(code, self.pairs(code, literal.start, asked)):
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
            elif self._same_unit(literal, measure):
                out.append(difference)
        return out, bool(out)

    # --- arithmetic within the sentence

    def _arithmetic(self, literal: Literal) -> Verdict | None:
        """A figure that follows from others of its sentence: a part of a whole, a difference."""
        others = [each for each in self.sense.literals if each is not literal and each.kind in ("count", "seconds")][
            :12
        ]
        text = self.sense.text
        for one, other in permutations(others, 2):
            between = text[one.end : other.start] if one.end <= other.start else ""
            opened = re.search(r"\bfrom\s+(?:\w+\s+){0,2}$", text[max(0, one.start - 24) : one.start])
            joined = re.fullmatch(r"[^,;]{0,60}?\bto\s+(?:\w+\s+){0,2}", between) if opened else None
            if (
                joined
                and literal.kind in ("count", "percent", "seconds")
                and one.value
                and self.role(literal, None)[0] == "change"
            ):
                right = abs(other.value - one.value)
                right = 100 * right / one.value if literal.kind == "percent" else right
                fact = Fact(
                    right, "", None, wording.per_cent(right) if literal.kind == "percent" else wording.number(right)
                )
                return Verdict("agrees" if literal.fits(right) else "contradicts", fact, None, why="arithmetic")
            if (
                literal.kind in ("percent", "fraction")
                and re.fullmatch(r"[\s\w]{0,30}?\b(?:out\s+of|of)\s+(?:the\s+|its\s+|all\s+)?", between)
                and other.value
            ):
                right = 100 * one.value / other.value
                if literal.fits(right):
                    return Verdict("agrees", Fact(right, "", None, wording.per_cent(right)), None, why="arithmetic")
        return None


PEERS_WORD = re.compile(r"\b(?:peers?|MSG|similar|group)\b", re.IGNORECASE)
