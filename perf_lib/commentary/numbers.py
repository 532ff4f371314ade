"""Numbers as people write them, in figures and in words: 1,496; 12.2; 1.5 thousand; one hundred and thirty-one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from perf_lib.words.calendar import MONTH_NAMES, NUMBER_WORDS, ORDINAL_WORDS, TENS_WORDS

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

_MONTH = "|".join(MONTH_NAMES)
_DATE = re.compile(
    rf"""
      \b \d{{1,2}} \ (?:{_MONTH}) \b                     # 4 December
    | \b (?:{_MONTH}) \ \d{{4}} \b                       # December 2019
    | \b (?:19|20)\d\d (?:-\d\d)? (?:-Q\d)? \b           # 2019, 2019-20, 2019-20-Q3
    | \b Q\d \b
    """,
    re.VERBOSE,
)
_SPAN = re.compile(r"\b\d+(?: \w+)? (?:months?|years?|weeks?|quarters?)\b")
_FIGURE = re.compile(
    r"""
    (?<! [\w.,:] ) [−-]?
    ( \d{1,3} (?:,\d{3})+ (?:\.\d+)?                     # 1,496
    | \d+:\d{2}                                          # 10:54
    | \d+ (?:\.\d+)? )                                   # 1496, 12.2
    (?! [\w:] | [.,]\d )
    """,
    re.VERBOSE,
)
_SPELT = re.compile(rf"\b({'|'.join(NUMBER_WORDS[1:10])})\b((?:\W+\w+){{1,3}})", re.IGNORECASE)


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


def figures(text: str) -> list[str]:
    """The figures in a text as a person wrote them, without dates and spans of time.

    >>> figures("There were 1,496 on 4 December 2019, 12.2 per cent fewer than in the 12 months before")
    ['1,496', '12.2']
    """
    return [match[1] for match in _FIGURE.finditer(_SPAN.sub(" ", _DATE.sub(" ", text)))]


def spelt(text: str) -> Iterator[tuple[str, int, str]]:
    """Numbers from one to nine in words: the word, what it comes to, and the words that follow (three at most).

    >>> list(spelt("Only three crimes were recorded"))
    [('three', 3, ' crimes were recorded')]
    """
    for match in _SPELT.finditer(text):
        yield match[1], SMALL[match[1].lower()], match[2]
