"""Real monthly series: intervals cover, few signals where little changes, a redefined category is suspected.

The data are not part of the project. PERF_REAL_DATA names the folder that holds them; without it, and without
../shared/data, these tests are skipped. tests/benchmarks measures the same at length.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from benchmarks import bench_suspected_breaks, worlds
from benchmarks.bench_expected import of_noughts, signals
from benchmarks.bench_projection import projected

from perf_lib.stats.suspected_breaks import level_shift

FRAME = worlds.boroughs()
pytestmark = pytest.mark.skipif(
    FRAME is None, reason=f"{worlds.BOROUGHS} is not under PERF_REAL_DATA (default ../shared/data)"
)


def counts() -> worlds.World:
    world = worlds.kinds(FRAME)["counts"]
    return world.of(~of_noughts(world))


def place(month: str) -> int:
    return int(FRAME.index.get_loc(pd.Period(month, "M")))


def test_few_signals_where_little_changes_and_many_in_the_pandemic():
    # The goals: 2 to 7 per cent at a quarter's end, at least 15 in 2020-21.
    quiet = signals(counts().judged([place(f"{year}-06") for year in (2016, 2017, 2018, 2019, 2023, 2024, 2025)]))
    shock = signals(counts().judged([place(month) for month in ("2020-06", "2021-03", "2021-06")]))
    assert 0.02 < np.nanmean(quiet) < 0.08
    assert np.nanmean(shock) > 0.15


def test_years_in_another_order_are_seldom_said_to_differ():
    frame = counts().frame.loc["2011-01":"2025-12"]
    mixed = worlds.World("count", worlds.shuffled(frame, np.random.default_rng(1)))
    p = mixed.judged(np.arange(83, 180, 12)).year.p
    assert (np.abs(p) < 0.01).mean() < 0.03


def test_intervals_made_before_the_pandemic_cover_as_often_as_they_say():
    inside = np.stack([projected(counts(), place(month)).inside for month in ("2016-12", "2017-12", "2018-12")])
    eighty, ninety_five = 100 * inside.mean(axis=(0, 2, 3))
    assert 75 < eighty < 85
    assert 92 < ninety_five < 98


def test_a_redefined_category_is_suspected_in_its_month():
    # police.uk: "Public order" and "Possession of weapons" begin in May 2013, and "Other crime" falls.
    other = bench_suspected_breaks.redefined()
    if other is None:
        pytest.skip(f"{bench_suspected_breaks.REAL} is not under PERF_REAL_DATA")
    shift = level_shift(other)
    assert (shift.suspected, str(shift.month)) == (True, "2013-05")
    assert other.loc["2013-05"] < other.loc["2013-04"] / 2
