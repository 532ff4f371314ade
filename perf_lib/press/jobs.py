"""Jobs in processes of their own: so many at a time, each with a deadline, each result as it comes.

A job is a function without arguments. Where this process may be forked, a job starts with all that is loaded and opened
here; elsewhere (Windows, macOS, a process with threads) a fresh process is spawned and the function is pickled to it.
A job ends when the process that started it ends, however that ends, so nothing is left running.

The standard library alone: this module knows nothing of notebooks or pages.
"""

from __future__ import annotations

import ctypes
import heapq
import itertools
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from typing import Any, NoReturn

_PR_SET_PDEATHSIG = 1


class JobError(Exception):
    """A job that gave no result: its process could not be started, or ended before it was done."""


@dataclass(frozen=True)
class Job:
    """One piece of work. seconds: how long it may take; None for as long as it likes."""

    name: str
    work: Callable[[], Any]
    seconds: float | None = None


@dataclass(frozen=True)
class Done:
    """A job that has ended: with its result, or with an error.

    error: what the work raised; TimeoutError past its deadline; JobError where its process ended by itself.
    """

    job: Job
    result: Any = None
    error: BaseException | None = None


@dataclass(frozen=True)
class _Running:
    job: Job
    process: Any  # of the context's own class, ForkProcess or SpawnProcess
    deadline: float


class Jobs:
    """Runs jobs, at most `workers` at a time; a context that ends every job still running when it is left.

    prepare: what a spawned job does before its work; a forked one has it done already. threaded: modules that start
    threads of their own, unseen by Python; where one is loaded, jobs are spawned.

    >>> with Jobs(2) as jobs:
    ...     jobs.add(Job("seven", int("7").bit_length))
    ...     [(done.job.name, done.result) for done in jobs.results()]
    [('seven', 3)]
    """

    def __init__(self, workers: int, prepare: Callable[[], None] | None = None, threaded: Collection[str] = ()) -> None:
        forks = can_fork(threaded)
        self._context = multiprocessing.get_context("fork" if forks else "spawn")
        self._prepare = None if forks else prepare
        if not forks:  # spawning looks for this, which a notebook loses by %reset
            vars(sys.modules["__main__"]).setdefault("__spec__", None)
        self._workers = workers
        self._numbers = itertools.count()
        self._waiting: list[tuple[int, int, Job]] = []
        self._running: dict[connection.Connection, _Running] = {}

    def __enter__(self) -> Jobs:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def add(self, job: Job, rank: int = 0) -> None:
        """Start a job as soon as a worker is free. rank: a lower one starts first; among equals, the earlier."""
        heapq.heappush(self._waiting, (rank, next(self._numbers), job))
        self._start()

    def results(self) -> Iterator[Done]:
        """Each job as it ends, until none is left; whoever receives one may add more."""
        while self._running or self._waiting:
            self._start()
            nearest = min(running.deadline for running in self._running.values())
            seconds = None if nearest == math.inf else max(0.0, nearest - time.monotonic())
            for receiver in connection.wait(list(self._running), seconds):
                yield self._ended(receiver)  # type: ignore[arg-type]  # wait answers some of what it was given
            now = time.monotonic()
            for receiver in [each for each, running in self._running.items() if running.deadline <= now]:
                yield self._overdue(receiver)

    def end(self) -> None:
        """End every job that is still running or waiting; no result of theirs is to come."""
        self._waiting.clear()
        for running in self._running.values():
            running.process.kill()
        while self._running:
            self._forget(next(iter(self._running)))

    def _start(self) -> None:
        while self._waiting and len(self._running) < self._workers:
            _, _, job = heapq.heappop(self._waiting)
            try:
                receiver, sender = self._context.Pipe(duplex=False)
                arguments = (job.work, sender, self._prepare, os.getpid())
                process = self._context.Process(target=_work, args=arguments, name=job.name)  # type: ignore[attr-defined]  # BaseContext is not told of it
                process.start()
            except OSError as error:
                raise JobError(f"{job.name}: no process could be started for it: {error.strerror}") from error
            sender.close()  # so that its end is seen here when the job's process ends
            deadline = math.inf if job.seconds is None else time.monotonic() + job.seconds
            self._running[receiver] = _Running(job, process, deadline)

    def _ended(self, receiver: connection.Connection) -> Done:
        try:
            error, result = receiver.recv()
        except (EOFError, OSError):
            running = self._forget(receiver)
            code = running.process.exitcode
            name = {-each: f" ({each.name})" for each in signal.Signals}.get(code, "")
            return Done(running.job, error=JobError(f"its process ended with {code}{name}"))
        return Done(self._forget(receiver).job, result, error)

    def _overdue(self, receiver: connection.Connection) -> Done:
        self._running[receiver].process.kill()
        job = self._forget(receiver).job
        return Done(job, error=TimeoutError(f"it exceeded its time limit of {job.seconds:g} seconds"))

    def _forget(self, receiver: connection.Connection) -> _Running:
        """Take a job off the list of those running, once its process has ended, and start the next."""
        running = self._running.pop(receiver)
        receiver.close()
        running.process.join()
        self._start()
        return running


def can_fork(threaded: Collection[str] = ()) -> bool:
    """Whether this process may be forked: on Linux, while it has no second thread that could hold a lock.

    threaded: modules that start threads which Python does not count.
    """
    alone = threading.active_count() == 1 and not any(module in sys.modules for module in threaded)
    return sys.platform == "linux" and alone


def _work(
    work: Callable[[], Any], sender: connection.Connection, prepare: Callable[[], None] | None, parent: int
) -> NoReturn:
    """A job's own life: work, send the result, go at once; what the process still holds is not waited for."""
    _end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started the job
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    error: BaseException | None = None
    result = None
    try:
        if prepare is not None:
            prepare()
        result = work()
    except BaseException as raised:
        raised.add_note("".join(traceback.format_exception(raised)))
        error = raised
    with suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    try:
        sender.send((error, result))
    except OSError:  # nobody listens any more
        os._exit(1)
    except Exception as unsendable:
        sender.send((JobError(f"{type(error or result).__name__} cannot be sent: {error or unsendable}"), None))
    os._exit(0)


def _end_with(parent: int) -> None:
    """Have this process end when its parent does, however that ends; at once where it has ended by now."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # a C library without prctl
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        return
    starter = multiprocessing.parent_process()
    if starter is not None:
        threading.Thread(target=lambda: (starter.join(), os._exit(1)), daemon=True).start()
