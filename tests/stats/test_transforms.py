"""The scales on which measures are tested: Anscombe's formulas by hand, round trips, even variances, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf_lib.stats.transforms import SCALES, USUAL_MONTH, scaled, scaled_series
from perf_lib.words.errors import InputError


def frame(values, start="2019-01", name="a") -> pd.DataFrame:
    return pd.DataFrame({name: values}, pd.period_range(start, periods=len(values), freq="M"))


def test_a_count_is_taken_per_month_of_usual_length():
    # Anscombe: 2 sqrt(n + 3/8), of 31 and 28 days beside 30.4375.
    z = scaled(frame([100, 100])).z[:, 0]
    assert z == pytest.approx([2 * np.sqrt(100.375 * USUAL_MONTH / days) for days in (31, 28)])
    leap = scaled(frame([100], "2020-02")).z[0, 0]
    assert leap == pytest.approx(2 * np.sqrt(100.375 * USUAL_MONTH / 29))


def test_a_share_is_anscombes_angle_and_a_mean_its_logarithm():
    share = scaled(frame([30.0]), "proportion", frame([40.0]))
    assert share.z[0, 0] == pytest.approx(np.arcsin(np.sqrt(30.375 / 40.75)))
    assert share.value[0, 0] == 75
    bare = scaled(frame([75.0]), "proportion")
    assert bare.z[0, 0] == pytest.approx(np.arcsin(np.sqrt(0.75)))
    assert scaled(frame([60.0]), "mean", frame([5.0])).z[0, 0] == pytest.approx(np.log(12))
    assert np.isnan(scaled(frame([0.0]), "mean").z[0, 0])  # nought has no logarithm
    for kind in ("stock", "given"):
        assert scaled(frame([-3.0 if kind == "given" else 3.0]), kind).z[0, 0] == (-3 if kind == "given" else 3)


@given(st.floats(0, 1e5), st.floats(0.5, 1e4))
def test_there_and_back(rate, size):
    for kind, scale in SCALES.items():
        numerator = min(rate, size) if kind == "proportion" else rate
        if kind == "mean" and rate < 1e-6:
            continue
        z = scale.forward(np.array([numerator]), np.array([size]))
        assert scale.inverse(z, np.array([size])) == pytest.approx([numerator], rel=1e-6, abs=1e-6 * size + 1e-6)


@pytest.mark.parametrize(
    ("kind", "draw", "size"),
    [
        ("count", lambda rng, level: rng.poisson(level, 200_000), 1.0),
        ("proportion", lambda rng, level: rng.binomial(500, level / 1000, 200_000), 500.0),
    ],
)
def test_chance_scatters_alike_at_every_level(kind, draw, size):
    scale = SCALES[kind]
    for level in (20, 100, 400):
        z = scale.forward(draw(np.random.default_rng(level), level).astype(float), np.full(200_000, size))
        assert z.var() == pytest.approx(scale.floor(np.array([size]))[0], rel=0.06)


def test_back_is_the_mean_and_the_slope_its_rate_of_change():
    rng = np.random.default_rng(1)
    for kind, middle, sd in (("count", 20.0, 1.0), ("proportion", 0.9, 0.05), ("mean", 2.0, 0.3), ("given", 5.0, 1.0)):
        scale = SCALES[kind]
        z = rng.normal(middle, sd, 400_000)
        figures = scale.inverse(z, np.full(len(z), 1e9 if kind == "proportion" else 1.0))
        mean = figures.mean() / (1e9 if kind == "proportion" else 1.0)
        assert scale.back(np.array([middle]), sd**2) == pytest.approx([mean], rel=0.01)
        rate = scale.back(np.array([middle]), 0.0)
        step = 1e-5 * rate
        large = np.array([1e9]) if kind == "proportion" else np.array([1.0])
        grown = scale.forward((rate + step) * large, large) - scale.forward(rate * large, large)
        assert scale.slope(rate) == pytest.approx(grown / step, rel=0.01)


def test_a_change_of_level_is_per_cent_or_points():
    count = scaled(frame([100.0] * 3))
    z = SCALES["count"].forward(np.array([100.0, 130.0]), np.ones(2))
    assert count.change(z[0], z[1] - z[0]) == pytest.approx(30)
    share = scaled(frame([50.0] * 3), "proportion")
    angles = np.arcsin(np.sqrt([0.5, 0.6]))
    assert share.change(angles[0], angles[1] - angles[0]) == pytest.approx(10)


def test_an_excluded_month_has_no_value_but_had_arrived():
    series = scaled_series(frame([5.0, 6, np.nan])["a"], exclude=["2019-02"])
    assert np.isnan(series.z[:, 0]).tolist() == [False, True, True]
    assert series.reported[:, 0].tolist() == [True, True, False]


def test_no_cases_no_share():
    series = scaled(frame([0.0, 3]), "proportion", frame([0.0, 4]))
    assert np.isnan(series.z[:, 0]).tolist() == [True, False]
    assert series.rolled(slice(1, 2)) == 75


@pytest.mark.parametrize(
    ("kind", "values", "cases", "says"),
    [
        ("count", [-1.0], None, "-1 cannot be a count's figure; allowed: nought or more"),
        ("proportion", [101.0], None, "101 cannot be a proportion's figure; allowed: 0 to 100"),
        ("proportion", [5.0], [4.0], "5 cannot be a proportion's figure; allowed: 0 to its denominator, 4"),
        ("count", [5.0], [4.0], "kind count has no denominators"),
        ("survey", [5.0], None, "kind 'survey' cannot be tested"),
    ],
)
def test_what_no_measure_of_the_kind_can_have_is_refused(kind, values, cases, says):
    with pytest.raises(InputError, match=says):
        scaled(frame(values), kind, None if cases is None else frame(cases))
