"""Editions: which release says a year's figure, what an earlier one said, and releases held against one another.

A release of the police force area tables speaks of two years: its own (table P1) and, by the printed change (P2), the
one before. The newest release that speaks of a year has the last word on it. A change is taken within one release: a
year that the release of the year after it does not speak of is not compared with that.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perf_lib.config.catalogue import Catalogue
from perf_lib.extracts.tables.schema import PEERS
from perf_lib.words.errors import InputError

YEAR = 12
KEYS = ["area", "level", "offence", "month"]
_FIGURES = ["offences", "change_per_cent", "rate", "population"]
COLUMNS = [
    *KEYS, "region", "rate", "population", "offences", "release", "table", "file", "first_offences", "first_release",
    "first_change_per_cent",
]  # fmt: skip


def agreed(tables: Sequence[pd.DataFrame], keys: Sequence[str] = KEYS) -> pd.DataFrame:
    """Tables of several files one under another, a row once: of two that differ, the one whose file corrects the other.

    tables: with `file` and `corrects`, as `read_ons` gives them; keys: the columns that say what a row is of. Raises
    InputError, naming both files, where they differ and neither says that it corrects the other.
    """
    if not tables:
        return pd.DataFrame(columns=[*keys, *_FIGURES, "file"])
    keys, every = list(keys), pd.concat(tables, ignore_index=True)
    every = every[every["corrects"] == every.groupby(keys)["corrects"].transform("max")]
    figures = [name for name in _FIGURES if name in every]
    every = every.drop_duplicates([*keys, *figures])
    twice = every[every.duplicated(keys, keep=False)].sort_values(keys, kind="stable").head(2)
    if len(twice):
        differing = next(name for name in figures if twice[name].nunique(dropna=False) > 1)
        (one, other), (first, second) = twice["file"], (f"{figure:,.10g}" for figure in twice[differing])
        raise InputError(
            f"{one} and {other} differ: {', '.join(str(twice[key].iloc[0]) for key in keys)}, "
            f"{differing.replace('_', ' ')}: {first} and {second}; leave one out, or put 'corrected' into the name of "
            "the one that holds"
        )
    return every


def editions(releases: pd.DataFrame) -> pd.DataFrame:
    """Every year of an area and offence group by the newest release that speaks of it: COLUMNS.

    releases: as `agreed` returns them. `release` is the month that the release's own year ends in, `table` the one that
    says it; `first_offences` and `first_release` are the first edition's. `rate` is missing where the year's own
    release has none, or is not there.
    """
    if releases.empty:
        return pd.DataFrame(columns=COLUMNS)
    years = releases.dropna(subset="offences").assign(release=releases["month"], table="P1")
    spoken = pd.concat([years, _years_before(years)], ignore_index=True).sort_values("release", kind="stable")
    first, newest = (spoken.drop_duplicates(KEYS, keep=which).set_index(KEYS) for which in ("first", "last"))
    newest = newest.join(first[["offences", "release", "change_per_cent"]].add_prefix("first_")).reset_index()
    residents = years.dropna(subset="rate").groupby(["area", "level", "month"])["population"].first()
    places = pd.MultiIndex.from_frame(newest[["area", "level", "month"]])
    population = newest["population"].where(newest["table"] == "P1", pd.Series(residents.reindex(places).to_numpy()))
    rate = newest["rate"].where(newest["table"] == "P1", 1000 * newest["offences"] / population)
    return newest.assign(population=population, rate=rate)[COLUMNS].sort_values(KEYS, ignore_index=True)


def _years_before(own: pd.DataFrame) -> pd.DataFrame:
    """The years before the releases' own, by the printed change.

    Of the counts that make the change, to its printed decimal, an earlier release's stands, else the nearest. Where no
    whole number makes it, the change contradicts table P1, and nothing is taken from it.
    """
    before = own.dropna(subset="change_per_cent")
    now, change, month = before["offences"], before["change_per_cent"], before["month"] - YEAR
    decimals = change.map(lambda each: len(f"{each:.6f}".rstrip("0").split(".")[1])).groupby(before["file"])
    half = 0.5 * 10.0 ** -decimals.transform("max") + 1e-9
    places = pd.MultiIndex.from_frame(before.assign(month=month)[KEYS])
    earlier = pd.Series(own.set_index(KEYS)["offences"].reindex(places).to_numpy(), before.index)
    offences = pd.Series(np.nan, before.index)
    with np.errstate(divide="ignore", invalid="ignore"):
        for counts in ((now / (1 + change / 100)).round(), earlier):
            offences = counts.where((100 * (now / counts - 1) - change).abs() <= half, offences)
    unknown = dict.fromkeys(["change_per_cent", "rate", "population"], np.nan)
    before = before.assign(month=month, offences=offences, table="P2", **unknown)
    return before[np.isfinite(offences)]


def contradictions(releases: pd.DataFrame) -> tuple[str, ...]:
    """The counts that do not fit the printed change, a sentence each."""
    if releases.empty:
        return ()
    years = releases.dropna(subset=["offences", "change_per_cent"])
    years = years[(years["offences"] > 0) | (years["change_per_cent"] > -100)]
    fits = years.index.isin(_years_before(years).index)
    return tuple(
        f"{row.file}: the {row.offences:,.0f} of {row.area} ({row.offence}) and the printed change of "
        f"{row.change_per_cent:.1f} per cent do not fit each other; no change is given."
        for row in years[~fits].itertuples()
    )


def comparable(years: pd.DataFrame, last: pd.Period) -> pd.DataFrame:
    """Years up to a month, without those that the release which speaks of the year after them says nothing of."""
    years = years[years["month"] <= last]
    releases = years.set_index(KEYS)["release"]
    after = releases.reindex(pd.MultiIndex.from_frame(years.assign(month=years["month"] + YEAR)[KEYS])).to_numpy()
    return years[pd.isna(after) | (after == years["release"].to_numpy())]


def rates_of(catalogue: Catalogue, years: pd.DataFrame) -> pd.DataFrame:
    """Every area's rates, for each series that the catalogue compares and the releases hold."""
    if years.empty:
        return pd.DataFrame(columns=PEERS.required)
    groups = {m.open_data.ons: m.peers for m in catalogue.values() if m.peers and m.open_data and m.open_data.ons}
    table = years[years["offence"].isin(list(groups)) & years["level"].isin(["force", "region", "nation"])]
    table = table[(table[["rate", "offences", "population"]] > 0).all(axis=1)]
    origin = table["table"].map({"P1": "published", "P2": "derived"})
    table = table.assign(series=table["offence"].map(groups), month=table["month"].astype(str), origin=origin)
    return table[PEERS.required].sort_values(["series", "level", "area", "month"], ignore_index=True)
