"""The benchmark's rivals against numbers worked by hand, by R, or by reading their rules a month at a time.

The numbers of R are what R 4.2.2 with surveillance 1.20.3 answered.
"""

from __future__ import annotations

import statistics
from itertools import pairwise
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from benchmarks import farrington, rivals
from scipy.special import ndtri

from perf_lib.stats import spc

MONTHS = pd.period_range("2015-01", periods=75, freq="M")


def made() -> pd.DataFrame:
    """Four series of 62 months: level, rising, rare, and one with an outlier among the months learnt from."""
    t = np.arange(62)
    noise = (t * t * 7 + t * 3) % 13
    usual = 80 + np.array([0, 2, 9, 14, 20, 24, 25, 21, 13, 8, 3, 1])[t % 12] + 2 * noise
    series = {"steady": usual, "rising": usual - 40 + 3 * t, "rare": (noise // 3) * (t % 5 < 3)}
    frame = pd.DataFrame(series | {"outlying": usual + 300 * (t == 30)}, index=MONTHS[:62])
    frame.iloc[60, 0] += 45
    frame.iloc[61, 3] -= 40
    return frame


def score(name: str, values: list[float], months: pd.PeriodIndex | None = None) -> float:
    """A rival's score of the last value of one series."""
    column = np.array(values, dtype=float)[:, None]
    return float(rivals.RIVALS[name](column, MONTHS[: len(values)] if months is None else months, 1)[0, 0])


# Rscript tests/benchmarks/farrington.R counts.csv asked.csv answers.csv, where counts.csv holds made() without its
# index and asked.csv asks for these months of these series. Upper bounds are missing where there are too few cases.
FROM_R = pd.DataFrame(
    [
        ("steady", 50, 0, 111, 94.4591800330276, 1, 1, 79),
        ("steady", 61, 1, 107, 90.8080701535097, 1, 1, 75),
        ("steady", 62, 0, 110, 94.0000000030007, 1, 0, 78),
        ("rising", 50, 1, 187, 110.666666667232, 15.6272591568485, 0, 52),
        ("rising", 61, 0, 263, 237.375875074231, 1, 1, 212),
        ("rising", 62, 1, 222, 147.000000000014, 12.1305555015475, 0, 85),
        ("rare", 50, 0, None, 0.833333333333333, 1.78650840867318, 0, 0),
        ("rare", 61, 0, None, 1, 1.73981522315468, 0, 0),
        ("rare", 62, 0, None, 0.666666666666683, 1.69351867551114, 0, 0),
        ("outlying", 50, 0, 115, 94.8441049500009, 1.46175439740942, 1, 76),
        ("outlying", 61, 0, 109, 90.4644608514134, 1.36642914001088, 1, 73),
        ("outlying", 62, 0, 113, 94.0000000000001, 1.38954307454054, 0, 76),
    ],
    columns="series month alarm upper expected dispersion trend lower".split(),
)


def test_farrington_expects_what_r_expects_and_alarms_where_r_does():
    frame = made()
    values = frame.to_numpy(dtype=float)
    row, column = FROM_R["month"] - 50, frame.columns.get_indexer(FROM_R["series"])
    ours, scores = farrington.predicted(values, 13), farrington.farrington(values, frame.index, 13)
    assert ours.expected[row, column] == pytest.approx(FROM_R["expected"].to_numpy(), rel=1e-9)
    assert ours.dispersion[row, column] == pytest.approx(FROM_R["dispersion"].to_numpy(), rel=1e-9)
    assert ours.trended[row, column].tolist() == FROM_R["trend"].astype(bool).tolist()
    alarm = -ndtri(0.05)
    assert (scores[row, column] >= alarm).tolist() == FROM_R["alarm"].astype(bool).tolist()
    low = values[FROM_R["month"] - 1, column] < FROM_R["lower"]
    assert (scores[row, column] <= -alarm).tolist() == low.tolist()
    assert low.sum() == 1


def test_farringtons_bounds_are_rs_quantiles():
    # The first count above R's upper bound has a chance of at most 5 per cent, the bound itself a greater one.
    asked = FROM_R.dropna()
    judged = farrington.Predicted(*(asked[name].to_numpy(dtype=float) for name in ("expected", "dispersion", "trend")))
    upper, lower = asked["upper"].to_numpy(dtype=float), asked["lower"].to_numpy(dtype=float)
    assert (judged.chances(upper + 1)[0] <= 0.05).all()
    assert (judged.chances(upper)[0] > 0.05).all()
    assert (judged.chances(lower - 1)[1] < 0.05).all()
    assert (judged.chances(lower)[1] >= 0.05).all()


def test_farrington_is_not_asked_without_three_years_nor_alarms_at_four_cases():
    nothing = np.zeros((62, 1))
    scores = farrington.farrington(nothing, MONTHS[:62], 62)[:, 0]
    assert np.isnan(scores).tolist() == [True] * 37 + [False] * 25
    assert (scores[37:] == 0).all()
    nothing[-1] = 4
    assert farrington.farrington(nothing, MONTHS[:62], 1)[0, 0] == 0
    nothing[-1] = 5
    assert farrington.farrington(nothing, MONTHS[:62], 1)[0, 0] > 5


def test_ears_c2_is_rs():
    # x <- c(12, 15, 11, 14, 13, 16, 12, 30, 31, 20)
    # earsC(sts(x, frequency = 12), control = list(method = "C2", baseline = 7, alpha = 0.00135, range = 10))
    # alarms; its upper bound, 18.68408535, is 2.999976993 SDs above the mean of the seven.
    assert score("EARS C2", [12, 15, 11, 14, 13, 16, 12, 30, 31, 20]) == pytest.approx(3.731255674)
    assert score("EARS C2", [12, 15, 11, 14, 13, 16, 12, 30, 31, 18.68408535]) == pytest.approx(2.999976993)
    assert score("EARS C2", [5] * 9 + [5]) == 0
    assert score("EARS C2", [5] * 9 + [4]) == -rivals.BEYOND_ANY


@pytest.mark.parametrize("way", [1, -1])
def test_cusum_worked_by_hand(way):
    # Years one above and one below their season by turns: calendar months' means are the season, the SD about them is
    # sqrt(48 / 36). Five months of z = sqrt(3) / 2, then one of ten times that; half an SD allowed for each.
    season = [100, 110, 120, 130, 140, 150, 140, 130, 120, 110, 100, 90]
    values = [season[t % 12] + way * (1 if t // 12 % 2 == 0 else -1) for t in range(54)]
    values[-1] = season[53 % 12] + way * 10
    assert score("CUSUM", values) == pytest.approx(way * (15 * sqrt(3) / 2 - 6 / 2))


def test_laneys_p_is_an_xmr_chart_where_all_months_are_of_one_size():
    # Shares of 10 and 20 per cent by turns, then 30: mean 15, mean moving range 10, so 15 / (10 / 1.128) sigmas.
    wins = np.array([10.0, 20.0] * 12 + [30.0])[:, None]
    laney = rivals.laney(wins, MONTHS[:25], 1, cases=np.full((25, 1), 100.0))
    assert laney[0, 0] == pytest.approx(1.5 * 1.128)


def test_laneys_u_is_of_counts_a_day():
    months = pd.period_range("2017-02", periods=25, freq="M")  # to February 2019
    days = months.days_in_month.tolist()
    assert score("Laney U'", [100 * n for n in days], months) == pytest.approx(0)
    counts = [n * (10 if place % 2 else 12) for place, n in enumerate(days)]
    counts[-1] = 14 * 28
    centre = sum(counts[:-1]) / sum(days[:-1])
    z = [(count / n - centre) / sqrt(centre / n) for count, n in zip(counts, days, strict=True)]
    sigma_z = statistics.mean(abs(a - b) for a, b in zip(z[1:-1], z[:-2], strict=True)) / 1.128
    assert score("Laney U'", counts, months) == pytest.approx(z[-1] / sigma_z)


@pytest.mark.parametrize("name", ["Making Data Count", "Nelson"])
def test_a_charts_score_worked_by_hand(name):
    # Twelve noughts and eleven twos by turns, then ten: mean 4/3, mean moving range (22 x 2 + 10) / 23.
    values = [0, 2] * 11 + [0, 10]
    assert score(name, values) == pytest.approx((10 - 4 / 3) / (54 / 23 / 1.128))
    assert score(name, [-value for value in values]) == -score(name, values)


def _special_causes(name: str, values: list[float], way: int) -> bool:
    """The published rules, read a month at a time."""
    mean = statistics.mean(values)
    sigma = statistics.mean(abs(b - a) for a, b in pairwise(values)) / 1.128
    last = [way * (value - mean) for value in values]
    steps = [way * (b - a) for a, b in pairwise(values)]
    beyond = {k: [value > k * sigma for value in last] for k in (0, 1, 2, 3)}
    two_of_three = beyond[2][-1] and sum(beyond[2][-3:]) >= 2
    if name == "Making Data Count":
        return beyond[3][-1] or all(beyond[0][-7:]) or all(step > 0 for step in steps[-6:]) or two_of_three
    four_of_five = beyond[1][-1] and sum(beyond[1][-5:]) >= 4
    rising = all(step > 0 for step in steps[-5:])
    return beyond[3][-1] or all(beyond[0][-9:]) or rising or two_of_three or four_of_five


@pytest.mark.parametrize("name", ["Making Data Count", "Nelson"])
def test_a_charts_score_is_beyond_three_where_a_rule_fires(name):
    rng = np.random.default_rng(8)
    values = rng.poisson(20, (40, 150)) + np.where(rng.random((40, 150)) < 0.04, 15, 0)
    values[:, ::3] += np.arange(40)[:, None]
    scores = rivals.RIVALS[name](values, MONTHS[:40], 17)
    fires = np.array(
        [
            [any(_special_causes(name, values[end - 24 : end, n].tolist(), way) for way in (1, -1)) for n in range(150)]
            for end in range(24, 41)
        ]
    )
    assert (np.abs(scores) > 3).tolist() == fires.tolist()
    assert 0.05 < fires.mean() < 0.5
    high, low = rivals.flags(values, 24)[name]
    assert (high | low).tolist() == fires[-1].tolist()


def test_the_published_score_counts_the_keys_symbols():
    rng = np.random.default_rng(9)
    values = rng.poisson(30, (50, 60)).astype(float)
    scores = rivals.published(values, MONTHS[:50], 10)
    for back in range(10):
        shown = spc.signals(pd.DataFrame(values[: 50 - back], index=MONTHS[: 50 - back])).drop(columns="no_data")
        up = shown[[rule.code for rule in spc.RULES if rule.direction == "high"]].sum(axis=1).to_numpy()
        down = shown.sum(axis=1).to_numpy() - up
        assert scores[9 - back].tolist() == np.where(down > up, -down, up).tolist()
    assert np.abs(scores).max() > 1


@pytest.mark.parametrize("name", rivals.RIVALS)
def test_a_score_comes_from_the_month_and_sixty_before_it_alone(name):
    rng = np.random.default_rng(10)
    values = rng.poisson([[3, 40, 900]], (75, 3)).astype(float)
    scores = rivals.RIVALS[name](values, MONTHS, 5)
    assert scores.shape == (5, 3)
    assert np.isfinite(scores).all()
    for place in range(5):
        window = slice(70 + place - 60, 70 + place + 1)
        assert rivals.RIVALS[name](values[window], MONTHS[window], 1)[0] == pytest.approx(scores[place])
    assert np.isnan(rivals.RIVALS[name](values[:9], MONTHS[:9], 9)).all()
    assert name in rivals.THRESHOLDS
