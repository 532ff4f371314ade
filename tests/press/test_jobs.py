"""Jobs: results as they come, deadlines, deaths; forked and spawned alike; and nothing is left when the press goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from doors import PATIENCE

from perf_lib.press.jobs import Done, Job, JobError, Jobs, can_fork

READY: list[str] = []


@pytest.fixture(params=["forked", "spawned"])
def how(request: pytest.FixtureRequest) -> Iterator[str]:
    """Jobs forked, where this process may be, and jobs spawned, as from a process with a second thread."""
    if request.param == "forked" and not can_fork():
        pytest.skip("this process has threads, or the system does not fork")
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    if request.param == "spawned":
        other.start()
    yield request.param
    over.set()
    if other.ident:
        other.join()


def results(*jobs: Job, workers: int = 2, **options: object) -> dict[str, Done]:
    with Jobs(workers, **options) as loop:
        for job in jobs:
            loop.add(job)
        return {done.job.name: done for done in loop.results()}


def fail() -> None:
    raise ValueError("a fault")


def test_each_job_ends_with_its_result_its_error_or_its_death(how):
    done = results(
        Job("number", partial(pow, 2, 10)),
        Job("large", partial(bytes, 3_000_000)),  # more than a pipe holds
        Job("fault", fail),
        Job("exit", partial(sys.exit, 3)),
        Job("gone", partial(os._exit, 7)),
        Job("unsendable", partial(open, os.devnull)),
    )
    assert done["number"].result == 1024
    assert len(done["large"].result) == 3_000_000
    assert isinstance(done["fault"].error, ValueError) and str(done["fault"].error) == "a fault"
    assert isinstance(done["exit"].error, SystemExit)
    assert str(done["gone"].error) == "its process ended with 7"
    assert isinstance(done["unsendable"].error, JobError)


def test_past_its_deadline_a_job_is_ended_and_others_go_on(how):
    began = time.monotonic()
    done = results(Job("late", partial(time.sleep, 600), seconds=0.5), Job("number", partial(pow, 2, 3)))
    assert isinstance(done["late"].error, TimeoutError)
    assert str(done["late"].error) == "it exceeded its time limit of 0.5 seconds"
    assert done["number"].result == 8
    assert time.monotonic() - began < PATIENCE


def test_no_more_jobs_than_workers_run_at_once(tmp_path):
    note = tmp_path / "note"
    done = results(*(Job(str(number), partial(alone, note)) for number in range(4)), workers=1)
    assert [each.result for each in done.values()] == [True] * 4


def alone(note: Path) -> bool:
    """Whether no other job had its note there meanwhile."""
    if note.exists():
        return False
    note.write_text("here", encoding="utf-8")
    time.sleep(0.05)
    note.unlink()
    return True


def test_jobs_may_be_added_while_others_end_and_the_lower_rank_starts_first():
    with Jobs(1) as loop:
        loop.add(Job("first", partial(pow, 1, 1)))
        order = []
        for done in loop.results():
            order.append(done.job.name)
            if done.job.name == "first":
                loop.add(Job("second", partial(pow, 1, 1)))  # starts at once, as a worker is free
                loop.add(Job("last", partial(pow, 1, 1)), rank=2)
                loop.add(Job("third", partial(pow, 1, 1)), rank=1)
    assert order == ["first", "second", "third", "last"]


def test_a_spawned_job_is_prepared_as_a_forked_one_is_already(how):
    READY[:] = ["here"]
    try:
        done = results(Job("ready", ready), prepare=partial(READY.append, "there"))
    finally:
        READY.clear()
    assert done["ready"].result == {"forked": ["here"], "spawned": []}[how]


def ready() -> list[str]:
    return list(READY)


def test_jobs_are_spawned_from_a_notebook_that_has_been_reset_too(monkeypatch):
    monkeypatch.delattr(sys.modules["__main__"], "__spec__")
    assert results(Job("number", partial(pow, 2, 3)), threaded=("pytest",))["number"].result == 8


def test_a_library_with_threads_of_its_own_is_not_forked_from():
    assert not can_fork(threaded=("json", "pytest"))


def test_a_process_that_cannot_be_started_is_said(monkeypatch):
    loop = Jobs(1)
    monkeypatch.setattr(os, "fork", refuse)
    monkeypatch.setattr(loop, "_context", __import__("multiprocessing").get_context("fork"))
    with pytest.raises(JobError, match="number: no process could be started for it: Resource temporarily unavailable"):
        loop.add(Job("number", partial(pow, 2, 3)))


def refuse() -> int:
    raise BlockingIOError(11, "Resource temporarily unavailable")


GOING = """
import os, sys, time
from functools import partial
from perf_lib.press.jobs import Job, Jobs

for _ in range(20):
    with Jobs(3) as jobs:
        for name in "abc":
            jobs.add(Job(name, partial(time.sleep, 600)))
print("gone")
"""

KILLED = """
import os, signal, sys, time
from functools import partial
from perf_lib.press.jobs import Job, Jobs

def nested():
    with Jobs(1) as jobs:
        jobs.add(Job("inner", partial(time.sleep, 600)))
        list(jobs.results())

jobs = Jobs(2)
jobs.add(Job("asleep", partial(time.sleep, 600)))
jobs.add(Job("nested", nested))
time.sleep(1)
os.kill(os.getpid(), signal.SIGKILL)
"""

LATE = """
import os, time
from perf_lib.press import jobs

if os.fork() == 0:
    parent = os.getpid()
    if os.fork() == 0:
        while os.getppid() == parent:
            time.sleep(0.01)
        jobs._end_with(parent)
        print("left alone")
    os._exit(0)
os.wait()
"""


def ended(script: str) -> subprocess.CompletedProcess[str]:
    """What a script came to, when every process that has its output has gone."""
    return subprocess.run([sys.executable, "-uc", script], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")
def test_a_press_that_goes_while_jobs_run_leaves_nothing():
    going = ended(GOING)
    assert (going.stdout, going.stderr) == ("gone\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")
def test_jobs_and_their_own_jobs_end_with_a_press_that_is_killed():
    killed = ended(KILLED)  # which waits for everybody who has the output
    assert (killed.returncode, killed.stdout, killed.stderr) == (-signal.SIGKILL, "", "")


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")
def test_a_job_whose_parent_ended_before_it_could_watch_goes_at_once():
    assert ended(LATE).stdout == ""
