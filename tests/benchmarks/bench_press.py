"""The press against the command line that a user would write, side by side; run again; killed at random moments."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from perf_lib.press import current

from .streams import markdown, verdicts

ROOT = Path(__file__).parents[2]
QUARTER = "2019-20-Q3"
BIN = Path(sys.executable).parent
CORES = os.cpu_count() or 1
KILLS = int(os.environ.get("PERF_LIB_BENCH_KILLS", "100"))
HELP_TIMES = 9
NOTEBOOKS = os.environ.get("PERF_LIB_BENCH_NOTEBOOKS", "[0-9]*.ipynb")
"""Fewer, for a machine that has little time; what is shared then weighs more."""


def _timed(*command: str | Path, cwd: Path) -> tuple[float, float]:
    """Seconds by the clock and of processors that a command takes, its children's with it."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([str(part) for part in command], cwd=cwd, check=True, capture_output=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _chain(work: Path) -> tuple[float, float, float]:
    """papermill, nbconvert to HTML, nbconvert to PDF, one notebook after another; and the cells' own seconds."""
    out, wall, cpu, cells = work / "chain", 0.0, 0.0, 0.0
    out.mkdir()
    for source in sorted((work / "notebooks").glob("[0-9]*.ipynb")):
        done = out / source.name
        given = ("-p", "quarter", QUARTER, "-p", "params", "params", "--no-progress-bar")
        steps = (
            (sys.executable, "-m", "papermill", source, done, *given),
            (sys.executable, "-m", "nbconvert", "--to", "html", done),
            (sys.executable, "-m", "nbconvert", "--to", "perf_report_pdf", done),
        )
        for step in steps:
            one_wall, one_cpu = _timed(*step, cwd=work)
            wall, cpu = wall + one_wall, cpu + one_cpu
        executed = nbformat.read(done, as_version=4)
        cells += sum(cell.metadata.get("papermill", {}).get("duration") or 0 for cell in executed.cells)
    return wall, cpu, cells


def _killed(work: Path, lasts: float) -> tuple[int, int]:
    """How often, of the kills, the pack was whole afterwards; and how many processes outlived a kill by 5 seconds."""
    pack, whole, orphans, moments = work / "outputs" / QUARTER, 0, 0, random.Random(1)
    for number in range(KILLS):
        environment = {**os.environ, "PERF_LIB_BENCH_MARK": f"killed-{number}"}
        run = subprocess.Popen(
            [BIN / "perf-lib", "run", QUARTER, "--force"],
            cwd=work, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(moments.uniform(0, lasts))
        run.kill()
        run.wait()
        whole += current.read(pack).get("outputs") == current.outputs(pack)
        until = time.monotonic() + 5
        while (left := _running(f"PERF_LIB_BENCH_MARK=killed-{number}")) and time.monotonic() < until:
            time.sleep(0.1)
        orphans += left
    return whole, orphans


def _running(mark: str) -> int:
    found = 0
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            found += mark.encode() in place.read_bytes()
        except OSError:
            continue
    return found


def _load() -> str:
    if not hasattr(os, "getloadavg"):
        return ""
    return f"Work that waited meanwhile, this benchmark's own with it (load average): {os.getloadavg()[2]:.0f}."


def run() -> str:
    """The tables, and whether the targets are met."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        shutil.copytree(ROOT / "params", work / "params")
        (work / "notebooks").mkdir()
        for source in (ROOT / "notebooks").glob(NOTEBOOKS):
            shutil.copy(source, work / "notebooks")
        make = (BIN / "perf-lib", "run", QUARTER)
        chain_wall, chain_cpu, cells = _chain(work)
        press_wall, press_cpu = _timed(*make, cwd=work)
        again_wall, again_cpu = _timed(*make, cwd=work)
        words = work / "params" / QUARTER / "commentary" / "sexual_offences.md"
        words.write_text(words.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")
        one_wall, one_cpu = _timed(*make, cwd=work)
        results = [each["result"] for each in current.read(work / "outputs" / QUARTER)["notebooks"]]
        helps = sorted(_timed(BIN / "perf-lib", "--help", cwd=work) for _ in range(HELP_TIMES))
        help_wall, help_cpu = helps[HELP_TIMES // 2]
        whole, orphans = _killed(work, press_wall) if KILLS else (0, 0)
        last = subprocess.run([*map(str, make), "--force"], cwd=work, check=False, capture_output=True).returncode
        left = sorted(path.name for path in (work / "outputs").iterdir())
    own = cells / CORES
    rows = [
        ("papermill, nbconvert to HTML and to PDF, a notebook at a time", chain_wall, chain_cpu),
        (f"of that, the cells' own time; divided by {CORES} cores", own, cells),
        ("perf-lib run: the same, and the bound report and spreadsheets", press_wall, press_cpu),
        ("run again, nothing changed", again_wall, again_cpu),
        (f"run again, one commentary changed ({results.count('executed')} notebook executed)", one_wall, one_cpu),
        ("perf-lib --help, median", help_wall, help_cpu),
    ]
    targets = [
        ("faster than the command line: 5 times", f"{chain_wall / press_wall:.1f} times", chain_wall / press_wall >= 5),
        ("of the cells' own time by core: 1.5 times", f"{press_wall / own:.2f} times", press_wall <= 1.5 * own),
        ("nothing changed: 1.5 s", f"{again_wall:.2f} s", again_wall < 1.5),
        ("one commentary changed: 4 s", f"{one_wall:.2f} s", one_wall < 4),
        ("--help: 0.3 s", f"{help_wall:.2f} s", help_wall < 0.3),
        (f"whole after each of {KILLS} kills", f"{whole}", whole == KILLS),
        ("processes that outlived a kill: 0", f"{orphans}", orphans == 0),
        (
            "the run after the last kill: exit code 0, one pack",
            f"{last}, {len(left) - 1} pack",
            (last, len(left)) == (0, 2),
        ),
    ]
    return "\n\n".join(
        [
            "# Press",
            f"The sample quarter, {len(results)} notebooks, {CORES} cores; seconds. All in one run, one after another; "
            "on a machine that has other work, ratios and processor time say more than seconds by the clock. "
            f"By processors alone the command line takes {chain_cpu / press_cpu:.1f} times as much. {_load()}",
            markdown(["work", "by the clock", "of processors"], rows),
            "## Targets",
            verdicts(targets),
        ]
    )
