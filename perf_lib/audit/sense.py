"""A sentence taken apart: its clauses, figures, periods, measures and scope, and which belongs to which."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from perf_lib.audit.literals import Literal, literals
from perf_lib.audit.names import Mention, Names
from perf_lib.audit.patterns import Words
from perf_lib.audit.periods import Calendar, Period
from perf_lib.audit.reading import Sentence
from perf_lib.audit.spans import Span

_SEPARATOR = Words(
    r"[;:,()—]|\s[–-]\s|\b(?:and|but|while|whereas|whilst|compared\s+(?:with|to)|in\s+comparison\s+(?:with|to)|against"
    r"|than|versus|vs|though|although|yet|which|as\s+opposed\s+to|unlike|improvement\s+(?:on|over)|up\s+from|down\s+from|where)\b"
)
_COMPARING = Words(r"compared|comparison|against|than|versus|vs|opposed|from|unlike|improvement")
_BASE_BEFORE = Words(
    r"\b(?:from|on|since|over|above|below|with|to|against|than)\s+(?:the\s+|a\s+|its\s+|an?\s+average\s+of\s+|(?:about|around|some|nearly|almost)\s+)*$"
)
FOREIGN = Words(
    r"\b(?:national(?:ly|s)?|nationwide|England|Wales|Scotland|UK|United Kingdom|Britain|country|countries|regional(?:ly)?|region"
    r"|South[\s-]West|other\s+(?:forces|areas|counties)|Home\s+Office|ONS|most\s+forces|all\s+forces|forces\s+(?:across|in)|elsewhere|Europe\w*)\b"
)
PEERS = Words(
    r"\b(?:peers?['’]?|MSG|most\s+similar(?:\s+(?:group|forces))?|similar\s+(?:forces|areas|group)|family\s+of\s+forces|group(?:['’]s)?|comparable\s+forces)\b"
)


_A_SCOPE = Words(
    r"\b(?:months?|quarters?|(?:most|highest|lowest|fewest|busiest|quietest|peak|best|worst|largest|smallest|biggest|greatest|slowest|quickest|longest|shortest|high|low)(?:\s+[a-z]+){0,3}?)\s+(?:of|in|for)\s+(?:the\s+|any\s+)*$"
    r"|\bany\s+(?:single\s+|other\s+)?(?:month|quarter|year)\s+(?:of\s+|in\s+|for\s+|during\s+)?(?:the\s+)?$"
)


_MORE_THAN = Words(r"\b(?:more|less|fewer|higher|lower|greater|longer|shorter)\s+than\s+(?:an?\s+)?$")
Part = TypeVar("Part", Literal, Mention, Period)


@dataclass(frozen=True)
class Clause:
    """A stretch of a sentence between commas, "and", "compared with" and the like."""

    start: int
    end: int
    comparing: bool = False
    """Whether it is what something else is compared with."""


@dataclass(frozen=True)
class Reach:
    """The months a figure may speak of. own: the clause of the figure itself says so."""

    spans: tuple[Span, ...]
    own: bool
    named: bool
    """Whether any words of time led here; where none did, spans are empty."""
    lent: bool = False
    """Whether every period is another figure's own, or what a superlative looks over, so that this one may be of none."""


@dataclass
class Sense:
    """All of a sentence that the audit reads, each part with its place."""

    sentence: Sentence
    calendar: Calendar
    names: Names
    peer_words: Sequence[str] = ()
    carried: str | None = None
    """The measure that the sentence before spoke of, for a text that belongs to none."""
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = self.sentence.plain

    @cached_property
    def mentions(self) -> list[Mention]:
        """Measures named."""
        named = self.names.read(self.text, self.sentence.code)
        if not any(not mention.weak for mention in named) and self.sentence.code is None:
            named += self.names.scattered(self.text)
        return named

    @cached_property
    def periods(self) -> list[Period]:
        """Words of time."""
        inside = [(mention.start, mention.end) for mention in self.mentions if not mention.weak]
        return [
            period
            for period in self.calendar.read(self.text)
            if not any(start <= period.start < end for start, end in inside)
        ]

    @cached_property
    def literals(self) -> list[Literal]:
        """Figures, those bound included."""
        taken = [(each.start, each.end) for each in self.periods]
        taken += [(each.start, each.end) for each in self.mentions if not each.weak]
        return literals(self.text, taken)

    def is_bound(self, literal: Literal) -> bool:
        """Whether a figure was looked up, and so is right by construction."""
        return any(start <= literal.start < end for start, end in self.sentence.bound)

    @cached_property
    def clauses(self) -> list[Clause]:
        """The sentence's clauses in order."""
        closed = [(period.start, period.end) for period in self.periods]
        closed += [(literal.start, literal.end) for literal in self.literals]
        closed += [(mention.start, mention.end) for mention in self.mentions]
        for literal in self.literals:
            manner = literal.said and not literal.compares and _MORE_THAN.search(self.text[: literal.start])
            if manner:
                closed.append((manner.start(), literal.start))
        closed.sort()
        cuts = []
        at = 0
        for found in _SEPARATOR.finditer(self.text):
            while at < len(closed) and closed[at][1] <= found.start():
                at += 1
            if at < len(closed) and closed[at][0] <= found.start() < closed[at][1]:
                continue
            if self._within_range(found):
                continue
            cuts.append((found.start(), found.end(), bool(_COMPARING.search(found[0]))))
        out, first, comparing = [], 0, False
        for start, end, compares in cuts:
            if start > first:
                out.append(Clause(first, start, comparing))
            elif comparing:
                compares = compares or comparing
            first, comparing = end, compares
        out.append(Clause(first, len(self.text), comparing))
        return out

    def _within_range(self, found: re.Match[str]) -> bool:
        """Whether "and" joins the two ends of a range: between 94 and 138; or England and Wales."""
        if found[0].lower() != "and":
            return False
        before = self.text[max(0, found.start() - 40) : found.start()]
        return re.search(r"\bbetween\s+[^,;]*$", before) is not None or re.search(r"England\s+$", before) is not None

    def clause_of(self, place: int) -> int:
        """Which clause a place in the sentence falls in."""
        return next((at for at, clause in enumerate(self.clauses) if place < clause.end), len(self.clauses) - 1)

    def within(self, clause: Clause, items: Sequence[Part]) -> list[Part]:
        """Those of some parts that stand in a clause."""
        return [each for each in items if clause.start <= each.start < clause.end]

    def words_of(self, clause: Clause) -> str:
        """A clause's words."""
        return self.text[clause.start : clause.end]

    def before(self, place: int, letters: int = 60) -> str:
        """What stands before a place, in its clause."""
        clause = self.clauses[self.clause_of(place)]
        return self.text[max(clause.start, place - letters) : place]

    def after(self, place: int, letters: int = 60) -> str:
        """What follows a place, in its clause."""
        at = max(0, place - 1)
        clause = self.clauses[self.clause_of(at)]
        return self.text[place : min(clause.end, place + letters)]

    # --- which months

    @cached_property
    def anchors(self) -> list[Span]:
        """The months spoken of outright: what "the year before" is before."""
        told = [p for p in self.periods if not p.relation and not p.since and not self._is_base(p)]
        return [span for period in told for span in period.spans]

    def _is_base(self, period: Period) -> bool:
        clause = self.clauses[self.clause_of(period.start)]
        alone = not any(clause.start <= literal.start < clause.end for literal in self.literals)
        return clause.comparing and alone

    def resolved(self, period: Period, near: Sequence[Span] = ()) -> tuple[Span, ...]:
        """The months a period means here."""
        anchors = list(near) or self.anchors
        if not period.relation or not anchors:
            return period.spans
        shifted = [a.back(12) if period.relation == "year_before" else a.back(min(a.length, 12)) for a in anchors]
        return tuple(dict.fromkeys([*shifted, *period.spans]))

    def bases(self) -> list[Period]:
        """Periods that a change is measured from: than in 2018, on the same quarter last year."""
        out = []
        for period in self.periods:
            words = self.text[max(0, period.start - 24) : period.start]
            clause = self.clauses[self.clause_of(period.start)]
            opening = self.text[max(0, clause.start - 16) : period.start]
            compares = clause.comparing or re.search(
                r"\b(?:than|compared\s+(?:with|to)|against|on|from|since|versus|as)\s+(?:in\s+|for\s+|during\s+|that\s+(?:of|in)\s+|the\s+|those\s+(?:of|in)\s+)*$",
                words,
                re.I,
            )
            if period.relation or period.since or compares or re.search(r"compared\s+(?:with|to)\s*$", opening, re.I):
                out.append(period)
        return out

    def reach(self, literal: Literal) -> Reach:
        """The months that a figure speaks of."""
        at = self.clause_of(literal.start)
        clause = self.clauses[at]
        own = self._own_period(literal, clause)
        if own is not None:
            told_here = self.resolved(own, self._told_before(own))
            return Reach((*told_here, *self._ends_of(literal, told_here)), own=True, named=True)
        base = _BASE_BEFORE.search(self.before(literal.start))
        # "From 13,925 to 15,162": there the second is what the first became.
        became = base is not None and base[0].lower().startswith("to") and "from" in self.text[: literal.start].lower()
        comparing = (clause.comparing or base is not None) and not became
        told = [p for p in self.periods if not p.since]
        if comparing and not self._leads(literal):
            anchors = self.anchors or []
            spans = [a.back(12) for a in anchors] + [a.back(a.length) for a in anchors if a.length < 12]
            spans += [span for p in told for span in self.resolved(p)]
            spans += self._ends_of(literal, [*spans, *self._runs])
            return Reach(tuple(dict.fromkeys(spans)), own=False, named=bool(told))
        lent = [p for p in told if not self._is_base(p) and not p.relation]
        earlier = [p for p in lent if p.start < literal.start]
        later = [p for p in lent if p.start > literal.start]
        ordered = [*reversed(earlier), *later]
        # "From 112 in October to 94 in December": a period that has a figure of its own is not lent.
        own_to_others = [p for p in ordered if self._taken(p, literal) or self._is_scope(p)]
        free = [p for p in ordered if p not in own_to_others] or ordered
        spans = [span for p in free for span in self.resolved(p)]
        spans += self._ends_of(literal, self._runs)
        reached = tuple(dict.fromkeys([*spans, *self._ends_of(literal, spans)]))
        return Reach(reached, own=False, named=bool(free), lent=free == own_to_others)

    @property
    def _runs(self) -> list[Span]:
        """The months that something is said to have lasted, with the one before: fallen for five months, from 153 to 94."""
        last, lasted = self.calendar.last, (each for each in self.literals if each.kind == "months")
        return [Span(last - int(each.value), last) for each in lasted if 1 < each.value < 12]

    def _ends_of(self, literal: Literal, spans: Sequence[Span]) -> list[Span]:
        """The first or last month of a stretch that a figure opens or closes: between May and July, from 94 to 112."""
        before = self.before(literal.start, 24)
        opens, closes = re.search(r"\bfrom\s+(?:\w+\s+){0,2}$", before), re.search(r"\bto\s+(?:\w+\s+){0,2}$", before)
        if not (opens or closes):
            return []
        opening = opens is not None and (closes is None or opens.start() > closes.start())  # the nearer word
        return [Span(s.first, s.first) if opening else Span(s.last, s.last) for s in spans if 1 < s.length <= 12]

    def _leads(self, literal: Literal) -> bool:
        """Whether "over 1,500" is a manner of speaking rather than a comparison."""
        return bool(literal.said) and re.search(r"\bfrom\s+\S*\s*$", self.before(literal.start)) is None

    def _told_before(self, own: Period) -> list[Span]:
        return [s for p in self.periods if p is not own and not p.relation and not p.since for s in p.spans]

    def _taken(self, period: Period, literal: Literal) -> bool:
        clause = self.clauses[self.clause_of(period.start)]
        others = [
            each
            for each in self.within(clause, self.literals)
            if each is not literal and each.kind not in ("rank", "months")
        ]
        return bool(others) and not clause.start <= literal.start < clause.end and period.start > literal.start

    @cached_property
    def _said_just_before(self) -> dict[int, Period]:
        """For each figure, by its place, the period right before it, where there is one."""
        found = ((each.start, self._right_before(each)) for each in self.literals)
        return {place: period for place, period in found if period is not None}

    def _right_before(self, literal: Literal) -> Period | None:
        """A period right before a figure: October (3,688); February's 37; or a clause of its own: a year earlier, 42,495."""
        for period in self.periods:
            between = self.text[period.end : literal.start]
            alone = re.match(r"[^()\d]*\)", self.text[literal.end :]) is not None  # not 2018 (1,562 against 1,044)
            if (
                (re.fullmatch(r"\s*\(\s*", between) and alone)
                or re.fullmatch(r"['’]s\s+", between)
                or (between == " " and self.text[period.end - 2 : period.end] in ("'s", "’s"))
            ):
                return period
            opens = re.fullmatch(r"(?:.*[,;(])?\s*(?:and|but|in|for)?\s*", self.text[: period.start])
            if period.relation and opens and re.fullmatch(r",\s+", between):
                return period
        return None

    def _is_scope(self, period: Period) -> bool:
        """Whether a period is what a superlative looks over: the best of the year, the busiest month of 2019."""
        return _A_SCOPE.search(self.text[max(0, period.start - 45) : period.start]) is not None

    def _own_period(self, literal: Literal, clause: Clause) -> Period | None:
        if literal.start in self._said_just_before:
            return self._said_just_before[literal.start]
        others_own = self._said_just_before.values()
        periods = [p for p in self.within(clause, self.periods) if not p.since and p not in others_own]
        if len(periods) > 1:
            periods = [p for p in periods if not self._is_scope(p)] or periods
        if not periods:
            return None
        others = [each for each in self.within(clause, self.literals) if each is not literal]
        after = [p for p in periods if p.start >= literal.end]
        before = [p for p in periods if p.end <= literal.start]
        if after and not any(literal.end <= each.start < after[0].start for each in others):
            return after[0]
        if before and not any(before[-1].end <= each.start < literal.start for each in others):
            # "The 12-month average rose from 10 to 11": what it rose from is another 12 months.
            opened = re.search(r"\bfrom\s+(?:\w+\s+){0,2}$", self.before(literal.start)) is not None
            return None if opened else before[-1]
        if not before and re.search(r"\bfrom\s+(?:\w+\s+){0,2}$", self.before(literal.start)):
            return None  # from 6,191 to 6,659 in the year: the year is the second figure's
        return (before or after)[-1 if before else 0]

    # --- which measure

    def measures(self, literal_start: int, literal_end: int) -> tuple[list[str], bool]:
        """The measures that a figure may speak of, the likeliest first; and whether its own noun settles it."""
        at = self.clause_of(literal_start)
        clause = self.clauses[at]
        here = self.within(clause, self.mentions)
        following = [m for m in here if m.start >= literal_end]
        settled = [
            m
            for m in following
            if not re.search(r"\b(?:in|of|than|during|for|to)\b", self.text[literal_end : m.start])
            and len(self.text[literal_end : m.start].split()) <= 3
        ]
        strong = [m for m in settled if not m.weak]
        own = self.sentence.code
        if strong:
            return [strong[0].code], True
        before = [m for m in here if m.start < literal_start]
        earlier = [m for m in self.mentions if m.start < clause.start]
        later = [m for m in self.mentions if m.start >= clause.end]
        order = [*reversed(before), *following, *reversed(earlier), *later]
        codes = [m.code for m in order if not m.weak]
        weak = [m.code for m in order if m.weak]
        ranked = [*([m.code for m in settled]), *codes, *weak]
        if own is not None:
            ranked.append(own)
        elif self.carried is not None and not ranked:
            ranked.append(self.carried)
        return list(dict.fromkeys(ranked)), False

    # --- scope

    def is_foreign(self, place: int) -> bool:
        """Whether a figure is said of somewhere else: the country, the region, other forces."""
        at = self.clause_of(place)
        if FOREIGN.search(self.words_of(self.clauses[at])):
            return True
        # "Nationally, ..." governs what follows until another clause names a measure's own scope.
        opening = self.words_of(self.clauses[0])
        return (
            at > 0
            and len(opening.split()) <= 5
            and bool(FOREIGN.search(opening))
            and not self.within(self.clauses[0], self.literals)
        )

    def speaks_of_peers(self, place: int) -> bool:
        """Whether a figure is said of the peers."""
        words = self.words_of(self.clauses[self.clause_of(place)])
        return PEERS.search(words) is not None or any(word in words for word in self.peer_words)
