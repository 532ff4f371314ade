"""A typed figure tied to the facts that it may be: of the measure and months its own sentence names, as it is printed.

What a figure is said to be (a level, a change, an average, a share, a rate, a place) comes from the few words beside
it. Where these say nothing, a figure fine enough to be no coincidence is looked for among all the usual facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from perf_lib.commentary.facts import Fact, Facts
from perf_lib.commentary.figures import Typed
from perf_lib.commentary.sense import Sense
from perf_lib.commentary.spans import Span
from perf_lib.words import wording

FINE = 100
"""A figure that tells apart so many values (1,496; 12.2) is no coincidence where it is among the usual facts."""
MOST_FIGURES = 30
"""Figures of a sentence that are read: with more, nobody can say which belongs to what."""
OFFERS = 3


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.VERBOSE | re.IGNORECASE)


_UP = """
    rose rise risen rises rising increase increased increases increasing grew grow grown grows growing growth up higher
    climb climbed climbs climbing jump jumped more extra additional further above gain gained greater slower
    longer upward
    """.split()
_DOWN = """
    fell fall fallen falls falling decrease decreased decreases decreasing declined decline declining declines drop
    dropped drops dropping down lower fewer less reduced reduction reduce reduces below slipped slip shrank shrunk
    faster quicker shorter downward cut eased sooner
    """.split()
_BETTER, _WORSE = "improved improvement improving better".split(), "worsened worse worsening deteriorated".split()
DIRECTION = _pattern(
    rf"""
    \b (?: (?P<up> {"|".join(_UP)} | went \s up ) | (?P<down> {"|".join(_DOWN)} | (?:went|came) \s down )
         | (?P<better> {"|".join(_BETTER)} ) | (?P<worse> {"|".join(_WORSE)} ) ) \b
    """
)
NO_DIRECTION = _pattern(
    r"""
    \s+ (?: than \s+ (?: \d | one | two | three | half | an? \s (?! year | month | quarter ) | the \s same )
           | to \s date )
    """
)
"""What follows "more" where it says how firmly a figure is meant, and not which way it went."""
_CHANGE_AFTER = _pattern(
    r"""
    \s* (?: (?! (?: was | were | is | are | stood | fell | rose | has | have | had | and | gave | hang | picked ) \b )
            (?: per \s cent | % | [a-z'’-]+ ) \s+ ){0,3}?
    (?: more | fewer | less | higher | lower | extra | additional | up | down | above | below | increase | decrease
      | rise | fall | drop | reduction | growth | longer | shorter | slower | quicker | faster | sooner | better
      | worse | short ) \b
    """
)
_CHANGE_BEFORE = _pattern(
    r"""
    (?: \b by \s+
      | \b (?: up | down | rise | fall | increased? | decreased? | drop | reduction | growth | change | difference
             | decline | improvement | fell | rose | grew | dropped | extra | additional | further | gained | added
             | jumped | declined | slipped ) \s+ (?: of \s+ | by \s+ )? )
    (?: (?: about | around | some | nearly | almost | over | roughly | approximately | just | only | more \s+ than
          | an? | well | slightly ) \s+ )* [(]? $
    """
)
_LEVEL_BEFORE = _pattern(
    r"""
    \b (?: from | to | at | against | than | with | reached | reaching | on \s+ the ) \s+
    (?: the | just | only | about )? \s* $
    """
)
_AVERAGE_UNIT = _pattern(r"\b (?: a | per | each | every ) \s+ (?P<unit> month | week | day | quarter ) \b")
_AVERAGE = _pattern(rf"\b (?: averag\w+ | mean | monthly ) \b | {_AVERAGE_UNIT.pattern}")
_RATE = _pattern(
    r"\b (?: per | every ) \s+ (?: 1,?000 | thousand ) \b | \b rates? \b | \b for \s+ (?:its|their|our) \s+ size"
)
_SHARE = _pattern(
    r"""
    \b (?: share | proportion | ma(?:kes?|de) \s+ up | account(?:s|ed)? \s+ for
         | of \s+ (?: all | the | total | every | these | crime ) ) \b
    """
)
_PUBLISHED = _pattern(r"\b (?: published | printed | reported | given | first | originally | restated | revised ) \b")
_TARGET = _pattern(r"\b (?: target | standard | goal | aim | expect\w* | promise\w* ) \b")
_RANKED_OF = _pattern(r"\b (?: lowest | highest | best | worst ) \s+ (?: out \s+ )? of \s+ (?: the \s+ )? $")
_RANGE = _pattern(
    r"\b (?: rang\w+ | between | var(?:y|ied|ies) | high(?:est)? | low(?:est)? | peak\w* | most | fewest | busiest ) \b"
)
_REST = _pattern(r"\b (?: all \s+ but | other | remaining | rest | not ) \b")
_WHOLE = _pattern(
    r"\d (?: \s+ out )? \s+ of \s+ (?: all \s+ | (?:the|our) \s+ | (?:the \s+)? (?:quarter|year)['’]s \s+ )* $"
)
_FUNCTION = frozenset(
    """
    a about above across after again against all also altogether an and are as at away back been before being below
    between both but by came compared completed counted crimes despite down during each earlier fell fewer for from had
    has have higher if in incidents instead into is it its just last less logged lower made mark more not now occasions
    occurrences of offences on only or out over overall people per recorded reported reports residents respectively
    rose received since so some such than that the their then there these they this those times to together too took
    under until up was we were when where whereas which while who with within year month quarter months days years
    victims cases took
    """.split()
)


@dataclass(frozen=True)
class Trace:
    """What came of one figure: the fact that it is, or those that come nearest.

    family: what the figure was taken to be. wrong_way: the fact is its size, and went the other way.
    is_closed_in: whether the sentence itself names the months (or what is compared).
    """

    figure: Typed
    fact: Fact | None = None
    family: str = ""
    wrong_way: Fact | None = None
    is_named: bool = False
    nearest: tuple[Fact, ...] = ()
    """Facts of the same sort and months, which a closed reading holds the figure against."""


def way_of(match: re.Match[str], better: str) -> int:
    """Which way a word of direction points, 1 up, -1 down; for "improved", by which way is good."""
    if match["up"] or match["down"]:
        return 1 if match["up"] else -1
    sign = {"higher": 1, "lower": -1}.get(better, 0)
    return sign if match["better"] else -sign


def granularity(figure: Typed) -> float:
    """How many values a figure tells apart: 94 for "94", 122 for "12.2", 15 for "1,500"."""
    digits = re.sub(r"\D", "", figure.text).strip("0") if not figure.in_words else ""
    return max(float(digits), 1.0) if digits else abs(figure.value) / figure.step


class Tracer:
    """Ties the figures of sentences to the facts of one report."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def trace(self, sense: Sense, figure: Typed) -> Trace | None:
        """What a figure is; None for one that is no claim: a word of number in ordinary language, a stretch of time."""
        if figure.kind == "months":
            return None
        if figure.kind == "money":
            return Trace(figure)
        first: Trace | None = None
        for code in self.codes(sense, figure):
            candidates: list[Fact] = []
            for family in self._families(sense, figure, code):
                there, is_named = self._facts(sense, figure, code, family)
                fitting = [fact for fact in there if self._fits(figure, fact)]
                way = self._way(sense, figure, code) if family == "change" else 0
                right = [fact for fact in fitting if not way or fact.way in (0, way)]
                if right and not self._is_of_another(sense, figure, code, family):
                    return Trace(figure, right[0], family, is_named=is_named)
                if fitting and first is None and way:
                    first = Trace(figure, None, family, fitting[0], is_named)
                candidates += there
            if first is None and candidates:
                family = self._families(sense, figure, code)[0]
                there, is_named = self._facts(sense, figure, code, family)
                first = Trace(figure, None, family, None, is_named, tuple(there))
        if (
            figure.in_words
            and figure.value <= 12
            and figure.kind in ("count", "days")
            and not self._is_claim(sense, figure)
        ):
            return None
        if figure.kind in ("fraction", "multiple", "rank") and (first is None or not first.nearest):
            return None
        return first or Trace(figure)

    def codes(self, sense: Sense, figure: Typed) -> list[str]:
        """The measures that a figure may be of: of one that is no count, the text's own too, whatever else is named."""
        codes, own = sense.codes(figure.start), sense.sentence.code
        if (
            own is not None
            and own in self.facts.findings
            and own not in codes
            and figure.kind in ("seconds", "percent", "points", "days")
        ):
            codes.append(own)
        return codes

    # --- what it is said to be

    def _families(self, sense: Sense, figure: Typed, code: str) -> list[str]:
        """What a figure may be, the likeliest first."""
        measure, text = self.facts.measure(code), sense.text
        before, after = sense.before(figure.start), text[figure.end : sense.part_of(figure.start)[1]]
        start, end = sense.part_of(figure.start)
        is_change = bool(_CHANGE_AFTER.match(after) or _CHANGE_BEFORE.search(before) or figure.signed)
        is_level = bool(_LEVEL_BEFORE.search(before)) and not _CHANGE_AFTER.match(after)
        if sense.sentence.heads:
            is_change = is_change or bool(re.search(r"\b(?:change|difference)\b", text, re.IGNORECASE))
        is_fine = granularity(figure) >= FINE
        if figure.kind == "rank" or _RANKED_OF.search(text[: figure.start]):
            return ["rank"]
        if measure.is_count and figure.kind == "count" and _RATE.search(text) and (figure.step < 1 or "per" in after):
            return ["rate"]
        if figure.kind == "points":
            return ["change", "margin"]
        target = ["target"] if _TARGET.search(text) else []
        if figure.kind in ("fraction", "multiple"):
            if is_change or figure.kind == "multiple":
                return ["change"]
            return ["level", "share"] if measure.is_percentage else ["share", "change"]
        if figure.kind == "percent":
            if measure.is_percentage:
                return ["change", "level"] if is_change and not is_level else [*target, "level"]
            shares = ["share"] if _SHARE.search(text) else []
            return [*shares, "change"] if shares and not is_change else ["change", *shares]
        if figure.kind == "count" and not measure.is_count:
            sized = ["level"] if figure.step < 1 or not measure.is_percentage or sense.sentence.heads else []
            changes = ["change"] if sized else []
            return [*changes, *sized, "parts"] if is_change and not is_level else [*sized, "parts", *changes]
        average = ["average"] if measure.is_count and _AVERAGE.search(text, start, end) else []
        late = ["average"] if measure.is_count and not average and _AVERAGE.search(text) else []
        others = ["published"] if _PUBLISHED.search(text) else []
        if is_change and not is_level:
            return ["change", "level"] if is_fine and granularity(figure) >= 10 * FINE else ["change", *average]
        loose = ["change"] if is_fine or DIRECTION.search(text) else []
        return [*target, *average, "level", *late, *others, *loose, "parts"]

    def _way(self, sense: Sense, figure: Typed, code: str) -> int:
        """Which way the words beside a figure say that it went; 0 where they do not say."""
        better = self.facts.measure(code).better
        start, end = sense.part_of(figure.start)
        if figure.signed:
            return figure.signed
        if following := _CHANGE_AFTER.match(sense.text, figure.end, end):
            word = [*DIRECTION.finditer(sense.text, figure.end, following.end())]
            if word:
                return way_of(word[-1], better)
        clause = max((sense.text.rfind(stop, 0, figure.start) for stop in ";:."), default=-1) + 1
        words = [*DIRECTION.finditer(sense.text, max(start, clause), figure.start)]
        words = words or [*DIRECTION.finditer(sense.text, clause, figure.start)]
        words = [word for word in words if not NO_DIRECTION.match(sense.text, word.end())]
        if figure.manner and words and words[-1][0].lower() in ("below", "under", "above", "over"):
            words.pop()  # below one per cent: how firmly it is said, and no direction
        return way_of(words[-1], better) if words else 0

    # --- which facts it may be

    def _facts(self, sense: Sense, figure: Typed, code: str, family: str) -> tuple[list[Fact], bool]:
        """The facts of one sort that a figure may be, and whether the sentence names their months."""
        facts, measure = self.facts, self.facts.measure(code)
        if family == "rate":
            capitals = set(re.findall(r"[A-Z]\w+", sense.text))
            rates = [*facts.rates(code)]
            peers = [fact for fact in rates if fact.binding[:5] == "peer(" and capitals & set(fact.words.split())]
            return [fact for fact in rates if fact.binding[:5] != "peer("] + peers, True
        if family == "rank":
            return self._ranks(sense, figure, code), True
        if family == "target":
            return [*facts.target(code)], True
        if family == "published":
            return [*facts.first_published(code)], True
        if family == "change":
            return self._changes(sense, figure, code)
        spans, is_named = self._spans(sense, figure, code)
        if family == "level":
            levels = [fact for span in spans for fact in facts.level(code, span)]
            months = [each for each in sense.periods if each.spans and each.spans[0].length == 1 and not each.since]
            if _RANGE.search(sense.text) and not months:
                levels += [fact for span in spans if span.length > 2 for fact in facts.extremes(code, span)]
            if _WHOLE.search(sense.text[: figure.start]):
                levels += [fact for of in facts.wholes(code) for span in spans for fact in facts.level(of, span)]
            return levels, is_named
        if family == "parts":
            parts = [fact for span in spans for fact in facts.parts(code, span)]
            return [fact for fact in parts if fact.binding[:4] != "rest" or _REST.search(sense.text)], is_named
        if family == "margin":
            return [fact for span in spans for fact in facts.margin(code, span)], is_named
        if family == "average":
            unit = _AVERAGE_UNIT.search(sense.text, figure.start)
            by = unit["unit"].lower() if unit else "month"
            long = [span for span in spans if span.length > 1]
            return [fact for span in long for fact in facts.average(code, span, by)], is_named
        return [fact for fact in self._shares(sense, code, spans) if measure.is_count], is_named

    def _spans(self, sense: Sense, figure: Typed, code: str) -> tuple[list[Span], bool]:
        facts = self.facts
        spans, is_named = sense.months_of(figure)
        windows = facts.windows(code)
        as_at = windows["rolling_12"].last
        if as_at < facts.last:  # the year, of a measure whose figures stop before its end
            late = facts.last - as_at
            spans += [span.back(late) for span in spans if span.length == 12 and span.last % 12 == facts.last % 12]
        if not is_named:
            usual = facts.usual_spans(code)
            if re.search(r"\bquarter", sense.text):
                windows = {**windows, **{str(line.quarter): Span.of(line.quarter) for line in facts.findings[code].box}}
            if re.search(r"\bmonth|\brow\b", sense.text):
                usual += [Span.month(facts.last - step) for step in range(12)]
            if granularity(figure) < FINE:
                usual = [each for name, each in windows.items() if name not in ("year_to_date_before", "same_quarter")]
            spans = [*spans, *usual]
        return [*dict.fromkeys(spans)], is_named

    def _changes(self, sense: Sense, figure: Typed, code: str) -> tuple[list[Fact], bool]:
        usual = self.facts.usual_pairs(code)
        pairs, is_named = sense.pairs_of(figure, usual)
        if not is_named:
            as_fine = granularity(figure) >= FINE / 2
            pairs = [*pairs, *(usual if as_fine else [] if pairs else usual[:3])]
        as_at = self.facts.windows(code)["rolling_12"].last
        if as_at < self.facts.last and any(one.length == 12 for one, _ in pairs):
            pairs = [usual[0], *pairs]  # the year, of a measure whose figures stop before its end
        changes = [fact for pair in dict.fromkeys(pairs) for fact in self.facts.change(code, *pair)]
        wanted = {"percent": "percent", "points": "points", "fraction": "percent", "multiple": "percent"}
        scale = wanted.get(figure.kind)
        is_points = self.facts.measure(code).is_percentage and figure.kind in ("percent", "fraction")
        return [c for c in changes if (c.scale == scale if scale and not is_points else c.scale != "percent")], is_named

    def _shares(self, sense: Sense, code: str, spans: Sequence[Span]) -> Iterator[Fact]:
        """A count as a part of another's, a quarter's as a part of the year's."""
        others = [each.code for each in sense.strong if each.code != code]
        year, quarter = self.facts.windows(code)["rolling_12"], self.facts.windows(code)["quarter"]
        for of in dict.fromkeys([*others, *self.facts.wholes(code)]):
            for span in dict.fromkeys([*spans, year, quarter]):
                yield from self.facts.share(code, of, span)
        part, whole = self.facts.figure(code, quarter).value, self.facts.figure(code, year).value
        if part is not None and whole and re.search(r"\byear", sense.text) and self.facts.measure(code).is_count:
            share = 100 * part / whole
            yield Fact(share, "percent", code, "the quarter's share of the year", wording.per_cent(share), "", quarter)

    def _ranks(self, sense: Sense, figure: Typed, code: str) -> list[Fact]:
        """The place in the group or in the country, counted from the end that the words name."""
        ranks = [*self.facts.ranks(code)]
        near = sense.text[max(0, figure.start - 60) : figure.end + 60]
        is_national = re.search(r"\bnational|\bcountry|\bEngland|\bof\s+4\d\b", near, re.IGNORECASE)
        if len(ranks) > 1:
            ranks = ranks[1:] if is_national and not re.search(r"\bgroup|\bpeers|\bsimilar", near) else ranks
        if figure.kind == "count":  # of 41 forces: how many there are
            sizes = [(rank, int(rank.printed.rsplit(" ", 1)[-1])) for rank in ranks]
            return [replace(rank, value=size, scale="count") for rank, size in sizes]
        highest = re.search(r"\b(?:highest|largest|worst)\b", sense.text[figure.end : figure.end + 20], re.IGNORECASE)
        return [] if highest else ranks

    # --- whether it is it

    def _fits(self, figure: Typed, fact: Fact) -> bool:
        """Whether a fact prints as the figure does, as finely and as firmly as it was written."""
        value = abs(fact.value)
        if figure.kind == "multiple":
            return fact.scale == "percent" and figure.fits(1 + fact.value / 100)
        if figure.kind == "fraction":
            return fact.scale in ("percent", "points") and figure.fits(value)
        scales = {
            "count": ("count", "unit", "rate", "seconds", "percent", "points"), "percent": ("percent", "points"),
            "points": ("points",), "seconds": ("seconds",), "days": ("unit",), "rank": ("rank",),
        }  # fmt: skip
        return fact.scale in scales.get(figure.kind, ()) and figure.fits(value)

    def _is_of_another(self, sense: Sense, figure: Typed, code: str, family: str) -> bool:
        """Whether a figure's own noun is something that the measure does not count, or its place is somewhere else."""
        if sense.is_elsewhere(figure.start) and family not in ("rank", "rate"):
            return True
        if family not in ("level", "parts", "average") or figure.kind != "count" or granularity(figure) >= FINE:
            return False
        following = re.match(r"\s+([a-z]+)", sense.text[figure.end :])
        if any(period.start == figure.end + 1 for period in sense.periods):
            return False
        if following is None or following[1] in _FUNCTION:
            return False
        return not any(sense.names.counts(code, word) for word in re.findall(r"[a-z]+", sense.text[figure.end :])[:4])

    def _is_claim(self, sense: Sense, figure: Typed) -> bool:
        """Whether a small number in words is a figure: nine hate crimes, six fewer; and not: one of the reasons."""
        if figure.value <= 1 or figure.kind == "days":
            return False
        start, end = sense.part_of(figure.start)
        if re.search(r"\b(?:from|to|and|saw|had|by)\s+$", sense.text[: figure.start]) and any(
            start <= period.start < end and period.spans for period in sense.periods
        ):
            return bool(re.match(r"\s+(?:in|during)\b|\s*[.,;]|\s*$", sense.text[figure.end :]))
        after = sense.text[figure.end : figure.end + 40]
        if _CHANGE_AFTER.match(sense.text[figure.end : sense.part_of(figure.start)[1]]):
            return not re.match(r"\s+[a-z]+\s+[a-z]+\s", after) or bool(sense.periods)
        words = re.findall(r"[a-z]+", after)[:2]
        own = (sense.names.counts(code, word) for code in sense.codes(figure.start)[:1] for word in words)
        return bool(words) and any(own) and not re.match(r"\s+(?:kinds?|types?|groups?|main|other|such)\b", after)

    # --- what it may have been meant to be

    def offers(self, sense: Sense, trace: Trace) -> tuple[Fact, ...]:
        """The three facts nearest to a figure: as it may be mistyped, of its sort and months first."""
        figure = trace.figure
        codes = self.codes(sense, figure)
        pool: list[tuple[float, Fact]] = []
        for rank, code in enumerate(codes[:3]):
            families = self._families(sense, figure, code)
            seen: set[str] = set()
            for place, family in enumerate(families):
                for fact in self._facts(sense, figure, code, family)[0]:
                    seen.add(fact.binding)
                    pool.append((distance(figure, fact) + 0.08 * place + 0.1 * rank, fact))
            pool += [
                (distance(figure, fact) + 0.3 + 0.1 * rank, fact)
                for fact in self.facts.usual(code)
                if fact.binding not in seen
            ]
        return tuple(islice(_distinct(pool), OFFERS))


def distance(figure: Typed, fact: Fact) -> float:
    """How far a figure is from a fact, 0 to 1: by its digits where these changed places or one is wrong, by size."""
    value, own = abs(fact.value), abs(figure.value)
    kinds = {"percent": ("percent",), "points": ("points",), "seconds": ("seconds",), "rank": ("rank",)}
    if fact.scale not in kinds.get(figure.kind, ("count", "unit", "rate", "seconds", "percent", "points")):
        return 1.5
    penalty = 0.25 if figure.kind == "count" and fact.scale in ("percent", "points") else 0.0
    size = abs(value - own) / max(value, own, figure.step)
    if is_slip(figure, fact):
        return penalty + min(size, 0.1)
    return penalty + min(0.12 + size, 1.0)


def is_slip(figure: Typed, fact: Fact) -> bool:
    """Whether a figure is a fact with two digits changed about, or one digit wrong."""
    places = 0 if figure.step >= 1 else len(f"{figure.step:.6f}".rstrip("0")) - 2
    one, other = (f"{abs(value):.{places}f}".replace(".", "") for value in (figure.value, fact.value))
    if len(one) != len(other) or one == other:
        return False
    wrong = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    is_swapped = len(wrong) == 2 and wrong[0] == wrong[1][::-1]
    return is_swapped or (len(wrong) == 1 and len(one) > 1) or (sorted(one) == sorted(other) and len(one) > 2)


def _distinct(pool: Iterable[tuple[float, Fact]]) -> Iterator[Fact]:
    printed: set[str] = set()
    for _, fact in sorted(pool, key=lambda each: each[0]):
        if fact.printed not in printed and fact.binding:
            printed.add(fact.printed)
            yield fact
