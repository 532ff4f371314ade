"""Numbers as people write them, in figures and in words: 1,496; 12.2; 1.5 thousand; one hundred and thirty-one."""

from __future__ import annotations

import re

SMALL = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS = {
    word: 10 * number
    for number, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
LARGE = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
ORDINALS = {
    word: number
    for number, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ],
        start=1,
    )
}

_WORD = "|".join([*SMALL, *TENS])
WORDS = (
    rf"(?:(?:{_WORD}|a(?=\s+(?:hundred|thousand|million)\b))(?:[\s-]+(?:and\s+)?(?:{_WORD}|{'|'.join(LARGE)})){{0,8}})"
)
DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,12})(?:\.\d{1,6})?"
NUMBER = rf"(?:{DIGITS}(?:\s?(?:thousand|million|k\b|m\b(?=\s+crimes)))?|{WORDS}(?:\s+point\s+(?:{_WORD})(?:\s+(?:{_WORD}))?)?)"


def number(text: str) -> tuple[float, float] | None:
    """What a number comes to, in figures or words, and its last printed place.

    >>> number("1,496"), number("12.2"), number("1.5 thousand"), number("one hundred and thirty-one")
    ((1496.0, 1.0), (12.2, 0.1), (1500.0, 100.0), (131.0, 1.0))
    """
    text = text.lower().strip()
    found = re.match(DIGITS, text)
    if found:
        digits = found[0].replace(",", "")
        decimals = len(digits.partition(".")[2])
        rest = text[found.end() :].strip()
        scale = {"thousand": 1000, "k": 1000, "million": 1_000_000, "m": 1_000_000}.get(rest, 1)
        return float(digits) * scale, 10.0**-decimals * scale
    whole, _, after = text.partition(" point ")
    words = re.split(r"[\s-]+", whole)
    total = current = 0
    for word in words:
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
    if after:
        digits = "".join(str(SMALL.get(word, 0)) for word in after.split())
        return float(f"{total + current}.{digits}"), 10.0 ** -len(digits)
    return float(total + current), 1.0
