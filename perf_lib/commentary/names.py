"""Which measures a sentence names: by title, code, noun or another name; weakly, by the noun of what they count."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from perf_lib.config.catalogue import Measure

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

    def __init__(self, measures: Mapping[str, Measure], areas: Mapping[str, Collection[str]] | None = None) -> None:
        self._codes: dict[str, str] = {}
        self._plain: dict[str, str] = {}
        self.words: dict[str, frozenset[str]] = {}
        """The words that a measure is spoken of with: crimes, offences, trials."""
        for code, measure in measures.items():
            for name in _names_of(code, measure):
                # "Crimes" alone is the unit of many measures, and the name of none but in a text of no measure's own.
                plain = measure.is_count and _key(name) == _key(measure.unit)
                (self._plain if plain else self._codes).setdefault(_key(name), code)
            described = [measure.noun, measure.singular, measure.unit, measure.of, measure.title, *measure.also_called]
            words = re.findall(r"[a-z]+", " ".join(filter(None, described)).lower())
            self.words[code] = frozenset(stem(word) for word in words if word not in _SMALL_WORDS)
            if measure.is_count:
                # A crime is an offence and the other way about; and whatever is counted is so many cases.
                alike = ("crime", "offence") if self.words[code] & {"crime", "offence"} else ()
                self.words[code] |= {"case", "instance", "occurrence", "incident", "report", *alike}
        self.areas = areas or {}
        """The areas below the whole whose figures there are, by measure."""
        self.words |= {f"{code}@{area}": self.words[code] for code, names in self.areas.items() for area in names}
        self._weak = {code: _weak_names(measure) for code, measure in measures.items()}
        parts = ((name, frozenset(word for word in name.split() if word not in _SMALL_WORDS)) for name in self._codes)
        self._parts = sorted(((n, p) for n, p in parts if len(p) > 1), key=lambda row: -len(row[1]))
        self._pattern, self._plain_pattern = _any_of(self._codes), _any_of(self._plain)

    def read(self, text: str, owner: str | None) -> list[Mention]:
        """The measures named in a sentence, in order; the text's own one also by the noun of what it counts."""
        named = [
            Mention(*match.span(), code)
            for match in (self._pattern.finditer(text) if self._pattern else ())
            if (code := self._codes.get(_key(match[0])))
        ]
        covered = {at for mention in named for at in range(mention.start, mention.end)}
        others: list[Mention] = []
        if owner is None and self._plain_pattern is not None:
            others = [Mention(*m.span(), self._plain[_key(m[0])]) for m in self._plain_pattern.finditer(text)]
        elif owner is not None and (weak := self._weak.get(owner)) is not None:
            others = [Mention(*match.span(), owner, weak=True) for match in weak.finditer(text)]
        named += [mention for mention in others if mention.start not in covered]
        return sorted(named, key=lambda mention: mention.start)

    def scattered(self, text: str) -> list[Mention]:
        """A measure all of whose words stand in a sentence, though not together: constables gave so many hours."""
        words = {stem(match[0].lower()): match.start() for match in re.finditer(r"[^\W_]+", text)}
        for name, parts in self._parts:
            if parts <= words.keys():
                first = min(words[part] for part in parts)
                return [Mention(first, first + 1, self._codes[name])]
        return []

    def counts(self, code: str, word: str) -> bool:
        """Whether a word is one of what a measure counts."""
        return stem(word.lower()) in self.words[code]


def _any_of(names: Iterable[str]) -> re.Pattern[str] | None:
    ordered = sorted(names, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(_flexible, ordered))})\b", re.IGNORECASE) if ordered else None


def _names_of(code: str, measure: Measure) -> list[str]:
    names = [measure.title, code.replace("_", " "), *measure.also_called]
    for noun in (measure.noun, measure.singular or ""):
        names += [noun, _TRAILING.sub("", noun), _LEADING.sub("", _TRAILING.sub("", noun))]
    return [name for name in names if len(name) > 3]


def _weak_names(measure: Measure) -> re.Pattern[str] | None:
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
    return " ".join(stem(word) for word in re.split(r"[\s-]+", name.lower().strip()))


def stem(word: str) -> str:
    """A word without its plural or possessive ending."""
    return re.sub(r"['’]s?$", "", word).removesuffix("s").replace("'", "").replace("’", "")
