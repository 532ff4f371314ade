"""Records as the tidy monthly frame: one question to each table, its months put together, rejected records counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from perf_lib.config.catalogue import Catalogue, Measure
from perf_lib.extracts.records.definitions import Definitions, Relation, files_of
from perf_lib.extracts.tables.monthly import COLUMNS
from perf_lib.words.digest import sha256_of_text
from perf_lib.words.errors import InputError

if TYPE_CHECKING:
    from perf_lib.extracts.records.engines import Engine

_FIRST = pd.Period("1990-01", freq="M")
"""A date before this month is a mistake, and so is one after the present month."""

COVERAGE = ["definition", "table", "rows", "used", "no date", "impossible date", "no area", "no figure", "unread"]
"""`rows` fit a definition and are `used` or have one of the next four reasons; `unread` are lines of its files."""

_Answer = tuple[str, str]
"""A definition and one of its figures, as `Question.answers` has them."""
_Place = tuple[str, pd.Period]
"""An area and a month."""


@dataclass(frozen=True)
class Records:
    """The figures of records: the tidy monthly frame, and a row a definition with the records used and rejected."""

    frame: pd.DataFrame
    coverage: pd.DataFrame
    definitions: Definitions
    digest: str
    """Of frame and coverage: other records make another report."""

    def emptied(self) -> Records:
        """The same without a figure in it, for a report that may not show them all."""
        return Records(self.frame.iloc[:0], self.coverage.iloc[:0], self.definitions, self.digest)


@dataclass(frozen=True)
class _Months:
    """One table's answer: the figures of each area and month, each area's months, and the records without either."""

    figures: dict[_Place, dict[_Answer, float | None]] = field(default_factory=dict)
    spans: dict[str, tuple[pd.Period, pd.Period]] = field(default_factory=dict)
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many records of a definition are rejected for a reason."""


def read_records(definitions: Definitions, catalogue: Catalogue, area: str, params: Path) -> Records:
    """The months of every measure that is defined on records; `area` is that of tables which name none.

    The frame has the columns of `read_monthly`; its origin is `derived`, and a value that is divided has six
    decimals. Between its table's first and last month a count without a row is 0, and a month in which the
    table has no record at all is not supplied. A month with nothing to divide by is a nil return.

    Raises InputError in one line for an unknown column, table or connection, a column whose kind does not suit its
    use, and figures with nothing to divide them by; PerfError where a database fails.
    """
    # Here: DuckDB is slow to load, and most reports count no records.
    from perf_lib.extracts.records.engines import engine

    by_connection: dict[str | None, list[str]] = {}
    for name, definition in definitions.definitions.items():
        by_connection.setdefault(definitions.tables[definition.table].connection, []).append(name)
    months: dict[str, _Months] = {}
    coverage: list[dict[str, object]] = []
    for connection, names in by_connection.items():
        first = definitions.definitions[names[0]].table
        with engine(connection, params, definitions.where(f"tables.{first}")) as opened:
            needed = dict.fromkeys(table for name in names for table in definitions.definitions[name].tables)
            relations = {
                table: opened.relation(table, definitions.tables[table], definitions.where(f"tables.{table}"))
                for table in needed
            }
            for table in dict.fromkeys(definitions.definitions[name].table for name in names):
                of_table = [name for name in names if definitions.definitions[name].table == table]
                months[table] = _ask(opened, definitions, of_table, relations, area)
                coverage += _coverage(months[table], of_table, table, opened.unread(table))
    measured = [name for name in definitions.definitions if name in catalogue]
    rows = [row for name in measured for row in _rows(definitions, name, catalogue[name], months)]
    coverage_table = pd.DataFrame(coverage, columns=COVERAGE)
    _refuse_beyond(definitions, coverage_table)
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "margin"])
    floats = ["numerator", "denominator", "value", "margin"]
    frame = frame.astype(dict.fromkeys(floats, float)).sort_values(["measure", "area", "month"], ignore_index=True)
    texts = (table.to_csv(index=False, lineterminator="\n") for table in (frame, coverage_table))
    return Records(frame, coverage_table, definitions, sha256_of_text("".join(texts)))


def record_files(definitions: Definitions, params: Path) -> list[Path]:
    """The files of records that lie in the params folder, for the run record."""
    return [
        path
        for name, table in definitions.tables.items()
        if table.files is not None and table.folder is None
        for path in files_of(table, params, definitions.where(f"tables.{name}"))
    ]


def _ask(
    opened: Engine, definitions: Definitions, names: list[str], relations: dict[str, Relation], area: str
) -> _Months:
    """One question to one table, its answer sorted into months and records without a month."""
    from perf_lib.extracts.records.sql import question  # here: so is sqlglot

    table_name = definitions.definitions[names[0]].table
    table = definitions.tables[table_name]
    asked = question(definitions, names, relations, opened.dialect)
    present = pd.Period(date.today(), freq="M")
    months = _Months()
    first_figure = 2 if table.area is None else 3
    for row in opened.rows(asked.sql, definitions.where(f"tables.{table_name}")):
        year, month, row_area = row[0], row[1], area if table.area is None else row[2]
        figures = {
            answer: None if figure is None else float(figure)
            for answer, figure in zip(asked.answers, row[first_figure:], strict=True)
        }
        reason = "no date" if year is None else "no area" if row_area is None or not str(row_area).strip() else None
        if reason is None:
            # A typing error may make any number of the year.
            when = pd.Period(year=int(year), month=int(month), freq="M") if 1 <= int(year) <= 9999 else None
            reason = None if when is not None and _FIRST <= when <= present else "impossible date"
        if reason is not None:
            months.rejected.update({(name, reason): int(figures[name, "rows"] or 0) for name in names})
            continue
        place = (str(row_area).strip(), when)
        totals = months.figures.setdefault(place, {})
        for answer, figure in figures.items():  # areas that differ by blanks alone are one
            totals[answer] = figure if totals.get(answer) is None else (totals[answer] or 0) + (figure or 0)
        earliest, latest = months.spans.get(place[0], (when, when))
        months.spans[place[0]] = (min(earliest, when), max(latest, when))
    return months


def _coverage(months: _Months, names: list[str], table: str, unread: int) -> list[dict[str, object]]:
    """A row a definition: the records that fit it are those used plus those rejected."""
    rows: list[dict[str, object]] = []
    for name in names:
        dated = sum(int(figures[name, "rows"] or 0) for figures in months.figures.values())
        used = sum(int(figures.get((name, "used"), figures[name, "rows"]) or 0) for figures in months.figures.values())
        reasons = {reason: months.rejected[name, reason] for reason in COVERAGE[4:7]}
        rows.append(
            {"definition": name, "table": table, "rows": dated + sum(reasons.values()), "used": used, **reasons,
             "no figure": dated - used, "unread": unread}
        )  # fmt: skip
    return rows


def _refuse_beyond(definitions: Definitions, coverage: pd.DataFrame) -> None:
    """Refuse a definition of whose records more are rejected than the share that may be."""
    rejected = coverage["rows"] - coverage["used"]
    wrong = coverage[rejected > definitions.rejected_share * coverage["rows"]]
    if len(wrong):
        row = wrong.iloc[0]
        reasons = ", ".join(f"{row[reason]:,} with {reason}" for reason in COVERAGE[4:8] if row[reason])
        raise InputError(
            f"{definitions.where(row['definition'])}: {row['rows'] - row['used']:,} of {row['rows']:,} records are "
            f"rejected ({reasons}), more than the share of {definitions.rejected_share:g} that rejected_share allows"
        )


def _rows(
    definitions: Definitions, name: str, measure: Measure, months: dict[str, _Months]
) -> list[tuple[object, ...]]:
    """A measure's rows of the tidy frame, area by area and month by month."""
    definition, place = definitions.definitions[name], definitions.where(name)
    of_table = months[definition.table]
    if not of_table.spans:
        raise InputError(f"{place}: the table {definition.table} has no record with a date")
    rows: list[tuple[object, ...]] = []
    scale = 100 if measure.is_percentage else 1
    for area, (first, last) in sorted(of_table.spans.items()):
        for month in pd.period_range(first, last, freq="M"):
            numerator = _figure(definitions, name, of_table.figures.get((area, month)))
            if not definition.is_ratio:
                status = "not supplied" if numerator is None else "final"
                rows.append((name, area, month, None, None, numerator, "derived", status, None))
                continue
            denominator = _denominator(definitions, name, area, month, months)
            if numerator and not denominator:
                reason = (
                    f"{numerator:g} are to be divided by 0; nothing can be"
                    if denominator == 0
                    else f"{definition.denominator} has no record in the month, so {numerator:g} have nothing to be "
                    "divided by"
                )
                raise InputError(f"{place}, {month} ({area}): {reason}")
            if numerator is None or not denominator:
                status = "nil return" if numerator is not None and denominator == 0 else "not supplied"
                rows.append((name, area, month, None, None, None, "derived", status, None))
                continue
            if measure.is_percentage and numerator > denominator:
                raise InputError(f"{place}, {month} ({area}): {numerator:g} of {denominator:g} is above 100 per cent")
            value = float(f"{scale * numerator / denominator:.6f}")
            rows.append((name, area, month, numerator, denominator, value, "derived", "final", None))
    return rows


def _figure(definitions: Definitions, name: str, figures: dict[_Answer, float | None] | None) -> float | None:
    """A month's count or sum; nothing to add up is 0, and a month without any record has none."""
    if figures is None:
        return None
    if definitions.definitions[name].count:
        return figures.get((name, "used"), figures[name, "rows"]) or 0.0
    return figures[name, "total"] or 0.0


def _denominator(
    definitions: Definitions, name: str, area: str, month: pd.Period, months: dict[str, _Months]
) -> float | None:
    definition = definitions.definitions[name]
    if definition.denominator is not None:
        other = definitions.definitions[definition.denominator]
        return _figure(definitions, definition.denominator, months[other.table].figures.get((area, month)))
    figures = months[definition.table].figures.get((area, month))
    return None if figures is None else figures[name, "used" if definition.mean is not None else "over"] or 0.0
