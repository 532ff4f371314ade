"""The spreadsheets: notes that are referred to, nothing printed while they are written, and no formula in them."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import warnings
import zipfile
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pytest
from builders import PARAMS, ROOT, find_one, report
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perf_lib.views.spreadsheets.columns import WIDEST
from perf_lib.views.spreadsheets.ods import write_opendocument
from perf_lib.views.spreadsheets.xlsx import NOTES, write_csv, write_workbook


def test_the_workbook_is_written_without_a_warning_and_its_notes_are_referred_to(tmp_path):
    path = tmp_path / "dashboard.xlsx"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ResourceWarning)  # gptables leaves its theme's file to be collected
        write_workbook(report().findings, report().settings, path)
    with zipfile.ZipFile(path) as archive:
        texts = re.findall(r"<t[^>]*>([^<]*)</t>", archive.read("xl/sharedStrings.xml").decode())
    assert all(note in texts for note in NOTES.values())
    titles = [text for text in texts if "[note " in text]
    assert [title.split(" [")[0] for title in titles][1:] == ["Findings, unrounded", "Monthly figures, unrounded"]
    # Every note is referred to by its number, and no reference is left unresolved.
    assert {int(number) for title in titles for number in re.findall(r"note (\d)", title)} == {1, 2, 3}
    assert not [text for text in texts if "$$" in text]


MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
SOFFICE = shutil.which("soffice")
HOSTILE = st.text(min_size=1, max_size=12) | st.builds(
    lambda sign, rest: sign + rest, st.sampled_from("=+-@\t\r"), st.text(st.characters(codec="ascii"), max_size=12)
)


def renamed(title: str):
    """One quarter's findings with a title that would like to be a formula."""
    return {"thefts": find_one([10.0] * 36, title=title)}


@settings(max_examples=25, deadline=None)
@given(title=HOSTILE.filter(lambda text: text.strip()))
def test_no_cell_of_the_opendocument_can_turn_into_a_formula(tmp_path_factory, title):
    path = tmp_path_factory.mktemp("ods") / "dashboard.ods"
    write_opendocument(renamed(title), report().settings, path)
    with zipfile.ZipFile(path) as archive:
        sheets = ElementTree.fromstring(archive.read("content.xml"))
    cells = [each for each in sheets.iter() if each.tag.endswith("}table-cell")]
    assert len(cells) > 300  # three years of months, eight columns
    for cell in cells:
        assert not [name for name in cell.attrib if name.endswith("}formula")]
        assert {value for name, value in cell.attrib.items() if name.endswith("}value-type")} <= {
            "string", "float", "boolean",
        }  # fmt: skip


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(title=st.sampled_from(["=1+1", "+1", "-2", "@SUM(A1)", '=HYPERLINK("x")', "\t=1"]))
def test_no_cell_of_the_workbook_or_the_csv_can_turn_into_a_formula(tmp_path_factory, title):
    folder = tmp_path_factory.mktemp("xlsx")
    write_workbook(renamed(title), report().settings, folder / "dashboard.xlsx")
    with zipfile.ZipFile(folder / "dashboard.xlsx") as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    assert len(sheets) == 6
    assert not any(re.search(r"<f[ >/]", sheet) for sheet in sheets)
    write_csv(renamed(title), folder / "findings.csv")
    with (folder / "findings.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["title"] == f"'{title.strip()}"
    assert not [cell for cell in row.values() if cell[:1] in "=+@\t\r" and cell]


def test_the_opendocument_has_the_workbooks_sheets_figures_and_headings(tmp_path):
    write_opendocument(report().findings, report().settings, tmp_path / "dashboard.ods")
    sheets = pd.read_excel(tmp_path / "dashboard.ods", sheet_name=None, header=None, engine="calamine")
    assert list(sheets) == ["Cover", "Contents", "Notes", "Dashboard", "Findings", "Months"]
    found = sheets["Findings"].iloc[3:].set_axis(sheets["Findings"].iloc[2], axis=1).set_index("measure")
    assert found.loc["sexual_offences", "rolling_12"] == 1496  # paragraph 115: 12.2 per cent down on 1,704
    assert found.loc["sexual_offences", "previous_12"] == 1704
    assert len(sheets["Months"]) == 3 + sum(len(f.months) for f in report().findings.values())
    with zipfile.ZipFile(tmp_path / "dashboard.ods") as archive:
        assert archive.read("content.xml").count(b"<table:table-header-rows>") == 3
        assert archive.read("content.xml").count(b"<table:table-header-columns>") == 3


MAKE = f"""
from pathlib import Path
from perf_lib.report import open_report
from perf_lib.views.spreadsheets.ods import write_opendocument
from perf_lib.views.spreadsheets.xlsx import write_workbook
report = open_report("2019-20-Q3", Path({str(PARAMS)!r}))
write_workbook(report.findings, report.settings, Path("dashboard.xlsx"))
write_opendocument(report.findings, report.settings, Path("dashboard.ods"))
"""


def test_the_same_figures_make_the_same_bytes_at_any_time_and_place(tmp_path):
    # Zones half a day apart, so that local times differ by hours; the second process starts seconds after the first.
    folders = []
    for seed, zone in (("1", "UTC"), ("2", "Pacific/Auckland")):
        folders.append(tmp_path / seed)
        folders[-1].mkdir()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "TZ": zone}
        subprocess.run([sys.executable, "-c", MAKE], cwd=folders[-1], env=environment, check=True, timeout=240)
    for name in ("dashboard.xlsx", "dashboard.ods"):
        one, other = ((folder / name).read_bytes() for folder in folders)
        assert one == other
        with zipfile.ZipFile(folders[0] / name) as archive:
            assert {member.date_time[0] for member in archive.infolist()} == {1980}
    # They hold the same tables, cell for cell: one has 16 digits of a number, the other all of them. The workbook has a
    # row more above a table, for its source.
    workbook, opendocument = (
        pd.read_excel(folders[0] / f"dashboard.{kind}", sheet_name=None, header=None, engine="calamine", dtype=object)
        for kind in ("xlsx", "ods")
    )
    assert list(workbook) == list(opendocument)
    for name in ("Dashboard", "Findings", "Months"):
        cells = [
            [f"{cell:.12g}" if isinstance(cell, float) else cell for row in table.to_numpy().tolist() for cell in row]
            for table in (workbook[name].iloc[3:], opendocument[name].iloc[2:])
        ]
        assert cells[0] == cells[1]


@pytest.mark.parametrize(("panel", "day"), [(None, "2019-12-31"), (date(2020, 2, 6), "2020-02-06")])
def test_the_spreadsheets_are_dated_by_the_panels_day_or_the_quarters_last(tmp_path, panel, day):
    settings = report().settings.model_copy(update={"panel_date": panel})
    write_workbook(renamed("Thefts"), settings, tmp_path / "dashboard.xlsx")
    write_opendocument(renamed("Thefts"), settings, tmp_path / "dashboard.ods")
    for name, part, times in (
        ("dashboard.xlsx", "docProps/core.xml", r"<dcterms:(?:created|modified)[^>]*>([^<]*)"),
        ("dashboard.ods", "meta.xml", r"<(?:meta:creation-date|dc:date)>([^<]*)"),
    ):
        with zipfile.ZipFile(tmp_path / name) as archive:
            properties = archive.read(part).decode()
        assert [time[:10] for time in re.findall(times, properties)] == [day, day]
        assert f"<dc:title>{report().settings.body.force} performance dashboard, quarter three 2019-20" in properties


@pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice here (on Debian: apt-get install libreoffice-calc)")
@pytest.mark.parametrize("name", ["dashboard.xlsx", "dashboard.ods"])
def test_libreoffice_opens_the_spreadsheets_without_a_complaint(tmp_path, name):
    write = write_workbook if name.endswith("xlsx") else write_opendocument
    write(report().findings, report().settings, tmp_path / name)
    said = subprocess.run(
        [SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to",
         "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1", "--outdir", tmp_path,
         tmp_path / name],
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert said.returncode == 0
    assert "error" not in (said.stdout + said.stderr).lower()
    read = {path.stem.split("-")[-1]: path.read_text(encoding="utf-8") for path in tmp_path.glob("dashboard-*.csv")}
    assert set(read) == {"Cover", "Contents", "Notes", "Dashboard", "Findings", "Months"}
    assert "Sexual offences" in read["Dashboard"] and "1,496" in read["Dashboard"]
    assert not any(fault in text for text in read.values() for fault in ("#NAME?", "#REF!", "Err:"))


def test_words_stand_apart_from_the_figures_before_them(tmp_path):
    write_workbook(report().findings, report().settings, tmp_path / "dashboard.xlsx")
    book = openpyxl.load_workbook(tmp_path / "dashboard.xlsx")
    for name in ("Dashboard", "Findings", "Months"):
        sheet = book[name]
        assert sheet.print_title_rows == "$4:$4"  # the headings, on every page
        assert sheet.print_title_cols == "$A:$A"  # and whose figures they are
        looks = [(cell.alignment.horizontal, cell.alignment.indent) for cell in sheet[5]]
        assert [(cell.alignment.horizontal, cell.alignment.indent) for cell in sheet[4]] == looks  # as its heading
        beside = [after for before, after in pairwise(looks) if before[0] == "right"]
        assert beside and set(beside) <= {("right", 0), ("left", 1)}
    months = {cell.value: sheet.cell(5, cell.column) for cell in sheet[4]}
    assert (months["rolling_12"].alignment.horizontal, months["origin"].alignment.indent) == ("right", 1)
    # Words that wrap have a row high enough: what was two lines of 50 letters is not written over the next measure.
    sheet = book["Dashboard"]
    for row in range(5, sheet.max_row + 1):
        lines = max(-(-len(str(cell.value)) // WIDEST) for cell in sheet[row])
        assert lines == 1 or sheet.row_dimensions[row].height >= 15 * lines
    for cell in book["Notes"]["B"][3:]:
        assert book["Notes"].row_dimensions[cell.row].height >= 15 * -(-len(cell.value) // 100)


def test_words_are_set_as_words_and_figures_as_figures(tmp_path):
    write_opendocument(report().findings, report().settings, tmp_path / "dashboard.ods")
    with zipfile.ZipFile(tmp_path / "dashboard.ods") as archive:
        text = archive.read("content.xml").decode()
    by_words = {said: style for style, said in re.findall(r'style-name="(\w+)" office[^>]*><text:p>([^<]*)<', text)}
    assert by_words["rolling 12 months increasing"] == by_words["As expected"]
    assert by_words["44,433"] == by_words["10,876"] != by_words["As expected"]


def test_the_dashboards_first_columns_say_what_is_to_be_said_and_each_sheet_is_printed_on_few_pages(tmp_path):
    write_workbook(report().findings, report().settings, tmp_path / "dashboard.xlsx")
    book = openpyxl.load_workbook(tmp_path / "dashboard.xlsx")
    sheet = book["Dashboard"]
    headings = [cell.value for cell in sheet[4]]
    assert headings[:7] == ["Measure", "Symbols", "Verdict", "Context", "Quarter", "12 months", "Change"]
    assert headings[7:9] == ["Target", "Target met"]
    assert headings[9:] == [*(f"{month}-19" for month in MONTHS), "Priority"]
    # A screen of 1,280 pixels has room for some 170 characters of 7 pixels, the width that a column is given in.
    assert sum(sheet.column_dimensions[column].width for column in "ABCD") + 3 * 12 < 170
    across = {each.title: (each.page_setup.orientation, each.page_setup.fitToWidth or 1) for each in book}
    assert across["Dashboard"] == across["Cover"] == ("landscape", 1)
    assert across["Findings"] == ("landscape", 3)
    assert (book["Months"].page_setup.orientation, book["Months"].page_setup.scale) == ("portrait", 60)
    write_opendocument(report().findings, report().settings, tmp_path / "dashboard.ods")
    with zipfile.ZipFile(tmp_path / "dashboard.ods") as archive:
        styles = archive.read("styles.xml").decode()
    assert set(re.findall(r'scale-to(?:-X)?="([^"]+)"', styles)) == {"1", "3", "60%"}
