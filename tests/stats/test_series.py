"""The arithmetic of months, by property against slow sums in plain Python, and by the report's own examples."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from builders import measure, months, ratio
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st
from scipy.stats import linregress

from perf_lib.stats import series

COUNT = measure("thefts", "count")
PROPORTION = measure("convictions", "proportion")
MEAN = measure("response", "mean")
STOCK = measure("sickness", "mean", unit="days per person", denominator_is="stock")
KINDS = {"count": COUNT, "proportion": PROPORTION, "mean of a flow": MEAN, "mean over a stock": STOCK}

sizes = st.integers(12, 30)
some_values = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=40)


@st.composite
def parts(draw, missing: bool = True, nil: bool = False):
    """Numerators and denominators of some months, each month supplied, missing or (if asked) a nil return."""
    kinds = ["given"] * 6 + ["missing"] * missing + ["nil"] * nil
    one = st.tuples(st.integers(0, 500), st.integers(1, 500), st.sampled_from(kinds))
    return draw(st.lists(one, min_size=12, max_size=30))


def frame(kind: str, drawn) -> pd.DataFrame:
    """The months of a kind of measure from drawn parts."""
    scale = 100.0 if kind == "proportion" else 1.0
    values, numerators, denominators, statuses = [], [], [], []
    for up, down, what in drawn:
        top = min(up, down) if kind == "proportion" else up
        given_ = what == "given"
        values.append((float(top) if kind == "count" else scale * top / down) if given_ else np.nan)
        numerators.append(top if given_ and kind != "count" else np.nan)
        denominators.append(down if given_ and kind != "count" else np.nan)
        statuses.append({"given": "final", "missing": "not supplied", "nil": "nil return"}[what])
    return months(values, numerator=numerators, denominator=denominators, status=statuses)


def by_hand(kind: str, drawn) -> float | None:
    """What drawn months come to, added up the slow way; None where a month is missing or nothing happened."""
    if any(what == "missing" for *_, what in drawn):
        return None
    happened = [(min(up, down) if kind == "proportion" else up, down) for up, down, what in drawn if what == "given"]
    if not happened:
        return None
    if kind == "count":
        return sum(up for up, _ in happened)
    base = sum(down for _, down in happened)
    if kind == "mean over a stock":
        base = base / len(happened)
    return (100 if kind == "proportion" else 1) * sum(up for up, _ in happened) / base


# --- rolling 12 months is over() at every month


@pytest.mark.parametrize("kind", KINDS)
@options(max_examples=30, deadline=None)
@given(data=st.data())
def test_rolling_12_is_over_at_every_month(kind, data):
    drawn = data.draw(parts())
    table = frame(kind, drawn)
    rolled = series.RollUp(table, KINDS[kind]).rolling_12()
    assert list(rolled.index) == list(table.index)
    for month in table.index:
        figure = series.RollUp(table, KINDS[kind]).over(month - 11, month)
        assert figure.value is None if math.isnan(rolled[month]) else figure.value == pytest.approx(rolled[month])


@pytest.mark.parametrize("kind", KINDS)
@options(max_examples=30, deadline=None)
@given(data=st.data())
def test_over_is_the_slow_sum_of_its_months(kind, data):
    drawn = data.draw(parts())
    table, width = frame(kind, drawn), data.draw(st.integers(1, 12))
    last = data.draw(st.integers(width, len(drawn)))
    figure = series.RollUp(table, KINDS[kind]).over(table.index[last - width], table.index[last - 1])
    expected = by_hand(kind, drawn[last - width : last])
    assert figure.value == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("kind", ["proportion", "mean of a flow"])
@options(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_nil_return_adds_nothing_to_a_ratio(kind, data):
    drawn = data.draw(parts(nil=True))
    table = frame(kind, drawn)
    for end in range(12, len(drawn) + 1):
        figure = series.RollUp(table, KINDS[kind]).over(table.index[end - 12], table.index[end - 1])
        expected = by_hand(kind, drawn[end - 12 : end])
        assert figure.value == (None if expected is None else pytest.approx(expected))


def test_rolling_12_is_over_where_only_the_later_months_came_with_their_numbers():
    # Twelve months of bare percentages (50), then twelve of 1 of 10: each twelve is rolled up by what it has.
    table = months([50.0] * 12 + [10.0] * 12, numerator=[np.nan] * 12 + [1] * 12, denominator=[np.nan] * 12 + [10] * 12)
    table.loc[table.index[-1], ["numerator", "denominator", "value"]] = [0, 190, 0.0]
    last = table.index[-1]
    weighted = series.RollUp(table, PROPORTION).over(last - 11, last)
    assert weighted.value == pytest.approx(100 * 11 / 300)  # eleven months of 1 of 10, and 0 of 190
    assert series.RollUp(table, PROPORTION).rolling_12()[last] == pytest.approx(weighted.value)


@options(max_examples=30, deadline=None)
@given(parts(missing=False))
def test_a_years_count_is_its_four_quarters(drawn):
    table = frame("count", drawn[:12])
    quarters = [series.RollUp(table, COUNT).over(table.index[i], table.index[i + 2]).value for i in (0, 3, 6, 9)]
    assert sum(quarters) == series.RollUp(table, COUNT).rolling_12().iloc[-1]


@pytest.mark.parametrize("kind", KINDS)
def test_the_callers_months_are_not_altered(kind):
    table = frame(kind, [(3, 7, "given")] * 11 + [(0, 1, "nil")] + [(4, 9, "given")] * 5)
    before = table.copy(deep=True)
    series.RollUp(table, KINDS[kind]).rolling_12()
    series.RollUp(table, KINDS[kind]).over(table.index[0], table.index[-1])
    pd.testing.assert_frame_equal(table, before)


# --- examples with a witness


def test_counts_add_up_to_the_reports_quarter():
    # Appendix A: 112, 102 and 94 sexual offences in October to December 2019; the box: 308.
    table = months([112, 102, 94])
    assert series.RollUp(table, COUNT).over(table.index[0], table.index[-1]).value == 308


def test_a_proportion_is_a_ratio_of_sums_and_never_the_mean_of_monthly_percentages():
    # One of one, then eleven months of none of a hundred: 1 of 1,101 is 0.09 per cent; the mean would be 8.33.
    table = ratio([1] + [0] * 11, [1] + [100] * 11)
    figure = series.RollUp(table, PROPORTION).over(table.index[0], table.index[-1])
    assert figure.value == pytest.approx(100 / 1101)
    assert (figure.numerator, figure.denominator, figure.unweighted) == (1, 1101, False)
    assert series.RollUp(table, PROPORTION).rolling_12().iloc[-1] == pytest.approx(100 / 1101)


def test_a_mean_is_weighted_by_its_cases():
    # 10 seconds for 1 call and 100 seconds for 99 is 9,910 seconds over 100 calls; the plain mean would be 55.
    table = months([10.0, 100.0], denominator=[1, 99])
    figure = series.RollUp(table, MEAN).over(table.index[0], table.index[-1])
    assert figure.value == pytest.approx(99.1)
    assert (figure.numerator, figure.denominator, figure.unweighted) == (9910, 100, False)


def test_days_lost_are_summed_over_the_average_headcount():
    # 200, 100 and 150 days; 90, 100 and 110 people, 100 on average: 4.5 days a person in the quarter.
    table = ratio([200, 100, 150], [90, 100, 110], scale=1)
    figure = series.RollUp(table, STOCK).over(table.index[0], table.index[-1])
    assert figure.value == pytest.approx(4.5)
    assert (figure.numerator, figure.denominator) == (450, 100)


def test_only_where_percentages_alone_were_supplied_is_their_mean_taken_and_said_to_be_unweighted():
    # Appendix A, conviction rate: the twelve monthly percentages of 2019 add up to 1,030.2, a mean of 85.85.
    printed = [92.5, 91.1, 77.1, 89.7, 89.7, 77.1, 89.6, 76.2, 83.3, 88.1, 81.4, 94.4]
    table = months(printed)
    figure = series.RollUp(table, PROPORTION).over(table.index[0], table.index[-1])
    assert figure.value == pytest.approx(85.85)
    assert figure.unweighted
    assert (figure.numerator, figure.denominator) == (None, None)


def test_one_month_without_its_number_makes_the_whole_roll_up_unweighted():
    table = months([50.0, 10.0], numerator=[1, np.nan], denominator=[2, np.nan])
    figure = series.RollUp(table, PROPORTION).over(table.index[0], table.index[-1])
    assert (figure.value, figure.unweighted) == (30.0, True)


def test_a_rolling_figure_is_taken_as_given():
    # Appendix A, satisfaction: 77.5, 76.7 and 76.7, each for twelve months already.
    table = months([77.5, 76.7, 76.7])
    rolling = measure("satisfaction", "rolling")
    assert series.RollUp(table, rolling).over(table.index[0], table.index[-1]).value == 76.7
    assert series.RollUp(table, rolling).rolling_12().tolist() == [77.5, 76.7, 76.7]
    assert not series.RollUp(table, rolling).over(table.index[0], table.index[-1] + 1)  # nothing at that month


def test_a_survey_gives_its_latest_point_with_its_margin():
    # The report's box: 77.2 per cent, plus or minus 3.4, in September 2019; no point in October to December.
    table = months([77.7, None, None, 77.2, None, None, None], margin=3.4)
    survey = measure("confidence", "survey")
    figure = series.RollUp(table, survey).over(pd.Period("2019-07", "M"), pd.Period("2019-09", "M"))
    assert (figure.value, figure.margin) == (77.2, 3.4)
    assert not series.RollUp(table, survey).over(pd.Period("2019-10", "M"), pd.Period("2019-12", "M"))


# --- missing months and nil returns


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_month_gives_no_figure_never_a_guess(kind):
    whole = [(5, 10, "given")] * 24
    broken = [*whole[:15], (0, 1, "missing"), *whole[16:]]
    table = frame(kind, broken)
    rolled = series.RollUp(table, KINDS[kind]).rolling_12()
    # Month 15 is missing: no twelve months that hold it has a figure; those to month 14 have.
    assert rolled.notna().tolist() == [11 <= month < 15 for month in range(24)]
    assert not series.RollUp(table, KINDS[kind]).over(table.index[12], table.index[23])


@pytest.mark.parametrize("kind", KINDS)
def test_months_before_the_first_are_missing_too(kind):
    table = frame(kind, [(5, 10, "given")] * 12)
    assert not series.RollUp(table, KINDS[kind]).over(table.index[0] - 1, table.index[10])
    assert not series.RollUp(table, KINDS[kind]).over(table.index[1], table.index[-1] + 1)


def test_fewer_than_twelve_months_have_no_rolling_figure():
    assert series.RollUp(months([5] * 11), COUNT).rolling_12().isna().all()


def test_a_nil_return_of_a_ratio_leaves_the_others_to_speak():
    # Eleven months of 1 of 10 and one in which nothing was done: 11 of 110.
    table = frame("proportion", [(1, 10, "given")] * 11 + [(0, 1, "nil")])
    figure = series.RollUp(table, PROPORTION).over(table.index[0], table.index[-1])
    assert (figure.value, figure.numerator, figure.denominator) == (10.0, 11, 110)


def test_a_nil_return_of_a_count_counts_as_nothing():
    # Eleven months of 5 and one in which there was none to return: 55.
    table = frame("count", [(5, 1, "given")] * 11 + [(0, 1, "nil")])
    assert series.RollUp(table, COUNT).over(table.index[0], table.index[-1]).value == 55
    assert series.RollUp(table, COUNT).rolling_12().iloc[-1] == 55


def test_a_nil_return_does_not_thin_out_a_headcount():
    # 100 days lost in each of eleven months by 100 people, none in the twelfth: 1,100 over 100 people is 11.
    table = frame("mean over a stock", [(100, 100, "given")] * 11 + [(0, 1, "nil")])
    assert series.RollUp(table, STOCK).over(table.index[0], table.index[-1]).value == pytest.approx(11.0)


def test_a_nil_return_among_bare_percentages_counts_as_nothing():
    table = frame("proportion", [(1, 2, "given")] * 11 + [(0, 1, "nil")])[["value", "origin", "status", "margin"]]
    table = table.assign(numerator=np.nan, denominator=np.nan)
    figure = series.RollUp(table, PROPORTION).over(table.index[0], table.index[-1])
    assert (figure.value, figure.unweighted) == (50.0, True)


@pytest.mark.parametrize("kind", ["proportion", "mean of a flow"])
def test_nothing_but_nil_returns_is_no_figure(kind):
    table = frame(kind, [(0, 1, "nil")] * 12)
    assert not series.RollUp(table, KINDS[kind]).over(table.index[0], table.index[-1])


# --- change and rate


@pytest.mark.parametrize(
    ("now", "before", "difference", "relative"),
    [
        (44433, 42495, 1938, 4.6),  # paragraph 3; it prints 4.5, which 1,938 on 42,495 (4.56) is not
        (619, 693, -74, -10.7),  # paragraph 40
        (16656, 16512, 144, 0.9),  # paragraph 57
        (280, 271, 9, 3.3),  # paragraph 86; it prints 2.3, which 9 on 271 is not
        (6659, 6191, 468, 7.6),  # paragraph 102; it prints 461, which the two totals contradict
        (1496, 1704, -208, -12.2),  # paragraph 115
        (799, 559, 240, 42.9),  # paragraph 170
    ],
)
def test_change_on_the_reports_own_totals(now, before, difference, relative):
    assert series.change(now, before) == difference
    assert round(series.change_per_cent(now, before), 1) == relative


@given(st.floats(0, 1e9), st.floats(0.001, 1e9))
def test_change_takes_the_earlier_figure_to_the_later(now, before):
    near = pytest.approx(now, abs=1e-9 * (now + before))
    assert before + series.change(now, before) == near
    assert before * (1 + series.change_per_cent(now, before) / 100) == near


def test_change_is_not_known_where_a_figure_is_missing_or_there_was_nothing_before():
    assert series.change(None, 5) is series.change(5, None) is None
    assert series.change_per_cent(None, 5) is series.change_per_cent(5, None) is None
    assert series.change_per_cent(5, 0) is None
    assert series.change_per_cent(0, 5) == -100
    assert series.change(5, 0) == 5


@pytest.mark.parametrize(
    ("offences", "rate"),  # Office for National Statistics, Wiltshire, year to December 2019, 720,100 residents
    [(44252, 61.45598), (15162, 21.05657), (1562, 2.169263), (1513, 2.101213), (384, 0.533288)],
)
def test_rate_per_1000_as_the_ons_prints_it(offences, rate):
    # Its rates rest on a population that it prints to the nearest hundred: 1 in 10,000 either way.
    assert series.rate_per_1000(offences, 720100) == pytest.approx(rate, rel=1e-4)


def test_rate_is_not_known_without_count_or_residents():
    assert series.rate_per_1000(None, 1000) is series.rate_per_1000(5, None) is series.rate_per_1000(5, 0) is None
    assert series.rate_per_1000(0, 1000) == 0


# --- z-scores


def varied(values: list[float]) -> bool:
    return float(np.std(values)) > 1e-6 * (1 + float(np.max(np.abs(values))))


@options(max_examples=60)
@given(some_values.filter(varied))
def test_z_scores_have_mean_nought_and_standard_deviation_one(values):
    scores = series.z_scores(pd.Series(values))
    assert scores.mean() == pytest.approx(0, abs=1e-6)
    assert scores.std(ddof=1) == pytest.approx(1)


@options(max_examples=60)
@given(some_values.filter(varied), st.floats(0.01, 100), st.floats(-1000, 1000))
def test_z_scores_do_not_depend_on_unit_or_origin(values, times, plus):
    one = pd.Series(values)
    pd.testing.assert_series_equal(series.z_scores(one * times + plus), series.z_scores(one), atol=1e-5, rtol=1e-5)
    pd.testing.assert_series_equal(series.z_scores(one * -times), -series.z_scores(one), atol=1e-5, rtol=1e-5)


def test_z_scores_by_hand():
    # 2, 4, 6: mean 4, sample SD 2.
    assert series.z_scores(pd.Series([2, 4, 6])).tolist() == [-1, 0, 1]


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1, 88.8, 1e9 + 0.1])
def test_z_scores_of_a_constant_are_nought_not_rounding_noise(value):
    for size in (3, 7, 12, 24):
        assert series.z_scores(pd.Series([value] * size)).tolist() == [0.0] * size


# --- R squared


@options(max_examples=60)
@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=3, max_size=40))
def test_r_squared_is_that_of_numpy_and_of_scipys_regression(pairs):
    one, other = (list(column) for column in zip(*pairs, strict=True))
    if not (varied(one) and varied(other)):
        return
    share = series.r_squared(pd.Series(one), pd.Series(other))
    assert share == pytest.approx(np.corrcoef(one, other)[0, 1] ** 2, abs=1e-9)
    assert share == pytest.approx(linregress(one, other).rvalue ** 2, abs=1e-9)
    assert share == series.r_squared(pd.Series(other), pd.Series(one))
    assert 0 <= share <= 1


def test_r_squared_by_hand():
    # 1, 2, 3 against 1, 3, 2: covariance 0.5, variances 1 and 1: r = 0.5.
    assert series.r_squared(pd.Series([1, 2, 3]), pd.Series([1, 3, 2])) == pytest.approx(0.25)


def test_r_squared_takes_the_months_that_both_have():
    january = pd.period_range("2019-01", periods=5, freq="M")
    one = pd.Series([1, 2, 3, np.nan, 100], january)
    other = pd.Series([1, 3, 2, 50], january[:4])
    assert series.r_squared(one, other) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("one", "other"),
    [([1, 2], [3, 4]), ([1, 2, np.nan], [3, 4, 5]), ([5, 5, 5, 5], [1, 2, 3, 4]), ([0.1] * 12, list(range(12)))],
)
def test_r_squared_is_not_known_of_too_few_months_or_of_one_that_does_not_vary(one, other):
    assert series.r_squared(pd.Series(one), pd.Series(other)) is None
