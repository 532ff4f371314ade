"""A table as text, its columns held against a declared schema, its rows checked one reason at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from perf_lib.config.yaml import shown
from perf_lib.extracts.tables.files import Sheet, read_sheets
from perf_lib.extracts.tables.ledger import Ledger, Rejection, refuse_beyond
from perf_lib.extracts.tables.schema import Schema
from perf_lib.words.errors import InputError, suggestion

LINE = "line"
"""The column that remembers where in the file a row stood, for complaints: line 3, or sheet 'Months', row 3."""

MONTH = re.compile(r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])")
"""A month as files write it: 2019-12."""

LARGEST = 1e15  # whole numbers beyond it are no longer told apart

_THOUSANDS = r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"
_TWELVE_MONTHS = re.compile(r"months_12_to_(\d{4})_(0[1-9]|1[0-2])")
_OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}

Say = str | Callable[[pd.Series], str]


def read_table(path: Path, schema: Schema | None = None) -> pd.DataFrame:
    """A file's table as text, with where each row stood; blank cells are empty strings.

    With a schema, exactly its columns may stand in the file; of a workbook, the one sheet that has them is read.
    Raises InputError naming the file and the column, or the row whose cells do not match the header.
    """
    sheets = read_sheets(path)
    if len(sheets) > 1 and schema is not None:
        sheets = [sheet for sheet in sheets if set(schema.required) <= set(_header(sheet))] or sheets
        if len(sheets) > 1:
            named = " and ".join(repr(sheet.name) for sheet in sheets[:2])
            raise InputError(f"{shown(path)}: which sheet is meant is not clear: {named}; leave the one with figures")
    return table_of(path, sheets[0], schema)


def table_of(path: Path, sheet: Sheet, schema: Schema | None = None) -> pd.DataFrame:
    """One sheet's table as text, its first row the header."""
    rows = sheet.rows
    if not rows or not any(cell.strip() for cell in rows[0][1]):
        raise InputError(f"{shown(path)}: is empty; its first line names the columns")
    header = [cell.strip() for cell in rows[0][1]]
    while header and not header[-1] and all(not "".join(row[len(header) - 1 :]).strip() for _, row in rows):
        header.pop()  # a workbook's empty columns on the right
    required, optional = (schema.required, schema.optional) if schema else ([], [])
    _check_columns(path, header, required, optional)
    body = []
    for line, row in rows[1:]:
        if not any(cell.strip() for cell in row):
            continue
        filled = row[: len(header)] if sheet.name else row
        if len(filled) != len(header):
            raise InputError(f"{shown(path)}, {line}: has {len(row)} cells where the header has {len(header)}")
        body.append([cell.strip() for cell in filled] + [line])
    table = pd.DataFrame(body, columns=[*header, LINE])
    for name in optional:
        if name not in table:
            table[name] = ""
    return table


def _header(sheet: Sheet) -> list[str]:
    return [cell.strip() for cell in sheet.rows[0][1]] if sheet.rows else []


class Checks:
    """Which rows of one file's table are rejected, and why: for each the first reason that was found.

    Where no share of rows may be rejected (`share` 0, the default), the first reason found refuses the file there
    and then; else rows are put aside, and `rejections` hands them over.
    """

    def __init__(self, path: Path, table: pd.DataFrame, labels: pd.Series, share: float = 0.0) -> None:
        self.path, self.table, self.labels, self.share = path, table, labels, share
        self._found: dict[int, Rejection] = {}

    def refuse(self, wrong: pd.Series, say: Say, column: str = "") -> None:
        """Reject the rows where `wrong`; `say` is the reason, or makes it of the row."""
        if self.share == 0:
            refuse_first(self.path, self.table, wrong, self.labels, say)
        for position in wrong.to_numpy().nonzero()[0]:
            self._found.setdefault(int(position), self._rejection(int(position), say, column))

    def _rejection(self, position: int, say: Say, column: str) -> Rejection:
        row = self.table.iloc[position]
        reason = f"{self.labels.iloc[position]}: {say(row) if callable(say) else say}"
        return Rejection(shown(self.path), str(row[LINE]), column, str(row[column]) if column else "", reason)

    def numbers(self, column: str) -> pd.Series:
        """A text column as floats, blanks as missing; a row with anything else is rejected."""
        text = self.table[column]
        # 1,496 is a number; 12,5 is somebody else's decimal comma and must not become 125.
        text = text.where(~text.str.fullmatch(_THOUSANDS), text.str.replace(",", "", regex=False))
        numbers = pd.to_numeric(text.where(text != ""), errors="coerce").astype(float)
        wrong = (numbers.isna() & (text != "")) | numbers.isin([float("inf"), float("-inf")])
        self.refuse(wrong, lambda row: f"{column} {row[column]!r} is not a number", column)
        huge = numbers.abs() >= LARGEST
        self.refuse(huge, lambda row: f"{column} {row[column]!r} is too large; below 10^15 is allowed", column)
        return numbers.where(~wrong & ~huge)

    def columns(self, schema: Schema) -> dict[str, pd.Series]:
        """Hold every column against its schema; the columns of numbers come back as floats."""
        for column in schema.holding("one of"):
            name, allowed = column.name, column.allowed
            self.refuse(~self.table[name].isin(allowed), _not_one_of(name, allowed), name)
        return {column.name: self.numbers(column.name) for column in schema.holding("number")}

    @property
    def kept(self) -> pd.Series:
        """Whether each row is kept."""
        return pd.Series([position not in self._found for position in range(len(self.table))], self.table.index, bool)

    def rejections(self) -> list[Rejection]:
        """The rejected rows in the file's order; raises InputError where they are more than the share allows."""
        found = [self._found[position] for position in sorted(self._found)]
        refuse_beyond(self.path, len(self.table), found, self.share)
        return found


def _not_one_of(name: str, allowed: Sequence[str]) -> Say:
    return lambda row: f"{name} {row[name]!r}; {suggestion(row[name], allowed)}"


def months_of(text: pd.Series) -> pd.PeriodIndex:
    """A column of months as text, 2019-12, as months; each that occurs is read once, however often it does."""
    codes, months = pd.factorize(text)
    return pd.PeriodIndex(months, freq="M").take(codes)


def refuse_first(path: Path, table: pd.DataFrame, wrong: pd.Series, labels: pd.Series, say: Say) -> None:
    """Refuse the file for its first wrong row: file, line, measure and month, and what `say` makes of the row."""
    if wrong.any():
        position = int(wrong.to_numpy().argmax())
        row, more = table.iloc[position], int(wrong.sum()) - 1
        what = say(row) if callable(say) else say
        raise InputError(
            f"{shown(path)}, {row[LINE]}: {labels.iloc[position]}: {what}"
            + (f" (and {more} more such row{'s' if more > 1 else ''})" if more else "")
        )


def _check_columns(path: Path, header: list[str], required: Sequence[str], optional: Sequence[str]) -> None:
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{shown(path)}: the column {twice!r} stands twice")
    if not required:
        return
    missing = [name for name in required if name not in header]
    if missing:
        other = next((word for mark, word in _OTHER_DELIMITERS.items() if len(header) == 1 and mark in header[0]), None)
        hint = f"; its cells seem to be divided by {other}, where commas are expected" if other else ""
        raise InputError(f"{shown(path)}: lacks the column {missing[0]!r}; expected {', '.join(required)}{hint}")
    unknown = next((name for name in header if name not in (*required, *optional)), None)
    if unknown is not None:
        raise InputError(f"{shown(path)}: unknown column {unknown!r}; {suggestion(unknown, [*required, *optional])}")


def read_reasons(path: Path, ledger: Ledger | None = None) -> pd.DataFrame:
    """Counts by reason: indexed by reason, a column for each twelve months, by the month they end in.

    In the file such a column is named `months_12_to_2019_12`; there is a `reason` column and any code columns.
    Raises InputError for other columns, a reason given twice, and what is not a count.
    """
    table = read_table(path)
    if "reason" not in table:
        raise InputError(f"{shown(path)}: lacks the column 'reason'")
    ends = {name: found for name in table if (found := _TWELVE_MONTHS.fullmatch(str(name)))}
    if not ends:
        raise InputError(f"{shown(path)}: has no column named as months_12_to_2019_12 is")
    checks = Checks(path, table, table["reason"])
    checks.refuse(table["reason"].duplicated(), "the reason is given twice")
    counts = pd.DataFrame({name: checks.numbers(str(name)) for name in ends})
    for name in ends:
        checks.refuse(~(counts[name] >= 0) | (counts[name] % 1 != 0), _not_a_count(str(name)))
    if ledger is not None:
        ledger.enter(path, "reasons", len(table))
    counts.columns = pd.PeriodIndex([f"{found[1]}-{found[2]}" for found in ends.values()], freq="M")
    return counts.set_axis(table["reason"])


def _not_a_count(name: str) -> Say:
    return lambda row: f"{name} {row[name]!r} is not a count; a whole number, 0 or more, is allowed"
