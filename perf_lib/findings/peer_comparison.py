"""Where a measure stands among the body's peers, cut at the quarter like everything else."""

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

    @property
    def course(self) -> pd.DataFrame:
        """The history that can be drawn as lines: areas that have most of the area's own months, where all have one.

        A peer without a rate for half of those months is left out, rather than the months of all the others.
        """
        own = self.history[self.history[self.position.area].notna()]
        return own.loc[:, own.notna().mean() > 0.5].dropna()


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

    rates: as of_forces answers them.
    """
    if measure.peers is None or measure.peers not in rates or settings.peer_group is None:
        return None
    area = settings.body.area
    table = rates[measure.peers].loc[: quarter.last].dropna(axis="columns", how="all")
    if area not in table:
        return None
    group = [area, *settings.peer_group.areas]
    history = table.reindex(columns=group)
    month = history[area].dropna().index.max()
    year_before = history.loc[month - YEAR] if month - YEAR in history.index else None
    position = peers.position(history.loc[month], area, year_before, table.loc[month].dropna())
    standing, lower, upper = position.standing, position.lower, position.upper
    if standing is None or lower is None or upper is None:  # too few peers with a rate to stand among
        return None
    return PeerComparison(month, position, standing, lower, upper, history.loc[month].dropna().sort_values(), history)


def population(rates: pd.DataFrame | None, area: str, quarter: Quarter) -> float | None:
    """How many residents the area has, by the latest rates up to the quarter."""
    if rates is None:
        return None
    own = rates[(rates["area"] == area) & (rates["level"] == "force") & (rates["month"] <= quarter.last)]
    return float(own.sort_values("month")["population"].iloc[-1]) if len(own) else None
