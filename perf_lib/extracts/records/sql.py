"""Definitions of one table to one question in an engine's own SQL: a row a month and area, and no record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perf_lib.extracts.records.definitions import Definitions
from perf_lib.extracts.records.predicate import Columns, column_named, predicate
from perf_lib.words.errors import InputError

if TYPE_CHECKING:
    from sqlglot import exp

DIALECTS = ("duckdb", "postgres", "tsql", "oracle", "spark")

# A sum of decimals comes out the same in whatever order the engine adds; a sum of floats does not.
EXACT = "DECIMAL(18, 6)"


@dataclass(frozen=True)
class Relation:
    """A table as the engine knows it: its name, part by part, and its columns with their kinds."""

    name: tuple[str, ...]
    columns: Columns


@dataclass(frozen=True)
class Question:
    """One SELECT, and what its columns answer after year, month and, where the table tells it, area."""

    sql: str
    answers: tuple[tuple[str, str], ...]
    """A definition, and which of its figures: `rows` that fit; where a column is added up, the rows `used` (those
    that have a figure), the `total`, and the total of the denominator's column, `over`."""


def question(definitions: Definitions, names: list[str], relations: Mapping[str, Relation], dialect: str) -> Question:
    """All of one table's definitions in one pass over it.

    A month is the year and month of the table's date; a record without a date is in the row without a month.
    Raises InputError for an unknown column, or one that is not what its use asks for.
    """
    from sqlglot import exp

    table_name = definitions.definitions[names[0]].table
    table, relation = definitions.tables[table_name], relations[table_name]
    said = definitions.where(f"tables.{table_name}")
    date = _of_kind(table.date or "", relation.columns, ("date",), f"{said}.date")
    inner = exp.select(*(exp.alias_(_extract(part, date), f"r_{part}") for part in ("year", "month")))
    groups = ["r_year", "r_month"]
    if table.area is not None:
        inner = inner.select(exp.alias_(_column(column_named(table.area, relation.columns, f"{said}.area")), "r_area"))
        groups.append("r_area")
    inner = inner.from_(_from(relation, "r"))
    outer = exp.select(*(exp.column(name) for name in groups))
    answers: list[tuple[str, str]] = []
    for number, name in enumerate(names):
        inner, asked = _asked(inner, definitions, name, relations, dialect, number)
        for what, aggregate in asked:
            outer = outer.select(exp.alias_(aggregate, f"a_{len(answers)}"))
            answers.append((name, what))
    if table.first_month is not None:
        inner = inner.where(_not_before(date, table.first_month, dialect))
    select = outer.from_(inner.subquery("g")).group_by(*(exp.column(name) for name in groups))
    return Question(_written(select, dialect), tuple(answers))


def _asked(
    inner: exp.Select,
    definitions: Definitions,
    name: str,
    relations: Mapping[str, Relation],
    dialect: str,
    number: int,
) -> tuple[exp.Select, list[tuple[str, exp.Expr]]]:
    """The inner columns of one definition (1 where a record fits, else null; its figure), and their aggregates."""
    from sqlglot import exp

    definition, said = definitions.definitions[name], definitions.where(name)
    columns = relations[definition.table].columns
    conditions = []
    if definition.where is not None:
        conditions.append(predicate(definition.where, columns, definitions.words, dialect, "r", said))
    if definition.join is not None:
        inner, joined = _joined(inner, definitions, name, relations, dialect, f"j{number}")
        conditions.append(joined)
    fits = exp.and_(*conditions) if conditions else None
    one = exp.Literal.number(1)
    inner = inner.select(
        exp.alias_(one if fits is None else exp.Case(ifs=[exp.If(this=fits, true=one)]), f"f_{number}")
    )
    fit = exp.column(f"f_{number}")
    asked: list[tuple[str, exp.Expr]] = [("rows", _count(fit))]
    known: list[exp.Expr] = [exp.EQ(this=fit.copy(), expression=one.copy())]
    figures = {"total": definition.sum or definition.mean, "over": definition.denominator_column}
    for what, column in figures.items():
        if column is None:
            continue
        key = "denominator_column" if what == "over" else "sum" if definition.sum else "mean"
        figure = _of_kind(column, columns, ("whole", "number"), f"{said}.{key}")
        whole = columns[column_named(column, columns, said)] == "whole"
        inner = inner.select(exp.alias_(exp.cast(figure, "BIGINT" if whole else EXACT), f"{what[0]}_{number}"))
        known.append(exp.Not(this=exp.Is(this=exp.column(f"{what[0]}_{number}"), expression=exp.Null())))
    if len(known) == 2:  # one figure: what counts it leaves out those without, and so does what adds it up
        what = "total" if figures["total"] else "over"
        fitting = exp.Case(ifs=[exp.If(this=known[0], true=exp.column(f"{what[0]}_{number}"))])
        asked += [("used", _count(fitting)), (what, exp.Sum(this=fitting.copy()))]
    elif len(known) > 2:
        # The condition is worked out once, beside the figures, and not again for every aggregate.
        def kept(value: exp.Expr) -> exp.Expr:
            return exp.Case(ifs=[exp.If(this=exp.and_(*known), true=value)])

        asked.append(("used", _count(kept(one.copy()))))
        asked += [
            (what, exp.Sum(this=kept(exp.column(f"{what[0]}_{number}"))))
            for what, column in figures.items()
            if column is not None
        ]
    return inner, asked


def _joined(
    inner: exp.Select,
    definitions: Definitions,
    name: str,
    relations: Mapping[str, Relation],
    dialect: str,
    alias: str,
) -> tuple[exp.Select, exp.Expr]:
    """A left join to the second table's distinct keys: a record meets at most one of them, so none counts twice."""
    from sqlglot import exp

    definition, said = definitions.definitions[name], f"{definitions.where(name)}.join"
    join = definition.join
    assert join is not None  # noqa: S101 - for the type checker
    second, columns = relations[join.table], relations[definition.table].columns
    keys = exp.select(*(
        exp.alias_(_column(column_named(theirs, second.columns, said), "s"), f"k_{number}")
        for number, theirs in enumerate(join.match.values())
    )).from_(_from(second, "s")).distinct()  # fmt: skip
    if join.where is not None:
        keys = keys.where(predicate(join.where, second.columns, definitions.words, dialect, "s", said))
    equal = exp.and_(*(
        exp.EQ(this=_column(column_named(ours, columns, said)), expression=exp.column(f"k_{number}", table=alias))
        for number, ours in enumerate(join.match)
    ))  # fmt: skip
    inner = inner.join(keys.subquery(alias), on=equal, join_type="left")
    return inner, exp.Not(this=exp.Is(this=exp.column("k_0", table=alias), expression=exp.Null()))


def _of_kind(name: str, columns: Columns, allowed: tuple[str, ...], said: str) -> exp.Expr:
    found = column_named(name, columns, said)
    kind = columns[found]
    if kind not in allowed:
        if "date" in allowed:
            mend = {
                "text": "give date_format for a file, or make it a date in a view",
                "zoned": "it carries a time zone, and the month depends on whose; make it local time in a view",
            }.get(kind, "name the column of dates")
            raise InputError(f"{said}: the column {found!r} is {_SAID[kind]}, not a date: {mend}")
        hint = "; name it under numbers if it stands in a CSV file" if kind == "text" else ""
        raise InputError(f"{said}: the column {found!r} is {_SAID[kind]}; a number can be added up{hint}")
    return _column(found)


_SAID = {
    "date": "a date", "zoned": "a moment", "whole": "a number", "number": "a number", "text": "text",
    "boolean": "true or false", "other": "of another type",
}  # fmt: skip


def _column(name: str, table: str = "r") -> exp.Expr:
    from sqlglot import exp

    return exp.column(exp.to_identifier(name, quoted=True), table=table)


def _from(relation: Relation, alias: str) -> exp.Expr:
    from sqlglot import exp

    parts = [exp.to_identifier(part, quoted=True) for part in relation.name]
    catalogue, schema, table = [None] * (3 - len(parts)) + parts
    return exp.Table(this=table, db=schema, catalog=catalogue, alias=exp.TableAlias(this=exp.to_identifier(alias)))


def _extract(part: str, date: exp.Expr) -> exp.Expr:
    from sqlglot import exp

    return exp.Extract(this=exp.var(part.upper()), expression=date.copy())


def _count(what: exp.Expr) -> exp.Expr:
    from sqlglot import exp

    return exp.Count(this=what, big_int=True)


def _not_before(date: exp.Expr, month: str, dialect: str) -> exp.Expr:
    """From a month on; a record without a date stays in, to be counted as rejected."""
    from sqlglot import exp

    first = exp.Literal.string(f"{month}-01")
    if dialect == "oracle":
        start: exp.Expr = exp.Anonymous(this="TO_DATE", expressions=[first, exp.Literal.string("YYYY-MM-DD")])
    else:
        start = exp.cast(first, "date")
    missing = exp.Is(this=date.copy(), expression=exp.Null())
    return exp.or_(exp.GTE(this=date.copy(), expression=start), missing)


def _written(select: exp.Expr, dialect: str) -> str:
    from sqlglot.errors import ErrorLevel

    # What a dialect cannot say is an error, never left out in silence.
    return select.sql(dialect=dialect, unsupported_level=ErrorLevel.RAISE)
