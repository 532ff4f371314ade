"""Small numbers against SciPy's binomial and negative binomial, sums by hand, and their size by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, nbinom

from perf_lib.stats.expected import small


@pytest.fixture
def one_omega(monkeypatch):
    """One rate of forgetting: then what is to come is one negative binomial."""
    return lambda omega: monkeypatch.setattr(small, "OMEGAS", np.array([omega]))


COUNTS = np.array([2, 1, 3, 2, 0, 2, 4, 1, 2, 3, 1, 3] * 4, dtype=float)


def gamma(omega: float, counts: np.ndarray) -> tuple[float, float]:
    """Shape and exposure after the counts of months of length one, by Harvey & Fernandes's recursion."""
    start = len(counts) / counts.sum() * 0.5
    shape, exposure = 0.5, start
    for count in counts:
        shape, exposure = max(omega * shape, 0.5) + count, max(omega * exposure, start) + 1
    return shape, exposure


@pytest.mark.parametrize("omega", [1.0, 0.9])
@pytest.mark.parametrize("count", [0, 3, 6, 11, 20])
def test_the_tail_is_that_of_a_negative_binomial(one_omega, omega, count):
    one_omega(omega)
    rates = small.rate(COUNTS[None], np.ones((1, 48)))
    assert rates.dispersion.tolist() == [1.0]  # these counts scatter less than chance
    shape, exposure = gamma(omega, COUNTS)
    assert (rates.shape[0, 0], rates.exposure[0, 0]) == (pytest.approx(shape), pytest.approx(exposure))
    # Three months, two ahead on average: both parameters fade twice, then Y ~ NB(shape, exposure / (exposure + 3)).
    shape, exposure = shape * omega**2, exposure * omega**2
    to_come = nbinom(shape, exposure / (exposure + 3))
    lower = to_come.cdf(count - 1) + to_come.pmf(count) / 2
    expected = 2 * min(lower, 1 - lower) * (-1 if lower < 0.5 else 1)
    assert small.tail(rates, np.array([count]), np.array([3.0]), 2) == pytest.approx([expected])


def test_the_interval_holds_the_central_95_per_cent(one_omega):
    one_omega(1.0)
    rates = small.rate(COUNTS[None], np.ones((1, 48)))
    shape, exposure = gamma(1.0, COUNTS)
    to_come = nbinom(shape, exposure / (exposure + 3))
    low, high = small.interval(rates, np.array([3.0]), 2)
    assert (low[0], high[0]) == (to_come.ppf(0.025), to_come.ppf(0.975))
    assert small.expected(rates, np.array([3.0])) == pytest.approx([to_come.mean()])


def test_two_sums_are_compared_by_the_binomial():
    for now, before in ((24, 12), (7, 0), (0, 9), (5, 5), (0, 0)):
        p, least, most = small.share_of_two(np.array([now]), np.array([before]), np.ones(1))
        total = now + before
        lower = binom.cdf(now - 1, total, 0.5) + binom.pmf(now, total, 0.5) / 2
        assert abs(p[0]) == pytest.approx(2 * min(lower, 1 - lower))
        assert (p[0] < 0) == (now < before)
        if total:
            bounds = binomtest(now, total).proportion_ci(0.95, method="exact")  # Clopper & Pearson
            assert (least[0], most[0]) == (pytest.approx(bounds.low), pytest.approx(bounds.high))


def test_years_of_unlike_length_are_compared_by_their_share_of_both():
    # 10 in a third of the time, 20 in the rest: as many as expected.
    p, *_ = small.share_of_two(np.array([10.0]), np.array([20.0]), np.ones(1), fair=1 / 3)
    assert abs(p[0]) > 0.9
    p, *_ = small.share_of_two(np.array([10.0]), np.array([20.0]), np.ones(1), fair=2 / 3)
    lower = binom.cdf(9, 30, 2 / 3) + binom.pmf(10, 30, 2 / 3) / 2
    assert p[0] == pytest.approx(-2 * lower)


def test_scatter_beyond_chance_is_allowed_for():
    rng = np.random.default_rng(1)
    plain = small.rate(rng.poisson(2, (300, 60)).astype(float), np.ones((300, 60)))
    scattered = small.rate(rng.poisson(2 * rng.gamma(1, 1, (300, 60))).astype(float), np.ones((300, 60)))
    assert 1 <= plain.dispersion.mean() < 1.1
    # Poisson about a gamma rate of mean 2 and variance 4 has variance 2 + 4: three times its mean.
    assert 2 < scattered.dispersion.mean() < 3.2


@pytest.mark.parametrize("level", [0.5, 2.0, 4.0])
def test_a_steady_rate_is_seldom_unlike_what_was_expected(level):
    rng = np.random.default_rng(2)
    counts = rng.poisson(level, (2000, 63)).astype(float)
    rates = small.rate(counts[:, :60], np.ones((2000, 60)))
    p = small.tail(rates, counts[:, 60:].sum(axis=1), np.full(2000, 3.0), 2)
    assert 0.005 < (np.abs(p) < 0.05).mean() < 0.06  # discrete, so less than 5 per cent


def test_a_rate_that_has_fallen_is_followed():
    counts = np.r_[np.full(48, 4.0), np.full(12, 1.0)]
    followed = small.expected(small.rate(counts[None], np.ones((1, 60))), np.ones(1))
    assert 0.8 < followed[0] < 1.8


@settings(deadline=None, max_examples=100)
@given(st.lists(st.one_of(st.integers(0, 30), st.none()), min_size=24, max_size=60), st.integers(0, 400))
def test_a_chance_is_a_chance_whatever_the_counts(values, count):
    counts = np.array([[np.nan if value is None else value for value in values]], dtype=float)
    rates = small.rate(counts, np.where(np.isnan(counts), np.nan, 1.0))
    p = small.tail(rates, np.array([count]), np.array([3.0]), 2)
    assert -1 <= p[0] <= 1
    if np.isfinite(counts).any() and np.nansum(counts):
        low, high = small.interval(rates, np.array([3.0]), 2)
        assert 0 <= low[0] <= high[0]
