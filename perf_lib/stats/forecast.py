"""Where the rolling 12 months is heading: six months ahead with honest intervals, or a reasoned refusal.

Each month to come is what the months before lead one to expect (`expected.level`; under five a month,
`expected.small`); the rolling figure is then the months already reported plus those to come. It is the model by which
the quarter is judged, forwards, and it learns from the same months.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.expected import small
from perf_lib.stats.expected.histories import SHORTEST, Histories
from perf_lib.stats.expected.level import Outlook, outlook
from perf_lib.stats.months import YEAR, Floats
from perf_lib.stats.transforms import Kind, Scaled, scaled_series
from perf_lib.words.errors import InputError

AHEAD = 6
LEVELS = (80, 95)


@dataclass(frozen=True)
class Projection:
    """The rolling 12 months to come.

    `table` has a row for each of the months ahead and columns rolling, lower_80, upper_80, lower_95 and upper_95, in
    the units of the rolling figure (proportions in per cent); `to_come` has the same columns for the months ahead
    alone, added up to each. `now` is the latest rolling figure, `history` the months learnt from.
    """

    table: pd.DataFrame
    to_come: pd.DataFrame
    now: float
    history: int

    def times(self, factor: float) -> Projection:
        """The same in another unit: a year's total where the projection is of a month's average."""
        to_come = self.to_come.mul(np.arange(1, len(self.to_come) + 1) * factor / YEAR, axis=0)
        return replace(self, table=self.table * factor, to_come=to_come, now=self.now * factor)


@dataclass(frozen=True)
class Refused:
    """No projection, and why: a code and a sentence."""

    why: Literal["short_history", "recent_break", "missing_months"]
    words: str


class Months(NamedTuple):
    """One series to be projected: the arguments of `project` but the last."""

    series: pd.Series
    kind: Kind = "count"
    denominators: pd.Series | None = None
    breaks: Iterable[pd.Period | str] = ()
    exclude: Iterable[pd.Period | str] = ()


def project(
    series: pd.Series,
    kind: Kind = "count",
    denominators: pd.Series | None = None,
    breaks: Iterable[pd.Period | str] = (),
    exclude: Iterable[pd.Period | str] = (),
    ahead: int = AHEAD,
) -> Projection | Refused:
    """The rolling 12 months for the next six, with 80 and 95 per cent intervals; or why there is none.

    series: a monthly series, as for `expected.judge` (numerators where there are denominators; the denominators to come
    are taken to be those of the same months last year). It learns only from months since the last break, and not from
    excluded months, though a total that includes them includes them. Raises InputError for more than 12 months ahead
    or fewer than one, and as `transforms.scaled`.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> rng = np.random.default_rng(0)
    >>> outlook = project(pd.Series(rng.poisson(100 + 15 * np.cos(np.arange(60) * np.pi / 6)), index=months))
    >>> outlook.table.round().astype(int).tail(1)
             rolling  lower_80  upper_80  lower_95  upper_95
    2020-06     1236      1196      1277      1175      1300
    >>> project(pd.Series(range(20), index=months[:20])).words
    'needs 24 months of history; there are 20'
    """
    if not 1 <= ahead <= YEAR:
        raise InputError(f"projection: {ahead} months ahead; allowed: 1 to {YEAR}")
    return project_all({"series": Months(series, kind, denominators, breaks, exclude)}, ahead)["series"]


def project_all(measures: Mapping[str, Months], ahead: int = AHEAD) -> dict[str, Projection | Refused]:
    """The projection of each of many series, as `project` answers it; all of them are learnt from in one pass.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> steady = pd.Series(np.random.default_rng(0).poisson(100 + 15 * np.cos(np.arange(60) * np.pi / 6)), index=months)
    >>> outlooks = project_all({"steady": Months(steady), "short": Months(steady[:20])})
    >>> round(outlooks["steady"].table["rolling"].iloc[-1]), outlooks["short"].why
    (1236, 'short_history')
    """
    outlooks: dict[str, Projection | Refused] = {}
    learning: dict[str, tuple[Scaled, Histories]] = {}
    for name, each in measures.items():
        breaks, exclude = tuple(each.breaks), tuple(each.exclude)
        reported = scaled_series(each.series, each.kind, each.denominators, breaks)
        comparable = scaled_series(*each[:3], breaks, exclude) if exclude else reported
        before = Histories.of(comparable, np.array([len(comparable.z) - 1]))
        refused = _refused(reported, before)
        if refused is None:
            learning[name] = reported, before
        else:
            outlooks[name] = refused
    if learning:
        histories = [before for _, before in learning.values()]
        z, floor = (np.concatenate([getattr(each, part) for each in histories]) for part in ("z", "floor"))
        together = outlook(z, ahead, floor)
        for row, (name, (reported, before)) in enumerate(learning.items()):
            outlooks[name] = _projection(reported, before, together.of_rows(np.array([row])), ahead)
    return {name: outlooks[name] for name in measures}


def _projection(reported: Scaled, before: Histories, months: Outlook, ahead: int) -> Projection:
    last_year = slice(len(reported.z) - YEAR, len(reported.z) - YEAR + ahead)
    size = reported.size[last_year, 0] if reported.scale.flow else np.ones(ahead)
    by_counts = bool(before.is_small[0])
    to_come = _counts_to_come(before, size, reported.has_cases) if by_counts else _level_to_come(reported, months, size)
    index = pd.period_range(reported.months[-1] + 1, periods=ahead, freq="M")
    table = pd.DataFrame({name: _rolled_on(reported, sums, size) for name, sums in to_come.items()}, index)
    by_size = reported.scale.flow and reported.kind != "count"
    alone = {name: reported.per * sums / np.cumsum(size) if by_size else sums for name, sums in to_come.items()}
    return Projection(table, pd.DataFrame(alone, index), reported.rolled(slice(-YEAR, None)), int(before.present[0]))


def _level_to_come(reported: Scaled, months: Outlook, size: Floats) -> dict[str, Floats]:
    """The numerators to come, added up to each month ahead, with their intervals."""
    scale = reported.scale
    rate = scale.back(months.mean[0], months.noise[0] if scale.flow else 0.0)
    moves = size / scale.slope(rate)
    products = np.outer(moves, moves) * months.covariance[0]
    if not scale.flow:
        total, sizes, sd = rate, size, np.sqrt(np.diag(products))
    else:
        total, sizes = np.cumsum(size * rate), np.cumsum(size)
        sd = np.sqrt(np.diag(products.cumsum(axis=0).cumsum(axis=1))) / sizes
    middle, spread = scale.forward(total, sizes), sd * scale.slope(total / sizes)
    sums = {"rolling": total}
    for level in LEVELS:
        beyond = float(stdtrit(months.df[0], (1 + level / 100) / 2)) * spread
        sums[f"lower_{level}"], sums[f"upper_{level}"] = (
            scale.inverse(bound, sizes) for bound in (middle - beyond, middle + beyond)
        )
    return sums


def _counts_to_come(before: Histories, size: Floats, has_cases: bool) -> dict[str, Floats]:
    """The same for small numbers; of a proportion no more than its cases, and what they leave where that is rarer."""
    exposure = np.cumsum(size)
    rates = small.rate(before.cases, before.size).of_rows(np.zeros(len(size), int))
    middle = np.arange(2, len(size) + 2) / 2
    sums = {"rolling": small.expected(rates, exposure)}
    for level in LEVELS:
        bounds = [
            small.interval(rates.of_rows(np.array([h])), exposure[h : h + 1], middle[h], level / 100)
            for h in range(len(size))
        ]
        sums[f"lower_{level}"], sums[f"upper_{level}"] = (np.concatenate(side) for side in zip(*bounds, strict=True))
    if has_cases:
        sums = {name: np.minimum(total, exposure) for name, total in sums.items()}
    if not before.is_rest[0]:
        return sums
    rest = {name: exposure - total for name, total in sums.items()}
    swapped = {f"lower_{level}": rest[f"upper_{level}"] for level in LEVELS}
    return rest | swapped | {f"upper_{level}": rest[f"lower_{level}"] for level in LEVELS}


def _rolled_on(reported: Scaled, to_come: Floats, size: Floats) -> Floats:
    """Rolling 12 months ahead: the reported months that are still in the year, with the sum of those to come."""
    if not reported.scale.flow:
        return to_come

    def remaining(values: Floats) -> Floats:
        return np.array([values[len(values) - YEAR + h + 1 :, 0].sum() for h in range(len(to_come))])

    numerator = remaining(reported.numerator) + to_come
    if reported.kind == "count":
        return numerator
    return reported.per * numerator / (remaining(reported.size) + np.cumsum(size))


def _refused(reported: Scaled, before: Histories) -> Refused | None:
    """Why a projection is not tried, if it is not."""
    if not before.is_enough[0]:
        present = np.isfinite(before.z[0])
        reach = int(len(present) - present.argmax()) if present.any() else 0
        if reported.since[-1, 0] < SHORTEST:
            return Refused("recent_break", f"needs {SHORTEST} months since the last break; there are {reach}")
        return Refused("short_history", f"needs {SHORTEST} months of history; there are {reach}")
    if not np.isfinite(reported.value[-YEAR:, 0]).all():
        return Refused("missing_months", "a month of the last 12 is missing, so the rolling 12 months is not known")
    return None
