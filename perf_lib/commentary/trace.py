"""A typed figure tied to the facts that it may be: of the measure and months its own sentence names, as it is printed.

What a figure is said to be (a level, a change, an average, a share, a rate, a place) comes from the few words beside
it. Where these say nothing, a figure fine enough to be no coincidence is looked for among all the usual facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from perf_lib.commentary.facts import Fact, Facts
from perf_lib.commentary.figures import Typed, pattern
from perf_lib.commentary.sense import Sense
from perf_lib.commentary.spans import Span
from perf_lib.commentary.vocabulary import (
    CHANGE_AFTER,
    CHANGE_BEFORE,
    DIRECTION,
    KNOWN,
    LEVEL_BEFORE,
    NO_DIRECTION,
    way_of,
)

FINE = 100
"""A figure that tells apart so many values (1,496; 12.2) is no coincidence where it is among the usual facts."""
MOST_FIGURES = 30
"""Figures of a sentence that are read: with more, nobody can say which belongs to what."""
OFFERS = 3
USUAL = ("level", "change")
"""The sorts of facts that a closed reading is of."""

_AVERAGE_UNIT = pattern(r"\b (?: a | per | each | every ) \s (?P<unit> month | week | day | quarter ) \b")
_CUES = {
    "target": pattern(r"\b (?: target | standard | goal | aim | expect\w* | promise\w* ) \b"),
    "average": pattern(rf"\b (?: averag\w+ | mean | monthly ) \b | {_AVERAGE_UNIT.pattern}"),
    "share": pattern(
        r"\b (?: share | proportion | ma(?:kes?|de) \s up | account(?:s|ed)? \s for | half | third"
        r" | of \s (?: all | the | total | every | these | crime ) ) \b"
    ),
    "published": pattern(
        r"\b (?: published | printed | reported | given | first | originally | restated | revised ) \b"
    ),
}
"""Words by which a figure may be of a rarer sort."""
_AVERAGED = pattern(r"\b (?: averag\w+ | mean ) \b")
_RATE = pattern(r"\b (?: per | every ) \s (?: 1,?000 | thousand ) \b | \b rates? \b")
_RANKED_OF = pattern(r"\b (?: lowest | highest | best | worst ) \s (?: out \s )? of \s (?: the \s )? $")
_RANGE = pattern(r"\b (?: rang\w+ | between | var(?:y|ied|ies) | high(?:est)? | low(?:est)? | peak\w* ) \b")
_REST = pattern(r"\b (?: all \s but | other | remaining | rest | not ) \b")
_SCALES = {
    "count": ("count", "unit", "rate", "seconds", "percent", "points"), "percent": ("percent", "points"),
    "points": ("points",), "seconds": ("seconds",), "days": ("unit",), "rank": ("rank",),
    "fraction": ("percent", "points"), "multiple": ("percent",),
}  # fmt: skip
"""How a fact may be written that a kind of figure is."""


@dataclass(frozen=True)
class Trace:
    """What came of one figure: the fact that it is, or those that come nearest.

    sort: what the figure was taken to be. wrong_way: the fact is its size, and went the other way. is_named: whether
    the sentence itself names the months (or what is compared). nearest: facts of the same sort and months, which a
    closed reading holds the figure against.
    """

    figure: Typed
    fact: Fact | None = None
    sort: str = ""
    wrong_way: Fact | None = None
    is_named: bool = False
    nearest: tuple[Fact, ...] = ()


def granularity(figure: Typed) -> float:
    """How many values a figure tells apart: 94 for "94", 122 for "12.2", 15 for "1,500"."""
    digits = re.sub(r"\D", "", figure.text).strip("0")
    return max(float(digits), 1.0) if digits else abs(figure.value) / figure.step


class Tracer:
    """Ties the figures of sentences to the facts of one report."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def trace(self, sense: Sense, figure: Typed) -> Trace | None:
        """What a figure is; None for one that is no claim: a word of number in ordinary language, a stretch of time."""
        if figure.kind == "months":
            return None
        nearest: Trace | None = None
        for code in self._codes(sense, figure):
            for sort in self._sorts(sense, figure, code):
                facts, is_named = self._facts(sense, figure, code, sort)
                fitting = [fact for fact in facts if _fits(figure, fact)]
                way = self._way(sense, figure, code) if sort == "change" else 0
                right = [fact for fact in fitting if not way or fact.way in (0, way)]
                if right and not self._is_of_another(sense, figure, code, sort):
                    return Trace(figure, right[0], sort, is_named=is_named)
                if fitting and way and (nearest is None or nearest.wrong_way is None):
                    nearest = Trace(figure, None, sort, fitting[0], is_named)
                if facts and (nearest is None or (sort in USUAL and nearest.sort not in USUAL)):
                    nearest = Trace(figure, None, sort, None, is_named, tuple(facts))
        is_word = figure.in_words and figure.kind in ("count", "days") and figure.value <= 12
        if is_word and not self._is_claim(sense, figure):
            return None
        if figure.kind in ("fraction", "multiple", "rank") and nearest is None:
            return None
        return nearest or Trace(figure)

    def _codes(self, sense: Sense, figure: Typed) -> list[str]:
        """The measures that a figure may be of; one that is no count may always be of the text's own."""
        codes, owner = sense.codes(figure.start), sense.sentence.code
        is_uncounted = figure.kind in ("seconds", "percent", "points", "days")
        is_of_area = any("@" in code for code in codes)
        return [
            *dict.fromkeys(
                [*codes, *[owner or ""] * (owner in self.facts.findings and is_uncounted and not is_of_area)]
            )
        ]

    def _is_claim(self, sense: Sense, figure: Typed) -> bool:
        """Whether a small number in words is a figure: nine hate crimes, six fewer; and not: one of the reasons."""
        after = sense.text[figure.end : sense.part_of(figure.start)[1]]
        word = re.match(r"\s([a-z]+)", after)
        counted = word and any(sense.names.counts(code, word[1]) for code in sense.codes(figure.start)[:1])
        is_dated = any(period.start == figure.end + len(" in ") for period in sense.periods)
        return figure.value > 1 and bool(counted or is_dated or CHANGE_AFTER.match(after) or re.match(r" of \d", after))

    # --- what it is said to be

    def _sorts(self, sense: Sense, figure: Typed, code: str) -> list[str]:
        """What a figure may be, the likeliest first."""
        measure, text = self.facts.measure(code), sense.text
        start, end = sense.part_of(figure.start)
        before, after = text[max(start, figure.start - 60) : figure.start], text[figure.end : end]
        if figure.kind == "rank" or _RANKED_OF.search(text[: figure.start]):
            return ["rank"]
        if figure.kind == "points":
            return ["change", "margin"]
        if measure.is_count and figure.kind == "count" and figure.step < 1 and _RATE.search(text):
            return ["rate"]
        is_change = (
            CHANGE_AFTER.match(after)
            or figure.signed
            or figure.kind == "multiple"
            or (CHANGE_BEFORE.search(before) and not LEVEL_BEFORE.search(before))
            or (sense.sentence.heads and re.search(r"change|difference", text, re.IGNORECASE))
        )
        cued = [sort for sort, cue in _CUES.items() if cue.search(text)]
        if is_change:
            is_level = measure.is_percentage or not measure.is_count or granularity(figure) >= 10 * FINE
            return ["change", *cued, *["level"] * is_level]
        is_loose = granularity(figure) >= FINE or DIRECTION.search(text) or figure.kind in ("percent", "fraction")
        is_average = measure.is_count and _AVERAGED.search(text, start, end)
        return [*cued, *["level"] * (not is_average), *["change"] * bool(is_loose), "parts"]

    def _way(self, sense: Sense, figure: Typed, code: str) -> int:
        """Which way the words beside a figure say that it went; 0 where they do not say."""
        start, end = sense.part_of(figure.start)
        if figure.signed:
            return figure.signed
        if following := CHANGE_AFTER.match(sense.text, figure.end, end):
            words = [*DIRECTION.finditer(sense.text, figure.end, following.end())]
        else:
            clause = max((sense.text.rfind(stop, 0, figure.start) for stop in ";:."), default=-1) + 1
            words = [*DIRECTION.finditer(sense.text, max(start, clause), figure.start)]
            words = words or [*DIRECTION.finditer(sense.text, clause, figure.start)]
        words = [word for word in words if not NO_DIRECTION.match(sense.text, word.end())]
        if figure.manner and words and words[-1][0].lower() in ("below", "under", "above", "over"):
            words.pop()  # below one per cent: how firmly it is said, and no direction
        return way_of(words[-1], self.facts.measure(code).better) if words else 0

    # --- which facts it may be

    def _facts(self, sense: Sense, figure: Typed, code: str, sort: str) -> tuple[list[Fact], bool]:
        """The facts of one sort that a figure may be, and whether the sentence names their months."""
        facts, measure = self.facts, self.facts.measure(code)
        if sort == "rate":
            return [each for each in facts.rates(code) if each.area is None or each.area in sense.text], True
        if sort == "rank":
            return self._ranks(sense, figure, code), True
        if sort in ("target", "published"):
            return [*(facts.target(code) if sort == "target" else facts.first_published(code))], True
        if sort == "change":
            return self._changes(sense, figure, code)
        spans, is_named = self._spans(sense, figure, code)
        if sort == "share":
            return [*self._shares(sense, code, spans)] if measure.is_count else [], is_named
        if sort == "average":
            unit = _AVERAGE_UNIT.search(sense.text, figure.start)
            by = unit["unit"].lower() if unit else "month"
            return [fact for span in spans if span.length > 1 for fact in facts.average(code, span, by)], is_named
        if sort == "parts":
            parts = [fact for span in spans for fact in facts.parts(code, span)]
            return [fact for fact in parts if fact.binding[:4] != "rest" or _REST.search(sense.text)], is_named
        if sort == "margin":
            return [fact for span in spans for fact in facts.margin(code, span)], is_named
        levels = [fact for span in spans for fact in facts.level(code, span)]
        names_month = any(span.length == 1 for period in sense.periods for span in period.spans if not period.since)
        if _RANGE.search(sense.text) and not names_month:
            levels += [fact for span in spans if span.length > 2 for fact in facts.extremes(code, span)]
        return levels, is_named

    def _spans(self, sense: Sense, figure: Typed, code: str) -> tuple[list[Span], bool]:
        facts, windows = self.facts, self.facts.windows(code)
        spans, is_named = sense.months_of(figure)
        late = facts.last - windows["rolling_12"].last
        if late > 0:  # the year, of a measure whose figures stop before its end
            spans += [span.back(late) for span in spans if span.length == 12 and span.last % 12 == facts.last % 12]
        if not is_named:
            spans += facts.usual_spans(code) if granularity(figure) >= FINE else windows.values()
            if re.search(r"\bmonth", sense.text):
                spans += [Span.month(facts.last - step) for step in range(12)]
        return [*dict.fromkeys(spans)], is_named

    def _changes(self, sense: Sense, figure: Typed, code: str) -> tuple[list[Fact], bool]:
        usual = self.facts.usual_pairs(code)
        pairs, is_named = sense.pairs_of(figure, usual)
        if not is_named:
            pairs += usual if granularity(figure) >= FINE / 2 else [] if pairs else usual[:3]
        if any(one.length == 12 for one, _ in pairs):
            pairs.append(usual[0])  # the year, of a measure whose figures stop before its end
        changes = [fact for pair in dict.fromkeys(pairs) for fact in self.facts.change(code, *pair)]
        is_relative = figure.kind in ("percent", "fraction", "multiple") and not self.facts.measure(code).is_percentage
        return [fact for fact in changes if (fact.scale == "percent") == is_relative], is_named

    def _shares(self, sense: Sense, code: str, spans: Sequence[Span]) -> Iterator[Fact]:
        """A count as a part of another's in the same months."""
        usual = [self.facts.windows(code)[name] for name in ("rolling_12", "quarter")]
        for of in dict.fromkeys([*(each.code for each in sense.strong), *self.facts.wholes(code)]):
            for span in dict.fromkeys([*spans, *usual]):
                yield from self.facts.share(code, of, span)

    def _ranks(self, sense: Sense, figure: Typed, code: str) -> list[Fact]:
        """The place in the group or in the country, counted from the end that the words name."""
        ranks = [*self.facts.ranks(code)]
        near = sense.text[max(0, figure.start - 60) : figure.end + 60]
        if re.search(r"\bnational|\bcountry|\bEngland|\bof\s4\d\b", near) and not re.search(r"\bgroup|\bpeers", near):
            ranks = ranks[-1:]
        if figure.kind == "count":  # of 41 forces: how many there are
            return [replace(rank, value=int(rank.printed.rsplit(" ", 1)[-1]), scale="count") for rank in ranks]
        return [] if re.search(r"\b(?:highest|largest|worst)\b", sense.text[figure.end : figure.end + 20]) else ranks

    def _is_of_another(self, sense: Sense, figure: Typed, code: str, sort: str) -> bool:
        """Whether a figure's own noun is something that the measure does not count, or its place is somewhere else."""
        if sense.is_elsewhere(figure.start) and sort not in ("rank", "rate"):
            return True
        if sort not in ("level", "parts", "average") or figure.kind != "count" or granularity(figure) >= FINE:
            return False
        if any(period.start == figure.end + 1 for period in sense.periods):
            return False
        words = re.findall(r"[a-z]+", sense.text[figure.end :])[:4]
        following = re.match(r"\s[a-z]+", sense.text[figure.end :])
        is_noun = following is not None and words[0] not in KNOWN
        return is_noun and not any(sense.names.counts(code, word) for word in words)

    # --- what it may have been meant to be

    def offers(self, sense: Sense, trace: Trace) -> list[Fact]:
        """The three facts nearest to a figure: as it may be mistyped, of its sort and months first."""
        figure = trace.figure
        pool: list[tuple[float, Fact]] = []
        for rank, code in enumerate(self._codes(sense, figure)[:3]):
            sorts = [*enumerate(self._sorts(sense, figure, code))]
            likely = [(fact, 0.08 * at) for at, sort in sorts for fact in self._facts(sense, figure, code, sort)[0]]
            others = [(fact, 0.3) for fact in self.facts.usual(code)]
            pool += [(_distance(figure, fact) + extra + 0.1 * rank, fact) for fact, extra in (*likely, *others)]
        nearest: dict[str, Fact] = {}
        for _, fact in sorted(pool, key=lambda each: each[0]):
            if fact.binding:
                nearest.setdefault(fact.printed, fact)
        return [*nearest.values()][:OFFERS]


def _fits(figure: Typed, fact: Fact) -> bool:
    """Whether a fact prints as the figure does, as finely and as firmly as it was written."""
    value = 1 + fact.value / 100 if figure.kind == "multiple" else abs(fact.value)
    return fact.scale in _SCALES.get(figure.kind, ()) and figure.fits(value)


def _distance(figure: Typed, fact: Fact) -> float:
    """How far a figure is from a fact, 0 to 1: by its digits where these changed places or one is wrong, by size."""
    one, other = abs(fact.value), abs(figure.value)
    if fact.scale not in _SCALES.get(figure.kind, ()) or (figure.kind == "percent" and fact.scale == "points"):
        return 1.5
    penalty = 0.25 if figure.kind == "count" and fact.scale in ("percent", "points") else 0.0
    size = abs(one - other) / max(one, other, figure.step)
    return penalty + (min(size, 0.1) if is_slip(figure, fact) else min(0.12 + size, 1.0))


def is_slip(figure: Typed, fact: Fact) -> bool:
    """Whether a figure is a fact with two digits changed about, or one digit wrong."""
    places = 0 if figure.step >= 1 else len(f"{figure.step:.6f}".rstrip("0")) - 2
    one, other = (f"{abs(value):.{places}f}".replace(".", "") for value in (figure.value, fact.value))
    wrong = sum(a != b for a, b in zip(one, other, strict=False))
    return len(one) == len(other) > 1 and wrong > 0 and (wrong == 1 or sorted(one) == sorted(other))
