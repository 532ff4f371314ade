"""Rose, fell, higher than, a fall in, unchanged: held against the changes of the measure they are said of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

from perf_lib.audit.candidates import pairs
from perf_lib.audit.facts import MOST, Fact, Facts, Found, Verdict, Verdicts, way_from
from perf_lib.audit.figures import Judge
from perf_lib.audit.literals import Literal, Words
from perf_lib.audit.roles import BETTER, DOWN, DOWN_VERB, UP, UP_VERB, WORSE, role, way_said
from perf_lib.audit.sense import Sense
from perf_lib.words.calendar import MONTH_NAMES

# --- Which measure a word of direction is said of, and whether it is said outright: not denied, hoped for or supposed

_HEDGED = Words(
    r"\b(?:not|never|no|nor|neither|without|(?-i:may)|might|can|cannot|could|would|should|will|if|whether|unless|need|needs|expect\w*|hop(?:e|es|ed)|aim\w*|plan\w*"
    r"|target\w*|likely|forecast\w*|project\w+|seems?|appears?|wants?|when|whenever|until)\b|n['’]t\b|\?"
)
_FIGURES = r"(?:figures?|numbers?|totals?|counts?|volumes?|rates?|averages?|levels?|measure|ratio|share|proportion|percentage|score|times?|waits?)"
_PRONOUN = Words(
    rf"(?:^|\b)(?:it|this|that|they|these|those|which|(?:the|this|that|its|their|overall|monthly|quarterly|annual|rolling|yearly)\s+(?:\w+\s+)??{_FIGURES}|numbers|figures|volumes|levels|totals)\b"
    r"[\s\w,'’%.-]{0,60}$"
)
_OPENING = Words(rf"\W*(?:(?:it|this|that|they|these|which)|(?:the|this|that|its)?\s*(?:\w+\s+){{0,2}}?{_FIGURES})\b")
_TAIL = Words(
    r"\s+(?:was\s+)?(?:in|of)\s+(?:the\s+)?(?:(?:number|volume|rate|total|amount|count|level|share|average)\s+(?:of\s+)?)?(?:the\s+|all\s+|recorded\s+|reported\s+)*",
    re.NOFLAG,
)
_OF_ITSELF = Words(r"\s+(?:in\s+the\s+(?:quarter|year)|over|since|during|is|was|from|comes?|in|on|[.,])", re.NOFLAG)
_SHOWING = Words(
    r"\b(?:there|represents?|represented|records?|shows?|showed|saw|seen|shown|experienced|experiencing|had|with|small|slight|large|significant|steady|marked|sharp)\b",
    re.NOFLAG,
)
_THIS_IS = Words(r"\W*(?:this|that|it|there|which)\s+(?:is|was|represents?|represented|has\s+been|shows?|marks?)\s*$")
_LINK = r"(?:has|have|had|also|again|slightly|sharply|steadily|markedly|significantly|further|only|then|since|been|was|were|is|are|be|being|continued|to|much|a|little|both|all|each|month|overall|recorded|reported|volumes?|numbers?|figures?|totals?|rates?|levels?|it|they|which|that|itself|together|now|therefore|still|even|substantially|considerably|clearly|consistently|gradually|modestly|in|the|quarter|year|during|over|last|this|three|two|one|four|remained|stayed|rather|far|somewhat|well|twelve|12|months|to|of|for|shows?|showed|saw|seen|by|police|crimes?|offences?|incidents?|calls?|and|on|average|at)"
_GAP = Words(rf"^(?:\W+|{_LINK}\b|(?:19|20)\d\d\b|(?:{'|'.join(MONTH_NAMES)})\b)*$")


def hedged(sense: Sense, place: int) -> bool:
    """Whether what is said at a place is denied, wished for or supposed."""
    clause = sense.clause_of(place)
    before = sense.text[0 if len(sense.clauses) < 40 else min(clause.start, place) : place]
    after = sense.text[place : clause.end]
    return (
        _HEDGED.search(before) is not None
        or re.search(r"\b(?:not|(?-i:may)|might|can|could|would|if|should)\b|\?", after) is not None
    )


def subject(sense: Sense, facts: Facts, found: re.Match[str], is_noun: bool) -> str | None:
    """The measure that a word of direction is said of."""
    text, start = sense.text, found.start()
    # "Calls" do not name the time it takes to answer them.
    before = [
        m
        for m in sense.mentions
        if m.end <= start
        and (not m.weak or facts.findings[m.code].measure.is_count or text[m.start : m.end].lower().startswith("rate"))
    ]
    own = sense.sentence.code or sense.carried
    if is_noun:
        tail = _TAIL.match(text, found.end())
        if tail:
            at = tail.end()
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
            return sense.sentence.code if not tail or _OF_ITSELF.match(text, found.end()) else None
        if before and _GAP.match(_SHOWING.sub("", text[before[-1].end : start])):
            return before[-1].code
        return own if own is not None and _THIS_IS.match(text[:start]) else None
    near = [m for m in before if _GAP.match(text[m.end : start])]
    if near:
        return near[-1].code
    lead = text[sense.clause_of(start).start : start]
    if own is not None and not before and _PRONOUN.search(lead):
        rest = re.sub(r"^\W*(?:in|during|over|for|since|by|compared)\b[^,]*,", "", lead)
        opening = _OPENING.match(rest)
        if opening and _GAP.match(rest[opening.end() :]):
            return own
    return None


def subject_loosely(sense: Sense, place: int) -> str | None:
    """The measure last named before a place, or the text's own where a pronoun stands for it."""
    before = [m for m in sense.mentions if m.start < place]
    if before:
        return before[-1].code
    if _PRONOUN.search(sense.text[:place]):
        return sense.sentence.code or sense.carried
    return None


# --- Movements

_VERB = Words(rf"\b(?:(?P<up>{UP_VERB})|(?P<down>{DOWN_VERB})|(?P<better>improved)|(?P<worse>worsened|deteriorated))\b")
_WORD = Words(rf"\b(?:(?P<up>{UP})|(?P<down>{DOWN})|(?P<better>{BETTER})|(?P<worse>{WORSE}))\b")
_NOUN = Words(
    r"\b(?P<art>an?|the|this|that|another|further|no)\s+(?:(?!(?:of|in|its|their|his|her|our|for|on|earlier|previous|past|national|future|long|longer|expected)\b)[\w.,-]+\s+){0,3}?"
    r"(?:(?P<up>increase|rise|growth|jump|upturn|climb|surge)|(?P<down>decrease|fall|drop|reduction|decline|dip|downturn)|(?P<better>improvement)|(?P<worse>worsening|deterioration))\b(?=\s*(?:[.,;:()–]|$|(?:of|in|on|over|from|since|was|is|has|had|by|during|compared|for|and|between|this|last|against|at|when|which|that|comes?|came|but|amounts?)\b))"
)
_COMPARED = Words(
    r"\b(?:(?P<up>higher|more|longer|slower|up|greater|above)|(?P<down>lower|fewer|less|shorter|quicker|faster|sooner|down|below)|(?P<better>better)|(?P<worse>worse))(?:\s+(?:\w+\s+){0,3}?than|\s+on)\b"
)
SAME = Words(r"\b(?:unchanged|no\s+change|(?:the\s+)?same\s+(?:as|level|number|figure)|identical\s+to)\b")


def beside_figures(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """The word of direction that goes with a figure: fell by 12.2 per cent, 208 fewer."""
    sense = judge.sense
    for literal, verdict in verdicts:
        if verdict is None or verdict.fact is None or literal.kind in ("rank", "multiple"):
            continue
        fact, measure = verdict.fact, judge.facts.measure(verdict.measure)
        said_to_be, way = role(sense, judge.memory, literal, measure)
        if said_to_be != "change" or not way or not fact.way:
            continue
        # The nearest before the figure, else the first after it, in its clause.
        clause = sense.clause_of(literal.start)
        words = [m for m in _WORD.finditer(sense.text, clause.start, clause.end) if way_said(m, measure) == way]
        before = [m.span() for m in words if m.end() <= literal.start]
        after = [m.span() for m in words if m.start() >= literal.end]
        for start, end in before[-1:] or after[:1]:
            if not re.search(r"\b(?:not|no|never)\s+(?:an?\s+)?$", sense.text[max(0, start - 14) : start].lower()):
                agrees = way == fact.way
                yield start, end, Verdict.of(agrees, fact if agrees else _change_said(fact), verdict.measure)


def alone(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """Words of direction without a figure: a verb, a comparison, a noun."""
    sense, facts = judge.sense, judge.facts
    for pattern in (_VERB, _COMPARED, _NOUN):
        for found in islice(pattern.finditer(sense.text), MOST):
            start, end = next(found.span(way) for way in ("up", "down", "better", "worse") if found[way])
            if (
                (pattern is _COMPARED and _leads(sense, start, end))
                or sense.is_foreign(start)
                or hedged(sense, start)
                or _has_figure(judge, verdicts, start, sense.clause_of(start).end, pattern is _COMPARED)
            ):
                continue
            verdict = None
            if pattern is _COMPARED and (figures := _two_figures(sense, start, end)) is not None:
                one, other = figures
                said = f"{one.text} is {'more' if one.value > other.value else 'less'} than {other.text}"
                verdict = _of_figures(verdicts, way_said(found, None), one, other, said)
            elif pattern is _VERB and (figures := _from_to(sense, start)) is not None:
                one, other = figures
                said = f"{'a rise' if other.value > one.value else 'a fall'} from {one.text} to {other.text}"
                way = way_said(found, facts.measure(sense.measure(start, end)))
                verdict = _of_figures(verdicts, way, other, one, said)
            verdict = verdict or _of_measure(sense, facts, found, start, pattern is _NOUN)
            if verdict is not None:
                yield start, end, verdict


def _leads(sense: Sense, start: int, end: int) -> bool:
    """Whether a comparison is a manner of speaking: more than 1,500."""
    following = next((each.start for each in sense.literals if each.start >= end), end)
    is_manner = re.match(r"\s+than\s+(?:a\s+|an\s+)?$", sense.text[end:following]) is not None
    return is_manner and _two_figures(sense, start, end) is None


def _of_figures(verdicts: Verdicts, way: int | None, one: Literal, other: Literal, said: str) -> Verdict | None:
    """The verdict on a word that says how one figure of the sentence stands to another."""
    actual = way_from(other.value, one.value)
    if not way or not actual:
        return None
    code = next((verdict.measure for each, verdict in verdicts if each is one and verdict is not None), None)
    return Verdict.of(way == actual, Fact(0.0, code or "", None, said, actual), code)


def _of_measure(sense: Sense, facts: Facts, found: re.Match[str], place: int, is_noun: bool) -> Verdict | None:
    """The verdict on a word that says which way a measure went."""
    code = subject(sense, facts, found, is_noun)
    way = way_said(found, facts.measure(code))
    if code is None or not way or (is_noun and found["art"].lower() in ("no", "another", "further", "that")):
        return None
    changes = [difference for difference, _ in facts.changes(code, pairs(sense, facts, code, place))]
    match = next((change for change in changes if change.way == way), None)
    if match is None and all(change.way == 0 for change in changes):
        return None
    return Verdict.of(match is not None, _change_said(match or changes[0]), code)


def _change_said(fact: Fact) -> Fact:
    words = {1: "a rise of", -1: "a fall of", 0: "no change:"}[fact.way]
    return replace(fact, said=f"{words} {fact.said}")


def _two_figures(sense: Sense, start: int, end: int) -> tuple[Literal, Literal] | None:
    """The figures on both sides of "higher than": 90.3 per cent, higher than the 85.6 per cent of before."""
    text = sense.text
    before = [literal for literal in sense.literals if literal.end <= start]
    after = [literal for literal in sense.literals if literal.start >= end]
    if not before or not after or before[-1].kind != after[0].kind:
        return None
    # "208 fewer than the 1,704": there the first figure is the difference.
    apart = re.search(r"[,;]|\b(?:was|were|is|and|which|a|slightly|well|far)\b", text[before[-1].end : start])
    joined = re.fullmatch(r"\s+(?:than\s+)?(?:(?:the|its|their|a|an|in|for)\s+)*", text[end : after[0].start])
    return (before[-1], after[0]) if apart and joined else None


def _from_to(sense: Sense, start: int) -> tuple[Literal, Literal] | None:
    """The two figures that something rose or fell between: fell from 112 to 94."""
    text = sense.text
    all_of = [literal for literal in sense.literals if literal.start > start][:4]
    for one, other in pairwise(all_of):
        opened = re.search(r"\bfrom\s+(?:\w+\s+){0,3}$", text[max(start, one.start - 30) : one.start])
        if opened and re.fullmatch(r"[^;]{0,60}?\bto\s+(?:\w+\s+){0,3}", text[one.end : other.start]):
            return one, other
    return None


def _has_figure(judge: Judge, verdicts: Verdicts, start: int, end: int, compared: bool) -> bool:
    """Whether a figure goes with the word, so that it has been judged with it."""
    sense, facts = judge.sense, judge.facts
    for literal, verdict in verdicts:
        if verdict is None or not (start - 40 < literal.start < end):
            continue
        said_to_be, _ = role(sense, judge.memory, literal, facts.measure(verdict.measure))
        if said_to_be == "change":
            return True
        if compared and literal.start < start and not re.search(r"[,;]", sense.text[literal.end : start]):
            return True
    return False


def unchanged(sense: Sense, facts: Facts, found: re.Match[str], code: str) -> Verdict | None:
    """What is said to be the same as before."""
    changes = [change for change, _ in facts.changes(code, pairs(sense, facts, code, found.start()))]
    same = next((change for change in changes if change.said.split()[0].strip("0.,") == ""), None)
    if same is None and all(
        change.span and abs(change.value) <= 0.02 * abs(facts.figure(code, change.span).value or 0.0)
        for change in changes
    ):
        return None  # so little that "unchanged" is a way of speaking
    return Verdict.of(same is not None, _change_said(same or changes[0]), code)
