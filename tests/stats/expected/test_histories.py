"""The months that a stretch is held against: counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from perf_lib.stats.expected.histories import LONGEST, Histories, stretch
from perf_lib.stats.transforms import scaled


def history(values, kind="count", denominators=None, **limits) -> Histories:
    """The history up to the last month of one series."""
    index = pd.period_range("2013-01", periods=len(values), freq="M")
    cases = None if denominators is None else pd.DataFrame({"a": denominators}, index)
    series = scaled(pd.DataFrame({"a": values}, index), kind, cases, **limits)
    return Histories.of(series, np.array([len(values) - 1]))


def test_a_stretch_is_the_months_up_to_its_end_oldest_first():
    values = np.arange(10.0).reshape(5, 2)  # series a: 0 2 4 6 8; b: 1 3 5 7 9
    assert stretch(values, np.array([4, 1]), 2).tolist() == [[6, 8], [7, 9], [0, 2], [1, 3]]
    before_the_first = stretch(values, np.array([0, -1, -70]), 3)
    assert np.isnan(before_the_first[:, :2]).all()
    assert before_the_first[:2, 2].tolist() == [0, 1]
    assert np.isnan(before_the_first[2:]).all()


def test_it_holds_sixty_months_and_none_before_a_break():
    months = history(np.arange(1.0, 101))
    assert months.z.shape == (1, LONGEST)
    assert months.cases[0].tolist() == list(range(41, 101))
    broken = history(np.arange(1.0, 101), breaks={"a": ["2020-05"]})  # the 89th month of the hundred
    assert broken.present.tolist() == [12]
    assert broken.cases[0, -12:].tolist() == list(range(89, 101))


def test_months_before_the_first_are_no_history():
    series = scaled(pd.DataFrame({"a": np.ones(5)}, pd.period_range("2019-01", periods=5, freq="M")))
    assert np.isnan(Histories.of(series, np.array([-1, -40])).z).all()


@pytest.mark.parametrize(
    ("values", "enough"),
    [
        (np.arange(23.0), False),  # 24 months are needed
        (np.arange(24.0), True),
        (np.where(np.arange(24) % 3 == 0, 1.0, np.nan), True),  # eight figures, the first of them 24 months back
        (np.where(np.arange(23) % 3 == 0, 1.0, np.nan), False),  # eight, the first 23 months back
        (np.where(np.arange(60) % 8 == 3, 1.0, np.nan), True),  # eight over 57 months
        (np.where(np.arange(60) % 9 == 5, 1.0, np.nan), False),  # seven
    ],
)
def test_what_is_enough_to_learn_from(values, enough):
    assert history(values).is_enough.tolist() == [enough]


def test_a_quarterly_series_covers_a_third_of_its_months():
    quarterly = history(np.where(np.arange(60) % 3 == 0, 300.0, np.nan))
    assert quarterly.coverage.tolist() == [20 / 60]


def test_small_is_under_five_a_month_of_whole_numbers():
    assert history(np.tile([4.0, 5.0], 30)).is_small.tolist() == [True]
    assert history(np.tile([5.0, 5.0], 30)).is_small.tolist() == [False]
    assert history(np.tile([4.5, 5.0], 30)).is_small.tolist() == [False]  # hours, not cases
    assert history(np.tile([0.5, 1.0], 30), "mean").is_small.tolist() == [False]


def test_of_a_share_the_rarer_part_is_counted():
    mostly = history(np.full(60, 98.0), "proportion", np.full(60, 100.0))
    assert (mostly.is_rest.tolist(), mostly.cases[0, 0], mostly.is_small.tolist()) == ([True], 2.0, [True])
    seldom = history(np.full(60, 2.0), "proportion", np.full(60, 100.0))
    assert (seldom.is_rest.tolist(), seldom.cases[0, 0]) == ([False], 2.0)


def test_constant_but_for_rounding():
    assert history(np.full(60, 0.1) * 3 / 3, "given").is_constant.tolist() == [True]
    assert history(np.r_[np.full(59, 10.0), 10.001], "given").is_constant.tolist() == [False]
    assert history(np.full(60, np.nan)).is_constant.tolist() == [False]
