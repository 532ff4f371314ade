"""The published rules, against hand sums, SciPy, a slow pandas version and their own symmetries."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import linregress

from perf_lib.stats.spc import CODES, RULES, arithmetic, signals
from perf_lib.words.errors import InputError

HIGH = [rule.code for rule in RULES if rule.direction == "high"]
LOW = [rule.code for rule in RULES if rule.direction == "low"]


def frame(values, start="2015-01", **more) -> pd.DataFrame:
    columns = {"a": values, **more}
    return pd.DataFrame(columns, index=pd.period_range(start, periods=len(values), freq="M"))


def enough(table, **options) -> pd.DataFrame:
    return signals(table, enough=True, **options)


def shown(values, **options) -> set[str]:
    row = signals(frame(values), **options).loc["a"]
    return set(row.index[row])


# --- the table of rules


def test_ten_codes_in_the_order_of_the_key_and_no_data():
    assert CODES == (
        "month_high", "three_months_high", "eight_months_high", "discrete_increasing", "rolling_increasing",
        "month_low", "three_months_low", "eight_months_low", "discrete_decreasing", "rolling_decreasing", "no_data",
    )  # fmt: skip


@pytest.mark.parametrize(
    # Another simulation than tests/benchmarks, which the rates come from: 5,000 series a kind, mean of five levels.
    ("code", "six_kinds"),
    [
        ("month_high", [6.2, 6.2, 6.6, 5.9, 4.9, 4.1]),
        ("three_months_high", [0.5, 0.5, 1.5, 1.4, 2.2, 3.5]),
        ("eight_months_high", [0.3, 0.4, 1.2, 0.7, 0.5, 0.6]),
        ("discrete_increasing", [5.1, 5.0, 11.8, 13.1, 21.4, 28.8]),
        ("rolling_increasing", [59.8, 59.8, 65.7, 62.4, 62.4, 65.9]),
    ],
)
def test_false_alarm_agrees_with_an_independent_simulation(code, six_kinds):
    by_code = {rule.code: rule for rule in RULES}
    assert by_code[code].false_alarm == pytest.approx(np.mean(six_kinds), abs=0.6)
    pair = RULES[HIGH.index(code) + 5]
    assert (pair.false_alarm, pair.months) == (by_code[code].false_alarm, by_code[code].months)


# --- hand sums


def test_month_is_held_against_the_24_months_before_it():
    # Mean of twelve 10s and twelve 12s: 11. Squares about it: 24 x 1; sample SD = sqrt(24/23) = 1.0215.
    # Limits 11 +- 2.0430: 8.9570 and 13.0430. Were the month inside its own baseline, 13.05 would not be above.
    assert "month_high" in shown([10, 12] * 12 + [13.05])
    assert "month_high" not in shown([10, 12] * 12 + [13.04])
    assert "month_low" in shown([10, 12] * 12 + [8.95])
    assert "month_low" not in shown([10, 12] * 12 + [8.96])


def test_equal_to_the_limit_is_not_beyond_it():
    # 23 noughts and one 24: mean 1, squares 23 + 23^2 = 552, SD = sqrt(552/23) = sqrt(24); limit 1 + 2 sqrt 24.
    limit = 1 + 2 * 24**0.5
    assert "month_high" not in shown([0] * 23 + [24, limit])
    assert "month_high" in shown([0] * 23 + [24, limit + 1e-6])


def test_three_months_are_held_against_a_baseline_that_includes_them():
    # 21 noughts and three 8s: mean 1, squares 21 x 1 + 3 x 49 = 168, SD = sqrt(168/23) = 2.703; 8 > 3.703.
    assert "three_months_high" in shown([0] * 21 + [8, 8, 8])
    # One of the three at 3.7: mean 19.7/24 = 0.821, squares 141.69 - 24 x 0.821^2 = 125.5, SD 2.336; 3.7 > 3.157.
    assert "three_months_high" in shown([0] * 21 + [8, 3.7, 8])
    # At 3.0: mean 0.7917, squares 137 - 15.04 = 121.96, SD 2.303, limit 3.094: 3.0 is not above.
    assert "three_months_high" not in shown([0] * 21 + [8, 3.0, 8])


def test_eight_months_each_above_the_mean_of_24():
    # 16 tens and eight 13s: mean 264/24 = 11.
    assert "eight_months_high" in shown([10] * 16 + [13] * 8)
    # The oldest of the eight at 10.8: mean 10.908; 10.8 is not above.
    assert "eight_months_high" not in shown([10] * 16 + [10.8] + [13] * 7)
    assert "eight_months_low" in shown([13] * 16 + [10] * 8)


def test_discrete_trend_at_the_edge_of_five_per_cent():
    # 12 points k + noise x (alternating +-1): SciPy puts the p-value either side of 0.05.
    sign = np.tile([1.0, -1.0], 6)
    for noise, expected in ((4.0, True), (4.2, False)):  # p = 0.0446, 0.0557
        values = np.arange(12) + noise * sign
        assert bool(linregress(np.arange(12), values).pvalue < 0.05) is expected
        assert ("discrete_increasing" in shown(values)) is expected


def test_rolling_trend_is_the_slope_of_the_last_twelve_rolling_totals():
    # Eleven of the 23 months leave the total as another enters: 1 more each time, a perfect line of totals.
    values = [0] * 12 + [1] * 11
    assert "rolling_increasing" in shown(values)
    assert "rolling_increasing" not in shown(values[1:])  # 22 months make eleven totals: not enough


SEXUAL_OFFENCES = [147, 120, 125, 119, 128, 133, 153, 136, 127, 112, 102, 94]  # 2019, published month by month


def test_sexual_offences_of_december_2019_by_hand():
    # 2018 was published as a total, 1,704; spread flat, 142 a month. December 2017 to November 2019:
    # 142 + 1,704 + 1,402 = 3,248, over 24 = 135.33. Squares about it: 13 x 6.667^2 = 577.8 and, from 2019,
    # 136.1 235.1 106.8 266.8 53.8 5.4 312.1 0.4 69.4 544.4 1111.1 = 2841.6; SD = sqrt(3419.3/23) = 12.19.
    sums = arithmetic(frame([142] * 13 + SEXUAL_OFFENCES, start="2017-12")["a"])
    low = sums["month_low"]
    assert low.mean == pytest.approx(135.33, abs=0.005)
    assert low.sd == pytest.approx(12.19, abs=0.005)
    assert low.limit == pytest.approx(135.33 - 2 * 12.19, abs=0.02)  # 110.95
    assert (low.values, low.met) == ((94.0,), True)
    assert (str(low.baseline_first), str(low.baseline_last)) == ("2017-12", "2019-11")
    # January 2018 to December 2019: (1,704 + 1,496) / 24 = 133.33, and 112, 102, 94 are each below it less one SD.
    three = sums["three_months_low"]
    assert three.mean == pytest.approx(133.33, abs=0.005)
    assert (three.values, three.met) == ((112.0, 102.0, 94.0), True)
    assert (str(three.baseline_first), str(three.baseline_last)) == ("2018-01", "2019-12")


@pytest.mark.parametrize(
    ("months", "slope", "p", "shows"),  # the report's Appendix A, 2019; slope and p by SciPy's linregress
    [
        (SEXUAL_OFFENCES, -2.63, 0.0598, False),
        ([19, 14, 7, 11, 14, 11, 15, 13, 7, 8, 6, 6], -0.79, 0.0143, True),  # child sexual exploitation
    ],
)
def test_discrete_trend_of_published_months(months, slope, p, shows):
    result = arithmetic(frame(months)["a"])["discrete_decreasing"]
    witness = linregress(np.arange(12), months)
    assert (result.slope, result.p) == (pytest.approx(witness.slope), pytest.approx(witness.pvalue))
    assert result.t == pytest.approx(witness.slope / witness.stderr)
    assert (result.slope, result.p) == (pytest.approx(slope, abs=0.005), pytest.approx(p, abs=0.00006))
    assert result.met is shows


# --- not enough data, no data


def test_enough_is_false_until_the_window_is_whole():
    table = enough(frame(range(30)), every_month=True).loc["a"]
    first = {code: int(np.argmax(table[code].to_numpy())) + 1 for code in HIGH}
    # Months needed: 24 before + 1; 24; 24; 12; 12 + 11.
    assert list(first.values()) == [25, 24, 24, 12, 23]
    assert (table[HIGH].to_numpy() == table[LOW].to_numpy()).all()
    assert table["no_data"].all()


def test_a_missing_month_silences_a_rule_and_is_never_imputed():
    rising = [float(v) for v in range(25)]
    assert {"discrete_increasing", "rolling_increasing", "eight_months_high"} <= shown(rising)
    rising[20] = np.nan
    assert shown(rising) == set()
    assert not enough(frame(rising)).loc["a", HIGH].any()
    # Missing 13 months back: the last 12 values are whole, the rolling totals and the baselines are not.
    rising[20], rising[11] = 20.0, np.nan
    assert shown(rising) == {"discrete_increasing"}


def test_a_month_absent_from_the_index_is_missing():
    whole = frame(range(30))
    assert signals(whole.drop(whole.index[25])).loc["a"].sum() == 0
    blank = whole.astype(float)
    blank.iloc[25] = np.nan
    pd.testing.assert_frame_equal(signals(whole.drop(whole.index[25])), signals(blank))


def test_no_data_means_no_value_in_twelve_months():
    table = frame([5.0] * 20 + [np.nan] * 12, b=[5.0] * 21 + [np.nan] * 11)
    assert signals(table)["no_data"].to_dict() == {"a": True, "b": False}
    assert signals(table, every_month=True)["no_data"].sum() == 1
    assert signals(frame([np.nan] * 30)).loc["a"].to_dict() == {code: code == "no_data" for code in CODES}


def test_fewer_than_24_months():
    assert shown([1, 2, 3]) == set()
    assert shown(range(13)) == {"discrete_increasing"}


# --- odd series: a defined answer each


@pytest.mark.parametrize("value", [0, 0.1, 7, 1 / 3, 1e-12, 123456789.123, -0.7])
def test_a_constant_series_shows_nothing(value):
    assert shown([value] * 60) == set()
    # Locally constant, after a different past that has left every window.
    assert not signals(frame([value * 2 + 1] * 30 + [value] * 60)).loc["a"].any()


def test_a_constant_year_pattern_has_a_constant_rolling_total():
    # The totals are equal but for the order in which decimals are added.
    pattern = [0.1, 0.7, 1.3, 0.2, 0.9, 2.2, 0.3, 1.1, 0.4, 0.6, 0.8, 1.7]
    rows = signals(frame(pattern * 6), every_month=True)
    assert not rows[["rolling_increasing", "rolling_decreasing"]].any(axis=None)


def test_one_huge_value_shows_as_a_high_month_and_then_hides_the_rest():
    noise = np.tile([10.0, 12.0, 11.0], 20)
    noise[30] = 1e300
    rows = signals(frame(noise), every_month=True).loc["a"]
    assert list(rows.index[rows["month_high"]]) == [pd.Period("2017-07", "M")]
    assert not rows[LOW[:3]].any(axis=None)
    # Once it has left the windows nothing remembers it.
    plain = np.tile([10.0, 12.0, 11.0], 20)
    assert shown(noise[-25:]) == shown(plain[-25:])
    noise[30] = 1e12
    pd.testing.assert_frame_equal(
        signals(frame(noise), every_month=True).iloc[30 + 36 :], signals(frame(plain), every_month=True).iloc[30 + 36 :]
    )


def test_integers_decimals_and_nullable_integers_agree():
    values = [int(v) for v in np.random.default_rng(3).poisson(40, 40)]
    floats = signals(frame([float(v) for v in values]))
    pd.testing.assert_frame_equal(signals(frame(values)), floats)
    pd.testing.assert_frame_equal(signals(frame(pd.array(values, dtype="Int64"))), floats)
    assert set(signals(frame(values)).dtypes) == {np.dtype(bool)}


def test_the_callers_frame_is_not_altered():
    table = frame(range(30))
    copy = table.copy(deep=True)
    signals(table, breaks={"a": ["2016-01"]}, exclude={"a": ["2016-05"]})
    arithmetic(table["a"])
    pd.testing.assert_frame_equal(table, copy)


# --- refused early


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (pd.PeriodIndex(["2019-02", "2019-01", "2019-03"], freq="M"), "2019-01 follows 2019-02"),
        (pd.PeriodIndex(["2019-01", "2019-02", "2019-02"], freq="M"), "2019-02 appears more than once"),
        (pd.period_range("2019Q1", periods=3, freq="Q"), "monthly PeriodIndex, not periods of Q"),
        (pd.date_range("2019-01-01", periods=3, freq="MS"), "monthly PeriodIndex, not DatetimeIndex"),
        (pd.RangeIndex(3), "monthly PeriodIndex, not RangeIndex"),
    ],
)
def test_months_out_of_order_repeated_or_not_months_are_refused(index, words):
    with pytest.raises(InputError, match=words):
        signals(pd.DataFrame({"a": [1, 2, 3]}, index=index))


def test_values_and_names_that_cannot_be_right_are_refused():
    months = pd.period_range("2019-01", periods=2, freq="M")
    with pytest.raises(InputError, match="a, 2019-02: inf is not a finite number"):
        signals(pd.DataFrame({"a": [1, np.inf]}, index=months))
    with pytest.raises(InputError, match="every value must be a number"):
        signals(pd.DataFrame({"a": ["1", "n/a"]}, index=months))
    with pytest.raises(InputError, match="series a appears more than once"):
        signals(pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"], index=months))
    with pytest.raises(InputError, match="there are no months"):
        signals(pd.DataFrame({"a": []}, index=months[:0]))
    with pytest.raises(InputError, match="breaks: no series hate_crimes; did you mean hate_crime"):
        signals(pd.DataFrame({"hate_crime": [1, 2]}, index=months), breaks={"hate_crimes": ["2019-01"]})
    with pytest.raises(InputError, match="not a month such as 2019-09"):
        signals(pd.DataFrame({"a": [1, 2]}, index=months), breaks={"a": ["last week"]})


def test_no_series_gives_no_rows():
    months = pd.period_range("2019-01", periods=2, freq="M")
    assert signals(pd.DataFrame(index=months)).shape == (0, 11)


# --- rolling figures, breaks, exclusions


def test_a_rolling_ratio_takes_the_place_of_the_rolling_sum():
    flat = frame([7.0] * 40)
    ratio = frame(np.linspace(80, 90, 40) + np.tile([0, 0.1], 20))
    assert signals(flat, rolling=ratio).loc["a"][lambda row: row].index.tolist() == ["rolling_increasing"]
    assert arithmetic(flat["a"], rolling=ratio["a"])["rolling_increasing"].values[-1] == ratio["a"].iloc[-1]
    with pytest.raises(InputError, match="rolling: no column for series a"):
        signals(flat, rolling=ratio.rename(columns={"a": "b"}))


def test_no_window_reaches_over_a_break():
    # Recording changes in January 2017 (month 25 of 49): 25 months of history from there by January 2019.
    values = [10, 12] * 12 + [110, 112] * 12 + [150]
    table = frame(values, start="2015-01")
    assert "three_months_high" not in shown(values)
    whole = enough(table, every_month=True, breaks={"a": ["2017-01"]}).loc["a"]
    since = whole.loc["2017-01":]
    first = {code: int(np.argmax(since[code].to_numpy())) + 1 for code in HIGH}
    assert list(first.values()) == [25, 24, 24, 12, 23]  # as if history began there
    alone = signals(table.loc["2017-01":]).loc["a"]
    assert signals(table, breaks={"a": ["2017-01"]}).loc["a"].equals(alone)
    assert alone["month_high"]


def test_a_break_still_to_come_and_one_before_the_data_change_nothing():
    table = frame(range(40))
    plain = signals(table)
    pd.testing.assert_frame_equal(signals(table, breaks={"a": ["2030-01"]}), plain)
    pd.testing.assert_frame_equal(signals(table, breaks={"a": ["2001-01"]}), plain)
    # A break nine months before the first month of data still limits nothing that the data's start does not.
    pd.testing.assert_frame_equal(enough(table, breaks={"a": ["2014-04"]}), enough(table))


def test_an_excluded_month_is_a_missing_one_but_is_not_no_data():
    table = frame([float(v) for v in range(30)])
    gone = table.copy()
    gone.loc["2017-01", "a"] = np.nan
    pd.testing.assert_frame_equal(signals(table, exclude={"a": ["2017-01"]}), signals(gone))
    everything = {"a": list(table.index)}
    assert not signals(table, exclude=everything).loc["a"].any()


def test_an_excluded_month_leaves_a_rolling_ratio_after_twelve_months():
    table, ratio = frame([7.0] * 60), frame(np.linspace(80, 90, 60))
    gone = {"a": ["2017-01"]}
    summed = enough(table, every_month=True, exclude=gone)["rolling_increasing"]
    supplied = enough(table, rolling=ratio, every_month=True, exclude=gone)["rolling_increasing"]
    # Neither can be tested from the excluded month until 12 + 11 months on.
    assert summed.loc["a"].loc["2017-01":].tolist() == supplied.loc["a"].loc["2017-01":].tolist()
    assert supplied.loc["a"].loc["2017-01":"2018-11"].sum() == 0
    assert supplied.loc["a"].loc["2018-12":].all()


# --- arithmetic


def test_arithmetic_is_none_where_there_is_not_enough_data():
    sums = arithmetic(frame([1.0, 2.0, 3.0])["a"])
    assert all(not s.enough and not s.met and s.limit is None and s.p is None for s in sums.values())


def test_arithmetic_of_a_perfect_line_and_of_a_constant():
    line = arithmetic(frame([float(v) for v in range(24)])["a"])["discrete_increasing"]
    assert (line.slope, line.p, line.met) == (1.0, 0.0, True)
    still = arithmetic(frame([0.1] * 24)["a"])["discrete_increasing"]
    assert (still.slope, still.t, still.p, still.met) == (0.0, 0.0, 1.0, False)


# --- properties

counts = st.lists(st.integers(0, 400), min_size=26, max_size=60)
gappy = st.lists(st.one_of(st.integers(0, 50), st.none()), min_size=1, max_size=45)


def slow(values: list[float]) -> dict[str, bool]:
    """The rules once more, in pandas and SciPy, one series and month at a time, as anybody would first write them."""
    y = pd.Series(values, dtype=float)
    total = y.rolling(12).sum()
    out = dict.fromkeys(CODES, False)
    before, past = y.iloc[-25:-1], y.iloc[-24:]
    if len(y) > 24 and before.notna().all() and pd.notna(y.iloc[-1]):
        out["month_high"] = y.iloc[-1] - (before.mean() + 2 * before.std()) > 1e-9
        out["month_low"] = (before.mean() - 2 * before.std()) - y.iloc[-1] > 1e-9
    if len(past) == 24 and past.notna().all():
        for name, run, sds in (("three_months", 3, 1), ("eight_months", 8, 0)):
            gap = y.iloc[-run:] - past.mean()
            out[f"{name}_high"] = (gap - sds * past.std() > 1e-9).all()
            out[f"{name}_low"] = (-gap - sds * past.std() > 1e-9).all()
    for name, line in (("discrete", y.iloc[-12:]), ("rolling", total.iloc[-12:])):
        if len(line) == 12 and line.notna().all() and line.nunique() > 1:
            fit = linregress(np.arange(12), line)
            out[f"{name}_increasing"] = fit.pvalue < 0.05 and fit.slope > 0
            out[f"{name}_decreasing"] = fit.pvalue < 0.05 and fit.slope < 0
    out["no_data"] = y.iloc[-12:].isna().all()
    return {code: bool(value) for code, value in out.items()}


@given(gappy)
@settings(max_examples=150, deadline=None)
def test_a_slow_pandas_version_agrees(values):
    assert signals(frame([np.nan if v is None else v for v in values])).loc["a"].to_dict() == slow(values)


def test_a_slow_pandas_version_agrees_on_random_walks():
    rng = np.random.default_rng(11)
    walks = pd.DataFrame(
        100 + rng.normal(0, 3, (26, 300)).cumsum(axis=0), index=pd.period_range("2018-01", periods=26, freq="M")
    )
    fast = signals(walks)
    for name in walks:
        assert fast.loc[name].to_dict() == slow(walks[name].tolist())
    assert fast.drop(columns="no_data").any().all(), "every rule shows somewhere, or this test says little"


@given(counts, st.sampled_from([0.25, 2.0, 3.0, 100.0]), st.integers(-1000, 1000))
@settings(max_examples=100, deadline=None)
def test_scaling_and_shifting_change_nothing(values, a, b):
    assert shown([a * v + b for v in values]) == shown(values)


@given(counts)
@settings(max_examples=100, deadline=None)
def test_negation_swaps_high_and_low(values):
    swap = dict(zip(HIGH + LOW, LOW + HIGH, strict=True))
    assert shown([-v for v in values]) == {swap[code] for code in shown(values)}


@given(gappy, st.integers(0, 44))
@settings(max_examples=100, deadline=None)
def test_a_row_of_every_month_is_the_newest_month_of_the_data_as_they_stood(values, cut):
    table = frame([np.nan if v is None else v for v in values])
    cut = min(cut, len(values) - 1)
    month = table.index[cut]
    for rules in (signals, enough):
        rows = rules(table, every_month=True)
        assert rows.index.names == ["series", "month"]
        pd.testing.assert_series_equal(rows.loc[("a", month)], rules(table.iloc[: cut + 1]).loc["a"], check_names=False)


@given(gappy)
@settings(max_examples=100, deadline=None)
def test_arithmetic_agrees_with_signals(values):
    table = frame([np.nan if v is None else v for v in values])
    sums = arithmetic(table["a"])
    assert {code: s.met for code, s in sums.items()} == signals(table).loc["a", HIGH + LOW].to_dict()
    assert {code: s.enough for code, s in sums.items()} == enough(table).loc["a", HIGH + LOW].to_dict()
    for s in sums.values():
        if s.met and s.limit is not None:
            assert all(v > s.limit for v in s.values) or all(v < s.limit for v in s.values)
        if s.met and s.p is not None:
            assert s.p < 0.05


@given(counts, counts)
@settings(max_examples=50, deadline=None)
def test_series_do_not_touch_one_another(first, second):
    n = min(len(first), len(second))
    both = signals(frame(first[:n], b=second[:n]))
    assert both.loc["a"].equals(signals(frame(first[:n])).loc["a"])
    assert both.loc["b"].tolist() == signals(frame(second[:n])).loc["a"].tolist()
