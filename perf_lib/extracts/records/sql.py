"""The definitions on one table as one question in an engine's own SQL: a row a month and area, and no record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import ErrorLevel

from perf_lib.extracts.records.definitions import EXACT, Columns, Definitions, Kind, Relation
from perf_lib.extracts.records.predicate import column_named, date_of, predicate
from perf_lib.words.errors import InputError

DIALECTS = ("duckdb", "postgres", "tsql", "oracle", "spark")

_KIND_NAMES: dict[Kind, str] = {
    "date": "a date", "zoned": "a moment", "whole": "a number", "number": "a number", "text": "text",
    "boolean": "true or false", "other": "of another type",
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One SELECT, and what its columns hold after year, month and, where the table has one, area."""

    sql: str
    answers: tuple[tuple[str, str], ...]
    """A definition and one of its figures: `rows` that fit; where a column is added up, the rows `used` (those that
    have a figure), the `total`, and the total of the denominator's column, `over`."""


def question(definitions: Definitions, names: list[str], relations: Mapping[str, Relation], dialect: str) -> Question:
    """All of one table's definitions in one pass over it.

    A month is the year and month of the table's date; records without a date are in the row without a month.
    Raises InputError for an unknown column, or one whose kind does not suit its use.
    """
    table_name = definitions.definitions[names[0]].table
    table, relation = definitions.tables[table_name], relations[table_name]
    place = definitions.where(f"tables.{table_name}")
    date = _of_kind(table.date or "", relation.columns, ("date",), f"{place}.date")
    parts = {part: exp.Extract(this=exp.var(part.upper()), expression=date.copy()) for part in ("year", "month")}
    inner = exp.select(*(exp.alias_(value, f"r_{part}") for part, value in parts.items()))
    groups = ["r_year", "r_month"]
    if table.area is not None:
        area = _column(column_named(table.area, relation.columns, f"{place}.area"))
        inner = inner.select(exp.alias_(area, "r_area"))
        groups.append("r_area")
    inner = inner.from_(_from(relation, "r"))
    outer = exp.select(*(exp.column(name) for name in groups))
    answers: list[tuple[str, str]] = []
    for number, name in enumerate(names):
        inner, aggregates = _aggregates(inner, definitions, name, relations, dialect, number)
        for what, aggregate in aggregates:
            outer = outer.select(exp.alias_(aggregate, f"a_{len(answers)}"))
            answers.append((name, what))
    if table.first_month is not None:
        # A record without a date stays in, to be counted as rejected.
        not_before = exp.GTE(this=date.copy(), expression=date_of(f"{table.first_month}-01", dialect))
        inner = inner.where(exp.or_(not_before, exp.Is(this=date.copy(), expression=exp.Null())))
    select = outer.from_(inner.subquery("g")).group_by(*(exp.column(name) for name in groups))
    # What a dialect cannot express is an error, never left out in silence.
    return Question(select.sql(dialect=dialect, unsupported_level=ErrorLevel.RAISE), tuple(answers))


def _aggregates(
    inner: exp.Select, definitions: Definitions, name: str, relations: Mapping[str, Relation], dialect: str, number: int
) -> tuple[exp.Select, list[tuple[str, exp.Expr]]]:
    """The inner select with one definition's columns (1 where a record fits, else null; its figures), and the
    aggregates of these."""
    definition, place = definitions.definitions[name], definitions.where(name)
    columns = relations[definition.table].columns
    conditions = []
    if definition.where is not None:
        conditions.append(predicate(definition.where, columns, definitions.words, dialect, "r", place))
    if definition.join is not None:
        inner, joined = _joined(inner, definitions, name, relations, dialect, f"j{number}")
        conditions.append(joined)
    one = exp.Literal.number(1)
    flag = exp.Case(ifs=[exp.If(this=exp.and_(*conditions), true=one)]) if conditions else one
    inner = inner.select(exp.alias_(flag, f"f_{number}"))
    fit = exp.column(f"f_{number}")
    figures: dict[str, exp.Expr] = {}
    for what, column in {"total": definition.sum or definition.mean, "over": definition.denominator_column}.items():
        if column is None:
            continue
        key = "denominator_column" if what == "over" else "sum" if definition.sum else "mean"
        figure = _of_kind(column, columns, ("whole", "number"), f"{place}.{key}")
        whole = columns[column_named(column, columns, place)] == "whole"
        inner = inner.select(exp.alias_(exp.cast(figure, "BIGINT" if whole else EXACT), f"{what[0]}_{number}"))
        figures[what] = exp.column(f"{what[0]}_{number}")
    if not figures:
        return inner, [("rows", _count(fit))]
    complete: exp.Expr = exp.EQ(this=fit.copy(), expression=one.copy())
    counted: exp.Expr = next(iter(figures.values()))  # a count leaves out the rows where this one figure is null
    if len(figures) > 1:
        complete, counted = exp.and_(complete, *(_not_null(figure) for figure in figures.values())), one

    def where_complete(value: exp.Expr) -> exp.Expr:
        return exp.Case(ifs=[exp.If(this=complete.copy(), true=value.copy())])

    totals = [(what, exp.Sum(this=where_complete(figure))) for what, figure in figures.items()]
    return inner, [("rows", _count(fit)), ("used", _count(where_complete(counted))), *totals]


def _joined(
    inner: exp.Select, definitions: Definitions, name: str, relations: Mapping[str, Relation], dialect: str, alias: str
) -> tuple[exp.Select, exp.Expr]:
    """A left join to the second table's distinct keys: a record meets at most one of them, so none counts twice."""
    definition, place = definitions.definitions[name], f"{definitions.where(name)}.join"
    join = definition.join
    assert join is not None  # noqa: S101 - for the type checker
    second, columns = relations[join.table], relations[definition.table].columns
    keys = exp.select(*(
        exp.alias_(_column(column_named(theirs, second.columns, place), "s"), f"k_{number}")
        for number, theirs in enumerate(join.match.values())
    )).from_(_from(second, "s")).distinct()  # fmt: skip
    if join.where is not None:
        keys = keys.where(predicate(join.where, second.columns, definitions.words, dialect, "s", place))
    equal = exp.and_(*(
        exp.EQ(this=_column(column_named(ours, columns, place)), expression=exp.column(f"k_{number}", table=alias))
        for number, ours in enumerate(join.match)
    ))  # fmt: skip
    inner = inner.join(keys.subquery(alias), on=equal, join_type="left")
    return inner, _not_null(exp.column("k_0", table=alias))


def _of_kind(name: str, columns: Columns, allowed: tuple[Kind, ...], place: str) -> exp.Expr:
    column = column_named(name, columns, place)
    kind = columns[column]
    if kind not in allowed:
        if "date" in allowed:
            remedy = {
                "text": "give date_format for a file, or make it a date in a view",
                "zoned": "it carries a time zone, and the month depends on whose; make it local time in a view",
            }.get(kind, "name the column of dates")
            raise InputError(f"{place}: the column {column!r} is {_KIND_NAMES[kind]}, not a date: {remedy}")
        hint = "; name it under numbers if it stands in a CSV file" if kind == "text" else ""
        raise InputError(f"{place}: the column {column!r} is {_KIND_NAMES[kind]}; a number can be added up{hint}")
    return _column(column)


def _column(name: str, table: str = "r") -> exp.Expr:
    return exp.column(exp.to_identifier(name, quoted=True), table=table)


def _from(relation: Relation, alias: str) -> exp.Expr:
    parts = [exp.to_identifier(part, quoted=True) for part in relation.name]
    catalogue, schema, table = [None] * (3 - len(parts)) + parts
    return exp.Table(this=table, db=schema, catalog=catalogue, alias=exp.TableAlias(this=exp.to_identifier(alias)))


def _count(what: exp.Expr) -> exp.Expr:
    return exp.Count(this=what, big_int=True)


def _not_null(what: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=what.copy(), expression=exp.Null()))
