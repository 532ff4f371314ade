"""The projection of the rolling 12 months: hand sums, the level's own witness, refusals, and coverage by simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom
from scipy.stats import t as students_t

from perf_lib.stats.expected import small
from perf_lib.stats.expected.level import outlook
from perf_lib.stats.forecast import Months, Projection, Refused, project, project_all
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


def test_rolling_figures_are_the_known_months_and_the_projected_ones():
    # Of a mean the logarithm is projected, and put back half a variance higher (test_level.py is the level's witness).
    values = np.exp(np.random.default_rng(2).normal(2, 0.1, 96))
    projection = projected(series(values), "mean")
    months = outlook(np.log(values[None, -60:]), 6)
    ahead = np.exp(months.mean[0] + months.noise[0] / 2)
    for h in range(1, 7):
        rolling = (values[-12 + h :].sum() + ahead[:h].sum()) / 12
        assert projection.table["rolling"].iloc[h - 1] == pytest.approx(rolling)
        assert projection.to_come["rolling"].iloc[h - 1] == pytest.approx(ahead[:h].mean())
    # One month ahead: Student's t about it on the logarithm, with the level's variance.
    beyond = students_t.ppf(0.9, months.df[0]) * np.sqrt(months.covariance[0, 0, 0])
    low, high = ahead[0] * np.exp(-beyond), ahead[0] * np.exp(beyond)
    assert projection.to_come[["lower_80", "upper_80"]].iloc[0].tolist() == pytest.approx([low, high])
    assert [str(month) for month in projection.table.index] == [f"2020-{m:02d}" for m in range(1, 7)]
    assert projection.now == pytest.approx(values[-12:].mean())
    assert projection.history == 60


def test_a_counts_year_is_the_months_reported_and_those_to_come():
    values = steady(2)
    projection = projected(series(values))
    remaining = [values[-12 + h :].sum() for h in range(1, 7)]
    assert projection.table["rolling"].to_numpy() == pytest.approx(remaining + projection.to_come["rolling"].to_numpy())
    # Half a year of about 200 a month whose season is a cosine from January on.
    expected = 200 * (1 + 0.2 * np.cos(2 * np.pi * np.arange(6) / 12))
    assert projection.to_come["rolling"].to_numpy() == pytest.approx(expected.cumsum(), rel=0.08)


def test_small_numbers_are_projected_exactly(monkeypatch):
    monkeypatch.setattr(small, "OMEGAS", np.array([1.0]))
    values = np.tile([2.0, 1, 3, 2, 0, 2, 4, 1, 2, 3, 1, 3], 8)
    months = pd.period_range("2012-01", "2020-06", freq="M").days_in_month.to_numpy() / (365.25 / 12)
    projection = projected(series(values))
    counts, size = values[-60:], months[36:96]
    shape, exposure = 0.5 + counts.sum(), size.sum() / counts.sum() * 0.5 + size.sum()
    ahead = months[84:90]  # those of the same months last year
    for h in (1, 3, 6):
        to_come = nbinom(shape, exposure / (exposure + ahead[:h].sum()))
        row = projection.to_come.iloc[h - 1]
        assert row["rolling"] == pytest.approx(to_come.mean())
        assert (row["lower_80"], row["upper_80"]) == (to_come.ppf(0.1), to_come.ppf(0.9))
        assert (row["lower_95"], row["upper_95"]) == (to_come.ppf(0.025), to_come.ppf(0.975))


def test_of_a_share_whose_rest_is_rare_the_rest_is_projected():
    rng = np.random.default_rng(3)
    cases = series(np.full(96, 40.0))
    missed = series(rng.poisson(1, 96).clip(0, 40).astype(float))
    kept, lost = (projected(part, "proportion", cases).table for part in (cases - missed, missed))
    assert kept["rolling"].to_numpy() == pytest.approx(100 - lost["rolling"].to_numpy())
    for level in (80, 95):
        assert kept[f"lower_{level}"].to_numpy() == pytest.approx(100 - lost[f"upper_{level}"].to_numpy())
    assert (kept["lower_95"] <= kept["rolling"]).all()
    assert kept.stack().between(0, 100).all()


def test_a_stock_is_projected_as_it_is():
    walk = series(1000 + np.random.default_rng(4).normal(0, 10, 96).cumsum())
    projection = projected(walk, "stock")
    assert projection.now == walk.iloc[-1]
    assert projection.table["rolling"].to_numpy() == pytest.approx(np.full(6, walk.iloc[-1]), abs=30)
    widths = projection.table["upper_80"] - projection.table["lower_80"]
    # Of a random walk the variance grows by the month: six months on some sqrt(6) times as wide.
    assert 1.8 < widths.iloc[-1] / widths.iloc[0] < 2.8


def test_another_unit_is_a_factor():
    projection = projected(series(np.exp(np.random.default_rng(5).normal(2, 0.1, 96))), "mean")
    yearly = projection.times(12)
    pd.testing.assert_frame_equal(yearly.table, 12 * projection.table)
    assert yearly.now == pytest.approx(12 * projection.now)
    # Averages of h months become sums of them.
    sums = projection.to_come.mul(np.arange(1, 7), axis=0)
    pd.testing.assert_frame_equal(yearly.to_come, sums)


def test_many_at_once_are_as_each_alone():
    measures = {
        "counts": Months(series(steady(6))),
        "short": Months(series(steady(7))[:20]),
        "few": Months(series(np.random.default_rng(8).poisson(2, 96))),
        "broken": Months(series(steady(9)), breaks=["2016-05"], exclude=["2018-01"]),
        "share": Months(series(steady(10) // 2), "proportion", series(steady(10))),
    }
    together = project_all(measures)
    assert list(together) == list(measures)
    for name, each in measures.items():
        alone = project(*each)
        if isinstance(alone, Refused):
            assert together[name] == alone
        else:
            pd.testing.assert_frame_equal(together[name].table, alone.table)


def test_intervals_nest_and_widen():
    table = projected(series(steady(3))).table
    assert (table["lower_95"] < table["lower_80"]).all()
    assert (table["lower_80"] < table["rolling"]).all()
    assert (table["rolling"] < table["upper_80"]).all()
    assert (table["upper_80"] < table["upper_95"]).all()
    assert (table["upper_95"] - table["lower_95"]).is_monotonic_increasing


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
    assert why(series(steady(6, 23))) == "short_history"
    assert project(series(steady(6, 23))).words == "needs 24 months of history; there are 23"
    assert why(series([np.nan] * 60)) == "short_history"
    assert projected(series(steady(6, 24))).history == 24


def test_refused_for_a_recent_break():
    values = series(steady(15))
    projection = project(values, breaks=["2018-02"])
    assert projection == Refused("recent_break", "needs 24 months since the last break; there are 23")
    old = projected(values, breaks=["2016-01"])
    assert old.history == 48
    pd.testing.assert_frame_equal(old.table, projected(values["2016-01":]).table)


def test_refused_where_a_month_of_the_rolling_year_is_missing():
    values = series(steady(8).astype(float))
    values.iloc[-3] = np.nan
    assert why(values) == "missing_months"
    earlier = series(steady(8).astype(float))
    earlier.iloc[40:60] = np.nan
    assert projected(earlier).history == 60 - 20  # all of them among the last sixty


def test_what_never_varies_is_projected_too():
    still = projected(series([50.0] * 96), "mean").table
    assert still["rolling"].to_numpy() == pytest.approx(np.full(6, 50.0))
    noughts = projected(series([0] * 96)).to_come
    assert (noughts["lower_95"] == 0).all()
    assert (noughts["upper_95"] <= 1).all()


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


# --- as often as they say


@pytest.mark.parametrize("level", [2, 40, 500])
def test_intervals_cover_as_often_as_they_say(level):
    # 300 steady series, over-dispersed where they are large: a standard error of some two points, and room for whole
    # numbers.
    rng = np.random.default_rng(12)
    season = 1 + 0.1 * np.cos(2 * np.pi * np.arange(102) / 12)
    spread = np.exp(rng.normal(0, 0.09, (300, 102))) if level > 5 else 1.0
    y = rng.poisson(level * season * spread, (300, 102))
    outlooks = project_all({str(row): Months(series(each[:96])) for row, each in enumerate(y)})
    for name, low, high in (("80", 0.75, 0.93), ("95", 0.91, 0.995)):
        inside = [
            (each.to_come[f"lower_{name}"] <= row[96:].cumsum()) & (row[96:].cumsum() <= each.to_come[f"upper_{name}"])
            for each, row in zip(outlooks.values(), y, strict=True)
        ]
        assert low < np.mean(inside) < high


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(0, 400), min_size=24, max_size=72),
    st.sets(st.integers(0, 80), max_size=30),
    st.none() | st.integers(0, 80),
)
def test_a_count_to_come_is_never_below_nought(values, excluded, broken):
    first = pd.Period("2012-01", "M")
    limits = [first + month for month in excluded], [] if broken is None else [first + broken]
    projection = project(series(values), exclude=limits[0], breaks=limits[1])
    if isinstance(projection, Projection):
        assert (projection.to_come.to_numpy() >= 0).all()
        for level in (80, 95):
            # A mean of whole numbers may lie a little above the greatest that is likely: 0.03 above none.
            assert (projection.table[f"lower_{level}"] <= projection.table["rolling"] + 1e-9).all()
            assert (projection.table["rolling"] < projection.table[f"upper_{level}"] + 1).all()
