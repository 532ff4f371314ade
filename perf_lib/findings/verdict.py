"""The verdict: one grade for each measure, made once, which every view prints and none contradicts.

It answers two questions apart: was the quarter what the months before led one to expect, and does this year differ from
last; and it says which of the two is the more telling. The grade is by the chance of the measure as a whole:

- clear: it survives the false-discovery control over the report's measures, and is a possible one as well;
- possible: under 5 per cent, for the measure by itself;
- as expected: tested, and neither;
- cannot tell: nothing can be tested, and the reason why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from perf_lib.stats.expected import YearOnYear

Grade = Literal["clear", "possible", "as expected", "cannot tell"]
Question = Literal["quarter", "year"]
Way = Literal["higher", "lower"]
Better = Literal["lower", "higher", "neither"]

FALSE_DISCOVERY = 0.10
"""Of the measures that are graded clear, the share that is expected to be false."""
POSSIBLE = 0.05
"""The chance under which a measure by itself is possibly unlike what was expected."""


@dataclass(frozen=True)
class Judged:
    """Some months, what they came to and what was to be expected of them, in the measure's units.

    `lower` and `upper` bound the central 95 per cent of what was expected. `p` is the chance of a figure as far out,
    negative where it is lower than expected. `compared` is how many of the months have a figure and are not left out.
    """

    name: str
    first: pd.Period
    last: pd.Period
    observed: float
    expected: float
    lower: float
    upper: float
    p: float
    compared: int

    @property
    def is_whole(self) -> bool:
        """Whether every one of the months counts."""
        return self.compared == (self.last - self.first).n + 1


@dataclass(frozen=True)
class Verdict:
    """What is to be said of one measure.

    `question` is the one that is answered; `way` and `good` are None where nothing is unlike what was expected, and
    `good` where neither way is better. `lead` are the months that tell it: a key of Finding.judged, or "year".
    `chance` is that of the measure as a whole. `reason` says why nothing can be told. `break_suspected` is the month
    from which the counting may have changed, where months since or before it tell the verdict.
    """

    grade: Grade
    question: Question | None = None
    way: Way | None = None
    good: bool | None = None
    lead: str | None = None
    chance: float | None = None
    reason: str = ""
    break_suspected: pd.Period | None = None

    @property
    def is_unlike(self) -> bool:
        """Whether the measure is, clearly or possibly, unlike what was expected."""
        return self.grade in ("clear", "possible")


def verdict(
    judged: Mapping[str, Judged],
    year: YearOnYear | None,
    chance: float | None,
    is_clear: bool,
    better: Better,
    reason: str,
) -> Verdict:
    """The verdict on one measure.

    judged: the months tested, by name. chance: of the measure as a whole, None where nothing was tested. is_clear:
    whether it survives the false-discovery control. reason: why nothing can be told, where that is so.

    >>> month = Judged("quarter", pd.Period("2019-10", "M"), pd.Period("2019-12", "M"), 308, 400, 350, 450, -0.001, 3)
    >>> told = verdict({"quarter": month}, None, 0.001, True, "lower", "")
    >>> told.grade, told.question, told.way, told.good
    ('clear', 'quarter', 'lower', True)
    """
    if chance is None:
        return Verdict("cannot tell", reason=reason)
    # One month of three is the farthest out by chance alone three times as often.
    unlike = [each for each in judged.values() if abs(each.p) < POSSIBLE] or judged.values()
    quarter = min(unlike, key=lambda each: abs(each.p) * (3 if each.first == each.last else 1), default=None)
    telling = quarter is not None and (year is None or abs(quarter.p) <= abs(year.p))
    question: Question = "quarter" if telling else "year"
    if chance >= POSSIBLE:
        lead = "quarter" if "quarter" in judged else next(iter(judged), "year")
        return Verdict("as expected", "quarter" if judged else "year", lead=lead, chance=chance)
    if telling:
        assert quarter is not None  # noqa: S101 - telling says so
        lead, is_higher = quarter.name, quarter.observed > quarter.expected  # p may be nought, and has no sign then
    else:
        assert year is not None  # noqa: S101 - a chance has a test behind it
        lead, is_higher = "year", year.now > year.before
    good = None if better == "neither" else is_higher == (better == "higher")
    way: Way = "higher" if is_higher else "lower"
    return Verdict("clear" if is_clear else "possible", question, way, good, lead, chance)


def clear(chances: Mapping[str, float | None], rate: float = FALSE_DISCOVERY) -> frozenset[str]:
    """Measures that survive the false-discovery control over all that were tested: Benjamini & Hochberg's (1995).

    chances: by measure, of the measure as a whole; None where it was not tested, which takes no part. Only a measure
    that is possibly unlike what was expected by itself can be clear.

    >>> sorted(clear({"a": 0.001, "b": 0.04, "c": 0.9, "d": None}))
    ['a', 'b']
    """
    tested = sorted((chance, code) for code, chance in chances.items() if chance is not None)
    lines = rate * np.arange(1, len(tested) + 1) / max(len(tested), 1)
    under = [number for number, (chance, _) in enumerate(tested) if chance <= lines[number]]
    return frozenset(code for chance, code in tested[: under[-1] + 1] if chance < POSSIBLE) if under else frozenset()
