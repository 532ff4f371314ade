"""Rose, fell, higher than, a fall in, unchanged: held against the changes of the measure they are said of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from perf_lib.audit.facts import Fact, Facts
from perf_lib.audit.figures import Judge
from perf_lib.audit.literals import Literal
from perf_lib.audit.pairs import pairs
from perf_lib.audit.patterns import Words
from perf_lib.audit.roles import role
from perf_lib.audit.sense import Sense
from perf_lib.audit.subjects import hedged, measure_of, subject, subject_loosely
from perf_lib.audit.verdicts import MOST, Found, Verdict, Verdicts
from perf_lib.audit.ways import BETTER, DOWN, DOWN_VERB, UP, UP_VERB, WORSE, way_said
from perf_lib.config.catalogue import Measure

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
    clause = sense.clauses[sense.clause_of(literal.start)]
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
            clause = sense.clauses[sense.clause_of(start)]
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
                        measure_of(facts, sense.measures(start, end)[0][0] if sense.measures(start, end)[0] else None),
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
