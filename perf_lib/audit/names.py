"""Which measure a sentence speaks of: by title, noun, code, or one of the names the catalogue gives it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from perf_lib.config.catalogue import Measure

_TRAILING = re.compile(r"\s+(?:recorded|received|deployed|abandoned|upheld|employed|reported)$")
_LEADING = re.compile(
    r"^(?:(?:share|average|percentage|number|volume|proportion|rate) (?:of|time to|to)? ?|the |average )+"
)
_SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "by",
        "during",
        "for",
        "from",
        "had",
        "has",
        "have",
        "in",
        "is",
        "it",
        "its",
        "no",
        "of",
        "on",
        "or",
        "out",
        "over",
        "per",
        "than",
        "that",
        "the",
        "their",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "up",
        "was",
        "were",
        "which",
        "who",
        "whom",
        "with",
        "within",
        "someone",
        "whole",
        "being",
        "share",
        "average",
        "time",
        "due",
        "number",
        "rate",
        "volume",
        "reasons",
    ]
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
                plain = measure.kind == "count" and _key(name) == _key(measure.unit)
                (self._plain if plain else self._codes).setdefault(_key(name), code)
            described = " ".join(
                [
                    measure.noun,
                    measure.singular or "",
                    measure.unit,
                    measure.of or "",
                    measure.title,
                    *measure.also_called,
                ]
            )
            self.words[code] = frozenset(
                _stem(word) for word in re.findall(r"[a-z]+", described.lower()) if word not in _SMALL_WORDS
            )
            if measure.kind == "count":
                # A crime is an offence and the other way about; and whatever is counted is so many cases.
                alike = ("crime", "offence") if self.words[code] & {"crime", "offence"} else ()
                self.words[code] |= {"case", "instance", "occurrence", *alike}
            self._own[code] = _generic(measure)
        parts = ((name, frozenset(word for word in name.split() if word not in _SMALL_WORDS)) for name in self._codes)
        self._parts = sorted(((n, p) for n, p in parts if len(p) > 1), key=lambda row: -len(row[1]))
        self._pattern, self._plain_pattern = _any_of(self._codes), _any_of(self._plain)

    def read(self, text: str, own: str | None) -> list[Mention]:
        """The measures named in a sentence, in order; the own one also by the noun of what it counts."""
        found = []
        covered: set[int] = set()
        for match in self._pattern.finditer(text) if self._pattern else ():
            code = self._codes.get(_key(match[0]))
            if code is not None:
                found.append(Mention(match.start(), match.end(), code))
                covered.update(range(match.start(), match.end()))
        for match in self._plain_pattern.finditer(text) if self._plain_pattern and own is None else ():
            if match.start() not in covered:
                found.append(Mention(match.start(), match.end(), self._plain[_key(match[0])]))
        generic = self._own.get(own or "")
        if generic is not None and own is not None:
            found += [
                Mention(match.start(), match.end(), own, weak=True)
                for match in generic.finditer(text)
                if match.start() not in covered
            ]
        return sorted(found, key=lambda mention: mention.start)

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
    words = {measure.unit.split()[-1]} if measure.kind == "count" else set()
    if measure.kind == "count":
        words.add(_TRAILING.sub("", measure.noun).split()[-1])
    words |= {(measure.of or "").split()[0]} if measure.of else set()
    if measure.kind != "count":
        words.add("rate")
    words = {word for word in words if word.isalpha() and len(word) > 3 and word != "cent"}
    if not words:
        return None
    return re.compile(
        rf"\b(?:{'|'.join(sorted(re.escape(word.removesuffix('s')) for word in words))})s?\b", re.IGNORECASE
    )


def _flexible(name: str) -> str:
    """A name with its spaces, hyphens and plural free."""
    parts = [re.escape(part.removesuffix("s")) + r"s?(?:['’]s?)?" for part in name.split()]
    return r"[\s-]+".join(parts)


def _key(name: str) -> str:
    return " ".join(_stem(word) for word in re.split(r"[\s-]+", name.lower().strip()))


def _stem(word: str) -> str:
    return re.sub(r"['’]s?$", "", word).removesuffix("s").replace("'", "").replace("’", "")
