"""The calibrated tests, against statsmodels, the formulas written out in full, and their own symmetries."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from perf_lib.stats.calibrated import arithmetic, false_discovery, signals, year_on_year
from perf_lib.stats.calibrated.contrasts import CONTRASTS, PHI_GRID, table
from scipy import stats
from statsmodels.stats.multitest import multipletests

from perf_lib.stats import spc
from perf_lib.words.errors import InputError

HIGH = [contrast.high for contrast in CONTRASTS]
LOW = [contrast.low for contrast in CONTRASTS]
NAMES = [contrast.name for contrast in CONTRASTS]


def frame(values, start="2015-01", **more) -> pd.DataFrame:
    columns = {"a": values, **more}
    return pd.DataFrame(columns, index=pd.period_range(start, periods=len(values), freq="M"))


def enough(table_: pd.DataFrame, *options, **more) -> pd.DataFrame:
    """Whether each question was tested: where it has a p-value."""
    return signals(table_, *options, p_values=True, **more).notna()


def counts(seed: int, months: int = 60, level: float = 100, series: int | None = None) -> np.ndarray:
    season = 1 + 0.15 * np.cos(2 * np.pi * np.arange(months) / 12)
    rng = np.random.default_rng(seed)
    return rng.poisson(
        level * (season if series is None else season[:, None]), None if series is None else (months, series)
    )


def regression(name: str, months: int) -> tuple[np.ndarray, np.ndarray]:
    """Design and contrast of one question, written out: month dummies first, then what the question adds."""
    t = np.arange(months)
    season = (t[:, None] % 12 == np.arange(12)).astype(float)
    if name in ("month", "three", "eight"):
        last = {"month": 1, "three": 3, "eight": 8}[name]
        return np.column_stack([season, t >= months - last]), np.r_[np.zeros(12), 1]
    if name == "slope":
        newest = t >= months - 12
        further = np.where(newest, t - (months - 6.5), 0)
        return np.column_stack([season, t, newest, further]), np.r_[np.zeros(12), 1, 0, 1]
    years = t // 12
    others = [y for y in range(months // 12) if y != months // 12 - 2]
    return np.column_stack([season, *[years == y for y in others]]), np.r_[np.zeros(12 + len(others) - 1), 1]


def written_out(z: np.ndarray, name: str) -> tuple[float, float, float, float]:
    """Estimate, standard error, df and phi as the module's docstring defines them, with whole matrices."""
    n = len(z)
    x, a = regression(name, n)
    inverse = np.linalg.pinv(x.T @ x)
    m, c = np.eye(n) - x @ inverse @ x.T, x @ inverse @ a
    lag = np.zeros((n, n))
    lag[np.arange(n - 1), np.arange(1, n)] = lag[np.arange(1, n), np.arange(n - 1)] = 0.5

    def ar(phi: float) -> np.ndarray:
        return np.array([[phi ** abs(i - j) for j in range(n)] for i in range(n)])

    mean_r1 = np.array([np.trace(m @ lag @ m @ ar(phi)) / np.trace(m @ ar(phi)) for phi in PHI_GRID])
    e = m @ z
    r1 = (e[:-1] * e[1:]).sum() / (e**2).sum()
    phi_hat = (
        np.interp(r1, mean_r1, PHI_GRID) if r1 >= mean_r1[0] else (r1 - mean_r1[0]) * 0.05 / (mean_r1[1] - mean_r1[0])
    )
    slope = (mean_r1[7] - mean_r1[5]) / 0.1  # at phi = 0.3
    w = 0.15**2 / (0.15**2 + 1 / n / slope**2)
    phi = float(np.clip(w * phi_hat + (1 - w) * 0.3, 0, 0.9))
    r = ar(phi)
    variance = (e**2).sum() / np.trace(m @ r) * (c @ r @ c)
    return float(c @ z), float(variance**0.5), float(np.trace(m @ r) ** 2 / np.trace(m @ r @ m @ r)), phi


# --- the tests themselves


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("months", [36, 48, 60])
def test_the_tables_give_what_the_formulas_give(name, months):
    z = 2 * np.sqrt(counts(months, months) + 0.375)
    estimates = table(months, 12).tests(z[None, :])[name]
    estimate, error, df, phi = written_out(z, name)
    assert estimates.estimate[0] == pytest.approx(estimate, rel=1e-9)
    assert estimates.phi[0] == pytest.approx(phi, rel=1e-6)
    # Variance and df are read between tabulated phi by straight lines: 0.05 apart, good to a part in a thousand.
    assert estimates.error[0] == pytest.approx(error, rel=2e-3)
    assert estimates.df[0] == pytest.approx(df, rel=2e-3)


@pytest.mark.parametrize("name", NAMES)
def test_estimate_and_uncorrelated_variance_are_those_of_statsmodels(name):
    z = 2 * np.sqrt(counts(5) + 0.375)
    x, a = regression(name, 60)
    fit = sm.OLS(z, x).fit()
    witness = fit.t_test(a)
    row = next(row for row in table(60, 12).rows if row.contrast.name == name)
    estimates = table(60, 12).tests(z[None, :])[name]
    assert estimates.estimate[0] == pytest.approx(float(witness.effect[0]))
    # At phi = 0, c'Rc / tr(MR) x residual sum of squares is the ordinary squared standard error, on n - p df.
    assert row.variance[0] * fit.ssr == pytest.approx(float(witness.sd[0, 0]) ** 2)
    assert row.df[0] == pytest.approx(fit.df_resid)


def test_expected_lag_one_correlation_against_simulation():
    # 20,000 AR(1) histories with phi = 0.3: the mean of r1 is near E[r1 | 0.3]; the table's is a ratio of expectations.
    rng = np.random.default_rng(8)
    n, phi = 36, 0.3
    z = np.empty((20_000, n))
    z[:, 0] = rng.normal(size=len(z))
    for t in range(1, n):
        z[:, t] = phi * z[:, t - 1] + np.sqrt(1 - phi**2) * rng.normal(size=len(z))
    for name in NAMES:
        x, _ = regression(name, n)
        e = z - z @ x @ np.linalg.pinv(x)
        r1 = (e[:, 1:] * e[:, :-1]).sum(axis=1) / (e**2).sum(axis=1)
        row = next(row for row in table(n, 12).rows if row.contrast.name == name)
        assert row.expected_r1[6] == pytest.approx(r1.mean(), abs=0.03)


def test_a_steady_series_shows_anything_one_time_in_thirty():
    # 3,000 steady seasonal counts, alpha 1 per cent: 2 to 4 per cent show a symbol.
    rows = signals(pd.DataFrame(counts(1, series=3000), index=frame(range(60)).index))
    assert 0.015 < rows.any(axis=1).mean() < 0.045
    p = signals(pd.DataFrame(counts(1, series=3000), index=frame(range(60)).index), p_values=True)
    month = p[["month_high", "month_low"]].min(axis=1)
    assert stats.kstest(month, "uniform").pvalue > 0.001  # the month test is exact but for its phi


# --- what a symbol says


def test_shape_is_that_of_the_published_rules():
    table_ = frame(counts(2, 70), b=counts(3, 70))
    for every_month in (False, True):
        calibrated, published = signals(table_, every_month=every_month), spc.signals(table_, every_month=every_month)
        assert calibrated.index.equals(published.index)
        assert calibrated.columns.equals(published.columns)
        assert set(calibrated.dtypes) == {np.dtype(bool)}
        assert enough(table_, every_month=every_month).columns.equals(published.columns.drop("no_data"))


def test_a_raised_end_is_seen_and_a_lowered_one():
    values = counts(4, series=1)[:, 0]
    up, down = values.copy(), values.copy()
    up[-8:] += 60
    down[-8:] -= 50
    flags = signals(frame(up, b=down))
    assert flags.loc["a", ["three_months_high", "eight_months_high"]].all()
    assert flags.loc["b", ["three_months_low", "eight_months_low"]].all()
    assert not flags.loc["a", LOW].any()
    assert not flags.loc["b", HIGH].any()


def test_a_season_is_not_a_signal():
    # A peak of 30 per cent each December: the published rule calls it high; here it is usual for the time of year.
    values = np.full(60, 1000.0) + np.tile([7.0, -7.0, 3.0, -4.0, 5.0, -2.0, 1.0], 9)[:60]
    values[11::12] *= 1.3
    assert spc.signals(frame(values)).loc["a", "month_high"]
    assert not signals(frame(values)).loc["a"].any()


def test_three_months_high_wants_each_of_the_three():
    values = counts(6, level=400).astype(float)
    usual = np.asarray(arithmetic(frame(values)["a"])["three_months_high"].usual)
    values[-3:] = usual + np.array([150, -30, 150])
    p = signals(frame(values), p_values=True).loc["a", "three_months_high"]
    assert p < 0.01
    assert not signals(frame(values)).loc["a", "three_months_high"]
    values[-2] = usual[1] + 150
    assert signals(frame(values)).loc["a", "three_months_high"]


def test_p_values_stand_under_the_symbol_they_point_to():
    table_ = pd.DataFrame(counts(7, series=200), index=frame(range(60)).index)
    p = signals(table_, p_values=True)
    shown = signals(table_, alpha=0.3)
    assert list(p.columns) == [code for code in spc.CODES if code != "no_data"]
    for high, low in zip(HIGH, LOW, strict=True):
        assert ((p[high] == 1) != (p[low] == 1)).all()
        single = high not in ("three_months_high", "eight_months_high")
        for code in (high, low):
            assert (p[code] < 0.3)[shown[code]].all()
            if single:
                assert ((p[code] < 0.3) == shown[code]).all()


# --- histories, gaps, breaks


@pytest.mark.parametrize(
    ("months", "history"), [(23, None), (24, None), (35, None), (36, 36), (47, 36), (48, 48), (60, 60), (90, 60)]
)
def test_the_longest_history_there_is(months, history):
    series = frame(counts(9, months))["a"]
    sums = arithmetic(series)
    assert sums["month_high"].history == history
    year = sums["rolling_increasing"].history
    assert year == (history if history else (24 if months >= 24 else None))
    if history is None:
        assert sums["month_high"].why_not == f"needs 36 months of history; there are {months}"


def test_a_missing_month_is_left_out_of_the_regression():
    values = counts(10).astype(float)
    values[20] = np.nan
    sums = arithmetic(frame(values)["a"])["eight_months_high"]
    x, a = regression("eight", 60)
    present = np.arange(60) != 20
    witness = sm.OLS(2 * np.sqrt(values[present] + 0.375), x[present]).fit().t_test(a)
    assert sums.estimate == pytest.approx(float(witness.effect[0]))
    assert sums.history == 60
    excluded = signals(frame(counts(10)), p_values=True, exclude={"a": ["2016-09"]})
    pd.testing.assert_frame_equal(excluded, signals(frame(values), p_values=True))


def test_the_months_a_question_judges_must_all_be_there():
    values = counts(11).astype(float)
    values[-2] = np.nan
    tested = enough(frame(values)).loc["a"]
    assert tested[HIGH].tolist() == [True, False, False, False, False]
    assert arithmetic(frame(values)["a"])["three_months_low"].why_not == "a month it judges is missing"
    values[-2], values[-20] = 100, np.nan
    assert enough(frame(values)).loc["a", HIGH].tolist() == [True, True, True, True, False]


def test_too_many_gaps_fall_back_to_a_shorter_history_and_then_to_nothing():
    values = counts(12, 60).astype(float)
    values[1:20] = np.nan
    assert arithmetic(frame(values)["a"])["month_high"].history == 48  # 41 of 60 present; of the last 48, 40
    values[1:45] = np.nan
    assert not enough(frame(values)).loc["a", HIGH].any()
    assert arithmetic(frame(values)["a"])["month_high"].why_not == "too much of its history is missing"


def test_no_history_reaches_over_a_break():
    values = counts(13, 100)
    values[:50] *= 3
    whole = frame(values)
    broken = signals(whole, p_values=True, breaks={"a": [whole.index[50]]})
    pd.testing.assert_frame_equal(broken, signals(whole.iloc[50:], p_values=True))
    assert arithmetic(whole["a"], breaks=[whole.index[90]])["month_high"].why_not == (
        "needs 36 months of history; there are 10"
    )


@given(st.integers(0, 89), st.lists(st.integers(0, 89), max_size=5), st.integers(0, 5))
@settings(max_examples=30, deadline=None)
def test_a_row_of_every_month_is_the_newest_month_of_the_data_as_they_stood(cut, missing, seed):
    values = counts(seed, 90, level=40).astype(float)
    values[missing] = np.nan
    table_ = frame(values)
    month = table_.index[cut]
    for options in ({"p_values": True}, {"alpha": 0.2}):
        every = signals(table_, every_month=True, **options).loc[("a", month)]
        then = signals(table_.iloc[: cut + 1], **options).loc["a"]
        pd.testing.assert_series_equal(every, then, check_names=False)


# --- kinds


def test_twice_the_units_or_a_seasonal_factor_makes_no_difference_to_a_mean():
    rng = np.random.default_rng(14)
    minutes = frame(np.exp(rng.normal(2.4, 0.1, 60)))
    factor = np.tile(np.exp(rng.normal(0, 0.3, 12)), 5)[:, None]
    p = signals(minutes, kind="mean", p_values=True)
    pd.testing.assert_frame_equal(p, signals(minutes * 60, kind="mean", p_values=True))
    pd.testing.assert_frame_equal(p, signals(minutes * factor, kind="mean", p_values=True))
    # One over the mean (speed for slowness) swaps high and low.
    swap = dict(zip(HIGH + LOW, LOW + HIGH, strict=True))
    pd.testing.assert_frame_equal(p.rename(columns=swap)[p.columns], signals(1 / minutes, kind="mean", p_values=True))


def test_successes_and_failures_are_one_question():
    rng = np.random.default_rng(15)
    cases = frame(rng.integers(200, 400, 60))
    successes = cases.map(lambda n: rng.binomial(n, 0.3))
    p = signals(successes, "proportion", cases, p_values=True)
    other = signals(cases - successes, "proportion", cases, p_values=True)
    swap = dict(zip(HIGH + LOW, LOW + HIGH, strict=True))
    pd.testing.assert_frame_equal(p.rename(columns=swap)[p.columns], other)


def test_percentages_alone_are_tested_as_percentages():
    rng = np.random.default_rng(16)
    percent = frame(rng.normal(80, 2, 60))
    z = np.arcsin(np.sqrt(percent["a"].to_numpy() / 100))
    sums = arithmetic(percent["a"], kind="proportion")["month_high"]
    assert sums.estimate == pytest.approx(written_out(z, "month")[0])
    assert sums.usual[0] == pytest.approx(80, abs=2)


def test_means_weigh_nothing_but_are_made_of_their_cases():
    minutes, calls = frame(np.full(60, 900.0)), frame(np.tile([90.0, 100.0, 110.0], 20))
    same = frame((minutes / calls)["a"].to_numpy())
    with_cases = signals(minutes, "mean", calls, p_values=True)
    pd.testing.assert_frame_equal(with_cases, signals(same, "mean", p_values=True))


def test_small_numbers_fall_back_to_quarters_and_then_to_nothing():
    rng = np.random.default_rng(17)
    table_ = frame(rng.poisson(20, 60), b=rng.poisson(3, 60), c=rng.poisson(1, 60))
    tested = enough(table_)
    assert tested.loc["a", HIGH].tolist() == [True] * 5
    assert tested.loc["b", HIGH].tolist() == [False, True, False, True, True]
    assert tested.loc["c", HIGH].tolist() == [False] * 5
    assert arithmetic(table_["b"])["rolling_increasing"].step == "quarters"
    assert arithmetic(table_["c"])["month_high"].why_not == "numbers are too small: fewer than 5 expected a month"
    # The rarer of successes and failures counts: 3 failures a month in 100 cases.
    cases = frame([100] * 60)
    assert enough(cases - table_[["b"]].to_numpy(), "proportion", cases).loc["a", HIGH].tolist() == (
        [False, True, False, True, True]
    )


def test_quarters_are_sums_of_three_months_ending_with_the_newest():
    values = np.random.default_rng(18).poisson(3, 62)
    sums = arithmetic(frame(values)["a"])["rolling_increasing"]
    q = 2 * np.sqrt(values[-60:].reshape(20, 3).sum(axis=1) + 0.375)
    assert sums.estimate == pytest.approx(q[-4:].mean() - q[-8:-4].mean())


# --- odd series: a defined answer each


def test_odd_series_have_defined_answers():
    rng = np.random.default_rng(19)
    noise = rng.poisson(50, 60)
    huge = noise.copy()
    huge[30] = 10**15
    table_ = frame(noise, constant=[50] * 60, zeros=[0] * 60, empty=[np.nan] * 60, huge=huge)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        flags = signals(table_)
        p = signals(table_, p_values=True)
        signals(table_, every_month=True)
    assert not flags.drop(index="empty").any(axis=None)
    assert flags.loc["empty"].to_dict() == {code: code == "no_data" for code in spc.CODES}
    assert p.loc["constant"].tolist() == [1.0] * 10
    assert p.loc[["zeros", "empty"]].isna().all(axis=None)
    assert p.loc["huge"].notna().all()


def test_a_first_change_in_a_constant_series_is_a_signal():
    assert signals(frame([50] * 59 + [80])).loc["a", "month_high"]


def test_a_mean_of_nought_has_no_logarithm_and_is_missing():
    days = frame([1.2, 1.3, 1.1] * 20)
    days.iloc[-1] = 0.0
    assert enough(days, "mean").loc["a", HIGH].tolist() == [False] * 5
    assert not signals(days, "mean").loc["a", "no_data"]


def test_refused_in_one_line():
    ok = frame(counts(20))
    with pytest.raises(InputError, match="a, 2015-02: -1 cannot be a count's figure; allowed: nought or more"):
        signals(frame([5, -1] + [5] * 58))
    with pytest.raises(InputError, match="a, 2015-01: 120 cannot be a proportion's figure; allowed: 0 to 100"):
        signals(frame([120.0] + [50] * 59), "proportion")
    with pytest.raises(InputError, match="allowed: 0 to its denominator, 10"):
        signals(frame([12] * 60), "proportion", frame([10] * 60))
    with pytest.raises(InputError, match="kind 'counts' cannot be tested; did you mean count"):
        signals(ok, "counts")
    with pytest.raises(InputError, match="kind 'rolling' cannot be tested"):
        signals(ok, "rolling")
    with pytest.raises(InputError, match="kind count has no denominators"):
        signals(ok, "count", ok)
    with pytest.raises(InputError, match="denominators: no column for series a"):
        signals(ok, "mean", ok.rename(columns={"a": "b"}))


def test_the_callers_frames_are_not_altered():
    top, below = frame(counts(21)), frame(counts(22) + 200)
    copies = top.copy(deep=True), below.copy(deep=True)
    signals(top, "proportion", below, exclude={"a": ["2016-01"]}, breaks={"a": ["2015-06"]})
    pd.testing.assert_frame_equal(top, copies[0])
    pd.testing.assert_frame_equal(below, copies[1])


# --- year on year


def test_year_on_year_is_the_plain_change_with_the_tests_interval():
    values = np.r_[counts(23, 48), np.round(counts(23, 60)[48:] * 1.2)]
    size = year_on_year(frame(values)["a"])
    assert (size.now, size.before) == (values[-12:].sum(), values[-24:-12].sum())
    assert size.change == pytest.approx(100 * (values[-12:].sum() / values[-24:-12].sum() - 1))
    assert size.unit == "per cent"
    assert size.lower < size.change < size.upper
    assert year_on_year(frame(values[-23:])["a"]) is None


@given(st.integers(0, 300), st.sampled_from([0.8, 0.95, 0.99]))
@settings(max_examples=60, deadline=None)
def test_nought_is_outside_the_interval_exactly_where_the_test_finds_a_change(seed, level):
    rng = np.random.default_rng(seed)
    cases = frame(rng.integers(100, 300, 60))["a"]
    for series, kind, denominators in (
        (frame(rng.poisson(80, 60))["a"], "count", None),
        (cases.map(lambda n: rng.binomial(n, 0.4)), "proportion", cases),
        (frame(rng.gamma(50, 0.2, 60))["a"], "mean", None),
    ):
        size = year_on_year(series, kind, denominators, level=level)
        assert (size.lower > 0 or size.upper < 0) == (size.p < 1 - level)


def test_a_proportion_changes_by_percentage_points_and_a_doubling_is_100_per_cent():
    cases = frame([400] * 60)["a"]
    noise = np.tile([-1, 1, 0, 2, -2], 12)
    successes = frame(np.r_[np.full(48, 100), np.full(12, 120)] + noise)["a"]
    size = year_on_year(successes, "proportion", cases)
    assert size.unit == "percentage points"
    assert (size.before, size.now) == (pytest.approx(25, abs=0.1), pytest.approx(30, abs=0.1))
    assert size.lower < 5 < size.upper
    double = year_on_year(frame(np.r_[np.full(48, 100), np.full(12, 200)] + noise)["a"])
    assert double.lower < 100 < double.upper


# --- headline exceptions


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
@settings(max_examples=100, deadline=None)
def test_false_discovery_is_that_of_statsmodels(p):
    witness = multipletests(p, alpha=0.10, method="fdr_bh")[0]
    assert false_discovery(pd.Series(p)).tolist() == witness.tolist()


def test_a_measures_p_is_four_times_its_smallest():
    p = pd.DataFrame({"month_high": [0.002, 0.4, np.nan], "month_low": [1.0, 1.0, np.nan], "year": [0.03, 0.3, np.nan]})
    assert [bool(false_discovery(p.iloc[:1], rate)[0]) for rate in (0.0079, 0.0081)] == [False, True]
    assert bool(false_discovery(p.iloc[1:2], 1.0)[1])  # four times 0.3 is more than 1, which no p-value is
    assert false_discovery(p).tolist() == [True, False, False]
    assert false_discovery(p.iloc[2:]).tolist() == [False]
    assert false_discovery(p.iloc[:0]).tolist() == []


# --- arithmetic


@given(st.integers(0, 1000), st.sampled_from([20, 26, 40, 60]), st.sampled_from([2.0, 30.0]))
@settings(max_examples=60, deadline=None)
def test_arithmetic_agrees_with_signals(seed, months, level):
    series = frame(np.random.default_rng(seed).poisson(level, months))["a"]
    sums = arithmetic(series, alpha=0.2)
    table_ = series.to_frame("a")
    assert list(sums) == [code for code in spc.CODES if code != "no_data"]
    assert {code: s.met for code, s in sums.items()} == signals(table_, alpha=0.2).loc["a", list(sums)].to_dict()
    assert {code: s.enough for code, s in sums.items()} == enough(table_).loc["a", list(sums)].to_dict()
    assert all(bool(s.why_not) != s.enough for s in sums.values())


def test_usual_is_the_mean_of_the_other_years_on_the_test_scale():
    values = counts(24)
    sums = arithmetic(frame(values)["a"])["month_high"]
    # With one month in question its usual level is that month's mean over the other four years: 2 sqrt(y + 3/8).
    z = 2 * np.sqrt(values[11:59:12] + 0.375)
    assert sums.usual[0] == pytest.approx((z.mean() / 2) ** 2 - 0.375)
    assert sums.values == (float(values[-1]),)
