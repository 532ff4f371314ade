"""Whose figure it is: whether its own noun is what a measure counts, and whether a word of number is a figure at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from perf_lib.audit.facts import Facts
from perf_lib.audit.literals import Literal
from perf_lib.audit.patterns import Words
from perf_lib.audit.sense import Sense

_ENDING = Words(
    r"^\s*(?:$|[.,;:)!?%'\"”’]|(?:in|during|to|and|or|for|over|at|on|from|compared|against|than|were|was|is|are|had|have|has|a|an|per"
    r"|the|which|that|this|these|last|came|come|went|took|fell|rose|stood|arose|ended|gave|had|met|got|left|lost|hung|rang|said|ran|held|kept|put|set|began|grew|sent|saw|spent|paid|mark|[a-z]{2,}ed|recorded|reported|received|completed|made|when|while|but|so|as|by|with|between|since|up|down"
    r"|each|every|of|fewer|more|less|higher|lower|longer|shorter|percentage|after|before|until|out|not|only|now|then|it|overall"
    r"|altogether|respectively|per|be|been|being|counted|logged|again|nationally|attended|answered|listed|prosecuted|upheld|once|both|"
    r"whereas|though|although|rather|down|within|under|above|below|exactly|earlier|ago|there|here|too|also|instead|year|month|quarter)\b)"
)


def attached(sense: Sense, facts: Facts, literal: Literal, codes: Sequence[str]) -> bool | None:
    """Whether a figure's own noun is one that a measure counts: None where it has no noun of its own."""
    after = sense.text[literal.end : literal.end + 60]
    if literal.kind in ("rank", "seconds", "points", "multiple"):
        return None
    if literal.kind == "percent" or literal.kind == "fraction":
        of = re.match(
            r"\s*of\s+(?:all\s+|the\s+|these\s+|those\s+|its\s+|our\s+|every\s+|total\s+|year['’]s\s+|quarter['’]s\s+|\d[\d,]*\s+)*([a-z\w]+(?:\s+[a-z]+){0,2})",
            after,
        )
        if not of or any(period.start - 1 <= literal.end + of.start(1) < period.end for period in sense.periods):
            return None
        if codes and facts.findings[codes[0]].measure.of is None and facts.findings[codes[0]].measure.is_percentage:
            return None  # the catalogue does not say what its percentages are of
        return any(_holds_noun(sense, code, of[1]) for code in codes)
    after = re.sub(r"^\s*(?:more|fewer|less|extra|additional)\b(?!\s+than)", "", after)  # 52 more Tasers
    if _ENDING.match(after):
        return None
    words = re.findall(r"[A-Za-z]+", after)[:4]
    return any(_holds_noun(sense, code, " ".join(words)) for code in codes)


def _holds_noun(sense: Sense, code: str, words: str) -> bool:
    """Whether some words hold one of what a measure counts."""
    return any(sense.names.counts(code, word) for word in words.split())


def is_figure(sense: Sense, facts: Facts, literal: Literal, codes: Sequence[str], attached: bool | None) -> bool:
    """Whether a small number in words is a figure (six fewer, nine hate crimes) and not only a word (one of the reasons)."""
    before, after = sense.before(literal.start, 60), sense.text[literal.end : literal.end + 40]
    if attached and literal.value != 1:
        return not re.match(r"\s+(?:kinds?|types?|groups?|main|other|such|more)\b", after)
    changes = re.match(r"\s*(?:\w+\s+)?(?:more|fewer|less|higher|lower|extra|additional)\b", after) or re.search(
        r"\bby\s+$", before
    )
    parts = re.match(
        r"\s*(?:\w+\s+){0,2}?(?:out\s+of|of\s+the|of)\s+(?:the\s+)?(?:\d|four|five|six|seven|eight|nine|ten|\w+ty)",
        after,
    ) or re.search(r"\bout\s+of\s+(?:the\s+)?$", before)
    unit = re.match(r"\s+(?:a|per|each)\s+(?:month|day|week)\b", after)
    plain = (
        literal.value > 2
        and attached is None
        and any(facts.findings[c].measure.kind == "count" for c in codes)
        and re.search(
            r"\b(?:was|were|is|are|by|of|to|from|only|just|and|rose|fell|against|than|saw|had|brought|recorded|logged|counted)\s+$",
            before,
        )
    )
    at = literal.end + 4
    if (
        attached is None
        and re.search(r"\b(?:from|to)\s+$", before)
        and any(period.start - 1 <= at <= period.end for period in sense.periods)
    ):
        return True  # from 15 in July to eight in December
    return bool(
        changes
        or parts
        or unit
        or (plain and _ENDING.match(after) and not re.match(r"\s+(?:of|in|year|month|quarter|the)\b", after))
    ) or (attached is True and bool(codes))


def multiplies(sense: Sense, literal: Literal) -> bool:
    """Whether "a doubling of …" is of a measure; other multiples are said of what the sentence is about."""
    tail = re.match(r"\s+(?:of|in)\s+(?:the\s+|all\s+|recorded\s+)*", sense.text[literal.end :])
    if tail is None or not literal.text.lower().endswith("ing"):
        return True
    at = literal.end + tail.end()
    return any(mention.start <= at + 1 <= mention.end for mention in sense.mentions)


def took(sense: Sense) -> bool:
    """Whether days are what something took, and not when it was."""
    return re.search(r"\b(?:average|took|takes|taken|mean)\b", sense.text) is not None
