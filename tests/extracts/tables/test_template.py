"""The workbook for figures: it reads back as it is, empty and filled in, and says what is asked."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from builders import PARAMS, report
from typer.testing import CliRunner

from perf_lib.cli import app
from perf_lib.config.catalogue import read_catalogue
from perf_lib.extracts import Ledger, read_monthly
from perf_lib.extracts.tables.template import write_template
from perf_lib.words.errors import InputError

CATALOGUE = read_catalogue(PARAMS / "measures.yaml")
MONTHS = pd.period_range("2019-01", "2019-12", freq="M")


@pytest.fixture
def path(tmp_path):
    write_template(tmp_path / "months.xlsx", CATALOGUE, MONTHS, "Wiltshire")
    return tmp_path / "months.xlsx"


def test_it_reads_back_empty(path):
    ledger = Ledger()
    frame = read_monthly([path], CATALOGUE, "", ledger)
    monthly = [code for code, measure in CATALOGUE.items() if measure.frequency == "monthly"]
    assert sorted(frame["measure"].unique()) == sorted(monthly)  # a quarterly one has no months until they are given
    assert len(frame) == len(monthly) * 12 == ledger.sources[0].rows
    assert set(frame["status"]) == {"not supplied"}
    assert frame["value"].isna().all()


def test_it_reads_back_what_was_filled_in(path):
    """The sample's year typed in as a person would, cell by cell, comes back as the sample has it."""
    known = report().arrived.frame
    known = known[known["month"].isin(MONTHS) & known["measure"].isin(list(CATALOGUE))]
    book = openpyxl.load_workbook(path)
    sheet = book["Months"]
    header = [cell.value for cell in sheet[1]]
    body = [row for row in sheet.iter_rows(min_row=2) if row[0].value]
    rows = {(row[0].value, row[header.index("figure")].value): row for row in body}
    for each in known.itertuples():
        place = header.index(each.month.strftime("%b-%y"))
        for figure in ("value", "numerator", "denominator", "margin"):
            number = getattr(each, figure)
            if pd.notna(number):
                rows[each.measure, figure][place].value = number
        if each.status == "nil return":
            rows[each.measure, "value"][place].value = "Nil"
    book.save(path)
    read = read_monthly([path], CATALOGUE).set_index(["measure", "month"])
    expected = known.set_index(["measure", "month"])
    for name in ("value", "numerator", "denominator", "margin"):
        pd.testing.assert_series_equal(read.loc[expected.index, name], expected[name], rtol=1e-12)
    statuses = expected["status"].replace("provisional", "final")
    assert read.loc[expected.index, "status"].tolist() == statuses.tolist()
    more = read[~read.index.isin(expected.index)]
    assert set(more["status"]) <= {"not supplied"}


def test_words_are_chosen_from_lists_and_every_row_has_its_note(path):
    sheet = openpyxl.load_workbook(path)["Months"]
    rules = sheet.data_validations.dataValidation
    lists = {str(each.sqref).split(":")[0]: each.formula1 for each in rules if each.type == "list"}
    assert lists["A2"].startswith("Lists!")
    assert lists["F2"] == '"published,derived,illustrative"'
    asked = [row[0].comment.text for row in sheet.iter_rows(min_row=2) if row[0].value]
    assert all(asked)
    assert any("minutes and seconds" in text for text in asked)
    whole = [each for each in rules if each.type == "whole"]
    counts = [measure for measure in CATALOGUE.values() if measure.kind == "count"]
    assert len(whole) == len(counts)


def test_a_workbook_with_figures_in_it_is_not_written_over(path):
    with pytest.raises(InputError, match="is there already"):
        write_template(path, CATALOGUE, MONTHS, "Wiltshire")


def test_the_command_writes_it(tmp_path):
    into = tmp_path / "new.xlsx"
    done = CliRunner().invoke(app, ["template", "2019-20-Q3", "--into", str(into), "--params", str(PARAMS)])
    assert done.exit_code == 0, done.output
    assert f"{len(CATALOGUE)} measures, 24 months to 2019-12" in done.output
    assert set(read_monthly([into], CATALOGUE)["area"]) == {"Wiltshire"}
