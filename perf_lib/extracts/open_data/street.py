"""Street-level files of data.police.uk: crimes, anti-social behaviour and outcomes, counted where they lie.

A file holds one force's month; the monthly archive is a zip of them. Plain files are scanned by DuckDB, which hands
over counts and never a record. What it will not read, or what looks wrong in its counts, is read again row by row, so
that each rejected row has its line, its value and its reason; so are members of an archive, in memory.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from perf_lib.config.yaml import shown
from perf_lib.extracts.open_data.forces import force_key
from perf_lib.extracts.tables.archives import open_archive, read_member
from perf_lib.extracts.tables.checks import MONTH, months_of
from perf_lib.extracts.tables.ledger import Ledger, Rejection
from perf_lib.extracts.tables.schema import OUTCOMES, STREET, Schema
from perf_lib.words.errors import InputError

ASB = "Anti-social behaviour"
"""The one crime type of the street files that is no crime."""
KINDS = {"street": STREET, "outcomes": OUTCOMES}
TYPE = {"street": "Crime type", "outcomes": "Outcome type"}
NAMES = {
    "Falls within": "force",
    "Month": "month",
    "Crime type": "type",
    "Outcome type": "type",
    "LSOA code": "lsoa",
    "Last outcome category": "outcome",
}
MOST_ARCHIVE, MOST_MEMBER = 32 * 2**30, 512 * 2**20
_FILE = re.compile(r"(?P<month>\d{4}-\d\d)-(?P<force>.+)-(?P<kind>street|outcomes|stop-and-search)\.csv")


def read_street(
    paths: Iterable[Path],
    ledger: Ledger | None = None,
    kind: str = "street",
    by: Sequence[str] = (),
    force: str | None = None,
) -> pd.DataFrame:
    """How many crimes, incidents or outcomes there are: `force, month, type` and `count`, months as Periods.

    paths: files named as data.police.uk names them (2019-01-wiltshire-street.csv), archives of them, or folders.
    kind: street or outcomes. by: further columns to count by, `LSOA code` or `Last outcome category`; they come as
    `lsoa` and `outcome`, blank where a row has none. force: read only the files whose names say that they are its.

    Raises InputError for other columns, for a force's month that is given twice, and for more rejected rows than the
    ledger's share allows: a row of another month than its file, or without a force or type.
    """
    schema, columns = KINDS[kind], ["Falls within", "Month", TYPE[kind], *by]
    files = sorted(each for path in paths for each in _files(path))
    if force is not None:
        files = [path for path in files if path.suffix.lower() == ".zip" or _is_of(path.name, force)]
    plain = [path for path in files if path.suffix.lower() == ".csv" and kind_of_file(path.name) == kind]
    archives = [path for path in files if path.suffix.lower() == ".zip"]
    if not plain and not archives:
        raise InputError(f"there is no file named as 2019-01-somewhere-{kind}.csv is, and no archive of them")
    seen: dict[str, Path] = {}
    for path in plain:
        _refuse_twice(seen, path.name, path)
    counts: Counter[tuple[str, ...]] = Counter()
    rows: dict[Path, int] = {}
    doubtful = [path for path in plain if not _header_is(path, schema)]
    clean = [path for path in plain if path not in set(doubtful)]
    doubtful += _scan(clean, schema, columns, counts, rows, ledger is not None)
    for path in doubtful:
        _count(path, path.name, path.read_bytes(), schema, columns, counts, ledger or Ledger())
    for path in archives:
        _count_archive(path, kind, columns, counts, ledger or Ledger(), seen, force)
    if ledger is not None:
        for path, number in rows.items():
            month = _FILE.fullmatch(path.name)
            ledger.enter(path, schema.what, number, months=[pd.Period(month["month"], "M")] if month else [])
    frame = pd.DataFrame([[*key, number] for key, number in counts.items()], columns=[*columns, "count"])
    frame = frame.rename(columns=NAMES).sort_values([NAMES[name] for name in columns], ignore_index=True)
    return frame.assign(month=months_of(frame["month"]))


def crimes(counts: pd.DataFrame) -> pd.DataFrame:
    """Crimes without anti-social behaviour, and anti-social behaviour: by force and month, from `read_street`."""
    asb = counts["type"] == ASB
    totals = counts.assign(crimes=counts["count"].where(~asb, 0), asb=counts["count"].where(asb, 0))
    return totals.groupby(["force", "month"])[["crimes", "asb"]].sum()


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = (each for each in path.rglob("*") if each.is_file())
        return [each for each in files if kind_of_file(each.name) or each.suffix == ".zip"]
    return [path]


def kind_of_file(name: str) -> str | None:
    """What a file named as data.police.uk names them holds: street, outcomes or stop-and-search; None for another.

    >>> kind_of_file("2019-01-wiltshire-street.csv"), kind_of_file("months.csv")
    ('street', None)
    """
    found = _FILE.fullmatch(name)
    return found["kind"] if found else None


def holds(path: Path, kind: str) -> bool:
    """Whether a file is of a kind, or an archive that has one of it."""
    if path.suffix.lower() != ".zip":
        return kind_of_file(path.name) == kind
    with open_archive(path, MOST_ARCHIVE) as archive:
        return any(kind_of_file(PurePosixPath(name).name) == kind for name in archive.namelist())


def slug_of_file(name: str) -> str | None:
    """The force that a file's name says it is of: wiltshire, west-mercia; None for another file."""
    found = _FILE.fullmatch(name)
    return found["force"] if found else None


def _is_of(name: str, force: str) -> bool:
    slug = slug_of_file(name)
    return slug is not None and force_key(slug) == force_key(force)


def _refuse_twice(seen: dict[str, Path], name: str, path: Path) -> None:
    if name in seen:
        raise InputError(f"{shown(path)}: {name} is given twice, in {shown(seen[name])} too; once is allowed")
    seen[name] = path


def _header_is(path: Path, schema: Schema) -> bool:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.readline().rstrip("\r\n") == ",".join(schema.required)
    except (OSError, UnicodeDecodeError):
        return False


def _scan(
    paths: Sequence[Path],
    schema: Schema,
    columns: Sequence[str],
    counts: Counter[tuple[str, ...]],
    rows: dict[Path, int],
    by_file: bool,
) -> list[Path]:
    """Count the files through DuckDB; those that it refuses, or whose counts look wrong, come back uncounted."""
    import duckdb

    if not paths:
        return []
    try:
        found = _counted(paths, schema, columns)
    except duckdb.Error:
        if len(paths) == 1:
            return list(paths)
        return [path for each in paths for path in _scan([each], schema, columns, counts, rows, by_file)]
    by_path: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for name, *cells, number in found:
        by_path.setdefault(name, []).append((tuple(cell or "" for cell in cells), number))
    doubtful = []
    for path in paths:
        groups = by_path.get(str(path), [])
        if not groups or any(_reason(key, path.name) for key, _ in groups):
            doubtful.append(path)
            continue
        rows[path] = sum(number for _, number in groups)
        for key, number in groups:
            counts[key] += number
    return doubtful


def _counted(paths: Sequence[Path], schema: Schema, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    import duckdb

    named = ", ".join(f'"{name}"' for name in columns)
    declared = ", ".join(f"'{name}': 'VARCHAR'" for name in schema.required)
    query = (
        f"SELECT filename, {named}, count(*) FROM read_csv($1, auto_detect = false, header = true, delim = ',', "  # noqa: S608 - our own names
        f"quote = '\"', escape = '\"', columns = {{{declared}}}, filename = true) GROUP BY ALL"
    )
    with duckdb.connect() as connection:
        return connection.execute(query, [[str(path) for path in paths]]).fetchall()


def _reason(key: Sequence[str], name: str) -> str | None:
    """Why rows of a force, month and type are rejected; None where they are not."""
    force, month, kind = key[:3]
    told = _FILE.fullmatch(name)
    if not MONTH.fullmatch(month):
        return f"month {month!r} is not a month; it is written as 2019-12"
    if told and month != told["month"]:
        return f"month {month!r} is not the file's, {told['month']}"
    if not force:
        return "the force is blank"
    return None if kind else "the type is blank"


def _count_archive(
    path: Path,
    kind: str,
    columns: Sequence[str],
    counts: Counter[tuple[str, ...]],
    ledger: Ledger,
    seen: dict[str, Path],
    force: str | None,
) -> None:
    with open_archive(path, MOST_ARCHIVE) as archive:
        members = [each for each in archive.infolist() if kind_of_file(PurePosixPath(each.filename).name) == kind]
        if not members:
            raise InputError(f"{shown(path)}: holds no file named as 2019-01-somewhere-{kind}.csv is")
        members = [each for each in members if force is None or _is_of(PurePosixPath(each.filename).name, force)]
        rows = 0
        rejected: list[Rejection] = []
        months: list[pd.Period] = []
        for member in members:
            name = PurePosixPath(member.filename).name
            _refuse_twice(seen, name, path)
            if member.file_size > MOST_MEMBER:
                raise InputError(f"{shown(path)}: {name} would unpack to more than {MOST_MEMBER // 2**20} MB")
            content = read_member(path, archive, member.filename)
            number, wrong, told = _count_rows(path, name, content, KINDS[kind], columns, counts)
            rows, rejected, months = rows + number, rejected + wrong, months + told
    ledger.enter(path, f"{KINDS[kind].what}, archive", rows, rejected, months)


def _count(
    path: Path,
    name: str,
    content: bytes,
    schema: Schema,
    columns: Sequence[str],
    counts: Counter[tuple[str, ...]],
    ledger: Ledger,
) -> None:
    rows, rejected, months = _count_rows(path, name, content, schema, columns, counts)
    ledger.enter(path, schema.what, rows, rejected, months)


def _count_rows(
    path: Path,
    name: str,
    content: bytes,
    schema: Schema,
    columns: Sequence[str],
    counts: Counter[tuple[str, ...]],
) -> tuple[int, list[Rejection], list[pd.Period]]:
    """Count one file row by row: how many there are, those rejected, the months."""
    where = shown(path) if path.name == name else f"{shown(path)}, {name}"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: byte {error.start + 1} is not UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, line = 0, 1
    rejected: list[Rejection] = []
    months: set[str] = set()
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if header != schema.required:
            lacks = next((column for column in schema.required if column not in header), None)
            said = f"lacks the column {lacks!r}" if lacks else "has other columns, or in another order"
            raise InputError(f"{where}: {said}; expected {', '.join(schema.required)}")
        places = [header.index(column) for column in columns]
        line = reader.line_num + 1
        for row in reader:
            if row:
                rows += 1
                key = tuple(row[place].strip() for place in places) if len(row) == len(header) else ()
                reason = _reason(key, name) if key else f"has {len(row)} cells where the header has {len(header)}"
                if reason:
                    rejected.append(_rejection(where, line, key, columns, reason))
                else:
                    counts[key] += 1
                    months.add(key[1])
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{where}, line {line}: cannot be read as CSV: {error}") from None
    if not rows:
        raise InputError(f"{where}: holds no row")
    return rows, rejected, [pd.Period(month, "M") for month in months]


def _rejection(where: str, line: int, key: Sequence[str], columns: Sequence[str], reason: str) -> Rejection:
    wrong = 1 if "month" in reason else 0 if "force" in reason else 2
    column, value = (columns[wrong], key[wrong]) if key else ("", "")
    return Rejection(where, f"line {line}", column, value, reason)
