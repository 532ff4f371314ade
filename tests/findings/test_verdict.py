"""One verdict a measure: its grade, its question and its way; and the false-discovery control, by hand and by SciPy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from perf_lib.findings.verdict import FALSE_DISCOVERY, POSSIBLE, Judged, clear, verdict
from perf_lib.stats.expected import YearOnYear

FIRST = {"month_1": 0, "month_2": 1, "month_3": 2, "quarter": 0, "eight_months": -5}
LENGTH = {"quarter": 3, "eight_months": 8}


def judged(**chances: float) -> dict[str, Judged]:
    """Months judged, by their signed chances."""
    months = {}
    for name, p in chances.items():
        start = pd.Period("2019-10", "M") + FIRST[name]
        length = LENGTH.get(name, 1)
        observed = 110.0 if p > 0 else 90.0
        months[name] = Judged(name, start, start + length - 1, observed, 100, 95, 105, p, length)
    return months


def year(p: float, now: float = 110, before: float = 100) -> YearOnYear:
    return YearOnYear(now, before, now - before, "per cent", -5, 5, 0.95, p, 12)


def test_nothing_tested_cannot_be_told_and_says_why():
    answer = verdict({}, None, None, False, "lower", "too few to tell")
    assert (answer.grade, answer.reason, answer.is_unlike, answer.way) == (
        "cannot tell",
        "too few to tell",
        False,
        None,
    )


def test_a_grade_is_by_the_chance_of_the_whole():
    months = judged(quarter=-0.001)
    graded = [
        verdict(months, None, chance, is_clear, "lower", "").grade
        for chance, is_clear in ((0.001, True), (0.001, False), (POSSIBLE, False), (0.6, False))
    ]
    assert graded == ["clear", "possible", "as expected", "as expected"]


@pytest.mark.parametrize(
    ("months", "years", "question", "lead", "way"),
    [
        (judged(quarter=0.001, eight_months=-0.2), year(0.01), "quarter", "quarter", "higher"),
        (judged(quarter=-0.02), year(0.01), "year", "year", "higher"),
        (judged(quarter=0.02), year(0.01, now=90), "year", "year", "lower"),
        (judged(quarter=0.02, eight_months=-0.001), None, "quarter", "eight_months", "lower"),
        # One month of three is as far out three times as often: 0.009 among three weighs 0.027.
        (judged(month_2=-0.009, quarter=0.02), None, "quarter", "quarter", "higher"),
        (judged(month_2=-0.005, quarter=0.02), None, "quarter", "month_2", "lower"),
        ({}, year(0.01), "year", "year", "higher"),
    ],
)
def test_the_more_telling_of_the_two_questions_is_answered(months, years, question, lead, way):
    answer = verdict(months, years, 0.01, False, "neither", "")
    assert (answer.question, answer.lead, answer.way) == (question, lead, way)
    assert answer.good is None


@pytest.mark.parametrize(("better", "good"), [("higher", True), ("lower", False), ("neither", None)])
def test_higher_is_good_where_higher_is_better(better, good):
    assert verdict(judged(quarter=0.001), None, 0.001, True, better, "").good is good
    fallen = verdict(judged(quarter=-0.001), None, 0.001, True, better, "").good
    assert fallen is (None if good is None else not good)


def test_a_rise_beyond_all_chance_is_higher():
    # From nought to 222: the least chance that can be told still has its sign.
    assert verdict(judged(quarter=1e-300), None, 1e-15, True, "lower", "").way == "higher"


def test_as_expected_goes_no_way():
    answer = verdict(judged(quarter=-0.3, month_1=0.04), year(0.5), 0.2, False, "lower", "")
    assert (answer.grade, answer.way, answer.good, answer.lead) == ("as expected", None, None, "quarter")


def test_the_control_is_benjamini_and_hochbergs_by_hand():
    # Of ten at 10 per cent the lines are 0.01, 0.02, 0.03 …: 0.025 is over the second and under the third line.
    chances = {"a": 0.001, "b": 0.025, "c": 0.028, "d": 0.3, "e": 0.4, "f": 0.5, "g": 0.6, "h": 0.7, "i": 0.8, "j": 0.9}
    assert clear(chances) == {"a", "b", "c"}
    assert clear(chances | {"c": 0.031}) == {"a"}
    assert clear(chances | {"c": None}) == {"a"}  # nine tested: 0.0111, 0.0222
    assert clear({}) == frozenset()
    assert clear({"a": None}) == frozenset()
    assert clear({"a": 0.07}) == frozenset()  # under 10 per cent, and yet not possible by itself


@given(st.dictionaries(st.text("abcdefgh", min_size=1), st.none() | st.floats(0, 1), max_size=40))
def test_the_control_is_scipys(chances):
    tested = {code: chance for code, chance in chances.items() if chance is not None}
    survive = set()
    if tested:
        adjusted = false_discovery_control(np.array([*tested.values()]))
        near = np.abs(adjusted - FALSE_DISCOVERY) < 1e-9
        if near.any():
            return
        survive = {code for code, each in zip(tested, adjusted, strict=True) if each <= FALSE_DISCOVERY}
    assert clear(chances) == {code for code in survive if tested[code] < POSSIBLE}
