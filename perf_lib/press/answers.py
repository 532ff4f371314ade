"""Parts of the report that read more than they tell: a run goes by what such a part answers, not by what it read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

ASKED, ANSWERED = "perf_lib.asked", "perf_lib.answered"
"""Audit events of Python (sys.audit), for whoever records what a notebook reads: with the part's name; and, when it
has answered, with its name and a digest of the answer, empty where it gave none.
"""

Desk = TypeVar("Desk")
Shown = TypeVar("Shown")

_PARTS: set[str] = set()


def by_answer(part: Callable[[Desk], Shown]) -> Callable[[Desk], Shown]:
    """Mark a part of the report, a method without arguments, as known by its answer."""
    name = part.__name__
    _PARTS.add(name)

    @wraps(part)
    def asked(desk: Desk) -> Shown:
        digest = ""
        sys.audit(ASKED, name)
        try:
            shown = part(desk)
            digest = _digest(shown)
            return shown
        finally:
            sys.audit(ANSWERED, name, digest)

    return asked


def answer_of(desk: Any, name: str) -> str:
    """The digest of what such a part answers now; empty for any other name."""
    return _digest(getattr(desk, name)()) if name in _PARTS else ""


def _digest(shown: object) -> str:
    from perf_lib.views.charts.fingerprint import (
        fingerprint,
    )  # here: it needs pandas, and who knows the events alone does not

    return fingerprint(shown)
