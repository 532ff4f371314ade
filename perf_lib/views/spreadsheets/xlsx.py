"""Findings as tables for analysts: findings.csv, and an accessible workbook of dashboard and months."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from perf_lib.config.settings import Settings
from perf_lib.extracts import Ledger
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.views import narrative
from perf_lib.views.spreadsheets.columns import SheetColumn, lines_of, sheet_columns
from perf_lib.words import wording

NOTES = {
    "missing": "[x] means that there is no figure, or nothing to say. [c] means that a public report withholds it: it "
    "counts very few people, or a figure that does could be worked out with it.",
    "symbols": "Symbols are those of the published rules. Those listed as supported are borne out by calibrated tests, "
    "which allow for season and for neighbouring months being alike.",
    "illustrative": "The column origin says how a figure is known: published, derived from published figures, or "
    "illustrative. Symbols that rest on illustrative months are listed in rests_on_illustrative.",
}
"""The notes sheet; a title refers to a note as $$missing$$."""

NO_FIGURE = "[x]"  # the Government Statistical Service's sign for "not available"

COLUMNS = [
    "measure",
    "title",
    "priority",
    "unit",
    "quarter",
    "as_at",
    "quarter_value",
    "quarter_numerator",
    "quarter_denominator",
    "rolling_12",
    "rolling_12_numerator",
    "rolling_12_denominator",
    "previous_12",
    "change",
    "change_per_cent",
    "rate_per_1000",
    "symbols",
    "supported",
    "calibrated",
    "headline",
    "not_enough_data",
    "rests_on_illustrative",
    "context",
]


def findings_table(findings: Mapping[str, Finding]) -> pd.DataFrame:
    """One row a measure, numbers as they are; symbol codes separated by spaces."""
    table = pd.DataFrame([_row(finding) for finding in findings.values()], columns=COLUMNS)
    return _withheld(table, findings, ["quarter_value", "rolling_12", "previous_12", "change", "change_per_cent"])


def months_table(findings: Mapping[str, Finding]) -> pd.DataFrame:
    """Every month of every measure, unrounded, with how each figure is known."""
    parts = [
        finding.months.reset_index().assign(measure=code, rolling_12=finding.rolling_months.to_numpy())
        for code, finding in findings.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    table = _withheld(table, findings, ["numerator", "denominator", "value", "rolling_12"])
    columns = ["measure", "month", "numerator", "denominator", "value", "rolling_12", "origin", "status"]
    return table[columns].assign(month=table["month"].astype(str))


def _withheld(table: pd.DataFrame, findings: Mapping[str, Finding], columns: list[str]) -> pd.DataFrame:
    """The sign of a withheld figure where a measure that has such figures has none."""
    within = table["measure"].map({code: finding.is_withheld for code, finding in findings.items()}).astype(bool)
    if not within.any():
        return table
    signed = table.astype(dict.fromkeys(columns, object))
    for column in columns:
        signed.loc[within & table[column].isna(), column] = wording.WITHHELD
    return signed


def write_csv(findings: Mapping[str, Finding], path: Path) -> None:
    """findings.csv, the same bytes on every system."""
    guarded(findings_table(findings)).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def write_rejected(ledger: Ledger, folder: Path) -> None:
    """A CSV file for each source with rejected rows: file, row, column, value and reason; no folder without any."""
    for number, source in enumerate(ledger.sources, start=1):
        if source.rejected:
            folder.mkdir(exist_ok=True)
            path = folder / f"{number:02d}-{source.file.split('/')[-1]}.csv"
            guarded(pd.DataFrame(source.rejected)).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


@dataclass(frozen=True)
class Sheet:
    """One sheet with one table: its name, title, what a row is, and the notes that its title refers to."""

    name: str
    title: str
    instructions: str
    table: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Book:
    """What a workbook holds, whatever its format: a cover's title and lines, and a table a sheet."""

    title: str
    intro: str
    about: tuple[str, ...]
    sheets: tuple[Sheet, ...]


def book_of(findings: Mapping[str, Finding], settings: Settings) -> Book:
    """The dashboard as printed, then what stands behind it unrounded."""
    quarter, body = next(iter(findings.values())).quarter, settings.body
    return Book(
        title=f"{body.force} performance dashboard, {quarter.label}",
        intro=f"Published by the {body.name} for the {body.panel}.",
        about=tuple(settings.notes),
        sheets=(
            Sheet(
                "Dashboard",
                f"Dashboard, {quarter.label}",
                "One row a measure, figures as the report prints them.",
                _dashboard(findings),
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
    )


def write_workbook(findings: Mapping[str, Finding], settings: Settings, path: Path) -> None:
    """dashboard.xlsx: a cover, contents, notes, the dashboard as printed, the findings and the months unrounded."""
    # Imported here: only this file needs it, and importing perf_lib should stay light.
    import gptables

    book = book_of(findings, settings)
    with warnings.catch_warnings():
        # gptables calls pandas in ways that pandas 4 will drop; its own concern, and not its callers'.
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"gptables\.")
        made = gptables.produce_workbook(
            filename=str(path),
            sheets={
                sheet.name: gptables.GPTable(
                    table=sheet.table,
                    table_name=sheet.name.lower(),
                    title=f"{sheet.title} {''.join(f'$${note}$$' for note in sheet.notes)}",
                    instructions=sheet.instructions,
                    source="perf_lib",
                    additional_formatting=_looks(sheet_columns(sheet.table)),
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
    for page in made.worksheets():
        page.set_paper(9)  # A4
        page.set_landscape()
        # As many pages wide as can still be read; as long as it has to be.
        page.fit_to_pages(_PAGES_WIDE.get(page.get_name(), 1), 0)
    for sheet in book.sheets:
        _set_out(made.get_worksheet_by_name(sheet.name), sheet)
    notes = made.get_worksheet_by_name("Notes")
    notes.set_column(1, 1, _COVER_WIDTH)
    for at, said in enumerate(NOTES.values(), start=_HEADINGS):  # its table starts a row earlier: it has no source
        notes.set_row(at, _LINE * -(-len(said) // _COVER_WIDTH))
    _heighten(made.get_worksheet_by_name("Cover"), [book.title, "", book.intro, "", *book.about])
    made.close()


def _looks(columns: Sequence[SheetColumn]) -> list[dict[str, Any]]:
    """Figures under their headings at the right, words apart from the figures before them."""
    made = []
    for at, column in enumerate(columns):
        look: dict[str, Any] = {"align": "right"} if column.is_figures else {"align": "left", "indent": min(at, 1)}
        look["valign"] = "top"
        made.append({"column": {"columns": [at], "format": look, "include_names": True}})
    return made


def _set_out(page: Any, sheet: Sheet) -> None:
    """The sheet's columns as wide as they want to be, its rows as high, its headings and its measures on every page."""
    columns = sheet_columns(sheet.table)
    page.repeat_rows(_HEADINGS)
    page.repeat_columns(0)
    for at, column in enumerate(columns):
        page.set_column(at, at, column.width)
    for at, row in enumerate(sheet.table.itertuples(index=False), start=_HEADINGS + 1):
        if (lines := lines_of(row, columns)) > 1:
            page.set_row(at, _LINE * lines)


_PAGES_WIDE = {"Dashboard": 2, "Findings": 4}
_LINE = 16  # points, for letters of 12
_HEADINGS = 3  # the row of a sheet's headings: title, instructions and source are above it
_COVER_WIDTH = 100  # characters


def _heighten(cover: Any, lines: Sequence[str]) -> None:
    """Room for lines that wrap: a spreadsheet's rows do not grow by themselves in every program."""
    for row, line in enumerate(lines):
        cover.set_row(row, (26 if row == 0 else _LINE) * (1 + len(line) // (60 if row == 0 else _COVER_WIDTH)))


def guarded(table: pd.DataFrame) -> pd.DataFrame:
    """Words that a spreadsheet would take for a formula, were they read from CSV, made plain words by an apostrophe.

    >>> guarded(pd.DataFrame({"title": ["=1+1", "Thefts"], "change": [-2, 3]})).to_dict("list")
    {'title': ["'=1+1", 'Thefts'], 'change': [-2, 3]}
    """
    return table.map(lambda cell: f"'{cell}" if isinstance(cell, str) and cell[:1] in _FORMULA else cell)


_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how OWASP lists them under "CSV injection"


def _spelt_out(table: pd.DataFrame) -> pd.DataFrame:
    """Missing figures and blank cells said in words or a sign, so that no cell is empty to a screen reader."""
    return table.astype(object).where(lambda t: t.notna() & (t != ""), NO_FIGURE)


def _dashboard(findings: Mapping[str, Finding]) -> pd.DataFrame:
    rows = []
    for finding in findings.values():
        measure = finding.measure
        if not measure.dashboard:
            continue
        months = {
            wording.short_month(month): wording.value_in_table(row["value"], measure.unit, measure.decimals)
            for month, row in finding.last_12.iterrows()
        }
        printed = {
            **months,
            "Quarter": wording.value_in_table(finding.value.value, measure.unit, measure.decimals),
            "12 months": wording.value_in_table(finding.rolling.value, measure.unit, measure.decimals),
            "Change": narrative.change_in_table(finding),
        }
        missing = wording.WITHHELD if finding.is_withheld else NO_FIGURE
        rows.append(
            {
                "Measure": measure.title,
                "Priority": measure.priority,
                **{name: missing if text == "–" else text for name, text in printed.items()},
                "Symbols": "; ".join(symbol.words for symbol in symbols.shown(finding)) or "none",
                "Context": narrative.context(finding),
            }
        )
    return pd.DataFrame(rows)


def _row(finding: Finding) -> dict[str, object]:
    measure, value, rolling = finding.measure, finding.value, finding.rolling
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
        "previous_12": finding.previous.value,
        "change": finding.change,
        "change_per_cent": finding.change_per_cent,
        "rate_per_1000": finding.rate,
        "symbols": " ".join(symbols.codes(finding)),
        "supported": " ".join(s.code for s in symbols.shown(finding) if symbols.is_supported(s, finding)),
        "calibrated": " ".join(s.code for s in symbols.SYMBOLS if s.code in finding.calibrated_signals),
        "headline": finding.is_headline,
        "not_enough_data": " ".join(s.code for s in symbols.SYMBOLS if s.code in finding.not_enough),
        "rests_on_illustrative": " ".join(s.code for s in symbols.SYMBOLS if s.code in finding.rests_on_illustrative),
        "context": narrative.context(finding),
    }
