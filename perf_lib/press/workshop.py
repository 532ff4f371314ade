"""Where the work of a run is done, as many jobs at a time as there are workers: notebooks executed, pages rendered."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from perf_lib.press import nursery, pack_folder, printing, record
from perf_lib.press.execute import Executed, execute
from perf_lib.press.order import Order, Steps
from perf_lib.press.pages import Binder, Page
from perf_lib.report import Report
from perf_lib.views.html import Fragment


class Workshop:
    """Executes and renders for one run; a page is rendered while later notebooks still execute.

    contradictions: asked for what a draft opens with. scratch: the folder that the pack is built in. temporary: the
    run's folder for sockets and scratch files. steps: told of each thing that is done, once it is known that the run
    goes on: where it is refused, that is all there is to say. printed: digests of what is on each page, by its place.
    """

    def __init__(
        self,
        order: Order,
        report: Report,
        contradictions: Callable[[], Fragment],
        scratch: Path,
        temporary: Path,
        steps: Steps,
    ) -> None:
        self._order, self._scratch, self._temporary, self._steps = order, scratch, temporary, steps
        self._held, self._telling = list[str](), threading.Lock()
        self._goes_on = False
        self._binder, self._lock = Binder(order, report, contradictions), threading.Lock()
        self._executed: dict[str, Executed] = {}
        self._executions, self._others = list[Future[None]](), list[Future[None]]()
        self._printed_before, self.printed = record.pages_of(order), dict[str, str]()
        for folder in ("notebooks", "pages"):
            pack_folder.new_folder(scratch / folder)

    @contextmanager
    def open(self) -> Iterator[None]:
        """The workshop's hours: on any trouble, what is under way in other processes is ended, not waited for."""
        self._pool = ThreadPoolExecutor(max_workers=self._order.workers)
        try:
            yield
        except BaseException:
            nursery.end_all()
            raise
        finally:
            self._pool.shutdown(cancel_futures=True)

    def goes_on(self) -> None:
        """Tell what has been done so far, and all else as it is."""
        with self._telling:
            if self._goes_on:
                return
            self._goes_on = True
            # Each executed, and its page; the report, the tables, and the audit's page but in a public pack.
            self._steps.planned(2 * len(self._order.notebooks) + (2 if self._order.public else 3))
            for each in self._held:
                self._steps.done(each)

    def tell(self, what: str) -> None:
        """Say in a few words what has been done."""
        with self._telling:
            if self._goes_on:
                self._steps.done(what)
            else:
                self._held.append(what)

    def execute(self, source: Path) -> None:
        """Have a notebook executed when a worker is free."""
        self._executions.append(self._pool.submit(self._execute, source))

    def do(self, job: Callable[[], None]) -> None:
        """Have something else done when a worker is free."""
        self._others.append(self._pool.submit(job))

    def take(self, done: Executed) -> None:
        """Take a notebook of the earlier pack as it is, which this very code made."""
        name = f"{done.name}.ipynb"
        shutil.copy(self._order.target / "notebooks" / name, self._scratch / "notebooks" / name)
        self.tell(f"{done.name} not executed again: nothing that it reads has changed")
        self._arrived(done)

    def begun(self) -> None:
        """Wait until a kernel has started: it comes before whatever else this process is to do."""
        warm = nursery.current.get(nursery.KERNELS)
        while warm is not None and not warm.begun.wait(0.05) and not all(job.done() for job in self._executions):
            pass

    def finished(self) -> list[Executed]:
        """Wait for everything, and bind the report; what came of each notebook, in the report's order."""
        for job in self._executions:
            job.result()
        if not any(done.error for done in self._executed.values()):
            self.render(self._binder.whole())  # here and now: it takes longest
        for job in self._others:
            job.result()
        return [self._executed[source.stem] for source in self._order.notebooks]

    def render(self, page: Page) -> None:
        """Print a page into the pack, or take it from the earlier one if that would be printed just the same."""
        to = self._scratch / page.path
        digest = hashlib.sha256(json.dumps(page.notebook, sort_keys=True).encode()).hexdigest()
        self.printed[page.path] = digest
        if self._printed_before.get(page.path) == digest:
            for path in self._order.target.glob(f"{page.path}.*"):
                shutil.copy(path, to.with_suffix(path.suffix))
            self.tell(f"{page.name} not rendered again: nothing on it has changed")
            return
        printing.render(page.notebook, to, self._order.limits.seconds)
        self.tell(f"{page.name} rendered")

    def _execute(self, source: Path) -> None:
        done, lines = execute(
            source,
            self._order.parameters,
            self._scratch / "notebooks" / source.name,
            self._order.working_folder,
            self._temporary,
            self._order.limits,
        )
        done = replace(done, reads=record.reads_of(lines, self._order))
        self.tell(f"{done.name} {done.result}")
        self._arrived(done)

    def _arrived(self, done: Executed) -> None:
        """Have the pages rendered that can be bound now; none once a notebook has failed."""
        with self._lock:
            self._executed[done.name] = done
            if any(each.error for each in self._executed.values()):
                return
            for page in self._binder.add(done):
                self.do(partial(self.render, page))
