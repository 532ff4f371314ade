"""A sentence taken apart: its clauses, figures, periods, measures and scope, and which belongs to which.

Names reads the measures; Sense puts them beside the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from perf_lib.audit.literals import Literal, Words, literals
from perf_lib.audit.periods import Calendar, Period, Span
from perf_lib.audit.reading import Sentence
from perf_lib.config.catalogue import Measure

# --- The measures that a sentence names

_TRAILING = re.compile(r"\s+(?:recorded|received|deployed|abandoned|upheld|employed|reported)$")
_LEADING = re.compile(
    r"^(?:(?:share|average|percentage|number|volume|proportion|rate) (?:of|time to|to)? ?|the |average )+"
)
_SMALL_WORDS = frozenset(
    """
    a an and are as at be been by during for from had has have in is it its no of on or out over per than that the
    their there these they this those to up was were which who whom with within someone whole being share average
    time due number rate volume reasons
    """.split()
)


@dataclass(frozen=True)
class Mention:
    """A measure named in a sentence; `weak`: only by the noun of what it counts."""

    start: int
    end: int
    code: str
    weak: bool = False


class Names:
    """The names of all measures, longest first."""

    def __init__(self, measures: Mapping[str, Measure]) -> None:
        self._codes: dict[str, str] = {}
        self._plain: dict[str, str] = {}
        self._own: dict[str, re.Pattern[str] | None] = {}
        self.words: dict[str, frozenset[str]] = {}
        """The content words a measure's figures may be followed by: crimes, offences, trials."""
        for code, measure in measures.items():
            for name in _names_of(code, measure):
                # "Crimes" alone is the unit of many measures, and the name of none but in a text of no measure's own.
                plain = measure.is_count and _key(name) == _key(measure.unit)
                (self._plain if plain else self._codes).setdefault(_key(name), code)
            described = " ".join(
                filter(
                    None,
                    [measure.noun, measure.singular, measure.unit, measure.of, measure.title, *measure.also_called],
                )
            )
            self.words[code] = frozenset(
                _stem(word) for word in re.findall(r"[a-z]+", described.lower()) if word not in _SMALL_WORDS
            )
            if measure.is_count:
                # A crime is an offence and the other way about; and whatever is counted is so many cases.
                alike = ("crime", "offence") if self.words[code] & {"crime", "offence"} else ()
                self.words[code] |= {"case", "instance", "occurrence", *alike}
            self._own[code] = _generic(measure)
        parts = ((name, frozenset(word for word in name.split() if word not in _SMALL_WORDS)) for name in self._codes)
        self._parts = sorted(((n, p) for n, p in parts if len(p) > 1), key=lambda row: -len(row[1]))
        self._pattern, self._plain_pattern = _any_of(self._codes), _any_of(self._plain)

    def read(self, text: str, own: str | None) -> list[Mention]:
        """The measures named in a sentence, in order; the own one also by the noun of what it counts."""
        named = [
            Mention(*match.span(), code)
            for match in _places(self._pattern, text)
            if (code := self._codes.get(_key(match[0])))
        ]
        covered = {at for mention in named for at in range(mention.start, mention.end)}
        plain = self._plain_pattern if own is None else None
        others = [Mention(*match.span(), self._plain[_key(match[0])]) for match in _places(plain, text)]
        if own is not None:
            others += [Mention(*match.span(), own, weak=True) for match in _places(self._own.get(own), text)]
        named += [mention for mention in others if mention.start not in covered]
        return sorted(named, key=lambda mention: mention.start)

    def scattered(self, text: str) -> list[Mention]:
        """A measure all of whose words stand in a sentence, though not together: constables gave so many hours."""
        words = {_stem(found[0].lower()): found.start() for found in re.finditer(r"[^\W_]+", text)}
        for name, parts in self._parts:
            if parts <= words.keys():
                first = min(words[part] for part in parts)
                return [Mention(first, first + 1, self._codes[name])]
        return []

    def counts(self, code: str, word: str) -> bool:
        """Whether a word is one of what a measure counts."""
        return _stem(word.lower()) in self.words[code]


def _places(pattern: re.Pattern[str] | None, text: str) -> Iterator[re.Match[str]]:
    return iter(()) if pattern is None else pattern.finditer(text)


def _any_of(names: Mapping[str, str]) -> re.Pattern[str] | None:
    ordered = sorted(names, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(_flexible, ordered))})\b", re.IGNORECASE) if ordered else None


def _names_of(code: str, measure: Measure) -> list[str]:
    names = [measure.title, code.replace("_", " "), *measure.also_called]
    for written in (measure.noun, measure.singular or ""):
        names += [written, _TRAILING.sub("", written), _LEADING.sub("", _TRAILING.sub("", written))]
    return [name for name in names if len(name) > 3]


def _generic(measure: Measure) -> re.Pattern[str] | None:
    """The last noun of what it counts, and its unit: "offences", "crimes", "trials"."""
    words = {measure.unit.split()[-1], _TRAILING.sub("", measure.noun).split()[-1]} if measure.is_count else {"rate"}
    words |= {measure.of.split()[0]} if measure.of else set()
    stems = sorted(
        re.escape(word.removesuffix("s")) for word in words if word.isalpha() and len(word) > 3 and word != "cent"
    )
    return re.compile(rf"\b(?:{'|'.join(stems)})s?\b", re.IGNORECASE) if stems else None


def _flexible(name: str) -> str:
    """A name with its spaces, hyphens and plural free."""
    parts = [re.escape(part.removesuffix("s")) + r"s?(?:['’]s?)?" for part in name.split()]
    return r"[\s-]+".join(parts)


def _key(name: str) -> str:
    return " ".join(_stem(word) for word in re.split(r"[\s-]+", name.lower().strip()))


def _stem(word: str) -> str:
    return re.sub(r"['’]s?$", "", word).removesuffix("s").replace("'", "").replace("’", "")


# --- The sentence taken apart

_SEPARATOR = Words(
    r"[;:,()—]|\s[–-]\s|\b(?:and|but|while|whereas|whilst|compared\s+(?:with|to)|in\s+comparison\s+(?:with|to)|against"
    r"|than|versus|vs|though|although|yet|which|as\s+opposed\s+to|unlike|improvement\s+(?:on|over)|up\s+from|down\s+from|where)\b"
)
_COMPARING = Words(r"compared|comparison|against|than|versus|vs|opposed|from|unlike|improvement")
FOREIGN = Words(
    r"\b(?:national(?:ly|s)?|nationwide|England|Wales|Scotland|UK|United Kingdom|Britain|country|countries|regional(?:ly)?|region"
    r"|South[\s-]West|other\s+(?:forces|areas|counties)|Home\s+Office|ONS|most\s+forces|all\s+forces|forces\s+(?:across|in)|elsewhere|Europe\w*)\b"
)
PEERS = Words(
    r"\b(?:peers?['’]?|MSG|most\s+similar(?:\s+(?:group|forces))?|similar\s+(?:forces|areas|group)|family\s+of\s+forces|group(?:['’]s)?|comparable\s+forces)\b"
)


_MORE_THAN = Words(r"\b(?:more|less|fewer|higher|lower|greater|longer|shorter)\s+than\s+(?:an?\s+)?$")
Part = TypeVar("Part", Literal, Mention, Period)


def _stretches(parts: Iterable[Literal | Mention | Period]) -> list[tuple[int, int]]:
    return [(part.start, part.end) for part in parts]


@dataclass(frozen=True)
class Clause:
    """A stretch of a sentence between commas, "and", "compared with" and the like."""

    start: int
    end: int
    comparing: bool = False
    """Whether it is what something else is compared with."""


@dataclass
class Sense:
    """All of a sentence that the audit reads, each part with its place."""

    sentence: Sentence
    calendar: Calendar
    names: Names
    peer_words: Sequence[str] = ()
    carried: str | None = None
    """The measure that the sentence before spoke of, for a text that belongs to none."""

    @property
    def text(self) -> str:
        """Its words, without what is not prose."""
        return self.sentence.plain

    @cached_property
    def mentions(self) -> list[Mention]:
        """Measures named."""
        named = self.names.read(self.text, self.sentence.code)
        if self.sentence.code is None and all(mention.weak for mention in named):
            named += self.names.scattered(self.text)
        return named

    @property
    def strong(self) -> list[Mention]:
        """Measures named by a name of their own."""
        return [mention for mention in self.mentions if not mention.weak]

    @cached_property
    def periods(self) -> list[Period]:
        """Words of time."""
        periods = self.calendar.read(self.text)
        return [each for each in periods if not any(name.start <= each.start < name.end for name in self.strong)]

    @cached_property
    def literals(self) -> list[Literal]:
        """Figures, those bound included."""
        return literals(self.text, _stretches((*self.periods, *self.strong)))

    def is_bound(self, literal: Literal) -> bool:
        """Whether a figure was looked up, and so is right by construction."""
        return any(start <= literal.start < end for start, end in self.sentence.bound)

    @cached_property
    def clauses(self) -> list[Clause]:
        """The sentence's clauses in order."""
        closed = _stretches((*self.periods, *self.literals, *self.mentions))
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

    def clause_of(self, place: int) -> Clause:
        """The clause that a place in the sentence falls in."""
        return next((clause for clause in self.clauses if place < clause.end), self.clauses[-1])

    def within(self, clause: Clause, items: Sequence[Part]) -> list[Part]:
        """Those of some parts that stand in a clause."""
        return [each for each in items if clause.start <= each.start < clause.end]

    def words_of(self, clause: Clause) -> str:
        """A clause's words."""
        return self.text[clause.start : clause.end]

    def before(self, place: int, letters: int = 60) -> str:
        """What stands before a place, in its clause."""
        clause = self.clause_of(place)
        return self.text[max(clause.start, place - letters) : place]

    def after(self, place: int, letters: int = 60) -> str:
        """What follows a place, in its clause."""
        return self.text[place : min(self.clause_of(max(0, place - 1)).end, place + letters)]

    # --- which months are spoken of (and which of them by a figure: roles.py)

    @cached_property
    def anchors(self) -> list[Span]:
        """The months spoken of outright: what "the year before" is before."""
        told = [p for p in self.periods if not p.relation and not p.since and not self.is_base(p)]
        return [span for period in told for span in period.spans]

    def is_base(self, period: Period) -> bool:
        """Whether a period is only what something is compared with: compared with 2018."""
        clause = self.clause_of(period.start)
        return clause.comparing and not self.within(clause, self.literals)

    @cached_property
    def said_just_before(self) -> dict[int, Period]:
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

    # --- which measure

    def measures(self, start: int, end: int) -> list[str]:
        """The measures that a figure or word may speak of, the likeliest first."""
        clause = self.clause_of(start)
        here = self.within(clause, self.mentions)
        following = [m for m in here if m.start >= end]
        settled = [
            m
            for m in following
            if not re.search(r"\b(?:in|of|than|during|for|to)\b", self.text[end : m.start])
            and len(self.text[end : m.start].split()) <= 3
        ]
        for mention in settled:
            if not mention.weak:
                return [mention.code]
        before = [m for m in here if m.start < start]
        earlier = [m for m in self.mentions if m.start < clause.start]
        later = [m for m in self.mentions if m.start >= clause.end]
        nearest = [*reversed(before), *following, *reversed(earlier), *later]
        ranked = [*settled, *(m for m in nearest if not m.weak), *(m for m in nearest if m.weak)]
        last = self.sentence.code or (None if ranked else self.carried)
        codes = dict.fromkeys([*(m.code for m in ranked), last])
        return [code for code in codes if code is not None and code in self.names.words]

    def measure(self, start: int, end: int) -> str | None:
        """The measure that a word most likely speaks of."""
        return next(iter(self.measures(start, end)), None)

    # --- scope

    def is_foreign(self, place: int) -> bool:
        """Whether a figure is said of somewhere else: the country, the region, other forces."""
        if FOREIGN.search(self.words_of(self.clause_of(place))):
            return True
        # "Nationally, ..." governs what follows until another clause names a measure's own scope.
        opening = self.words_of(self.clauses[0])
        return (
            len(opening.split()) <= 5
            and bool(FOREIGN.search(opening))
            and not self.within(self.clauses[0], self.literals)
        )

    def speaks_of_peers(self, place: int) -> bool:
        """Whether a figure is said of the peers."""
        words = self.words_of(self.clause_of(place))
        return PEERS.search(words) is not None or any(word in words for word in self.peer_words)
