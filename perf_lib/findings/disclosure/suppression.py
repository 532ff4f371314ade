"""Cell suppression: which counts to withhold so that no small one can be worked out from what is printed.

Small counts are withheld (primary suppression), and with them as many other figures as it takes (complementary, or
secondary, suppression) that each small count's feasibility interval is at least the threshold wide: a sliding
protection level (Hundepool and others, Statistical Disclosure Control, Wiley 2012, chapter 4). Pure: counts in, a
decision out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from perf_lib.findings.disclosure.intervals import Counts, Identity, Known, Unit, Window


@dataclass(frozen=True)
class Withheld:
    """One figure withheld: primary because it is small, complementary because it would give `protects` away."""

    unit: Unit
    protects: Unit | None = None
    by: tuple[Unit | Identity, ...] = ()
    """The relations by which it would: totals that are printed, measures that add up."""


@dataclass(frozen=True)
class Decision:
    """What is withheld, in the order it was decided, and small figures that earlier publications give away."""

    withheld: Mapping[Unit, Withheld]
    given_away: frozenset[Unit]


def decide(
    measures: Mapping[str, Counts],
    identities: Sequence[Identity] = (),
    before: Mapping[Unit, Withheld] | None = None,
) -> Decision:
    """What to withhold so that each small count's feasibility interval is at least its threshold wide.

    before: figures that an earlier report withheld, and this one must too.

    A quarter of 2, 9 and 30 with its total 41: the 2 is small, and the 9 is withheld with it.

    >>> counts = Counts({0: (2,), 1: (9,), 2: (30,)}, threshold=5, totals=((0, 2),), lowest=1)
    >>> [unit for unit in decide({"thefts": counts}).withheld]
    [('thefts', (0, 0)), ('thefts', (1, 1))]
    """
    withheld: dict[Unit, Withheld] = dict(before or {})
    given_away: set[Unit] = set()
    for cluster in _clusters(measures, identities):
        tied = [each for each in identities if each.total in cluster]
        earlier = {unit: why for unit, why in withheld.items() if unit[0] in cluster}
        decision = _decide({code: measures[code] for code in cluster}, tied, earlier)
        withheld |= decision.withheld
        given_away |= decision.given_away
    return Decision(withheld, frozenset(given_away))


def _decide(
    measures: Mapping[str, Counts], identities: Sequence[Identity], before: Mapping[Unit, Withheld]
) -> Decision:
    withheld = dict(before)
    for code, counts in measures.items():
        for window in counts.windows:
            if counts.is_protected(window):
                withheld.setdefault((code, window), Withheld((code, window)))
    everything = frozenset((code, window) for code, counts in measures.items() for window in counts.windows)
    hopeless = Known(measures, identities, everything)
    given_away = set()
    # Withholding more only widens intervals: what is safe once stays so, and one pass will do.
    for unit in [u for u in withheld if measures[u[0]].is_protected(u[1])]:
        public = Known(measures, identities, frozenset(withheld))
        if not public.is_safe(unit) and not hopeless.is_safe(unit):
            given_away.add(unit)
            continue
        while not public.is_safe(unit):
            for other in _complement(public, unit):
                withheld[other] = Withheld(other, unit, public.relations(unit))
            public = Known(measures, identities, frozenset(withheld))
    return Decision(withheld, frozenset(given_away))


def _complement(public: Known, unsafe: Unit) -> tuple[Unit, ...]:
    """The first candidate that makes the unit safe; else the one that widens its interval most; else the first."""
    best, widest = None, -math.inf
    for candidate in _candidates(public, unsafe):
        then = public.without(candidate)
        if then.is_safe(unsafe):
            return candidate
        if (width := then.width(unsafe)) > widest:
            best, widest = candidate, width
    assert best is not None, "with everything withheld the unit is safe, so there is a candidate"  # noqa: S101
    return best


def _candidates(public: Known, unsafe: Unit) -> Iterable[tuple[Unit, ...]]:
    """What might be withheld besides, the least loss to the reader first."""
    code, (first, last) = unsafe
    quarter = first - first % 3, last - last % 3 + 2  # of the calendar
    beside = [unit for unit in _months(public, code, quarter) if unit != unsafe]
    others = [other for other in public.measures if other != code]
    yield from ((unit,) for unit in beside)
    yield from ((unit,) for other in others for unit in _months(public, other, (first, last)))
    # Two months of two measures that add up to a third: withholding one corner of the square takes the other three.
    yield from (
        (here, *_months(public, other, (first, last)), *_months(public, other, here[1]))
        for here in beside
        for other in others
    )
    if len(beside) > 1:
        yield tuple(beside)
    bearing = public.bearing_on(unsafe)
    months = [u for c, reach in bearing for u in _months(public, c, reach)]
    yield from ((unit,) for unit in sorted(dict.fromkeys(months), key=lambda u: abs(u[1][0] - first)))
    totals = [unit for unit in bearing if unit[1] in public.measures[unit[0]].totals and _is_free(public, unit)]
    yield from ((unit,) for unit in sorted(totals, key=lambda u: u[1][::-1]))
    if len(totals) > 1:
        yield tuple(totals)
    everything = ((other, w) for other, each in public.measures.items() for w in each.windows)
    yield tuple(unit for unit in everything if unit not in public.withheld)


def _months(public: Known, code: str, window: Window) -> list[Unit]:
    """Months of a window that are printed and not nought, the smallest first."""
    rows = public.measures[code].months
    free = [t for t in range(window[0], window[1] + 1) if any(rows.get(t, ())) and _is_free(public, (code, (t, t)))]
    return [(code, (t, t)) for t in sorted(free, key=lambda t: (sum(rows[t]), -t))]


def _is_free(public: Known, unit: Unit) -> bool:
    """Whether a figure can still be withheld."""
    return unit not in public.withheld and unit[1] not in public.measures[unit[0]].known


def _clusters(measures: Mapping[str, Counts], identities: Sequence[Identity]) -> list[list[str]]:
    """Measures that some identity ties together, each cluster in the measures' order."""
    of = {code: frozenset([code]) for code in measures}
    for each in identities:
        joined = frozenset().union(*(of[code] for code in (each.total, *each.parts)))
        of |= dict.fromkeys(joined, joined)
    return [[code for code in measures if code in cluster] for cluster in dict.fromkeys(of.values())]
