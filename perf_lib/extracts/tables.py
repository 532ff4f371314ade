"""A small CSV table as text, its columns checked: where every reader of files starts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from perf_lib.errors import InputError, suggestion
from perf_lib.strict import read_text, shown

LINE = "line"
"""The column that remembers which line of the file a row stood on, for complaints."""

MONTH = re.compile(r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])")
"""A month as files write it: 2019-12."""

_THOUSANDS = r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"
_TWELVE_MONTHS = re.compile(r"months_12_to_(\d{4})_(0[1-9]|1[0-2])")


def read_table(path: Path, required: Sequence[str] = (), optional: Sequence[str] = ()) -> pd.DataFrame:
    """A CSV file as text, with the line each row stood on; blank cells are empty strings.

    With `required` given, exactly those columns and none but `optional` besides may stand in the file.
    Raises InputError naming the file and the column, or the line whose cells do not match the header.
    """
    rows = _rows(path)
    if not rows or not any(cell.strip() for cell in rows[0][1]):
        raise InputError(f"{shown(path)}: is empty; its first line names the columns")
    header = [cell.strip() for cell in rows[0][1]]
    _check_columns(path, header, required, optional)
    body = []
    for line, row in rows[1:]:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise InputError(f"{shown(path)}, line {line}: has {len(row)} cells where the header has {len(header)}")
        body.append([cell.strip() for cell in row] + [line])
    table = pd.DataFrame(body, columns=[*header, LINE])
    for name in optional:
        if name not in table:
            table[name] = ""
    return table


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """The file's rows, each with the line it starts on (a quoted cell may run over several)."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""))
    rows, line = [], 1
    try:
        for row in reader:
            rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{shown(path)}, line {line}: cannot be read as CSV: {error}") from None
    return rows


def number_column(path: Path, table: pd.DataFrame, column: str, labels: pd.Series) -> pd.Series:
    """A text column as floats, blanks as missing; anything else is named, with its row's label."""
    text = table[column]
    # 1,496 is a number; 12,5 is somebody else's decimal comma and must not become 125.
    text = text.where(~text.str.fullmatch(_THOUSANDS), text.str.replace(",", "", regex=False))
    numbers = pd.to_numeric(text.where(text != ""), errors="coerce").astype(float)
    wrong = (numbers.isna() & (text != "")) | numbers.isin([float("inf"), float("-inf")])
    refuse_first(path, table, wrong, labels, lambda row: f"{column} {row[column]!r} is not a number")
    return numbers


def refuse_first(path: Path, table: pd.DataFrame, wrong: pd.Series, labels: pd.Series, say: object) -> None:
    """Refuse the file for its first wrong row: file, line, measure and month, and what `say` makes of the row."""
    if wrong.any():
        position = int(wrong.to_numpy().argmax())
        row, more = table.iloc[position], int(wrong.sum()) - 1
        what = say(row) if callable(say) else say
        raise InputError(
            f"{shown(path)}, line {row[LINE]}: {labels.iloc[position]}: {what}"
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
        raise InputError(f"{shown(path)}: lacks the column {missing[0]!r}; expected {', '.join(required)}")
    unknown = next((name for name in header if name not in (*required, *optional)), None)
    if unknown is not None:
        raise InputError(f"{shown(path)}: unknown column {unknown!r}; {suggestion(unknown, [*required, *optional])}")


def read_reasons(path: Path) -> pd.DataFrame:
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
    refuse_first(path, table, table["reason"].duplicated(), table["reason"], "the reason is given twice")
    counts = pd.DataFrame({name: number_column(path, table, str(name), table["reason"]) for name in ends})
    for name in ends:
        refuse_first(
            path,
            table,
            ~(counts[name] >= 0) | (counts[name] % 1 != 0),
            table["reason"],
            lambda row, name=name: f"{name} {row[name]!r} is not a count; a whole number, 0 or more, is allowed",
        )
    counts.columns = pd.PeriodIndex([f"{found[1]}-{found[2]}" for found in ends.values()], freq="M")
    return counts.set_axis(table["reason"])
