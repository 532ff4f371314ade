"""What is judged of a quarter: least squares and SciPy as witnesses, sizes and power by simulation, and properties."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import cauchy
from scipy.stats import t as students_t

from perf_lib.stats.expected import judge, level
from perf_lib.stats.expected.judging import STRETCHES, TESTS, assess, combined
from perf_lib.stats.transforms import scaled
from perf_lib.words.errors import InputError


def frame(values, start="2014-01") -> pd.DataFrame:
    values = np.asarray(values, dtype=float)
    values = values if values.ndim == 2 else values[:, None]
    return pd.DataFrame(values, pd.period_range(start, periods=len(values), freq="M"), range(values.shape[1]))


def one(values, kind="count", **options) -> pd.Series:
    return judge(frame(values), kind, **options).iloc[0]


def seasonal(rng: np.random.Generator, level_a_month: float, series: int, months: int = 72) -> np.ndarray:
    season = 1 + 0.2 * np.cos(2 * np.pi * np.arange(months) / 12)[:, None]
    return rng.poisson(level_a_month * season, (months, series)).astype(float)


# --- the arithmetic


@pytest.fixture
def plain_level(monkeypatch):
    """One alpha, next to no season, nothing drawn in."""
    for name, value in {"ALPHAS": [0.35], "SEASONS": [1e-9]}.items():
        monkeypatch.setattr(level, name, np.array(value))
    monkeypatch.setattr(level, "CLIP", 1e9)
    monkeypatch.setattr(level, "CLIPPED", 1.0)
    level.operator.cache_clear()
    yield
    level.operator.cache_clear()


def test_months_and_quarter_are_held_against_the_months_before_them(plain_level):
    # A mean of so many cases each month is tested as its logarithm. With one alpha what is expected is the last level
    # of simple exponential smoothing; its error is s2 (1/n' + 1, 1 + a^2 ...), by generalised least squares.
    rng = np.random.default_rng(1)
    values = np.exp(rng.normal(2, 0.05, 63))
    z, a = np.log(values), 0.35
    spread = np.eye(63) + a * np.tril(np.ones((63, 63)), -1)
    covariance = spread @ spread.T
    past, to_come = slice(0, 60), slice(60, 63)
    inside = np.linalg.inv(covariance[past, past])
    one_each = np.ones(60)
    mean = one_each @ inside @ z[past] / (one_each @ inside @ one_each)
    s2 = (z[past] - mean) @ inside @ (z[past] - mean) / 59
    across = covariance[to_come, past] @ inside
    expected = mean + across @ (z[past] - mean)
    surplus = 1 - across @ one_each
    error = covariance[to_come, to_come] - across @ covariance[past, to_come]
    error = s2 * (error + np.outer(surplus, surplus) / (one_each @ inside @ one_each))
    judged = one(values, "mean")
    for month in range(3):
        # The mean of a log-normal lies s2 / 2 above its median, which cancels when it is put back on the scale; what is
        # left is the one month's own.
        t = (z[60 + month] - expected[month]) / np.sqrt(error[month, month])
        assert judged[f"month_{month + 1}"] == pytest.approx(np.sign(t) * 2 * students_t.sf(abs(t), 59), rel=1e-6)
    # The quarter: the mean of the three, each weighing a third of it.
    rates = np.exp(expected + s2 * (1 - 1 / 3) / 2)
    total = rates.mean()
    sd = np.sqrt((rates / 3) @ error @ (rates / 3)) / total
    t = (np.log(values[60:].mean()) - np.log(total)) / sd
    assert judged["quarter"] == pytest.approx(np.sign(t) * 2 * students_t.sf(abs(t), 59), rel=1e-6)
    beyond = students_t.ppf(0.975, 59) * sd
    assert judged["expected_low"] == pytest.approx(total * np.exp(-beyond), rel=1e-6)
    assert judged["expected_high"] == pytest.approx(total * np.exp(beyond), rel=1e-6)


def test_chances_are_combined_by_cauchy():
    rng = np.random.default_rng(2)
    chances, weights = rng.uniform(0.001, 0.99, 6), np.array([1, 1, 1, 3, 3, 1.5])
    statistic = (weights * cauchy.isf(chances)).sum() / weights.sum()
    assert combined(list(chances * rng.choice([-1, 1], 6)), weights) == pytest.approx(cauchy.sf(statistic))
    # One that is missing takes no part, and alone it is itself.
    some = [np.array([p]) for p in (0.03, np.nan, 0.4)]
    statistic = (cauchy.isf(0.03) + 2 * cauchy.isf(0.4)) / 3
    assert combined(some, [1, 5, 2]) == pytest.approx([cauchy.sf(statistic)])
    assert combined([np.array([np.nan]), np.array([-0.03])], [1, 1]) == pytest.approx([0.03])
    assert np.isnan(combined([np.array([np.nan])], [1])).all()


def test_every_quarter_is_judged_as_its_own_months_alone_lead_to():
    rng = np.random.default_rng(3)
    values = seasonal(rng, 80, 3, 62)
    values[30, 1] = np.nan
    table = frame(values)
    limits = {"breaks": {2: ["2015-06"]}, "exclude": {0: ["2016-03", "2018-10"]}}
    every = judge(table, every_quarter=True, **limits)
    months = table.index[np.arange(61 % 3, 62, 3)]
    assert every.index.get_level_values("month").unique().tolist() == months.tolist()
    for month in months[-9:]:
        pd.testing.assert_frame_equal(every.xs(month, level="month"), judge(table.loc[:month], **limits), rtol=1e-9)


# --- sizes and power, by simulation


@pytest.mark.parametrize("level_a_month", [0.5, 3, 20, 1000])
def test_what_does_not_change_is_seldom_unlike_what_was_expected(level_a_month):
    judged = judge(frame(seasonal(np.random.default_rng(4), level_a_month, 600)))
    # At most 7 per cent of 600, with a standard error of 0.9.
    assert (judged["p"] < 0.05).mean() < 0.07
    for name in TESTS:
        assert (judged[name].abs() < 0.05).mean() < 0.08, name


@pytest.mark.parametrize(("cases", "share"), [(10, 0.5), (20, 0.9), (500, 0.8), (5000, 0.12)])
def test_shares_that_do_not_change_neither(cases, share):
    rng = np.random.default_rng(5)
    of = np.maximum(rng.poisson(cases, (72, 600)), 1)
    judged = judge(frame(rng.binomial(of, share)), "proportion", frame(of))
    assert (judged["p"] < 0.05).mean() < 0.07


def test_a_change_is_found_the_right_way():
    values = seasonal(np.random.default_rng(6), 200, 300)
    for factor in (0.7, 1.3):
        changed = values.copy()
        changed[-3:] = np.round(changed[-3:] * factor)
        judged = judge(frame(changed))
        right = (judged["p"] < 0.05) & (np.sign(judged["quarter"]) == np.sign(factor - 1))
        assert right.mean() > 0.95  # 30 per cent of 600 is seven Poisson standard deviations


def test_a_month_of_the_quarter_is_seen_whichever_it_is():
    values = seasonal(np.random.default_rng(7), 200, 200)
    for month in (1, 2, 3):
        doubled = values.copy()
        doubled[-4 + month] *= 2
        assert (judge(frame(doubled))[f"month_{month}"].between(0, 0.01)).mean() > 0.95


def test_a_shock_years_ago_does_not_blind_it():
    values = seasonal(np.random.default_rng(8), 200, 200)
    values[20] *= 3
    assert (judge(frame(values))["p"] < 0.05).mean() < 0.08
    values[-3:] = np.round(values[-3:] * 0.7)
    assert (judge(frame(values))["p"] < 0.05).mean() > 0.9


def test_a_longer_shock_that_is_excluded_does_not_either():
    values = seasonal(np.random.default_rng(8), 200, 200)
    values[20:24] *= 0.4
    values[-3:] = np.round(values[-3:] * 0.7)
    months = ["2015-09", "2015-10", "2015-11", "2015-12"]
    excluded = dict.fromkeys(range(200), months)
    assert (judge(frame(values), exclude=excluded)["p"] < 0.05).mean() > 0.9


def test_a_fall_after_an_earlier_step_is_seen():
    # A step of 30 per cent thirty months ago, and now a fall of 30 per cent.
    values = seasonal(np.random.default_rng(9), 500, 200)
    values[-33:] = np.round(values[-33:] * 1.3)
    assert (judge(frame(values))["p"] < 0.05).mean() < 0.08
    values[-3:] = np.round(values[-3:] * 0.7)
    assert (judge(frame(values))["p"] < 0.05).mean() > 0.9


# --- series at the edge


def test_nothing_but_noughts_is_as_expected_until_something_happens():
    still = one(np.zeros(72))
    assert still["p"] > 0.5
    assert (still["expected_low"], still["expected_high"]) == (0, pytest.approx(0, abs=1))
    leapt = np.zeros(72)
    leapt[-3:] = 74
    judged = one(leapt)
    assert judged["p"] < 1e-6
    assert 0 < judged["quarter"] < 1e-6
    assert 0 < judged["year"] < 1e-6  # 222 and nought: 2 x 0.5^223
    leapt[-12:] = 18, 19, 18, 19, 18, 19, 18, 19, 18, 19, 18, 19
    assert 0 < one(leapt)["year"] < 1e-6


def test_figures_that_never_vary_are_as_expected_until_they_do():
    assert one(np.full(72, 50.0), "given")["p"] > 0.5
    # By the rule of succession the one after n alike is unlike them once in n + 2: two-sided, 2/62.
    changed = np.full(72, 50.0)
    changed[-1] = 51
    assert one(changed, "given")["month_3"] == pytest.approx(2 / 62)
    changed[-1] = 49
    assert one(changed, "given")["month_3"] == pytest.approx(-2 / 62)
    assert one(np.full(72, 30.0))["p"] > 0.5
    assert one(np.full(72, 9.5), "mean")["p"] > 0.5


def test_all_of_every_case_is_as_expected_until_one_is_missed():
    of = np.full(72, 40.0)
    whole = judge(frame(of), "proportion", frame(of)).iloc[0]
    assert whole["p"] > 0.5
    assert whole["expected_high"] == 100
    missed = of.copy()
    missed[-3:] -= 5
    judged = judge(frame(missed), "proportion", frame(of)).iloc[0]
    assert -0.001 < judged["quarter"] < 0
    bare = judge(frame(np.full(72, 100.0)), "proportion").iloc[0]  # percentages without their cases
    assert bare["p"] > 0.5


def test_one_a_month_that_doubles_in_a_year_is_found_as_often_as_an_exact_test_would():
    rng = np.random.default_rng(10)
    values = np.vstack([rng.poisson(1, (60, 400)), rng.poisson(2, (12, 400))]).astype(float)
    judged = judge(frame(values))
    # 24 beside 12 is found by a two-sided exact test of two years in some 40 per cent, mid-p (50,000 pairs, by SciPy).
    assert 0.3 < judged["year"].between(0, 0.05).mean() < 0.6


def test_a_leap_years_february_is_no_exception():
    rng = np.random.default_rng(11)
    months = pd.period_range("2014-03", "2020-02", freq="M")  # 2020 has a 29th of February
    days = months.days_in_month.to_numpy()[:, None]
    values = rng.poisson(3700 / 30.4375 * days, (72, 800))
    judged = judge(pd.DataFrame(values, months))
    assert judged["month_3"].between(0, 0.01).mean() < 0.02  # 0.5 per cent by chance, of 800


def test_23_months_before_the_quarter_are_too_few():
    values = seasonal(np.random.default_rng(12), 50, 1, 26)
    assert np.isnan(one(values)[["month_1", "quarter", "eight_months"]]).all()
    enough = one(seasonal(np.random.default_rng(12), 50, 1, 27))
    assert np.isfinite(enough[["month_1", "quarter"]]).all()
    assert np.isnan(enough["eight_months"])  # 19 months before it
    nothing = one([np.nan] * 70 + [5.0, 6.0])
    assert np.isnan(nothing).all()


@pytest.mark.parametrize("month", ["2019-10", "2019-11", "2019-12"])
def test_a_break_in_the_quarter_leaves_nothing_to_compare(month):
    values = seasonal(np.random.default_rng(13), 50, 1)
    assert np.isnan(one(values, breaks={0: [month]})).all()


def test_before_a_break_nothing_is_learnt():
    values = seasonal(np.random.default_rng(14), 50, 1, 100)
    broken = judge(frame(values), breaks={0: ["2017-05"]}).iloc[0]
    alone = judge(frame(values).loc["2017-05":]).iloc[0]
    pd.testing.assert_series_equal(broken, alone)


def test_a_figure_a_quarter_is_judged_at_its_month():
    rng = np.random.default_rng(15)
    values = rng.poisson(150, (72, 300)).astype(float)
    values[np.arange(72) % 3 != 2] = np.nan
    judged = judge(frame(values))
    assert np.isnan(judged[["month_1", "month_2"]]).all(axis=None)
    assert np.isfinite(judged[["month_3", "quarter", "year"]]).all(axis=None)
    assert (judged["p"] < 0.05).mean() < 0.08
    values[-1] *= 2
    assert (judge(frame(values))["p"] < 0.01).mean() > 0.95


def test_the_unit_of_a_mean_or_a_stock_does_not_matter():
    rng = np.random.default_rng(16)
    seconds = np.exp(rng.normal(6, 0.1, (72, 3)))
    for kind in ("mean", "stock", "given"):
        one_unit, other = (judge(frame(seconds * factor), kind) for factor in (1, 60))
        columns = [*TESTS, "p"]
        pd.testing.assert_frame_equal(one_unit[columns], other[columns], rtol=1e-6)
        assert other["expected_high"].to_numpy() == pytest.approx(60 * one_unit["expected_high"].to_numpy(), rel=1e-6)


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(InputError, match="kind 'rolling' cannot be tested"):
        judge(frame(np.ones(30)), "rolling")
    with pytest.raises(InputError, match="-1 cannot be a count's figure; allowed: nought or more"):
        judge(frame(np.full(30, -1.0)))


# --- properties

counts = st.lists(st.one_of(st.integers(0, 500), st.none()), min_size=3, max_size=75)


def bounded(row: pd.Series) -> bool:
    """Whether what can be said is a chance."""
    return all(np.isnan(row[name]) or -1 <= row[name] <= 1 for name in TESTS) and not row["p"] < 0


@settings(deadline=None, max_examples=60)
@given(counts, st.sets(st.integers(0, 80), max_size=40), st.none() | st.integers(0, 80))
def test_excluded_months_and_breaks_never_raise_and_bounds_stay_where_figures_can_be(values, excluded, broken):
    table = frame([np.nan if value is None else value for value in values])
    month = pd.Period("2014-01", "M")
    limits = {
        "exclude": {0: [month + each for each in excluded]},
        "breaks": {0: [] if broken is None else [month + broken]},
    }
    row = judge(table, **limits).iloc[0]
    assert bounded(row)
    judged = assess(scaled(table, "count", None, limits["breaks"], limits["exclude"]), np.array([len(table) - 1]))
    for each in judged.stretches.values():
        observed, expected, lower, upper, _ = (part[0, 0] for part in each.parts)
        if np.isfinite(expected):
            assert 0 <= lower <= expected + 1e-9
            assert expected <= upper + 1e-9
            assert observed >= 0


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=27, max_size=72))
def test_a_share_is_expected_between_nought_and_a_hundred(pairs):
    numerators, cases = (np.array(part, dtype=float) for part in zip(*pairs, strict=True))
    table, of = frame(np.minimum(numerators, cases)), frame(cases)
    row = judge(table, "proportion", of).iloc[0]
    assert bounded(row)
    if np.isfinite(row["expected_low"]):
        assert 0 <= row["expected_low"] <= row["expected_high"] <= 100 + 1e-9


def test_the_stretches_follow_what_they_are_held_against():
    # The quarter's three months three months after their history, the last eight months eight after theirs.
    assert [(each.name, each.back, each.months.start, each.months.stop) for each in STRETCHES] == [
        ("month_1", 3, 0, 1),
        ("month_2", 3, 1, 2),
        ("month_3", 3, 2, 3),
        ("quarter", 3, 0, 3),
        ("eight_months", 8, 0, 8),
    ]
