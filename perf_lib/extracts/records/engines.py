"""Where records are counted: DuckDB over files, a database behind a connection, or Spark. Only months come back.

Addresses stand in the environment and nowhere else: no message, ours or a driver's, repeats one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import duckdb

from perf_lib.config.yaml import shown
from perf_lib.extracts.records.definitions import EXACT, Kind, Relation, Table, address_of, files_of, kind_of
from perf_lib.extracts.tables.files import first_line
from perf_lib.words.errors import InputError, PerfError, suggestion

SPARK = "spark:"
"""How a Spark master's address begins: spark:yarn, spark:local[4], spark:spark://host:7077."""
MEMORY = "256MB"
"""What DuckDB may hold; a month's figures need little, and a join that needs more goes to disk."""

_DIALECTS = {"postgresql": "postgres", "mssql": "tsql", "oracle": "oracle"}
_EXTRAS = {
    "sqlalchemy": "databases",
    "psycopg": "postgres",
    "pyodbc": "sqlserver",
    "oracledb": "oracle",
    "pyspark": "spark",
}


class Engine(Protocol):
    """Something that knows tables and answers questions in its own SQL. `place` starts every complaint."""

    dialect: str

    def relation(self, name: str, table: Table, place: str) -> Relation:
        """A table as the engine knows it, its columns with their kinds."""

    def rows(self, sql: str, place: str) -> list[tuple[Any, ...]]:
        """The answer's rows: one a month and area."""

    def unread(self, name: str) -> int:
        """Lines of a table's CSV files that did not fit its columns; others hold what they could read."""
        return 0

    def close(self) -> None:
        """Release files and connections."""


@contextmanager
def engine(connection: str | None, params: Path, place: str) -> Iterator[Engine]:
    """The engine behind a connection's name, or DuckDB for none; closed afterwards."""
    address = None if connection is None else address_of("connection", connection, place)
    if address is None:
        opened: Engine = _DuckDB(params)
    elif address.startswith(SPARK):
        opened = _Spark(address.removeprefix(SPARK), params)
    else:
        opened = _Database(address, f"the connection {connection}", place)
    with closing(opened):
        yield opened


class _DuckDB(Engine):
    """Parquet and CSV files, read where they lie, without a server."""

    dialect = "duckdb"

    def __init__(self, params: Path) -> None:
        self._params = params
        self._files: dict[str, list[Path]] = {}
        self._connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "temp_directory": str(Path(tempfile.gettempdir()) / "perf_lib_records"),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,  # files need none, and nothing is downloaded
                "autoload_known_extensions": False,
            }
        )
        self._connection.execute("SET enable_progress_bar = false")  # it would be printed in a notebook

    def relation(self, name: str, table: Table, place: str) -> Relation:
        """A view of the files by the table's name."""
        files = self._files[name] = files_of(table, self._params, place)
        listed = "[" + ", ".join(_text(str(path)) for path in files) + "]"
        if files[0].name.endswith(".parquet"):
            # One file has all its columns; several may each have others.
            source = f"read_parquet({listed}{', union_by_name = true' if len(files) > 1 else ''})"
        else:
            text_columns = [*([table.date] if table.date and table.date_format else []), *table.numbers]
            types = ", ".join(f"{_text(column)}: 'VARCHAR'" for column in text_columns)
            as_text = f", types = {{{types}}}" if text_columns else ""
            source = f"read_csv({listed}, header = true, store_rejects = true, rejects_limit = 0{as_text})"
        # A cell that cannot be read as its type becomes null, and is counted as rejected. DuckDB would move a cast
        # alone into its reader, which then drops the whole line; trim() prevents that.
        casts = {column: f"try_cast(trim({_identifier(column)}) AS {EXACT})" for column in table.numbers}
        if table.date_format and table.date:
            casts[table.date] = f"try_strptime({_identifier(table.date)}, {_text(table.date_format)})"
        replaced = ", ".join(f"{cast} AS {_identifier(column)}" for column, cast in casts.items())
        columns = f"* REPLACE ({replaced})" if casts else "*"
        try:
            self._connection.execute(f"CREATE OR REPLACE VIEW {_identifier(name)} AS SELECT {columns} FROM {source}")  # noqa: S608 - names and paths are quoted
            described = self._connection.execute(f"DESCRIBE {_identifier(name)}").fetchall()
        except duckdb.Error as error:
            raise InputError(f"{place}: {shown(files[0])} cannot be read: {first_line(error, files)}") from None
        return Relation((name,), {row[0]: kind_of(row[1]) for row in described})

    def rows(self, sql: str, place: str) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql).fetchall()
        except duckdb.Error as error:
            files = [path for paths in self._files.values() for path in paths]
            raise InputError(f"{place}: cannot be read: {first_line(error, files)}") from None

    def unread(self, name: str) -> int:
        tables = {row[0] for row in self._connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        if "reject_errors" not in tables:
            return 0
        sql = """SELECT count(DISTINCT (s.file_path, e.line)) FROM reject_errors e
            JOIN reject_scans s USING (scan_id, file_id) WHERE list_contains(?, s.file_path)"""
        number = self._connection.execute(sql, [[str(path) for path in self._files[name]]]).fetchone()
        return int(number[0]) if number else 0

    def close(self) -> None:
        self._connection.close()


class _Database(Engine):
    """PostgreSQL, SQL Server or Oracle through SQLAlchemy."""

    def __init__(self, address: str, title: str, place: str) -> None:
        with _extras_named(f"{place}:"):
            import sqlalchemy
            from sqlalchemy.exc import ArgumentError, NoSuchModuleError

        self._title = title
        try:
            url = sqlalchemy.make_url(address)
            self.dialect = _DIALECTS[url.get_backend_name()]
            with _extras_named(f"{place}: {title}"):
                self._engine = sqlalchemy.create_engine(url, hide_parameters=True)
        except (ArgumentError, NoSuchModuleError, KeyError, ValueError):
            raise InputError(
                f"{place}: the address of {title} is not one of a database that is known; allowed: those that begin "
                f"{', '.join(f'{name}+driver://' for name in _DIALECTS)} or {SPARK}"
            ) from None

    def relation(self, name: str, table: Table, place: str) -> Relation:
        """The table or view, as the database's own catalogue describes it."""
        import sqlalchemy
        from sqlalchemy.exc import NoSuchTableError

        parts = (table.table or "").split(".")
        plain, schema = parts[-1], ".".join(parts[:-1]) or None
        others: set[str] = set()
        with self._refusals(place):
            inspector = sqlalchemy.inspect(self._engine)
            try:
                columns = inspector.get_columns(plain, schema=schema)
            except NoSuchTableError:
                others = {*inspector.get_table_names(schema), *inspector.get_view_names(schema)}
                columns = []
        if not columns:
            raise InputError(f"{place}: {self._title} has no table {table.table!r}; {suggestion(plain, others)}")
        kinds = {self._spelling(str(column["name"])): _alchemy_kind(column["type"]) for column in columns}
        return Relation(tuple(map(self._spelling, parts)), kinds)

    def rows(self, sql: str, place: str) -> list[tuple[Any, ...]]:
        # A question has no parameters: the % of a LIKE must not be taken for one.
        with self._refusals(place), self._engine.connect().execution_options(no_parameters=True) as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

    def close(self) -> None:
        self._engine.dispose()

    def _spelling(self, name: str) -> str:
        """A name as the database stores it: Oracle's plain names are capitals, which SQLAlchemy shows small."""
        return name.upper() if self.dialect == "oracle" and name == name.lower() else name

    @contextmanager
    def _refusals(self, place: str) -> Iterator[None]:
        """Errors of the database in one line, with the kind alone of a driver's: its message names hosts and users."""
        from sqlalchemy.exc import DBAPIError, SQLAlchemyError

        try:
            yield
        except DBAPIError as error:
            kind = type(error.orig).__name__
            state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
            kind += f", SQLSTATE {state}" if state else ""
            problem = f"refused the question ({kind})"
            if error.statement is None:
                problem = f"cannot be reached ({kind}); check its address in the environment"
            raise PerfError(f"{place}: {self._title} {problem}") from None
        except SQLAlchemyError as error:
            raise PerfError(f"{place}: {self._title} failed ({type(error).__name__})") from None


class _Spark(Engine):
    """Spark, for records that outgrow one machine: files it can read, or tables of its catalogue."""

    dialect = "spark"

    def __init__(self, master: str, params: Path) -> None:
        with _extras_named("records:"):
            from pyspark.sql import SparkSession

        self._params = params
        self._session = SparkSession.builder.appName("perf_lib").master(master).getOrCreate()

    def relation(self, name: str, table: Table, place: str) -> Relation:
        """A view of the files by the table's name, or the catalogue's table."""
        from pyspark.errors import PySparkException

        try:
            if table.files is None:
                parts = tuple((table.table or "").split("."))
                frame = self._session.table(".".join(f"`{part}`" for part in parts))
            else:
                paths = [path.resolve().as_uri() for path in files_of(table, self._params, place)]
                parts = (name,)
                if not paths[0].endswith(".parquet"):
                    problem = "Spark reads Parquet files here; CSV files are read without a connection"
                    raise InputError(f"{place}: {problem}")
                frame = self._session.read.parquet(*paths)
                frame.createOrReplaceTempView(f"`{name}`")
        except PySparkException as error:
            raise InputError(f"{place}: Spark cannot read {table.table or table.files} ({_condition(error)})") from None
        types = {field.name: field.dataType.typeName() for field in frame.schema.fields}
        # Spark's timestamp is a moment in the session's time zone; that without a zone has another name.
        return Relation(
            parts, {name: "zoned" if kind == "timestamp" else kind_of(kind) for name, kind in types.items()}
        )

    def rows(self, sql: str, place: str) -> list[tuple[Any, ...]]:
        from pyspark.errors import PySparkException

        try:
            return [tuple(row) for row in self._session.sql(sql).collect()]
        except PySparkException as error:
            raise PerfError(f"{place}: Spark refused the question ({_condition(error)})") from None

    def close(self) -> None:
        """Leave the session open: there is one a process, and it ends with it."""


@contextmanager
def _extras_named(start: str) -> Iterator[None]:
    """Refuse in one line where an optional module is not installed; `start` begins the line."""
    try:
        yield
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").split(".")[0], "databases")
        raise InputError(f"{start} needs {error.name}; pip install 'perf-lib[{extra}]'") from None


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _condition(error: Any) -> str:
    """Spark's name for what went wrong; its message may contain hosts and paths."""
    names = (getattr(error, method, lambda: None)() for method in ("getCondition", "getErrorClass"))
    return next((str(name) for name in names if name), type(error).__name__)


def _alchemy_kind(kind: Any) -> Kind:
    from sqlalchemy import types

    if isinstance(kind, types.DateTime):
        return "zoned" if kind.timezone else "date"
    if isinstance(kind, types.Numeric):  # before whole numbers, as Oracle's NUMBER is both
        return "whole" if kind.scale == 0 and kind.precision and kind.precision <= 18 else "number"
    kinds: dict[Kind, type] = {
        "date": types.Date, "boolean": types.Boolean, "whole": types.Integer, "text": types.String,
    }  # fmt: skip
    return next((name for name, each in kinds.items() if isinstance(kind, each)), "other")
