"""Parts of a report that read more than they show: a run compares what such a part answers, not the files it read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from perf_lib.views.charts.cache import fingerprint

ASKED, ANSWERED = "perf_lib.asked", "perf_lib.answered"
"""Audit events of Python (sys.audit), for whoever records what a notebook reads: with the part's name; then with its
name and a digest of the answer, empty where the part raised.
"""

Owner = TypeVar("Owner")
Answer = TypeVar("Answer")


def by_answer(part: Callable[[Owner], Answer]) -> Callable[[Owner], Answer]:
    """Mark a method without arguments as known by its answer."""
    name = part.__name__

    @wraps(part)
    def noted(owner: Owner) -> Answer:
        digest = ""
        sys.audit(ASKED, name)
        try:
            answer = part(owner)
            digest = fingerprint(answer)
            return answer
        finally:
            sys.audit(ANSWERED, name, digest)

    noted.is_known_by_answer = True  # type: ignore[attr-defined]  # a mark on the function
    return noted


def answer_of(owner: Any, name: str) -> str:
    """The digest of what such a part answers now; empty for any other name."""
    part = getattr(type(owner), name, None)
    return fingerprint(part(owner)) if part is not None and hasattr(part, "is_known_by_answer") else ""
