"""Warm processes that kernels and pages are forked from: what is imported and read there need not be again.

The press forks them before it starts any thread of its own, and speaks to each over a pair of sockets: a line of JSON
asks, a line of JSON answers. What is forked shares the memory of the warm process until it changes it. When the press
ends, however it ends, a nursery sees the end of its socket and goes, and what was forked from it is killed by the
kernel (PR_SET_PDEATHSIG), so that nothing is left running.

Linux only: elsewhere kernels start in the ordinary way.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

_PR_SET_PDEATHSIG = 1
KERNELS, PAGES = "kernels", "pages"

current: dict[str, Nursery] = {}
"""The nurseries of the run that is under way in this process, by what is forked from them."""


class Nursery:
    """The press's end: asks for forks and after them. Safe to use from several threads."""

    def __init__(self, name: str, channel: socket.socket, pid: int, temporary: Path) -> None:
        self._name, self._channel, self._pid, self.temporary = name, channel, pid, temporary
        self._answers = channel.makefile("r", encoding="utf-8")
        self._lock = threading.Lock()
        self._watched: dict[int, int] = {}
        self.begun = threading.Event()
        """Set when the first kernel has been forked."""

    def kernel(self, argv: list[str], env: dict[str, str], cwd: str) -> int:
        """Fork an IPython kernel with these arguments; answers its process id."""
        pid = self.job("kernel", argv=argv, env=env, cwd=cwd)
        self.begun.set()
        return pid

    def job(self, name: str, **asked: Any) -> int:
        """Fork a process that does one of JOBS; answers its process id."""
        pid = int(self._ask(do="fork", job=name, **asked))
        self._watched[pid] = os.pidfd_open(pid)  # its number is not given away before its end has been asked for
        return pid

    def poll(self, pid: int) -> int | None:
        """The exit code of what was forked, as subprocess gives it; None while it runs."""
        return self._exit_code(pid) if self._heard(pid, 0) else None

    def wait(self, pid: int, seconds: float | None = None, told: int | None = None) -> int | None:
        """Wait for what was forked; its exit code. After `seconds` it is ended, and TimeoutError raised.

        told: where it may tell something first, a descriptor to read from; None is answered then.
        """
        heard = self._heard(pid, seconds, told)
        if not heard:
            os.kill(pid, signal.SIGKILL)
            raise TimeoutError
        return None if told in heard else self._exit_code(pid)

    def _heard(self, pid: int, seconds: float | None, told: int | None = None) -> list[int]:
        """Which descriptors have something to say of what was forked, so many seconds from now: its end's, or `told`.

        The nursery, which may be busy with a fork, is not asked.
        """
        if pid not in self._watched:
            return [pid]
        ready = select.poll()
        for each in (self._watched[pid], told):
            if each is not None:
                ready.register(each, select.POLLIN)
        return [each for each, _ in ready.poll(None if seconds is None else 1000 * seconds)]

    def _exit_code(self, pid: int) -> int:
        """The exit code of what is known to have ended."""
        if pid in self._watched:
            os.close(self._watched.pop(pid))
        return int(self._ask(do="ended", pid=pid))

    def end(self) -> None:
        """End the nursery, and with it all that was forked from it; whoever waits for some of that hears of it."""
        with contextlib.suppress(OSError):  # it may have gone, or been ended, already
            self._channel.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    def close(self) -> None:
        """Close what it is heard through, when nobody listens any more; outside the press, the copy of that."""
        self._answers.close()
        self._channel.close()
        while self._watched:
            os.close(self._watched.popitem()[1])

    def _ask(self, **request: Any) -> Any:
        with self._lock:
            try:
                self._channel.sendall(json.dumps(request).encode() + b"\n")
                answer = self._answers.readline()
            except OSError:
                answer = ""
        if not answer:
            raise ChildProcessError(f"the warm process for {self._name} has ended")
        return json.loads(answer)


@contextmanager
def warm(name: str, temporary: Path, *ready: Callable[[], None]) -> Iterator[Nursery | None]:
    """A nursery of a run, forked from this process as it is; None where forking is not safe.

    name: KERNELS or PAGES. temporary: the run's own folder for sockets and scratch files; gone when nurseries and press
    have all gone. ready: what the nursery does for all that will be forked from it, one thing after another.
    """
    if name in current or not can_fork():
        yield None
        return
    ours, theirs = socket.socketpair()
    press = os.getpid()
    pid = os.fork()
    if pid == 0:
        ours.close()
        for other in current.values():  # that one is to see its end when the press has gone
            other.close()
        _serve(theirs, temporary, list(ready), press)
    theirs.close()
    current[name] = Nursery(name, ours, pid, temporary)
    try:
        yield current[name]
    finally:
        ended = current.pop(name)
        ended.end()
        ended.close()


def end_all() -> None:
    """End whatever is under way in processes of the run."""
    for each in current.values():
        each.end()


def can_fork() -> bool:
    """Whether this process may be forked: on Linux, and while it has no second thread that could hold a lock.

    Typst's own threads do not show, and one forked after they have started would wait for them for ever: where Typst
    has been loaded, by the press or by anybody else, it may have been used.
    """
    alone = threading.active_count() == 1 and "typst" not in sys.modules
    return sys.platform == "linux" and alone and _has_descriptors()


def _has_descriptors() -> bool:
    """Whether the system tells of a process's end by a descriptor, as Linux has since 5.3."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


def _serve(channel: socket.socket, temporary: Path, ready: list[Callable[[], None]], press: int) -> NoReturn:
    """The nursery's own life: answer until the press hangs up, then go; never returns into the press's code."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the press, which then hangs up
        for each in ready:
            each()
            gc.freeze()  # what is there now is never looked through again, and so stays shared
            while _to_begin:
                job, wanted = _to_begin.popitem()
                _begun[job] = _fork(channel, job, **wanted)
        for line in channel.makefile("r", encoding="utf-8"):
            request = json.loads(line)
            asked = request.pop("do")
            answer = _forked_for(channel, **request) if asked == "fork" else _exit_code(**request)
            with contextlib.suppress(ConnectionError):  # the press has hung up, and the next it says is the end
                channel.sendall(json.dumps(answer).encode() + b"\n")
    except BaseException as error:  # the press will only learn that it has ended
        sys.stderr.write(f"perf-lib: the warm process ended: {type(error).__name__}: {error}\n")
    finally:
        try:
            _end_all()
            if os.getppid() != press:  # the press was killed: nobody else will clear its folder away
                shutil.rmtree(temporary, ignore_errors=True)
        finally:
            os._exit(0)


_to_begin: dict[str, dict[str, Any]] = {}
_begun: dict[str, int] = {}


def begin(job: str, **asked: Any) -> None:
    """Have a nursery that makes itself ready fork a job that nobody has asked for yet: who asks later is given it."""
    _to_begin[job] = asked


def _forked_for(channel: socket.socket, job: str, **asked: Any) -> int:
    return _begun.pop(job) if job in _begun else _fork(channel, job, **asked)


_forked: set[int] = set()
_ended: dict[int, int] = {}


def _fork(channel: socket.socket, job: str, **asked: Any) -> int:
    nursery = os.getpid()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            die_with_parent(nursery)
            os.close(channel.detach())  # or the press would not hear of the nursery's end while this lives
            signal.signal(signal.SIGINT, signal.default_int_handler)
            JOBS[job](**asked)
            code = 0
        except SystemExit as said:
            code = said.code if isinstance(said.code, int) else 0
        except BaseException as error:  # in a line, without the folders of a traceback
            sys.stderr.write(f"{job}: {type(error).__name__}: {error}\n")
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)
    _forked.add(pid)
    return pid


def _exit_code(pid: int) -> int:
    """The exit code of what was forked and has ended."""
    if pid not in _ended:
        _, status = os.waitpid(pid, 0)
        _forked.discard(pid)
        _ended[pid] = os.waitstatus_to_exitcode(status)
    return _ended[pid]


def _end_all() -> None:
    for pid in _forked:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for pid in _forked:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


def die_with_parent(parent: int) -> None:
    """Have this process killed when its parent ends, however that ends (Linux); at once where it has ended by now."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


JOBS: dict[str, Callable[..., None]] = {}
"""What can be forked, by name: who has a nursery made says what."""
