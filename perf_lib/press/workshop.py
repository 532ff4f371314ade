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

from perf_lib.press import binding, building, nursery, record
from perf_lib.press.execute import Executed, execute
from perf_lib.press.order import Order
from perf_lib.press.pages import Binder, Page, convert, render, warm
from perf_lib.report import Report, keep_open


class Workshop:
    """Executes and renders for one run; a page is rendered while later notebooks still execute.

    tell: called with each thing done, in a few words. printed: digests of what is on each page, by its place.
    """

    def __init__(self, order: Order, report: Report, scratch: Path, tell: Callable[[str], None]) -> None:
        self._order, self._report, self._scratch, self._tell = order, report, scratch, tell
        self._binder, self._lock = Binder(order, report), threading.Lock()
        self._executed: dict[str, Executed] = {}
        self._jobs: list[Future[None]] = []
        self._printed_before, self.printed = record.pages_of(order), dict[str, str]()
        self._warm: nursery.Nursery | None = None
        for folder in ("notebooks", "pages"):
            building.new_folder(scratch / folder)

    @contextmanager
    def open(self) -> Iterator[None]:
        """The workshop's hours: the warm process is forked first, before there is any second thread."""
        with (
            building.temporary_folder() as self._temporary,
            nursery.warm(self._temporary, self._warm_up) as self._warm,
        ):
            self._pool = ThreadPoolExecutor(max_workers=self._order.workers)
            try:
                yield
            except BaseException:
                if self._warm is not None:
                    self._warm.close()  # kernels under way are not waited for
                raise
            finally:
                self._pool.shutdown(cancel_futures=True)

    def execute(self, source: Path) -> None:
        """Have a notebook executed when a worker is free."""
        self._do(partial(self._execute, source))

    def take(self, done: Executed) -> None:
        """Take a notebook of the earlier pack as it is."""
        name = f"{done.name}.ipynb"
        shutil.copy(self._order.target / "notebooks" / name, self._scratch / "notebooks" / name)
        self._tell(f"{done.name} not executed again: nothing that it reads has changed")
        self._do(partial(convert, binding.page(done.notebook), done.name, self._order.limits.seconds))
        self._arrived(done)

    def finished(self) -> list[Executed]:
        """Wait for everything; what came of each notebook, in the report's order."""
        waited_for = 0
        while waited_for < len(self._jobs):  # a job done may have brought others
            self._jobs[waited_for].result()
            waited_for += 1
        return [self._executed[source.stem] for source in self._order.notebooks]

    def _warm_up(self) -> None:
        """What every kernel and page needs, loaded once in the process that they are forked from."""
        keep_open(self._report)
        warm()

    def _do(self, job: Callable[[], None]) -> None:
        self._jobs.append(self._pool.submit(job))

    def _execute(self, source: Path) -> None:
        done, paths = execute(
            source,
            self._order.parameters,
            self._scratch / "notebooks" / source.name,
            self._order.working_folder,
            self._temporary,
            self._order.limits,
        )
        done = replace(done, reads=record.reads_of(paths, self._order))
        self._tell(f"{done.name} {done.result}")
        self._arrived(done)

    def _arrived(self, done: Executed) -> None:
        """Have the pages rendered that can be bound now; none once a notebook has failed."""
        with self._lock:
            self._executed[done.name] = done
            if any(each.error for each in self._executed.values()):
                return
            ready = self._binder.add(done)
            if len(self._executed) == len(self._order.notebooks):
                ready.insert(0, self._binder.whole())  # it takes longest
            for page in ready:
                self._do(partial(self._render, page))

    def _render(self, page: Page) -> None:
        to = self._scratch / page.path
        digest = hashlib.sha256(json.dumps(page.notebook, sort_keys=True).encode()).hexdigest()
        self.printed[page.path] = digest
        if self._printed_before.get(page.path) == digest:
            for suffix in (".html", ".pdf"):
                shutil.copy(self._order.target / f"{page.path}{suffix}", to.with_suffix(suffix))
            self._tell(f"{page.name} not rendered again: nothing on it has changed")
            return
        render(page.notebook, to, self._order.limits.seconds)
        self._tell(f"{page.name} rendered")
