"""Peer position against the published averages, hand sums and SciPy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from perf_lib.stats.peers import position, rank_words
from perf_lib.words.errors import InputError

# Crimes per 1,000 residents, 12 months to December 2019 and to December 2018: ONS police force area data tables.
GROUP = (
    "Wiltshire",
    "Cheshire",
    "Devon and Cornwall",
    "Norfolk",
    "North Wales",
    "Suffolk",
    "Warwickshire",
    "West Mercia",
)
ALL_CRIME = (61.45598, 91.11832, 58.34566, 72.71932, 87.64707, 74.63654, 73.57839, 69.01922)
VIOLENCE = (21.05657, 35.30824, 23.54094, 27.33268, 37.52600, 27.99002, 25.07661, 26.63002)
DRUGS = (2.169263, 1.971166, 2.459180, 3.020980, 2.269573, 2.256919, 1.593667, 1.796079)
WEAPONS = (0.533288, 0.463526, 0.649123, 0.748052, 0.581354, 0.713197, 0.775818, 0.737773)
DRUGS_2018 = (1.457274, 2.068054, 2.276604, 2.560135, 1.941736, 1.704144, 1.486107, 1.590397)
WEAPONS_2018 = (0.425736, 0.504681, 0.532846, 0.645599, 0.475380, 0.594469, 0.729769, 0.635687)


def group(rates) -> pd.Series:
    return pd.Series(rates, index=GROUP[: len(rates)])


@pytest.mark.parametrize(
    ("rates", "published", "claim"),  # paragraphs 18, 9, 17 and 14: rates of provisional counts, so near and not equal
    [
        (ALL_CRIME, 73.9, "less_than_peers"),
        (VIOLENCE, 28.2, "less_than_peers"),
        (DRUGS, 2.19, "in_line_below"),
        (WEAPONS, 0.65, "less_than_peers"),
    ],
)
def test_published_averages_and_standings(rates, published, claim):
    here = position(group(rates), "Wiltshire")
    assert here.average == pytest.approx(published, rel=0.006)
    assert here.average == np.mean(rates)
    assert here.standing == claim


def test_published_bounds_by_hand():
    # Rates 1 to 8: mean 4.5, squares 2 x (3.5^2 + 2.5^2 + 1.5^2 + 0.5^2) = 42, SD = sqrt(42/7) = 2.449,
    # 1.96 x 2.449 / sqrt(8) = 1.697: in line from 2.803 to 6.197.
    rates = group([float(v) for v in range(1, 9)])
    standings = {area: position(rates, area) for area in rates.index}
    first = standings["Wiltshire"]
    assert (first.lower, first.upper) == (pytest.approx(2.803, abs=0.001), pytest.approx(6.197, abs=0.001))
    assert [standings[area].standing for area in rates.index] == (
        ["less_than_peers"] * 2 + ["in_line_below"] * 2 + ["in_line_above"] * 2 + ["greater_than_peers"] * 2
    )


def test_calibrated_bounds_are_the_t_prediction_interval_of_the_seven_others():
    here = position(group(ALL_CRIME), "Wiltshire")
    logs = np.log(ALL_CRIME[1:])
    # Witness: an outlier beyond the interval is one whose leave-one-out residual has p < 0.05 in a one-dummy
    # regression, so the bound itself must give p = 0.05 in SciPy's two-sample t test of one against seven.
    for bound in (here.calibrated_lower, here.calibrated_upper):
        both = stats.ttest_ind([np.log(bound)], logs, equal_var=True)
        assert both.pvalue == pytest.approx(0.05, abs=1e-9)
    assert here.calibrated == "in_line_below"  # 61.5 lies in 50.5 to 110.1: not unlike these peers
    assert (round(here.calibrated_lower, 1), round(here.calibrated_upper, 1)) == (50.5, 110.1)


def test_a_force_far_from_tight_peers_is_unlike_them_under_both_rules():
    rates = group([9.0, 5.0, 5.2, 4.9, 5.1, 5.0, 4.8, 5.3])
    here = position(rates, "Wiltshire")
    assert (here.standing, here.calibrated) == ("greater_than_peers", "greater_than_peers")


def test_drug_offences_do_not_trend_with_peers_and_weapons_do():
    drugs = position(group(DRUGS), "Wiltshire", previous=group(DRUGS_2018))
    # 2.169263 / 1.457274 = 1.48857.
    assert drugs.change == pytest.approx(48.857, abs=0.001)
    assert drugs.does_not_trend is True
    assert drugs.group_change_upper == pytest.approx(46.7, abs=0.05)
    weapons = position(group(WEAPONS), "Wiltshire", previous=group(WEAPONS_2018))
    assert weapons.change == pytest.approx(25.263, abs=0.001)  # paragraph 11 claims a trend unlike the country's
    assert weapons.does_not_trend is False  # among these peers +25 per cent is not exceptional
    logs = np.log(np.divide(WEAPONS, WEAPONS_2018))
    assert weapons.group_change == pytest.approx(100 * (np.exp(logs[1:].mean()) - 1))
    witness = stats.ttest_ind([np.log(1 + weapons.group_change_upper / 100)], logs[1:], equal_var=True)
    assert witness.pvalue == pytest.approx(0.05, abs=1e-9)


def test_change_without_a_previous_rate_is_not_said():
    before = group(DRUGS_2018)
    assert position(group(DRUGS), "Wiltshire", previous=before.drop("Wiltshire")).change is None
    alone = position(group(DRUGS), "Wiltshire", previous=before.iloc[:3])
    assert alone.change == pytest.approx(48.857, abs=0.001)
    assert (alone.group_change, alone.does_not_trend) == (None, None)


def test_rank_in_the_group_and_in_the_country():
    here = position(group(DRUGS), "Wiltshire", national=group(DRUGS).drop("Suffolk"))
    assert (here.rank, here.rank_words) == (4, "4th lowest of 8")  # 1.59 1.80 1.97 [2.17]
    assert (here.national_rank, here.national_rank_words) == (4, "4th lowest of 7")
    tied = position(pd.Series({"a": 1.0, "b": 1.0, "c": 2.0, "d": 3.0}), "b")
    assert tied.rank_words == "lowest of 4"


@pytest.mark.parametrize(
    ("rank", "of", "words"),
    [
        (2, 43, "2nd lowest of 43"),
        (3, 43, "3rd lowest of 43"),
        (11, 43, "11th lowest of 43"),
        (21, 43, "21st lowest of 43"),
        (22, 43, "22nd lowest of 43"),
        (23, 43, "21st highest of 43"),
        (43, 43, "highest of 43"),
        (1, 1, "lowest of 1"),
    ],
)
def test_rank_words(rank, of, words):
    assert rank_words(rank, of) == words


def test_a_peer_without_a_rate_is_left_out_and_named():
    rates = group(ALL_CRIME)
    rates["Norfolk"] = np.nan
    here = position(rates, "Wiltshire")
    assert (here.n, here.left_out) == (7, ("Norfolk",))
    assert here == position_without(rates, "Norfolk", here.left_out)


def position_without(rates, area, left_out):
    return replace(position(rates.drop(area), "Wiltshire"), left_out=left_out)


def test_too_few_peers_have_an_average_and_no_standing():
    here = position(group([1.0, 2.0, 3.0]), "Cheshire")
    assert (here.average, here.n, here.rank) == (2.0, 3, 2)
    assert (here.standing, here.calibrated, here.lower, here.calibrated_upper) == (None, None, None, None)


def test_a_rate_of_nought_has_no_logarithm():
    here = position(group([1.0, 0.0, 3.0, 2.0, 4.0]), "Wiltshire")
    assert here.standing == "in_line_below"
    assert (here.calibrated, here.calibrated_lower) == (None, None)


def test_equal_rates_are_in_line():
    here = position(group([0.1] * 8), "Norfolk")
    assert (here.standing, here.calibrated) == ("in_line_above", "in_line_above")
    still = position(group([0.1] * 8), "Norfolk", previous=group([0.3] * 8))
    assert still.does_not_trend is False


def test_refused_in_one_line():
    rates = group(ALL_CRIME)
    with pytest.raises(InputError, match="peers: no area Wilshire; did you mean Wiltshire"):
        position(rates, "Wilshire")
    with pytest.raises(InputError, match="peers: Norfolk has no rate"):
        position(rates.where(rates.index != "Norfolk"), "Norfolk")
    with pytest.raises(InputError, match="Suffolk has a rate of -1"):
        position(rates.where(rates.index != "Suffolk", -1), "Wiltshire")
    with pytest.raises(InputError, match="Wiltshire appears more than once"):
        position(pd.concat([rates, rates]), "Wiltshire")
    with pytest.raises(InputError, match="every rate must be a number"):
        position(rates.astype(object).where(rates.index != "Suffolk", ".."), "Wiltshire")
    with pytest.raises(InputError, match="national rates: no area Wiltshire"):
        position(rates, "Wiltshire", national=rates.drop("Wiltshire"))


@given(st.lists(st.floats(0.01, 1000), min_size=4, max_size=9), st.sampled_from([0.001, 2.0, 365.25]))
@example([415.59375, 1.59375, 1.59375, 659.59375, 999.59375], 0.001)  # the first is their mean
@settings(max_examples=100, deadline=None)
def test_per_thousand_or_per_million_makes_no_difference(values, scale):
    rates = pd.Series(values, index=[f"f{i}" for i in range(len(values))])
    one, other = position(rates, "f0"), position(rates * scale, "f0")
    assert (one.standing, one.calibrated, one.rank) == (other.standing, other.calibrated, other.rank)


def test_one_exchangeable_force_in_twenty_is_called_unlike_its_peers():
    # Definition of the calibrated rule: 5 per cent of forces drawn from the same log-normal; half under the published.
    rng = np.random.default_rng(5)
    draws = np.exp(rng.normal(0, 0.15, (2000, 8)))
    outside = {"greater_than_peers", "less_than_peers"}
    positions = [position(group(row), "Wiltshire") for row in draws]
    calibrated = np.mean([here.calibrated in outside for here in positions])
    published = np.mean([here.standing in outside for here in positions])
    assert calibrated == pytest.approx(0.05, abs=0.015)  # 3 standard errors
    assert published == pytest.approx(0.50, abs=0.035)
