"""A literal figure held against the data: what it is said to be, which facts it could stand for, and the verdict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from perf_lib.audit.candidates import facts_for, follows, nearest, said_of_peers
from perf_lib.audit.facts import UNSUPPORTED, Facts, Memory, Verdict
from perf_lib.audit.literals import Literal, Words
from perf_lib.audit.roles import reach, role
from perf_lib.audit.sense import Sense
from perf_lib.words.calendar import MONTHS

# --- Whose figure it is: whether its own noun is what a measure counts, and whether a word of number is a figure at all

_ENDING = Words(
    r"^\s*(?:$|[.,;:)!?%'\"”’]|(?:in|during|to|and|or|for|over|at|on|from|compared|against|than|were|was|is|are|had|have|has|a|an|per"
    r"|the|which|that|this|these|last|came|come|went|took|fell|rose|stood|arose|ended|gave|had|met|got|left|lost|hung|rang|said|ran|held|kept|put|set|began|grew|sent|saw|spent|paid|mark|[a-z]{2,}ed|recorded|reported|received|completed|made|when|while|but|so|as|by|with|between|since|up|down"
    r"|each|every|of|fewer|more|less|higher|lower|longer|shorter|percentage|after|before|until|out|not|only|now|then|it|overall"
    r"|altogether|respectively|per|be|been|being|counted|logged|again|nationally|attended|answered|listed|prosecuted|upheld|once|both|"
    r"whereas|though|although|rather|down|within|under|above|below|exactly|earlier|ago|there|here|too|also|instead|year|month|quarter)\b)"
)


def attached(sense: Sense, facts: Facts, literal: Literal, codes: Sequence[str]) -> bool | None:
    """Whether a figure's own noun is one that a measure counts: None where it has no noun of its own."""
    after = sense.text[literal.end : literal.end + 60]
    if literal.kind in ("rank", "seconds", "points", "multiple"):
        return None
    if literal.kind in ("percent", "fraction"):
        of = re.match(
            r"\s*of\s+(?:all\s+|the\s+|these\s+|those\s+|its\s+|our\s+|every\s+|total\s+|year['’]s\s+|quarter['’]s\s+|\d[\d,]*\s+)*([a-z\w]+(?:\s+[a-z]+){0,2})",
            after,
        )
        if not of or any(period.start - 1 <= literal.end + of.start(1) < period.end for period in sense.periods):
            return None
        measure = facts.findings[codes[0]].measure if codes else None
        if measure is not None and measure.of is None and measure.is_percentage:
            return None  # the catalogue does not say what its percentages are of
        return _counted(sense, codes, of[1].split())
    after = re.sub(r"^\s*(?:more|fewer|less|extra|additional)\b(?!\s+than)", "", after)  # 52 more Tasers
    if _ENDING.match(after):
        return None
    return _counted(sense, codes, re.findall(r"[A-Za-z]+", after)[:4])


def _counted(sense: Sense, codes: Iterable[str], words: Sequence[str]) -> bool:
    """Whether one of some words is what one of some measures counts."""
    return any(sense.names.counts(code, word) for code in codes for word in words)


def is_figure(sense: Sense, facts: Facts, literal: Literal, codes: Sequence[str], attached: bool | None) -> bool:
    """Whether a small number in words is a figure (six fewer, nine hate crimes) and not only a word (one of the reasons)."""
    before, after = sense.before(literal.start, 60), sense.text[literal.end : literal.end + 40]
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
        and any(facts.findings[c].measure.is_count for c in codes)
        and re.search(
            r"\b(?:was|were|is|are|by|of|to|from|only|just|and|rose|fell|against|than|saw|had|brought|recorded|logged|counted)\s+$",
            before,
        )
    )
    # From 15 in July to eight in December.
    of_a_range = (
        attached is None
        and re.search(r"\b(?:from|to)\s+$", before)
        and any(period.start - 1 <= literal.end + 4 <= period.end for period in sense.periods)
    )
    is_alone = plain and _ENDING.match(after) and not re.match(r"\s+(?:of|in|year|month|quarter|the)\b", after)
    return bool(changes or parts or unit or of_a_range or is_alone or (attached is True and codes))


def multiplies(sense: Sense, literal: Literal) -> bool:
    """Whether "a doubling of …" is of a measure; other multiples are said of what the sentence is about."""
    tail = re.match(r"\s+(?:of|in)\s+(?:the\s+|all\s+|recorded\s+)*", sense.text[literal.end :])
    if tail is None or not literal.text.lower().endswith("ing"):
        return True
    at = literal.end + tail.end()
    return any(mention.start <= at + 1 <= mention.end for mention in sense.mentions)


# --- Whether a sentence makes plain which figure it speaks of, so that another is wrong and not merely unknown

_SUBSET = Words(
    r"\b(?:of\s+which|of\s+these|of\s+them|of\s+those|of\s+whom|among\s+(?:them|these)|includ\w+|involv\w+|such\s+as|for\s+example|because|due)\b"
)
_RESTRICTED = Words(r"\b(?:because|owing\s+to|in\s+which|whose|without|as\s+a\s+result)\b")
_MOVED = Words(
    r"\b(?:rose|risen|increased|grew|grown|climbed|jumped|went\s+up|fell|fallen|decreased|declined|dropped|went\s+down|(?:was|were|is|are|has\s+been|have\s+been)\s+(?:up|down|reduced|cut))\b"
)
_GENERAL = Words(
    r"figures?|numbers?|totals?|counts?|volumes?|rates?|averages?|levels?|measures?|ratios?|shares?|proportions?|percentages?|scores?"
    r"|times?|waits?|waiting|this|that|they|these|those|which|trend|demand|months?|quarters?|years?",
)
_LINKING = Words(
    r"with|than|from|over|since|after|before|compared|against|also|again|have|been|both|while|when|however|overall|recorded|reported"
    r"|during|between|previous|preceding|same|last|year|quarter|month|months|rolling|total|although|there|slightly|sharply|further|only",
)
_TOTALLING = Words(
    r"put|total|totals|count|number|numbers|figure|sum|average|mean|volume|all|fall|rise|increase|decrease|drop|reduction|out|record|high|low|peak"
    r"|lowest|highest|rate|came|against|each|most|one|two|three|four|five|six|seven|eight|nine|ten|is|was|were|respectively|some|many|share|percentage|cent"
)
_VERB_AFTER = Words(
    r"[\w\s'’-]{0,50}?\b(?P<verb>(?:were|was|are|is|have\s+been|had\s+been|has\s+been|being|led|resulted|involved|followed|had|ended|concerned|related|remain\w*|await\w*)\b)"
)
_RECORDED = Words(
    r"(?:were|was|are|is|have\s+been|had\s+been|has\s+been|being)\s+(?:\w+ly\s+|also\s+|then\s+|all\s+|now\s+)?(?:recorded|reported|received|made|logged|taken|completed|listed|attended|answered"
    r"|deployed|counted|abandoned|prosecuted|convicted|upheld|lost|submitted|worked|tagged|flagged|given|noted|registered|handled|put|up|down|lower|higher|fewer|more|less|above|below|the|a|an|in|\d|late|violence|due|cracked|not|without|on)\b"
)
_PLACE = Words(r"\b(?:in|at|across|around|for|near|from)\s+(?:the\s+)?([A-Z][a-z]+)\b", re.NOFLAG)


def is_plain(
    sense: Sense, facts: Facts, literal: Literal, role: str, period_named: bool, attached: bool | None
) -> bool:
    """Whether a sentence makes plain which figure it speaks of, so that another figure is wrong and not merely unknown."""
    clause = sense.clause_of(literal.start)
    if role == "change" and _said_of_another(sense, facts, literal):
        return False
    if role == "level" and (
        _SUBSET.search(sense.text[clause.start : literal.start]) or _RESTRICTED.search(sense.text[literal.end :])
    ):
        return False
    if not _known_places(facts).issuperset(_PLACE.findall(sense.words_of(clause))):
        return False
    if role == "level" and literal.kind == "count" and not period_named:
        return attached is True
    return not re.search(
        r"\b(?:target|aim\w*|goal|plan\w*|forecast|project\w+|expect\w*|would|will|could|might|(?-i:may))\b",
        sense.words_of(clause),
    )


def _said_of_another(sense: Sense, facts: Facts, literal: Literal) -> bool:
    """Whether what rose or fell is something that no measure counts: burglary, officers, reports of rape."""
    clause = sense.clause_of(literal.start)
    moved = _MOVED.search(sense.text, clause.start, literal.start)
    if moved is None or any(clause.start <= m.start < moved.start() for m in sense.mentions):
        return False
    lead = sense.text[clause.start : moved.start()]
    for period in sense.within(clause, sense.periods):
        lead = lead.replace(sense.text[period.start : period.end], " ")
    words = [word.lower() for word in re.findall(r"[A-Za-z]{4,}", lead)]
    codes = list(facts.findings) if sense.sentence.code is None else [sense.sentence.code]
    if _counted(sense, codes, words) or any(_GENERAL.fullmatch(word) for word in words):
        return False
    return any(not _LINKING.fullmatch(word) for word in words)


def plainly_stated(sense: Sense, literal: Literal) -> bool:
    """Whether so many of what is counted were simply recorded: not "a backlog of 40", nor "twelve of them led to"."""
    before = sense.before(literal.start, 60)
    part = re.search(
        r"\b([a-z]+)\s+(?:of|in|for)\s+(?:(?:about|around|some|over|nearly|just|a|the)\s+)*$", before, re.I
    )
    if part and not _TOTALLING.fullmatch(part[1]):
        return False
    after = sense.text[literal.end : literal.end + 90]
    verb = _VERB_AFTER.match(after)
    return verb is None or _RECORDED.match(after[verb.start("verb") :]) is not None


def _known_places(facts: Facts) -> set[str]:
    areas = [next(iter(facts.findings.values())).area, *facts.peers()]
    months = (name.capitalize() for name in MONTHS)
    return {*months, *(word for area in areas for word in area.split()), "Q", "Quarter", "Force", "Police"}


# --- The verdict

_WISHED = Words(r"\b(?:(?-i:may)|might|could|would|will|can|should|to|not|never)\s+(?:\w+\s+)?$")

_WHOLE = Words(r"\d\s+(?:out\s+)?of\s+(?:the\s+|all\s+|its\s+|our\s+)?(?:(?:quarter|year|month)['’]s\s+)?$")
_OF_MONTHS = Words(
    r"[\s-]+(?:lowest|highest|best|worst|largest|smallest|busiest|quietest)\b(?:\s+(?:month|quarter|figure|total))?\s+(?:of\s+the\s+(?:year|quarter|last)|in\s+the\s+(?:year|quarter|last)|since|after|on\s+record)\b"
)


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
        if literal.kind == "rank" and _OF_MONTHS.match(self.sense.text, literal.end):
            return None  # among months, not areas: read with its superlative
        codes = self.sense.measures(literal.start, literal.end)
        noun = attached(self.sense, self.facts, literal, codes)
        if (
            literal.kind == "count"
            and literal.in_words
            and literal.value <= 12
            and not is_figure(self.sense, self.facts, literal, codes, noun)
        ):
            return None
        if literal.kind == "multiple" and _WISHED.search(self.sense.text[: literal.start]):
            return None
        if literal.kind == "multiple" and not multiplies(self.sense, literal):
            return UNSUPPORTED
        if literal.kind == "days" and not any("day" in self.facts.findings[c].measure.unit for c in codes):
            took = re.search(r"\b(?:average|took|takes|taken|mean)\b", self.sense.text)  # days, and not when it was
            return None if literal.in_words or not took else UNSUPPORTED
        verdict = self._held(literal, codes, noun)
        if verdict.verdict == "unsupported":
            verdict = follows(self.sense, self.memory, literal) or verdict
        if verdict.verdict != "agrees" and _WHOLE.search(self.sense.text[: literal.start]):
            verdict = self._whole(literal) or verdict
        self.memory.end = literal.end
        return verdict

    def _whole(self, literal: Literal) -> Verdict | None:
        """What a figure is a part of: 3,751 of the quarter's 10,876 crimes, which is another measure's figure."""
        reached = reach(self.sense, literal)
        for code, finding in self.facts.findings.items():
            spans = reached.spans or tuple(self.facts.usual(code)[:3])
            fact = next((f for f in self.facts.levels(code, spans) if literal.fits(f.value)), None)
            if finding.measure.is_count and fact is not None:
                return Verdict.of(True, fact, code)
        return None

    def _held(self, literal: Literal, codes: Sequence[str], noun: bool | None) -> Verdict:
        reached = reach(self.sense, literal)
        is_foreign = self.sense.is_foreign(literal.start)
        first: Verdict | None = None
        for code in codes[:4]:
            measure = self.facts.findings[code].measure
            said_to_be, way = role(self.sense, self.memory, literal, measure)
            if code == codes[0]:
                self.memory.role, self.memory.way = said_to_be, way
            facts, clear = facts_for(self.sense, self.facts, literal, code, said_to_be, reached, codes)
            if is_foreign and said_to_be not in ("rank", "rate", "size"):
                facts, clear = said_of_peers(self.sense, self.facts, literal, code), False
            slack = 2.0 if reached.own else 1.5
            fitting = [fact for fact in facts if literal.fits(fact.value, slack)]
            if fitting:
                if noun is False and said_to_be in ("level", "share"):
                    continue  # so many of something else is not this figure, though it is as many
                if not clear and said_to_be == "level" and literal.said in ("over", "under"):
                    continue  # "up to 30 per cent" is too loose to have been meant of a share nobody named
                match = next((fact for fact in fitting if not way or fact.way in (0, way)), fitting[0])
                return Verdict.of(True, match, code)
            if (
                first is None
                and facts
                and clear
                and noun is not False
                and is_plain(self.sense, self.facts, literal, said_to_be, reached.named, noun)
                and (
                    not measure.is_count
                    or said_to_be not in ("level", "average")
                    or plainly_stated(self.sense, literal)
                )
            ):
                first = Verdict.of(False, nearest(literal, facts), code)
        if first is not None:
            return first
        guess = codes[0] if codes and noun is not False and not is_foreign else None
        return Verdict("unsupported", None, guess)
