"""Nothing lost: killed, out of disk, two at once; afterwards a pack is whole and the next run succeeds."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import PARAMS, ROOT
from doors import PATIENCE, command, digests, notebooks, program, with_cell
from packs import LOCK, QUARTER

from perf_lib.press import compare, pack_folder, record
from perf_lib.press.order import plan
from perf_lib.words.quarters import Quarter

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for what is still running")
MARK = "PERF_LIB_TEST_MARK"
SMALL = "5_service_delivery_plan"


def start(few: Path, outputs: Path, mark: str, *more: str) -> subprocess.Popen[str]:
    """A run under way, its processes known by their environment."""
    environment = {**os.environ, MARK: mark}
    asked = ["run", QUARTER, "--params", PARAMS, "--notebooks", few, "--outputs", outputs, *more]
    return subprocess.Popen(
        [program("perf-lib"), *map(str, asked)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def running(mark: str) -> list[int]:
    """The processes started with a mark that are still there."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (place / "environ").read_bytes():
                found.append(int(place.name))
        except OSError:
            continue
    return found


def temporary(pid: int) -> list[Path]:
    """The temporary folders of a run."""
    places = {Path(tempfile.gettempdir()), Path("/tmp")}
    return [left for place in places for left in place.glob(f"perf_lib-{pid}-*")]


def soon(done, seconds: float = 20) -> bool:
    """Whether something comes true before long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if done():
            return True
        time.sleep(0.05)
    return bool(done())


def is_whole(outputs: Path) -> bool:
    """Whether the pack is just what its own record says."""
    made = record.read(outputs / QUARTER)
    return bool(made) and made["outputs"] == record.outputs(outputs / QUARTER)


@LINUX
def test_killed_at_random_moments_a_pack_is_whole_and_nothing_is_left(tmp_path):
    few, outputs = notebooks(tmp_path / "few", SMALL), tmp_path / "out"
    began = time.monotonic()
    first = start(few, outputs, "whole")
    assert first.communicate(timeout=PATIENCE) and first.returncode == 0
    lasts = time.monotonic() - began
    runs = [first.pid]
    moments = random.Random(20191231)  # the seed: the last day of the quarter
    for number in range(5):
        run = start(few, outputs, f"killed-{number}", "--force")
        runs.append(run.pid)
        time.sleep(moments.uniform(0.2, 1.0) * lasts)
        run.kill()
        run.communicate(timeout=PATIENCE)
        assert is_whole(outputs), number
        assert soon(lambda n=number: not running(f"killed-{n}")), [
            (Path("/proc") / str(pid) / "cmdline").read_bytes() for pid in running(f"killed-{number}")
        ]
    last = start(few, outputs, "last", "--force")
    last.communicate(timeout=PATIENCE)
    assert last.returncode == 0
    assert is_whole(outputs)
    assert sorted(path.name for path in outputs.iterdir()) == [LOCK, QUARTER]
    assert [pid for pid in runs if temporary(pid)] == []


def test_a_run_killed_between_two_renames_is_put_right(pack, tmp_path):
    # Where folders cannot be exchanged in one step: the earlier pack under its other name, the new one half moved.
    shutil.copytree(pack, tmp_path / f".{QUARTER}.old")
    (tmp_path / f".{QUARTER}.4711").mkdir()
    with pack_folder.locked(tmp_path / QUARTER):
        assert digests(tmp_path / QUARTER) == digests(pack)
    assert sorted(path.name for path in tmp_path.iterdir()) == [LOCK, QUARTER]


@pytest.mark.parametrize("in_one_step", [True, False])
def test_the_swap_puts_the_new_pack_in_the_old_ones_place(tmp_path, monkeypatch, in_one_step):
    if not in_one_step:
        monkeypatch.setattr(pack_folder, "_exchange", lambda one, other: False)
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(name, encoding="utf-8")
    pack_folder.swap(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old" / "run.json").read_text(encoding="utf-8") == "new"
    left = tmp_path / "new" / "run.json"
    assert not left.exists() or left.read_text(encoding="utf-8") == "old"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1.2 MB: room for a small pack (0.4 MB), not for two and the folders between."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", place], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("only root may make a small disk")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="a small disk is a tmpfs")
def test_out_of_disk_the_earlier_pack_stays_and_the_next_run_succeeds(small_disk, tmp_path):
    few, outputs = notebooks(tmp_path / "few", SMALL), small_disk / "out"
    run = ("perf-lib", "run", QUARTER, "--params", PARAMS, "--notebooks", few, "--outputs", outputs, "--force")
    first = command(*run)
    assert first.returncode == 0, first.stderr
    before = digests(outputs / QUARTER)
    filler = small_disk / "filler"
    free = shutil.disk_usage(small_disk).free
    for room in (0, free // 3):
        filler.write_bytes(b"0" * max(0, shutil.disk_usage(small_disk).free - room))
        said = command(*run)
        assert said.returncode in (1, 2), said.stderr
        assert "Traceback" not in said.stderr
        assert "No space left" in said.stderr.splitlines()[-1]
        assert digests(outputs / QUARTER) == before
        filler.unlink()
    assert command(*run).returncode == 0
    assert is_whole(outputs)
    assert sorted(path.name for path in outputs.iterdir()) == [LOCK, QUARTER]


def limited(limit: str, few: Path, outputs: Path) -> subprocess.CompletedProcess[str]:
    """A run with one of the shell's limits set."""
    asked = ["run", QUARTER, "--params", PARAMS, "--notebooks", few, "--outputs", outputs, "--force"]
    return subprocess.run(
        ["sh", "-c", f'ulimit {limit}; exec "$@"', "sh", program("perf-lib"), *map(str, asked)],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="limits are the shell's")
def test_with_64_open_files_and_outputs_behind_a_link_a_pack_is_made(tmp_path):
    few, outputs = notebooks(tmp_path / "few", SMALL), tmp_path / "link"
    (tmp_path / "elsewhere").mkdir()
    outputs.symlink_to(tmp_path / "elsewhere")
    said = limited("-n 64", few, outputs)
    assert said.returncode == 0, said.stderr
    assert is_whole(tmp_path / "elsewhere")
    assert sorted(path.name for path in (tmp_path / "elsewhere").iterdir()) == [LOCK, QUARTER]


@pytest.mark.skipif(os.name != "posix", reason="limits are the shell's")
def test_over_a_limit_of_what_may_be_written_it_is_said_in_one_line(tmp_path):
    few = notebooks(tmp_path / "few", SMALL)
    said = limited("-f 60", few, tmp_path / "out")  # 30 KB a file, as a quota may be
    assert said.returncode in (1, 2)
    assert "Traceback" not in said.stderr
    assert "cannot be written: File too large" in said.stderr.splitlines()[-1]
    assert [path.name for path in (tmp_path / "out").iterdir()] == [LOCK]


MEMORY = 800 << 20
"""Bytes that the press and its jobs have between them: enough for a small pack."""


@pytest.fixture
def small_memory() -> Iterator[Path]:
    """A control group of little memory, of Linux's first or second kind."""
    for place, limit in (("memory", "memory.limit_in_bytes"), ("", "memory.max")):
        group = Path("/sys/fs/cgroup", place, f"perf_lib_test_{os.getpid()}")
        try:
            group.mkdir()
        except OSError:
            continue
        if (group / limit).exists():
            (group / limit).write_text(str(MEMORY))
            break
        group.rmdir()
    else:
        pytest.skip("no control group of memory can be made here")
    yield group
    soon(lambda: not (group / "cgroup.procs").read_text().strip())
    group.rmdir()


@LINUX
def test_a_kernel_that_runs_out_of_memory_is_said_and_takes_nothing_with_it(pack, small_memory, tmp_path):
    greedy, outputs = notebooks(tmp_path / "greedy", "0_introduction", SMALL), tmp_path / "out"
    with_cell(greedy / f"{SMALL}.ipynb", "kept = [bytearray(b'1' * 50_000_000) for _ in range(100)]")  # 5 GB
    shutil.copytree(pack, outputs / QUARTER)
    run = [program("perf-lib"), "run", QUARTER, "--params", PARAMS, "--notebooks", greedy, "--outputs", outputs]
    within = f'echo $$ > "{small_memory / "cgroup.procs"}"; exec "$@"'
    said = subprocess.run(
        ["sh", "-c", within, "sh", *map(str, run)],
        cwd=ROOT, env={**os.environ, MARK: "greedy"}, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert said.returncode == 1, said.stderr
    assert f"{SMALL}, cell" in said.stderr.splitlines()[-1]
    assert "ernel died" in said.stderr.splitlines()[-1]
    assert digests(outputs / QUARTER) == digests(pack)
    assert (outputs / f"{QUARTER}.failed" / "0_introduction.ipynb").exists()  # the others finish
    assert not running("greedy")


@LINUX
def test_two_runs_of_one_quarter_the_second_leaves_with_code_4_and_a_dead_ones_lock_holds_nobody(tmp_path):
    slow, few = notebooks(tmp_path / "slow", SMALL), notebooks(tmp_path / "few", SMALL)
    with_cell(slow / f"{SMALL}.ipynb", "import time\n\ntime.sleep(600)")
    outputs = tmp_path / "out"
    run = start(slow, outputs, "holder")
    assert soon(lambda: any(outputs.glob(f".{QUARTER}.[0-9]*")), PATIENCE)
    second = ("perf-lib", "run", QUARTER, "--notebooks", few, "--outputs", outputs)
    said = command(*second)
    assert said.returncode == 4
    (line,) = said.stderr.splitlines()
    assert f"another run is making it (process {run.pid}, since" in line
    assert not (outputs / QUARTER).exists()
    run.send_signal(signal.SIGKILL)
    run.communicate(timeout=PATIENCE)
    said = command(*second, "--wait", "30")
    assert said.returncode == 0, said.stderr
    assert is_whole(outputs)
    assert not running("holder")


@LINUX
def test_a_run_that_is_asked_to_end_clears_up_after_itself(tmp_path):
    slow, outputs = notebooks(tmp_path / "slow", SMALL), tmp_path / "out"
    with_cell(slow / f"{SMALL}.ipynb", "import time\n\ntime.sleep(600)")
    run = start(slow, outputs, "asked")
    assert soon(lambda: any(outputs.glob(f".{QUARTER}.[0-9]*/notebooks")), PATIENCE)
    assert soon(lambda: len(running("asked")) > 1, PATIENCE)  # itself and the notebook
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=PATIENCE)
    assert run.returncode == 143
    assert soon(lambda: not running("asked"))
    assert [path.name for path in outputs.iterdir()] == [LOCK]
    assert temporary(run.pid) == []


def test_verify_says_what_no_longer_matches(pack, tmp_path):
    moved = Path(shutil.copytree(pack, tmp_path / "moved"))
    said = command("perf-lib", "verify", moved, "--params", PARAMS)
    assert said.returncode == 0
    assert f"{moved.as_posix()}: everything matches the run record" in said.stdout.splitlines()
    (moved / "findings.csv").write_text("measure\n", encoding="utf-8")
    (moved / "report.pdf").unlink()
    (moved / "added.txt").write_text("?", encoding="utf-8")
    params = Path(shutil.copytree(PARAMS, tmp_path / "params"))
    with (params / QUARTER / "introduction.md").open("a", encoding="utf-8") as file:
        file.write("\nMore.\n")
    said = command("perf-lib", "verify", moved, "--params", params, "--notebooks", ROOT / "notebooks")
    assert said.returncode == 1
    assert [line for line in said.stdout.splitlines() if not line.startswith(moved.as_posix())] == [
        f"input params/{QUARTER}/introduction.md has changed",
        "output added.txt was not there then",
        "output findings.csv has changed",
        "output report.pdf is not there",
    ]


def test_diff_compares_figures_and_symbols_not_bytes(pack, tmp_path):
    other = Path(shutil.copytree(pack, tmp_path / "other"))
    (other / "report.html").write_text("other bytes", encoding="utf-8")
    assert compare.differences(pack, other) == []
    path = other / "findings.csv"
    text = path.read_text(encoding="utf-8")
    # Sexual offences: 1,496 in twelve months and three symbols of a low, by the published report's box.
    line = next(line for line in text.splitlines() if line.startswith("sexual_offences,"))
    changed = line.replace(",1496.0,", ",1501.0,").replace("month_low three_months_low", "three_months_low no_data", 1)
    assert changed != line
    path.write_text(text.replace(line, changed), encoding="utf-8")
    said = command("perf-lib", "diff", pack, other)
    assert said.returncode == 0
    (told,) = said.stdout.splitlines()
    assert told.startswith("sexual_offences: rolling_12 1496.0 → 1501.0; ")
    assert "symbols + no_data" in told
    assert "symbols − month_low" in told


def test_what_is_not_a_pack_is_said_in_one_line(tmp_path):
    for asked in (("verify", tmp_path), ("diff", tmp_path, tmp_path)):
        said = command("perf-lib", *asked)
        assert said.returncode == 2
        (line,) = said.stderr.splitlines()
        assert "has no run.json" in line


def test_an_order_is_where_its_pack_goes():
    order = plan(Quarter.parse(QUARTER), PARAMS, "out", ROOT / "notebooks")
    assert order.target == Path("out") / QUARTER
