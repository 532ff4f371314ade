"""Every typed figure of a sentence: numbers, percentages, points, durations, fractions, multiples, ranks.

A figure knows how finely it was printed: "12 per cent" stands for anything that rounds to 12, "12.3" does not
stand for 12.24, "around 1,500" stands for 1,496. Numbers are read in words too: one hundred and thirty-one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from perf_lib.words.calendar import NUMBER_WORDS, ORDINAL_WORDS, TENS_WORDS


def pattern(words: str) -> re.Pattern[str]:
    """Words of a sentence as a pattern, in capitals or not, laid out with spaces that say nothing."""
    return re.compile(words, re.VERBOSE | re.IGNORECASE)


SMALL = {word: number for number, word in enumerate(NUMBER_WORDS)}
TENS = {word: 10 * number for number, word in enumerate(TENS_WORDS, start=2)}
LARGE = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
ORDINALS = {word: number for number, word in enumerate(ORDINAL_WORDS, start=1)}

_WORD = "|".join([*SMALL, *TENS])
WORDS = (
    rf"(?:(?:{_WORD}|a(?=\s+(?:hundred|thousand|million)\b))"
    rf"(?:(?:(?<=thousand),)?[\s-]+(?:and\s+)?(?:{_WORD}|{'|'.join(LARGE)})){{0,8}})"
)
DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,12})(?:\.\d{1,6})?"
_SCALED = rf"{DIGITS}(?:\s?(?:thousand|million|k\b|m\b(?=\s+crimes)))?"
NUMBER = rf"(?:{_SCALED}|{WORDS}(?:\s+point\s+(?:{_WORD})(?:\s+(?:{_WORD}))?)?)"
"""What `number` reads, as a pattern for the patterns of sentences."""


Kind = Literal["count", "percent", "points", "seconds", "fraction", "multiple", "money", "rank", "months", "days"]

_BOTTOMS = {**ORDINALS, "half": 2, "halve": 2, "quarter": 4, "twentieth": 20}
MULTIPLES = {
    2.0: "double doubled doubling twofold", 0.5: "halve halved halving", 4.0: "quadruple quadrupled fourfold",
    3.0: "treble trebled trebling triple tripled tripling threefold", 5.0: "fivefold",
}  # fmt: skip
_TIMES = {word: times for times, words in MULTIPLES.items() for word in words.split()}

_DURATION = pattern(
    rf"""
    \b (?: (?P<h> {NUMBER} | half \s an | an? ) [\s-] h(?:ou)?rs? \b (?: ,?\s (?:and\s)? (?= {NUMBER} \s* [ms] ) )? )?
       (?: (?P<m> {NUMBER} | a ) [\s-]* m (?: in(?:ute)?s? | (?= \s?\d ) ) \b
           (?: ,?\s (?:and\s)? (?= {NUMBER} \s* s ) )? )?
       (?: (?P<s> {NUMBER} ) [\s-]* s(?:ec(?:ond)?s?)? \b
         | (?<= s ) \s (?P<bare> [1-5]?\d ) (?= \s* [.;)] (?!\d) | \s* $ ) )?
    """
)
_CLOCK = re.compile(r"(?<![\d:.])(?P<m>\d{1,2}):(?P<s>\d{2})(?![\d:])")
_UNITS: dict[Kind, str] = {
    "points": r"[\s-]* (?: per [\s-]? cent (?:age)? [\s-] )? points? \b (?! \s (?: of | for ) \b ) | \s* pp \b",
    "percent": r"\s* % | [\s-]* per [\s-]? cent (?:age)? \b",
    "months": r"[\s-]* months? \b (?!')",
    "days": r"[\s-]* (?: working \s )? days? \b",
}
_NUMBER = pattern(
    rf"(?<! [\w.,£$€:/-] ) (?P<sign> [+−±-] \s? )? (?P<number> {NUMBER} )"
    rf"(?: {'|'.join(f'(?P<{kind}> {unit} )' for kind, unit in _UNITS.items())} )? (?! \w | [.,:/]\d )"
)
_FRACTION = pattern(
    r"""
    (?<! first \s ) (?<! second \s ) (?<! other \s )
    \b (?: (?P<top> one | two | three | four | five | seven | nine | an? ) [\s-] )?
    (?P<part> half | halves | (?: third | quarter | fifth | sixth | seventh | eighth | ninth | tenth | twentieth ) s? )
    (?= \s* (?: of \b (?! \s an? \b | \s 20 ) | more | fewer | less | higher | lower | longer | increase | rise
              | fall | drop | as \b | in \b | on \b | up \b | down \b | since | over | compared | [.,;()] | $ ) )
    """
)
_ONE_IN = pattern(
    rf"\b (?P<top> {NUMBER} ) (?: (?<= \bone ) \s [a-z]+ )? \s in \s (?: every \s )? (?P<bottom> {NUMBER} ) \b"
    r"(?! \s* (?:19|20)\d\d | \s (?: months? | weeks? | days? | years? | quarters? | hours? ) \b )"
)
_MULTIPLE = pattern(
    rf"\b (?: (?P<word> {'|'.join(_TIMES)} | twice (?= \s (?: as | the | that | what | its ) \b ) )"
    rf"  | (?P<times> {NUMBER} ) \s times (?= \s (?: as | the | higher | more | that | what ) ) ) \b"
)
_RANK = pattern(
    rf"\b (?P<ordinal> {'|'.join(ORDINALS)} | \d{{1,2}} (?: st | nd | rd | th ) )"
    r"(?= [\s-] (?: lowest | highest | best | worst | largest | smallest | place\b | nationally )"
    r"  | (?: \s out )? \s of \s (?: \d | eight | forty ) )"
)
_MONEY = pattern(rf"[£$€] \s? (?P<number> {DIGITS} ) (?: \s? (?: million | thousand | bn | m | k ) \b )?")

_NOT_A_FIGURE = pattern(
    rf"""
    \b (?: page | paragraph | para | figure | table | chart | objective | priorit(?:y|ies) | section | appendix | annex
         | chapter | note | item | step | phase | level | grade | part | article | regulation | schedule | operation
         | version | covid | category | class | band | tier ) s? [\s-] {NUMBER} \b
  | \b aged? \s (?: between \s )? {NUMBER} (?: \s* (?: to | and | - | – ) \s* {NUMBER} )?
  | \b (?: under | over ) [\s-] {DIGITS} (?: s | [\s-] year ) \b
  | \b \d{{1,2}} (?: [:.]\d{{2}} )? \s? [ap]m \b | \b 24/7 \b | \b 24[\s-]hours? \b | \b 7 \s days \s a \s week \b
  | \b (?: 101 | 111 | 112 | 999 ) (?= \s (?: service | number | line | operator | staff | caller | demand ) )
  | \b one \s of \s (?: the | its | those | these | several | many | our ) \b (?! \s {DIGITS} )
  | \b one \s another \b | \b (?: no | not | each ) \s one \b
  | \b (?: per | every ) [\s-] (?: 1,?000 | thousand | 100,?000 | 10,?000 | head | million ) \b
  | \b {NUMBER} [\s-] (?: and \s a \s half \s )? (?: week | year | fortnight | decade ) s? \b
    """
)
"""Names, numbering, ages, times of day, stretches of time, and words of number that only point."""
_MANNERS = {
    "nearly": r"nearly | almost | just \s (?: under | below | short \s of ) | close \s to | approaching | not \s quite",
    "over": r"""
        over | more \s than | above | (?: greater | higher | longer ) \s than | in \s excess \s of
      | exceed(?:s|ed|ing)? | (?: pass | surpass | breach | topp? ) (?: es | s | ed | ing )? (?: \s the )? | at \s least
      | no \s (?: fewer | less | lower ) \s than | upwards \s of""",
    "under": r"""
        under | below | (?: fewer | less | lower | shorter ) \s than | within | inside | at \s most | up \s to
      | no \s more \s than | a \s maximum \s of""",
    "about": r"about | around | roughly | approximately | approx\.? | some | circa | c\. | in \s the \s region \s of",
}
_MANNER = {name: pattern(rf"\b (?: {words} ) \s (?: an? \s )? $") for name, words in _MANNERS.items()}
_LOOSE = {"fraction": 0.075, "multiple": 0.06}
"""How far, as a part of it, a value may be from a figure that is loose by nature."""


@dataclass(frozen=True)
class Typed:
    """A figure as somebody wrote it: what it comes to, in what, how finely printed and how firmly it is meant."""

    start: int
    end: int
    text: str
    kind: Kind
    value: float
    step: float = 1.0
    manner: str = ""
    """How firmly: nothing, or about, over, under, nearly."""
    signed: int = 0
    in_words: bool = False

    @property
    def span(self) -> tuple[int, int]:
        """Where it stands."""
        return self.start, self.end

    def fits(self, value: float, slack: float = 1.2) -> bool:
        """Whether a value may be printed so; `slack`: how far above "over 1,000" still counts as meant."""
        value, size = abs(value), abs(self.value)
        if self.manner == "about":
            place = _last_place(size, self.step)
            return abs(value - size) <= min(max(place / 2, 0.05 * size), place) + 1e-9
        if self.manner == "nearly":
            return 0.88 * size <= value < size
        if self.manner == "over":
            return size <= value <= slack * size
        if self.manner == "under":
            return size / slack <= value < size
        if self.kind in _LOOSE:
            return abs(value - size) <= _LOOSE[self.kind] * size
        return math.floor(value / self.step + 0.5 + 1e-9) == round(size / self.step)


def _last_place(value: float, step: float) -> float:
    """The place of the last digit that is not nought: 100 for 1,500, the printed place for 12.3."""
    place = 1.0
    while step >= 1 and value and value % (place * 10) == 0:
        place *= 10
    return max(place, step) if step >= 1 else step


def number(text: str) -> tuple[float, float] | None:
    """What a number comes to, in figures or words, and its last printed place.

    >>> number("1,496"), number("12.2"), number("1.5 thousand"), number("one hundred and thirty-one")
    ((1496.0, 1.0), (12.2, 0.1), (1500.0, 100.0), (131.0, 1.0))
    """
    text = text.lower().strip()
    match = re.match(DIGITS, text)
    if match:
        digits = match[0].replace(",", "")
        decimals = len(digits.partition(".")[2])
        scale = {"thousand": 1000, "k": 1000, "million": 1_000_000, "m": 1_000_000}.get(text[match.end() :].strip(), 1)
        return float(digits) * scale, 10.0**-decimals * scale
    whole, _, after_point = text.partition(" point ")
    total = current = 0
    for word in re.split(r",?[\s-]+", whole):
        if word in SMALL or word in TENS:
            current += SMALL.get(word, 0) + TENS.get(word, 0)
        elif word == "a":
            current += 1
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in LARGE:
            total, current = total + max(current, 1) * LARGE[word], 0
        elif word != "and":
            return None
    digits = "".join(str(SMALL.get(word, 0)) for word in after_point.split())
    return float(f"{total + current}.{digits}"), 10.0 ** -len(digits)


def typed_figures(text: str, taken: Sequence[tuple[int, int]] = ()) -> list[Typed]:
    """The figures of a sentence in order; `taken`: stretches already read as periods or names."""
    not_figures = [match.span() for match in _NOT_A_FIGURE.finditer(text)]
    covered = {at for start, end in (*taken, *not_figures) for at in range(start, end)}
    figures: list[Typed] = []
    for read in (_durations, _loose, _ranks, _money, _numbers):
        for figure in read(text):
            if covered.isdisjoint(range(*figure.span)):
                covered.update(range(*figure.span))
                figures.append(replace(figure, manner=_manner(text, figure)))
    return sorted(figures, key=lambda figure: figure.start)


def _money(text: str) -> Iterator[Typed]:
    for match in _MONEY.finditer(text):
        yield Typed(*match.span(), match[0], "money", *(number(match["number"]) or (0.0, 1.0)))


def _durations(text: str) -> Iterator[Typed]:
    for match in _DURATION.finditer(text):
        parts = [
            (part, size) for name, size in (("h", 3600), ("m", 60), ("s", 1), ("bare", 1)) if (part := match[name])
        ]
        if not parts or (parts[-1][1] == 3600 and parts[0][0].lower() not in ("an", "a", "half an", "one", "two")):
            continue  # hours alone are counted, not measured: 13,628 hours deployed
        words = {"an": (1.0, 1.0), "a": (1.0, 1.0), "half an": (0.5, 1.0)}
        read = [(words.get(part.lower()) or number(part) or (0.0, 1.0), size) for part, size in parts]
        seconds = sum(value * size for (value, _), size in read)
        (_, step), size = read[-1]
        yield Typed(*match.span(), match[0], "seconds", seconds, step * size)
    for match in _CLOCK.finditer(text):
        yield Typed(*match.span(), match[0], "seconds", 60.0 * int(match["m"]) + int(match["s"]))


def _loose(text: str) -> Iterator[Typed]:
    """Multiples, so many in so many, and fractions."""
    for match in _MULTIPLE.finditer(text):
        times = _TIMES.get(match["word"].lower(), 2.0) if match["word"] else (number(match["times"]) or (0.0, 1.0))[0]
        yield Typed(*match.span(), match[0], "multiple", times, 0.1)
    for match in _ONE_IN.finditer(text):
        parts = number(match["top"]), number(match["bottom"])
        if parts[0] and parts[1] and 0 < parts[0][0] < parts[1][0] <= 20:
            yield Typed(*match.span(), match[0], "fraction", 100 * parts[0][0] / parts[1][0], in_words=True)
    for match in _FRACTION.finditer(text):
        part = match["part"].lower()
        bottom, top = _BOTTOMS[part.removesuffix("s")], SMALL.get((match["top"] or "").lower(), 1)
        # "A quarter" is mostly one of the year's.
        is_season = bottom == 4 and not re.match(r"s|\s(?:of\b|more|fewer|less|higher|lower)", text[match.end() :])
        is_season = is_season and not re.search(
            r"\b(?:by|up|down|than|nearly|almost|about|around) $", text[: match.start()]
        )
        if (bottom == 2 or match["top"]) and top < bottom and (not is_season or part == "quarters"):
            yield Typed(*match.span(), match[0], "fraction", 100 * top / bottom, in_words=True)


def _ranks(text: str) -> Iterator[Typed]:
    for match in _RANK.finditer(text):
        ordinal = match["ordinal"].lower()
        yield Typed(*match.span(), match[0], "rank", float(ORDINALS.get(ordinal) or int(ordinal[:-2])))


def _numbers(text: str) -> Iterator[Typed]:
    for match in _NUMBER.finditer(text):
        read = number(match["number"])
        if read is not None:
            kind: Kind = next((kind for kind in _UNITS if match[kind]), "count")
            sign = {"+": 1, "−": -1, "-": -1}.get((match["sign"] or "").strip(), 0)
            start = match.start() if sign else match.start("number")
            words = match["number"][0].isalpha()
            yield Typed(start, match.end(), text[start : match.end()], kind, *read, signed=sign, in_words=words)


def _manner(text: str, figure: Typed) -> str:
    before = text[max(0, figure.start - 28) : figure.start]
    if re.match(r"\s+or\s+so\b", text[figure.end : figure.end + 8]):
        return "about"
    if re.search(r"(?:\d|per\scent|points?|%)\s\w+\sthan\s$", before):
        return ""  # 208 fewer than 1,704: a comparison, not a manner of speaking
    return next((name for name, words in _MANNER.items() if words.search(before)), "")
