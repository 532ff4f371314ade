"""Fifty million records in Parquet, month by division: definitions against the same SQL by hand, and against pandas.

And twenty million rows of street-level CSV, 36 months of 43 forces, against DuckDB's own scan of them. The rows are
drawn into a temporary folder that is removed afterwards. PERF_BENCH_RECORDS and PERF_BENCH_STREET set other numbers.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import yaml

from .streams import markdown, verdicts

ROWS = int(os.environ.get("PERF_BENCH_RECORDS", 50_000_000))
STREET = int(os.environ.get("PERF_BENCH_STREET", 20_000_000))
PANDAS_SHARE = 10  # pandas reads one file of ten: fifty million summaries are beyond many a machine's memory
ROUNDS, STREET_ROUNDS = 3, 2
NEEDED = 8 << 30
QUIET = "SET enable_progress_bar = false"

WORDS = ("online", "social media", "e-mail", "phish", "ransomware", "malware")
SUMMARIES = (
    "Bicycle taken from a shed overnight", "Window of a parked car broken while the owner was away",
    "Items taken from an unlocked van outside a shop", "Argument between neighbours over parking",
    "Goods paid for online never arrived", "Phishing text asked for bank details", "Paint on the wall of a school",
    "Tools taken from a building site between Friday and Monday",
)  # fmt: skip
DEFINITIONS = {
    "crimes": {"count": "rows", "where": "status = 'recorded'"},
    "cyber": {"count": "rows", "where": "status = 'recorded' and (cyber_flag = 'Y' or mentions(summary, 'cyber'))"},
    "hate": {"count": "rows", "where": "status = 'recorded' and tag = 'Hate'"},
    "domestic": {"count": "rows", "where": "status = 'recorded' and tag = 'Domestic'"},
    "wait": {"mean": "response_seconds", "where": "status = 'recorded'"},
}
COLUMNS = ("recorded_at", "division", "status", "cyber_flag", "tag", "summary", "response_seconds")

# As an analyst would type it into DuckDB.
FOUND = f"regexp_matches(summary, '{'|'.join(WORDS)}', 'i')"
BY_HAND = f"""
    SELECT year(recorded_at), month(recorded_at), division,
        count(*) FILTER (WHERE status = 'recorded'),
        count(*) FILTER (WHERE status = 'recorded' AND (cyber_flag = 'Y' OR {FOUND})),
        count(*) FILTER (WHERE status = 'recorded' AND tag = 'Hate'),
        count(*) FILTER (WHERE status = 'recorded' AND tag = 'Domestic'),
        sum(response_seconds) FILTER (WHERE status = 'recorded'),
        count(response_seconds) FILTER (WHERE status = 'recorded')
    FROM read_parquet('{{files}}') GROUP BY ALL"""
STREET_BY_HAND = """
    SELECT "Falls within", "Month", count(*) FILTER (WHERE "Crime type" <> 'Anti-social behaviour'),
        count(*) FILTER (WHERE "Crime type" = 'Anti-social behaviour')
    FROM read_csv('{files}', header = true) GROUP BY ALL"""


def draw_records(folder: Path) -> None:
    """Ten Parquet files of records, drawn by DuckDB from a hash of each row's number."""
    import duckdb

    (folder / "crimes").mkdir()
    (folder / "words.txt").write_text("\n".join(WORDS), encoding="utf-8")
    texts = ", ".join(f"'{text}'" for text in SUMMARIES)
    with duckdb.connect(config={"memory_limit": "1GB", "preserve_insertion_order": False}) as connection:
        connection.execute(QUIET)
        for part in range(PANDAS_SHARE):
            first = ROWS * part // PANDAS_SHARE
            connection.execute(f"""
                COPY (
                    SELECT TIMESTAMP '2014-01-01' + to_seconds(h % 189345600) AS recorded_at,
                        'Division ' || (h // 7 % 12) AS division,
                        CASE WHEN h // 11 % 33 = 0 THEN 'cancelled' ELSE 'recorded' END AS status,
                        CASE WHEN h // 13 % 40 = 0 THEN 'Y' ELSE 'N' END AS cyber_flag,
                        CASE h // 17 % 50 WHEN 0 THEN 'Hate' WHEN 1 THEN 'Domestic' WHEN 2 THEN 'Domestic' END AS tag,
                        [{texts}][1 + (h // 19 % {len(SUMMARIES)})::INT]
                            || ', reported by ' || (h // 23 % 100000) AS summary,
                        (60 + h // 29 % 3000)::INT AS response_seconds
                    FROM (SELECT hash(range) // 2 AS h FROM range({first}, {ROWS * (part + 1) // PANDAS_SHARE}))
                ) TO '{folder}/crimes/{part}.parquet' (FORMAT parquet)""")


def draw_street(folder: Path) -> None:
    """A CSV file for each of 36 months, in the columns of data.police.uk, 43 forces in each."""
    import duckdb

    (folder / "street").mkdir()
    kinds = ", ".join(
        f"'{kind}'"
        for kind in ("Anti-social behaviour", "Burglary", "Drugs", "Robbery", "Violence and sexual offences")
    )
    with duckdb.connect(config={"memory_limit": "1GB", "preserve_insertion_order": False}) as connection:
        connection.execute(QUIET)
        for number in range(36):
            first = STREET * number // 36
            month = f"{2017 + number // 12}-{number % 12 + 1:02d}"
            connection.execute(f"""
                COPY (
                    SELECT printf('%016x%048d', h, range) AS "Crime ID", '{month}' AS "Month",
                        'Force ' || (h % 43) AS "Reported by", 'Force ' || (h % 43) AS "Falls within",
                        round(-2 + (h // 3 % 10000) / 5000, 6) AS "Longitude",
                        round(51 + (h // 5 % 10000) / 5000, 6) AS "Latitude",
                        'On or near Street ' || (h // 7 % 5000) AS "Location",
                        printf('E01%06d', h // 11 % 30000) AS "LSOA code", 'Area ' || (h // 11 % 30000) AS "LSOA name",
                        [{kinds}][1 + (h // 13 % 5)::INT] AS "Crime type",
                        'Under investigation' AS "Last outcome category", NULL AS "Context"
                    FROM (SELECT range, hash(range) // 2 AS h FROM range({first}, {STREET * (number + 1) // 36}))
                ) TO '{folder}/street/{month}-street.csv' (HEADER)""")


def ours(folder: Path) -> object:
    """The five measures by their definitions."""
    table = {"files": "crimes/*.parquet", "date": "recorded_at", "area": "division"}
    return _read(folder, table, DEFINITIONS)


def ours_street(folder: Path) -> object:
    """Crimes and anti-social behaviour by force by their definitions; the month is text, as 2019-12."""
    table = {"files": "street/*.csv", "date": "Month", "date_format": "%Y-%m", "area": "Falls within"}
    asb = "\"Crime type\" = 'Anti-social behaviour'"
    definitions = {"crimes": {"count": "rows", "where": f"not {asb}"}, "asb": {"count": "rows", "where": asb}}
    return _read(folder, table, definitions)


def _read(folder: Path, table: dict, definitions: dict) -> object:
    from perf_lib.extracts.definitions import read_definitions
    from perf_lib.extracts.records import read_records
    from perf_lib.measures import Catalogue, Measure

    def measure(code: str, kind: str) -> Measure:
        unit = "seconds" if kind == "mean" else "crimes"
        told = {
            "code": code,
            "title": code,
            "priority": 1,
            "unit": unit,
            "noun": code,
            "singular": code,
            "better": "lower",
        }
        return Measure(kind=kind, **told)

    catalogue = Catalogue(
        {name: measure(name, "mean" if "mean" in each else "count") for name, each in definitions.items()}
    )
    path = folder / "records.yaml"
    told = {name: {"table": "rows"} | each for name, each in definitions.items()}
    words = {"keywords": {"cyber": "words.txt"}} if (folder / "words.txt").exists() else {}
    path.write_text(yaml.safe_dump({"tables": {"rows": table}, **words, "definitions": told}), encoding="utf-8")
    return read_records(read_definitions(path, catalogue), catalogue, "All", folder).frame


def by_hand(folder: Path) -> list[tuple]:
    """The same measures typed straight into DuckDB, as it comes."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(QUIET)
        return connection.execute(BY_HAND.format(files=f"{folder}/crimes/*.parquet")).fetchall()


def by_hand_street(folder: Path) -> list[tuple]:
    """The same two counts by DuckDB's own scan of the files."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(QUIET)
        return connection.execute(STREET_BY_HAND.format(files=f"{folder}/street/*.csv")).fetchall()


def by_pandas(folder: Path) -> object:
    """The same five measures in pandas, of one file in ten."""
    import pandas as pd

    rows = pd.read_parquet(folder / "crimes" / "0.parquet", columns=list(COLUMNS))
    rows = rows[rows["status"] == "recorded"]
    found = rows["summary"].str.contains("|".join(map(re.escape, WORDS)), case=False)
    flags = rows.assign(
        cyber=(rows["cyber_flag"] == "Y") | found, hate=rows["tag"] == "Hate", domestic=rows["tag"] == "Domestic"
    )
    months = rows["recorded_at"].dt.to_period("M")
    return flags.groupby([months, "division"]).agg(
        crimes=("status", "size"), cyber=("cyber", "sum"), hate=("hate", "sum"), domestic=("domestic", "sum"),
        seconds=("response_seconds", "sum"), attended=("response_seconds", "count"),
    )  # fmt: skip


def _side_by_side(jobs: dict[str, Callable[[Path], object]], folder: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of each job, in turn, so that a busy machine is as busy for one as for the other."""
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            began = time.perf_counter()
            job(folder)
            taken[name].append(time.perf_counter() - began)
    return taken


def _peak(job: str, folder: Path) -> int:
    """MiB that a job holds at most, in a process of its own."""
    code = (
        "import sys; from pathlib import Path; from tests.benchmarks import bench_records as b; "
        "getattr(b, sys.argv[1])(Path(sys.argv[2])); "
        # Not getrusage: a child's figure there starts from its parent's.
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    done = subprocess.run([sys.executable, "-c", code, job, str(folder)], check=True, capture_output=True, text=True)
    return round(int(done.stdout) / 1024)


def _the_same(folder: Path) -> bool:
    """Whether definitions and hand count alike: every division, month and measure."""
    hand = {(row[2], f"{row[0]}-{row[1]:02d}"): row[3:] for row in by_hand(folder)}
    frame = ours(folder)
    for row in frame.itertuples():
        crimes, cyber, hate, domestic, seconds, attended = hand[row.area, str(row.month)]
        value = {"crimes": crimes, "cyber": cyber, "hate": hate, "domestic": domestic}.get(row.measure)
        if (row.value != value) if value is not None else ((row.numerator, row.denominator) != (seconds, attended)):
            return False
    return len(frame) == 5 * len(hand)


def run() -> str:
    """The tables, and whether the targets are met."""
    folder = Path(tempfile.mkdtemp(prefix="perf_lib_bench_"))
    try:
        if shutil.disk_usage(folder).free < NEEDED:
            return f"# Records\n\nNot measured: {NEEDED >> 30} GiB of disk are needed in {tempfile.gettempdir()}."
        return _measured(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measured(folder: Path) -> str:
    draw_records(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    same = _the_same(folder)
    taken = _side_by_side(
        {"definitions": ours, "same SQL by hand": by_hand, "pandas, one row in ten": by_pandas}, folder, ROUNDS
    )
    peak, hand_peak, pandas_peak = (_peak(job, folder) for job in ("ours", "by_hand", "by_pandas"))
    shutil.rmtree(folder / "crimes")
    (folder / "words.txt").unlink()
    draw_street(folder)
    street_size = sum(path.stat().st_size for path in folder.rglob("*.csv"))
    street = _side_by_side({"definitions": ours_street, "DuckDB's own scan": by_hand_street}, folder, STREET_ROUNDS)
    street_peak = _peak("ours_street", folder)

    def row(name: str, seconds: list[float], mib: object) -> tuple:
        return (name, min(seconds), float(np.median(seconds)), mib)

    mine, hand, pandas = (np.array(each) for each in taken.values())
    mine_street, scan = (np.array(each) for each in street.values())
    ratio, street_ratio = float(np.median(mine / hand)), float(np.median(mine_street / scan))
    faster = float(np.median(pandas * PANDAS_SHARE / mine))
    targets = [
        ("definitions within 1.15 times the same SQL by hand", f"{ratio:.2f}", ratio <= 1.15),
        ("definitions within 400 MiB", f"{peak} MiB", peak < 400),
        ("at least eight times faster than pandas", f"{faster:.1f} times", faster >= 8),
        ("definitions and hand count alike", "every figure" if same else "no", same),
        ("street files within 1.2 times DuckDB's own scan", f"{street_ratio:.2f}", street_ratio <= 1.2),
    ]
    head = ["way", "best, s", "median, s", "most memory, MiB"]
    return "\n\n".join(
        [
            "# Records",
            f"{ROWS:,} records in ten Parquet files ({size / 2**20:,.0f} MiB): 72 months by 12 divisions, five "
            f"measures, one of them a search for {len(WORDS)} words in a summary. {ROUNDS} rounds in turn, "
            f"{os.cpu_count()} cores; ratios are medians over rounds. pandas reads one file of the ten, and its time "
            "counts tenfold.",
            markdown(head, [
                row("definitions (perf_lib)", taken["definitions"], peak),
                row("same SQL typed into DuckDB", taken["same SQL by hand"], hand_peak),
                row("pandas, a tenth of the records", taken["pandas, one row in ten"], pandas_peak),
            ]),
            f"{STREET:,} rows of street-level CSV, 36 months of 43 forces ({street_size / 2**20:,.0f} MiB): crimes and "
            f"anti-social behaviour by force and month, {STREET_ROUNDS} rounds in turn.",
            markdown(head, [
                row("definitions (perf_lib)", street["definitions"], street_peak),
                row("DuckDB's own scan", street["DuckDB's own scan"], "–"),
            ]),
            "## Targets",
            verdicts(targets),
        ]
    )  # fmt: skip
