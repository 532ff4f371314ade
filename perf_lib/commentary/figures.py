"""Every typed figure of a sentence: numbers, percentages, points, durations, fractions, multiples, ranks.

A figure knows how finely it was printed: "12 per cent" stands for anything that rounds to 12, "12.3" does not
stand for 12.24, "around 1,500" stands for 1,496.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from perf_lib.commentary.numbers import DIGITS, NUMBER, ORDINALS, SMALL, number


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


Kind = Literal["count", "percent", "points", "seconds", "fraction", "multiple", "money", "rank", "months", "days"]

_PARTS = {**ORDINALS, "half": 2, "halves": 2, "quarter": 4, "twentieth": 20}
MULTIPLES = {
    "double": 2.0, "doubled": 2.0, "doubling": 2.0, "twice": 2.0, "twofold": 2.0, "halve": 0.5, "halved": 0.5, "halving": 0.5,
    "treble": 3.0, "trebled": 3.0, "trebling": 3.0, "triple": 3.0, "tripled": 3.0, "tripling": 3.0, "threefold": 3.0,
    "quadruple": 4.0, "quadrupled": 4.0, "fourfold": 4.0, "fivefold": 5.0,
}  # fmt: skip

_DURATION = _words(
    rf"\b(?:(?P<h>{NUMBER}|an|a|half an)[\s-]+(?:hours?|hrs?)\b(?:(?:\s*,\s*|\s+and\s+|\s+)(?={NUMBER}\s*(?:m|s)))?)?"
    rf"(?:(?P<m>{NUMBER}|a)(?P<half>\s+and\s+a\s+half)?[\s-]*(?:minutes?|mins?|m(?=\s?\d))\b(?:(?:\s*,\s*|\s+and\s+|\s+)?(?={NUMBER}\s*s))?)?"
    rf"(?:(?P<s>{NUMBER})[\s-]*(?:seconds?|secs?|s)\b)?"
)
_BARE_SECONDS = _words(
    r"\s+(?P<s>[1-5]?\d)(?=\s*(?:[;)]|[.,](?!\d)|$)|\s+(?:in|a|before|for|over|against|and|the|on)\b)"
)
_CLOCK = re.compile(r"(?<![\d:.])(?P<m>\d{1,2}):(?P<s>\d{2})(?![\d:])")
_NUMBER = _words(
    rf"(?<![\w.,£$€:/-])(?P<sign>[+−±-]\s?)?(?P<number>{NUMBER})"
    r"(?P<unit>\s*%|[\s-]*per[\s-]?cent(?:age)?(?:[\s-]+points?\b)?\b|\s+percentage[\s-]points?\b|\s*pp\b"
    r"|\s+points?\b(?!\s+(?:of|for|in\s+(?:the|a)\s+(?:standard|list))\b)|[\s-]*months?\b(?!')|[\s-]*(?:working\s+)?days?\b)?(?![\w]|[.,:/]\d)"
)
_FRACTION = _words(
    r"\b(?:(?P<top>one|two|three|four|five|seven|nine|a|an)[\s-]+)?"
    r"(?P<part>half|halves|thirds?|quarters?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?|twentieths?)\b"
)
_ONE_IN = _words(
    rf"\b(?P<top>{NUMBER})(?:(?<=\bone)\s+[a-z]+)?\s+in\s+(?:every\s+)?(?P<bottom>{NUMBER})\b(?!\s*(?:19|20)\d\d|\s+(?:months?|weeks?|days?|years?|quarters?|hours?)\b)"
)
_MULTIPLE = _words(
    rf"\b(?:(?P<word>{'|'.join(word for word in MULTIPLES if word != 'twice')}|twice(?=\s+(?:as|the|that|what|its)\b))|(?P<times>{NUMBER})\s+times(?=\s+(?:as|the|higher|more|that|what|its)))\b"
)
_RANK = _words(
    rf"\b(?P<ordinal>{'|'.join(ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th))"
    r"(?=[\s-]+(?:lowest|highest|best|worst|largest|smallest|place\b|nationally)|(?:\s+out)?\s+of\s+(?:\d|eight|forty))"
)
_MONEY = _words(rf"[£$€]\s?(?P<number>{DIGITS})(?:\s?(?:million|thousand|bn|m|k)\b)?")

# What a figure is not: names, numbering, ages, times of day, and words of number that only point.
_NOT_A_FIGURE = _words(
    r"\b(?:page|paragraph|para|figure|table|chart|objective|priority|section|appendix|annex|chapter|note|item|step|phase"
    rf"|level|grade|part|article|regulation|schedule|operation|version|covid|category|class|band|tier)s?[\s-]+{NUMBER}\b"
    rf"|\bpriorit(?:y|ies)\s+{NUMBER}|\b(?:aged?|under|over)[\s-]+(?:{DIGITS})(?:\s*(?:to|and|-|–)\s*{DIGITS})?(?:s|[\s-]year)\b"
    rf"|\baged?\s+(?:between\s+)?{NUMBER}(?:\s*(?:to|and|-|–)\s*{NUMBER})?"
    r"|\b\d{1,2}(?:[:.]\d{2})?\s?(?:am|pm)\b|\b24/7\b|\b24[\s-]hours?(?:\s+a\s+day)?\b|\b7\s+days\s+a\s+week\b"
    r"|\b(?:101|111|112|999)(?=\s+(?:service|number|line|operator|staff|caller|demand))"
    rf"|\bone\s+of\s+(?:the|its|those|these|several|many|our)\b(?!\s+{DIGITS})|\bone\s+another\b|\b(?:no|not)\s+one\b|\beach\s+one\b"
    rf"|\b(?:per|every)[\s-]+(?:1,?000|thousand|100,?000|10,?000|head|million)\b(?:\s+(?:of\s+(?:the\s+)?)?(?:population|residents?|people|inhabitants))?"
)
# Words of number are figures only before a unit; spans of time only where something is said to have lasted them.
_TIME_SPAN = _words(
    rf"\b{NUMBER}[\s-]+(?:and\s+a\s+half\s+)?(?:weeks?|years?|fortnights?|decades?|hour\b(?=\s+(?:period|shift|service)))\b"
)

_BEFORE = (
    ("nearly", r"(?:nearly|almost|just under|just below|close to|approaching|not quite|just short of)"),
    ("over", r"(?:(?:just |well |slightly |a little |far )?(?:over|more than|above|greater than|higher than|longer than)|in excess of|exceed(?:s|ed|ing)?|(?:pass|surpass|breach|topp?)(?:es|s|ed|ing)?(?: the)?|at least|no (?:fewer|less|lower) than|upwards of)"),
    ("under", r"(?:(?:well |slightly |a little |far )?(?:under|below|fewer than|less than|lower than|shorter than|within|inside)|at most|up to|no more than|a maximum of)"),
    ("about", r"(?:about|around|roughly|approximately|approx\.?|some|circa|c\.|in the region of|or so|~)"),
)  # fmt: skip
_LOOSE = {"fraction": 0.075, "multiple": 0.06}
"""How far, as a part of it, a value may be from a figure that is loose by nature."""
_APPROX = [(name, _words(rf"\b{words}\s*(?:a\s+|an\s+)?$|(?<!\w)~\s*$")) for name, words in _BEFORE]


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
    compares: bool = False
    """Whether "more than" may set it beside an earlier figure, where it is then the figure itself."""

    @property
    def span(self) -> tuple[int, int]:
        """Where it stands."""
        return self.start, self.end

    def fits(self, value: float, slack: float = 1.2) -> bool:
        """Whether a value may be printed so; `slack`: how far above "over 1,000" still counts as meant."""
        value, own = abs(value), abs(self.value)
        rounds_to = math.floor(value / self.step + 0.5 + 1e-9) == round(own / self.step)
        if self.manner == "about":
            place = _roundness(own, self.step)
            return abs(value - own) <= min(max(place / 2, 0.05 * own), place) + 1e-9
        if self.manner == "nearly":
            return 0.88 * own <= value < own + 1e-9 and not math.isclose(value, own)
        if self.compares and rounds_to:
            return True
        if self.manner == "over":
            return own < value <= slack * own or (value == own and "than" not in self.text)
        if self.manner == "under":
            return own / slack <= value < own
        if self.kind in _LOOSE:
            return abs(value - own) <= _LOOSE[self.kind] * own
        return rounds_to


def _roundness(value: float, step: float) -> float:
    """The place of the last digit that is not nought: 100 for 1,500, the printed place for 12.3."""
    if step < 1 or value == 0:
        return step
    place = 1.0
    while value % (place * 10) == 0 and place < value:
        place *= 10
    return max(place, step)


def typed_figures(text: str, taken: Sequence[tuple[int, int]] = ()) -> list[Typed]:
    """The figures of a sentence in order; `taken`: stretches already read as periods or names."""
    not_figures = [match.span() for pattern in (_NOT_A_FIGURE, _TIME_SPAN) for match in pattern.finditer(text)]
    covered = {at for start, end in (*taken, *not_figures) for at in range(start, end)}
    figures: list[Typed] = []
    for read in (_money, _durations, _multiples, _one_in, _fractions, _ranks, _numbers):
        for figure in read(text):
            if covered.isdisjoint(range(figure.start, figure.end)):
                covered.update(range(figure.start, figure.end))
                figures.append(_with_manner(text, figure))
    figures.sort(key=lambda figure: figure.start)
    for at in reversed(range(len(figures) - 1)):
        figures[at] = _with_shared_unit(text, figures[at], figures[at + 1])
    about = False
    seen: set[str] = set()
    for at, figure in enumerate(figures):
        about = about or figure.manner == "about"
        if about and not figure.manner and figure.kind == "count" and _roundness(figure.value, figure.step) >= 100:
            figures[at] = replace(figure, manner="about")  # some 16,700, against 16,500
        if figure.manner in ("over", "under") and figure.kind in seen:
            figures[at] = replace(figure, compares=re.search(r"\bthan\s+$", text[: figure.start]) is not None)
        seen.add(figure.kind)
    return figures


def _typed(match: re.Match[str], kind: Kind, value: float, step: float = 1.0, in_words: bool = False) -> Typed:
    return Typed(*match.span(), match[0], kind, value, step, in_words=in_words)


def _money(text: str) -> Iterator[Typed]:
    for match in _MONEY.finditer(text):
        yield _typed(match, "money", *(number(match["number"]) or (0.0, 1.0)))


def _durations(text: str) -> Iterator[Typed]:
    for match in _DURATION.finditer(text):
        parts = [(match[name], size) for name, size in (("h", 3600), ("m", 60), ("s", 1)) if match[name]]
        if not parts:
            continue
        if parts == [(match["h"], 3600)] and match["h"].lower() not in ("an", "a", "half an", "one", "two"):
            continue  # hours alone are counted, not measured: 13,628 hours deployed
        seconds = 0.0
        for written, size in parts:
            part = {"an": 1.0, "a": 1.0, "half an": 0.5}.get(written.lower())
            seconds += size * (part if part is not None else (number(written) or (0.0, 1.0))[0])
        end = match.end()
        if parts[-1][1] == 60 and not match["half"] and (bare := _BARE_SECONDS.match(text, end)):
            parts.append((bare["s"], 1))  # 12 minutes 47
            seconds, end = seconds + float(bare["s"]), bare.end()
        fine = number(parts[-1][0])
        step = parts[-1][1] * (fine[1] if fine else 1.0)
        if match["half"]:
            seconds, step = seconds + 30, 30.0
        yield Typed(match.start(), end, text[match.start() : end].strip(), "seconds", seconds, step)
    for match in _CLOCK.finditer(text):
        yield _typed(match, "seconds", 60.0 * int(match["m"]) + int(match["s"]))


def _multiples(text: str) -> Iterator[Typed]:
    for match in _MULTIPLE.finditer(text):
        times = MULTIPLES[match["word"].lower()] if match["word"] else (number(match["times"]) or (0.0, 1.0))[0]
        yield _typed(match, "multiple", times, 0.1)


def _one_in(text: str) -> Iterator[Typed]:
    for match in _ONE_IN.finditer(text):
        top, bottom = number(match["top"]), number(match["bottom"])
        if top and bottom and 0 < top[0] < bottom[0] <= 20 and bottom[1] == top[1] == 1:
            yield _typed(match, "fraction", 100 * top[0] / bottom[0], in_words=True)


def _fractions(text: str) -> Iterator[Typed]:
    for match in _FRACTION.finditer(text):
        part = match["part"].lower()
        bottom = _PARTS.get(part) or _PARTS.get(part.removesuffix("s"))
        top = SMALL.get((match["top"] or "").lower(), 1)
        before, after = text[: match.start()][-12:].lower(), text[match.end() :][:12].lower()
        if bottom is None or (bottom != 2 and not match["top"]) or top >= bottom:
            continue
        # "a quarter" is mostly a season of the year, and "a third party" is no part of anything.
        a_part = re.match(
            r"\s*(?:of\b|more|fewer|less|higher|lower|as\b|[.,;()]|$|in\b|on\b|up|down|since|over|compared|to\b|longer|quicker|increase|rise|fall|drop|reduction)",
            after,
        )
        if bottom != 2 and not a_part:
            continue
        if re.match(
            r"\s+a\s+(?:percentage\s+)?(?:point|second|minute|day)\b|\s*of\s+an?\s+(?:second|minute|hour|day|point|percentage)",
            text[match.end() :],
        ):
            continue  # half a point, a tenth of a second
        if part.startswith("quarter") and not (
            re.match(r"\s*of\b(?!\s+(?:20|a\s+year))|\s*(?:more|fewer|less|higher|lower)", after)
            or re.search(r"\b(?:by|up|down|than|nearly|almost|about|around)\s+$", before)
        ):
            continue
        if bottom == 2 and (
            re.match(r"[\s-]*(?:year|term|way|hour|an hour|day)", after)
            or re.search(r"(?:first|second|latter|other)\s+$", before)
        ):
            continue
        yield _typed(match, "fraction", 100 * top / bottom, in_words=True)


def _ranks(text: str) -> Iterator[Typed]:
    for match in _RANK.finditer(text):
        manner = match["ordinal"].lower()
        yield _typed(match, "rank", float(ORDINALS.get(manner) or int(re.sub(r"\D", "", manner))))


def _numbers(text: str) -> Iterator[Typed]:
    for match in _NUMBER.finditer(text):
        read = number(match["number"])
        if read is None:
            continue
        unit = re.sub(r"[\s-]+", " ", (match["unit"] or "").lower()).strip()
        kind = next(kind for words, kind in _UNITS if not words or words in unit)
        sign = {"+": 1, "−": -1, "-": -1}.get((match["sign"] or "").strip(), 0)
        words = match["number"][0].isalpha()
        start = match.start("number") if not sign else match.start()
        yield Typed(start, match.end(), text[start : match.end()], kind, *read, signed=sign, in_words=words)


_UNITS: tuple[tuple[str, Kind], ...] = (
    ("point", "points"),
    ("pp", "points"),
    ("cent", "percent"),
    ("%", "percent"),
    ("month", "months"),
    ("day", "days"),
    ("", "count"),
)


def _with_shared_unit(text: str, figure: Typed, following: Typed) -> Typed:
    """A figure whose unit is only written after the next: by 12.2 and 10.7 per cent."""
    is_unit_written_later = (
        figure.kind == "count"
        and figure.step < 1
        and following.kind in ("percent", "points")
        and re.fullmatch(r"\s*,\s*|,?\s+(?:and|or|to)\s+", text[figure.end : following.start])
    )
    return replace(figure, kind=following.kind) if is_unit_written_later else figure


def _with_manner(text: str, figure: Typed) -> Typed:
    before = text[max(0, figure.start - 28) : figure.start]
    manner = next((name for name, words in _APPROX if words.search(before)), "")
    if manner in ("over", "under") and re.search(r"(?:\d|per\s+cent|points?|%)\s+\w+\s+than\s+$", before):
        manner = ""  # 208 fewer than 1,704: a comparison, not a manner of speaking
    if not manner and re.match(r"\s+or\s+so\b", text[figure.end : figure.end + 8]):
        manner = "about"
    return replace(figure, manner=manner) if manner else figure
