"""How far a run has come: a bar for people at a terminal, plain lines for a log, JSON for programs."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager
from typing import Any

import typer

from perf_lib.press.order import Steps


def said(event: str, **facts: Any) -> None:
    """One line of JSON on stdout."""
    typer.echo(json.dumps({"event": event, **facts}, ensure_ascii=False))


def progress(title: str, as_json: bool) -> AbstractContextManager[Steps]:
    """Shows the steps of a run while it lasts."""
    return _Json(title) if as_json else _Bar(title) if sys.stderr.isatty() else _Lines(title)


class _Json:
    def __init__(self, title: str) -> None:
        self._title = title

    def __enter__(self) -> Steps:
        return Steps(
            planned=lambda count: said("planned", quarter=self._title, steps=count),
            done=lambda what: said("done", quarter=self._title, what=what),
        )

    def __exit__(self, *_: object) -> None:
        pass


class _Lines:
    def __init__(self, title: str) -> None:
        self._title = title

    def __enter__(self) -> Steps:
        return Steps(done=lambda what: typer.echo(f"{self._title}: {what}", err=True))

    def __exit__(self, *_: object) -> None:
        pass


class _Bar:
    def __init__(self, title: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        # Without a thread of its own to refresh it: a process with threads is not forked from.
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
        self._title = title

    def __enter__(self) -> Steps:
        self._bar.start()
        self._task = self._bar.add_task(self._title, total=None)
        return Steps(planned=self._planned, done=self._done)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _planned(self, count: int) -> None:
        self._bar.update(self._task, total=count)

    def _done(self, what: str) -> None:
        self._bar.update(self._task, advance=1, description=f"{self._title}: {what}")
        self._bar.refresh()
