"""Records to the tidy monthly frame: each table asked once, its months put together, what was left out counted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from perf_lib.config.catalogue import Catalogue, Measure
from perf_lib.extracts.records.definitions import Definition, Definitions
from perf_lib.extracts.records.engines import Engine, engine, files_of
from perf_lib.extracts.records.sql import Relation, question
from perf_lib.extracts.tables.monthly import COLUMNS
from perf_lib.words.errors import InputError
from perf_lib.words.wording import PERCENT

_FIRST = pd.Period("1990-01", freq="M")
"""A record dated before this is mistaken about its date, and so is one dated after the present month."""

COVERAGE = ["definition", "table", "rows", "used", "no date", "impossible date", "no area", "no figure", "unread"]
"""`rows` fit a definition and are `used` or have one of the next four reasons; `unread` are lines of its files."""

_Key = tuple[str, pd.Period]


@dataclass(frozen=True)
class Records:
    """What records came to: the tidy monthly frame, and a row a definition saying what was used and what was not."""

    frame: pd.DataFrame
    coverage: pd.DataFrame
    definitions: Definitions
    digest: str
    """Of frame and coverage: other records make another report."""

    def emptied(self) -> Records:
        """The same without a figure in it, for a report that may not show them all."""
        return Records(self.frame.iloc[:0], self.coverage.iloc[:0], self.definitions, self.digest)


def digested(frame: pd.DataFrame, coverage: pd.DataFrame) -> str:
    """One digest of what records came to, for the run record."""
    made = hashlib.sha256()
    for table in (frame, coverage):
        made.update(table.to_csv(index=False, lineterminator="\n").encode())
    return made.hexdigest()


@dataclass
class _Months:
    """One table's answer: the figures of each area and month, and what had no place among them."""

    figures: dict[_Key, dict[tuple[str, str], float | None]]
    spans: dict[str, tuple[pd.Period, pd.Period]]
    rejected: dict[tuple[str, str], int]


def read_records(definitions: Definitions, catalogue: Catalogue, area: str, params: Path) -> Records:
    """The months of every measure that is defined on records; `area` is that of tables which name none.

    The frame has the columns of `read_monthly`; its origin is `derived`, and a value that is divided has six
    decimals. Between its table's first and last month a count without a row is 0, and a month in which the
    table has no record at all is not supplied. A month with nothing to divide by is a nil return.

    Raises InputError in one line for an unknown column, table or connection, a column that is not what its use
    asks for, and figures with nothing to divide them by; PerfError where a database fails.
    """
    by_connection: dict[str | None, list[str]] = {}
    for name, definition in definitions.definitions.items():
        by_connection.setdefault(definitions.tables[definition.table].connection, []).append(name)
    months: dict[str, _Months] = {}
    coverage: list[dict[str, object]] = []
    for connection, names in by_connection.items():
        first = definitions.definitions[names[0]].table
        with engine(connection, params, definitions.where(f"tables.{first}")) as opened:
            relations = _relations(opened, definitions, names)
            for table in dict.fromkeys(definitions.definitions[name].table for name in names):
                of_table = [name for name in names if definitions.definitions[name].table == table]
                months[table] = _ask(opened, definitions, of_table, relations, area)
                coverage += _coverage(months[table], of_table, table, opened.unread(table))
    rows = [
        row
        for name in definitions.definitions
        if name in catalogue
        for row in _rows(definitions, name, catalogue[name], months)
    ]
    _refuse_beyond(definitions, coverage)
    columns = [*COLUMNS, "margin"]
    frame = pd.DataFrame(rows, columns=columns)
    floats = ["numerator", "denominator", "value", "margin"]
    frame = frame.astype(dict.fromkeys(floats, float)).sort_values(["measure", "area", "month"], ignore_index=True)
    covered = pd.DataFrame(coverage, columns=COVERAGE)
    return Records(frame, covered, definitions, digested(frame, covered))


def record_files(definitions: Definitions, params: Path) -> list[Path]:
    """The files of records that lie in the params folder, for the run record."""
    return [
        path
        for name, table in definitions.tables.items()
        if table.files is not None and table.folder is None
        for path in files_of(table, params, definitions.where(f"tables.{name}"))
    ]


def _relations(opened: Engine, definitions: Definitions, names: list[str]) -> dict[str, Relation]:
    found: dict[str, Relation] = {}
    for name in names:
        definition = definitions.definitions[name]
        for table in [definition.table, *([definition.join.table] if definition.join else [])]:
            if table not in found:
                found[table] = opened.relation(table, definitions.tables[table], definitions.where(f"tables.{table}"))
    return found


def _ask(
    opened: Engine, definitions: Definitions, names: list[str], relations: dict[str, Relation], area: str
) -> _Months:
    """One question to one table, its answer sorted into months and what has no month."""
    table = definitions.tables[definitions.definitions[names[0]].table]
    asked = question(definitions, names, relations, opened.dialect)
    present = pd.Period(date.today(), freq="M")
    made = _Months({}, {}, {})
    known = 2 if table.area is None else 3
    for row in opened.rows(asked.sql, definitions.where(f"tables.{definitions.definitions[names[0]].table}")):
        year, month, where = row[0], row[1], area if table.area is None else row[2]
        figures = {
            answer: None if figure is None else float(figure)
            for answer, figure in zip(asked.answers, row[known:], strict=True)
        }
        reason = "no date" if year is None else "no area" if where is None or not str(where).strip() else None
        if reason is None:
            # The year may be any number that a typing error makes of it.
            when = pd.Period(year=int(year), month=int(month), freq="M") if 1 <= int(year) <= 9999 else None
            reason = None if when is not None and _FIRST <= when <= present else "impossible date"
        if reason is not None:
            for name in names:
                made.rejected[name, reason] = made.rejected.get((name, reason), 0) + int(figures[name, "rows"] or 0)
            continue
        key = (str(where).strip(), when)
        kept = made.figures.setdefault(key, {})
        for answer, figure in figures.items():  # areas that differ by blanks alone are one
            kept[answer] = figure if kept.get(answer) is None else (kept[answer] or 0) + (figure or 0)
        earliest, latest = made.spans.get(key[0], (when, when))
        made.spans[key[0]] = (min(earliest, when), max(latest, when))
    return made


def _coverage(months: _Months, names: list[str], table: str, unread: int) -> list[dict[str, object]]:
    """Rows in are rows used and rows rejected, by definition."""
    found: list[dict[str, object]] = []
    for name in names:
        placed = sum(int(each[name, "rows"] or 0) for each in months.figures.values())
        used = sum(int(each.get((name, "used"), each[name, "rows"]) or 0) for each in months.figures.values())
        reasons = {reason: months.rejected.get((name, reason), 0) for reason in COVERAGE[4:7]}
        found.append(
            {"definition": name, "table": table, "rows": placed + sum(reasons.values()), "used": used, **reasons,
             "no figure": placed - used, "unread": unread}
        )  # fmt: skip
    return found


def _refuse_beyond(definitions: Definitions, coverage: list[dict[str, object]]) -> None:
    """Refuse a definition of which more records are rejected than the share that may be."""
    table = pd.DataFrame(coverage, columns=COVERAGE)
    rejected = table["rows"] - table["used"]
    wrong = table[rejected > definitions.rejected_share * table["rows"]]
    if len(wrong):
        row = wrong.iloc[0]
        why = ", ".join(f"{row[reason]:,} with {reason}" for reason in COVERAGE[4:8] if row[reason])
        raise InputError(
            f"{definitions.where(row['definition'])}: {row['rows'] - row['used']:,} of {row['rows']:,} records are "
            f"rejected ({why}), more than the share of {definitions.rejected_share:g} that rejected_share allows"
        )


def _rows(
    definitions: Definitions, name: str, measure: Measure, months: dict[str, _Months]
) -> list[tuple[object, ...]]:
    """A measure's rows of the tidy frame, area by area and month by month."""
    definition, said = definitions.definitions[name], definitions.where(name)
    own = months[definition.table]
    if not own.spans:
        raise InputError(f"{said}: the table {definition.table} has no record with a date")
    rows: list[tuple[object, ...]] = []
    scale = 100 if measure.unit == PERCENT else 1
    for area, (first, last) in sorted(own.spans.items()):
        for month in pd.period_range(first, last, freq="M"):
            figures = own.figures.get((area, month))
            up = None if figures is None else _figure(figures, name, definition)
            if not definition.is_ratio:
                status = "not supplied" if up is None else "final"
                rows.append((name, area, month, None, None, up, "derived", status, None))
                continue
            down = _denominator(definitions, name, area, month, months)
            if up is None or down is None:
                if up:
                    raise InputError(
                        f"{said}, {month} ({area}): {definition.denominator} has no record in the month, "
                        f"so {up:g} have nothing to be divided by"
                    )
                rows.append((name, area, month, None, None, None, "derived", "not supplied", None))
            elif down == 0:
                if up:
                    raise InputError(f"{said}, {month} ({area}): {up:g} are to be divided by 0; nothing can be")
                rows.append((name, area, month, None, None, None, "derived", "nil return", None))
            else:
                if measure.unit == PERCENT and up > down:
                    raise InputError(f"{said}, {month} ({area}): {up:g} of {down:g} is above 100 per cent")
                rows.append((name, area, month, up, down, float(f"{scale * up / down:.6f}"), "derived", "final", None))
    return rows


def _figure(figures: dict[tuple[str, str], float | None], name: str, definition: Definition) -> float:
    """A month's count or sum; nothing to add up is 0."""
    return (figures.get((name, "used"), figures[name, "rows"]) if definition.count else figures[name, "total"]) or 0.0


def _denominator(
    definitions: Definitions, name: str, area: str, month: pd.Period, months: dict[str, _Months]
) -> float | None:
    definition = definitions.definitions[name]
    divides = definition.denominator or name
    other = definitions.definitions[divides]
    figures = months[other.table].figures.get((area, month))
    if figures is None:
        return None
    if divides != name:
        return _figure(figures, divides, other)
    return figures[name, "used" if definition.mean is not None else "over"] or 0.0
