"""Targets of every form, on months whose figures are told by hand; and how each is said."""

from __future__ import annotations

import pytest
from builders import find, measure, months
from pydantic import ValidationError

from perf_lib.views import dashboard, narrative

YEAR, LAST = [100.0] * 12, [90.0] * 12  # the quarter has 270, the twelve months 1,080, the financial year before 1,170
FORMS = [
    # a month's level: 270 is 90 a month
    ("count", 90, "met", "The quarter met the target of 90 a month."),
    ("count", 89, "not met", "The quarter did not meet the target of 89 a month."),
    ("count", {"level": 89, "near": 1}, "near", "The quarter came near the target of 89 a month."),
    ("count", {"level": 260, "each": "quarter"}, "not met", "did not meet the target of 260 a quarter."),
    ("count", {"level": 1080, "each": "year"}, "met", "The 12 months to December 2019 met the target of 1,080 a year."),
    ("count", {"between": [75, 95]}, "met", "The quarter met the target of 75 to 95 a month."),
    ("count", {"years": {"2019-20": 1079}}, "not met", "did not meet the target of 1,079 for 2019-20."),
    # 2018-19 has nine months of 100 and three of 90; 2 per cent fewer is 1,146.6
    ("count", {"change": -2, "on": "2018-19"}, "met", "met the target of 1,147 (2 per cent fewer than in 2018-19)."),
    ("stock", {"level": 100}, "met", "The quarter met the target of 100 officers."),
    ("given", {"between": [91, 99]}, "not met", "did not meet the target of 91 to 99 points."),
    ("rolling", {"level": 90}, "met", "The 12 months to December 2019 met the target of 90 per cent."),
    ("mean", {"years": {"2019-20": 60}}, "not met", "The quarter did not meet the target of 1 minute for 2019-20."),
]


@pytest.mark.parametrize(("kind", "target", "word", "sentence"), FORMS)
def test_a_target_is_met_near_or_not_met_by_the_figure_that_it_is_for(kind, target, word, sentence):
    units = {"stock": "officers", "given": "points"}
    more = {"unit": units[kind]} if kind in units else {}
    each = measure("thefts", kind, target=target, **more)
    finding = find((each, months(YEAR + LAST)))["thefts"]
    assert finding.target is not None
    assert finding.target.word == word
    assert sentence in narrative.target(finding)
    assert f": {word}" in dashboard.headline_box(finding).html


def test_one_measure_set_against_another_says_the_variance():
    forecast = measure("forecast", "given", unit="£m", decimals=1, target={"measure": "budget"})
    budget = measure("budget", "given", unit="£m", decimals=1)
    found = find((forecast, months([189.0] * 6)), (budget, months([188.0] * 6)))
    words = narrative.target(found["forecast"])
    assert words.startswith("The quarter did not meet the target of £188.0 million (budget). It is £1.0 million over.")


def test_a_base_year_without_figures_gives_no_target():
    each = measure("thefts", "count", target={"change": -2, "on": "2010-11"})
    assert find((each, months(YEAR + LAST)))["thefts"].target is None


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ({"level": 1, "between": [1, 2]}, "one of level, between"),
        ({"change": -2}, "needs `on`"),
        ({"between": [3, 1]}, "above the most"),
        ({}, "one of level"),
    ],
)
def test_a_target_that_cannot_be_is_refused(target, says):
    with pytest.raises(ValidationError, match=says):
        measure("thefts", "count", target=target)
