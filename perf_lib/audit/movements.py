"""Rose, fell, higher than, a fall in, unchanged: held against the changes of the measure they are said of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from perf_lib.audit.candidates import pairs
from perf_lib.audit.facts import MOST, Fact, Facts, Found, Verdict, Verdicts
from perf_lib.audit.figures import Judge
from perf_lib.audit.literals import Literal, Words
from perf_lib.audit.roles import BETTER, DOWN, DOWN_VERB, UP, UP_VERB, WORSE, role, way_said
from perf_lib.audit.sense import Mention, Sense
from perf_lib.config.catalogue import Measure
from perf_lib.words.calendar import MONTH_NAMES

# --- Which measure a word of direction is said of, and whether it is said outright: not denied, hoped for or supposed

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
    clause = sense.clause_of(start)
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
    return not mention.weak or measure.is_count or word.startswith("rate")


def subject_loosely(sense: Sense, place: int) -> str | None:
    """The measure last named before a place, or the text's own where a pronoun stands for it."""
    before = [m for m in sense.mentions if m.start < place]
    if before:
        return before[-1].code
    if _PRONOUN.search(sense.text[:place]):
        return sense.sentence.code or sense.carried
    return None


# --- Movements

_BETTER_VERB, _WORSE_VERB = r"(?:improved)", r"(?:worsened|deteriorated)"
_VERB = Words(rf"\b(?:(?P<up>{UP_VERB})|(?P<down>{DOWN_VERB})|(?P<better>{_BETTER_VERB})|(?P<worse>{_WORSE_VERB}))\b")
_WORD = Words(rf"\b(?:(?P<up>{UP})|(?P<down>{DOWN})|(?P<better>{BETTER})|(?P<worse>{WORSE}))\b")
_NOUN = Words(
    r"\b(?P<art>an?|the|this|that|another|further|no)\s+(?:(?!(?:of|in|its|their|his|her|our|for|on|earlier|previous|past|national|future|long|longer|expected)\b)[\w.,-]+\s+){0,3}?"
    r"(?:(?P<up>increase|rise|growth|jump|upturn|climb|surge)|(?P<down>decrease|fall|drop|reduction|decline|dip|downturn)|(?P<better>improvement)|(?P<worse>worsening|deterioration))\b(?=\s*(?:[.,;:()–]|$|(?:of|in|on|over|from|since|was|is|has|had|by|during|compared|for|and|between|this|last|against|at|when|which|that|comes?|came|but|amounts?)\b))"
)
_COMPARED = Words(
    r"\b(?:(?P<up>higher|more|longer|slower|up|greater|above)|(?P<down>lower|fewer|less|shorter|quicker|faster|sooner|down|below)|(?P<better>better)|(?P<worse>worse))(?:\s+(?:\w+\s+){0,3}?than|\s+on)\b"
)
_SAME = Words(r"\b(?:unchanged|no\s+change|(?:the\s+)?same\s+(?:as|level|number|figure)|identical\s+to)\b")


def beside_figures(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """The word of direction that goes with a figure: fell by 12.2 per cent, 208 fewer."""
    sense, facts = judge.sense, judge.facts
    text = sense.text
    for literal, verdict in verdicts:
        if verdict is None or literal.kind == "rank":
            continue
        if sense.is_bound(literal):
            verdict = judge.judge(literal) or verdict
        measure = measure_of(facts, verdict.measure)
        said_to_be, way = role(sense, judge.memory, literal, measure)
        if (
            said_to_be != "change"
            or not way
            or literal.kind == "multiple"
            or verdict.verdict == "unsupported"
            or verdict.fact is None
        ):
            continue
        at = _word_near(sense, literal, way, measure)
        if at is None:
            continue
        start, end = at
        actual = verdict.fact.way
        if not actual:
            continue
        before = text[max(0, start - 14) : start].lower()
        if re.search(r"\b(?:not|no|never)\s+(?:an?\s+)?$", before):
            continue
        yield start, end, _direction(way, actual, verdict.fact, verdict.measure)


def _direction(way: int, actual: int, fact: Fact, code: str | None) -> Verdict:
    if way == actual:
        return Verdict("agrees", fact, code)
    said = f"{'a rise' if actual > 0 else 'a fall'} of {fact.said}"
    return Verdict("contradicts", Fact(fact.value, fact.code, fact.span, said, actual), code)


def _word_near(sense: Sense, literal: Literal, way: int, measure: Measure | None) -> tuple[int, int] | None:
    """The direction word that a figure goes with: the nearest before it, else after it, in its clause."""
    clause = sense.clause_of(literal.start)
    all_of = [m for m in _WORD.finditer(sense.text, clause.start, clause.end) if way_said(m, measure) == way]
    before = [m for m in all_of if m.end() <= literal.start]
    after = [m for m in all_of if m.start() >= literal.end]
    near = before[-1] if before else after[0] if after else None
    return None if near is None else near.span()


def alone(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """Words of direction without a figure: a verb, a comparison, a noun."""
    sense, facts = judge.sense, judge.facts
    text = sense.text
    for pattern in (_VERB, _COMPARED, _NOUN):
        for found in islice(pattern.finditer(text), MOST):
            group = next((g for g in ("up", "down", "better", "worse") if found[g]), None)
            if group is None:
                continue
            start, end = found.span(group)
            clause = sense.clause_of(start)
            if (
                pattern is _COMPARED
                and not _two_figures(sense, start, end)
                and re.match(
                    r"\s+than\s+(?:a\s+|an\s+)?$",
                    text[end : next((each.start for each in sense.literals if each.start >= end), end)],
                )
            ):
                continue  # more than 1,500: a manner of speaking
            if (
                sense.is_foreign(start)
                or hedged(sense, start)
                or _has_figure(judge, verdicts, start, clause.end, pattern is _COMPARED)
            ):
                continue
            if pattern is _COMPARED and (compared := _one_than_other(sense, verdicts, start, end, found)) is not None:
                yield start, end, compared
                continue
            between = _from_to(sense, start)
            if between is not None and pattern is _VERB:
                way = (
                    way_said(
                        found,
                        measure_of(facts, sense.measure(start, end)),
                    )
                    or 0
                )
                actual = 1 if between[1].value > between[0].value else -1
                if way and between[0].value != between[1].value:
                    said = f"{'a rise' if actual > 0 else 'a fall'} from {between[0].text} to {between[1].text}"
                    code = next((v.measure for each, v in verdicts if each is between[1] and v is not None), None)
                    fact = Fact(0.0, code or "", None, said, actual)
                    yield start, end, Verdict("agrees" if way == actual else "contradicts", fact, code)
                    continue
            code = subject(sense, facts, found, pattern is _NOUN)
            if code is None:
                continue
            way = way_said(found, measure_of(facts, code)) or 0
            if not way:
                continue
            if pattern is _NOUN and found["art"].lower() in ("no", "another", "further", "that"):
                continue
            verdict = _by_changes(sense, facts, code, start, way)
            if verdict is not None:
                yield start, end, verdict


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


def _one_than_other(sense: Sense, verdicts: Verdicts, start: int, end: int, found: re.Match[str]) -> Verdict | None:
    figures = _two_figures(sense, start, end)
    if figures is None or figures[0].value == figures[1].value or not (found["up"] or found["down"]):
        return None
    way, actual = 1 if found["up"] else -1, 1 if figures[0].value > figures[1].value else -1
    code = next((v.measure for each, v in verdicts if each is figures[0] and v is not None), None)
    said = f"{figures[0].text} is {'more' if actual > 0 else 'less'} than {figures[1].text}"
    return Verdict("agrees" if way == actual else "contradicts", Fact(0.0, code or "", None, said, actual), code)


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
        said_to_be, _ = role(sense, judge.memory, literal, measure_of(facts, verdict.measure))
        if said_to_be == "change":
            return True
        if compared and literal.start < start and not re.search(r"[,;]", sense.text[literal.end : start]):
            return True
    return False


def _by_changes(sense: Sense, facts: Facts, code: str, place: int, way: int) -> Verdict | None:
    changes = [difference for difference, _ in facts.changes(code, pairs(sense, facts, code, place))]
    if not changes:
        return None
    match = next((c for c in changes if c.way == way), None)
    if match is not None:
        return Verdict("agrees", _change_said(match), code)
    if all(c.way == 0 for c in changes):
        return None
    return Verdict("contradicts", _change_said(changes[0]), code)


def _change_said(fact: Fact) -> Fact:
    words = {1: "a rise of", -1: "a fall of", 0: "no change:"}[fact.way]
    return Fact(fact.value, fact.code, fact.span, f"{words} {fact.said}", fact.way)


def unchanged(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """What is said to be the same as before."""
    sense, facts = judge.sense, judge.facts
    for found in islice(_SAME.finditer(sense.text), MOST):
        code = subject_loosely(sense, found.start())
        if code is None or hedged(sense, found.start()):
            continue
        changes = [c for c, _ in facts.changes(code, pairs(sense, facts, code, found.start()))]
        if not changes:
            continue
        same = next((c for c in changes if c.said.split()[0].strip("0.,") == ""), None)
        if same is None and all(abs(c.value) <= 0.02 * _size(facts, c) for c in changes):
            continue  # so little that "unchanged" is a way of speaking
        verdict = "agrees" if same is not None else "contradicts"
        yield found.start(), found.end(), Verdict(verdict, _change_said(same or changes[0]), code)


def _size(facts: Facts, change: Fact) -> float:
    value = None if change.span is None else facts.figure(change.code, change.span).value
    return abs(value or 0.0)
