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
"""A figure that is printed or withheld whole: a measure over a window, with all the counts it is made of."""

_Variable = tuple[str, int, int]  # measure, which of its counts, month


@dataclass(frozen=True)
class Counts:
    """One measure's counts: one row a month, one column a count (a proportion has two: counted, and the rest).

    `totals` are windows printed beside the months; `known` are windows that somebody has printed before, which cannot
    be withheld. `lowest` is the least a withheld count can be: 1 where zeros are printed, so that [c] is not zero.
    `secret` measures are withheld whole: every count of theirs is to be kept.
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

    def is_small(self, window: Window) -> bool:
        """Whether a count over the window is under the threshold, and not zero."""
        return any(0 < count < self.threshold for count in self.over(window))

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
    """What a reader knows: everything that is not withheld, and the relations between the rest."""

    measures: Mapping[str, Counts]
    identities: Sequence[Identity]
    withheld: frozenset[Unit]
    _found: dict[Unit, list[tuple[float, float]]] = field(default_factory=dict)

    def without(self, units: Iterable[Unit]) -> Known:
        """The same with more withheld."""
        return Known(self.measures, self.identities, self.withheld | frozenset(units))

    def is_hidden(self, code: str, t: int) -> bool:
        """Whether a month's counts are unknown to the reader."""
        return (code, (t, t)) in self.withheld and (t, t) not in self.measures[code].known

    @cached_property
    def equations(self) -> list[_Equation]:
        """Every sum that takes in an unknown count."""
        made = [*self._totals(), *self._sums()]
        return [equation for equation in made if equation.terms]

    def _totals(self) -> Iterable[_Equation]:
        for code, counts in self.measures.items():
            printed = [w for w in counts.totals if (code, w) not in self.withheld]
            for first, last in dict.fromkeys([*printed, *sorted(counts.known)]):
                hidden = [t for t in range(first, last + 1) if t in counts.months and self.is_hidden(code, t)]
                whole = counts.over((first, last))
                for part, total in enumerate(whole):
                    shown = total - sum(counts.months[t][part] for t in hidden)
                    yield _Equation({(code, part, t): 1 for t in hidden}, total - shown, (code, (first, last)))

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
        if unit not in self._found:
            code, (first, last) = unit
            counts = self.measures[code]
            months = [t for t in range(first, last + 1) if t in counts.months]
            found = []
            for part in range(len(counts.months[months[0]])):
                hidden = [(code, part, t) for t in months if self.is_hidden(code, t)]
                shown = sum(counts.months[t][part] for t in months if not self.is_hidden(code, t))
                low, high = self._solved(hidden)
                found.append((low + shown, high + shown))
            self._found[unit] = found
        return self._found[unit]

    def width(self, unit: Unit) -> float:
        """How wide the interval of its narrowest small count is."""
        code, window = unit
        counts = self.measures[code]
        whole = counts.over(window)
        return min(
            (high - low)
            for (low, high), count in zip(self.interval(unit), whole, strict=True)
            if counts.secret or 0 < count < counts.threshold
        )

    def is_safe(self, unit: Unit) -> bool:
        """Whether no small count of the unit can be pinned closer than its threshold."""
        return self.width(unit) >= self.measures[unit[0]].threshold

    def _component(self, wanted: Sequence[_Variable]) -> tuple[list[_Variable], list[_Equation]]:
        variables, equations = dict.fromkeys(wanted), []
        waiting = list(self.equations)
        grown = True
        while grown:
            touched = [e for e in waiting if any(v in variables for v in e.terms)]
            grown = bool(touched)
            for equation in touched:
                equations.append(equation)
                variables |= dict.fromkeys(equation.terms)
                waiting.remove(equation)
        return list(variables), equations

    def _lowest(self, variable: _Variable) -> int:
        code, part, t = variable
        counts = self.measures[code]
        return min(counts.lowest, counts.months[t][part])

    def _solved(self, wanted: Sequence[_Variable]) -> tuple[float, float]:
        """The least and the most that the wanted variables can add up to, in whole numbers."""
        variables, equations = self._component(wanted)
        lowest = {v: self._lowest(v) for v in variables}
        if not equations or not wanted:
            return float(sum(lowest[v] for v in wanted)), (math.inf if wanted else 0.0)
        if any(not any(v in e.terms for e in equations) for v in wanted):
            return float(sum(lowest[v] for v in wanted)), math.inf
        if len(equations) == 1 and set(equations[0].terms.values()) == {1}:
            total, terms = equations[0].total, equations[0].terms
            if len(wanted) == len(terms):
                return float(total), float(total)
            least = sum(lowest[v] for v in wanted)
            return float(least), float(total - (sum(lowest[v] for v in terms) - least))
        return _bounds(variables, equations, lowest, wanted)

    def relations(self, unit: Unit) -> tuple[Unit | Identity, ...]:
        """The relations that the unit stands in."""
        code, (first, last) = unit
        found = [e.by for e in self.equations if any(v[0] == code and first <= v[2] <= last for v in e.terms)]
        return tuple(dict.fromkeys(found))


def interval(
    measures: Mapping[str, Counts],
    identities: Sequence[Identity],
    withheld: Iterable[Unit],
    unit: Unit,
) -> list[tuple[float, float]]:
    """Between which whole numbers each count of a unit must lie, for one who knows all that is not withheld.

    >>> counts = Counts({0: (2,), 1: (9,), 2: (30,)}, threshold=5, totals=((0, 2),), lowest=1)
    >>> interval({"thefts": counts}, [], [("thefts", (0, 0)), ("thefts", (1, 1))], ("thefts", (0, 0)))
    [(1.0, 10.0)]
    """
    return Known(measures, identities, frozenset(withheld)).interval(unit)


def _bounds(
    variables: Sequence[_Variable],
    equations: Sequence[_Equation],
    lowest: Mapping[_Variable, int],
    wanted: Sequence[_Variable],
) -> tuple[float, float]:
    # Imported here: most measures need no solver, and it is slow to load.
    from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]  # SciPy ships no types

    column = {variable: position for position, variable in enumerate(variables)}
    matrix = np.zeros((len(equations), len(variables)))
    for row, equation in enumerate(equations):
        for variable, sign in equation.terms.items():
            matrix[row, column[variable]] = sign
    totals = np.array([equation.total for equation in equations], dtype=float)
    aim = np.array([float(variable in set(wanted)) for variable in variables])
    ends = []
    for way in (1.0, -1.0):
        solved = milp(
            way * aim,
            constraints=LinearConstraint(matrix, totals, totals),
            bounds=Bounds([lowest[v] for v in variables], np.inf),
            integrality=np.ones(len(variables)),
        )
        # The true counts are a solution, so what has no optimum has no bound.
        ends.append(way * round(solved.fun) if solved.status == 0 else way * -math.inf)
    return float(ends[0]), float(ends[1])
