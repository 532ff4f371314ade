"""Findings as tables for analysts: findings.csv, and an accessible workbook of dashboard and months."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from perf_lib.config.settings import Settings
from perf_lib.extracts import Ledger
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.stats.series import NOTHING
from perf_lib.views import narrative
from perf_lib.views.spreadsheets.columns import SheetColumn, lines_of, months_of_their_own, sheet_columns
from perf_lib.words import wording

NOTES = {
    "missing": "[x] means that there is no figure, or nothing to say.",
    "symbols": "Symbols are those of the published rules. Those listed as supported go with the verdict, which allows "
    "for season and chance, or with the area's place among its peers.",
    "illustrative": "The column origin says how a figure is known: published, derived from published figures, or "
    "illustrative. Symbols that rest on illustrative months are listed in rests_on_illustrative.",
}
"""The notes sheet; a title refers to a note as $$missing$$."""

NO_FIGURE = "[x]"  # the Government Statistical Service's sign for "not available"


def findings_table(findings: Mapping[str, Finding]) -> pd.DataFrame:
    """One row a measure, numbers as they are; symbol codes separated by spaces."""
    return pd.DataFrame([_row(finding) for finding in findings.values()])


def months_table(findings: Mapping[str, Finding]) -> pd.DataFrame:
    """Every month of every measure, unrounded, with how each figure is known."""
    parts = [
        months_of_their_own(finding).reset_index().assign(measure=code, rolling_12=finding.rolling_months.to_numpy())
        for code, finding in findings.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    columns = ["measure", "month", "numerator", "denominator", "value", "rolling_12", "origin", "status"]
    return table[columns].assign(month=table["month"].astype(str))


def write_csv(findings: Mapping[str, Finding], path: Path) -> None:
    """findings.csv, the same bytes on every system."""
    _write_guarded(findings_table(findings), path)


def write_rejected(ledger: Ledger, folder: Path) -> None:
    """A CSV file for each source with rejected rows: file, row, column, value and reason; no folder without any."""
    for number, source in enumerate(ledger.sources, start=1):
        if source.rejected:
            folder.mkdir(exist_ok=True)
            path = folder / f"{number:02d}-{source.file.split('/')[-1]}.csv"
            _write_guarded(pd.DataFrame(source.rejected), path)


def _write_guarded(table: pd.DataFrame, path: Path) -> None:
    guarded(table).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


@dataclass(frozen=True)
class Sheet:
    """One sheet with one table: its name, title, what a row is, the table, and the notes that its title refers to."""

    name: str
    title: str
    instructions: str
    table: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Book:
    """What a workbook holds, whatever its format: a cover's title and lines, a table a sheet, author and date.

    date: midnight of the panel's day, or of the quarter's last where no panel has a day yet. It stands for the time
    of making in the file's properties, so that the same findings make the same bytes at any time.
    """

    title: str
    intro: str
    about: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    author: str
    date: datetime


def book_of(findings: Mapping[str, Finding], settings: Settings) -> Book:
    """The dashboard as printed, then the unrounded figures behind it."""
    quarter, body = next(iter(findings.values())).quarter, settings.body
    day = settings.panel_date or quarter.last.end_time.date()
    return Book(
        title=f"{body.force} performance dashboard, {quarter.label}",
        intro=f"Published by the {body.name} for the {body.panel}.",
        about=tuple(settings.notes),
        sheets=(
            Sheet(
                "Dashboard",
                f"Dashboard, {quarter.label}",
                "One row a measure, figures as the report prints them.",
                pd.DataFrame([_dashboard_row(f) for f in findings.values()]),
                ("symbols", "missing"),
            ),
            Sheet(
                "Findings",
                "Findings, unrounded",
                "One row a measure, figures as computed.",
                findings_table(findings).pipe(_spelt_out),
                ("symbols", "illustrative", "missing"),
            ),
            Sheet(
                "Months",
                "Monthly figures, unrounded",
                "One row a measure and month, with how each figure is known.",
                months_table(findings).pipe(_spelt_out),
                ("illustrative", "missing"),
            ),
        ),
        author=body.name,
        date=datetime(day.year, day.month, day.day),
    )


def write_workbook(findings: Mapping[str, Finding], settings: Settings, path: Path) -> None:
    """dashboard.xlsx, the same bytes from the same findings: cover, contents, notes, dashboard, findings and months."""
    # Imported here: only this function needs it, and importing perf_lib should stay light.
    import gptables

    book = book_of(findings, settings)
    with warnings.catch_warnings():
        # gptables calls pandas in ways that pandas 4 will drop; its own concern, and not its callers'.
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"gptables\.")
        workbook = gptables.produce_workbook(
            filename=str(path),
            sheets={
                sheet.name: gptables.GPTable(
                    table=sheet.table,
                    table_name=sheet.name.lower(),
                    title=f"{sheet.title} {''.join(f'$${note}$$' for note in sheet.notes)}",
                    instructions=sheet.instructions,
                    source=f"Source: {book.author}",
                    additional_formatting=_column_formats(sheet_columns(sheet.table)),
                )
                for sheet in book.sheets
            },
            cover=gptables.Cover(
                title=book.title, intro=[book.intro], about=list(book.about), width=_COVER_WIDTH, cover_label="Cover"
            ),
            contentsheet_label="Contents",
            notes_table=pd.DataFrame({"Reference": list(NOTES), "Note": list(NOTES.values())}),
            # A title that starts with = stays text: no cell can turn into a formula.
            workbook_options={"strings_to_formulas": False, "strings_to_urls": False},
        )
    workbook.set_properties({"title": book.title, "author": book.author, "created": book.date})
    for page in workbook.worksheets():
        page.set_paper(9)  # A4
        page.set_margins(0.4, 0.4, 0.5, 0.5)
        if wide := PAGES_WIDE.get(page.get_name(), 1):  # and as long as it has to be
            page.set_landscape()
            page.fit_to_pages(wide, 0)
        else:
            page.set_print_scale(SMALL)
    for sheet in book.sheets:
        _lay_out(workbook.get_worksheet_by_name(sheet.name), sheet)
    notes = workbook.get_worksheet_by_name("Notes")
    notes.set_column(1, 1, _COVER_WIDTH)
    lines = max(lines_of([note], _COVER_WIDTH) for note in NOTES.values())  # gptables numbers them by their first use
    for row in range(_HEADINGS, _HEADINGS + len(NOTES)):  # its table starts a row earlier: it has no source
        notes.set_row(row, _LINE * lines)
    # Room for lines that wrap: a spreadsheet's rows do not grow by themselves in every program.
    for row, line in enumerate([book.title, "", book.intro, "", *book.about]):
        height, characters = (26, 60) if row == 0 else (_LINE, _COVER_WIDTH)
        workbook.get_worksheet_by_name("Cover").set_row(row, height * (1 + len(line) // characters))
    workbook.close()


PAGES_WIDE = {"Findings": 3, "Months": 0}
"""How many pages a sheet is printed across, where not one; 0: it is long, and so upright and small."""
SMALL = 60  # per cent
_LINE = 16  # points, for letters of 12
_HEADINGS = 3  # the row of a sheet's headings: title, instructions and source are above it
_COVER_WIDTH = 100  # characters


def _column_formats(columns: Sequence[SheetColumn]) -> list[dict[str, Any]]:
    """Figures under their headings at the right, words apart from the figures before them."""
    formats = []
    for position, column in enumerate(columns):
        alignment = {"align": "right"} if column.is_figures else {"align": "left", "indent": min(position, 1)}
        settings = {"columns": [position], "format": {**alignment, "valign": "top"}, "include_names": True}
        formats.append({"column": settings})
    return formats


def _lay_out(page: Any, sheet: Sheet) -> None:
    """Set the widths of a sheet's columns and the heights of its rows; print headings and measures on every page."""
    page.repeat_rows(_HEADINGS)
    page.repeat_columns(0)
    for position, column in enumerate(sheet_columns(sheet.table)):
        page.set_column(position, position, column.width)
    for row, cells in enumerate(sheet.table.itertuples(index=False), start=_HEADINGS + 1):
        if (lines := lines_of(cells)) > 1:
            page.set_row(row, _LINE * lines)


def guarded(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before words that a spreadsheet that opens the CSV would take for a formula.

    >>> guarded(pd.DataFrame({"title": ["=1+1", "Thefts"], "change": [-2, 3]})).to_dict("list")
    {'title': ["'=1+1", 'Thefts'], 'change': [-2, 3]}
    """
    return table.map(lambda cell: f"'{cell}" if isinstance(cell, str) and cell[:1] in _FORMULA else cell)


_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how OWASP lists them under "CSV injection"


def _spelt_out(table: pd.DataFrame) -> pd.DataFrame:
    """The table with a sign in place of missing figures and blank cells, so that a screen reader finds none empty."""
    return table.astype(object).where(lambda t: t.notna() & (t != ""), NO_FIGURE)


def _dashboard_row(finding: Finding) -> dict[str, object]:
    measure = finding.measure
    months = months_of_their_own(finding)["value"].reindex(finding.last_12.index)
    figures = {
        "Quarter": measure.in_table(finding.value.value),
        "12 months": finding.in_short["12 months"],
        "Change": narrative.change_in_table(finding),
        "Target": narrative.aim(finding) or "–",
        "Target met": (finding.target.word if finding.target else "") or "–",
        **{wording.short_month(month): measure.in_table(value) for month, value in months.items()},
    }
    return {
        "Measure": measure.title,
        "Symbols": "; ".join(symbol.words for symbol in symbols.shown(finding)) or "none",
        "Verdict": wording.sentence_case(finding.verdict.grade),
        "Context": narrative.context(finding),
        **{name: NO_FIGURE if text == "–" else text for name, text in figures.items()},
        "Priority": measure.priority,
    }


def _row(finding: Finding) -> dict[str, object]:
    measure, value = finding.measure, finding.value
    rolling, previous = (NOTHING, NOTHING) if measure.stands_at else (finding.rolling, finding.previous)
    return {
        "measure": measure.code,
        "title": measure.title,
        "priority": measure.priority,
        "unit": measure.unit,
        "quarter": str(finding.quarter),
        "as_at": None if finding.as_at is None else str(finding.as_at),
        "quarter_value": value.value,
        "quarter_numerator": value.numerator,
        "quarter_denominator": value.denominator,
        "rolling_12": rolling.value,
        "rolling_12_numerator": rolling.numerator,
        "rolling_12_denominator": rolling.denominator,
        "previous_12": previous.value,
        "change": finding.change,
        "change_per_cent": finding.change_per_cent,
        "rate_per_1000": finding.rate,
        "target": finding.target.bounds.level or narrative.aim(finding) if finding.target else "",
        "target_met": finding.target.word if finding.target else "",
        "symbols": " ".join(symbols.codes(finding)),
        "supported": " ".join(s.code for s in symbols.shown(finding) if symbols.is_supported(s, finding)),
        **_verdict(finding),
        "not_enough_data": _codes(finding.not_enough),
        "rests_on_illustrative": _codes(finding.rests_on_illustrative),
        "context": narrative.context(finding),
    }


def _verdict(finding: Finding) -> dict[str, object]:
    """The verdict's columns: what it says, which question it answers, and what was expected of the quarter."""
    told, quarter = finding.verdict, finding.judged.get("quarter")
    return {
        "verdict": told.grade,
        "question": told.question or "",
        "way": told.way or "",
        "good": {True: "yes", False: "no", None: ""}[told.good],
        "expected_low": None if quarter is None else quarter.lower,
        "expected_high": None if quarter is None else quarter.upper,
        "chance": told.chance,
    }


def _codes(codes: Collection[str]) -> str:
    """Codes of symbols in the key's order."""
    return " ".join(symbol.code for symbol in symbols.SYMBOLS if symbol.code in codes)
