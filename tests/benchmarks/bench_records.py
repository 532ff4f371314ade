"""Fifty million records in Parquet, month by division: definitions against the same SQL by hand, and against pandas.

The records are drawn into a temporary folder that is removed afterwards. PERF_BENCH_RECORDS sets another number. pandas
reads Parquet with pyarrow, which the project itself does without: pip install pyarrow first.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from .streams import markdown, verdicts

ROWS = int(os.environ.get("PERF_BENCH_RECORDS", 50_000_000))
PANDAS_SHARE = 10  # pandas reads one file of ten: fifty million summaries are beyond many a machine's memory
ROUNDS = 3
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


def ours(folder: Path) -> object:
    """The five measures by their definitions."""
    table = {"files": "crimes/*.parquet", "date": "recorded_at", "area": "division"}
    return _read(folder, table, DEFINITIONS)


def _read(folder: Path, table: dict, definitions: dict) -> object:
    from perf_lib.config.catalogue import Catalogue, Measure
    from perf_lib.extracts.records.definitions import read_definitions
    from perf_lib.extracts.records.records import read_records

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


def timed(job: str, folder: Path) -> None:
    """One job in this process: print its seconds of all cores' work, by the clock, its peak and its figures' digest."""
    began, worked = time.perf_counter(), time.process_time()
    made = {"ours": ours, "by_hand": by_hand, "by_pandas": by_pandas}[job](folder)
    seconds, work = time.perf_counter() - began, time.process_time() - worked
    # Not getrusage: a child's figure there starts from its parent's.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    figures = "" if job == "by_pandas" else sha256(repr(_figures(made)).encode()).hexdigest()
    print(json.dumps([work, seconds, peak / 1024, figures]))


def _figures(made: Any) -> list[tuple]:
    """Division, month, measure and figures of either way, sorted: what both must agree on."""
    if not isinstance(made, list):
        return sorted(
            (
                row.area,
                str(row.month),
                row.measure,
                *((row.numerator, row.denominator) if row.measure == "wait" else (row.value,)),
            )
            for row in made.itertuples()
        )
    found = []
    for year, month, division, *counts, seconds, attended in made:
        key = (division, f"{year}-{month:02d}")
        found += [(*key, name, float(count)) for name, count in zip(DEFINITIONS, counts, strict=False)]
        found.append((*key, "wait", float(seconds), float(attended)))
    return sorted(found)


def _rounds(folder: Path) -> dict[str, list[tuple[float, float, float, str]]]:
    """Each way in turn, so that a busy machine is as busy for one as for the other; each time in its own process."""
    code = (
        "import sys; from pathlib import Path; from tests.benchmarks import bench_records as b; "
        "b.timed(sys.argv[1], Path(sys.argv[2]))"
    )
    taken: dict[str, list[tuple[float, float, float, str]]] = {"ours": [], "by_hand": [], "by_pandas": []}
    for _ in range(ROUNDS):
        for job, found in taken.items():
            done = subprocess.run(
                [sys.executable, "-c", code, job, str(folder)], check=True, capture_output=True, text=True
            )
            found.append(tuple(json.loads(done.stdout)))
            print(job, *found[-1][:3], file=sys.stderr, flush=True)
    return taken


def run() -> str:
    """The table, and whether the targets are met."""
    folder = Path(tempfile.mkdtemp(prefix="perf_lib_bench_"))
    try:
        if shutil.disk_usage(folder).free < NEEDED:
            return f"# Records\n\nNot measured: {NEEDED >> 30} GiB of disk are needed for temporary files."
        draw_records(folder)
        return measured(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measured(folder: Path) -> str:
    """The table of records that lie in `folder`."""
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    taken = _rounds(folder)
    mine, hand, pandas = (np.array([each[0] for each in found]) for found in taken.values())
    clock = {job: np.array([each[1] for each in found]) for job, found in taken.items()}
    peaks = {job: max(each[2] for each in found) for job, found in taken.items()}
    same = len({each[3] for job in ("ours", "by_hand") for each in taken[job]}) == 1
    share = len(list((folder / "crimes").iterdir()))
    # A job's work is the same however busy the machine is; its time by the clock is not.
    ratio, faster = float(np.median(mine / hand)), float(np.median(clock["by_pandas"] * share / clock["ours"]))
    less = float(np.median(pandas * share / mine))
    names = {
        "ours": "definitions (perf_lib)",
        "by_hand": "same SQL typed into DuckDB",
        "by_pandas": "pandas, one file of the records",
    }
    rows = [
        (names[job], *(float(np.median([each[part] for each in found])) for part in (0, 1)), round(peaks[job]))
        for job, found in taken.items()
    ]
    targets = [
        ("definitions within 1.15 times the same SQL by hand", f"{ratio:.2f}", ratio <= 1.15),
        ("definitions within 400 MiB", f"{peaks['ours']:.0f} MiB", peaks["ours"] < 400),
        ("at least eight times faster than pandas", f"{faster:.1f} times (work: {less:.1f} times less)", faster >= 8),
        ("definitions and hand count alike", "every figure" if same else "no", same),
    ]
    return "\n\n".join(
        [
            "# Records",
            f"{ROWS:,} records in {share} Parquet files ({size / 2**20:,.0f} MiB): 72 months by 12 divisions, five "
            f"measures, one of them a search for {len(WORDS)} words in a summary. {ROUNDS} rounds in turn, each run in "
            f"a process of its own, {os.cpu_count()} cores at a load of {os.getloadavg()[1]:.0f}. Medians; the first "
            f"ratio is of work. pandas reads one file, and it counts {share} times.",
            markdown(["way", "work, s of all cores", "by the clock, s", "most memory, MiB"], rows),
            "## Targets",
            verdicts(targets),
        ]
    )
