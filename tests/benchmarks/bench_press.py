"""The press against the command line that a user would write, side by side; run again; killed; out of disk.

PERF_LIB_BEFORE=<folder of an earlier checkout with its .venv> adds what its pack costs, in turns with this one.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat

from perf_lib.press import record

from .processes import marked
from .streams import markdown, verdicts

ROOT = Path(__file__).parents[2]
QUARTER = "2019-20-Q3"
BIN = Path(sys.executable).parent
CORES = os.cpu_count() or 1
KILLS = int(os.environ.get("PERF_LIB_BENCH_KILLS", "100"))
FULL = int(os.environ.get("PERF_LIB_BENCH_FULL_DISKS", "20"))
FEW = ("0_introduction.ipynb", "2_protect_vulnerable.ipynb")
HELP_TIMES = 9
EDITS = 5
TURNS = 3
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


def _edited(make: Sequence[str | Path], work: Path) -> tuple[tuple[float, float], tuple[float, float]]:
    """The median run after a sentence of one commentary has changed, and after a paragraph has been added to it."""
    words = work / "params" / QUARTER / "commentary" / "sexual_offences.md"
    changed, added = [], []
    for _ in range(EDITS):
        text = words.read_text(encoding="utf-8")
        words.write_text(f"{text}\nAdded.\n", encoding="utf-8")
        added.append(_timed(*make, cwd=work))
        words.write_text(f"{text}\nAdded, and then changed.\n", encoding="utf-8")
        changed.append(_timed(*make, cwd=work))
    return sorted(changed)[EDITS // 2], sorted(added)[EDITS // 2]


def _beside_before(make: Sequence[str | Path], work: Path) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """A whole pack of an earlier checkout and of this one, in turns: seconds by the clock and of processors."""
    before = os.environ.get("PERF_LIB_BEFORE")
    if not before:
        return None
    theirs = (Path(before) / ".venv" / "bin" / "perf-lib", "run", QUARTER, "--force", "--outputs", "outputs-before")
    turns = [(_timed(*theirs, cwd=work), _timed(*make, "--force", cwd=work)) for _ in range(TURNS)]
    earlier, now = (min(each, key=lambda cost: cost[1]) for each in zip(*turns, strict=True))
    return earlier, now


def _few(work: Path) -> Path:
    """A folder beside the first with the same params and two notebooks, whose pack is soon made: to be killed often."""
    few = work / "few"
    shutil.copytree(work / "params", few / "params")
    (few / "notebooks").mkdir()
    for name in FEW:
        shutil.copy(ROOT / "notebooks" / name, few / "notebooks")
    return few


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
        whole += _is_whole(pack)
        until = time.monotonic() + 5
        while (left := len(marked(f"PERF_LIB_BENCH_MARK=killed-{number}"))) and time.monotonic() < until:
            time.sleep(0.1)
        orphans += left
    return whole, orphans


def _is_whole(pack: Path) -> bool:
    return record.read(pack).get("outputs") == record.outputs(pack)


def _out_of_disk(work: Path) -> str:
    """How often, of the times that the disk was full at some point of a run, it was said and the earlier pack stayed.

    The pack's folder is a small disk of its own (tmpfs), which only root may make; a run has room for a random
    share of what it needs beside the earlier pack.
    """
    pack, disk, shares = work / "outputs" / QUARTER, work / "outputs", random.Random(2)
    kept = work / "kept"
    disk.rename(kept)
    disk.mkdir()
    size = sum(path.stat().st_size for path in kept.rglob("*") if path.is_file())
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={3 * size + (1 << 20)}", "tmpfs", disk], check=False, capture_output=True
    )
    if mounted.returncode:
        return "not measured: only root may make a small disk"
    good = 0
    try:
        shutil.copytree(kept, disk, dirs_exist_ok=True)
        before = record.outputs(pack)
        for _ in range(FULL):
            filler = disk / "filler"
            filler.write_bytes(b"0" * int(shutil.disk_usage(disk).free - shares.uniform(0, 0.9) * size))
            said = subprocess.run(
                [BIN / "perf-lib", "run", QUARTER, "--force"], cwd=work, check=False, capture_output=True, text=True
            )
            last = (said.stderr.splitlines() or [""])[-1]
            good += said.returncode in (1, 2) and "No space left" in last and record.outputs(pack) == before
            filler.unlink()
        left = sorted(path.name for path in disk.iterdir())
        return f"{good}" if left == sorted(path.name for path in kept.iterdir()) else f"{good}, left behind: {left}"
    finally:
        subprocess.run(["umount", disk], check=True)


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
        beside = _beside_before(make, work)
        changed, added = _edited(make, work)
        results = [each["result"] for each in record.read(work / "outputs" / QUARTER)["notebooks"]]
        helps = sorted(_timed(BIN / "perf-lib", "--help", cwd=work) for _ in range(HELP_TIMES))
        help_wall, help_cpu = helps[HELP_TIMES // 2]
        few = _few(work)
        few_wall, _ = _timed(*make, cwd=few)
        whole, orphans = _killed(few, few_wall)
        last = subprocess.run([*map(str, make), "--force"], cwd=few, check=False, capture_output=True).returncode
        left = sorted(path.name for path in (few / "outputs").iterdir())
        full = _out_of_disk(few)
    own = cells / CORES
    rows = [
        ("papermill, nbconvert to HTML and to PDF, a notebook at a time", chain_wall, chain_cpu),
        (f"of that, the cells' own time; divided by {CORES} cores", own, cells),
        ("perf-lib run: the same, and the bound report and spreadsheets", press_wall, press_cpu),
        ("run again, nothing changed", again_wall, again_cpu),
        (f"run again, a sentence changed in one commentary ({results.count('executed')} notebook), median", *changed),
        ("the same, a paragraph added: those of all pages after it have new numbers, median", *added),
        ("perf-lib --help, median", help_wall, help_cpu),
    ]
    targets = [
        (
            "faster than the command line: 10 times",
            f"{chain_wall / press_wall:.1f} times",
            chain_wall / press_wall >= 10,
        ),
        ("of the cells' own time by core: 1.5 times", f"{press_wall / own:.2f} times", press_wall <= 1.5 * own),
        ("nothing changed: 0.5 s", f"{again_wall:.2f} s", again_wall < 0.5),
        ("one commentary changed: 4 s", f"{changed[0]:.2f} s", changed[0] < 4),
        ("--help: 0.3 s", f"{help_wall:.2f} s", help_wall < 0.3),
        (f"whole after each of {KILLS} kills", f"{whole}", whole == KILLS),
        ("processes that outlived a kill: 0", f"{orphans}", orphans == 0),
        (
            "the run after the last kill: exit code 0, one pack",
            f"{last}, {len(left) - 1} pack",
            (last, len(left)) == (0, 2),
        ),
        (f"said, and the earlier pack whole, after each of {FULL} full disks", full, full == str(FULL)),
    ]
    if beside is not None:
        earlier, now = beside
        rows += [("a whole pack by an earlier checkout, least of 3", *earlier), ("the same by this one", *now)]
        ratio = now[1] / earlier[1]
        targets.insert(1, ("of an earlier checkout's processor time: 0.6", f"{ratio:.2f} times", ratio <= 0.6))
    return "\n\n".join(
        [
            "# Press",
            f"The sample quarter, {len(results)} notebooks, {CORES} cores; seconds. All in one run, one after another; "
            "on a machine that has other work, ratios and processor time say more than seconds by the clock. "
            f"By processors alone the command line takes {chain_cpu / press_cpu:.1f} times as much. {_load()} "
            f"Runs are killed, and disks full, at random moments of a pack of {len(FEW)} notebooks.",
            markdown(["work", "by the clock", "of processors"], rows),
            "## Targets",
            verdicts(targets),
        ]
    )
