"""Where a measure stands among the body's peers, with the rates up to the quarter's end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from perf_lib.config.catalogue import Measure
from perf_lib.config.settings import Settings
from perf_lib.stats import peers
from perf_lib.stats.series import YEAR
from perf_lib.words.quarters import Quarter


@dataclass(frozen=True)
class PeerCourse:
    """The group's rates over time, and the area's rate as it would be had it moved as the group's average did.

    Rates are per 1,000 residents, 12 months to each month; the changes are in per cent, from first month to last.
    """

    rates: pd.DataFrame
    """Months in rows, areas in columns, without gaps."""
    average: pd.Series
    as_peers: pd.Series
    change: float
    average_change: float


@dataclass(frozen=True)
class PeerComparison:
    """Where the area stands among its peers on 12-month rates per 1,000 residents, and how it got there."""

    month: pd.Period
    position: peers.PeerPosition
    standing: peers.Standing
    """Among the published bounds of the group's average, `lower` and `upper`."""
    lower: float
    upper: float
    rates: pd.Series
    """The group's rates by area at `month`, the area's own included, lowest first."""
    history: pd.DataFrame
    """The group's rates: months in rows, areas in columns."""
    course: PeerCourse | None
    """None where too few areas have rates in the same months."""
    not_in_course: tuple[str, ...]
    """Areas with a rate in half of the area's own months or fewer."""


def of_forces(rates: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    """Each series' rates of forces: months in rows, areas in columns."""
    if rates is None:
        return {}
    forces = rates[rates["level"] == "force"].groupby("series", sort=False)
    return {str(name): rows.pivot(index="month", columns="area", values="rate") for name, rows in forces}


def compare(
    measure: Measure, settings: Settings, rates: Mapping[str, pd.DataFrame], quarter: Quarter
) -> PeerComparison | None:
    """The measure's peer comparison at the quarter; None without rates, a group, or enough peers in it.

    rates: as of_forces returns them.
    """
    if measure.peers is None or measure.peers not in rates or settings.peer_group is None:
        return None
    area = settings.body.area
    table = rates[measure.peers].loc[: quarter.last].dropna(axis="columns", how="all")
    if area not in table:
        return None
    history = table.reindex(columns=[area, *settings.peer_group.areas])
    month = history[area].dropna().index.max()
    year_before = history.loc[month - YEAR] if month - YEAR in history.index else None
    position = peers.position(history.loc[month], area, year_before, table.loc[month].dropna())
    standing, lower, upper = position.standing, position.lower, position.upper
    if standing is None or lower is None or upper is None:  # too few peers with a rate to stand among
        return None
    course, not_in_course = _course(history, area)
    at_month = history.loc[month].dropna().sort_values()
    return PeerComparison(month, position, standing, lower, upper, at_month, history, course, not_in_course)


def _course(history: pd.DataFrame, area: str) -> tuple[PeerCourse | None, tuple[str, ...]]:
    """The course of the areas that have most of the area's own months, and the areas that have not.

    A peer without a rate for half of those months is left out, rather than the months of all the others.
    """
    own = history[history[area].notna()]
    rates = own.loc[:, own.notna().mean() > 0.5].dropna()
    left_out = tuple(name for name in history if name not in rates)
    if len(rates) < 2 or rates.shape[1] < peers.SMALLEST_GROUP:
        return None, left_out
    average, its = rates.mean(axis=1), rates[area]
    as_peers = its.iloc[0] * average / average.iloc[0]
    change, average_change = (100 * (line.iloc[-1] / line.iloc[0] - 1) for line in (its, average))
    return PeerCourse(rates, average, as_peers, float(change), float(average_change)), left_out


def population(rates: pd.DataFrame | None, area: str, quarter: Quarter) -> float | None:
    """How many residents the area has, by the latest rates up to the quarter."""
    if rates is None:
        return None
    own = rates[(rates["area"] == area) & (rates["level"] == "force") & (rates["month"] <= quarter.last)]
    return float(own.sort_values("month")["population"].iloc[-1]) if len(own) else None
