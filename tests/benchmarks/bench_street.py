"""Counting three years of street files of all forces, beside DuckDB's own scan of them."""

from __future__ import annotations

import gc
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from perf_lib.extracts.open_data.street import read_street
from perf_lib.extracts.tables.schema import STREET

from .streams import markdown, verdicts

MONTHS, FORCES, ROWS = 36, 43, 20_000_000
BYTES_A_ROW = 230
TARGET = 1.2
GOES = 3
TYPES = ["Anti-social behaviour", "Violence and sexual offences", "Burglary", "Drugs", "Shoplifting", "Vehicle crime"]


def _make(folder: Path, rows: int) -> list[Path]:
    """Files of the publisher's shape: random codes and places, a force and a month to each."""
    each = rows // (MONTHS * FORCES)
    paths = []
    with duckdb.connect() as connection:
        connection.execute("SELECT setseed(0.5)")
        kinds = ", ".join(f"'{name}'" for name in TYPES)
        connection.execute(
            f"""CREATE TABLE crimes AS SELECT
                  sha256(i::VARCHAR) AS "Crime ID",
                  printf('%.6f', -2 + random()) AS "Longitude", printf('%.6f', 51 + random()) AS "Latitude",
                  'On or near Street ' || (i % 997) AS "Location",
                  printf('E010%05d', i % 3000) AS "LSOA code", 'Somewhere ' || (i % 900) AS "LSOA name",
                  [{kinds}][1 + (random() * {len(TYPES)})::INTEGER % {len(TYPES)}] AS "Crime type",
                  'Investigation complete; no suspect identified' AS "Last outcome category", '' AS "Context"
                FROM range({each}) AS made(i)"""
        )
        columns = ", ".join(f'"{name}"' for name in STREET.required)
        for number in range(MONTHS):
            month = f"{2017 + number // 12}-{number % 12 + 1:02d}"
            for force in range(FORCES):
                path = folder / f"{month}-force-{force:02d}-street.csv"
                name = f"Force {force:02d} Police"
                connection.execute(
                    f"""COPY (SELECT {columns} FROM (SELECT *, '{month}' AS "Month", '{name}' AS "Reported by",
                        '{name}' AS "Falls within" FROM crimes)) TO '{path}' (HEADER, DELIMITER ',')"""
                )
                paths.append(path)
    return paths


def _own_scan(folder: Path) -> int:
    """What an analyst would type."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            """SELECT "Falls within", "Month", "Crime type", count(*)
               FROM read_csv($1, all_varchar = true) GROUP BY ALL""",
            [str(folder / "*.csv")],
        ).fetchall()
    return sum(row[3] for row in rows)


def _seconds(work: Callable[[], int], rows: int) -> float:
    gc.collect()
    began = time.perf_counter()
    counted = work()
    taken = time.perf_counter() - began
    if counted != rows:
        raise RuntimeError(f"{counted:,} rows were counted, of {rows:,}")
    return taken


def run() -> str:
    """Make the files and measure; the table, and whether the target is met."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        free = shutil.disk_usage(folder).free
        rows = min(ROWS, int(free * 0.5) // BYTES_A_ROW)
        why = "" if rows == ROWS else f" (of {ROWS:,}: there are {free / 2**30:.0f} GiB of free disk)"
        _make(folder, rows)
        return measured(folder, why)


def measured(folder: Path, why: str = "") -> str:
    """The table of a folder of files."""
    size = sum(path.stat().st_size for path in folder.iterdir()) / 2**30
    rows = _own_scan(folder)  # fills the disk's cache for both

    def ours() -> int:
        return int(read_street([folder])["count"].sum())

    # In turn, so that whatever else the machine does falls on both.
    pairs = [(_seconds(lambda: _own_scan(folder), rows), _seconds(ours, rows)) for _ in range(GOES)]
    scan, own = (statistics.median(each) for each in zip(*pairs, strict=True))
    ratio = statistics.median(mine / theirs for theirs, mine in pairs)
    return "\n\n".join(
        [
            "# Street files",
            f"{MONTHS} months x {FORCES} forces, {rows:,} rows{why}, {size:.1f} GiB of CSV; seconds, median of {GOES} "
            "pairs run in turn.",
            markdown(["work", "seconds"], [("DuckDB's own scan", scan), ("read_street, every row accounted for", own)]),
            "## Target",
            verdicts([(f"within {TARGET} times DuckDB's own scan", f"{ratio:.2f} times", ratio <= TARGET)]),
        ]
    )
