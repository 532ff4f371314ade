"""The projection on real monthly series: crime by neighbourhood in the West Midlands, 2011 to 2016.

The data are not part of the project. PERF_REAL_DATA names the folder that holds west_midlands/; without it, and
without ../shared/data, these tests are skipped.
"""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks import bench_projection, bench_suspected_breaks

from perf_lib.stats.suspected_breaks import level_shift

GROUPS = bench_projection.real_groups()
pytestmark = pytest.mark.skipif(
    GROUPS is None, reason=f"{bench_projection.REAL} is not under PERF_REAL_DATA (default ../shared/data)"
)


def test_the_intervals_cover_what_came_at_seven_origins():
    # Issue: 75 to 85 of the 80 per cent intervals, 90 to 97 of the 95, over neighbourhoods of every size.
    learnt, ahead = bench_projection.TRAINING, bench_projection.AHEAD
    inside = [
        bench_projection.covered(group.to_numpy()[:end])
        for group in GROUPS.values()
        for end in range(learnt + ahead, len(group) + 1)
    ]
    joined = np.concatenate(inside, axis=1)
    assert joined.shape[1] > 4000
    eighty, ninety_five = 100 * joined.mean(axis=(1, 2))
    assert 75 <= eighty <= 85
    assert 90 <= ninety_five <= 97


def test_the_projections_that_are_shown_cover_too():
    # Through the public door, refusals and all: the largest series, last origin.
    shown, tried = bench_projection.covered_where_shown(GROUPS["40 a month and over"])
    assert 20 < len(shown) < tried
    eighty, ninety_five = 100 * np.stack(shown, axis=1).mean(axis=(1, 2))
    assert 70 <= eighty <= 90  # some sixty series: three standard errors are about 15 points
    assert 85 <= ninety_five <= 100


def test_a_redefined_category_is_suspected_in_its_month():
    # police.uk: "Public order" and "Possession of weapons" begin in May 2013, and "Other crime" falls.
    other = bench_suspected_breaks.redefined()
    shift = level_shift(other)
    assert (shift.suspected, str(shift.month)) == (True, "2013-05")
    assert other.loc["2013-05"] < other.loc["2013-04"] / 2
