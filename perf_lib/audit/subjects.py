"""Which measure a word of direction is said of, and whether it is said outright: not denied, hoped for or supposed."""

from __future__ import annotations

import re

from perf_lib.audit.facts import Facts
from perf_lib.audit.names import Mention
from perf_lib.audit.patterns import Words
from perf_lib.audit.sense import Sense
from perf_lib.config.catalogue import Measure
from perf_lib.words.calendar import MONTH_NAMES

_HEDGED = Words(
    r"\b(?:not|never|no|nor|neither|without|(?-i:may)|might|can|cannot|could|would|should|will|if|whether|unless|need|needs|expect\w*|hop(?:e|es|ed)|aim\w*|plan\w*"
    r"|target\w*|likely|forecast\w*|project\w+|seems?|appears?|wants?|when|whenever|until)\b|n['’]t\b|\?"
)
_PRONOUN = Words(
    r"(?:^|\b)(?:it|this|that|they|these|those|which|(?:the|this|that|its|their|overall|monthly|quarterly|annual|rolling|yearly)\s+(?:\w+\s+){0,1}?(?:figures?|numbers?|totals?|counts?|volumes?|rates?|averages?|levels?|measure|ratio|share|proportion|percentage|score|time|times|waits?)|numbers|figures|volumes|levels|totals)\b"
    r"[\s\w,'’%.-]{0,60}$"
)
_LINK = r"(?:has|have|had|also|again|slightly|sharply|steadily|markedly|significantly|further|only|then|since|been|was|were|is|are|be|being|continued|to|much|a|little|both|all|each|month|overall|recorded|reported|volumes?|numbers?|figures?|totals?|rates?|levels?|it|they|which|that|itself|together|now|therefore|still|even|substantially|considerably|clearly|consistently|gradually|modestly|in|the|quarter|year|during|over|last|this|three|two|one|four|remained|stayed|rather|far|somewhat|well|twelve|12|months|to|of|for|shows?|showed|saw|seen|by|police|crimes?|offences?|incidents?|calls?|and|on|average|at)"
_GAP = Words(rf"^(?:\W+|{_LINK}\b|(?:19|20)\d\d\b|(?:{'|'.join(MONTH_NAMES)})\b)*$")


def measure_of(facts: Facts, code: str | None) -> Measure | None:
    """The measure of a code, where a verdict has one."""
    return None if code is None or code not in facts.findings else facts.findings[code].measure


def hedged(sense: Sense, place: int) -> bool:
    """Whether what is said at a place is denied, wished for or supposed."""
    opening = max((c.start for c in sense.clauses if c.start <= place), default=0)
    clause_end = next((c.end for c in sense.clauses if place < c.end), len(sense.text))
    before = sense.text[:place] if len(sense.clauses) < 40 else sense.text[opening:place]
    after = sense.text[place:clause_end]
    return (
        _HEDGED.search(before) is not None
        or re.search(r"\b(?:not|(?-i:may)|might|can|could|would|if|should)\b|\?", after) is not None
    )


def subject(sense: Sense, facts: Facts, found: re.Match[str], is_noun: bool) -> str | None:
    """The measure that a word of direction is said of."""
    text = sense.text
    start = found.start()
    before = [m for m in sense.mentions if m.end <= start and _is_subject(sense, facts, m)]
    if is_noun:
        tail = re.match(
            r"\s+(?:was\s+)?(?:in|of)\s+(?:the\s+)?(?:(?:number|volume|rate|total|amount|count|level|share|average)\s+(?:of\s+)?)?(?:the\s+|all\s+|recorded\s+|reported\s+)*",
            text[found.end() :],
        )
        if tail:
            at = found.end() + tail.end()
            named = next((m for m in sense.mentions if m.start <= at + 2 <= m.end or m.start == at), None)
            if named is not None:
                return named.code
            if (
                not any(p.start <= at <= p.end for p in sense.periods)
                and text[at : at + 1].isalpha()
                and not re.match(r"(?:quarter|year|month|last|twelve|12|same|this)", text[at:], re.I)
            ):
                return None
        if found["art"].lower() == "the" and sense.sentence.code is not None and not before:
            return (
                sense.sentence.code
                if re.match(
                    r"\s+(?:in\s+the\s+(?:quarter|year)|over|since|during|is|was|from|comes?|in|on|[.,])",
                    text[found.end() :],
                )
                or not tail
                else None
            )
        if before and _GAP.match(
            re.sub(
                r"\b(?:there|represents?|represented|records?|shows?|showed|saw|seen|shown|experienced|experiencing|had|with|small|slight|large|significant|steady|marked|sharp)\b",
                "",
                text[before[-1].end : start],
            )
        ):
            return before[-1].code
        own = sense.sentence.code or sense.carried
        if own is not None and re.match(
            r"\W*(?:this|that|it|there|which)\s+(?:is|was|represents?|represented|has\s+been|shows?|marks?)\s*$",
            text[:start],
            re.I,
        ):
            return own
        return None
    clause = sense.clauses[sense.clause_of(start)]
    near = [m for m in before if _GAP.match(text[m.end : start])]
    if near:
        return near[-1].code
    own = sense.sentence.code or sense.carried
    lead = text[clause.start : start]
    if own is not None and not before and _PRONOUN.search(lead):
        rest = re.sub(r"^\W*(?:in|during|over|for|since|by|compared)\b[^,]*,", "", lead)
        opening = re.match(
            r"\W*(?:(?:it|this|that|they|these|which)|(?:the|this|that|its)?\s*(?:\w+\s+){0,2}?(?:figures?|numbers?|totals?|counts?|volumes?|rates?|averages?|levels?|measure|ratio|share|proportion|percentage|score|times?|waits?))\b",
            rest,
            re.I,
        )
        if opening and _GAP.match(rest[opening.end() :]):
            return own
    return None


def _is_subject(sense: Sense, facts: Facts, mention: Mention) -> bool:
    """Whether a mention names the measure itself: "calls" do not name the time it takes to answer them."""
    measure = facts.findings[mention.code].measure
    word = sense.text[mention.start : mention.end].lower()
    return not mention.weak or measure.kind == "count" or word.startswith("rate")


def subject_loosely(sense: Sense, place: int) -> str | None:
    """The measure last named before a place, or the text's own where a pronoun stands for it."""
    before = [m for m in sense.mentions if m.start < place]
    if before:
        return before[-1].code
    if _PRONOUN.search(sense.text[:place]):
        return sense.sentence.code or sense.carried
    return None
