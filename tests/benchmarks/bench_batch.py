"""Forty-three forces in one command: both cores busy, memory flat, a report no dearer at the end than at the start."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from .processes import cores, marked, memory
from .streams import markdown, verdicts

ROOT = Path(__file__).parents[2]
QUARTER = "2019-20-Q3"
FORCES = int(os.environ.get("PERF_LIB_BENCH_FORCES", "43"))
MARK = "PERF_LIB_BENCH_MARK=batch"
ASKED = "run --all --params forces --notebooks notebooks --json"
CORES = os.cpu_count() or 1
NOTEBOOKS = os.environ.get("PERF_LIB_BENCH_NOTEBOOKS", "[0-9]*.ipynb")

Pair = tuple[float, float]


def _params(place: Path) -> None:
    for number in range(FORCES):
        folder = place / f"force-{number:02d}"
        shutil.copytree(ROOT / "params", folder, ignore=shutil.ignore_patterns("2019-20-Q[!3]"))
        settings = folder / "settings.yaml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text + f"\n# Force {number}.\n", encoding="utf-8")


def _watch(taken: list[Pair], ended: threading.Event) -> None:
    while not ended.wait(0.5):
        taken.append((time.monotonic(), memory(marked(MARK))))


def run() -> str:
    """The table, and whether the targets are met."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        _params(work / "forces")
        (work / "notebooks").mkdir()
        for source in (ROOT / "notebooks").glob(NOTEBOOKS):
            shutil.copy(source, work / "notebooks")
        taken: list[Pair] = []
        ended, done = threading.Event(), list[Pair]()
        watch = threading.Thread(target=_watch, args=(taken, ended))
        before, began = cores(), time.monotonic()
        making = subprocess.Popen(
            [Path(sys.executable).parent / "perf-lib", *ASKED.split()],
            cwd=work, stdout=subprocess.PIPE, text=True, env={**os.environ, **dict([MARK.split("=")])},
        )  # fmt: skip
        watch.start()
        for line in making.stdout or ():
            told = json.loads(line)
            if told.get("made"):
                done.append((time.monotonic(), float(told["seconds"])))
        code = making.wait()
        wall, after = time.monotonic() - began, cores()
        ended.set()
        watch.join()
    worked, idle = (after[part] - before[part] for part in (0, 1))
    return _told(code, wall, worked / (worked + idle), done, taken)


def _told(
    code: int, wall: float, busy: float, done: list[tuple[float, float]], taken: list[tuple[float, float]]
) -> str:
    third = max(1, len(done) // 3)
    parts = [done[:third], done[third:-third], done[-third:]]
    rows, since = list[tuple[str, float, float, float]](), 0.0
    for name, part in zip(("first third", "middle", "last third"), parts, strict=True):
        within = [size for at, size in taken if since <= at <= part[-1][0]]
        since = part[-1][0]
        rows.append((name, statistics.median(seconds for _, seconds in part), statistics.median(within), max(within)))
    dearer, larger = rows[-1][1] / rows[0][1], rows[-1][2] / rows[0][2]
    targets = [
        ("packs made", f"{len(done)} of {FORCES}, exit code {code}", (len(done), code) == (FORCES, 0)),
        ("cores busy", f"{100 * busy:.0f} %", busy > 0.85),
        ("a report at the end costs what it did at the start, within a tenth", f"{dearer:.2f} times", dearer < 1.1),
        ("memory at the end is what it was at the start, within a tenth", f"{larger:.2f} times", larger < 1.1),
    ]
    return "\n\n".join(
        [
            "# Batch",
            f"`perf-lib run --all` of {FORCES} params folders, {CORES} cores, {wall:,.0f} s. Memory is of all its "
            "processes between them; the cores' work is the whole machine's.",
            markdown(["packs", "a pack, s (median)", "memory, MiB (median)", "most, MiB"], rows),
            "## Targets",
            verdicts(targets),
        ]
    )
