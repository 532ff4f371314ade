"""Files as they arrive: what is right is read as it was written, what is wrong is refused with its place."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import measure
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from perf_lib.config.catalogue import Catalogue
from perf_lib.extracts import read_monthly, read_peer_rates, read_published, read_reasons
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

CATALOGUE = Catalogue(
    {
        each.code: each
        for each in (
            measure("thefts", "count"),
            measure("convictions", "proportion"),
            measure("response", "mean"),
            measure("satisfaction", "rolling"),
            measure("confidence", "survey", frequency="quarterly", covers_months=12),
        )
    }
)
HEADER = "measure,area,month,numerator,denominator,value,origin,status"
GOOD = "thefts,Here,2019-01,,,5,published,final"


def write(folder: Path, *rows: str, header: str = HEADER, name: str = "monthly.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def refusal(path: Path, *more: Path) -> str:
    """The one line with which monthly figures are refused; it always names the file."""
    with pytest.raises(InputError) as refused:
        read_monthly([path, *more], CATALOGUE)
    message = str(refused.value)
    assert "\n" not in message
    assert f"{path.parent.name}/" in message
    assert refused.value.exit_code == 2
    return message


# --- what is right


@st.composite
def valid_rows(draw):
    """Rows of a valid file: whole runs of months of some measures in some areas."""
    rows = []
    places = st.lists(
        st.sampled_from(["Here", "Avon, and Somerset", 'The "Vale"', "Ynys Môn"]), min_size=1, unique=True
    )
    for code in draw(st.lists(st.sampled_from(list(CATALOGUE)), min_size=1, unique=True)):
        for area in draw(places):
            last = pd.Period("2015-03", "M") + 2 * draw(st.integers(0, 20))  # none stops a month before the others
            step = 3 if code == "confidence" else 1
            for number in range(draw(st.integers(1, 5))):
                rows.append([code, area, str(last - step * number), *draw(figures(CATALOGUE[code].kind))])
    return draw(st.permutations(rows))


@st.composite
def figures(draw, kind: str):
    """Numerator, denominator, value, origin, status and margin of one month, as a careful person writes them."""
    origin = draw(st.sampled_from(["published", "derived", "illustrative"]))
    if draw(st.integers(0, 5)) == 0:
        return ["", "", "", origin, draw(st.sampled_from(["not supplied", "nil return"])), ""]
    status = draw(st.sampled_from(["final", "provisional"]))
    if kind == "count":
        return ["", "", str(draw(st.integers(0, 10**6))), origin, status, ""]
    bottom = draw(st.integers(1, 10**5))
    top = draw(st.integers(0, bottom))
    scale = 1 if kind == "mean" else 100
    with_parts = kind in ("proportion", "mean") and draw(st.booleans())
    parts = [str(top), str(bottom)] if with_parts else ["", ""]
    margin = draw(st.sampled_from(["", "3.4"])) if kind == "survey" else ""
    least = 0 if with_parts or kind == "mean" else 1  # 0.85 alone may be 85 per cent
    return [*parts, repr(least + (scale - least) * top / bottom), origin, status, margin]


@options(max_examples=40, deadline=None)
@given(valid_rows())
def test_a_valid_file_reads_back_as_it_was_written(rows):
    header = [*HEADER.split(","), "margin"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "monthly.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        read = read_monthly([path], CATALOGUE)
    written = sorted(rows, key=lambda row: (row[0], row[1], pd.Period(row[2], "M").ordinal))
    for name, position in (("measure", 0), ("area", 1), ("origin", 6), ("status", 7)):
        assert read[name].tolist() == [row[position] for row in written]
    assert read["month"].tolist() == [pd.Period(row[2], "M") for row in written]
    for name, position in (("numerator", 3), ("denominator", 4), ("value", 5), ("margin", 8)):
        expected = [float(row[position]) if row[position] else np.nan for row in written]
        np.testing.assert_array_equal(read[name].to_numpy(float), expected)  # to the last bit


def test_the_frame_is_tidy_and_in_order(tmp_path):
    rows = ["thefts,Here,2019-02,,,6,published,final", GOOD, "convictions,Here,2019-01,1,4,25,derived,provisional"]
    read = read_monthly([write(tmp_path, *rows)], CATALOGUE)
    assert list(read.columns) == [*HEADER.split(","), "margin"]
    assert read["month"].dtype == "period[M]"
    assert read["measure"].tolist() == ["convictions", "thefts", "thefts"]
    assert read["value"].tolist() == [25.0, 5.0, 6.0]
    assert read["margin"].isna().all()


def test_several_files_make_one_frame(tmp_path):
    one = write(tmp_path, GOOD, name="one.csv")
    other = write(tmp_path, "convictions,Here,2019-01,1,4,25,published,final", name="other.csv")
    assert read_monthly([one, other], CATALOGUE)["measure"].tolist() == ["convictions", "thefts"]


@pytest.mark.parametrize(
    ("written", "value"), [("1250", 1250), ('"1,250"', 1250), ('"1,234,567"', 1234567), (" 7 ", 7), ("0", 0)]
)
def test_spaces_and_thousands_separators_are_no_part_of_a_number(tmp_path, written, value):
    read = read_monthly([write(tmp_path, f"thefts,Here,2019-01,,,{written},published,final")], CATALOGUE)
    assert read["value"].tolist() == [value]


def test_byte_order_marks_blank_lines_and_windows_line_ends_do_no_harm(tmp_path):
    path = tmp_path / "monthly.csv"
    path.write_bytes(f"\ufeff{HEADER}\r\n\r\n{GOOD}\r\n,,,,,,,\r\n".encode())
    assert read_monthly([path], CATALOGUE)["value"].tolist() == [5.0]


def test_a_printed_value_may_be_rounded_to_its_last_decimal(tmp_path):
    # The report's box: 33 of 232 cracked trials printed as 14.2 (14.224); 4,524 of 5,095 as 89.
    rows = [
        "convictions,Here,2019-01,33,232,14.2,published,final",
        "convictions,Here,2019-02,4524,5095,89,published,final",
    ]
    assert read_monthly([write(tmp_path, *rows)], CATALOGUE)["value"].tolist() == [14.2, 89]


def test_a_quarterly_surveys_two_months_between_are_no_gap(tmp_path):
    rows = [f"confidence,Here,2019-{month},,,77,published,final" for month in ("03", "06", "09")]
    assert len(read_monthly([write(tmp_path, *rows)], CATALOGUE)) == 3


# --- what is wrong with a row: file, line, measure, month, value, what is allowed


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("theft,Here,2019-02,,,5,published,final", ["theft, 2019-02", "unknown measure 'theft'", "mean thefts?"]),
        ("thefts,,2019-02,,,5,published,final", ["thefts, 2019-02", "area is blank"]),
        ("thefts,Here,2019-13,,,5,published,final", ["month '2019-13'", "write it as 2019-12"]),
        ("thefts,Here,Feb-19,,,5,published,final", ["month 'Feb-19'", "write it as 2019-12"]),
        ("thefts,Here,2019-2,,,5,published,final", ["month '2019-2'", "write it as 2019-12"]),
        ("thefts,Here,,,,5,published,final", ["month ''", "write it as 2019-12"]),
        ("thefts,Here,0000-01,,,5,published,final", ["month '0000-01'", "write it as 2019-12"]),
        ("thefts,Here,２０１９-02,,,5,published,final", ["month '２０１９-02'", "write it as 2019-12"]),
        ("thefts,Here,2019-02,,,five,published,final", ["thefts, 2019-02", "value 'five' is not a number"]),
        ("thefts,Here,2019-02,,,5*,published,final", ["value '5*' is not a number"]),
        ("thefts,Here,2019-02,,,nan,published,final", ["value 'nan' is not a number"]),
        ("thefts,Here,2019-02,,,inf,published,final", ["value 'inf' is not a number"]),
        ("thefts,Here,2019-02,,,1e999,published,final", ["value '1e999' is not a number"]),
        ("thefts,Here,2019-02,,,0x10,published,final", ["value '0x10' is not a number"]),
        ('response,Here,2019-02,,,"12,5",published,final', ["response, 2019-02", "value '12,5' is not a number"]),
        ("convictions,Here,2019-02,x,4,25,published,final", ["numerator 'x' is not a number"]),
        ("convictions,Here,2019-02,1,y,25,published,final", ["denominator 'y' is not a number"]),
        ("thefts,Here,2019-02,,,-5,published,final", ["thefts, 2019-02", "value -5 is negative", "0 or more"]),
        ("response,Here,2019-02,,-4,5,published,final", ["denominator -4 is negative", "0 or more"]),
        ("thefts,Here,2019-02,,,5.5,published,final", ["value 5.5 is not whole", "count"]),
        ("convictions,Here,2019-02,0,0,0,published,final", ["convictions, 2019-02", "denominator 0", "nil return"]),
        ("convictions,Here,2019-02,6,5,100,published,final", ["numerator 6", "above its denominator 5"]),
        ("convictions,Here,2019-02,,,100.1,published,final", ["value 100.1", "above 100 per cent"]),
        ("convictions,Here,2019-02,1,,50,published,final", ["convictions, 2019-02", "come together", "blank"]),
        ("convictions,Here,2019-02,1,4,50,published,final", ["value 50", "numerator 1", "denominator 4"]),
        ("response,Here,2019-02,100,4,50,published,final", ["value 50", "numerator 100", "denominator 4"]),
        ("thefts,Here,2019-02,,,,published,final", ["value is blank", "'nil return' or 'not supplied'"]),
        ("thefts,Here,2019-02,,,5,published,not supplied", ["'not supplied'", "blank value", "5"]),
        ("convictions,Here,2019-02,1,4,,published,nil return", ["convictions, 2019-02", "'nil return'"]),
        ("thefts,Here,2019-02,,,5,guessed,final", ["origin 'guessed'", "derived, illustrative, published"]),
        ("thefts,Here,2019-02,,,5,published,finl", ["status 'finl'", "did you mean final?"]),
        ("thefts,Here,2019-02,,,5,published,", ["status ''", "final, nil return, not supplied, provisional"]),
        ("thefts,Here,2019-01,,,6,published,final", ["thefts, 2019-01", "given twice", "once is allowed"]),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_with_its_line_value_and_what_is_allowed(tmp_path, row, says):
    message = refusal(write(tmp_path, GOOD, row))
    assert message.startswith(f"{tmp_path.name}/monthly.csv, line 3: ")
    assert [words for words in says if words not in message] == []


def test_a_negative_margin_is_refused(tmp_path):
    row = "confidence,Here,2019-02,,,77,published,final,-3.4"
    assert "margin -3.4 is negative" in refusal(write(tmp_path, row, header=HEADER + ",margin"))


def test_the_first_wrong_row_is_named_and_the_others_counted(tmp_path):
    rows = [f"thefts,Here,2019-0{month},,,x,published,final" for month in (2, 3, 4)]
    message = refusal(write(tmp_path, GOOD, *rows))
    assert "line 3: thefts, 2019-02" in message
    assert "(and 2 more such rows)" in message


def test_a_month_left_out_is_named_with_its_neighbours(tmp_path):
    message = refusal(write(tmp_path, GOOD, "thefts,Here,2019-04,,,5,published,final"))
    assert "thefts, 2019-02 (Here)" in message
    assert "between 2019-01 and 2019-04" in message
    assert "'not supplied'" in message


def test_a_quarter_left_out_of_a_quarterly_survey_is_named(tmp_path):
    rows = [f"confidence,Here,2019-{month},,,77,published,final" for month in ("03", "09")]
    assert "confidence, 2019-06 (Here)" in refusal(write(tmp_path, *rows))


def test_one_areas_months_do_not_fill_anothers_gap(tmp_path):
    rows = [GOOD, "thefts,There,2019-02,,,5,published,final", "thefts,Here,2019-03,,,5,published,final"]
    assert "thefts, 2019-02 (Here)" in refusal(write(tmp_path, *rows))


def test_a_month_given_in_two_files_is_given_twice(tmp_path):
    one, other = (write(tmp_path, GOOD, name=f"{name}.csv") for name in ("one", "other"))
    message = refusal(one, other)
    assert "thefts, 2019-01" in message
    assert "twice" in message


def test_a_month_left_out_between_two_files_is_a_gap(tmp_path):
    one = write(tmp_path, GOOD, name="one.csv")
    other = write(tmp_path, "thefts,Here,2019-03,,,5,published,final", name="other.csv")
    assert "thefts, 2019-02" in refusal(one, other)


# --- what is wrong with a file


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert "none.csv: there is no such file" in refusal(tmp_path / "none.csv")


def test_a_folder_is_not_a_file(tmp_path):
    assert "cannot be read" in refusal(Path(tmp_path / "sub").parent)


@pytest.mark.parametrize("text", ["", "\n", " , , \n"])
def test_an_empty_file_is_refused(tmp_path, text):
    path = tmp_path / "monthly.csv"
    path.write_text(text, encoding="utf-8")
    assert "is empty" in refusal(path)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (HEADER.replace(",status", ""), ["lacks the column 'status'", HEADER.replace(",", ", ")]),
        (HEADER.replace("status", "staus"), ["'sta", "status"]),
        (HEADER + ",comment", ["unknown column 'comment'", "allowed: "]),
        (HEADER + ",margn", ["unknown column 'margn'", "did you mean margin?"]),
        (HEADER + ",value", ["the column 'value' stands twice"]),
    ],
)
def test_wrong_columns_are_named(tmp_path, header, says):
    message = refusal(write(tmp_path, GOOD, header=header))
    assert "monthly.csv: " in message
    assert [words for words in says if words not in message] == []


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_file_that_is_not_utf_8_is_refused_with_what_to_do(tmp_path, encoding):
    path = tmp_path / "monthly.csv"
    path.write_bytes(f"{HEADER}\nthefts,Ynys Môn – north,2019-01,,,5,published,final\n".encode(encoding))
    message = refusal(path)
    assert "is not UTF-8" in message
    assert "save the file as UTF-8" in message


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("thefts,Here,2019-02,,5,published,final", "has 7 cells where the header has 8"),
        ("thefts,Here,2019-02,,,5,published,final,", "has 9 cells where the header has 8"),
        ("thefts,Avon, and Somerset,2019-02,,,5,published,final", "has 9 cells where the header has 8"),
    ],
)
def test_a_ragged_row_is_named_with_its_line(tmp_path, row, says):
    assert f"monthly.csv, line 3: {says}" in refusal(write(tmp_path, GOOD, row))


def test_a_quotation_mark_left_open_does_not_swallow_rows_in_silence(tmp_path):
    path = write(tmp_path, 'thefts,Here,2019-01,,,5,published,"final', "thefts,Here,2019-02,,,6,published,final")
    assert "line 2" in refusal(path)


def test_lines_are_the_files_own_lines_where_a_quoted_cell_runs_over_two(tmp_path):
    path = write(tmp_path, 'thefts,"Here\nand there",2019-01,,,5,published,final', GOOD.replace(",5,", ",x,"))
    assert "line 4: thefts, 2019-01: value 'x'" in refusal(path)


def test_an_endless_cell_is_one_clear_line_too(tmp_path):
    # More than the csv module takes in one cell: a file that is no table at all.
    assert "line 2" in refusal(write(tmp_path, GOOD.replace("Here", "H" * 200_000)))


# --- peers' rates, first-published figures, reasons


RATES = "series,area,level,month,offences,population,rate,origin"
RATE = "thefts,Here,force,2019-12,44252,720100,61.45598,published"  # ONS, Wiltshire, year to December 2019


def test_peers_rates_are_read_as_written(tmp_path):
    read = read_peer_rates(write(tmp_path, RATE, header=RATES))
    assert read.loc[0, ["offences", "population", "rate"]].tolist() == [44252, 720100, 61.45598]
    assert read.loc[0, "month"] == pd.Period("2019-12", "M")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (RATE.replace("force", "farce"), ["level 'farce'", "did you mean force?"]),
        (RATE.replace("2019-12", "2019"), ["thefts, Here, 2019", "not a month"]),
        (RATE.replace("2019-12", "0000-12"), ["0000-12", "not a month"]),
        (RATE.replace("61.45598", "many"), ["rate 'many' is not a number"]),
        (RATE.replace("61.45598", "0"), ["rate", "is not above 0"]),
        (RATE.replace("720100", ""), ["population", "is not above 0"]),
        (RATE, ["thefts, Here, 2019-12", "given twice"]),
    ],
)
def test_a_wrong_rate_is_named_with_its_line(tmp_path, row, says):
    with pytest.raises(InputError) as refused:
        read_peer_rates(write(tmp_path, RATE, row, header=RATES))
    message = str(refused.value)
    assert f"{tmp_path.name}/monthly.csv, line 3: " in message
    assert [words for words in says if words not in message] == []


Q1 = Quarter.parse("2019-20-Q1")
PUBLISHED = "measure,period,kind,numerator,denominator,value,symbols"


def test_figures_as_first_published_are_found_by_measure_and_kind(tmp_path):
    # The report's box: 10,952 crimes in quarter one as first published.
    read = read_published(write(tmp_path, "thefts,2019-20-Q1,quarter,,,10952,month_low", header=PUBLISHED), CATALOGUE)
    assert read.loc[("thefts", "quarter"), "value"] == 10952
    assert read.loc[("thefts", "quarter"), "symbols"] == "month_low"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("theft,2019-20-Q1,quarter,,,1,", ["theft, 2019-20-Q1", "unknown measure 'theft'", "did you mean thefts?"]),
        ("thefts,2019-20-Q1,month,,,1,", ["kind 'month'", "quarter, rolling_12"]),
        ("thefts,2019-20-Q1,rolling_12,,,x,", ["value 'x' is not a number"]),
        ("thefts,2019-20-Q1,quarter,,,2,", ["given twice"]),
        ("thefts,2019-20-Q1,rolling_12,,,-2,", ["value -2 is negative", "0 or more"]),
        ("thefts,2019-20-Q1,rolling_12,,,2.5,", ["value 2.5 is not whole"]),
        ("thefts,2019-20-Q2,quarter,,,2,", ["period '2019-20-Q2'", "allowed: 2019-20-Q1"]),
    ],
)
def test_a_wrong_first_published_figure_is_named_with_its_line(tmp_path, row, says):
    with pytest.raises(InputError) as refused:
        read_published(write(tmp_path, "thefts,2019-20-Q1,quarter,,,1,", row, header=PUBLISHED), CATALOGUE, Q1)
    message = str(refused.value)
    assert "monthly.csv, line 3: " in message
    assert [words for words in says if words not in message] == []


def test_reasons_have_a_column_for_each_twelve_months(tmp_path):
    # The report's table of witness reasons: absent or withdrawn 49, then 34.
    read = read_reasons(write(tmp_path, "absent,49,34", header="reason,months_12_to_2018_12,months_12_to_2019_12"))
    assert [str(month) for month in read.columns] == ["2018-12", "2019-12"]
    assert read.loc["absent"].tolist() == [49, 34]


@pytest.mark.parametrize(
    ("header", "row", "says"),
    [
        ("cause,months_12_to_2019_12", "absent,34", "lacks the column 'reason'"),
        ("reason,2019-12", "absent,34", "months_12_to_2019_12"),
        ("reason,months_12_to_2019_12", "absent,many", "line 2: absent: months_12_to_2019_12 'many' is not a number"),
        ("reason,months_12_to_2019_12", "absent,-34", "line 2: absent: months_12_to_2019_12 '-34' is not a count"),
        ("reason,months_12_to_2019_12", "absent,", "line 2: absent: months_12_to_2019_12 '' is not a count"),
        ("reason,months_12_to_2019_12", f"absent,{'9' * 30}", "is too large; below 10^15 is allowed"),
        ("reason,months_12_to_2019_12", "absent,3\nabsent,4", "line 3: absent: the reason is given twice"),
    ],
)
def test_a_table_of_reasons_that_is_none_is_refused(tmp_path, header, row, says):
    with pytest.raises(InputError) as refused:
        read_reasons(write(tmp_path, row, header=header))
    assert says in str(refused.value)


def test_parts_without_a_value_make_one(tmp_path):
    path = write(tmp_path, "convictions,Here,2019-01,1,4,,published,final")
    assert read_monthly([path], CATALOGUE)["value"].tolist() == [25.0]


def test_a_newest_month_that_most_measures_have_is_not_left_out(tmp_path):
    rows = [
        f"{code},Here,2019-0{month},,,{month},published,final" for code in ("thefts", "response") for month in (1, 2)
    ]
    read_monthly([write(tmp_path, *rows, "confidence,Here,2019-01,,,5,published,final")], CATALOGUE)
    with pytest.raises(
        InputError, match=r"convictions, 2019-02 \(Here\): the month is left out, which most measures have"
    ):
        read_monthly([write(tmp_path, *rows, "convictions,Here,2019-01,,,5,published,final")], CATALOGUE)
