"""Rows of an input checked against its schema, and the ledger of what each input gave.

The ledger holds for each source its rows, those used, those rejected and why, its months and its digest. Rows in are
rows used plus rows rejected, always. Nothing is rejected in silence: a rejected row stands in the ledger with its
file, row, column, value and reason, and a source with more of them than the settings allow is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from perf_lib.config.catalogue import Catalogue
from perf_lib.config.yaml import shown
from perf_lib.extracts.tables.schema import Schema
from perf_lib.words.digest import sha256
from perf_lib.words.errors import InputError, suggestion
from perf_lib.words.wording import PERCENT

LINE = "line"
"""The column that remembers where in the file a row stood, for complaints: line 3, or sheet 'Months', row 3."""

PERCENT_MARK = "as written"
"""The column that remembers a cell that was written with its unit, such as 85%; empty where it was a bare number."""

MONTH = re.compile(r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])")
"""A month as files write it: 2019-12."""

LARGEST = 1e15  # a float does not tell every whole number beyond it from the next

_THOUSANDS = r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"

Reason = str | Callable[[pd.Series], str]
"""Why a row is rejected: a phrase, or a function that makes the phrase of the row."""


def of_cell(column: str, problem: str, quoted: bool = True) -> Reason:
    """A reason that begins with a row's cell: numerator 'x' is not a number."""
    return lambda row: f"{column} {repr(row[column]) if quoted else row[column]} {problem}"


@dataclass(frozen=True)
class Rejection:
    """One row that was not used: where it stands, the cell that is wrong, and why."""

    file: str
    row: str
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Source:
    """What one file gave. `first` and `last` are its months, missing where it has none."""

    file: str
    what: str
    rows: int
    rejected: tuple[Rejection, ...]
    first: pd.Period | None
    last: pd.Period | None
    sha256: str
    notes: tuple[str, ...] = ()
    """What was not read of the file, and where it stands."""

    @property
    def used(self) -> int:
        """Rows that went into figures: all rows less those rejected."""
        return self.rows - len(self.rejected)


@dataclass
class Ledger:
    """What every source of one report gave, in the order of reading, and the share of rows that may be rejected.

    >>> Ledger().share
    0.0
    """

    share: float = 0.0
    sources: list[Source] = field(default_factory=list)

    def enter(
        self,
        path: Path,
        what: str,
        rows: int,
        rejected: Sequence[Rejection] = (),
        months: Iterable[pd.Period] = (),
        notes: Iterable[str] = (),
    ) -> None:
        """Put a source on record; raises InputError where more of its rows are rejected than the share allows."""
        if len(rejected) > self.share * rows:
            example = rejected[0]
            raise InputError(
                f"{shown(path)}, {example.row}: {example.reason}; {len(rejected):,} of {rows:,} rows are rejected, "
                f"more than the share of {self.share:g} that inputs.rejected_share allows"
            )
        dated = [month for month in months if not pd.isna(month)]
        first, last = (min(dated), max(dated)) if dated else (None, None)
        self.sources.append(Source(shown(path), what, rows, tuple(rejected), first, last, sha256(path), tuple(notes)))


class Checks:
    """Which rows of one file's table are rejected, and why: the first reason for each.

    Where the ledger allows no share of rows to be rejected (the default), the first reason refuses the file at once;
    otherwise rows are put aside, and `enter` puts them on record. `labels` name each row's figure in complaints.
    """

    def __init__(self, path: Path, table: pd.DataFrame, labels: pd.Series, ledger: Ledger | None = None) -> None:
        self.path, self.table, self.labels = path, table, labels
        self.ledger = Ledger() if ledger is None else ledger
        self._rejections: dict[int, Rejection] = {}

    def refuse(self, wrong: pd.Series, reason: Reason, column: str = "") -> None:
        """Reject the rows where `wrong`; raises InputError for the first of them where none may be rejected."""
        positions = [int(position) for position in wrong.to_numpy().nonzero()[0]]
        if positions and self.ledger.share == 0:
            first, more = self._rejection(positions[0], reason, column), len(positions) - 1
            others = f" (and {more} more such row{'s' if more > 1 else ''})" if more else ""
            raise InputError(f"{first.file}, {first.row}: {first.reason}{others}")
        for position in positions:
            self._rejections.setdefault(position, self._rejection(position, reason, column))

    def _rejection(self, position: int, reason: Reason, column: str) -> Rejection:
        row = self.table.iloc[position]
        phrase = f"{self.labels.iloc[position]}: {reason(row) if callable(reason) else reason}"
        return Rejection(shown(self.path), str(row[LINE]), column, str(row[column]) if column else "", phrase)

    def allow(self, column: str, allowed: Iterable[str], label: str = "") -> None:
        """Reject the rows whose `column` holds none of the allowed words; `label` is what the complaint calls it."""
        words, name = list(allowed), label or column
        wrong = ~self.table[column].isin(words)
        self.refuse(wrong, lambda row: f"{name} {row[column]!r}; {suggestion(row[column], words)}", column)

    def numbers(self, column: str) -> pd.Series:
        """A text column as floats, blanks as missing; a row with anything else is rejected."""
        text = self.table[column]
        # 1,496 is a number; 12,5 has a decimal comma and must not become 125.
        text = text.where(~text.str.fullmatch(_THOUSANDS), text.str.replace(",", "", regex=False))
        numbers = pd.to_numeric(text.where(text != ""), errors="coerce").astype(float)
        wrong = (numbers.isna() & (text != "")) | numbers.isin([float("inf"), float("-inf")])
        self.refuse(wrong, of_cell(column, "is not a number"), column)
        huge = numbers.abs() >= LARGEST
        self.refuse(huge, of_cell(column, "is too large; below 10^15 is allowed"), column)
        return numbers.where(~wrong & ~huge)

    def columns(self, schema: Schema) -> dict[str, pd.Series]:
        """Check every column against its schema; the columns of numbers come back as floats."""
        for column in schema.columns:
            if column.holds == "one of":
                self.allow(column.name, column.allowed)
        return {column.name: self.numbers(column.name) for column in schema.columns if column.holds == "number"}

    @property
    def accepted(self) -> pd.Series:
        """Whether each row is accepted."""
        rejected = pd.RangeIndex(len(self.table)).isin(list(self._rejections))
        return pd.Series(~rejected, self.table.index)

    def enter(self, what: str, months: Iterable[pd.Period] = (), notes: Iterable[str] = ()) -> None:
        """Enter the file in the ledger; raises InputError where it has more rejected rows than may be."""
        rejections = [self._rejections[position] for position in sorted(self._rejections)]
        self.ledger.enter(self.path, what, len(self.table), rejections, months, notes)


def months_of(text: pd.Series) -> pd.PeriodIndex:
    """A column of months as text, 2019-12, as months; a month that occurs many times is parsed once."""
    codes, months = pd.factorize(text)
    return pd.PeriodIndex(months, freq="M").take(codes)


def _fraction_or_per_cent(row: pd.Series) -> str:
    percent = f"{float(row['value']) * 100:.10g}%"
    return f"value {row['value']} may be {percent} or {row['value']}%; write the one that is meant, with its %"


def refuse_impossible(
    table: pd.DataFrame, figures: Mapping[str, pd.Series], catalogue: Catalogue, checks: Checks, advice: str = ""
) -> None:
    """Reject rows with a figure that no measure can have: negative, divided by 0, above 100 per cent, part of a count.

    table: rows as text with their `measure`. figures: the same rows' numbers by column (`numerator`, `denominator`
    and `value`, and any other that cannot be negative). advice: what to write where nothing happened.
    """
    refuse = checks.refuse
    numerator, denominator, value = figures["numerator"], figures["denominator"], figures["value"]
    for name, column in figures.items():
        refuse(column < 0, of_cell(name, "is negative; 0 or more is allowed", quoted=False), name)
    refuse(denominator == 0, f"denominator 0: nothing can be divided by it{advice}", "denominator")
    percentage = table["measure"].map({code: measure.unit == PERCENT for code, measure in catalogue.items()})
    percentage = percentage.eq(True)  # an unknown measure has no unit
    if PERCENT_MARK in table:
        bare = percentage & (table[PERCENT_MARK] == "") & denominator.isna() & value.notna()
        fractions = bare & (value > 0) & (value < 1)
        unclear = fractions & ~table["measure"].isin(table.loc[bare & (value > 1), "measure"])
        refuse(unclear, _fraction_or_per_cent, "value")
    refuse(
        percentage & (numerator > denominator),
        lambda row: f"numerator {row['numerator']} is above its denominator {row['denominator']}",
        "numerator",
    )
    refuse(percentage & (value > 100), of_cell("value", "is above 100 per cent", quoted=False), "value")
    is_count = table["measure"].map({code: measure.is_count for code, measure in catalogue.items()}).eq(True)
    refuse(
        is_count & (value % 1 != 0) & value.notna(),
        of_cell("value", "is not whole; the measure is a count", quoted=False),
        "value",
    )
