"""When a figure is contradicted and not merely unknown: by a closed reading, or by its own sentence.

A reading is closed where every word of the clause is known, so that nothing in it can make the figure another one
(a town, a kind of victim, a forecast), the sentence says which months it means, and the figure is near what the data
say there or is that with its digits changed about. Figures of one sentence may also disagree with each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from perf_lib.commentary.facts import Fact
from perf_lib.commentary.figures import Typed
from perf_lib.commentary.sense import Sense
from perf_lib.commentary.trace import USUAL, Trace, is_slip
from perf_lib.commentary.vocabulary import DIRECTION, KNOWN

NEAR = 0.1
"""How far a figure may be from a fact, as a part of it, and still be meant for it."""

_OPEN = re.compile(
    r"""
    \b (?: target\w* | goal | forecast\w* | project\w+ | expect\w* | would | will | could | may | might | should | if
         | not | no | never | than \s+ \d | least | more \s+ than | less \s+ than | (?: over | under ) \s+ \d
         | published | printed | given | quot\w+ | stat(?:ed|es) | describ\w+ | of \s+ (?:which|whom|them) ) \b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FROM_TO = re.compile(r"\bfrom\s+(?:about\s+|the\s+)?$", re.IGNORECASE)


def contradicted(sense: Sense, trace: Trace, area_words: frozenset[str]) -> Fact | None:
    """The fact that a figure which traces to none was meant to be; None where another reading is open."""
    figure = trace.figure
    if trace.fact is not None or figure.manner or figure.kind in ("rank", "money", "fraction", "multiple", "days"):
        return None
    if not trace.is_named or sense.is_elsewhere(figure.start) or trace.sort not in USUAL:
        return None
    if not is_closed(sense, figure, area_words):
        return None
    if any(figure.fits(fact.value) for fact in trace.nearest):
        return None  # it is of something else, though it is as many
    near = [fact for fact in trace.nearest if _is_near(figure, fact)]
    return min(near, key=lambda fact: abs(abs(fact.value) - abs(figure.value)), default=None)


def is_closed(sense: Sense, figure: Typed, area_words: frozenset[str]) -> bool:
    """Whether every word of a figure's clause is known."""
    start = max((sense.text.rfind(stop, 0, figure.start) for stop in ";:"), default=-1) + 1
    end = min((at for stop in ";:" if (at := sense.text.find(stop, figure.end)) >= 0), default=len(sense.text))
    if _OPEN.search(sense.text, start, end):
        return False
    letters = list(sense.text)
    for first, last in sense.taken:
        letters[first:last] = " " * (last - first)
    words = re.findall(r"[^\W\d_]+", "".join(letters[start:end]).lower().replace("’s", "").replace("'s", ""))
    codes = sense.codes(figure.start)[:1]
    return bool(codes) and all(
        word in KNOWN or word in area_words or DIRECTION.fullmatch(word) or sense.names.counts(codes[0], word)
        for word in words
    )


def _is_near(figure: Typed, fact: Fact) -> bool:
    one, other = abs(fact.value), abs(figure.value)
    scales = {"percent": ("percent",), "points": ("points",), "seconds": ("seconds",)}
    if fact.scale not in scales.get(figure.kind, ("count", "unit")):
        return False
    return abs(one - other) <= NEAR * max(one, other) or is_slip(figure, fact)


def disagreeing(sense: Sense, traces: Sequence[Trace]) -> list[tuple[Typed, float]]:
    """Figures that do not follow from the others of their sentence: from A to B, C more; each with what does."""
    wrong = []
    figures = [trace.figure for trace in traces]
    for (one, other), change in zip(pairwise(figures), figures[2:], strict=False):
        if one.kind != other.kind or not _FROM_TO.search(sense.text[: one.start]) or one.manner or other.manner:
            continue
        if not re.fullmatch(r"[^.;]{0,30}\bto\s+(?:the\s+)?", sense.text[one.end : other.start], re.IGNORECASE):
            continue
        between, after = sense.text[other.end : change.start], sense.text[change.end : change.end + 20]
        by = re.search(
            r"\b(?:increase|rise|fall|drop|decrease|growth|reduction)\s+of\s+$|\bby\s+$", between, re.IGNORECASE
        )
        more = re.match(r"\s+(?:more|fewer|less|higher|lower|extra)\b", after, re.IGNORECASE)
        if not (by or more) or len(between) > 40 or change.manner or sense.is_bound(change):
            continue
        size = abs(other.value - one.value)
        if change.kind == "percent" and one.kind != "percent" and one.value:
            size = 100 * size / one.value
        elif change.kind not in (one.kind, "points"):
            continue
        step = max(one.step, other.step, change.step)
        if abs(change.value - size) > step and size / 2 <= change.value <= 2 * size:
            wrong.append((change, size))
    return wrong
