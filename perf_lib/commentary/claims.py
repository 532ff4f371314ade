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
from perf_lib.commentary.sense import Sense
from perf_lib.commentary.spans import Span
from perf_lib.commentary.trace import Trace, granularity
from perf_lib.commentary.vocabulary import DIRECTION, NO_DIRECTION, way_of

MOST = 12
"""Words of one sort that are looked at in a sentence: none has so many."""


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.VERBOSE | re.IGNORECASE)


_HEDGED = _pattern(
    r"""
    \b (?: could | may | might | would | will | should | can | if | whether | not | no | never
         | (?<! continue \s ) to | expect\w* | likely )
    \s+ (?: \w+ \s+ ){0,2} $
    """
)
_IDIOM = _pattern(
    r"\b (?: pick\w* | made | mak\w+ | set | hang\w* | hung | follow\w* | sign\w* | back\w* | give | gave ) \s+ $"
)
_SUPERLATIVE = _pattern(
    r"""
    \b (?: (?P<high> highest | largest | biggest | greatest | most | peak(?:ed)? | longest | slowest | busiest )
         | (?P<low> lowest | smallest | fewest | least | shortest | fastest | quickest | quietest )
         | (?P<best> best ) | (?P<worst> worst ) ) \b
    (?! \s+ (?: similar | of \s+ (?: these | those | them | which | its ) | likely | common | often | people ) )
    """
)
_A_PLACE = _pattern(r"\b (?: second | third | fourth | fifth | sixth | seventh | \d+ (?:st|nd|rd|th) ) [\s-]+ $")
_AMONG_AREAS = _pattern(r"\b (?: nationally | forces | peers? | group | MSG | country | England ) \b")
_UNREAD = _pattern(
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
    patterns = [(_UNREAD, _unread), (_SUPERLATIVE, _superlative), (DIRECTION, _direction)]
    if not traced and not sense.strong:
        patterns = patterns[1:2]  # the year's lowest month was October: of the measure that the text is about
    taken: set[int] = set()
    for pattern, check in patterns:
        for match in islice(pattern.finditer(sense.text), MOST):
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


def _spans_of_levels(traces: Sequence[Trace], code: str) -> list[Span]:
    """The months of a measure's figures in the sentence that are no changes."""
    levels = (trace.fact for trace in traces if trace.fact and trace.fact.code == code and trace.fact.against is None)
    return [fact.span for fact in levels if fact.span]


# --- rose, fewer


def _direction(facts: Facts, sense: Sense, traces: Sequence[Trace], match: re.Match[str]) -> Claim | None:
    code = _subject(facts, sense, traces, match.start())
    following = sense.text[match.end() : match.end() + 20]
    if code is None or _IDIOM.search(sense.text[: match.start()]) or NO_DIRECTION.match(following):
        return None
    way = way_of(match, facts.measure(code).better)
    if not way:
        return None
    trace = _beside(sense, traces, match)
    if trace is not None and trace.wrong_way is not None:
        return Claim(*match.span(), False, trace.wrong_way, _is_sure(sense, trace))
    if trace is not None and trace.fact is not None and trace.fact.against is not None:
        is_right = trace.fact.way in (0, way)
        return Claim(*match.span(), is_right, trace.fact, not is_right and _is_sure(sense, trace))
    if (ends := _ends(sense, traces, match)) is not None:
        is_right = (ends[1] - ends[0]) * way > 0
        return Claim(*match.span(), is_right, None, not is_right)
    readings = [*_readings(facts, sense, traces, code, match)]
    if not readings:
        return None
    right = next((fact for fact in readings if fact.way == way), None)
    return Claim(*match.span(), right is not None, right or readings[0])


def _is_sure(sense: Sense, trace: Trace) -> bool:
    """Whether a figure is no coincidence, so that a word which goes the other way is wrong."""
    return sense.is_bound(trace.figure) or granularity(trace.figure) >= 30


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
    clause = max((sense.text.rfind(stop, 0, match.start()) for stop in ";:."), default=-1) + 1
    figures = [each.figure for each in traces if each.figure.start >= clause]
    for one, other in pairwise(figures):
        if one.kind != other.kind:
            continue
        joint = sense.text[one.end : other.start].lower()
        lead = sense.text[match.end() : one.start].lower()
        is_from = 0 <= one.start - match.end() <= 30 and re.search(r"\bfrom\s+(?:the\s+)?$", lead)
        if is_from and re.search(r"\bto\s+(?:\w+\s+)?$", joint) and len(joint) < 40:
            return one.value, other.value
        is_between = one.end <= match.start() and re.fullmatch(r"[^.;:]{0,30}", sense.text[one.end : match.start()])
        tail = sense.text[match.end() : other.start].lower()
        if is_between and re.fullmatch(r"\s+(?:from|on)\s+(?:the\s+)?", tail):
            return other.value, one.value
    return None


def _readings(facts: Facts, sense: Sense, traces: Sequence[Trace], code: str, match: re.Match[str]) -> Iterator[Fact]:
    """The changes that a word may mean: of the months of its figures and sentence, on those before them."""
    start, end = sense.part_of(match.start())
    here = [p for p in sense.periods if start <= p.start < end and p.spans and not sense.is_base(p)]
    periods = here or [p for p in sense.periods if p.spans and not sense.is_base(p)]
    spans = [span for period in periods for span in sense.spans_of(period)]
    spans += _spans_of_levels(traces, code)
    bases = [span for period in sense.periods if sense.is_base(period) for span in sense.spans_of(period)]
    windows = facts.windows(code)
    spans = [*dict.fromkeys(spans)] or [windows["rolling_12"], windows["quarter"]]
    pairs = [(one, other) for one in spans for other in bases if one.length == other.length and one > other]
    pairs += [(one, other) for one in spans for other in spans if one.length == other.length and one > other]
    is_list = not sense.periods and len(spans) > 1  # the quarters one after another: their own changes alone
    if is_list:
        pairs = [(one, other) for one, other in pairs if one.first == other.last + 1]
    elif not pairs or (bases == [] and not re.search(r"\b(?:than|from|against|compared)\b", sense.text)):
        pairs += [(span, span.back(step)) for span in spans for step in sorted({12, span.length})]
        pairs += [(Span.month(span.last), Span.month(span.first)) for span in spans if 1 < span.length < 12]
        if not sense.periods:
            pairs += facts.usual_pairs(code)
    changes = [change for pair in dict.fromkeys(pairs) for change in facts.change(code, *pair)]
    if is_list and len({change.way for change in changes}) > 1:
        return
    yield from changes


# --- the lowest month, below similar forces, eight months in a row


def _superlative(facts: Facts, sense: Sense, traces: Sequence[Trace], match: re.Match[str]) -> Claim | None:
    code, before = _subject(facts, sense, traces, match.start()), sense.text[: match.start()]
    if code is None or _A_PLACE.search(before):
        return None  # a place is read as a figure
    if match[0].lower() in ("most", "least") and not re.search(r"\bthe\s+$", before):
        return None
    better = facts.measure(code).better
    is_high = bool(match["high"] or (match["best"] and better == "higher") or (match["worst"] and better == "lower"))
    around = sense.text[max(0, match.start() - 30) : match.end() + 40]
    if not _AMONG_AREAS.search(around) and not re.search(r"\brate\b.{0,12}$", before):
        return _extreme(facts, sense, traces, code, match, is_high)
    ranks = [*facts.ranks(code)]
    sizes = [int(rank.printed.rsplit(" ", 1)[-1]) for rank in ranks]
    right = [rank for rank, size in zip(ranks, sizes, strict=True) if rank.value == (size if is_high else 1)]
    return Claim(*match.span(), bool(right), next(iter(right or ranks))) if ranks else None


def _extreme(
    facts: Facts, sense: Sense, traces: Sequence[Trace], code: str, match: re.Match[str], is_high: bool
) -> Claim | None:
    """A month or quarter said to be the most or the least of the months about it."""
    start, end = sense.part_of(match.start())
    spans = [s for p in sense.periods if p.spans and not p.since and start <= p.start < end for s in sense.spans_of(p)]
    spans += [s for p in sense.periods if p.spans and not p.since for s in sense.spans_of(p)]
    if not any(span.length == 1 for span in spans):
        spans += [
            t.fact.span for t in traces if t.fact and t.fact.span and t.fact.code == code and t.fact.against is None
        ]
    subjects = [span for span in dict.fromkeys(spans) if span.length in (1, 3)]
    is_quarterly = re.search(r"\bquarter(?:ly)?\b", sense.text[match.start() : match.end() + 20])
    if is_quarterly or not any(span.length == 1 for span in subjects):
        subjects = [span for span in subjects if span.length == 3]
    if not subjects:
        return None
    since = [step for p in sense.periods if p.since for s in p.spans for step in (s.first, s.last + 1)]
    known, last = facts.months(code), max(facts.months(code), default=facts.last)
    scopes = [Span.ending(last), Span.ending(last, 24), Span(min(known, default=last), last)]
    scopes = [s for s in spans if s.length > 3] + scopes + [facts.windows(code)["year_to_date"]]
    if since:
        scopes = [Span(first, last) for first in since]
    elif re.search(r"\bof\s+the\s+quarter\b", sense.text):
        scopes = [span for span in spans if span.length == 3] + [facts.windows(code)["quarter"]]
    for subject, scope in product(dict.fromkeys(subjects[:4]), scopes):
        steps = range(scope.first, scope.last - subject.length + 2, subject.length)
        values = [facts.figure(code, Span(at, at + subject.length - 1)).value for at in steps]
        others = [value for value in values if value is not None]
        figure = facts.figure(code, subject).value
        if figure is not None and len(others) > 1 and figure == (max(others) if is_high else min(others)):
            return Claim(*match.span(), True, next(facts.level(code, subject), None))
    return Claim(*match.span(), False, next(facts.extremes(code, scopes[0]), None))


def _unread(facts: Facts, sense: Sense, traces: Sequence[Trace], match: re.Match[str]) -> Claim | None:
    """A word that is not held to anything, but for "A, above B", between two figures of one kind."""
    if _subject(facts, sense, traces, match.start()) is None:
        return None
    figures = [each.figure for each in traces if each.fact is not None]
    before = [figure for figure in figures if figure.end <= match.start()]
    after = [figure for figure in figures if figure.start >= match.end() and before and figure.kind == before[-1].kind]
    if not after:
        return Claim(*match.span(), False)
    is_up = re.match(r"above|higher|greater|more", match[0], re.IGNORECASE) is not None
    is_right = (before[-1].value > after[0].value) == is_up
    return Claim(*match.span(), is_right, None, not is_right)
