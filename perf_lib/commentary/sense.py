"""A sentence taken apart: its figures, months and measures, its parts, and which belongs to which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise, product

from perf_lib.commentary.figures import Typed, pattern, typed_figures
from perf_lib.commentary.names import Mention, Names
from perf_lib.commentary.periods import Calendar, Period
from perf_lib.commentary.sentences import Sentence
from perf_lib.commentary.spans import Span

_CUT = pattern(
    r"""
    [;:,()—] | \s [–-] \s
  | \b (?: (?<! between \s ) and | but | while | whereas | whilst | against | (?<! more \s ) than | versus | vs | though
         | although | yet | which | where | compared \s (?:with|to) | in \s comparison \s (?:with|to)
         | as \s opposed \s to | unlike | (?:up|down) \s from ) \b
    """
)
_BETWEEN = pattern(r"\b between \s [^,;]* $ | England \s $")
_COMPARED = pattern(
    r"""
    \b (?: from | against | than | versus | vs | on | over | below | above | compared \s (?:with|to)
         | (?:last|previous|earlier) \s (?:year|quarter)['’]s ) \s (?: (?:the|just|only) \s )* $
    """
)
_COMPARED_WITH = pattern(
    r"""
    \b (?: than | against | versus | vs | compared \s (?:with|to) | (?:up|down) \s on | on (?= \s the \s same ) )
    (?: \s (?: in | during | for | at | the | that | those | of | over ) )* \s $
    """
)
_ELSEWHERE = pattern(
    r"""
    \b (?: national(?:ly|s)? | nationwide | England | Wales | Scotland | UK | Britain | countr(?:y|ies)
         | region(?:al(?:ly)?)? | South[\s-]West | Home \s Office | ONS | elsewhere | Europe\w*
         | (?:other|most|all) \s (?:forces|areas|counties) | forces \s (?:across|in) ) \b
    """
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
        mentions = self.names.read(self.text, self.sentence.code)
        return mentions or (self.names.scattered(self.text) if self.sentence.code is None else [])

    @property
    def strong(self) -> list[Mention]:
        """Measures named by a name of their own."""
        return [mention for mention in self.mentions if not mention.weak]

    @cached_property
    def periods(self) -> list[Period]:
        """Words of time, but for those inside a measure's name."""
        names = [(mention.start, mention.end) for mention in self.strong]
        periods = self.calendar.read(self.text)
        return [each for each in periods if not any(start <= each.start < end for start, end in names)]

    @cached_property
    def figures(self) -> list[Typed]:
        """Figures, those bound included; in a table, those of the cell."""
        taken = [(p.start, p.end) for p in self.periods] + [(m.start, m.end) for m in self.strong]
        return [figure for figure in typed_figures(self.text, taken) if figure.start >= self.sentence.heads]

    def is_bound(self, figure: Typed) -> bool:
        """Whether a figure was looked up, and so is right by construction."""
        return figure.start in self.sentence.bound

    @cached_property
    def taken(self) -> list[tuple[int, int]]:
        """Where periods, figures and mentions stand."""
        stretches = [(each.start, each.end) for each in self.periods] + [each.span for each in self.figures]
        return stretches + [(each.start, each.end) for each in self.mentions]

    @cached_property
    def parts(self) -> list[tuple[int, int]]:
        """The stretches between commas, "and", "compared with" and the like."""
        cuts = [0]
        for match in _CUT.finditer(self.text, self.sentence.heads):
            is_joint = match[0].lower() == "and" and _BETWEEN.search(self.text[: match.start()])
            if not is_joint and not any(start <= match.start() < end for start, end in self.taken):
                cuts.append(match.start())
        return [*pairwise([*cuts, len(self.text) + 1])]

    def part_of(self, place: int) -> tuple[int, int]:
        """The stretch that a place falls in."""
        return next(part for part in self.parts if part[0] <= place < part[1])

    def is_elsewhere(self, place: int) -> bool:
        """Whether a figure is said of somewhere else: the country, the region, other forces."""
        opening = self.parts[0]
        opens = self.text[: opening[1]] if len(self.text[: opening[1]].split()) <= 5 else ""
        return bool(_ELSEWHERE.search(opens) or _ELSEWHERE.search(self.text, *self.part_of(place)))

    def codes(self, place: int) -> list[str]:
        """The measures that a figure may speak of, the likeliest first."""
        start, end = self.part_of(place)
        here = [each for each in self.strong if start <= each.start < end]
        ordered = here or sorted(self.strong, key=lambda each: (each.start > place, abs(each.start - place)))
        codes = [each.code for each in ordered]
        if not here:
            codes += filter(None, [self.sentence.code or (None if codes else self.carried)])
        codes = [code for code in dict.fromkeys(codes) if code in self.names.words][:4]
        below = [(code, area) for code in codes for area in self.names.areas.get(code, ()) if area in self.text]
        is_here = any(area in self.text[start:end] for _, area in below)
        return [f"{code}@{area}" for code, area in below] + ([] if is_here else codes)

    # --- which months

    def spans_of(self, period: Period, by_month: bool = True) -> list[Span]:
        """The months that words of time mean in this sentence."""
        spans = [*period.spans]
        if period.relation:
            anchors = [span for each in self.periods if not each.relation for span in each.spans]
            steps = (12 if period.relation == "year_before" else anchor.length for anchor in anchors)
            spans = [anchor.back(step) for anchor, step in zip(anchors, steps, strict=True)] + spans
        if period.since:
            last = self.calendar.last
            spans += [Span(first, last) for each in spans for first in (each.first, each.last + 1) if first <= last]
        is_monthly = re.search(r"\b(?:each month|months|monthly)\b", self.text) or period.counted
        if is_monthly and by_month:
            short = (each for each in period.spans if each.length == 3 or period.counted)
            spans += [Span.month(at) for each in short for at in range(each.first, each.last + 1)]
        return [*dict.fromkeys(spans)]

    def months_of(self, figure: Typed) -> tuple[list[Span], bool]:
        """The months that a figure may be of, and whether the sentence gives them to this figure.

        They are those named in the figure's own part; else those of parts without figures; else the only ones named.
        What a figure is compared with may also be of the months before, or of a year before.
        """
        start, end = self.part_of(figure.start)
        is_compared = _COMPARED.search(self.text[max(0, figure.start - 40) : figure.start]) is not None
        named = [each for each in self.periods if each.spans]
        now = [each for each in named if is_compared or not self.is_base(each)]
        figures = [each for each in self.figures if start <= each.start < end]
        here = [each for each in (now if len(figures) > 1 else named) if start <= each.start < end]
        if re.match(r"[^)\d]*(?:\)|$)", self.text[figure.end :]):  # October (3,688); February's 37
            here = [p for p in named if re.fullmatch(r" \(|['’]s ", self.text[p.end : figure.start])] or here
        if here:
            return self._all(here, is_compared and len(here) < len(figures)), True
        if free := [each for each in now if not self._has_figures(each)]:
            return self._all(free[:1] if is_compared else free, is_compared), True
        opens = len(named) == 1 and named[0].start < figure.start and not self.is_base(named[0])
        is_list = opens and re.search(r"[;:.]\s", self.text[named[0].end : figure.start]) is None
        return self._all(named, True), opens and (is_list or figure.kind in ("percent", "points"))

    def _all(self, periods: Iterable[Period], with_earlier: bool) -> list[Span]:
        """The stretches of some words of time, and where wanted those before them and a year before them."""
        spans = [*dict.fromkeys(span for period in periods for span in self.spans_of(period))]
        earlier = [span.back(step) for span in spans for step in (12, span.length)] if with_earlier else []
        return [*dict.fromkeys([*spans, *earlier])]

    def is_base(self, period: Period) -> bool:
        """Whether words of time are what something is compared with: than a year earlier, compared with 2018."""
        return bool(period.relation) or _COMPARED_WITH.search(self.text[: period.start]) is not None

    def _has_figures(self, period: Period) -> bool:
        start, end = self.part_of(period.start)
        return any(start <= each.start < end for each in self.figures)

    def pairs_of(self, figure: Typed, usual: Sequence[tuple[Span, Span]]) -> tuple[list[tuple[Span, Span]], bool]:
        """The stretches that a change may be between, and whether the sentence gives them."""
        spans_named, is_named = self.months_of(figure)
        periods = [each for each in self.periods if each.spans]
        if periods and all(period.relation for period in periods):
            return [(one, other) for one, other in usual if one.back(12) == other], True
        named = [(self.is_base(each), self.spans_of(each, by_month=False)) for each in periods]
        pairs = []
        for (is_base, spans), (is_other_base, others) in combinations(named, 2):
            for one, other in product(spans, others):
                if one.length == other.length and one != other:
                    # "Quarter two had more than quarter three": what stands after "than" is what is compared with.
                    backwards = is_base != is_other_base and (other if is_other_base else one) == max(one, other)
                    pairs.append(
                        (min(one, other), max(one, other)) if backwards else (max(one, other), min(one, other))
                    )
        if pairs and any(is_base for is_base, _ in named):
            return [*dict.fromkeys(pairs)], True
        for is_base, spans in named:
            spans_here = [span for span in spans if is_named and span in spans_named]
            if not is_base:
                pairs += [
                    (span, span.back(step)) for span in spans_here for step in sorted({12, span.length}, reverse=True)
                ]
            # Only what it is compared with may be named: fewer than in the same quarter of 2018.
            bases = spans if is_base else spans_here
            pairs += [(one, span) for span in bases for one, _ in usual if one.length == span.length and one > span]
        return [*dict.fromkeys(pairs)], is_named
