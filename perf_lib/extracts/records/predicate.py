"""Which records count: a `where` of plain SQL, limited to what every engine understands in the same way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from perf_lib.extracts.records.definitions import Columns, Kind
from perf_lib.words.errors import InputError, suggestion

FUNCTIONS = ("mentions(column, 'list')", "days_between(first, last)", "lower", "upper", "abs", "coalesce", "case")
_DATE = re.compile(r"(?:19|20|21)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_LONGEST_LIST = 1000  # Oracle takes no more in one IN


def parse(where: str, place: str) -> exp.Expr:
    """A `where` as one expression; raises InputError in one line that starts with `place`."""
    try:
        tokens = sqlglot.tokenize(where)
        if any(token.comments for token in tokens):
            raise InputError(f"{place}: where {where!r} holds a comment; a condition alone may stand there")
        if any(token.text == ";" for token in tokens):
            raise InputError(f"{place}: where {where!r} holds a semicolon; one condition may stand there")
        parsed = sqlglot.parse(where, error_level=ErrorLevel.RAISE)
    except (SqlglotError, RecursionError):
        raise InputError(
            f"{place}: where {where!r} is not SQL; write a condition such as status = 'recorded' and loss > 0"
        ) from None
    if len(parsed) != 1 or parsed[0] is None:
        raise InputError(f"{place}: where {where!r} is empty; leave it out, or write a condition")
    return parsed[0]


def column_named(name: str, columns: Columns, place: str, quoted: bool = False) -> str:
    """A column as its table spells it: the exact name, or the only one that differs in capitals alone."""
    if name in columns:
        return name
    spellings = [column for column in columns if column.lower() == name.lower()]
    if len(spellings) == 1 and not quoted:
        return spellings[0]
    raise InputError(f"{place}: unknown column {name!r}; {suggestion(name, columns)}")


def date_of(day: str, dialect: str) -> exp.Expr:
    """A day, 2019-12-31, as a date in a dialect."""
    text = exp.Literal.string(day)
    if dialect == "oracle":  # whose cast follows the session's own date format
        return exp.Anonymous(this="TO_DATE", expressions=[text, exp.Literal.string("YYYY-MM-DD")])
    return exp.cast(text, "date")


def predicate(
    where: str, columns: Columns, words: Mapping[str, Sequence[str]], dialect: str, table: str, place: str
) -> exp.Expr:
    """The condition on the columns of `table`, ready to be written in a dialect.

    Allowed are comparisons, and/or/not, in, between, like, is null, + - *, and `FUNCTIONS`: DuckDB, PostgreSQL,
    SQL Server, Oracle and Spark understand these alike. Raises InputError for anything else.
    """
    return _Translation(where, columns, words, dialect, table, place).condition(parse(where, place))


class _Translation:
    """The translation of one `where`: each node is checked, its columns resolved, our own functions spelt out."""

    def __init__(
        self, where: str, columns: Columns, words: Mapping[str, Sequence[str]], dialect: str, table: str, place: str
    ) -> None:
        self.columns, self.words, self.dialect, self.table = columns, words, dialect, table
        self.place, self.error_prefix = place, f"{place}: where {where!r}"

    def error(self, problem: str) -> InputError:
        return InputError(f"{self.error_prefix}: {problem}")

    def condition(self, node: exp.Expr) -> exp.Expr:
        """Something that is true or false."""
        if isinstance(node, exp.Paren | exp.Not):
            return type(node)(this=self.condition(node.this))
        if isinstance(node, exp.And | exp.Or):
            return self._chain(node)
        if isinstance(node, exp.EQ | exp.NEQ | exp.GT | exp.GTE | exp.LT | exp.LTE):
            return self._compared(type(node), node.this, node.expression)
        if isinstance(node, exp.Between):
            left, low = self._alike(node.this, node.args["low"])
            return exp.Between(this=left, low=low, high=self._alike(node.this, node.args["high"])[1])
        if isinstance(node, exp.In) and node.expressions and not node.args.get("query"):
            if len(node.expressions) > _LONGEST_LIST:
                raise self.error(f"a list holds {len(node.expressions)} values; {_LONGEST_LIST} are allowed")
            pairs = [self._alike(node.this, each) for each in node.expressions]
            return exp.In(this=pairs[0][0], expressions=[value for _, value in pairs])
        if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            return exp.Is(this=self.value(node.this), expression=exp.Null())
        if isinstance(node, exp.Like):
            return self._like(node)
        if isinstance(node, exp.Anonymous) and node.name.lower() == "mentions":
            return self._mentions(node)
        if isinstance(node, exp.Column | exp.Boolean):
            raise self.error(f"{node.sql()} is not a condition; compare it, as in flag = true")
        raise self._not_allowed(node)

    def value(self, node: exp.Expr) -> exp.Expr:
        """Something with a value: a column, a number, words in quotes, a date, or an expression of these."""
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, exp.Literal):
            if node.is_string and node.this == "":
                raise self.error("'' is nothing to Oracle and something to others; write is null")
            return node.copy()
        if isinstance(node, exp.Boolean):
            return exp.Literal.number(int(node.this)) if self.dialect in ("oracle", "tsql") else node.copy()
        if isinstance(node, exp.Cast):
            return self._date(node)
        if isinstance(node, exp.Neg | exp.Paren | exp.Lower | exp.Upper | exp.Abs):
            return type(node)(this=self.value(node.this))
        if isinstance(node, exp.Add | exp.Sub | exp.Mul):
            return type(node)(this=self.value(node.this), expression=self.value(node.expression))
        if isinstance(node, exp.Coalesce):
            return exp.Coalesce(this=self.value(node.this), expressions=[self.value(each) for each in node.expressions])
        if isinstance(node, exp.Case) and node.this is None:
            branches = [
                exp.If(this=self.condition(each.this), true=self.value(each.args["true"])) for each in node.args["ifs"]
            ]
            default = node.args.get("default")
            return exp.Case(ifs=branches, default=None if default is None else self.value(default))
        if isinstance(node, exp.Anonymous) and node.name.lower() == "days_between":
            return self._days_between(node)
        raise self._not_allowed(node)

    def _not_allowed(self, node: exp.Expr) -> InputError:
        if isinstance(node, exp.Subquery | exp.Query | exp.Exists) or node.find(exp.Query):
            return self.error("holds a select; a second table goes under 'join'")
        if isinstance(node, exp.Div | exp.IntDiv | exp.Mod):
            return self.error("engines divide whole numbers differently; multiply the other side instead")
        if isinstance(node, exp.Func):
            name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
            return self.error(f"{name.lower()} is not a function that may stand here; allowed: {', '.join(FUNCTIONS)}")
        return self.error(
            f"{node.sql()!r} may not stand here; a condition on columns may, of and, or, not, =, <, in, "
            "between, like and is null"
        )

    def _chain(self, node: exp.Expr) -> exp.Expr:
        """A chain of and, or of or: it leans to the left, so a loop walks it however long it is."""
        kind, links = type(node), []
        while isinstance(node, kind):
            links.append(node.expression)
            node = node.this
        chain = self.condition(node)
        for link in reversed(links):
            chain = kind(this=chain, expression=self.condition(link))
        return chain

    def _column(self, node: exp.Expr) -> exp.Expr:
        if node.args.get("table"):
            raise self.error(f"{node.sql()}: write the column alone; a second table has a where of its own under join")
        if not isinstance(node.this, exp.Identifier):
            raise self._not_allowed(node.this)
        return exp.column(self._column_name(node), table=self.table, quoted=True)

    def _column_name(self, node: exp.Expr) -> str:
        return column_named(node.name, self.columns, self.place, quoted=bool(node.this.args.get("quoted")))

    def _kind(self, node: exp.Expr) -> Kind | None:
        if isinstance(node, exp.Column) and isinstance(node.this, exp.Identifier):
            return self.columns[self._column_name(node)]
        return "text" if isinstance(node, exp.Lower | exp.Upper) else None

    def _compared(self, kind: type, left: exp.Expr, right: exp.Expr) -> exp.Expr:
        if isinstance(left, exp.Null) or isinstance(right, exp.Null):
            raise self.error("nothing equals null; write is null or is not null")
        if isinstance(right, exp.Column) and not isinstance(left, exp.Column):
            second, first = self._alike(right, left)
        else:
            first, second = self._alike(left, right)
        return kind(this=first, expression=second)

    def _alike(self, left: exp.Expr, right: exp.Expr) -> tuple[exp.Expr, exp.Expr]:
        """Both sides of a comparison, of one kind: engines disagree on what 'a' = 1 means."""
        kind, value = self._kind(left), self.value(right)
        is_text = isinstance(right, exp.Literal) and right.is_string
        is_number = isinstance(right, exp.Literal) and not right.is_string
        flag = isinstance(right, exp.Boolean) or (is_number and right.this in ("0", "1"))
        if kind == "boolean" and flag:
            truth = bool(right.this) if isinstance(right, exp.Boolean) else right.this == "1"
            value = self.value(exp.Boolean(this=truth))
        elif kind == "whole" and isinstance(right, exp.Boolean):
            value = exp.Literal.number(int(right.this))
        elif kind == "text" and not is_text and isinstance(right, exp.Literal | exp.Boolean):
            raise self.error(f"{left.sql()} is text, and {right.sql()} is not; put it in quotes")
        elif kind in ("whole", "number", "boolean") and (is_text or isinstance(right, exp.Boolean)):
            raise self.error(f"{left.sql()} is {_IN_WORDS[kind]}, and {right.sql()} is not")
        elif kind in ("date", "zoned") and isinstance(right, exp.Literal | exp.Boolean):
            raise self.error(f"{left.sql()} is a date; compare it with one, as date '2019-12-31'")
        return self.value(left), value

    def _date(self, node: exp.Expr) -> exp.Expr:
        text = node.this
        is_date = node.is_type("date") and isinstance(text, exp.Literal) and text.is_string
        if not is_date or not _DATE.fullmatch(text.this):
            raise self.error(f"{node.sql()} may not stand here; a date is written date '2019-12-31'")
        return date_of(text.this, self.dialect)

    def _like(self, node: exp.Expr) -> exp.Expr:
        pattern = node.expression
        if not isinstance(pattern, exp.Literal) or not pattern.is_string or set(pattern.this) & set("[\\"):
            raise self.error("like takes words in quotes with % and _, and no [ or \\, which engines read differently")
        if self._kind(node.this) not in (None, "text"):
            raise self.error(f"{node.this.sql()} is not text; like is for text")
        return exp.Like(this=self.value(node.this), expression=pattern.copy())

    def _mentions(self, node: exp.Expr) -> exp.Expr:
        """Any of a list's words somewhere in a text column, whatever its capitals."""
        arguments = node.expressions
        if len(arguments) != 2 or not isinstance(arguments[0], exp.Column) or not isinstance(arguments[1], exp.Literal):
            raise self.error("mentions takes a column and a list of words, as mentions(summary, 'cyber')")
        column, name = arguments[0], arguments[1].this
        if name not in self.words:
            raise self.error(f"unknown list {name!r}; {suggestion(name, self.words)}")
        if self._kind(column) != "text":
            raise self.error(f"{column.sql()} is not text; words are sought in text")
        words = self.words[name]
        if self.dialect == "duckdb" and all(word.isascii() for word in words):
            # One pass over the text for all the words; each LIKE would make its own.
            pattern = [exp.Literal.string("|".join(map(re.escape, words))), exp.Literal.string("i")]
            return exp.Anonymous(this="REGEXP_MATCHES", expressions=[self._column(column), *pattern])
        conditions = [
            exp.Like(this=exp.Lower(this=self._column(column)), expression=exp.Literal.string(f"%{word}%"))
            for word in words
        ]
        return exp.Paren(this=_any_of(conditions))

    def _days_between(self, node: exp.Expr) -> exp.Expr:
        """Whole days from one date to another, without their times of day."""
        dates = node.expressions
        if len(dates) != 2 or any(self._kind(date) != "date" for date in dates):
            raise self.error("days_between takes two date columns, as days_between(received_on, recorded_on)")
        if self.dialect == "oracle":
            start, end = (exp.Anonymous(this="TRUNC", expressions=[self._column(date)]) for date in dates)
            return exp.Paren(this=exp.Sub(this=end, expression=start))
        first, last = (exp.cast(self._column(date), "date") for date in dates)
        if self.dialect == "postgres":
            return exp.Paren(this=exp.Sub(this=last, expression=first))
        if self.dialect == "spark":
            return exp.Anonymous(this="DATEDIFF", expressions=[last, first])
        unit = exp.Literal.string("day") if self.dialect == "duckdb" else exp.var("DAY")
        name = "DATE_DIFF" if self.dialect == "duckdb" else "DATEDIFF"
        return exp.Anonymous(this=name, expressions=[unit, first, last])


_IN_WORDS = {"whole": "a whole number", "number": "a number", "boolean": "true or false"}


def _any_of(conditions: Sequence[exp.Expr]) -> exp.Expr:
    """A balanced tree of or: for a thousand words it is ten deep, not a thousand."""
    if len(conditions) == 1:
        return conditions[0]
    half = len(conditions) // 2
    return exp.Or(this=_any_of(conditions[:half]), expression=_any_of(conditions[half:]))
