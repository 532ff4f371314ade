"""An empty workbook for the catalogue's measures: a row a figure and a column a month, as `wide` reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from perf_lib.config.catalogue import Catalogue, Measure
from perf_lib.config.yaml import shown
from perf_lib.extracts.tables.schema import MONTHLY
from perf_lib.extracts.tables.wide import FIGURES
from perf_lib.words.errors import InputError
from perf_lib.words.wording import PERCENT, SECONDS, short_month

SHEET, NOTES, LISTS = "Months", "Notes", "Lists"
COLUMNS = ["measure", "title", "unit", "area", "figure", "origin", "status"]
_LONGEST_MESSAGE = 255
"""The longest message that Excel shows beside a cell."""

HOW = {
    PERCENT: "Write 16.5 or 16.5%.",
    SECONDS: "Write seconds, or minutes and seconds as the text 10:54 (format the cell as text first).",
}


def write_template(path: Path, catalogue: Catalogue, months: pd.PeriodIndex, area: str) -> None:
    """Write the workbook: drop-downs where words are chosen, instructions at each row.

    A count has a row for its value; a proportion or mean has rows for numerator, denominator and value (which may stay
    blank); a survey has another for its margin. Raises InputError where the file exists already.
    """
    if path.exists():
        raise InputError(f"{shown(path)}: is there already; it may have figures in it. Name another file with --into")
    rows = [(measure, figure) for measure in catalogue.values() for figure in measure.columns]
    try:
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet(SHEET)
            _write_notes(book, catalogue)
            lists = book.add_worksheet(LISTS)
            lists.write_column(0, 0, list(catalogue))
            lists.hide()
            head, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
            sheet.write_row(0, 0, [*COLUMNS, *map(short_month, months)], head)
            for at, (measure, figure) in enumerate(rows, start=1):
                _write_row(sheet, at, measure, figure, area, len(months), text)
            _write_choices(sheet, len(rows), len(catalogue))
            sheet.freeze_panes(1, len(COLUMNS))
            sheet.set_column(0, 1, 30)
            sheet.set_column(2, len(COLUMNS) - 1, 13)
            sheet.set_column(len(COLUMNS), len(COLUMNS) + len(months) - 1, 9)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise InputError(f"{shown(path)}: cannot be written: {error}") from None


def _write_row(sheet: Any, at: int, measure: Measure, figure: str, area: str, months: int, text: Any) -> None:
    first, last = len(COLUMNS), len(COLUMNS) + months - 1
    unit = measure.unit if figure in ("value", "margin") else "a count or total"
    sheet.write_row(at, 0, [measure.code, measure.title, unit, area, figure, "published", "final"])
    instructions = _instructions(measure, figure)
    sheet.write_comment(at, 0, instructions)
    if measure.unit == SECONDS and figure == "value":  # as text, 10:54 stays minutes and seconds
        for column in range(first, last + 1):
            sheet.write_blank(at, column, None, text)
    message = {"input_title": measure.title[:32], "input_message": instructions[:_LONGEST_MESSAGE]}
    rule: dict[str, Any] = {"validate": "any", **message}
    if figure == "value" and measure.is_count:
        rule |= {
            "validate": "integer",
            "criteria": ">=",
            "value": 0,
            "error_type": "warning",
            "error_message": "A count is a whole number, 0 or more. Leave the cell blank where it was not supplied.",
        }
    sheet.data_validation(at, first, at, last, rule)


def _instructions(measure: Measure, figure: str) -> str:
    """What a person writes in a row, in one to three sentences."""
    if figure == "margin":
        return f"The margin of the {measure.noun}, in {measure.unit}; blank where there is none."
    if figure in ("numerator", "denominator"):
        over = f" The denominator counts {measure.of}." if measure.of else ""
        return f"The {figure} of the {measure.noun}.{over} Numerator and denominator come together."
    start = f"{measure.noun[:1].upper()}{measure.noun[1:]}, in {measure.unit}. {HOW.get(measure.unit, '')}".strip()
    if measure.is_ratio:
        return f"{start} May stay blank where both parts are given."
    nothing = "0 where there was none" if measure.is_count else "Nil where nothing was due"
    return f"{start} Blank where not supplied; {nothing}."


def _write_choices(sheet: Any, rows: int, measures: int) -> None:
    """The drop-downs of the columns that hold one of some words."""
    choices = {
        "measure": f"={LISTS}!$A$1:$A${measures}",
        "figure": list(FIGURES),
        "origin": list(MONTHLY["origin"].allowed),
        "status": ["final", "provisional"],
    }
    for name, source in choices.items():
        column = COLUMNS.index(name)
        sheet.data_validation(1, column, rows + 200, column, {"validate": "list", "source": source})


def _write_notes(book: Any, catalogue: Catalogue) -> None:
    sheet = book.add_worksheet(NOTES)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90, wrapped)
    notes = [
        ("How to fill it in", "A row a figure, a column a month. Leave a month blank where it was not supplied; write "
         "Nil where nothing was due (0 for a count). Add rows for other areas; do not rename columns."),
        ("Reading it", "Name the file under inputs.monthly in params/settings.yaml."),
        *((f"{column.name}", column.note) for column in MONTHLY.columns if column.note),
        *((measure.title, _instructions(measure, "value")) for measure in catalogue.values()),
    ]  # fmt: skip
    for at, note in enumerate(notes):
        sheet.write_row(at, 0, note)
