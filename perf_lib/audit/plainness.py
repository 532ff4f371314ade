"""Whether a sentence makes plain which figure it speaks of, so that another is wrong and not merely unknown."""

from __future__ import annotations

import re

from perf_lib.audit.facts import Facts
from perf_lib.audit.literals import Literal
from perf_lib.audit.patterns import Words
from perf_lib.audit.sense import Sense
from perf_lib.words.calendar import MONTHS

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
    clause = sense.clauses[sense.clause_of(literal.start)]
    if role == "change" and _said_of_another(sense, facts, literal):
        return False
    if role == "level" and (
        _SUBSET.search(sense.text[clause.start : literal.start]) or _RESTRICTED.search(sense.text[literal.end :])
    ):
        return False
    places = [place for place in _PLACE.findall(sense.words_of(clause)) if place not in _known_places(facts)]
    if places:
        return False
    if role == "level" and literal.kind == "count" and not period_named:
        return attached is True
    return not re.search(
        r"\b(?:target|aim\w*|goal|plan\w*|forecast|project\w+|expect\w*|would|will|could|might|(?-i:may))\b",
        sense.words_of(clause),
    )


def _said_of_another(sense: Sense, facts: Facts, literal: Literal) -> bool:
    """Whether what rose or fell is something that no measure counts: burglary, officers, reports of rape."""
    clause = sense.clauses[sense.clause_of(literal.start)]
    moved = _MOVED.search(sense.text, clause.start, literal.start)
    if moved is None or any(clause.start <= m.start < moved.start() for m in sense.mentions):
        return False
    lead = sense.text[clause.start : moved.start()]
    for period in sense.within(clause, sense.periods):
        lead = lead.replace(sense.text[period.start : period.end], " ")
    words = [word.lower() for word in re.findall(r"[A-Za-z]{4,}", lead)]
    codes = list(facts.findings) if sense.sentence.code is None else [sense.sentence.code]
    if any(_GENERAL.fullmatch(word) or any(sense.names.counts(c, word) for c in codes) for word in words):
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
    finding = next(iter(facts.findings.values()))
    peers = [name for f in facts.findings.values() if f.peers is not None for name in f.peers.rates.index]
    return {
        *(name.capitalize() for name in MONTHS),
        *finding.area.split(),
        *(word for name in peers for word in str(name).split()),
        "Q",
        "Quarter",
        "Force",
        "Police",
    }
