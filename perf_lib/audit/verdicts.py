"""What came of a figure or a word of direction, and what the figures before it turned out to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perf_lib.audit.facts import Fact
from perf_lib.audit.literals import Literal

MOST = 12
"""Words of direction of one sort that are looked at in a sentence: no sentence has so many."""


@dataclass(frozen=True)
class Verdict:
    """What came of one literal. fact: what it was held against."""

    verdict: str
    fact: Fact | None = None
    measure: str | None = None
    why: str = ""


@dataclass
class Memory:
    """What the figures before this one in a sentence turned out to be."""

    role: str = ""
    way: int = 0
    fact: Fact | None = None
    end: int = -99


Found = tuple[int, int, Verdict]
"""Where a word of direction stands, and what came of it."""
Verdicts = Sequence[tuple[Literal, Verdict | None]]
"""The figures of a sentence, each with what came of it; None for one that is no claim."""
UNSUPPORTED = Verdict("unsupported")
