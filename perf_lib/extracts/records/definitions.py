"""How a measure is counted from records: `params/records.yaml`, its tables, lists of words and definitions."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from perf_lib.config.catalogue import CODE, Catalogue, Measure
from perf_lib.config.yaml import Strict, build, read_text, read_yaml, shown
from perf_lib.extracts.tables.checks import MONTH
from perf_lib.words.errors import InputError, suggestion

EXACT = "DECIMAL(18, 6)"
"""The type of figures that are not whole: a sum of decimals is the same in any order, a sum of floats is not."""

Kind = Literal["date", "zoned", "whole", "number", "text", "boolean", "other"]
Columns = Mapping[str, Kind]

_TYPES: dict[Kind, str] = {
    "zoned": "TIMESTAMPTZ TIMETZ",
    "date": "DATE TIMESTAMP TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS TIMESTAMP_NTZ",
    "whole": "TINYINT SMALLINT INTEGER BIGINT UTINYINT USMALLINT UINTEGER UBIGINT BYTE SHORT INT LONG",
    "number": "DECIMAL DOUBLE FLOAT HUGEINT UHUGEINT",
    "text": "VARCHAR ENUM STRING CHAR",
    "boolean": "BOOLEAN",
}
"""The types of DuckDB and Spark by their kinds."""
_KIND_OF = {name: kind for kind, names in _TYPES.items() for name in names.split()}

_SUFFIXES = (".parquet", ".csv", ".csv.gz")
_WORD = re.compile(r"[^\W_](?:[^\W_]|[ .,'&/()+-])*")
_TABLE_NAME = re.compile(r"[^.\s][^.]*(?:\.[^.]+){0,2}")


class Table(Strict):
    """Where records lie: files of the params folder, or a table behind a connection.

    A connection is a name; its address stands in the environment, as PERF_CONNECTION_CUSTODY for `custody`.
    So does the address of a folder elsewhere: PERF_FOLDER_WAREHOUSE for `folder: warehouse`.
    """

    files: str | None = None
    """A Parquet or CSV file, or several by a pattern: records/crimes.parquet, crimes/*.parquet."""
    folder: str | None = Field(default=None, pattern=CODE.pattern)
    """The name of the folder that holds `files`; without it, the params folder does."""
    connection: str | None = Field(default=None, pattern=CODE.pattern)
    """The database that the table is in, by a name."""
    table: str | None = None
    """The table or view behind the connection, with any schema: dbo.custody_records."""
    date: str | None = None
    """The column of dates: a record counts in its month. A table that is only joined to needs none."""
    date_format: str | None = None
    """For a file whose dates are text: their format, as %d/%m/%Y."""
    numbers: tuple[str, ...] = ()
    """For CSV files: columns of numbers though some cells are not numbers; those count as having no figure."""
    area: str | None = None
    """The column that says which area a record belongs to; without it, the body's area."""
    first_month: str | None = None
    """Records before this month are not read."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Table:
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


@dataclass(frozen=True)
class Relation:
    """A table as its engine knows it: its name, part by part, and its columns with their kinds."""

    name: tuple[str, ...]
    columns: Columns


class Join(Strict):
    """A second table: a record counts once if at least one row of that table fits."""

    table: str
    """The second table, by its name above."""
    match: dict[str, str] = Field(min_length=1)
    """Columns that must be equal: the record's to the second table's."""
    where: str | None = None
    """Which rows of the second table fit, as plain SQL on its columns."""


class Definition(Strict):
    """One figure a month from records: which of them (`where`), and their count, a column's sum or its mean."""

    table: str
    """The table that it counts, by its name above."""
    where: str | None = None
    """Which records count, as plain SQL on the table's columns; `mentions(column, 'list')` looks for words."""
    join: Join | None = None
    """A second table in which a record must be found to count."""
    count: Literal["rows"] | None = None
    """Count the records."""
    sum: str | None = None
    """Or add up a column."""
    mean: str | None = None
    """Or take a column's mean."""
    denominator: str | None = None
    """Another definition, by which this one is divided."""
    denominator_column: str | None = None
    """A column of the same records, by whose sum this one is divided."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Definition:
        if (self.count, self.sum, self.mean).count(None) != 2:
            raise ValueError("give one of 'count: rows', 'sum: <column>' and 'mean: <column>'")
        if self._divisors.count(None) < 2:
            raise ValueError("one of mean, denominator and denominator_column is enough to divide by")
        return self

    @property
    def tables(self) -> list[str]:
        """The names of the tables it reads."""
        return [self.table, *([self.join.table] if self.join else [])]

    @property
    def is_ratio(self) -> bool:
        """Whether it is divided by anything."""
        return self._divisors.count(None) < 3

    @property
    def _divisors(self) -> tuple[str | None, ...]:
        return self.mean, self.denominator, self.denominator_column


class _File(Strict):
    tables: dict[str, Table] = Field(min_length=1)
    """Where records lie, by a name of your own."""
    keywords: dict[str, str] = Field(default_factory=dict)
    """Files of words to look for, one word a line, by the name that `mentions` knows them by."""
    definitions: dict[str, Definition] = Field(min_length=1)
    """How each measure is counted, by its code; what others divide by has a name of its own."""
    rejected_share: float = Field(default=0.01, ge=0, lt=1)
    """What share of the records that fit a definition may be rejected before the run stops."""


@dataclass(frozen=True)
class Definitions:
    """The checked content of a records.yaml: definitions and tables by name, and each list's words."""

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
        """How a complaint about a definition starts: params/records.yaml, cyber_crime."""
        return f"{shown(self.path)}, {name}"


def read_definitions(path: Path, catalogue: Catalogue) -> Definitions:
    """The definitions of a records.yaml; lists of words lie in its folder or below.

    Raises InputError naming file, definition and what is allowed: for an unknown key, table, list or
    denominator, a definition that is no measure and divides none, or one that does not suit its measure's kind.
    """
    file = build(_File, read_yaml(path), shown(path))
    lists = {name: _inside(path, text, f"keywords.{name}") for name, text in file.keywords.items()}
    words = {name: _read_words(list_path) for name, list_path in lists.items()}
    definitions = Definitions(path, file.tables, words, file.definitions, tuple(lists.values()), file.rejected_share)
    denominators = {definition.denominator for definition in definitions.definitions.values()}
    for name, definition in definitions.definitions.items():
        _check(definitions, name, definition)
        if name in catalogue:
            _check_kind(definitions.where(name), definition, catalogue[name])
        elif name not in denominators:
            raise InputError(
                f"{definitions.where(name)}: is no measure of the catalogue, and no definition has it for its "
                f"denominator; {suggestion(name, catalogue)}"
            )
    return definitions


def _check(definitions: Definitions, name: str, definition: Definition) -> None:
    where, tables, others = definitions.where(name), definitions.tables, definitions.definitions
    for table in definition.tables:
        if table not in tables:
            raise InputError(f"{where}: unknown table {table!r}; {suggestion(table, tables)}")
    main = tables[definition.table]
    if main.date is None:
        raise InputError(f"{where}: the table {definition.table} has no 'date', so its records have no month")
    if definition.join and tables[definition.join.table].connection != main.connection:
        raise InputError(
            f"{where}: {definition.join.table} is not where {definition.table} is; both must have one connection"
        )
    denominator = definition.denominator
    if denominator is not None:
        if denominator not in others:
            raise InputError(f"{where}: unknown denominator {denominator!r}; {suggestion(denominator, others)}")
        if others[denominator].is_ratio:
            raise InputError(f"{where}: the denominator {denominator} is itself divided; a count or sum may be")


def _check_kind(where: str, definition: Definition, measure: Measure) -> None:
    if measure.is_count and definition.is_ratio:
        raise InputError(f"{where}: is a count in the catalogue, and here it is divided; a count or sum alone may be")
    if measure.is_ratio and not definition.is_ratio:
        raise InputError(f"{where}: is a {measure.kind} in the catalogue; give it a mean, or what to divide by")
    if not measure.has_signals:
        raise InputError(f"{where}: is a {measure.kind} in the catalogue, which months of records do not make")


def _read_words(path: Path) -> tuple[str, ...]:
    """A list's words, one a line, without blank lines and those that start with #."""
    lines = [(number, line.strip().lower()) for number, line in enumerate(read_text(path).splitlines(), start=1)]
    words = [(number, word) for number, word in lines if word and not word.startswith("#")]
    if not words:
        raise InputError(f"{shown(path)}: has no word in it; write one a line")
    for number, word in words:
        # SQL reads % and _ as any letters, and some of its dialects [ and \ too: a word must stand for itself.
        if not _WORD.fullmatch(word):
            raise InputError(f"{shown(path)}, line {number}: {word!r} has signs that a word to search for may not have")
    return tuple(dict.fromkeys(word for _, word in words))


def kind_of(name: str) -> Kind:
    """The kind of a type by the name that DuckDB or Spark gives it.

    >>> kind_of("DECIMAL(18,3)"), kind_of("TIMESTAMP WITH TIME ZONE"), kind_of("int"), kind_of("BLOB")
    ('number', 'zoned', 'whole', 'other')
    """
    return _KIND_OF.get(name.upper().replace(" WITH TIME ZONE", "TZ").split("(")[0], "other")


def _inside(path: Path, text: str, key: str) -> Path:
    """The path of a list of words, which may not lead outside the folder of the records.yaml."""
    folder = path.parent.resolve()
    list_path = (folder / text).resolve() if "\0" not in text else folder.parent
    if not list_path.is_relative_to(folder):
        raise InputError(f"{shown(path)}, {key}: {text!r} leads outside its folder {shown(folder)}")
    return list_path


def files_of(table: Table, params: Path, place: str) -> list[Path]:
    """The files that a table names, sorted; all of one kind, and inside their folder. `place` starts complaints."""
    pattern = table.files or ""
    folder = params if table.folder is None else Path(address_of("folder", table.folder, place))
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts or "\0" in pattern:
        raise InputError(f"{place}: files {pattern!r} lead outside their folder")
    files = sorted(path for path in folder.glob(pattern) if path.is_file())
    if not files:
        raise InputError(f"{place}: there is no file {pattern!r}")
    suffixes = {next((suffix for suffix in _SUFFIXES if path.name.lower().endswith(suffix)), "") for path in files}
    if "" in suffixes or len({suffix.removesuffix(".gz") for suffix in suffixes}) > 1:
        raise InputError(f"{place}: files {pattern!r}; either Parquet or CSV files are allowed, by their endings")
    return files


def address_of(what: str, name: str, place: str) -> str:
    """The address of a connection or folder (`what`), from the environment variable of its name."""
    variable = f"PERF_{what}_{name}".upper()
    if not (address := os.environ.get(variable, "").strip()):
        raise InputError(f"{place}: the {what} {name!r} has no address; set the environment variable {variable}")
    return address
