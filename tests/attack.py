"""An attacker: whole numbers, everything that is printed, and a solver. It knows nothing of how figures are withheld.

A figure is a name and its value; a relation says that some figures add up to others. What is not printed is
unknown, a whole number and not negative. `pinned` answers how closely the attacker gets to each unknown.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_matrix

Name = Hashable
Relation = tuple[Sequence[Name], Sequence[Name]]
"""These figures add up to those."""


def pinned(
    printed: Mapping[Name, float],
    relations: Iterable[Relation],
    wanted: Iterable[Name],
    lowest: Mapping[Name, float] | None = None,
) -> dict[Name, tuple[float, float]]:
    """Between which whole numbers each wanted figure must lie, given all that is printed."""
    relations = [(list(left), list(right)) for left, right in relations]
    names = list(dict.fromkeys([*(n for pair in relations for side in pair for n in side), *printed]))
    column = {name: position for position, name in enumerate(names)}
    matrix = lil_matrix((len(relations), len(names)))
    for row, (left, right) in enumerate(relations):
        for name in left:
            matrix[row, column[name]] += 1
        for name in right:
            matrix[row, column[name]] -= 1
    low = np.array([printed.get(name, (lowest or {}).get(name, 0)) for name in names], dtype=float)
    high = np.array([printed.get(name, np.inf) for name in names], dtype=float)
    sums = [LinearConstraint(matrix.tocsr(), 0, 0)] if relations else []
    found = {}
    for name in wanted:
        if name not in column:
            found[name] = (0.0, np.inf)
            continue
        ends = []
        for way in (1, -1):
            aim = np.zeros(len(names))
            aim[column[name]] = way
            solved = milp(aim, constraints=sums, bounds=Bounds(low, high), integrality=np.ones(len(names)))
            assert solved.status in (0, 3, 4), f"{name}: {solved.message}"
            ends.append(way * round(solved.fun) if solved.status == 0 else -way * np.inf)
        found[name] = (ends[0], ends[1])
    return found


def closest(found: Mapping[Name, tuple[float, float]]) -> float:
    """How wide the narrowest interval is."""
    return min((high - low for low, high in found.values()), default=np.inf)
