"""Counts of one month that are bound to each other: a total and its parts, a share's numerator and denominator.

A reader knows that parts add up to their total, whatever the catalogue says. Rounded apart, a total and its parts may
contradict each other so far that few true figures are left that fit both. So the relations are found, in the catalogue
and in the figures, and `narrowest` counts how many true figures still fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Column = tuple[str, str, str]
"""Measure, area, and which of its figures: value, numerator or denominator."""
Bounds = dict[Column, tuple[float, float]]

FEWEST, STRETCH = 6, 12
"""Months over which figures that add up are taken to do so by their meaning: at least, and where there are as many."""
USUALLY = 0.9
"""Of the months that have all columns of a relation, in how many it holds."""
MANY = 100
"""Columns of which sums of four, and of two and three, are still looked for."""
MOST = 1e12
"""More than any count."""


@dataclass(frozen=True)
class Relation:
    """Columns of which the one side adds up to the other; `at_most`: to that or to less."""

    left: tuple[Column, ...]
    right: tuple[Column, ...]
    at_most: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """All of them."""
        return (*self.left, *self.right)

    def holds(self, values: Mapping[Column, float]) -> bool:
        """Whether a month has all of them, and they do add up."""
        if any(column not in values for column in self.columns):
            return False
        less = sum(values[column] for column in self.right) - sum(values[column] for column in self.left)
        return less >= -1e-9 if self.at_most else abs(less) < 1e-9

    def among(self, one_of: Mapping[Column, Column]) -> Relation:
        """The same of the columns that stand for its own."""
        left, right = (tuple(one_of[column] for column in side) for side in (self.left, self.right))
        return Relation(left, right, self.at_most)

    @property
    def is_proper(self) -> bool:
        """Whether no column stands in it twice."""
        return len(set(self.columns)) == len(self.columns)

    def narrowed(self, bounds: Bounds) -> Bounds:
        """The bounds of its columns, as far as the others' bounds leave them open."""
        low = sum(bounds[c][0] for c in self.right) - sum(bounds[c][1] for c in self.left)
        high = sum(bounds[c][1] for c in self.right) - sum(bounds[c][0] for c in self.left)
        slack = MOST if self.at_most else 0.0  # what the right side may have more than the left
        closer = {}
        for column in self.columns:
            lowest, highest = bounds[column]
            if column in self.left:
                ends = low + highest - slack, high + lowest
            else:
                ends = highest - high, lowest - low + slack
            closer[column] = max(lowest, ends[0]), min(highest, ends[1])
        return closer


def narrowest(bounds: Bounds, relations: Sequence[Relation]) -> float:
    """How many whole numbers fit the column that is pinned most closely, given bounds and relations.

    >>> a, b, both = ("a", "", "value"), ("b", "", "value"), ("both", "", "value")
    >>> narrowest({a: (0, 4), b: (0, 4), both: (6, 14)}, [Relation((a, b), (both,))])  # 2 to 4; 6 to 8
    3.0
    """
    return width(fitting(bounds, relations))


def fitting(bounds: Bounds, relations: Sequence[Relation]) -> Bounds:
    """The bounds within which each column's count can lie, given the others'.

    Exact where relations close no circle; elsewhere by integer programming.
    """
    bounds, before = dict(bounds), None
    while before != bounds:
        before = dict(bounds)
        for relation in relations:
            bounds |= relation.narrowed(bounds)
        if width(bounds) < 1:
            break
    if not _is_tree(relations) and width(bounds) >= 1:
        bounds = _solved(bounds, relations)
    return bounds


def width(bounds: Bounds) -> float:
    """How many whole numbers lie within the narrowest bounds."""
    return min(high - low for low, high in bounds.values()) + 1.0


def _is_tree(relations: Sequence[Relation]) -> bool:
    """Whether the relations of one group are joined without a circle: links are then as many as nodes but one."""
    links = sum(len(relation.columns) for relation in relations)
    return links == len({c for relation in relations for c in relation.columns}) + len(relations) - 1


def _solved(bounds: Bounds, relations: Sequence[Relation]) -> Bounds:
    from scipy import optimize  # type: ignore[import-untyped]  # here: hardly any relations close a circle

    place = {column: at for at, column in enumerate(bounds)}
    matrix = np.zeros((len(relations), len(place)))
    for row, relation in enumerate(relations):
        matrix[row, [place[c] for c in relation.right]] = 1
        matrix[row, [place[c] for c in relation.left]] = -1
    above = [np.inf if relation.at_most else 0 for relation in relations]
    low, high = zip(*bounds.values(), strict=True)
    ends = []
    for aim in np.vstack([np.eye(len(place)), -np.eye(len(place))]):
        solved = optimize.milp(
            aim,
            constraints=optimize.LinearConstraint(matrix, 0, above),
            bounds=optimize.Bounds(low, high),
            integrality=np.ones(len(place)),
        )
        ends.append(solved.fun if solved.success else np.inf)
    return {column: (ends[at], -ends[at + len(place)]) for column, at in place.items()}


def groups(relations: Iterable[Relation]) -> list[list[Relation]]:
    """Relations that share columns, together."""
    together: list[list[Relation]] = []
    for relation in relations:
        joined = [group for group in together if any(set(relation.columns) & set(each.columns) for each in group)]
        together = [group for group in together if group not in joined]
        together.append([*(each for group in joined for each in group), relation])
    return together


def independent(relations: Iterable[Relation]) -> list[Relation]:
    """Those relations that do not follow from the ones before them."""
    independent, place = list[Relation](), dict[Column, int]()
    rows: list[dict[int, float]] = []
    for relation in relations:
        row = {place.setdefault(c, len(place)): 1.0 for c in relation.left}
        row |= {place.setdefault(c, len(place)): -1.0 for c in relation.right}
        if relation.at_most:  # a numerator and denominator that already stand in one sum
            both = {*relation.left, *relation.right}
            if not any(both <= set(each.columns) for each in independent):
                independent.append(relation)
            continue
        matrix = np.zeros((len(rows) + 1, len(place)))
        for at, each in enumerate([*rows, row]):
            matrix[at, list(each)] = list(each.values())
        if np.linalg.matrix_rank(matrix) > len(rows):
            rows.append(row)
            independent.append(relation)
    return independent


def that_add_up(columns: Sequence[Column], months: NDArray[np.float64]) -> list[Relation]:
    """Sums of up to four columns that make another, or of two and three that make the same, over twelve months.

    months: a row a month, a column a column; NaN where there is no figure. The newest two years are looked at.
    """
    relations = []
    stretch = min(STRETCH, len(months))
    for end in range(len(months), max(stretch, len(months) - STRETCH) - 1, -FEWEST) if stretch >= FEWEST else ():
        chunk = months[end - stretch : end]
        used = [at for at in range(len(columns)) if np.isfinite(chunk[:, at]).all() and chunk[:, at].any()]
        for left, right in _equal_sums(chunk[:, used]):
            parts, whole = (tuple(columns[used[at]] for at in side) for side in (left, right))
            relations.append(Relation(parts, whole))
    place = {column: at for at, column in enumerate(columns)}

    def share(relation: Relation) -> float:
        left, right = (months[:, [place[c] for c in side]].sum(axis=1) for side in (relation.left, relation.right))
        return float(np.isclose(left, right)[np.isfinite(left + right)].mean())

    shares = {relation: share(relation) for relation in dict.fromkeys(relations)}
    usual = [relation for relation in shares if shares[relation] >= USUALLY]
    return sorted(usual, key=lambda each: (len(each.right), -shares[each], len(each.left)))


def distinct(relations: Iterable[Relation]) -> list[Relation]:
    """Those relations that are no more than one before them with a part more or less, which then is often nought."""
    distinct = list[Relation]()
    for relation in relations:
        own = set(relation.columns)
        if not any(own <= set(each.columns) or own >= set(each.columns) for each in distinct):
            distinct.append(relation)
    return distinct


def _equal_sums(chunk: NDArray[np.float64]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Sets of columns with the same sum in every row; one number stands for each column until it is tried."""
    stands_for = np.round(np.random.default_rng(1).integers(1, 2**20, len(chunk)) @ chunk, 3)
    singles: list[tuple[int, ...]] = [(at,) for at in range(len(stands_for))]
    pairs: list[tuple[int, ...]] = list(combinations(range(len(stands_for)), 2))
    sums = [np.array([stands_for[list(each)].sum() for each in sets]) for sets in ([()], singles, pairs)]
    by_sum: dict[float, list[tuple[int, ...]]] = {}
    for pair, total in zip(pairs, np.round(sums[2], 3), strict=True):
        by_sum.setdefault(float(total), []).append(pair)
    known_sums = np.array(list(by_sum))
    sets: list[list[tuple[int, ...]]] = [[()], singles, pairs]
    most = ((1, 0), (1, 1), (2, 0), (1, 2), (2, 1))  # sums of more than three take too long of very many measures
    for totals, others in most if len(singles) <= MANY else most[:3]:
        rest = np.round(sums[totals][:, np.newaxis] - sums[others], 3)
        for at, other in np.argwhere(np.isin(rest, known_sums)):
            total, more = sets[totals][at], sets[others][other]
            for pair in by_sum[float(rest[at, other])]:
                parts = (*more, *pair)
                is_apart = len({*parts, *total}) == len(parts) + len(total) and parts == tuple(sorted(parts))
                if is_apart and np.allclose(chunk[:, parts].sum(1), chunk[:, total].sum(1)):
                    yield parts, total
