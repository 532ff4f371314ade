"""The year against the last: plain sums, exact tests, intervals about what is printed, and sizes by simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, gamma

from perf_lib.stats.expected import judge, year_on_year
from perf_lib.stats.expected.histories import Histories
from perf_lib.stats.expected.level import outlook
from perf_lib.stats.expected.years import compare
from perf_lib.stats.transforms import scaled_series


def series(values, start="2014-01") -> pd.Series:
    return pd.Series(values, pd.period_range(start, periods=len(values), freq="M"), dtype=float)


def seasonal(level: float, seed: int, months: int = 72) -> np.ndarray:
    wave = 1 + 0.2 * np.cos(2 * np.pi * np.arange(months) / 12)
    return np.random.default_rng(seed).poisson(level * wave).astype(float)


def test_the_change_is_the_plain_one():
    values = seasonal(100, 1)
    year = year_on_year(series(values))
    now, before = values[-12:].sum(), values[-24:-12].sum()
    assert (year.now, year.before, year.months, year.unit) == (now, before, 12, "per cent")
    assert year.change == pytest.approx(100 * (now / before - 1))


def test_of_ratios_it_is_the_change_of_ratios_of_sums():
    rng = np.random.default_rng(2)
    cases = rng.integers(5, 400, 72).astype(float)
    wins = rng.binomial(cases.astype(int), 0.7).astype(float)
    year = year_on_year(series(wins), "proportion", series(cases))
    shares = [100 * wins[part].sum() / cases[part].sum() for part in (slice(-12, None), slice(-24, -12))]
    assert (year.change, year.unit) == (pytest.approx(shares[0] - shares[1]), "percentage points")
    mean = year_on_year(series(600 * wins), "mean", series(cases))
    assert mean.change == pytest.approx(100 * (shares[0] / shares[1] - 1))


def test_a_stock_is_compared_at_its_last_month():
    values = 1000 + np.random.default_rng(3).normal(0, 10, 72).cumsum()
    year = year_on_year(series(values), "stock")
    assert (year.now, year.before, year.months) == (values[-1], values[-13], 1)
    assert year.change == pytest.approx(values[-1] - values[-13])


def test_small_sums_are_compared_exactly():
    # One a month, on and off, scatters less than chance: 24 beside 12 by the binomial, mid-p, Clopper and Pearson.
    values = np.r_[np.tile([0.0, 2.0], 24), np.ones(12), np.full(12, 2.0)]
    year = year_on_year(series(values))
    months = pd.period_range("2014-01", periods=72, freq="M").days_in_month.to_numpy()
    fair = months[-12:].sum() / months[-24:].sum()  # 365 of 730 days
    assert fair == 0.5
    lower = binom.cdf(23, 36, fair) + binom.pmf(24, 36, fair) / 2
    assert year.p == pytest.approx(2 * (1 - lower))
    share = binomtest(24, 36).proportion_ci(0.95, method="exact")
    bounds = [100 * (each / (1 - each) - 1) for each in share]
    assert (year.lower, year.upper) == (pytest.approx(bounds[0]), pytest.approx(bounds[1]))


def test_from_nought_there_is_no_per_cent_and_a_chance():
    values = np.zeros(72)
    values[-3:] = 74
    year = year_on_year(series(values))
    assert (year.now, year.before) == (222, 0)
    assert np.isnan(year.change)
    assert year.p < 1e-6
    # In its own unit the change has an interval: of a Poisson count of 222, Garwood's.
    each = scaled_series(series(values))
    before = Histories.of(each, np.array([59]))
    compared = compare(each, np.array([71]), before, outlook(before.z, 1, before.floor))
    days = [part.sum() for part in np.split(each.size[-24:, 0], 2)]
    garwood = gamma.ppf(0.025, 222) * days[1] / days[0], gamma.ppf(0.975, 223) * days[1] / days[0]
    assert compared.lower[0, 0] == pytest.approx(garwood[0])
    assert compared.upper[0, 0] == pytest.approx(garwood[1])


def test_two_years_of_noughts_do_not_differ():
    year = year_on_year(series(np.zeros(72)))
    assert (year.now, year.before) == (0, 0)
    assert year.p == pytest.approx(1)


def test_a_month_that_one_year_lacks_counts_in_neither():
    values = seasonal(100, 4)
    gone = values.copy()
    gone[-3] = np.nan
    year = year_on_year(series(gone))
    assert year.months == 11
    assert year.now == np.nansum(gone[-12:])
    assert year.before == gone[-24:-12].sum() - gone[-15]
    assert year_on_year(series(values), exclude=["2019-10"]) == year


@pytest.mark.parametrize("starts", ["2018-02", "2019-06", "2019-12"])
def test_a_year_needs_24_months_since_a_break(starts):
    values = series(seasonal(100, 5))
    assert year_on_year(values, breaks=[starts]) is None
    assert year_on_year(values, breaks=["2018-01"]).months == 12


def test_23_months_have_no_year_before():
    assert year_on_year(series(seasonal(100, 6, 23))) is None
    assert year_on_year(series(seasonal(100, 6, 24))) is not None


@pytest.mark.parametrize("level", [2, 30, 1000])
def test_years_that_do_not_differ_are_seldom_said_to(level):
    rng = np.random.default_rng(7)
    wave = 1 + 0.2 * np.cos(2 * np.pi * np.arange(72) / 12)[:, None]
    spread = rng.gamma(50, 1 / 50, (72, 600)) if level > 5 else 1.0  # as real months scatter
    frame = pd.DataFrame(rng.poisson(level * wave * spread), pd.period_range("2014-01", periods=72, freq="M"))
    p = judge(frame)["year"].abs()
    assert (p < 0.05).mean() < 0.07
    assert (p < 0.01).mean() < 0.025


def test_years_that_jump_every_year_are_not_said_to_have_changed_each_time():
    # Each year has its own level, 20 per cent about 500: a step of two years is nothing new.
    rng = np.random.default_rng(8)
    levels = np.repeat(rng.normal(500, 100, (6, 400)), 12, axis=0).clip(50)
    frame = pd.DataFrame(rng.poisson(levels), pd.period_range("2014-01", periods=72, freq="M"))
    assert (judge(frame)["year"].abs() < 0.01).mean() < 0.12


def test_a_rise_of_a_third_is_found():
    rng = np.random.default_rng(9)
    levels = np.r_[np.full(60, 100), np.full(12, 133)][:, None]
    frame = pd.DataFrame(rng.poisson(levels, (72, 300)), pd.period_range("2014-01", periods=72, freq="M"))
    assert judge(frame)["year"].between(0, 0.05).mean() > 0.9


values_of_two_years = st.lists(st.one_of(st.integers(0, 300), st.none()), min_size=24, max_size=72)


@settings(deadline=None, max_examples=80)
@given(values_of_two_years, st.sampled_from(["count", "mean", "stock", "given"]))
def test_the_interval_holds_the_printed_change(values, kind):
    year = year_on_year(series([np.nan if value is None else value for value in values]), kind)
    if year is not None and np.isfinite(year.change):
        assert 0 <= year.p <= 1
        slack = 1e-6 * max(1.0, abs(year.change))
        assert year.lower - slack <= year.change <= year.upper + slack


@settings(deadline=None, max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), min_size=24, max_size=72))
def test_the_interval_of_a_share_holds_its_change_and_is_one(pairs):
    wins, cases = (np.array(part, dtype=float) for part in zip(*pairs, strict=True))
    year = year_on_year(series(np.minimum(wins, cases)), "proportion", series(cases))
    if year is not None:
        assert year.lower - 1e-6 <= year.change <= year.upper + 1e-6
        assert year.lower + 1e-6 >= -100
        assert year.upper - 1e-6 <= 100
