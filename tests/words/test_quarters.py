"""The financial quarter: which months it has, how it is written, and what is not one."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

quarters = st.builds(Quarter, year=st.integers(1950, 2150), number=st.integers(1, 4))


def written(months: pd.PeriodIndex) -> list[str]:
    return [str(month) for month in months]


def test_quarter_three_2019_20_is_october_to_december_2019():
    # The report's title: "Quarter Three 2019-20 (1 October to 31 December 2019)".
    quarter = Quarter.parse("2019-20-Q3")
    assert written(quarter.months) == ["2019-10", "2019-11", "2019-12"]
    assert quarter.name == "quarter three"
    assert quarter.span == "October to December 2019"
    assert quarter.label == "quarter three 2019-20 (October to December 2019)"


@pytest.mark.parametrize(
    ("text", "first", "last", "name"),
    [  # a financial year starts in April; its last quarter is in the next calendar year
        ("2019-20-Q1", "2019-04", "2019-06", "quarter one"),
        ("2019-20-Q2", "2019-07", "2019-09", "quarter two"),
        ("2019-20-Q4", "2020-01", "2020-03", "quarter four"),
        ("1999-00-Q4", "2000-01", "2000-03", "quarter four"),
        ("2099-00-Q3", "2099-10", "2099-12", "quarter three"),
    ],
)
def test_months_and_name_of_each_quarter(text, first, last, name):
    quarter = Quarter.parse(text)
    assert (str(quarter.first), str(quarter.last), quarter.name) == (first, last, name)


def test_neighbours_by_hand():
    quarter = Quarter.parse("2019-20-Q1")
    assert str(quarter.previous) == "2018-19-Q4"
    assert str(quarter.next) == "2019-20-Q2"
    assert str(quarter.same_quarter_last_year) == "2018-19-Q1"
    assert str(Quarter.parse("2019-20-Q4").next) == "2020-21-Q1"


def test_a_headline_box_lists_the_financial_years_quarters_so_far():
    # The report's boxes list Q1, Q2 and Q3 of 2019-20.
    assert [str(q) for q in Quarter.parse("2019-20-Q3").year_to_date] == ["2019-20-Q1", "2019-20-Q2", "2019-20-Q3"]
    assert [str(q) for q in Quarter.parse("2019-20-Q1").year_to_date] == ["2019-20-Q1"]


@given(quarters)
def test_what_is_written_is_read_back(quarter):
    assert Quarter.parse(str(quarter)) == quarter


@given(st.integers(1950, 2150), st.integers(1, 12))
def test_every_month_falls_in_the_one_quarter_that_lists_it(year, month):
    period = pd.Period(year=year, month=month, freq="M")
    quarter = Quarter.of(period)
    assert period in quarter.months
    assert period not in quarter.previous.months
    assert period not in quarter.next.months


@given(quarters)
def test_quarters_follow_one_another_without_gap_or_overlap(quarter):
    assert quarter.previous.last + 1 == quarter.first
    assert quarter.next.previous == quarter
    assert quarter.previous < quarter < quarter.next
    assert quarter.previous.previous.previous.previous == quarter.same_quarter_last_year
    assert quarter.same_quarter_last_year.last == quarter.last - 12


@pytest.mark.parametrize(
    "text",
    ["", "Q3", "2019-Q5", "2019-20", "2019-20-Q0", "2019-20-Q5", "2019-20-q3", "2019/20-Q3", "2019-20 Q3",
     " 2019-20-Q3", "2019-20-Q3\n", "2019-2020-Q3", "19-20-Q3", "2019-20-Q3x", "２０１９-20-Q3", "../2019-20-Q3"],
)  # fmt: skip
def test_what_is_no_quarter_is_refused_with_the_right_way_to_write_one(text):
    with pytest.raises(InputError) as refused:
        Quarter.parse(text)
    assert repr(text) in str(refused.value)
    assert "2019-20-Q3" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_years_that_do_not_follow_are_refused_with_the_quarter_that_was_meant():
    with pytest.raises(InputError, match=r"'2019-21-Q3'.*write 2019-20-Q3"):
        Quarter.parse("2019-21-Q3")
    with pytest.raises(InputError, match="write 1999-00-Q2"):
        Quarter.parse("1999-99-Q2")


@given(st.text(max_size=12) | st.from_regex(r"[0-9]{4}-[0-9]{2}-Q[0-9]", fullmatch=True))
def test_any_text_is_a_quarter_written_that_way_or_is_refused(text):
    try:
        quarter = Quarter.parse(text)
    except InputError:
        return
    assert str(quarter) == text
