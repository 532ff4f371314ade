"""One definition, several engines: PostgreSQL and Spark started for real, SQL Server and Oracle as text."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import sqlglot
import yaml
from builders import PARAMS
from sqlglot.errors import ErrorLevel

from perf_lib.config.catalogue import read_catalogue
from perf_lib.extracts import read_definitions, read_records
from perf_lib.extracts.records.definitions import Definitions, Relation, Table
from perf_lib.extracts.records.engines import _alchemy_kind
from perf_lib.extracts.records.records import Records
from perf_lib.extracts.records.sql import DIALECTS, question
from perf_lib.words.errors import InputError, PerfError

CATALOGUE = read_catalogue(PARAMS / "measures.yaml")
SINCE = "2018-01"  # two years are enough to tell engines apart, and half the rows of five


@pytest.fixture(scope="module")
def two_years(tmp_path_factory) -> Path:
    """params/ with two years of the sample's records."""
    from tests.sample.make_records import main

    params = Path(shutil.copytree(PARAMS, tmp_path_factory.mktemp("two_years") / "params"))
    main(params / "records", SINCE)
    return params


@pytest.fixture(scope="module")
def expected(two_years) -> Records:
    """What DuckDB counts, which test_records.py holds against the sample."""
    return counted(two_years)


def counted(params: Path, **keys: object) -> Records:
    """What records come to, with keys of every table replaced: `files=None, connection=...`."""
    content = yaml.safe_load((params / "records.yaml").read_text(encoding="utf-8"))
    for name, table in content["tables"].items():
        table |= {key: value.format(name) if isinstance(value, str) else value for key, value in keys.items()}
        content["tables"][name] = {key: value for key, value in table.items() if value is not None}
    path = params / "elsewhere.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return read_records(read_definitions(path, CATALOGUE), CATALOGUE, "Wiltshire", params)


def assert_the_same(found: Records, expected: Records) -> None:
    pd.testing.assert_frame_equal(found.frame, expected.frame, check_exact=True)
    pd.testing.assert_frame_equal(found.coverage, expected.coverage, check_exact=True)


# PostgreSQL, Debian's or any other's, on a socket in a folder of its own.


def programs() -> Path | None:
    """Where initdb and pg_ctl are, Debian's folders included."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "pg_ctl").exists() and (place / "initdb").exists()), None)


@pytest.fixture(scope="module")
def postgres(two_years, tmp_path_factory) -> Iterator[str]:
    """A server of our own with every table of the records in it; yields its address."""
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed: perf-lib[postgres]")
    pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed: perf-lib[postgres]")
    if (bin_folder := programs()) is None:
        pytest.skip("PostgreSQL's server is not installed")
    # The server will not run as root, and a socket's path is short: a folder of the system's that its user owns.
    folder = Path(tempfile.mkdtemp(prefix="perf_pg_"))
    user = {}
    if os.geteuid() == 0:
        found = next(
            (name for name in ("postgres", "nobody") if name in {each.pw_name for each in pwd.getpwall()}), None
        )
        if found is None:
            pytest.skip("the server will not run as root, and there is no user postgres or nobody")
        entry = pwd.getpwnam(found)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        user = {"user": found, "group": entry.pw_gid, "extra_groups": []}

    def run(program: str, *arguments: str) -> None:
        command = [str(bin_folder / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            cwd=folder,
            env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            **user,
        )

    try:
        run("initdb", "-U", "perf", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c shared_buffers=64MB"
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        with psycopg.connect(host=str(folder), user="perf", dbname="postgres", autocommit=True) as connection:
            _fill(connection, two_years / "records", folder)
        yield f"postgresql+psycopg://perf@/postgres?host={folder}"
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _fill(connection, records: Path, folder: Path) -> None:
    """Each Parquet file into a table of the schema `rms`, by CSV and COPY."""
    types = {"DOUBLE": "double precision", "VARCHAR": "text"}
    connection.execute("CREATE SCHEMA rms")
    for path in sorted(records.glob("*.parquet")):
        described = duckdb.sql(f"DESCRIBE FROM '{path}'").fetchall()
        columns = ", ".join(f'"{name}" {types.get(kind, kind)}' for name, kind, *_ in described)
        connection.execute(f'CREATE UNLOGGED TABLE rms."{path.stem}" ({columns})')
        text = records / f"{path.stem}.csv"
        duckdb.sql(f"COPY (FROM '{path}') TO '{text}' (HEADER false)")
        with (
            text.open("rb") as file,
            connection.cursor().copy(f'COPY rms."{path.stem}" FROM STDIN (FORMAT csv)') as copy,
        ):
            while piece := file.read(1 << 20):
                copy.write(piece)
        text.unlink()


def test_postgresql_gives_the_same_to_the_last_digit(postgres, two_years, expected, monkeypatch):
    monkeypatch.setenv("PERF_CONNECTION_RMS", postgres)
    assert_the_same(counted(two_years, files=None, connection="rms", table="rms.{}"), expected)


def test_what_postgresql_does_not_have_is_one_line_without_its_address(postgres, two_years, monkeypatch):
    monkeypatch.setenv("PERF_CONNECTION_RMS", postgres)
    with pytest.raises(
        InputError, match=r"tables.crimes: the connection rms has no table 'rms.crimes_x'; did you mean cr"
    ):
        counted(two_years, files=None, connection="rms", table="rms.{}_x")
    with pytest.raises(InputError, match=r"tables.crimes.date: unknown column 'recorded'; did you mean recorded_at"):
        counted(two_years, files=None, connection="rms", table="rms.{}", date="recorded")
    wrong = {
        "another user": postgres.replace("perf@", "stranger:secret@"),
        "another place": postgres.replace("perf_pg_", "perf_pg_nowhere_"),
        "another database": postgres.replace("/postgres?", "/absent?"),
    }
    for address in wrong.values():
        monkeypatch.setenv("PERF_CONNECTION_RMS", address)
        with pytest.raises(PerfError, match=r"the connection rms cannot be reached \(OperationalError") as refused:
            counted(two_years, files=None, connection="rms", table="rms.{}")
        message = str(refused.value)
        assert [part for part in ("secret", "stranger", "perf_pg", "nowhere", "absent") if part in message] == []
        assert refused.value.__suppress_context__


# Spark, on two workers of its own.


@pytest.fixture(scope="module")
def spark(tmp_path_factory) -> Iterator[str]:
    """A local cluster of two workers, each a process with a gigabyte; yields its address."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed: perf-lib[spark]")
    java = shutil.which("java")
    if java is None or not re.search(
        r'version "(?:17|21)\b', subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    ):
        pytest.skip("Java 17 or 21 is not installed")
    master, scratch = "local-cluster[2,1,1024]", tmp_path_factory.mktemp("spark")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_WORKER_DIR", str(scratch))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("SPARK_LOCAL_DIRS", str(scratch))
        builder = sql.SparkSession.builder.master(master)
        for key, value in {
            "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.warehouse.dir": str(scratch / "warehouse"), "spark.log.level": "ERROR",
            # Two workers answer small questions sooner when nothing is compiled for them first.
            "spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.sql.adaptive.enabled": "false",
        }.items():  # fmt: skip
            builder = builder.config(key, value)
        session = builder.getOrCreate()
        assert session.sparkContext.master == master
        yield f"spark:{master}"
        session.stop()


def test_spark_gives_the_same_to_the_last_digit(spark, two_years, expected, monkeypatch):
    monkeypatch.setenv("PERF_CONNECTION_LAKE", spark)
    assert_the_same(counted(two_years, connection="lake"), expected)
    with pytest.raises(
        InputError, match=r"tables.crimes: Spark cannot read nowhere.crimes \(TABLE_OR_VIEW_NOT_FOUND\)"
    ):
        counted(two_years, files=None, connection="lake", table="nowhere.{}")


# SQL Server and Oracle, as text against what SQL Server 2016 and Oracle 12c accept.

KINDS = {"DATE": "date", "TIMESTAMP": "date", "VARCHAR": "text", "BOOLEAN": "boolean", "BIGINT": "whole"}


@cache
def written(dialect: str) -> str:
    """Every question that the shipped definitions ask, and some that ask for all that a where may say."""
    from tests.sample.make_records import _type, tables

    shipped = read_definitions(PARAMS / "records.yaml", CATALOGUE)
    more = {
        "one": {"table": "crimes", "count": "rows", "where": "days_between(recorded_at, recorded_at) * 2 + 1 - 1 < 3 "
                "and abs(crime_id) > -1 and coalesce(summary, 'none') <> 'it''s' and upper(division) like 'N%'"},
        "two": {"table": "incidents", "sum": "response_seconds", "denominator_column": "incident_id",
                "where": "(attended = true or not attended = 0) and created_at between date '2019-01-01' and "
                "date '2019-12-31' and case when grade in ('a', 'b') then 1 else 0 end = 1 and kind is not null"},
    }  # fmt: skip
    definitions = {
        **shipped.definitions,
        **{name: type(shipped.definitions["complaints"])(**each) for name, each in more.items()},
    }
    named = {
        name: table.model_copy(update={"first_month": "2015-01", "area": "division"} if name == "crimes" else {})
        for name, table in shipped.tables.items()
    }
    asked = Definitions(shipped.path, named, shipped.words, definitions, ())
    relations = {}
    for name, frame in tables("2019-12").items():
        kinds = {column: KINDS.get(_type(frame[column], column), "number") for column in frame}
        if dialect in ("oracle", "tsql"):  # neither has a boolean column; SQL Server's bit goes by true and false
            kinds = {
                column: "whole" if kind == "boolean" and dialect == "oracle" else kind for column, kind in kinds.items()
            }
        if dialect == "oracle":
            kinds = {column.upper(): kind for column, kind in kinds.items()}
        relations[name] = Relation(("rms", name), kinds)
    by_table: dict[str, list[str]] = {}
    for name, definition in definitions.items():
        by_table.setdefault(definition.table, []).append(name)
    return ";\n".join(question(asked, names, relations, dialect).sql for names in by_table.values())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_question_is_a_select_that_its_own_dialect_reads_back(dialect):
    parsed = sqlglot.parse(written(dialect), read=dialect, error_level=ErrorLevel.RAISE)
    assert len(parsed) == 14 - 1  # a question a table; crime_tags is only joined to
    for select in parsed:
        assert isinstance(select, sqlglot.exp.Select)
        assert select.args["from_"].this.alias == "g"
        assert not select.find(sqlglot.exp.Star)


# What neither version has: https://learn.microsoft.com/sql/t-sql and the Oracle Database 12c SQL Language Reference.
NEITHER = (
    r"\bTRUE\b|\bFALSE\b|\bLIMIT\b|DATE_TRUNC|\bILIKE\b|\bFILTER\b|::|\bBOOL|\bIS TRUE\b|\|\||\bINTERVAL\b|\bUSING\b|`"
)


def without_strings(sql: str) -> str:
    return re.sub(r"'(?:[^']|'')*'", "''", sql)


def test_sql_server_is_asked_in_what_it_understands():
    sql = without_strings(written("tsql"))
    assert re.findall(NEITHER, sql, re.IGNORECASE) == []
    assert re.findall(r'\bEXTRACT\b|"|\bMOD\b|\bTO_DATE\b|\bTRIM\(|\bDATE \'', sql, re.IGNORECASE) == []
    assert "DATEPART(YEAR, r.[recorded_at])" in sql
    assert "COUNT_BIG(" in sql and not re.search(r"\bCOUNT\(", sql)  # a count past two thousand million
    assert "[attended] = 1" in sql and "DATEDIFF(DAY, " in sql
    # A condition is no value there, and a flag no condition: between WHEN and THEN something is always compared.
    for condition in re.findall(r"WHEN (.*?) THEN", sql):
        assert re.search(r"[=<>]|\bIN\b|\bIS\b|\bLIKE\b|\bBETWEEN\b", condition)


def test_oracle_is_asked_in_what_it_understands():
    sql = without_strings(written("oracle"))
    assert re.findall(NEITHER, sql, re.IGNORECASE) == []
    assert re.findall(r"\[|\bDATEDIFF\b|\bDATEPART\b|\bTOP\b|\bBIGINT\b|\bVARCHAR\b", sql, re.IGNORECASE) == []
    # AS may name a column and never a table: none after a FROM's table or a bracket that closes a select.
    assert not re.search(r'FROM "\w+"\."\w+" AS\b', sql)
    assert not re.search(r"\) AS (?:g|j\d+)\b", sql)
    assert 'EXTRACT(YEAR FROM r."RECORDED_AT")' in sql and '"ATTENDED" = 1' in sql
    assert 'TRUNC("r"."RECORDED_AT") - TRUNC("r"."RECORDED_AT")' in sql
    # A cast of text to a date follows the session's settings; TO_DATE says how it is written.
    assert "AS DATE)" not in sql and "TO_DATE('2019-01-01', 'YYYY-MM-DD')" in written("oracle")
    # A name is at most 30 bytes before version 12.2.
    assert max(map(len, re.findall(r'"(\w+)"|AS (\w+)', sql)[0])) <= 30
    # Nothing is nothing: '' is null there, so no comparison may rest on it.
    assert "= ''" not in re.sub(r"'[^']+'", "x", written("oracle"))


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("sqlite:///x.db", "is not one of a database that is known; allowed: those that begin postgresql+driver"),
        ("not an address", "is not one of a database that is known"),
        ("mysql+pymysql://me:secret@host/db", "is not one of a database that is known"),
        ("postgresql+nodriver://me:secret@host/db", "is not one of a database that is known"),
    ],
)
def test_an_address_that_cannot_be_is_one_line_without_it(two_years, monkeypatch, address, message):
    pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed: perf-lib[databases]")
    monkeypatch.setenv("PERF_CONNECTION_RMS", address)
    with pytest.raises(InputError) as refused:
        counted(two_years, files=None, connection="rms", table="rms.{}")
    assert message in str(refused.value)
    assert address not in str(refused.value) and "secret" not in str(refused.value)


def test_a_driver_that_is_not_installed_is_named_with_its_extra(two_years, monkeypatch):
    pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed: perf-lib[databases]")
    monkeypatch.setitem(__import__("sys").modules, "pyodbc", None)
    monkeypatch.setenv("PERF_CONNECTION_RMS", "mssql+pyodbc://me:secret@host/db?driver=x")
    with pytest.raises(InputError, match=r"the connection rms needs pyodbc; pip install 'perf-lib\[sqlserver\]'$"):
        counted(two_years, files=None, connection="rms", table="dbo.{}")


def test_a_table_says_where_it_is_once():
    with pytest.raises(ValueError, match="a table is behind a connection"):
        Table(table="dbo.crimes", date="recorded_at")
    with pytest.raises(ValueError, match="not a name such as dbo"):
        Table(connection="rms", table="a.b.c.d", date="recorded_at")


def test_oracles_number_is_whole_where_its_type_says_so_alone():
    # SQLAlchemy's NUMBER is a decimal and a whole number both: https://docs.sqlalchemy.org/en/20/dialects/oracle.html
    oracle = pytest.importorskip("sqlalchemy.dialects.oracle", reason="SQLAlchemy is not installed: perf-lib[oracle]")
    kinds = [_alchemy_kind(kind) for kind in (oracle.NUMBER(12, 2), oracle.NUMBER(10, 0), oracle.NUMBER())]
    assert kinds == ["number", "whole", "number"]
