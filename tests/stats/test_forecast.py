"""The projection of the rolling 12 months: hand sums, statsmodels, refusals, and coverage by simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.tsa.api import SimpleExpSmoothing

from perf_lib.stats.forecast import ALPHAS, Projection, Refused, bounds, fan, project
from perf_lib.words.errors import InputError


def series(values, start="2012-01") -> pd.Series:
    return pd.Series(values, index=pd.period_range(start, periods=len(values), freq="M"))


def steady(seed: int, months: int = 96, level: float = 200) -> np.ndarray:
    season = 1 + 0.2 * np.cos(2 * np.pi * np.arange(months) / 12)
    return np.random.default_rng(seed).poisson(level * season)


def projected(*args, **options) -> Projection:
    projection = project(*args, **options)
    assert isinstance(projection, Projection), projection
    return projection


def why(*args, **options) -> str:
    projection = project(*args, **options)
    assert isinstance(projection, Refused), projection
    return projection.why


# --- the sums


def test_level_and_alpha_are_those_of_statsmodels_on_the_adjusted_series():
    z = np.log(steady(1, 60) + 0.5)
    time = np.arange(60)
    design = np.column_stack([time[:, None] % 12 == np.arange(12), time, time**2]).astype(float)
    fitted = sm.OLS(z, design).fit()
    season = fitted.params[:12] - fitted.params[:12].mean()
    adjusted = z - np.tile(season, 5)
    values, covariance, alpha = fan(z[None, :], 6)
    smoother = SimpleExpSmoothing(adjusted[12:], initialization_method="known", initial_level=adjusted[:12].mean())
    squares = {a: smoother.fit(smoothing_level=a, optimized=False).sse for a in ALPHAS}
    assert alpha[0] == min(squares, key=squares.get)
    level = smoother.fit(smoothing_level=alpha[0], optimized=False).forecast(1)[0]
    assert values[0] == pytest.approx(level + season[:6])
    # s2 = SSE over 48 errors less their share of 14 fitted parameters; first month: s2 (1 + 12/60).
    s2 = squares[alpha[0]] / (48 * (1 - 14 / 60))
    assert covariance[0, 0, 0] == pytest.approx(s2 * 1.2)
    # Two months ahead share the level: L = [[1, 0], [a, 1]], so L L' = [[1, a], [a, 1 + a^2]].
    a = alpha[0]
    assert covariance[0, :2, :2] == pytest.approx(s2 * np.array([[1.2, a], [a, 1.2 + a**2]]))


def test_rolling_figures_are_the_known_months_and_the_projected_ones():
    values = steady(2)
    projection = projected(series(values))
    z = np.log(values[-60:] + 0.5)
    log_months, covariance, _ = fan(z[None, :], 6)
    months = np.exp(log_months[0] + np.diag(covariance[0]) / 2) - 0.5
    for ahead in range(1, 7):
        assert projection.table["rolling"].iloc[ahead - 1] == pytest.approx(
            values[-12 + ahead :].sum() + months[:ahead].sum()
        )
    assert [str(month) for month in projection.table.index] == [f"2020-{m:02d}" for m in range(1, 7)]
    assert projection.now == values[-12:].sum()
    assert projection.history == 60


def test_intervals_nest_and_widen():
    table = projected(series(steady(3))).table
    assert (table["lower_95"] < table["lower_80"]).all()
    assert (table["lower_80"] < table["rolling"]).all()
    assert (table["rolling"] < table["upper_80"]).all()
    assert (table["upper_80"] < table["upper_95"]).all()
    assert (table["upper_95"] - table["lower_95"]).is_monotonic_increasing


def test_bounds_of_a_log_normal_and_of_a_share():
    # Mean 600, SD 60: log-SD sqrt(ln 1.01) = 0.09975, median 600 / sqrt(1.01) = 597.02; x and / exp(1.2816 x 0.09975).
    low, high = bounds(np.array([600.0]), np.array([60.0]), 80)
    assert (low[0], high[0]) == (pytest.approx(525.4, abs=0.1), pytest.approx(678.4, abs=0.1))
    # 90 of 100 with SD 5: log-odds 2.197 +- 1.96 x 0.05 / 0.09 = 1.089: 0.7516 to 0.9639.
    low, high = bounds(np.array([90.0]), np.array([5.0]), 95, np.array([100.0]))
    assert (low[0], high[0]) == (pytest.approx(75.2, abs=0.1), pytest.approx(96.4, abs=0.1))


def test_proportions_stay_within_0_and_100_and_weigh_by_last_years_cases():
    rng = np.random.default_rng(14)
    cases = series(rng.integers(20, 80, 96))
    projection = projected(cases.map(lambda n: rng.binomial(n, 0.85)), "proportion", cases)
    assert projection.table.stack().between(0, 100).all()
    assert projection.table["rolling"].between(80, 90).all()


def test_means_are_projected_with_and_without_their_cases():
    rng = np.random.default_rng(5)
    minutes = series(np.exp(rng.normal(2.4, 0.05, 96)))
    projection = projected(minutes, "mean")
    assert projection.now == pytest.approx(minutes[-12:].mean())
    calls = series(np.full(96, 50.0))
    weighted = projected(minutes * calls, "mean", calls)
    pd.testing.assert_frame_equal(projection.table, weighted.table)


# --- refusals


def test_refused_for_want_of_history():
    assert why(series(steady(6, 35))) == "short_history"
    assert project(series(steady(6, 35))).words == "needs 36 months of history; there are 35"
    assert why(series([np.nan] * 60)) == "short_history"


def test_refused_for_a_recent_break():
    values = series(steady(15))
    projection = project(values, breaks=["2018-01"])
    assert projection == Refused("recent_break", "needs 36 months since the last break; there are 24")
    old = projected(values, breaks=["2016-01"])
    assert old.history == 48
    pd.testing.assert_frame_equal(old.table, projected(values["2016-01":]).table)


def test_refused_for_missing_months():
    values = series(steady(8).astype(float))
    values.iloc[-3] = np.nan
    assert why(values) == "missing_months"
    values = series(steady(8).astype(float))
    values.iloc[40:60] = np.nan
    assert why(values) == "missing_months"


def test_refused_for_small_numbers():
    assert why(series(np.random.default_rng(9).poisson(3, 96))) == "small_numbers"
    assert why(series([0] * 96)) == "small_numbers"


def test_refused_where_last_year_repeated_does_as_well():
    # The same twelve months every year: nothing beats repeating them.
    assert why(series(list(range(20, 32)) * 8)) == "no_better_than_last_year"
    assert why(series([50] * 96)) == "no_better_than_last_year"


def test_refused_kinds_and_horizons():
    with pytest.raises(InputError, match="kind 'rolling' cannot be tested"):
        project(series(steady(1)), "rolling")
    with pytest.raises(InputError, match="13 months ahead; allowed: 1 to 12"):
        project(series(steady(1)), ahead=13)


# --- exclusions


def test_an_excluded_month_is_counted_and_not_learnt_from():
    values = steady(10)
    values[-30] = 5000
    without = projected(series(values), exclude=["2017-07"])
    plain = steady(10)
    assert without.table["rolling"].iloc[-1] == pytest.approx(
        projected(series(plain), exclude=["2017-07"]).table["rolling"].iloc[-1]
    )
    recent = steady(10)
    recent[-2] += 3000
    projection = projected(series(recent), exclude=["2019-11"])
    assert projection.now == recent[-12:].sum()
    assert projection.table["rolling"].iloc[0] == pytest.approx(recent[-11:].sum() + 240, abs=30)  # January: 200 x 1.2


def test_the_callers_series_is_not_altered():
    values = series(steady(11).astype(float))
    copy = values.copy()
    project(values, exclude=["2017-01"], breaks=["2013-01"])
    pd.testing.assert_series_equal(values, copy)


# --- calibration


def test_an_80_per_cent_interval_covers_about_80_per_cent():
    # 1,500 steady over-dispersed series: as often inside its interval as it says.
    rng = np.random.default_rng(12)
    season = 1 + 0.1 * np.cos(2 * np.pi * np.arange(66) / 12)
    y = rng.poisson(250 * season * np.exp(rng.normal(0, 0.09, (1500, 66))))
    values, covariance, _ = fan(np.log(y[:, :60] + 0.5), 6)
    months = np.exp(values + np.einsum("nii->ni", covariance) / 2)
    sd = np.sqrt(np.einsum("ni,nij,nj->n", months, covariance, months))
    actual = y[:, 60:].sum(axis=1)
    for level, allowed in ((80, (0.75, 0.85)), (95, (0.90, 0.97))):
        low, high = bounds(months.sum(axis=1), sd, level)
        assert allowed[0] < np.mean((actual >= low) & (actual <= high)) < allowed[1]
