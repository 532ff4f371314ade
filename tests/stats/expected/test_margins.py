"""Figures that overlap or come one at a time: margins by hand, Newcombe's own example, counts by the binomial."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from builders import sample
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm

from perf_lib.stats.expected import margins
from perf_lib.stats.expected.margins import of_counts, of_margins, of_shares, year_on_year


def test_margins_add_in_squares():
    # 77.2 +- 3.4 against 79.0 +- 3.4: the difference is -1.8 with a margin of sqrt(2) x 3.4 = 4.81.
    change = of_margins(77.2, 79.0, 3.4, 3.4)
    assert (change.change, change.lower, change.upper) == (
        pytest.approx(-1.8),
        pytest.approx(-1.8 - 4.808, abs=0.001),
        pytest.approx(-1.8 + 4.808, abs=0.001),
    )
    assert change.p == pytest.approx(2 * norm.cdf(-1.8 / (4.808 / 1.96)), abs=0.001)  # a standard error of 2.45
    assert change.unit == "percentage points"


def test_a_margin_of_nought_leaves_no_doubt():
    assert of_margins(50, 50, 0, 0).p == 1
    assert of_margins(51, 50, 0, 0).p == 0


def test_shares_have_newcombes_interval():
    # Newcombe (Statistics in Medicine 17, 1998), table II, example (a): 56/70 and 48/80, method 10: 0.0524 to 0.3339.
    change = of_shares(56, 48, 70, 80)
    assert (change.lower, change.upper) == (pytest.approx(5.24, abs=0.01), pytest.approx(33.39, abs=0.01))
    assert change.change == pytest.approx(20)
    # Example (h): 10/10 and 0/10: 0.6075 to 1.
    whole = of_shares(10, 0, 10, 10)
    assert (whole.lower, whole.upper) == (pytest.approx(60.75, abs=0.01), pytest.approx(100))


def test_shares_of_fewer_than_ten_cases_are_not_compared():
    assert of_shares(0, 1, 1, 2) is None
    assert of_shares(5, 5, 9, 100) is None
    assert of_shares(5, 5, 10, 10) is not None


@pytest.mark.parametrize(("now", "before"), [(44252, 40643), (620, 460), (900, 600), (24, 12)])
def test_two_years_of_a_count_are_told_apart_by_chance_and_by_a_tenth(now, before):
    # The witness: the logarithm of their ratio is normal, with the two chances' and the tenth's variances added.
    z = np.log(now / before) / np.sqrt(1 / now + 1 / before + 0.1**2)
    assert of_counts(now, before).p == pytest.approx(2 * norm.sf(z), abs=0.004)
    assert of_counts(now, before).change == pytest.approx(100 * (now / before - 1))


def test_without_the_tenth_counts_are_compared_exactly(monkeypatch):
    monkeypatch.setattr(margins, "YEAR_TO_YEAR", 0)
    lower = binom.cdf(23, 36, 0.5) + binom.pmf(24, 36, 0.5) / 2
    assert of_counts(24, 12).p == pytest.approx(2 * (1 - lower))


def test_from_nought_there_is_no_per_cent():
    change = of_counts(7, 0)
    assert np.isnan(change.change)
    assert change.p < 0.05  # seven to none: mid-p 2 x 0.5^8


@given(st.integers(0, 60), st.integers(0, 60), st.integers(10, 60), st.integers(10, 60))
def test_the_interval_holds_the_change(now, before, cases_now, cases_before):
    counts = of_counts(now, before)
    if before:
        assert counts.lower <= counts.change <= counts.upper + 1e-9
    shares = of_shares(min(now, cases_now), min(before, cases_before), cases_now, cases_before)
    assert shares.lower - 1e-9 <= shares.change <= shares.upper + 1e-9
    assert shares.lower >= -100 - 1e-9
    assert shares.upper <= 100 + 1e-9


def months(value, before, **columns) -> pd.DataFrame:
    index = pd.period_range("2018-12", "2019-12", freq="M")
    frame = pd.DataFrame(dict.fromkeys(("value", "margin", "denominator"), np.nan), index)
    frame.loc[[index[0], index[-1]], "value"] = before, value
    for name, (earlier, latest) in columns.items():
        frame.loc[[index[0], index[-1]], name] = earlier, latest
    return frame


def test_a_margin_that_one_year_lacks_is_the_others():
    measure = sample("victim_satisfaction").measure
    assert measure.is_percentage
    both = year_on_year(measure, months(77.2, 79.0, margin=(3.4, 3.4)))
    assert year_on_year(measure, months(77.2, 79.0, margin=(np.nan, 3.4))) == both
    cases = year_on_year(measure, months(77.2, 79.0, denominator=(500, np.nan)))
    assert cases == of_shares(386, 395, 500, 500)
    assert year_on_year(measure, months(77.2, 79.0)) is None
    assert year_on_year(measure, months(np.nan, 79.0)) is None
