"""Street-level files of data.police.uk: crimes, anti-social behaviour and outcomes, counted without copying records.

A file holds one force's month; the monthly archive is a zip of them. DuckDB scans plain files and returns counts,
never a record. A file that DuckDB refuses, or whose counts look wrong, is read again row by row, so that each rejected
row has its line, its value and its reason; so is every member of an archive, in memory.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb
import pandas as pd

from perf_lib.config.yaml import shown
from perf_lib.extracts.open_data.forces import force_key
from perf_lib.extracts.tables.archives import open_archive, read_member
from perf_lib.extracts.tables.checks import MONTH, Ledger, Rejection, months_of
from perf_lib.extracts.tables.files import csv_rows
from perf_lib.extracts.tables.schema import OUTCOMES, STREET, Schema
from perf_lib.words.errors import InputError, suggestion

ASB = "Anti-social behaviour"
"""The one crime type of the street files that is no crime."""
TYPES = (
    ASB, "Bicycle theft", "Burglary", "Criminal damage and arson", "Drugs", "Other crime", "Other theft",
    "Possession of weapons", "Public disorder and weapons", "Public order", "Robbery", "Shoplifting",
    "Theft from the person", "Vehicle crime", "Violence and sexual offences", "Violent crime",
)  # fmt: skip
"""Every crime type that the files have had; however a file spells one, it is counted under this name."""
KINDS = {"street": STREET, "outcomes": OUTCOMES}
TYPE = {"street": "Crime type", "outcomes": "Outcome type"}
NAMES = {
    "Falls within": "force", "Month": "month", "Crime type": "type", "Outcome type": "type", "LSOA code": "lsoa",
    "Last outcome category": "outcome",
}  # fmt: skip
MOST_ARCHIVE, MOST_MEMBER = 32 * 2**30, 512 * 2**20
_FILE = re.compile(r"(?P<month>\d{4}-\d\d)-(?P<force>.+)-(?P<kind>street|outcomes|stop-and-search)\.csv")

_BY_LETTERS = {re.sub(r"[^a-z]", "", name.lower()): name for name in TYPES}

_Key = tuple[str, ...]
"""A row's force, month and type, and any further columns that are counted by."""


@dataclass
class _Counted:
    """One source's rows: how many there are of each key, and those rejected."""

    counts: Counter[_Key] = field(default_factory=Counter)
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.counts.total() + len(self.rejected)


def read_street(
    paths: Iterable[Path],
    ledger: Ledger | None = None,
    kind: str = "street",
    by: Sequence[str] = (),
    force: str | None = None,
    most_rejected: float = 1.0,
) -> pd.DataFrame:
    """How many crimes, incidents or outcomes there are: `slug, force, month, type` and `count`, months as Periods.

    paths: files named as data.police.uk names them (2019-01-wiltshire-street.csv), archives of them, or folders; `slug`
    is the force in the name, `force` the one in the rows. kind: street or outcomes. by: further columns to count by,
    `LSOA code` or `Last outcome category`; they come as `lsoa` and `outcome`, blank where a row has none. force: read
    only the files whose names say that they are its. most_rejected: nothing is counted of a file of whose rows a larger
    share is rejected.

    Raises InputError for other columns, for a force's month that is given twice, and for more rejected rows than the
    ledger's share allows: a row of another month than its file, or without a force or type.
    """
    ledger = Ledger() if ledger is None else ledger
    schema, columns = KINDS[kind], ["Falls within", "Month", TYPE[kind], *by]
    files = sorted(file for path in paths for file in (path.rglob("*.*") if path.is_dir() else [path]))
    members = {path: names for path in files if (names := wanted(path, kind, force))}
    if not members:
        raise InputError(f"there is no file named as 2019-01-somewhere-{kind}.csv is, and no archive of one")
    _refuse_twice(members)
    counted = _scan([path for path in members if not _is_archive(path) and _has_header(path, schema)], schema, columns)
    counts: Counter[_Key] = Counter()
    for path, names in members.items():
        what = f"{schema.what}, archive" if _is_archive(path) else schema.what
        parts = {path.name: counted[path]} if path in counted else _count_members(path, names, schema, columns)
        rejected = [row for part in parts.values() for row in part.rejected]
        months = [pd.Period(month, "M") for month in {key[1] for part in parts.values() for key in part.counts}]
        ledger.enter(path, what, sum(part.rows for part in parts.values()), rejected, months)
        for name, part in parts.items():
            if len(part.rejected) <= most_rejected * part.rows:
                slug = parts_of_name(name)["force"]
                counts.update({(slug, *key): number for key, number in part.counts.items()})
    frame = pd.DataFrame([[*key, number] for key, number in counts.items()], columns=["slug", *columns, "count"])
    frame = frame.rename(columns=NAMES).sort_values([NAMES[name] for name in columns], ignore_index=True)
    return frame.assign(month=months_of(frame["month"]))


@lru_cache(maxsize=4096)
def parts_of_name(name: str) -> dict[str, str]:
    """The month, force and kind in the name of a file of data.police.uk; empty for another file.

    >>> parts_of_name("2019-01/2019-01-west-mercia-street.csv"), parts_of_name("months.csv")
    ({'month': '2019-01', 'force': 'west-mercia', 'kind': 'street'}, {})
    """
    parts = _FILE.fullmatch(PurePosixPath(name).name)
    return parts.groupdict() if parts else {}


def contents(path: Path) -> dict[str, dict[str, str]]:
    """The files of data.police.uk that a file is, or that an archive holds, each with the parts of its name."""
    names = [path.name]
    if _is_archive(path):
        with open_archive(path, MOST_ARCHIVE) as archive:
            names = archive.namelist()
    return {name: parts for name in names if (parts := parts_of_name(name)).get("kind") in KINDS}


def _is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def wanted(path: Path, kind: str, force: str | None) -> list[str]:
    """The files of a kind that a file is or holds; where a force is named, those of it."""
    names = [(name, force_key(parts["force"])) for name, parts in contents(path).items() if parts["kind"] == kind]
    return [name for name, key in names if force is None or key == force_key(force)]


def _refuse_twice(members: Mapping[Path, Sequence[str]]) -> None:
    places = [(PurePosixPath(name).name, path) for path, names in members.items() for name in names]
    for (name, one), (other_name, other) in pairwise(sorted(places)):
        if name == other_name:
            raise InputError(f"{shown(one)}: {name} is given twice, in {shown(other)} too; once is allowed")


def _has_header(path: Path, schema: Schema) -> bool:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.readline().rstrip("\r\n") == ",".join(schema.required)
    except (OSError, UnicodeDecodeError):
        return False


def _scan(paths: Sequence[Path], schema: Schema, columns: Sequence[str]) -> dict[Path, _Counted]:
    """Count files through DuckDB, leaving out those that it refuses and those whose counts look wrong."""
    if not paths:
        return {}
    try:
        groups = _query(paths, schema, columns)
    except duckdb.Error:
        if len(paths) == 1:
            return {}
        return {path: source for each in paths for path, source in _scan([each], schema, columns).items()}
    counted: dict[str, _Counted] = defaultdict(_Counted)
    for name, *cells, number in groups:
        counted[name].counts[_key(cells)] += number
    return {
        path: counted[str(path)]
        for path in paths
        if str(path) in counted and not any(_why_rejected(key, path.name) for key in counted[str(path)].counts)
    }


def _query(paths: Sequence[Path], schema: Schema, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    selected = ", ".join(f'"{name}"' for name in columns)
    declared = ", ".join(f"'{name}': 'VARCHAR'" for name in schema.required)
    query = (
        f"SELECT filename, {selected}, count(*) FROM read_csv($1, auto_detect = false, header = true, delim = ',', "  # noqa: S608 - our own names
        f"quote = '\"', escape = '\"', columns = {{{declared}}}, filename = true) GROUP BY ALL"
    )
    with duckdb.connect() as connection:
        return connection.execute(query, [[str(path) for path in paths]]).fetchall()


def _key(cells: Iterable[str | None]) -> _Key:
    """What a row is counted by, a crime type under its one name."""
    force, month, kind, *others = ((cell or "").strip() for cell in cells)
    return force, month, _BY_LETTERS.get(re.sub(r"[^a-z]", "", kind.lower()), kind), *others


def _why_rejected(key: _Key, name: str) -> tuple[int, str] | None:
    """Why rows of a force, month and type are rejected, after the place of the cell; None where they are not."""
    force, month, kind = key[:3]
    parts = parts_of_name(name)
    if not MONTH.fullmatch(month):
        return 1, f"month {month!r} is not a month; it is written as 2019-12"
    if parts and month != parts["month"]:
        return 1, f"month {month!r} is not the file's, {parts['month']}"
    if not force:
        return 0, "the force is blank"
    if parts.get("kind") == "street" and kind and kind not in TYPES:
        return 2, f"crime type {kind!r}; {suggestion(kind, TYPES)}"
    return None if kind else (2, "the type is blank")


def _count_members(path: Path, names: Sequence[str], schema: Schema, columns: Sequence[str]) -> dict[str, _Counted]:
    """Count a file, or an archive's, row by row, one at a time."""
    if not _is_archive(path):
        return {path.name: _count_rows(shown(path), path.name, path.read_bytes(), schema, columns)}
    parts = {}
    with open_archive(path, MOST_ARCHIVE) as archive:
        for member in names:
            place = f"{shown(path)}, {PurePosixPath(member).name}"
            if archive.getinfo(member).file_size > MOST_MEMBER:
                raise InputError(f"{place} would unpack to more than {MOST_MEMBER // 2**20} MB")
            parts[member] = _count_rows(place, member, read_member(path, archive, member), schema, columns)
    return parts


def _count_rows(place: str, name: str, content: bytes, schema: Schema, columns: Sequence[str]) -> _Counted:
    """Count one file row by row. place: how complaints name it; name: the file's own."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: byte {error.start + 1} is not UTF-8") from None
    rows = csv_rows(place, text)
    header = [cell.strip() for cell in next(rows, (1, []))[1]]
    if header != schema.required:
        missing = next((column for column in schema.required if column not in header), None)
        problem = f"lacks the column {missing!r}" if missing else "has other columns, or in another order"
        raise InputError(f"{place}: {problem}; expected {', '.join(schema.required)}")
    places = [header.index(column) for column in columns]
    counted = _Counted()
    for line, row in rows:
        if not row:
            continue
        if len(row) != len(header):
            reason = f"has {len(row)} cells where the header has {len(header)}"
            counted.rejected.append(Rejection(place, f"line {line}", "", "", reason))
            continue
        key = _key(row[at] for at in places)
        if complaint := _why_rejected(key, name):
            wrong, reason = complaint
            counted.rejected.append(Rejection(place, f"line {line}", columns[wrong], key[wrong], reason))
        else:
            counted.counts[key] += 1
    if not counted.rows:
        raise InputError(f"{place}: holds no row")
    return counted
