"""Numbers as people write them, in figures and in words: 1,496; 12.2; 1.5 thousand; one hundred and thirty-one."""

from __future__ import annotations

import re

from perf_lib.words.calendar import NUMBER_WORDS, ORDINAL_WORDS, TENS_WORDS

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
