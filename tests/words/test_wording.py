"""Values to printed words: rounding, thousands, percentages, durations, dashes. Examples are the report's own."""

from __future__ import annotations

import calendar as stdlib_calendar
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf_lib.words import wording
from perf_lib.words.calendar import MONTH_NAMES, MONTHS, NUMBER_WORDS, ORDINAL_WORDS, TENS_WORDS

UNITS = ("crimes", "per cent", "seconds", "days per person")
finite = st.floats(-1e9, 1e9, allow_nan=False, allow_infinity=False)


def half_up(whole: int, decimals: int) -> str:
    """whole / 10^(decimals + 1) rounded half away from nought, in whole-number arithmetic only."""
    units = (abs(whole) + 5) // 10
    text = str(units).rjust(decimals + 1, "0")
    point = len(text) - decimals
    text = text[:point] + ("." + text[point:] if decimals else "")
    return f"-{text}" if whole < 0 and units else text


@given(st.integers(-(10**8), 10**8), st.integers(0, 3))
def test_rounding_is_half_up_against_whole_number_arithmetic(whole, decimals):
    value = float(f"{whole}e-{decimals + 1}")  # one digit more than is kept, so every tie turns up
    printed = f"{wording.rounded(value, decimals):f}"
    assert printed.removeprefix("-") == half_up(whole, decimals).removeprefix("-")
    assert float(printed) == float(half_up(whole, decimals))


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [  # ties that Python's own rounding sends to even, or that binary floats fall short of
        (0.5, 0, "1"), (1.5, 0, "2"), (2.5, 0, "3"), (-2.5, 0, "−3"), (0.125, 2, "0.13"), (2.675, 2, "2.68"),
        (1.005, 2, "1.01"), (16.25, 1, "16.3"), (88.85, 1, "88.9"), (-0.05, 1, "−0.1"),
    ],
)  # fmt: skip
def test_ties_go_up_as_with_a_pencil(value, decimals, printed):
    assert wording.number(value, decimals) == printed


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers_have_thousands_separators_and_a_true_minus(value):
    assert wording.number(value) == f"{value:,}".replace("-", "−")


@given(finite, st.integers(0, 3))
def test_nothing_prints_as_minus_nought(value, decimals):
    printed = wording.number(value, decimals)
    assert "-" not in printed
    assert not printed.startswith("−") or any(digit in printed for digit in "123456789")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (100 * (1496 - 1704) / 1704, "−12.2 per cent"),  # paragraph 115: 12.2 per cent reduction on 1,704
        (100 * 74 / 693, "10.7 per cent"),  # paragraph 40
        (100 * (16656 - 16512) / 16512, "0.9 per cent"),  # paragraph 57
        (100 * (6659 - 6191) / 6191, "7.6 per cent"),  # paragraph 102
        (100 * (799 - 559) / 559, "42.9 per cent"),  # paragraph 170
        (9.0, "9 per cent"),  # paragraph 34 says "9 per cent", not 9.0
        (8.96, "9 per cent"),
        (100.0, "100 per cent"),
        (0.0, "0 per cent"),
    ],
)
def test_percentages_in_prose(value, said):
    assert wording.per_cent(value) == said


@given(finite)
def test_a_difference_of_percentages_is_never_per_cent(points):
    said = wording.percentage_points(points)
    assert "per cent" not in said
    assert said.endswith(" percentage point") == (said in ("1 percentage point", "−1 percentage point"))
    assert "%" not in wording.change_in_table(points, "per cent")


def test_one_percentage_point_is_singular():
    assert wording.percentage_points(1.0) == "1 percentage point"
    assert wording.percentage_points(0.96) == "1 percentage point"  # what is printed decides
    assert wording.percentage_points(1.1) == "1.1 percentage points"
    assert wording.percentage_points(0) == "0 percentage points"


@pytest.mark.parametrize(
    ("seconds", "said", "in_table"),
    [
        (654, "10 minutes 54 seconds", "10:54"),  # paragraph 141
        (671, "11 minutes 11 seconds", "11:11"),  # paragraph 140
        (3332, "55 minutes 32 seconds", "55:32"),  # paragraph 144
        (85, "1 minute 25 seconds", "1:25"),  # paragraph 153
        (80, "1 minute 20 seconds", "1:20"),  # paragraph 153
        (5, "5 seconds", "0:05"),  # paragraph 148
        (59.5, "1 minute", "1:00"),
        (3600, "1 hour", "60:00"),
        (3661, "1 hour 1 minute 1 second", "61:01"),
        (0, "0 seconds", "0:00"),
        (0.4, "0 seconds", "0:00"),
        (-26.46, "−26 seconds", "−0:26"),
        (-0.4, "0 seconds", "0:00"),
    ],
)
def test_durations(seconds, said, in_table):
    assert wording.duration(seconds) == said
    assert wording.clock(seconds) == in_table


@given(st.floats(-1e6, 1e6))
def test_a_duration_read_back_is_the_rounded_number_of_seconds(seconds):
    worth = {"hour": 3600, "minute": 60, "second": 1}
    parts = re.findall(r"(\d+) (hour|minute|second)(s?)", wording.duration(seconds))
    total = sum(int(count) * worth[unit] for count, unit, _ in parts)
    assert abs(total - abs(seconds)) <= 0.5
    assert all((plural == "") == (count == "1") for count, _, plural in parts)
    minutes, rest = wording.clock(seconds).removeprefix("−").split(":")
    assert int(minutes) * 60 + int(rest) == total


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 crime"), (0, "0 crimes"), (2, "2 crimes"), (1496, "1,496 crimes"), (0.6, "1 crime"), (-1, "−1 crimes")],
)
def test_the_noun_agrees_with_the_number_printed(count, said):
    assert wording.counted(count, "crime") == said


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("missing", [None, float("nan"), float("inf"), float("-inf")])
def test_no_figure_is_said_so_in_prose_and_is_a_dash_in_tables(missing, unit):
    assert wording.value_in_prose(missing, unit) == "not supplied"
    assert wording.value_in_table(missing, unit) == "–"
    assert wording.change_in_table(missing, unit) == "–"
    assert wording.change_per_cent_in_table(missing) == "–"


@pytest.mark.parametrize(
    ("value", "unit", "prose", "table"),
    [
        (44433.0, "crimes", "44,433", "44,433"),  # paragraph 1
        (100 * 4524 / 5095, "per cent", "88.8 per cent", "88.8%"),  # paragraph 125: 4,524 of 5,095
        (76.0, "per cent", "76 per cent", "76.0%"),  # a table keeps its columns' decimals
        (654.0, "seconds", "10 minutes 54 seconds", "10:54"),  # paragraph 141
    ],
)
def test_prose_says_per_cent_and_tables_the_sign(value, unit, prose, table):
    assert wording.value_in_prose(value, unit) == prose
    assert wording.value_in_table(value, unit) == table


@pytest.mark.parametrize(
    ("change", "unit", "printed"),
    [
        (-208, "crimes", "−208"),  # 1,496 less 1,704, paragraph 115
        (1938, "crimes", "+1,938"),  # paragraph 3
        (76.7 - 73.6, "per cent", "+3.1 pp"),  # Appendix A against paragraph 121
        (-0.04, "per cent", "0.0 pp"),
        (0, "crimes", "0"),
        (-43.49, "seconds", "−0:43"),
        (0.2, "seconds", "0:00"),
    ],
)
def test_changes_in_tables_are_signed_unless_they_print_as_nothing(change, unit, printed):
    assert wording.change_in_table(change, unit) == printed


@given(finite, st.sampled_from(UNITS), st.integers(0, 3) | st.none())
def test_a_figure_never_prints_python(value, unit, decimals):
    for printed in (
        wording.value_in_prose(value, unit, decimals),
        wording.value_in_table(value, unit, decimals),
        wording.change_in_table(value, unit, decimals),
        wording.change_per_cent_in_table(value),
    ):
        assert not re.search(r"nan|None|inf|e[+-]\d|Decimal|  |-", printed)


@given(finite)
def test_a_change_in_a_table_has_the_sign_of_the_change(change):
    printed = wording.change_per_cent_in_table(change)
    if re.search(r"[1-9]", printed):
        assert printed[0] == ("−" if change < 0 else "+")
    else:
        assert printed == "0.0%"


def test_months_and_spans():
    december, january = pd.Period("2019-12", "M"), pd.Period("2020-01", "M")
    assert wording.month(december) == "December 2019"
    assert wording.short_month(december) == "Dec-19"
    assert wording.twelve_months_to(december) == "12 months to December 2019"  # paragraph 1
    assert wording.span(december - 2, december) == "October to December 2019"
    assert wording.span(december, january) == "December 2019 to January 2020"


@pytest.mark.parametrize(
    ("items", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists(items, said):
    assert wording.listed(items) == said


def test_ordinals():
    said = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 22: "22nd",
            33: "33rd", 101: "101st", 111: "111th", 112: "112th", 113: "113th", 122: "122nd"}  # fmt: skip
    assert {number: wording.ordinal(number) for number in said} == said


def test_a_sentence_starts_with_a_capital_and_acronyms_stay():
    assert wording.sentence_case("quarter three") == "Quarter three"
    assert wording.sentence_case("mSG average") == "MSG average"
    assert wording.sentence_case("rate of KSI") == "Rate of KSI"
    assert wording.sentence_case("") == ""


def test_months_and_numbers_have_the_words_of_the_standard_library_and_of_counting():
    assert list(MONTH_NAMES) == list(stdlib_calendar.month_name)[1:]
    assert [MONTHS[name.lower()] for name in MONTH_NAMES] == list(range(1, 13))
    assert (MONTHS["sep"], MONTHS["sept"], MONTHS["may"], len(MONTHS)) == (9, 9, 5, 24)
    assert (NUMBER_WORDS[0], NUMBER_WORDS[12], len(NUMBER_WORDS)) == ("zero", "twelve", 20)
    assert (len(TENS_WORDS), len(ORDINAL_WORDS), ORDINAL_WORDS[11]) == (8, 12, "twelfth")
