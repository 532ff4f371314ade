"""What a reader can work out: between which whole numbers a withheld count must lie, given all that is printed.

Pure arithmetic. A reader of a report knows every figure that is printed, that counts are whole and not negative, and
that totals are sums. Each withheld count then lies in a *feasibility interval* (Hundepool and others, Statistical
Disclosure Control, Wiley 2012, chapter 4), found by integer programming where more than one sum bears on it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

Window = tuple[int, int]
"""Months by their ordinals, first and last: one month is (t, t)."""

Unit = tuple[str, Window]
"""A figure, printed or withheld as a whole: a measure over a window, with all the counts behind it."""

_Variable = tuple[str, int, int]  # measure, which of its counts, month


@dataclass(frozen=True)
class Counts:
    """One measure's counts: a row a month, a column a count (a proportion has two: its numerator, and the rest).

    totals: windows printed beside the months. known: windows that somebody has printed before, which cannot be
    withheld. lowest: the least that a withheld count can be, which is 1 where zeros are printed. secret: whether
    every count of the measure is withheld.
    """

    months: Mapping[int, tuple[int, ...]]
    threshold: int
    totals: tuple[Window, ...] = ()
    known: frozenset[Window] = frozenset()
    lowest: int = 0
    secret: bool = False

    def over(self, window: Window) -> tuple[int, ...]:
        """Its counts summed over a window; a month without any adds nothing."""
        rows = [self.months[t] for t in range(window[0], window[1] + 1) if t in self.months]
        return tuple(map(sum, zip(*rows, strict=True))) if rows else ()

    def is_protected(self, window: Window) -> bool:
        """Whether a count over the window is secret, or under the threshold and not zero."""
        return self.secret or any(0 < count < self.threshold for count in self.over(window))

    @property
    def windows(self) -> list[Window]:
        """Every figure of the measure that a report prints: its months and its totals."""
        return [*((t, t) for t in sorted(self.months)), *(w for w in dict.fromkeys(self.totals) if w[0] != w[1])]


@dataclass(frozen=True)
class Identity:
    """Measures whose counts add up, month by month, to another's: a breakdown, or a denominator and its measure."""

    parts: tuple[str, ...]
    total: str


@dataclass(frozen=True)
class _Equation:
    terms: Mapping[_Variable, int]
    total: int
    by: Unit | Identity


@dataclass(frozen=True)
class Known:
    """What a reader knows: everything that is not withheld, and the relations between the rest.

    >>> counts = Counts({0: (2,), 1: (9,), 2: (30,)}, threshold=5, totals=((0, 2),), lowest=1)
    >>> known = Known({"thefts": counts}, [], frozenset({("thefts", (0, 0)), ("thefts", (1, 1))}))
    >>> known.interval(("thefts", (0, 0)))
    [(1.0, 10.0)]
    """

    measures: Mapping[str, Counts]
    identities: Sequence[Identity]
    withheld: frozenset[Unit]
    _ends: dict[tuple[Unit, int, int], float] = field(default_factory=dict)

    def without(self, units: Iterable[Unit]) -> Known:
        """What the reader knows once these figures are withheld as well."""
        return Known(self.measures, self.identities, self.withheld | frozenset(units))

    def is_hidden(self, code: str, t: int) -> bool:
        """Whether a month's counts are unknown to the reader."""
        return (code, (t, t)) in self.withheld and (t, t) not in self.measures[code].known

    @cached_property
    def equations(self) -> list[_Equation]:
        """Every sum that takes in an unknown count."""
        return [equation for equation in (*self._totals(), *self._sums()) if equation.terms]

    def _totals(self) -> Iterable[_Equation]:
        for code, counts in self.measures.items():
            printed = [w for w in counts.totals if (code, w) not in self.withheld]
            for first, last in dict.fromkeys([*printed, *sorted(counts.known)]):
                hidden = [t for t in range(first, last + 1) if t in counts.months and self.is_hidden(code, t)]
                for part in range(len(counts.over((first, last)))):
                    total = sum(counts.months[t][part] for t in hidden)
                    yield _Equation({(code, part, t): 1 for t in hidden}, total, (code, (first, last)))

    def _sums(self) -> Iterable[_Equation]:
        for each in self.identities:
            members = [each.total, *each.parts]
            for t in self.measures[each.total].months:
                if not all(t in self.measures[code].months for code in members):
                    continue
                terms, total = {}, 0
                for code in members:
                    sign = -1 if code == each.total else 1
                    for part, count in enumerate(self.measures[code].months[t]):
                        if self.is_hidden(code, t):
                            terms[code, part, t] = sign
                            total += sign * count
                yield _Equation(terms, total, each)

    def interval(self, unit: Unit) -> list[tuple[float, float]]:
        """Between which whole numbers each count of a unit must lie."""
        parts = range(len(self.measures[unit[0]].over(unit[1])))
        return [(self._end(unit, part, -1), self._end(unit, part, 1)) for part in parts]

    def width(self, unit: Unit) -> float:
        """How wide the interval of its narrowest small count is."""
        return min(self._end(unit, part, 1) - self._end(unit, part, -1) for part in self._small_parts(unit))

    def is_safe(self, unit: Unit) -> bool:
        """Whether no small count of the unit can be pinned closer than its threshold."""
        counts = self.measures[unit[0]]
        true_counts = counts.over(unit[1])

        def is_wide(part: int) -> bool:
            most = self._end(unit, part, 1)  # where the true count is far enough below, the least need not be solved
            return most - true_counts[part] >= counts.threshold or most - self._end(unit, part, -1) >= counts.threshold

        return all(map(is_wide, self._small_parts(unit)))

    def _small_parts(self, unit: Unit) -> list[int]:
        counts = self.measures[unit[0]]
        sums = enumerate(counts.over(unit[1]))
        return [part for part, count in sums if counts.secret or 0 < count < counts.threshold]

    def _end(self, unit: Unit, part: int, way: int) -> float:
        """The most (way 1) or the least (way -1) that a count of a unit can be."""
        if (unit, part, way) not in self._ends:
            code, (first, last) = unit
            rows = self.measures[code].months
            months = [t for t in range(first, last + 1) if t in rows]
            hidden = [(code, part, t) for t in months if self.is_hidden(code, t)]
            shown = sum(rows[t][part] for t in months if not self.is_hidden(code, t))
            self._ends[unit, part, way] = self._solved(hidden, way) + shown
        return self._ends[unit, part, way]

    def _component(self, wanted: Sequence[_Variable]) -> tuple[list[_Variable], list[_Equation]]:
        """The variables that some chain of equations ties to the wanted ones, and those equations."""
        variables, equations, others = dict.fromkeys(wanted), list[_Equation](), self.equations
        while tied := [equation for equation in others if not variables.keys().isdisjoint(equation.terms)]:
            others = [equation for equation in others if variables.keys().isdisjoint(equation.terms)]
            equations += tied
            variables |= dict.fromkeys(variable for equation in tied for variable in equation.terms)
        return list(variables), equations

    def _solved(self, wanted: Sequence[_Variable], way: int) -> float:
        """The most or the least that the wanted variables can add up to, in whole numbers."""
        variables, equations = self._component(wanted)
        measures = self.measures
        lowest = {(c, part, t): min(measures[c].lowest, measures[c].months[t][part]) for c, part, t in variables}
        least = float(sum(lowest[v] for v in wanted))
        if not wanted or any(not any(v in e.terms for e in equations) for v in wanted):
            return math.inf if wanted and way > 0 else least
        if len(equations) == 1 and set(equations[0].terms.values()) == {1}:
            total, terms = equations[0].total, equations[0].terms
            most = float(total - (sum(lowest[v] for v in terms) - least))
            return most if way > 0 or len(wanted) == len(terms) else least
        return _bound(equations, lowest, wanted, way)

    def bearing_on(self, unit: Unit) -> list[Unit]:
        """The sums over months that bear on a unit, directly or by way of other unknown counts."""
        code, (first, last) = unit
        rows = self.measures[code].months
        wanted = [(code, part, t) for t in range(first, last + 1) for part in range(len(rows.get(t, ())))]
        equations = self._component([v for v in wanted if self.is_hidden(code, v[2])])[1]
        return list(dict.fromkeys(e.by for e in equations if not isinstance(e.by, Identity)))

    def relations(self, unit: Unit) -> tuple[Unit | Identity, ...]:
        """The relations that the unit stands in."""
        code, (first, last) = unit
        tied = [e.by for e in self.equations if any(v[0] == code and first <= v[2] <= last for v in e.terms)]
        return tuple(dict.fromkeys(tied))


def _bound(
    equations: Sequence[_Equation], lowest: Mapping[_Variable, int], wanted: Sequence[_Variable], way: int
) -> float:
    # Imported here: most measures need no solver, and SciPy's is slow to load.
    from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]  # SciPy ships no types

    column = {variable: position for position, variable in enumerate(lowest)}
    matrix = np.zeros((len(equations), len(column)))
    for row, equation in enumerate(equations):
        for variable, sign in equation.terms.items():
            matrix[row, column[variable]] = sign
    totals = np.array([equation.total for equation in equations], dtype=float)
    aim = np.zeros(len(column))
    aim[[column[variable] for variable in wanted]] = -way  # milp looks for the least
    solved = milp(
        aim,
        constraints=LinearConstraint(matrix, totals, totals),
        bounds=Bounds(list(lowest.values()), np.inf),
        integrality=np.ones(len(column)),
    )
    # The true counts are a solution, so what has no optimum has no bound.
    return float(-way * round(solved.fun)) if solved.status == 0 else way * math.inf
