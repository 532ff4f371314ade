"""A figure that follows from others of its sentence: a part of a whole, a difference."""

from __future__ import annotations

import re
from itertools import permutations

from perf_lib.audit.facts import Fact
from perf_lib.audit.literals import Literal
from perf_lib.audit.roles import role
from perf_lib.audit.sense import Sense
from perf_lib.audit.verdicts import Memory, Verdict
from perf_lib.words import wording


def follows(sense: Sense, memory: Memory, literal: Literal) -> Verdict | None:
    """A figure that follows from others of its sentence: a part of a whole, a difference."""
    others = [each for each in sense.literals if each is not literal and each.kind in ("count", "seconds")][:12]
    text = sense.text
    for one, other in permutations(others, 2):
        between = text[one.end : other.start] if one.end <= other.start else ""
        opened = re.search(r"\bfrom\s+(?:\w+\s+){0,2}$", text[max(0, one.start - 24) : one.start])
        joined = re.fullmatch(r"[^,;]{0,60}?\bto\s+(?:\w+\s+){0,2}", between) if opened else None
        if (
            joined
            and literal.kind in ("count", "percent", "seconds")
            and one.value
            and role(sense, memory, literal, None)[0] == "change"
        ):
            right = abs(other.value - one.value)
            right = 100 * right / one.value if literal.kind == "percent" else right
            fact = Fact(
                right, "", None, wording.per_cent(right) if literal.kind == "percent" else wording.number(right)
            )
            return Verdict("agrees" if literal.fits(right) else "contradicts", fact, None, why="arithmetic")
        if (
            literal.kind in ("percent", "fraction")
            and re.fullmatch(
                r"[\s\w]{0,30}?\b(?:out\s+of|of)\s+(?:the\s+|its\s+|all\s+)?(?:(?:quarter|year|month)['’]s\s+)?",
                between,
            )
            and other.value
        ):
            right = 100 * one.value / other.value
            if literal.fits(right):
                return Verdict("agrees", Fact(right, "", None, wording.per_cent(right)), None, why="arithmetic")
    return None
