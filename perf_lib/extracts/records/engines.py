"""Where records are counted: DuckDB over files, a database behind a connection, or Spark. Only months come back.

Addresses stand in the environment and nowhere else: no message of ours, and none of a driver's, repeats one.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from perf_lib.config.yaml import shown
from perf_lib.extracts.records.definitions import Table
from perf_lib.extracts.records.predicate import Kind
from perf_lib.extracts.records.sql import EXACT, Relation
from perf_lib.words.errors import InputError, PerfError, suggestion

if TYPE_CHECKING:
    from sqlalchemy import Engine as Alchemy

CONNECTION = "PERF_CONNECTION_"
FOLDER = "PERF_FOLDER_"
SPARK = "spark:"
"""How a Spark master's address begins: spark:yarn, spark:local[4], spark:spark://host:7077."""

MEMORY = "256MB"
"""What DuckDB may hold; a month's figures need little, and a join that needs more goes to disk."""

_DIALECTS = {"postgresql": "postgres", "mssql": "tsql", "oracle": "oracle"}
_EXTRAS = {"sqlalchemy": "databases", "psycopg": "postgres", "pyodbc": "sqlserver", "oracledb": "oracle"}
_SUFFIXES = (".parquet", ".csv", ".csv.gz")


class Engine(Protocol):
    """Something that knows tables and answers questions in its own SQL."""

    dialect: str

    def relation(self, name: str, table: Table, said: str) -> Relation:
        """A table as the engine knows it, its columns with their kinds."""

    def rows(self, sql: str, said: str) -> list[tuple[Any, ...]]:
        """The answer's rows: one a month and area."""

    def unread(self, name: str) -> int:
        """Rows of a table's files that could not be read at all."""


@contextmanager
def engine(connection: str | None, params: Path, said: str) -> Iterator[Engine]:
    """The engine behind a connection's name, or DuckDB for none; closed when done with."""
    address = None if connection is None else _from_environment(CONNECTION, connection, said, "the connection")
    if address is None:
        duck = DuckDB(params)
        try:
            yield duck
        finally:
            duck.close()
    elif address.startswith(SPARK):
        yield Spark(address.removeprefix(SPARK), params)
    else:
        database = Database(address, f"the connection {connection}", said)
        try:
            yield database
        finally:
            database.close()


class DuckDB:
    """Parquet and CSV files, read where they lie, without a server."""

    dialect = "duckdb"

    def __init__(self, params: Path) -> None:
        import duckdb

        self._params = params
        self._files: dict[str, list[str]] = {}
        self._connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "temp_directory": str(Path(tempfile.gettempdir()) / "perf_lib_records"),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,  # what is read is files, and nothing is fetched
                "autoload_known_extensions": False,
            }
        )
        self._connection.execute("SET enable_progress_bar = false")  # a notebook's page is no place for one

    def relation(self, name: str, table: Table, said: str) -> Relation:
        """A view of the files by the table's name."""
        import duckdb

        files = files_of(table, self._params, said)
        self._files[name] = [str(path) for path in files]
        listed = "[" + ", ".join(_text(path) for path in self._files[name]) + "]"
        if files[0].name.endswith(".parquet"):
            # One file's columns are its own; of several, each has those it has.
            source = f"read_parquet({listed}{', union_by_name = true' if len(files) > 1 else ''})"
        else:
            forced = [*([table.date] if table.date and table.date_format else []), *table.numbers]
            typed = ", ".join(f"{_text(column)}: 'VARCHAR'" for column in forced)
            as_text = f", types = {{{typed}}}" if forced else ""
            source = f"read_csv({listed}, header = true, store_rejects = true, rejects_limit = 0{as_text})"
        # What cannot be read as what it should be becomes null, and is counted as rejected. A cast alone would be
        # taken into the reader, which drops the whole line for it; trimming keeps it out.
        read = {column: f"try_cast(trim({_identifier(column)}) AS {EXACT})" for column in table.numbers}
        if table.date_format and table.date:
            read[table.date] = f"try_strptime({_identifier(table.date)}, {_text(table.date_format)})"
        replaced = ", ".join(f"{how} AS {_identifier(column)}" for column, how in read.items())
        columns = f"* REPLACE ({replaced})" if read else "*"
        try:
            self._connection.execute(f"CREATE OR REPLACE VIEW {_identifier(name)} AS SELECT {columns} FROM {source}")  # noqa: S608 - names and paths are quoted
            described = self._connection.execute(f"DESCRIBE {_identifier(name)}").fetchall()
        except duckdb.Error as error:
            raise InputError(
                f"{said}: {shown(files[0])} cannot be read: {_first_line(error, self._files[name])}"
            ) from None
        return Relation((name,), {row[0]: _duckdb_kind(row[1]) for row in described})

    def rows(self, sql: str, said: str) -> list[tuple[Any, ...]]:
        """The answer's rows."""
        import duckdb

        try:
            return self._connection.execute(sql).fetchall()
        except duckdb.Error as error:
            known = [path for paths in self._files.values() for path in paths]
            raise InputError(f"{said}: cannot be read: {_first_line(error, known)}") from None

    def unread(self, name: str) -> int:
        """Lines of CSV files that did not fit their columns."""
        tables = {row[0] for row in self._connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        if "reject_errors" not in tables:
            return 0
        sql = """SELECT count(DISTINCT (s.file_path, e.line)) FROM reject_errors e
            JOIN reject_scans s USING (scan_id, file_id) WHERE list_contains(?, s.file_path)"""
        found = self._connection.execute(sql, [self._files[name]]).fetchone()
        return int(found[0]) if found else 0

    def close(self) -> None:
        """Let go of the files."""
        self._connection.close()


class Database:
    """PostgreSQL, SQL Server or Oracle through SQLAlchemy."""

    def __init__(self, address: str, called: str, said: str) -> None:
        import_or_say("sqlalchemy", said)
        import sqlalchemy
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError

        self._called = called
        try:
            url = sqlalchemy.make_url(address)
            self.dialect = _DIALECTS[url.get_backend_name()]
            self._engine: Alchemy = sqlalchemy.create_engine(url, hide_parameters=True)
        except ModuleNotFoundError as error:
            extra = _EXTRAS.get(error.name or "", "databases")
            raise InputError(f"{said}: {called} needs {error.name}; pip install 'perf-lib[{extra}]'") from None
        except (ArgumentError, NoSuchModuleError, KeyError, ValueError):
            raise InputError(
                f"{said}: the address of {called} is not one of a database that is known; allowed: those that begin "
                f"{', '.join(f'{name}+driver://' for name in _DIALECTS)} or {SPARK}"
            ) from None

    def relation(self, name: str, table: Table, said: str) -> Relation:
        """The table or view, as the database's own catalogue describes it."""
        import sqlalchemy
        from sqlalchemy.exc import NoSuchTableError

        written = (table.table or "").split(".")
        plain, schema = written[-1], ".".join(written[:-1]) or None
        with self._refusals(said):
            inspector = sqlalchemy.inspect(self._engine)
            try:
                found = inspector.get_columns(plain, schema=schema)
            except NoSuchTableError:
                there = {*inspector.get_table_names(schema), *inspector.get_view_names(schema)}
                found = []
        if not found:
            raise InputError(f"{said}: {self._called} has no table {table.table!r}; {suggestion(plain, there)}")
        spelt = self._spelt
        columns = {spelt(str(each["name"])): _alchemy_kind(each["type"]) for each in found}
        return Relation(tuple(spelt(part) for part in written), columns)

    def rows(self, sql: str, said: str) -> list[tuple[Any, ...]]:
        """The answer's rows."""
        # A question has no parameters, and the % of its LIKE is nobody's placeholder.
        with self._refusals(said), self._engine.connect().execution_options(no_parameters=True) as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

    def unread(self, name: str) -> int:
        """None: a database holds what it could read."""
        return 0

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _spelt(self, name: str) -> str:
        """A name as the database keeps it: Oracle's plain names are capitals, which SQLAlchemy shows small."""
        return name.upper() if self.dialect == "oracle" and name == name.lower() else name

    @contextmanager
    def _refusals(self, said: str) -> Iterator[None]:
        """A driver's own message names hosts and users, so only its kind is passed on."""
        from sqlalchemy.exc import DBAPIError, SQLAlchemyError

        try:
            yield
        except DBAPIError as error:
            kind = type(error.orig).__name__
            state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
            kind += f", SQLSTATE {state}" if state else ""
            if error.statement is None:
                raise PerfError(
                    f"{said}: {self._called} cannot be reached ({kind}); check its address in the environment"
                ) from None
            raise PerfError(f"{said}: {self._called} refused the question ({kind})") from None
        except SQLAlchemyError as error:
            raise PerfError(f"{said}: {self._called} failed ({type(error).__name__})") from None


class Spark:
    """Spark, for records that outgrow one machine: files it can read, or tables of its catalogue."""

    dialect = "spark"

    def __init__(self, master: str, params: Path) -> None:
        import_or_say("pyspark", "records")
        from pyspark.sql import SparkSession

        self._params = params
        self._session = SparkSession.builder.appName("perf_lib").master(master).getOrCreate()

    def relation(self, name: str, table: Table, said: str) -> Relation:
        """A view of the files by the table's name, or the catalogue's table."""
        from pyspark.errors import PySparkException

        try:
            if table.files is None:
                parts = tuple((table.table or "").split("."))
                frame = self._session.table(".".join(f"`{part}`" for part in parts))
            else:
                paths = [path.resolve().as_uri() for path in files_of(table, self._params, said)]
                parts = (name,)
                if not paths[0].endswith(".parquet"):
                    raise InputError(f"{said}: Spark reads Parquet files here; CSV files are read without a connection")
                frame = self._session.read.parquet(*paths)
                frame.createOrReplaceTempView(f"`{name}`")
        except PySparkException as error:
            raise InputError(f"{said}: Spark cannot read {table.table or table.files} ({_condition(error)})") from None
        return Relation(parts, {field.name: _spark_kind(field.dataType.typeName()) for field in frame.schema.fields})

    def rows(self, sql: str, said: str) -> list[tuple[Any, ...]]:
        """The answer's rows."""
        from pyspark.errors import PySparkException

        try:
            return [tuple(row) for row in self._session.sql(sql).collect()]
        except PySparkException as error:
            raise PerfError(f"{said}: Spark refused the question ({_condition(error)})") from None

    def unread(self, name: str) -> int:
        """None: what Spark cannot read it refuses."""
        return 0


def files_of(table: Table, params: Path, said: str) -> list[Path]:
    """The files that a table names, sorted; all of one kind, and inside their folder."""
    written = table.files or ""
    folder = params if table.folder is None else Path(_from_environment(FOLDER, table.folder, said, "the folder"))
    if Path(written).is_absolute() or ".." in Path(written).parts or "\0" in written:
        raise InputError(f"{said}: files {written!r} lead outside their folder")
    found = sorted(path for path in folder.glob(written) if path.is_file())
    if not found:
        raise InputError(f"{said}: there is no file {written!r}")
    kinds = {next((suffix for suffix in _SUFFIXES if path.name.lower().endswith(suffix)), None) for path in found}
    if None in kinds or len({str(kind).removesuffix(".gz") for kind in kinds}) > 1:
        raise InputError(f"{said}: files {written!r}; either Parquet or CSV files are allowed, by their endings")
    return found


def import_or_say(module: str, said: str) -> None:
    """Refuse in one line where an extra is not installed."""
    import importlib

    try:
        importlib.import_module(module)
    except ModuleNotFoundError:
        extra = _EXTRAS.get(module, "spark")
        raise InputError(f"{said}: needs {module}; pip install 'perf-lib[{extra}]'") from None


def _from_environment(prefix: str, name: str, said: str, what: str) -> str:
    variable = prefix + name.upper()
    if not (value := os.environ.get(variable, "").strip()):
        raise InputError(f"{said}: {what} {name!r} has no address; set the environment variable {variable}")
    return value


def _text(value: str | None) -> str:
    return "'" + (value or "").replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _first_line(error: Exception, paths: list[str]) -> str:
    """What DuckDB says, in one line, each file by its short name."""
    line = next((line.strip() for line in str(error).splitlines() if line.strip()), "for no reason given")
    for path in paths:
        line = line.replace(path, shown(Path(path)))
    return re.sub(r"\s+", " ", line)[:200]


def _condition(error: Any) -> str:
    """Spark's name for what went wrong; its message may tell of hosts and paths."""
    return next(
        (str(found) for name in ("getCondition", "getErrorClass") if (found := getattr(error, name, lambda: None)())),
        type(error).__name__,
    )


def _duckdb_kind(written: str) -> Kind:
    if "TIME ZONE" in written or written == "TIMESTAMPTZ":
        return "zoned"
    if written in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"):
        return "whole"
    if written.startswith("DECIMAL") or written in ("DOUBLE", "FLOAT", "HUGEINT", "UHUGEINT"):
        return "number"
    if written == "DATE" or written.startswith("TIMESTAMP"):
        return "date"
    return {"VARCHAR": "text", "BOOLEAN": "boolean"}.get(written, "text" if written.startswith("ENUM") else "other")  # type: ignore[return-value]  # a literal's own words


def _alchemy_kind(kind: Any) -> Kind:
    from sqlalchemy import types

    if isinstance(kind, types.DateTime):
        return "zoned" if kind.timezone else "date"
    if isinstance(kind, types.Date):
        return "date"
    if isinstance(kind, types.Boolean):
        return "boolean"
    if isinstance(kind, types.Integer):
        return "whole"
    if isinstance(kind, types.Numeric):
        return "whole" if kind.scale == 0 and kind.precision and kind.precision <= 18 else "number"
    return "text" if isinstance(kind, types.String) else "other"


def _spark_kind(name: str) -> Kind:
    known: Mapping[str, Kind] = {
        "date": "date", "timestamp_ntz": "date", "timestamp": "zoned", "string": "text", "boolean": "boolean",
        "byte": "whole", "short": "whole", "integer": "whole", "long": "whole", "tinyint": "whole",
        "smallint": "whole", "int": "whole", "bigint": "whole", "float": "number", "double": "number",
        "decimal": "number",
    }  # fmt: skip
    return known.get(name, "text" if name.startswith(("char", "varchar")) else "other")
