"""Words that say something of the figures beside them: rose, fewer, the lowest month, below similar forces.

Each is held against every reading that its sentence allows. It is traced where one of them is so; else it is not
traced. A word of direction contradicts only where the sentence's own figures, or a bound figure, say the opposite.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product

from perf_lib.commentary.facts import Fact, Facts
from perf_lib.commentary.figures import Typed, pattern
from perf_lib.commentary.sense import Sense
from perf_lib.commentary.spans import Span
from perf_lib.commentary.trace import Trace, granularity
from perf_lib.commentary.vocabulary import DIRECTION, NO_DIRECTION, way_of

MOST = 12
"""Words of one sort that are looked at in a sentence: none has so many."""


_HEDGED = pattern(
    r"""
    \b (?: could | may | might | would | will | should | can | if | whether | not | no | never
         | (?<! continue \s ) to | expect\w* | likely )
    \s+ (?: \w+ \s+ ){0,2} $
    """
)
_IDIOM = pattern(
    r"\b (?: pick\w* | made | mak\w+ | set | hang\w* | hung | follow\w* | sign\w* | back\w* | give | gave ) \s+ $"
)
_SUPERLATIVE = pattern(
    r"""
    \b (?: (?P<high> highest | largest | biggest | greatest | most | peak(?:ed)? | longest | slowest | busiest )
         | (?P<low> lowest | smallest | fewest | shortest | fastest | quickest | quietest )
         | (?P<best> best ) | (?P<worst> worst ) ) \b
    (?! \s+ (?: similar | of \s+ (?: these | those | them | which | its ) | likely | common | often | people ) )
    """
)
_A_PLACE = pattern(r"\b (?: second | third | fourth | fifth | sixth | seventh | \d+ (?:st|nd|rd|th) ) [\s-]+ $")
_AMONG_AREAS = pattern(r"\b (?: nationally | forces | peers? | group | MSG | country | England ) \b")
_UNREAD = pattern(
    r"""
    \b (?: above | below | (?: higher | lower | greater | more | fewer ) \s+ than ) \b
      (?= \s+ (?: \S+ \s+ ){0,8}? (?: peers? | MSG | similar | group['’]s | average ) \b )
  | \b \w+ \s+ (?: consecutive \s+ )? months \s+ (?: in \s+ a \s+ row | running )
  | \b each \s+ of \s+ the \s+ (?: last | past ) \s+ \w+ \s+ months
  | \b (?: exceptional | significant ) ly \s+ (?: high | low | increasing | decreasing ) \b
    """
)
"""Words that say more than figures show: that they run so many months, or stand so among other areas."""


@dataclass(frozen=True)
class Claim:
    """A word and what came of it: right, not right, or against what its own sentence says."""

    start: int
    end: int
    is_right: bool
    fact: Fact | None = None
    is_opposed: bool = False


def claims(facts: Facts, sense: Sense, traces: Sequence[Trace]) -> Iterator[Claim]:
    """The claims of a sentence; none where nothing in it is a figure of ours, nor names a measure and months."""
    traced = [trace for trace in traces if trace.fact or trace.wrong_way]
    names_months = any(period.spans for period in sense.periods)
    if not traced and not ((sense.strong or sense.sentence.code) and names_months):
        return
    readers = [(_UNREAD, _unread), (_SUPERLATIVE, _superlative), (DIRECTION, _direction)]
    if not traced and not sense.strong:
        readers = readers[1:2]  # the year's lowest month was October: of the measure that the text is about
    taken: set[int] = set()
    for words, check in readers:
        for match in islice(words.finditer(sense.text), MOST):
            start, end = match.span()
            if taken & {start, end - 1} or _HEDGED.search(sense.text[max(0, start - 40) : start]):
                continue
            claim = check(facts, sense, traces, match)
            if claim is not None:
                taken.update(range(start, end))
                yield claim


def _subject(facts: Facts, sense: Sense, traces: Sequence[Trace], place: int) -> str | None:
    """The measure that a word speaks of: that of a traced figure in its stretch, or the one that is named."""
    start, end = sense.part_of(place)
    near = [trace.fact.code for trace in traces if trace.fact and start <= trace.figure.start < end]
    codes = near or sense.codes(place)
    return codes[0] if codes and codes[0] in facts.findings and not sense.is_elsewhere(place) else None


# --- rose, fewer


def _direction(facts: Facts, sense: Sense, traces: Sequence[Trace], match: re.Match[str]) -> Claim | None:
    code = _subject(facts, sense, traces, match.start())
    way = way_of(match, facts.measure(code).better) if code else 0
    if (
        code is None
        or not way
        or _IDIOM.search(sense.text[: match.start()])
        or NO_DIRECTION.match(sense.text, match.end())
    ):
        return None
    if (trace := _beside(sense, traces, match)) is not None and (fact := trace.wrong_way or trace.fact) is not None:
        is_right = fact.way in (0, way)
        # A figure that is no coincidence: a word which goes the other way is wrong.
        is_sure = sense.is_bound(trace.figure) or granularity(trace.figure) >= 30
        return Claim(*match.span(), is_right, fact, not is_right and is_sure)
    if (ends := _ends(sense, traces, match)) is not None:
        is_right = (ends[1] - ends[0]) * way > 0
        return Claim(*match.span(), is_right, None, not is_right)
    changes = _changes(facts, sense, traces, code, match)
    right = next((fact for fact in changes if fact.way == way), None)
    return Claim(*match.span(), right is not None, right or changes[0]) if changes else None


def _beside(sense: Sense, traces: Sequence[Trace], match: re.Match[str]) -> Trace | None:
    """The change that a word of direction goes with: fell by 12.2 per cent; 208 fewer."""
    after = [each for each in traces if 0 <= each.figure.start - match.end() <= 40]
    before = [each for each in traces if 0 <= match.start() - each.figure.end <= 30]
    for trace in [*after[:1], *before[-1:]]:
        between = sense.text[min(match.end(), trace.figure.end) : max(match.start(), trace.figure.start)]
        is_change = trace.wrong_way or (trace.fact and trace.fact.against is not None)
        if is_change and not re.search(r"[.;:]|\b(?:and|but|while)\b", between):
            return trace
    return None


def _ends(sense: Sense, traces: Sequence[Trace], match: re.Match[str]) -> tuple[float, float] | None:
    """The two figures that a word of direction lies between: fell from A to B; B, up from A."""
    for one, other in pairwise(each.figure for each in traces):
        if one.kind != other.kind:
            continue
        lead, joint = sense.text[match.end() : one.start], sense.text[one.end : other.start]
        if re.fullmatch(r"[^.;:]{0,25}\bfrom (?:the )?", lead) and re.search(r"^[^.;:]{0,30}\bto (?:\w+ )?$", joint):
            return one.value, other.value
        tail = sense.text[match.end() : other.start]
        if one.end <= match.start() <= one.end + 30 and re.fullmatch(r" (?:from|on) (?:the )?", tail):
            return other.value, one.value
    return None


def _at(match: re.Match[str]) -> Typed:
    """A word in the place of a figure, to ask which months it is said of."""
    return Typed(*match.span(), match[0], "count", 0.0)


def _spans_of_levels(traces: Sequence[Trace], code: str) -> list[Span]:
    """The months of a measure's figures in the sentence that are no changes."""
    levels = (trace.fact for trace in traces if trace.fact and trace.fact.code == code and trace.fact.against is None)
    return [fact.span for fact in levels if fact.span]


def _changes(facts: Facts, sense: Sense, traces: Sequence[Trace], code: str, match: re.Match[str]) -> list[Fact]:
    """The changes that a word may mean: of the months of its sentence and figures, on those before them."""
    levels = _spans_of_levels(traces, code)
    pairs = [(one, other) for one, other in product(levels, levels) if one.length == other.length and one > other]
    pairs = pairs or sense.pairs_of(_at(match), facts.usual_pairs(code))[0]
    pairs = pairs or [(span, span.back(step)) for span in levels for step in (12, span.length)]
    pairs = pairs or facts.usual_pairs(code)
    return [change for pair in dict.fromkeys(pairs) for change in facts.change(code, *pair)]


# --- the lowest month, below similar forces, eight months in a row


def _superlative(facts: Facts, sense: Sense, traces: Sequence[Trace], match: re.Match[str]) -> Claim | None:
    """The most or the least among areas, or among the months about it; a place is read as a figure."""
    code, before = _subject(facts, sense, traces, match.start()), sense.text[: match.start()]
    if code is None or _A_PLACE.search(before) or (match[0].lower() == "most" and not before.endswith("the ")):
        return None
    better = facts.measure(code).better
    is_high = bool(match["high"] or (match["best"] and better == "higher") or (match["worst"] and better == "lower"))
    if _AMONG_AREAS.search(sense.text[max(0, match.start() - 30) : match.end() + 40]):
        ranks = [*facts.ranks(code)]
        right = [rank for rank in ranks if rank.value == (int(rank.printed.split()[-1]) if is_high else 1)]
        return Claim(*match.span(), bool(right), next(iter(right or ranks))) if ranks else None
    periods = [period for period in sense.periods if period.spans]
    spans = [span for period in periods if not period.since for span in sense.spans_of(period)]
    subjects = [span for span in (*spans, *_spans_of_levels(traces, code)) if span.length in (1, 3)]
    length = min((span.length for span in subjects), default=1)
    last = max(facts.months(code), default=facts.last)
    scopes = [
        Span(first, last) for period in periods if period.since for s in period.spans for first in (s.first, s.last + 1)
    ]
    scopes = scopes or [*(s for s in spans if s.length > 3), Span.ending(last), Span.ending(last, 24)]
    for subject, scope in product(dict.fromkeys(span for span in subjects if span.length == length), scopes):
        steps = range(scope.first, scope.last - length + 2, length)
        values = [facts.figure(code, Span.ending(at + length - 1, length)).value for at in steps]
        figures = [value for value in values if value is not None]
        if len(figures) > 1 and facts.figure(code, subject).value == (max if is_high else min)(figures):
            return Claim(*match.span(), True, next(facts.level(code, subject), None))
    return Claim(*match.span(), False, next(facts.extremes(code, scopes[0]), None)) if subjects else None


def _unread(facts: Facts, sense: Sense, traces: Sequence[Trace], match: re.Match[str]) -> Claim | None:
    """A word that is not held to anything."""
    return None if _subject(facts, sense, traces, match.start()) is None else Claim(*match.span(), False)
