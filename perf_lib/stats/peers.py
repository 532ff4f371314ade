"""Where a force stands among its most similar group, and in the country.

The published rule is that of peer charts: the average is the unweighted mean of the group's rates, the force's
included, and a force is in line while it is within 1.96 SD / sqrt(n) of that average. Those bounds belong to the
average, not to a force: of forces that differ from their group by chance alone, half lie outside them.

The calibrated rule answers the reader's question: would another force like these lie so far out? It is the t prediction
interval for one more observation (Hahn & Meeker, Statistical Intervals, 1991, section 4.7) on the logarithms of the
others' rates; one force in twenty lies outside it by chance. The same interval about the others' year-on-year change
says whether a force trends with its peers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.special import stdtrit  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.months import ROUNDING
from perf_lib.words import wording
from perf_lib.words.errors import InputError, suggestion

Standing = Literal["greater_than_peers", "in_line_above", "in_line_below", "less_than_peers"]

SMALLEST_GROUP = 4  # areas with a rate, the area itself included: three others give a spread, fewer do not
NORMAL_95 = 1.96

# Per cent of areas, no different in kind from their group, that appear to stand out, in either direction: by the
# published bounds, by the calibrated ones, and by the change on the year (tests/benchmarks).
PUBLISHED_FALSE_ALARM = 50.4
CALIBRATED_FALSE_ALARM = 5.2
TREND_FALSE_ALARM = 4.9


@dataclass(frozen=True)
class PeerPosition:
    """One area beside its group, for one measure and one 12 months.

    Rates, average and bounds are in the units of the caller's rates. `standing` is the published rule's answer, from
    `lower` and `upper`; `calibrated` the leave-one-out rule's, from `calibrated_lower` and `calibrated_upper`.
    "Above" and "below" in both compare with the printed average, so that the words and the number cannot disagree.
    `change` is the area's change on the previous year in per cent, `group_change` the others' mean change (geometric,
    per cent) with its bounds, and `does_not_trend` whether the area lies outside them. `rank` counts from the lowest
    of the `n` areas in the group, ties sharing the lower rank; the `_words` print it. `left_out` names the group's
    areas without a rate. An answer that cannot be given is None.
    """

    area: str
    n: int
    rate: float
    average: float
    rank: int
    rank_words: str
    left_out: tuple[str, ...] = ()
    lower: float | None = None
    upper: float | None = None
    standing: Standing | None = None
    calibrated_lower: float | None = None
    calibrated_upper: float | None = None
    calibrated: Standing | None = None
    change: float | None = None
    group_change: float | None = None
    group_change_lower: float | None = None
    group_change_upper: float | None = None
    does_not_trend: bool | None = None
    national_rank: int | None = None
    national_rank_words: str | None = None


def position(
    rates: pd.Series, area: str, previous: pd.Series | None = None, national: pd.Series | None = None
) -> PeerPosition:
    """Where the area stands: rates of the whole group (the area included), indexed by area, all in one unit.

    previous: the same rates a year earlier, for the change. national: the rates of every force in the country (no
    totals among them), for the rank.

    A peer without a rate is left out and named. With fewer than four areas left the standings are None; with a rate
    of nought among them the calibrated ones are (nought has no logarithm); an area without a previous rate, or with
    one of nought, takes no part in the change. Raises InputError where the area is not in the group or has no rate,
    for an area named twice and for a negative rate.

    >>> group = pd.Series({"Here": 61.5, "A": 91.1, "B": 58.3, "C": 72.7, "D": 87.6, "E": 74.6, "F": 73.6, "G": 69.0})
    >>> here = position(group, "Here")
    >>> round(here.average, 2), here.standing, here.calibrated, here.rank_words
    (73.55, 'less_than_peers', 'in_line_below', '2nd lowest of 8')
    """
    present = _checked(rates, area, "peers")
    trend = {} if previous is None else _trend(present, _checked(previous, None, "peers, a year earlier"), area)
    country = {} if national is None else _rank(_checked(national, area, "national rates"), area)
    return PeerPosition(
        area=area,
        n=len(present),
        rate=float(present[area]),
        average=float(present.mean()),
        left_out=tuple(str(name) for name in rates.index[rates.isna()]),
        **_rank(present, area),
        **_published(present, area),
        **_calibrated(present, area),
        **trend,
        **{f"national_{name}": value for name, value in country.items()},
    )


def rank_words(rank: int, of: int) -> str:
    """A rank from the lowest of so many, in words that count from the nearer end.

    >>> rank_words(12, 43), rank_words(1, 8), rank_words(42, 43)
    ('12th lowest of 43', 'lowest of 8', '2nd highest of 43')
    """
    end, place = ("lowest", rank) if 2 * rank <= of + 1 else ("highest", of + 1 - rank)
    return f"{end} of {of}" if place == 1 else f"{wording.ordinal(place)} {end} of {of}"


def _published(rates: pd.Series, area: str) -> dict[str, Any]:
    """Mean +- 1.96 SD / sqrt(n) over the whole group: outside is unlike the peers, on the bound is in line."""
    if len(rates) < SMALLEST_GROUP:
        return {}
    average = float(rates.mean())
    half = NORMAL_95 * float(rates.std(ddof=1)) / sqrt(len(rates))
    bounds = average - half, average + half
    return {"lower": bounds[0], "upper": bounds[1], "standing": _standing(float(rates[area]), average, bounds)}


def _calibrated(rates: pd.Series, area: str) -> dict[str, Any]:
    """The same question, with the range in which one more force like the others would lie, on logarithms."""
    if len(rates) < SMALLEST_GROUP or (rates <= 0).any():
        return {}
    low, high = (exp(bound) for bound in _one_more(np.log(rates.drop(area).to_numpy())))
    standing = _standing(float(rates[area]), float(rates.mean()), (low, high))
    return {"calibrated_lower": low, "calibrated_upper": high, "calibrated": standing}


def _trend(rates: pd.Series, previous: pd.Series, area: str) -> dict[str, Any]:
    """The area's change on a year earlier, the others', and whether it is one of theirs."""
    both = pd.DataFrame({"now": rates, "then": previous}).dropna()
    both = both[(both["now"] > 0) & (both["then"] > 0)]
    if area not in both.index:
        return {}
    changes = pd.Series(np.log(both["now"] / both["then"]))
    change, others = float(changes[area]), changes.drop(area).to_numpy()
    if len(changes) < SMALLEST_GROUP:
        return {"change": _per_cent(change)}
    low, high = _one_more(others)
    slack = ROUNDING * max(abs(low), abs(high))
    return {
        "change": _per_cent(change),
        "group_change": _per_cent(float(others.mean())),
        "group_change_lower": _per_cent(low),
        "group_change_upper": _per_cent(high),
        "does_not_trend": change < low - slack or change > high + slack,
    }


def _one_more(others: np.ndarray) -> tuple[float, float]:
    """Where 95 in 100 further observations would lie: mean +- t(m-1) x s x sqrt(1 + 1/m) of the m observed."""
    m = len(others)
    half = float(stdtrit(m - 1, 0.975)) * float(others.std(ddof=1)) * sqrt(1 + 1 / m)
    return float(others.mean()) - half, float(others.mean()) + half


def _standing(rate: float, average: float, bounds: tuple[float, float]) -> Standing:
    """Where a rate lies beside two bounds and the average between them; what rounding moves is in line."""
    slack = ROUNDING * abs(average)
    if rate > bounds[1] + slack:
        return "greater_than_peers"
    if rate < bounds[0] - slack:
        return "less_than_peers"
    return "in_line_above" if rate >= average - slack else "in_line_below"


def _rank(rates: pd.Series, area: str) -> dict[str, Any]:
    """The area's rank from the lowest, as a number and in words."""
    rank = int((rates < rates[area]).sum()) + 1
    return {"rank": rank, "rank_words": rank_words(rank, len(rates))}


def _per_cent(log_change: float) -> float:
    return 100 * (exp(log_change) - 1)


def _checked(rates: pd.Series, area: str | None, name: str) -> pd.Series:
    """The rates that are present, as floats; refuses what cannot be a table of rates by area."""
    if not rates.index.is_unique:
        raise InputError(f"{name}: {rates.index[rates.index.duplicated()][0]} appears more than once")
    try:
        present = rates.astype(float).dropna()
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: every rate must be a number ({error})") from error
    wrong = present[(present < 0) | ~np.isfinite(present)]
    if len(wrong):
        raise InputError(f"{name}: {wrong.index[0]} has a rate of {wrong.iloc[0]:g}; a rate is nought or more")
    if area is not None and area not in rates.index:
        raise InputError(f"{name}: no area {area}; {suggestion(area, map(str, rates.index))}")
    if area is not None and area not in present.index:
        raise InputError(f"{name}: {area} has no rate")
    return present
