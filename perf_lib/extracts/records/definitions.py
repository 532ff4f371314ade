"""How a measure is counted from records: `params/records.yaml`, its tables, lists of words and definitions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from perf_lib.config.catalogue import CODE, Catalogue, Measure
from perf_lib.config.yaml import Strict, build, read_text, read_yaml, shown
from perf_lib.extracts.tables.checks import MONTH
from perf_lib.words.errors import InputError, suggestion

_WORD = re.compile(r"[^\W_](?:[^\W_]|[ .,'&/()+-])*")
_TABLE_NAME = re.compile(r"[^.\s][^.]*(?:\.[^.]+){0,2}")


class Table(Strict):
    """Where records lie: files of the params folder, or a table behind a connection.

    A connection is a name; its address stands in the environment, as PERF_CONNECTION_CUSTODY for `custody`.
    So does a folder of files elsewhere: PERF_FOLDER_WAREHOUSE for `folder: warehouse`.
    """

    files: str | None = None
    """A Parquet or CSV file, or several by a pattern: records/crimes.parquet, crimes/*.parquet."""
    folder: str | None = Field(default=None, pattern=CODE.pattern)
    """The folder that `files` are in, by a name; without it they are in the params folder."""
    connection: str | None = Field(default=None, pattern=CODE.pattern)
    table: str | None = None
    """The table or view behind the connection, with its schema if it has one: dbo.custody_records."""
    date: str | None = None
    """The column whose month a record counts in. A table that is only joined to needs none."""
    date_format: str | None = None
    """For a file whose dates are text: how they are written, as %d/%m/%Y."""
    numbers: tuple[str, ...] = ()
    """For CSV files: columns that are numbers though some cells are not; those are counted as without a figure."""
    area: str | None = None
    """The column that says which area a record belongs to; without it, the body's own."""
    first_month: str | None = None
    """Records before this month are left unread."""

    @model_validator(mode="after")
    def _hangs_together(self) -> Table:
        if (self.files is None) == (self.table is None):
            raise ValueError("give either files, or connection and table")
        if self.table is not None and self.connection is None:
            raise ValueError("a table is behind a connection: say which")
        if self.table is not None and not _TABLE_NAME.fullmatch(self.table):
            raise ValueError(f"table {self.table!r} is not a name such as dbo.custody_records")
        if self.folder is not None and self.files is None:
            raise ValueError("folder goes with files")
        if self.date_format is not None and (self.files is None or self.connection is not None):
            raise ValueError("date_format is for files; in a database make the column a date in a view")
        if self.numbers and (self.files is None or self.connection is not None):
            raise ValueError("numbers is for CSV files")
        if self.first_month is not None and not MONTH.fullmatch(self.first_month):
            raise ValueError(f"first_month {self.first_month!r} is not a month; write it as 2015-01")
        return self


class Join(Strict):
    """A second table: a record counts if at least one row of it fits, and then once, however many do."""

    table: str
    match: dict[str, str] = Field(min_length=1)
    """Columns that must be equal: the record's, and the second table's."""
    where: str | None = None
    """Which rows of the second table fit, as plain SQL on its own columns."""


class Definition(Strict):
    """One figure a month from records: which of them (`where`), and their count, a column's sum or its mean."""

    table: str
    where: str | None = None
    join: Join | None = None
    count: Literal["rows"] | None = None
    sum: str | None = None
    mean: str | None = None
    denominator: str | None = None
    """Another definition, which this one is divided by."""
    denominator_column: str | None = None
    """A column of the same records, whose sum this one is divided by."""

    @model_validator(mode="after")
    def _hangs_together(self) -> Definition:
        if sum(each is not None for each in (self.count, self.sum, self.mean)) != 1:
            raise ValueError("give one of 'count: rows', 'sum: <column>' and 'mean: <column>'")
        if sum(each is not None for each in (self.mean, self.denominator, self.denominator_column)) > 1:
            raise ValueError("one of mean, denominator and denominator_column is enough to divide by")
        return self

    @property
    def is_ratio(self) -> bool:
        """Whether it is divided by anything."""
        return any(each is not None for each in (self.mean, self.denominator, self.denominator_column))


class _File(Strict):
    tables: dict[str, Table] = Field(min_length=1)
    keywords: dict[str, str] = Field(default_factory=dict)
    definitions: dict[str, Definition] = Field(min_length=1)
    rejected_share: float = Field(default=0.01, ge=0, lt=1)
    """What share of the records that fit a definition may be rejected before the run stops."""


@dataclass(frozen=True)
class Definitions:
    """What a records.yaml says, checked: definitions and tables by name, and each list's words."""

    path: Path
    tables: dict[str, Table]
    words: dict[str, tuple[str, ...]]
    definitions: dict[str, Definition]
    lists: tuple[Path, ...]
    rejected_share: float = 0.01

    @property
    def files_read(self) -> list[Path]:
        """The file itself and its lists of words."""
        return [self.path, *self.lists]

    def where(self, name: str) -> str:
        """How a complaint of a definition starts: params/records.yaml, cyber_crime."""
        return f"{shown(self.path)}, {name}"


def read_definitions(path: Path, catalogue: Catalogue) -> Definitions:
    """The definitions of a records.yaml; lists of words lie in its folder or below.

    Raises InputError naming file, definition and what is allowed: for an unknown key, table, list or
    denominator, a definition that is no measure and divides none, or one that does not suit its measure's kind.
    """
    written = build(_File, read_yaml(path), shown(path))
    lists = {name: _inside(path, file, f"keywords.{name}") for name, file in written.keywords.items()}
    words = {name: _read_words(file) for name, file in lists.items()}
    made = Definitions(path, written.tables, words, written.definitions, tuple(lists.values()), written.rejected_share)
    divide = {each.denominator for each in made.definitions.values()}
    for name, definition in made.definitions.items():
        _check(made, name, definition)
        if name in catalogue:
            _check_kind(made.where(name), definition, catalogue[name])
        elif name not in divide:
            raise InputError(
                f"{made.where(name)}: is no measure of the catalogue, and no definition has it for its denominator; "
                f"{suggestion(name, catalogue)}"
            )
    return made


def _check(made: Definitions, name: str, definition: Definition) -> None:
    where = made.where(name)
    for table in [definition.table, *([definition.join.table] if definition.join else [])]:
        if table not in made.tables:
            raise InputError(f"{where}: unknown table {table!r}; {suggestion(table, made.tables)}")
    main = made.tables[definition.table]
    if main.date is None:
        raise InputError(f"{where}: the table {definition.table} has no 'date', so its records have no month")
    if definition.join and made.tables[definition.join.table].connection != main.connection:
        raise InputError(
            f"{where}: {definition.join.table} is not where {definition.table} is; both must have one connection"
        )
    if definition.denominator is not None:
        if definition.denominator not in made.definitions:
            near = suggestion(definition.denominator, made.definitions)
            raise InputError(f"{where}: unknown denominator {definition.denominator!r}; {near}")
        if made.definitions[definition.denominator].is_ratio:
            raise InputError(
                f"{where}: the denominator {definition.denominator} is itself divided; a count or sum may be"
            )


def _check_kind(where: str, definition: Definition, measure: Measure) -> None:
    if measure.is_count and definition.is_ratio:
        raise InputError(f"{where}: is a count in the catalogue, and here it is divided; a count or sum alone may be")
    if measure.is_ratio and not definition.is_ratio:
        raise InputError(f"{where}: is a {measure.kind} in the catalogue; give it a mean, or what to divide by")
    if not measure.has_signals:
        raise InputError(f"{where}: is a {measure.kind} in the catalogue, which months of records do not make")


def _read_words(path: Path) -> tuple[str, ...]:
    """A list's words, one a line; blank lines and those that start with # are passed over."""
    lines = [(number, line.strip().lower()) for number, line in enumerate(read_text(path).splitlines(), start=1)]
    kept = [(number, word) for number, word in lines if word and not word.startswith("#")]
    if not kept:
        raise InputError(f"{shown(path)}: has no word in it; write one a line")
    for number, word in kept:
        # % and _ mean any letters to SQL, and [ and \ do to some of its dialects: a word must mean itself.
        if not _WORD.fullmatch(word):
            raise InputError(f"{shown(path)}, line {number}: {word!r} has signs that a word to search for may not have")
    return tuple(dict.fromkeys(word for _, word in kept))


def _inside(path: Path, written: str, what: str) -> Path:
    folder = path.parent.resolve()
    found = (folder / written).resolve() if "\0" not in written else folder.parent
    if not found.is_relative_to(folder):
        raise InputError(f"{shown(path)}, {what}: {written!r} leads outside its folder {shown(folder)}")
    return found
