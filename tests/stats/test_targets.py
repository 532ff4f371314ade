"""Targets: met by hand, and the chance of meeting one by simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from perf_lib.stats.forecast import Refused, project
from perf_lib.stats.targets import Bounds, outlook, within

YEAR_END = pd.Period("2020-03", "M")


def bounds(target: float, better: str, adds_up: bool = True) -> Bounds:
    low, high = (None, target) if better == "lower" else (target, None)
    return Bounds(low, high, 0.0, *((3, 12) if adds_up else (1, 1)))


def counts(level: float, months: int = 96, seed: int = 1) -> pd.Series:
    index = pd.period_range("2012-01", periods=months, freq="M")
    return pd.Series(np.random.default_rng(seed).poisson(level, months), index=index)


def test_the_quarter_met_it_or_not():
    # 300 in a quarter is 100 a month; 85 per cent is 85 per cent.
    refused = Refused("short_history", "")
    asked = [(99, "lower", 300, True), (100, "lower", 300, True), (101, "higher", 300, True), (84, "higher", 85, False)]
    met = [
        outlook(bounds(target, better, adds), figure, refused, YEAR_END).met for target, better, figure, adds in asked
    ]
    assert met == [False, True, False, True]
    assert outlook(bounds(100, "lower"), None, refused, YEAR_END).met is None


def test_without_a_projection_nothing_is_said_of_what_is_to_come():
    for projection in (None, Refused("recent_break", "")):
        answer = outlook(bounds(100, "lower"), 300, projection, YEAR_END)
        assert (answer.next_quarter, answer.by_year_end) == (None, None)


def test_a_chance_is_normal_on_the_targets_side():
    row = pd.Series({"rolling": 100.0, "lower_80": 90.0, "upper_80": 120.0})
    above, below = 20 / norm.ppf(0.9), 10 / norm.ppf(0.9)  # standard deviations on either side
    for target in (80, 95, 100, 110, 150):
        expected = norm.cdf((target - 100) / (above if target > 100 else below))
        assert within(row, Bounds(None, target), 1) == pytest.approx(expected)
        assert within(row, Bounds(target, None), 1) == pytest.approx(1 - expected)
    sure = pd.Series({"rolling": 100.0, "lower_80": 100.0, "upper_80": 100.0})
    assert [within(sure, Bounds(None, target), 1) for target in (99, 100, 101)] == [0, 0.5, 1]


def test_the_next_quarter_and_the_year_are_met_as_often_as_is_said():
    # 400 series of 100 a month: three months more come to at most 309, and the year, of which nine are known, to at
    # most 1,236, as often as the mean of the chances says, within three standard errors.
    rng = np.random.default_rng(2)
    values = rng.poisson(100, (400, 99))
    index = pd.period_range("2012-01", periods=96, freq="M")
    quarter, year = [], []
    for row in values:
        answer = outlook(bounds(103, "lower"), None, project(pd.Series(row[:96], index)), YEAR_END)
        quarter.append((answer.next_quarter, row[96:].sum() <= 309))
        year.append((answer.by_year_end, row[87:].sum() <= 1236))
    for pairs in (quarter, year):
        said, came = np.array(pairs, dtype=float).T
        assert said.mean() == pytest.approx(came.mean(), abs=0.075)
    said, came = np.array(year, dtype=float).T
    assert came[said > 0.8].mean() > 0.8
    assert came[said < 0.2].mean() < 0.2


def test_the_year_end_is_told_where_the_projection_reaches_it():
    projection = project(counts(100))
    assert outlook(bounds(100, "lower"), 300, projection, pd.Period("2020-06", "M")).by_year_end is not None
    assert outlook(bounds(100, "lower"), 300, projection, pd.Period("2020-07", "M")).by_year_end is None
