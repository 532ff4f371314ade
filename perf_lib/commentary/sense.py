"""A sentence taken apart: its figures, months and measures, its parts, and which belongs to which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise, product

from perf_lib.commentary.figures import Typed, typed_figures
from perf_lib.commentary.names import Mention, Names
from perf_lib.commentary.periods import Calendar, Period
from perf_lib.commentary.sentences import Sentence
from perf_lib.commentary.spans import Span

_CUT = re.compile(
    r"""
    [;:,()—]                                                          # a stop within the sentence
  | \s [–-] \s
  | \b (?: and | but | while | whereas | whilst | against | than | versus | vs | though | although | yet | which | where
         | compared \s+ (?:with|to) | in \s+ comparison \s+ (?:with|to) | as \s+ opposed \s+ to | unlike
         | up \s+ from | down \s+ from ) \b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BETWEEN = re.compile(r"\bbetween\s+[^,;]*$|England\s+$", re.IGNORECASE)
_MORE_THAN = re.compile(r"(?<!\d )(?<!% )(?<!cent )(?<!points )\b(?:more|less|fewer) $", re.IGNORECASE)
_SAME = re.compile(r"(?:the\s+)?(?:same|corresponding|equivalent)\b", re.IGNORECASE)
_COMPARED = re.compile(
    r"""
    \b (?: from | against | than | versus | vs | on | over | below | above | compared \s+ (?:with|to)
         | (?:last|previous|earlier) \s+ (?:year|quarter)['’]s ) \s+ (?: the \s+ | just \s+ | only \s+ )* $
    """,
    re.VERBOSE | re.IGNORECASE,
)
_COMPARED_WITH = re.compile(
    r"""
    \b (?: than | against | versus | vs | compared \s+ (?:with|to) | up \s+ on | down \s+ on )
    (?: \s+ (?: in | during | for | at | the | that | those | of | over ) )* \s+ $
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"""
    \b (?: national(?:ly|s)? | nationwide | England | Wales | Scotland | UK | Britain | countr(?:y|ies)
         | region(?:al(?:ly)?)? | South[\s-]West | Home \s Office | ONS | elsewhere | Europe\w*
         | (?:other|most|all) \s+ (?:forces|areas|counties) | forces \s+ (?:across|in) ) \b
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass
class Sense:
    """All that is read in a sentence, each part with its place.

    carried: the measure that the sentence before spoke of, for a text that belongs to none.
    """

    sentence: Sentence
    calendar: Calendar
    names: Names
    carried: str | None = None

    @property
    def text(self) -> str:
        """Its words, without what is not prose."""
        return self.sentence.plain

    @cached_property
    def mentions(self) -> list[Mention]:
        """Measures named."""
        named = self.names.read(self.text, self.sentence.code)
        return named or (self.names.scattered(self.text) if self.sentence.code is None else [])

    @property
    def strong(self) -> list[Mention]:
        """Measures named by a name of their own."""
        return [mention for mention in self.mentions if not mention.weak]

    @cached_property
    def periods(self) -> list[Period]:
        """Words of time."""
        named = [(mention.start, mention.end) for mention in self.strong]
        return [
            period
            for period in self.calendar.read(self.text)
            if not any(start <= period.start < end for start, end in named)
        ]

    @cached_property
    def figures(self) -> list[Typed]:
        """Figures, those bound included; in a table, those of the cell."""
        taken = [(each.start, each.end) for each in self.periods] + [(each.start, each.end) for each in self.strong]
        return [figure for figure in typed_figures(self.text, taken) if figure.start >= self.sentence.heads]

    def is_bound(self, figure: Typed) -> bool:
        """Whether a figure was looked up, and so is right by construction."""
        return figure.start in self.sentence.bound

    @property
    def taken(self) -> list[tuple[int, int]]:
        """Where periods, figures and mentions stand."""
        stretches = [(each.start, each.end) for each in self.periods] + [each.span for each in self.figures]
        return stretches + [(each.start, each.end) for each in self.mentions]

    @cached_property
    def parts(self) -> list[tuple[int, int]]:
        """The stretches between commas, "and", "compared with" and the like."""
        closed = self.taken
        cuts = [0]
        for match in _CUT.finditer(self.text):
            is_inside = any(start <= match.start() < end for start, end in closed)
            before = self.text[: match.start()]
            is_joint = (match[0].lower() == "and" and _BETWEEN.search(before)) or (
                match[0].lower() == "than" and _MORE_THAN.search(before)
            )
            if not is_inside and not is_joint and match.start() >= self.sentence.heads:
                cuts.append(match.start())
        return [*pairwise([*cuts, len(self.text) + 1])]

    def part_of(self, place: int) -> tuple[int, int]:
        """The stretch that a place falls in."""
        return next(part for part in self.parts if part[0] <= place < part[1])

    def before(self, place: int, letters: int = 60) -> str:
        """What stands before a place, in its stretch."""
        return self.text[max(self.part_of(place)[0], place - letters) : place]

    def is_elsewhere(self, place: int) -> bool:
        """Whether a figure is said of somewhere else: the country, the region, other forces."""
        start, end = self.part_of(place)
        opening = self.parts[0]
        opens = self.text[opening[0] : opening[1]]
        governs = len(opens.split()) <= 5 and not any(each.start < opening[1] for each in self.figures)
        if governs and _ELSEWHERE.search(opens):
            return True
        return _ELSEWHERE.search(self.text, start, end) is not None

    # --- which measure

    def codes(self, place: int) -> list[str]:
        """The measures that a figure may speak of, the likeliest first."""
        start, end = self.part_of(place)
        here = [each for each in self.strong if start <= each.start < end]
        ordered = here or sorted(self.strong, key=lambda each: (each.start > place, abs(each.start - place)))
        codes = [each.code for each in ordered]
        if not here:
            codes += [self.sentence.code] if self.sentence.code else []
            codes += [self.carried] if not codes and self.carried else []
        return [code for code in dict.fromkeys(codes) if code in self.names.words][:4]

    # --- which months

    @cached_property
    def _anchors(self) -> list[Span]:
        return [span for period in self.periods if not period.relation and not period.since for span in period.spans]

    def spans_of(self, period: Period, by_month: bool = True) -> list[Span]:
        """The months that words of time mean in this sentence."""
        anchors = self._anchors
        if period.relation and anchors:
            steps = [12 if period.relation == "year_before" else anchor.length for anchor in anchors]
            leaning = [anchor.back(step) for anchor, step in zip(anchors, steps, strict=True)]
            return [*dict.fromkeys([*leaning, *period.spans])]
        spans = list(period.spans)
        if period.since:
            last = self.calendar.last
            spans = [Span(first, last) for each in spans for first in (each.first, each.last + 1) if first <= last]
            spans += period.spans
        is_monthly = period.counted or (
            all(each.length == 3 for each in spans) and re.search(r"\b(?:each month|months|monthly)\b", self.text)
        )
        if is_monthly and by_month:
            spans += [Span.month(at) for each in period.spans if each.length <= 6 for at in range(each[0], each[1] + 1)]
        return [*dict.fromkeys(spans)]

    def months_of(self, figure: Typed) -> tuple[list[Span], bool]:
        """The months that a figure may be of, and whether the sentence gives them to this figure."""
        start, end = self.part_of(figure.start)
        here = [period for period in self.periods if start <= period.start < end and period.spans]
        beside = self._right_before(figure)
        if beside is not None:
            return self.spans_of(beside), True
        is_compared = _COMPARED.search(self.text[max(0, figure.start - 40) : figure.start]) is not None
        figures = [each for each in self.figures if start <= each.start < end and each.kind != "months"]
        here = [each for each in here if is_compared or not self.is_base(each)] or (here if len(figures) == 1 else [])
        if here:
            if len(here) == len(figures) > 1 and figure in figures:
                here = [here[figures.index(figure)]]
            is_one_of_two = is_compared and len(here) == 1 < len(figures)
            return self._with_earlier(self._all(here), is_one_of_two), True
        free = [each for each in self.periods if each.spans and not self._has_figures(each)]
        free = [each for each in free if (is_compared or not self.is_base(each)) and not self._is_apposed(each)]
        if free:
            near = min(free, key=lambda each: (each.start > figure.start, abs(each.start - figure.start)))
            spans = self._all(free) if len(free) > 1 and not is_compared else self.spans_of(near)
            return self._with_earlier(spans, is_compared), True
        told = [period for period in self.periods if period.spans]
        is_told = len(told) == 1 and told[0].start < figure.start and not self.is_base(told[0])
        opens = is_told and not any(each.start < told[0].start for each in self.figures)
        is_list = opens and re.search(r"[;:.]\s", self.text[told[0].end : figure.start]) is None
        is_told = is_told and (is_list or figure.kind in ("percent", "points"))
        return self._with_earlier(self._all(told), True), is_told

    def _with_earlier(self, spans: list[Span], is_wanted: bool) -> list[Span]:
        """Stretches with those before them and a year before them, where one may be what they are compared with."""
        earlier = [span.back(step) for span in spans for step in (12, span.length)] if is_wanted else []
        first = [Span.month(span.first - step) for span in spans if span.length > 1 for step in (0, 1) if is_wanted]
        return [*dict.fromkeys([*spans, *earlier, *first])]

    def is_base(self, period: Period) -> bool:
        """Whether words of time are what something is compared with: than a year earlier, compared with 2018."""
        before = self.text[: period.start]
        is_same = before.rstrip().endswith(" on") and _SAME.match(self.text, period.start) is not None
        return bool(period.relation) or is_same or _COMPARED_WITH.search(before) is not None

    def _is_apposed(self, period: Period) -> bool:
        """Whether words of time only say again what stands before the comma: in the summer, July to September."""
        return any(
            other.end < period.start and re.fullmatch(r"[,(]\s*|\s+\(", self.text[other.end : period.start])
            for other in self.periods
        )

    def _all(self, periods: Iterable[Period]) -> list[Span]:
        return [*dict.fromkeys(span for period in periods for span in self.spans_of(period))]

    def _has_figures(self, period: Period) -> bool:
        start, end = self.part_of(period.start)
        return any(start <= each.start < end for each in self.figures)

    def _right_before(self, figure: Typed) -> Period | None:
        """A period right before a figure: October (3,688); February's 37."""
        for period in self.periods:
            between = self.text[period.end : figure.start] if period.end <= figure.start else "-"
            alone = re.match(r"[^()\d]*\)", self.text[figure.end :]) is not None  # not 2018 (1,562 against 1,044)
            if period.spans and (
                (alone and re.fullmatch(r"\s*\(\s*", between))
                or re.fullmatch(r"['’]s\s+", between)
                or (between == " " and self.text[period.end - 2 : period.end] in ("'s", "’s"))
            ):
                return period
        return None

    def pairs_of(self, figure: Typed, usual: Sequence[tuple[Span, Span]]) -> tuple[list[tuple[Span, Span]], bool]:
        """The stretches that a change may be between, and whether the sentence gives them."""
        named, is_named = self.months_of(figure)
        told = [(self.is_base(each), self.spans_of(each, by_month=False)) for each in self.periods if each.spans]
        pairs = []
        for (is_base, spans), (is_other_base, others) in combinations(told, 2):
            for one, other in product(spans, others):
                if one.length == other.length and one != other:
                    later, earlier = max(one, other), min(one, other)
                    # "Quarter two had more than quarter three": what stands after "than" is what is compared with.
                    backwards = is_base != is_other_base and (other if is_other_base else one) == later
                    pairs.append((earlier, later) if backwards else (later, earlier))
        if told and all(period.relation for period in self.periods if period.spans):
            return [(one, other) for one, other in usual if one.back(12) == other], True
        stretches = {span for _, spans in told for span in spans}
        named = [span for span in named if span in stretches]
        if is_named:
            pairs += [(span, span.back(step)) for span in named for step in sorted({12, span.length}, reverse=True)]
            # Only what it is compared with may be named: fewer than in the same quarter of 2018.
            now = {one for one, _ in usual}
            pairs += [(one, span) for span in named for one in now if one.length == span.length and one > span]
        return [*dict.fromkeys(pairs)], is_named
