"""Many packs: all of a folder of params folders, those that are due, on this machine or handed to a cluster."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import PARAMS, ROOT
from doors import PATIENCE, command, notebooks, program
from packs import QUARTER

from perf_lib.config.settings import quarters_in
from perf_lib.press import batch, record
from perf_lib.words.quarters import Quarter

SMALL = "5_service_delivery_plan"


def folders(place: Path, *names: str, quarters: tuple[str, ...] = (QUARTER,)) -> Path:
    """A folder of params folders, each the sample's with these quarters only."""
    for name in names:
        shutil.copytree(PARAMS, place / name)
        for left in map(str, quarters_in(place / name)):
            if left not in quarters:
                shutil.rmtree(place / name / left)
    return place


def events(said: str) -> list[dict]:
    return [json.loads(line) for line in said.splitlines()]


def test_an_order_for_every_quarter_of_every_params_folder(tmp_path):
    place = folders(tmp_path / "forces", "avon", "borset", quarters=("2019-20-Q2", QUARTER))
    found = batch.orders(place, tmp_path / "out", None, ROOT / "notebooks")
    assert [order.target.relative_to(tmp_path / "out").as_posix() for order in found] == [
        "avon/2019-20-Q2", f"avon/{QUARTER}", "borset/2019-20-Q2", f"borset/{QUARTER}",
    ]  # fmt: skip
    (only,) = batch.orders(place / "avon", tmp_path / "out", Quarter.parse(QUARTER), ROOT / "notebooks")
    assert only.target == tmp_path / "out" / QUARTER


def test_all_makes_every_pack_and_one_that_cannot_be_made_stops_no_other(tmp_path):
    place = folders(tmp_path / "forces", "avon", "borset", "camshire")
    (place / "borset" / QUARTER / "settings.yaml").write_text("langauge: en-GB\n", encoding="utf-8")
    few = notebooks(tmp_path / "few", SMALL)
    run = ("perf-lib", "run", "--all", "--params", place, "--notebooks", few, "--outputs", tmp_path / "out", "--json")
    said = command(*run)
    assert said.returncode == 2, said.stderr
    told = {event.get("folder", "refused"): event for event in events(said.stdout)}
    assert {name: event.get("made") for name, event in told.items()} == {
        f"{(tmp_path / 'out').as_posix()}/avon/{QUARTER}": True,
        f"{(tmp_path / 'out').as_posix()}/camshire/{QUARTER}": True,
        "refused": None,
    }
    assert "langauge" in told["refused"]["message"]
    assert told["refused"]["exit_code"] == 2
    assert said.stderr.splitlines()[-1].startswith("perf-lib: 1 of 3 packs could not be made")
    assert [event["made"] for event in events(command(*run).stdout) if event["event"] == "pack"] == [False, False]


def test_due_makes_what_has_arrived_once_and_leaves_what_has_not(tmp_path):
    # The sample's months end in December 2019: quarter three has arrived, quarter four has not.
    place = folders(tmp_path, "params")
    shutil.copytree(place / "params" / QUARTER, place / "params" / "2019-20-Q4")
    few = notebooks(tmp_path / "few", SMALL)
    run = ("perf-lib", "run", "--due", "--params", place / "params", "--notebooks", few, "--outputs", tmp_path / "out")
    said = command(*run)
    assert said.returncode == 0, said.stderr
    assert [line.split(":")[0].rsplit("/", 1)[-1] for line in said.stdout.splitlines()] == [QUARTER]
    assert command(*run).stdout == "nothing is due\n"
    assert [path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")] == [QUARTER]


def test_what_to_run_must_be_said():
    for asked, word in ((("run",), "which quarter"), (("run", QUARTER, "--scheduler", "tcp://127.0.0.1:1"), "--all")):
        said = command("perf-lib", *asked)
        assert said.returncode == 2
        (line,) = said.stderr.splitlines()
        assert word in line


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A real scheduler and two workers of one thread each: its address, and the workers."""
    if importlib.util.find_spec("distributed") is None:
        pytest.skip("distributed, an optional extra, is not installed")
    file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    common = ["--scheduler-file", str(file), "--no-dashboard"]
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", *common, "--host", "127.0.0.1", "--port", "0"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", *common, "--nthreads", "1", "--no-nanny"]
    started = [subprocess.Popen(scheduler, **quiet)]
    until = time.monotonic() + PATIENCE
    while not file.exists() and time.monotonic() < until:
        time.sleep(0.1)
    started += [subprocess.Popen([*worker, "--local-directory", str(tmp_path)], **quiet) for _ in range(2)]
    yield json.loads(file.read_text(encoding="utf-8"))["address"], started[1:]
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.skipif(os.name != "posix", reason="kills a worker by signal")
def test_a_cluster_makes_every_pack_though_a_worker_is_killed_half_way(cluster, tmp_path):
    address, workers = cluster
    place = folders(tmp_path / "forces", "avon", "borset", "camshire")
    few, outputs = notebooks(tmp_path / "few", SMALL), tmp_path / "out"
    run = subprocess.Popen(
        [program("perf-lib"), "run", "--all", "--scheduler", address, "--params", place, "--notebooks", few,
         "--outputs", outputs],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    until = time.monotonic() + PATIENCE
    # Half-way: both workers are building a pack. One of them, with its pack half built, is killed.
    while len(list(outputs.glob(f"*/.{QUARTER}.[0-9]*"))) < 2 and time.monotonic() < until and run.poll() is None:
        time.sleep(0.05)
    workers[0].send_signal(signal.SIGKILL)
    said, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, said
    assert sum("the pack is made" in line for line in said.splitlines()) == 3
    for name in ("avon", "borset", "camshire"):
        pack = outputs / name / QUARTER
        assert record.read(pack)["outputs"] == record.outputs(pack)
        assert sorted(path.name for path in pack.parent.iterdir()) == [f".{QUARTER}.lock", QUARTER]
