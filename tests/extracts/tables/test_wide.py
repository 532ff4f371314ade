"""A column a month: what people write in the cells of spreadsheets, and what becomes of each cell."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
import workbooks
import xlsxwriter
from builders import measure

from perf_lib.config.catalogue import Catalogue
from perf_lib.extracts import Ledger, Rejection, read_monthly
from perf_lib.extracts.tables.headings import month_of
from perf_lib.extracts.tables.typed import seconds_of
from perf_lib.words.errors import InputError

CATALOGUE = Catalogue(
    {
        each.code: each
        for each in (
            measure("thefts", "count", also_called=("Volume of thefts",)),
            measure("convictions", "proportion"),
            measure("response", "mean"),
            measure("outcomes", "rolling"),
            measure("confidence", "survey", frequency="quarterly", covers_months=12),
            measure("audits", "survey"),
        )
    }
)

# As a report's Appendix A has them: a title, section rows, a star, Nil, blanks, a column of words at the end.
APPENDIX = """POLICE & CRIME PLAN,,,,
Measure,Jan-19,Feb-19,Mar-19,Context
1. Prevent crime,,,,
Volume of thefts,"3,749",3323,,Lower than peers
Outcomes*,16.5%,16.5%,16.3%,Improving trend
Confidence,,,78.3%,
Audits,Nil,88.1%,,
Response,10:54,10 minutes 54 seconds,654,
Convictions,92.5%,91.1%,77.1%,
"""
# The same by hand, cell by cell.
EXPECTED = {
    ("thefts", "2019-01"): (3749, "final"),
    ("thefts", "2019-02"): (3323, "final"),
    ("thefts", "2019-03"): (None, "not supplied"),
    ("outcomes", "2019-01"): (16.5, "final"),
    ("outcomes", "2019-02"): (16.5, "final"),
    ("outcomes", "2019-03"): (16.3, "final"),
    ("confidence", "2019-03"): (78.3, "final"),  # quarterly: the blank months between are no months of its
    ("audits", "2019-01"): (None, "nil return"),
    ("audits", "2019-02"): (88.1, "final"),
    ("audits", "2019-03"): (None, "not supplied"),
    ("response", "2019-01"): (654, "final"),
    ("response", "2019-02"): (654, "final"),
    ("response", "2019-03"): (654, "final"),
    ("convictions", "2019-01"): (92.5, "final"),
    ("convictions", "2019-02"): (91.1, "final"),
    ("convictions", "2019-03"): (77.1, "final"),
}


def write(folder: Path, text: str, name: str = "monthly.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def as_told(frame: pd.DataFrame) -> dict[tuple[str, str], tuple[float | None, str]]:
    return {
        (row.measure, str(row.month)): (None if pd.isna(row.value) else row.value, row.status)
        for row in frame.itertuples()
    }


def test_a_page_as_a_report_prints_it_is_read_cell_by_cell(tmp_path):
    ledger = Ledger()
    frame = read_monthly([write(tmp_path, APPENDIX)], CATALOGUE, "Here", ledger)
    assert as_told(frame) == EXPECTED
    assert set(frame["area"]) == {"Here"}
    (source,) = ledger.sources
    assert (source.rows, source.used, source.rejected) == (len(EXPECTED), len(EXPECTED), ())
    assert (str(source.first), str(source.last)) == ("2019-01", "2019-03")


def test_rows_of_parts_make_a_ratio(tmp_path):
    rows = ["measure,figure,Jan-19,Feb-19", "convictions,numerator,33,1", "convictions,denominator,232,4"]
    text = "\n".join([*rows, "convictions,value,14.2,\n"])
    frame = read_monthly([write(tmp_path, text)], CATALOGUE, "Here")
    assert frame["numerator"].tolist() == [33, 1]
    assert frame["denominator"].tolist() == [232, 4]
    assert frame["value"].tolist() == [14.2, 25.0]  # 1 of 4


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("thefts,16.5%,1", "thefts, 2019-01: value '16.5%' is not a number"),
        ("thefts,10:54,1", "value '10:54' is not a number"),
        ("response,10:94,1", "response, 2019-01: value '10:94' is not a number"),
        ("thefs,5,1", "unknown measure 'thefs'; did you mean thefts?"),
        ("thefts,=1+1,1", "value '=1+1' is not a number"),
        ("thefts,5*,1", "value '5*' is not a number"),
    ],
)
def test_a_cell_that_cannot_be_told_is_named_with_its_row_and_month(tmp_path, row, says):
    with pytest.raises(InputError) as refused:
        read_monthly([write(tmp_path, f"measure,Jan-19,Feb-19\n{row}\n")], CATALOGUE, "Here")
    assert f"{tmp_path.name}/monthly.csv, line 2, Jan-19: " in str(refused.value)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("measure,Jan-19,2019-01\nthefts,5,5\n", "the month 'Jan-19' has two columns"),
        ("measure,Jan-19,Extra\nthefts,5,5\n", "the column 'Extra' holds the figure '5' and names no month"),
        ("measure,Jan-19,04/05/2019\nthefts,5,5\n", "the heading '04/05/2019' may be more than one month"),
        ("measure,Jan-19\nthefts,5,6\n", "line 2: has 3 cells where the header has 2"),
        ("measure,figure,Jan-19\nthefts,valeu,5\n", "figure 'valeu'"),
        ("measure,area,area,Jan-19\nthefts,A,B,5\n", "the column 'area' stands twice"),
        ("measure,Jan-19\nthefts,5\nthefts,6\n", "given twice"),
    ],
)
def test_a_header_that_cannot_be_right_is_refused(tmp_path, text, says):
    with pytest.raises(InputError) as refused:
        read_monthly([write(tmp_path, text)], CATALOGUE, "Here")
    assert says in str(refused.value)


def test_a_workbooks_dates_and_times_are_told_or_refused(tmp_path):
    path = tmp_path / "monthly.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, date = book.add_worksheet("Months"), book.add_format({"num_format": "mmm-yy"})
        sheet.write_row(0, 0, ["measure"])
        for column, month in enumerate([1, 2, 3], start=1):
            sheet.write_datetime(0, column, dt.datetime(2019, month, 1), date)
        sheet.write_row(1, 0, ["thefts", 5, 6.0, "7"])
        sheet.write_row(2, 0, ["response", 654, "10:54"])
        sheet.write_datetime(2, 3, dt.time(0, 10, 54), book.add_format({"num_format": "h:mm:ss"}))
    frame = read_monthly([path], CATALOGUE, "Here")
    assert frame["value"].tolist() == [654, 654, 654, 5, 6, 7]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Months")
        sheet.write_row(0, 0, ["measure", "Jan-19"])
        sheet.write_row(1, 0, ["response"])
        sheet.write_datetime(1, 1, dt.time(10, 54), book.add_format({"num_format": "h:mm"}))
    with pytest.raises(InputError, match=r"row 2, Jan-19: response, 2019-01: value '10:54:00 \(a time of day; write"):
        read_monthly([path], CATALOGUE, "Here")  # ten minutes or ten hours: Excel does not say


TIDY = [
    ["measure", "area", "month", "numerator", "denominator", "value", "origin", "status"],
    ["thefts", "Ynys Môn", "2019-01", "", "", 3749, "published", "final"],
    ["thefts", "Ynys Môn", "2019-02", "", "", "", "published", "not supplied"],
    ["convictions", "Ynys Môn", "2019-01", 1, 3, 33.3333, "derived", "provisional"],
]
ACROSS = [["measure", "Jan-19", "Feb-19"], ["thefts", 3749, ""], ["outcomes", "16.5%", 16.25], ["audits", "Nil", 88.1]]


@pytest.mark.parametrize("rows", [TIDY, ACROSS], ids=["tidy", "wide"])
@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb", "ods", "parquet"])
def test_every_kind_of_file_gives_what_the_csv_gives(tmp_path, kind, rows):
    text = "\n".join(",".join(str(cell) for cell in row) for row in rows)
    expected = read_monthly([write(tmp_path, text)], CATALOGUE, "Here")
    frame = read_monthly([workbooks.write(tmp_path / f"monthly.{kind}", rows)], CATALOGUE, "Here")
    pd.testing.assert_frame_equal(frame, expected)


@pytest.mark.parametrize(
    ("text", "month"),
    [("Jan-19", "2019-01"), ("january 2019", "2019-01"), ("Sept-2019", "2019-09"), ("2019-12", "2019-12")],
)
def test_a_month_is_told_from_its_heading(text, month):
    assert month_of(text) == month


@pytest.mark.parametrize("text", ["", "Ma-19", "J-19", "2019", "01/02/2019", "Quarter 1", "Jan", "Janus-19", "2019-13"])
def test_what_names_no_one_month_is_none(text):
    assert month_of(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10:54", 654), ("1:02:03", 3723), ("1 hour 2 minutes 3 seconds", 3723), ("5 seconds", 5), ("1 minute", 60)],
)
def test_a_duration_is_in_seconds(text, seconds):
    assert seconds_of(text) == seconds


# --- headings, marks and what is not read


@pytest.mark.parametrize(
    "headings",
    [
        ("01/04/2024", "01/05/2024"), ("04/2024", "05/2024"), ("2024-04-01", "2024-05-01"), ("202404", "202405"),
        ("45383", "45413"), ("30/04/2024", "31/05/2024"), ("Apr 24", "May 24"), ("April 2024", "May 2024"),
        ("30-Apr-24", "31-May-24"), ("04/01/24", "05/01/24"), ("2024/04", "2024/05"), ("1st April 2024", "1 May 2024"),
    ],
)  # fmt: skip
def test_months_are_read_in_every_form_that_can_mean_one_month_alone(tmp_path, headings):
    frame = read_monthly([write(tmp_path, f"measure,{headings[0]},{headings[1]}\nthefts,5,6\n")], CATALOGUE, "Here")
    assert [str(month) for month in frame["month"]] == ["2024-04", "2024-05"]
    assert frame["value"].tolist() == [5, 6]


@pytest.mark.parametrize("heading", ["04/05/2024", "12/11/2024"])
def test_a_heading_that_may_be_two_months_is_named_with_what_to_write(tmp_path, heading):
    with pytest.raises(InputError, match=f"the heading '{heading}' may be more than one month; write it as Apr-24"):
        read_monthly([write(tmp_path, f"measure,{heading}\nthefts,5\n")], CATALOGUE, "Here")


def test_a_year_of_two_digits_is_of_the_century_that_has_been():
    assert (month_of("Apr-99"), month_of("Apr-24")) == ("1999-04", "2024-04")


@pytest.mark.parametrize(
    ("mark", "value", "status"),
    [("Nil", 0, "final"), ("[c]", None, "not supplied"), ("[x]", None, "not supplied"), ("..", None, "not supplied"),
     ("-", None, "not supplied"), ("n/a", None, "not supplied"), ("7 [p]", 7, "provisional"), ("7 [r]", 7, "final")],
)  # fmt: skip
def test_the_marks_of_official_statistics_are_known(tmp_path, mark, value, status):
    frame = read_monthly([write(tmp_path, f"measure,Jan-24,Feb-24\nthefts,5,{mark}\n")], CATALOGUE, "Here")
    assert as_told(frame)["thefts", "2024-02"] == (value, status)


def test_a_register_with_columns_of_other_things_is_read_and_what_is_not_is_noted(tmp_path):
    text = """Norshire: register,,,,,,
,,,,,,
Ref,Measure,Target,Our own,01/04/2024,01/05/2024,YTD 2024-25
,1. Prevent crime,,,,,
1.1,Thefts,6,9,5,6,11
"""
    with pytest.raises(InputError, match=r"the column 'Our own' holds the figure '9' and names no month.*columns"):
        read_monthly([write(tmp_path, text)], CATALOGUE, "Here")
    ledger = Ledger()
    frame = read_monthly([write(tmp_path, text)], CATALOGUE, "Here", ledger, {"Our own": "ignored"})
    assert frame["value"].tolist() == [5, 6]
    assert ledger.sources[0].notes == (
        "columns that are no months were not read: Our own and YTD 2024-25",
        "no figure in any month: line 4 ('1. Prevent crime')",
    )


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_hidden_row_is_read_and_said(tmp_path, kind):
    if kind != "xlsx" and shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed")
    path = tmp_path / "monthly.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Months")
        sheet.write_row(0, 0, ["Measure", "Jan-24"])
        sheet.write_row(1, 0, ["thefts", 5])
        sheet.write_row(2, 0, ["audits", 85.5])
        sheet.set_row(2, None, None, {"hidden": True})
    if kind != "xlsx":
        command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", kind]
        subprocess.run([*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=120)
        path = path.with_suffix(f".{kind}")
    ledger = Ledger()
    assert sorted(read_monthly([path], CATALOGUE, "Here", ledger)["value"]) == [5, 85.5]
    assert ledger.sources[0].notes == ("sheet 'Months', row 3 is hidden; its figures were read",)


def test_a_cell_right_of_the_header_is_named_and_not_cut_off(tmp_path):
    path = tmp_path / "monthly.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Months")
        sheet.write_row(0, 0, ["Measure", "Jan-24"])
        sheet.write_row(1, 0, ["thefts", 5, 6])
    with pytest.raises(InputError, match="row 2: the figure '6' stands under no heading"):
        read_monthly([path], CATALOGUE, "Here")
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Months")
        sheet.write_row(0, 0, ["Measure", "Jan-24"])
        sheet.write_row(1, 0, ["thefts", 5, "from May's return"])
    ledger = Ledger()
    read_monthly([path], CATALOGUE, "Here", ledger)
    note = "sheet 'Months', row 2: \"from May's return\" stands under no heading, and was not read"
    assert ledger.sources[0].notes == (note,)


# --- a share of rows may be rejected


def many(bad: int, good: int) -> str:
    months = [str(month) for month in pd.period_range("2015-01", periods=bad + good, freq="M")]
    rows = [f"thefts,Here,{month},,,{'x' if at < bad else at},published,final" for at, month in enumerate(months)]
    return "\n".join(["measure,area,month,numerator,denominator,value,origin,status", *rows]) + "\n"


def test_rows_in_are_rows_used_and_rows_rejected(tmp_path):
    ledger = Ledger(share=0.1)
    frame = read_monthly([write(tmp_path, many(2, 18))], CATALOGUE, "Here", ledger)
    (source,) = ledger.sources
    assert (source.rows, source.used, len(source.rejected)) == (20, 18, 2)
    assert source.rejected[1] == Rejection(
        f"{tmp_path.name}/monthly.csv", "line 3", "value", "x", "thefts, 2015-02: value 'x' is not a number"
    )
    assert frame["value"].tolist() == list(range(2, 20))


def test_past_the_share_the_run_stops_and_names_the_first(tmp_path):
    with pytest.raises(InputError, match=r"line 2: .*'x' is not a number; 3 of 20 rows are rejected, .* 0.1 that"):
        read_monthly([write(tmp_path, many(3, 17))], CATALOGUE, "Here", Ledger(share=0.1))


def test_a_month_whose_row_was_rejected_is_not_supplied(tmp_path):
    text = many(0, 20).replace(",7,published", ",seven,published")
    frame = read_monthly([write(tmp_path, text)], CATALOGUE, "Here", Ledger(share=0.1))
    row = frame.iloc[7]
    assert (str(row["month"]), row["status"], len(frame)) == ("2015-08", "not supplied", 20)
    assert pd.isna(row["value"])


def test_of_two_values_for_one_month_neither_is_used(tmp_path):
    text = many(0, 20) + "thefts,Here,2015-03,,,99,published,final\n"
    ledger = Ledger(share=0.2)
    frame = read_monthly([write(tmp_path, text)], CATALOGUE, "Here", ledger)
    assert [each.row for each in ledger.sources[0].rejected] == ["line 4", "line 22"]
    assert pd.isna(frame["value"].iloc[2])
