"""The level, the season and what they lead one to expect, against generalised least squares and plain recursions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf_lib.stats.expected import level
from perf_lib.stats.expected.level import outlook, spreads


@pytest.fixture
def one_model(monkeypatch):
    """One alpha and one season, nothing drawn in: then the answer has a closed form."""

    def fixed(alpha: float, season: float) -> None:
        monkeypatch.setattr(level, "ALPHAS", np.array([alpha]))
        monkeypatch.setattr(level, "SEASONS", np.array([season]))
        monkeypatch.setattr(level, "CLIP", 1e9)
        monkeypatch.setattr(level, "CLIPPED", 1.0)
        level.operator.cache_clear()

    yield fixed
    level.operator.cache_clear()


def least_squares(z: np.ndarray, alpha: float, season: float, ahead: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Mean, covariance and s2 of the months to come, by generalised least squares (Aitken; Goldberger)."""
    months = len(z) + ahead
    spread = np.eye(months) + alpha * np.tril(np.ones((months, months)), -1)
    effects = np.eye(12)[np.arange(months) % 12] - 1 / 12
    covariance = spread @ spread.T + season * effects @ effects.T
    there = np.flatnonzero(np.isfinite(z))
    to_come = np.arange(len(z), months)
    inside = np.linalg.inv(covariance[np.ix_(there, there)])
    one = np.ones(len(there))
    mean = one @ inside @ z[there] / (one @ inside @ one)
    about = z[there] - mean
    s2 = about @ inside @ about / (len(there) - 1)
    across = covariance[np.ix_(to_come, there)] @ inside
    surplus = 1 - across @ one
    shape = covariance[np.ix_(to_come, to_come)] - across @ covariance[np.ix_(there, to_come)]
    return mean + across @ about, s2 * (shape + np.outer(surplus, surplus) / (one @ inside @ one)), s2


@pytest.mark.parametrize(("alpha", "season"), [(0.02, 0.2), (0.35, 2.0), (1.0, 50.0)])
@pytest.mark.parametrize("missing", [(), (3, 30, 31, 58)])
def test_one_alpha_and_season_give_generalised_least_squares(one_model, alpha, season, missing):
    one_model(alpha, season)
    z = np.random.default_rng(1).normal(size=60).cumsum()
    z[list(missing)] = np.nan
    mean, covariance, s2 = least_squares(z, alpha, season, 8)
    ahead = outlook(z[None], 8)
    assert ahead.mean[0] == pytest.approx(mean)
    assert ahead.covariance[0] == pytest.approx(covariance)
    assert ahead.noise[0] == pytest.approx(s2)
    assert ahead.df[0] == np.isfinite(z).sum() - 1


@pytest.mark.parametrize("alpha", [0.1, 0.55])
def test_without_a_season_it_is_simple_exponential_smoothing(one_model, alpha):
    # The recursion of its name: errors follow from the first level, which is chosen to make their squares least.
    one_model(alpha, 1e-9)
    z = np.random.default_rng(2).normal(50, 3, 60)

    def smoothed(first: float) -> tuple[np.ndarray, float]:
        at, errors = first, []
        for value in z:
            errors.append(value - at)
            at += alpha * errors[-1]
        return np.array(errors), at

    (none, start), (one, after) = smoothed(0.0), smoothed(1.0)
    moved = one - none  # errors are linear in the first level
    first = -(none @ moved) / (moved @ moved)
    ahead = outlook(z[None], 3)
    assert ahead.mean[0] == pytest.approx(np.full(3, start + first * (after - start)), rel=1e-6)
    assert ahead.noise[0] == pytest.approx((smoothed(first)[0] ** 2).sum() / 59, rel=1e-6)


def test_errors_reach_later_months_by_alpha():
    # Three months of alpha 0.35: each error counts whole in its month and 0.35 of it in every later one.
    place = int(np.flatnonzero(level.ALPHAS == 0.35)[0])
    assert spreads(3)[place].tolist() == [[1, 0, 0], [0.35, 1, 0], [0.35, 0.35, 1]]


def test_a_wandering_level_and_a_steady_one_are_told_apart():
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(200, 60))
    steady, wandering = outlook(noise, 1), outlook(noise.cumsum(axis=1), 1)  # alpha nought, alpha one
    assert steady.weights.sum(axis=1) == pytest.approx(np.ones(200))
    assert (steady.weights @ level.ALPHAS).mean() < 0.15
    assert (wandering.weights @ level.ALPHAS).mean() > 0.8
    # The errors' variance is one; a season that is not there takes a little of it.
    assert steady.noise.mean() == pytest.approx(1, abs=0.1)
    assert wandering.noise.mean() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_ranges_hold_as_often_as_they_say(alpha):
    rng = np.random.default_rng(4)
    season = 3 * np.cos(2 * np.pi * np.arange(63) / 12)
    errors = rng.normal(size=(600, 63))
    before = np.concatenate([np.zeros((600, 1)), errors.cumsum(axis=1)[:, :-1]], axis=1)
    z = 20 + season + errors + alpha * before
    ahead = outlook(z[:, :60], 3)
    sd = np.sqrt(np.einsum("nii->ni", ahead.covariance))
    inside = np.abs(z[:, 60:] - ahead.mean) < 1.2816 * sd
    assert 0.75 < inside.mean() < 0.88  # 600 series of three months: a standard error of about one


@pytest.mark.parametrize("deviations", [10, 60])
def test_one_shock_moves_neither_level_nor_spread(deviations):
    # A figure typed ten times too large lies some 60 standard deviations out, at 200 a month.
    z = np.random.default_rng(5).normal(size=(200, 60))
    shocked = z.copy()
    shocked[:, 40] += deviations
    plain, after = outlook(z, 1), outlook(shocked, 1)
    assert np.abs(after.mean - plain.mean).mean() < 0.25
    assert (after.noise / plain.noise).mean() < 1.4


def test_the_floor_is_the_least_that_the_variance_can_be():
    z = np.random.default_rng(6).normal(0, 0.01, (1, 60))
    assert outlook(z, 1, 1.0).noise[0] == pytest.approx(1.0)
    assert outlook(z, 1).noise[0] < 0.001


def test_fewer_than_eight_months_teach_nothing():
    z = np.full((2, 60), np.nan)
    z[0, -7:], z[1, -8:] = 1.0, np.arange(8)
    ahead = outlook(z, 2)
    assert np.isnan(ahead.mean[0]).all()
    assert np.isfinite(ahead.mean[1]).all()


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.floats(-1e3, 1e3), st.floats(0.1, 50))
def test_another_unit_and_origin_change_nothing_else(seed, origin, unit):
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(1, 60))
    z[0, rng.integers(0, 60, 5)] = np.nan
    plain, moved = outlook(z, 3), outlook(origin + unit * z, 3)
    assert moved.mean == pytest.approx(origin + unit * plain.mean, abs=1e-6 * (abs(origin) + unit))
    assert moved.covariance == pytest.approx(unit**2 * plain.covariance, rel=1e-5)


def test_histories_are_judged_alike_alone_and_together():
    rng = np.random.default_rng(7)
    z = rng.normal(size=(20, 60))
    z[rng.random(z.shape) < 0.1] = np.nan
    together = outlook(z, 3)
    for row in range(20):
        alone = outlook(z[row : row + 1], 3)
        assert alone.mean[0] == pytest.approx(together.mean[row])
        assert alone.covariance[0] == pytest.approx(together.covariance[row])
