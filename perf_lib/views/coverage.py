"""What the report rests on: what each source gave and its last month, rejected rows, months that look like a fault."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pandas as pd

from perf_lib.config.yaml import read_text, shown
from perf_lib.extracts import Ledger, Records, Source
from perf_lib.extracts.tables.checks import MONTH
from perf_lib.findings.finding import Finding
from perf_lib.stats.suspect_months import Jump
from perf_lib.views import dashboard
from perf_lib.views.html import EMPTY, Fragment, paragraphs
from perf_lib.words import wording
from perf_lib.words.errors import InputError

DIGITS = 12
"""How much of a file's SHA-256 is printed: enough to tell files apart; run.json has the whole."""


_SOURCE_HEADINGS = ["Source", "Holds", "From", "As at", "Rows", "Used", "Rejected", "SHA-256"]
_MADE_FROM = ("file", "what", "first", "last", "rows", "used", "rejected", "sha256")
"""The columns of made_from.csv, in the order of the headings."""
_MOST_OF_A_KIND = 12
"""Of more files of a kind one after another, such as a street file a month, the table says how many."""


def sources(ledger: Ledger, made_from: Path | None) -> Fragment:
    """Each source with its months, the rows it gave, those used and rejected, its as-at date and its digest."""
    if not ledger.sources:
        return paragraphs(["What each source gave is in the internal report."])
    total = sum(source.rows for source in ledger.sources)
    rejected = sum(len(source.rejected) for source in ledger.sources)
    used = f"Of these {wording.number(rejected)} were rejected, and are listed below." if rejected else "All were used."
    sentence = (
        f"{wording.counted(len(ledger.sources), 'file')} gave {wording.counted(total, 'row')}. {used} Of a file's "
        f"SHA-256 the first {DIGITS} characters are printed; run.json has the whole of each."
    )
    rows = [_row(source) for source in ledger.sources]
    table = dashboard.table("What each source gave", _SOURCE_HEADINGS, rows, words=(0, 1, 7))
    notes = [f"{_name(source.file)}: {note}." for source in ledger.sources for note in source.notes]
    return paragraphs([sentence]) + table + paragraphs(notes) + _origins(made_from) + _rejected(ledger)


def counted(records: Records | None) -> Fragment:
    """What was counted from records: for each definition the records that fit, those used, and why others were not."""
    if records is None or records.coverage.empty:
        return EMPTY
    coverage = records.coverage
    rejected = int((coverage["rows"] - coverage["used"]).sum())
    sentence = f"{wording.counted(len(coverage), 'figure')} were counted from records."
    if rejected:
        sentence += f" {wording.counted(rejected, 'record')} that fit were rejected, for the reasons below."
    headings = ["Definition", "Table", "Records", *map(wording.sentence_case, coverage.columns[3:])]
    rows = [
        (definition, table, *(wording.number(int(count)) for count in counts))
        for definition, table, *counts in coverage.itertuples(index=False)
    ]
    return paragraphs([sentence]) + dashboard.table("What was counted from records", headings, rows, words=(0, 1))


def suspicions(findings: Mapping[str, Finding]) -> Fragment:
    """Months that look like a fault, for the analyst to look into; nothing is corrected."""
    if not (months := suspected(findings)):
        return paragraphs(["No month looks like a fault: none at nought, tenfold, repeated or in other units."])
    sentence = (
        f"{wording.counted(len(months), 'month')} of the last 24 {'looks' if len(months) == 1 else 'look'} like a "
        "fault. Each may be true; none has been corrected."
    )
    rows = []
    for jump in months:
        measure = findings[jump.measure].measure
        values = [measure.in_table(value) for value in (jump.value, jump.usual)]
        reason = f"{wording.sentence_case(jump.what)}: {jump.why}."
        rows.append((measure.title, wording.short_month(jump.month), *values, reason))
    headings = ["Measure", "Month", "Figure", "Usual before", "Why it is listed"]
    return paragraphs([sentence]) + dashboard.table("Months that look like a fault", headings, rows, words=(0, 1, 4))


def suspected(findings: Mapping[str, Finding]) -> list[Jump]:
    """The months of all measures that look like a fault."""
    jumps = [jump for finding in findings.values() for jump in finding.suspect_months]
    return sorted(jumps, key=lambda jump: (jump.month, jump.measure))


def _row(source: Source) -> tuple[str, ...]:
    first, last = ("–" if month is None else wording.short_month(month) for month in (source.first, source.last))
    counts = (wording.number(count) for count in (source.rows, source.used, len(source.rejected)))
    return (_name(source.file), wording.sentence_case(source.what), first, last, *counts, source.sha256[:DIGITS])


def _origins(path: Path | None) -> Fragment:
    """The files behind a source that `perf-lib force` made, as it recorded them."""
    if path is None:
        return EMPTY
    rows = list(csv.DictReader(read_text(path).splitlines()))
    missing = next((name for name in _MADE_FROM if rows and name not in rows[0]), None)
    if missing is not None:
        raise InputError(f"{shown(path)}: lacks the column {missing!r}")
    cells = [tuple(_origin(name, row[name]) for name in _MADE_FROM) for row in _folded(rows)]
    return dashboard.table("What those were made from", ["File", *_SOURCE_HEADINGS[1:]], cells, words=(0, 1, 7))


def _folded(rows: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The rows, one in place of many files of a kind: their sums, and the first and last of their months."""
    folded: list[Mapping[str, str]] = []
    for _, group in groupby(rows, key=itemgetter("what")):
        files = list(group)
        if len(files) > _MOST_OF_A_KIND:
            numbers = {
                name: str(sum(int(row[name]) for row in files if row[name].isdecimal()))
                for name in ("rows", "used", "rejected")
            }
            ends = {"first": min(row["first"] for row in files), "last": max(row["last"] for row in files)}
            name = f"{len(files)} files such as {files[0]['file']}"
            files = [{**files[0], **numbers, **ends, "file": name, "sha256": "–"}]
        folded += files
    return folded


def _rejected(ledger: Ledger) -> Fragment:
    """The first rejected rows of each source; rejected/ in the pack has every one."""
    rejections = [rejection for source in ledger.sources for rejection in source.rejected[:20]]
    cells = [(_name(each.file), each.row, each.column, each.value[:40], each.reason[:200]) for each in rejections]
    rows = [[cell or "–" for cell in row] for row in cells]
    headings = ["File", "Row", "Column", "Value", "Reason"]
    caption = "Rejected rows, the first 20 of each source"
    return dashboard.table(caption, headings, rows, words=range(5)) if rows else EMPTY


def _origin(name: str, text: str) -> str:
    """A cell of made_from.csv as the table prints it."""
    if name == "sha256":
        return text[:DIGITS]
    if name == "file":
        return _breakable(text)
    if name in ("first", "last") and MONTH.fullmatch(text):
        return wording.short_month(pd.Period(text, freq="M"))
    return wording.number(int(text)) if text.isdecimal() else text[:200] or "–"


def _name(file: str) -> str:
    """A file's name, with its quarter where it stands in a quarter's folder."""
    return _breakable(file if re.match(r"\d{4}-\d\d-Q\d/", file) else file.split("/")[-1])


def _breakable(name: str) -> str:
    """A long name with places where a line may end, so that it stays in its column."""
    if max(map(len, re.split(r"[\s\-]", name))) <= 20:
        return name
    return re.sub(r"([^\s\-]{15})(?=[^\s\-])", "\\1\u200b", name)
