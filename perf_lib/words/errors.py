"""The package's errors: one clear line each, with an exit code."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class PerfError(Exception):
    """Anything that perf_lib refuses, in one line for a person."""

    exit_code = 1

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of the error: its line, without the traceback."""
        return [f"{type(self).__name__}: {self}"]


class InputError(PerfError):
    """Settings, data or a request that cannot be right: nothing was written."""

    exit_code = 2


class UnknownMeasure(InputError, KeyError):
    """A code that is not in the catalogue; also a KeyError, so that `in` and `get` of a mapping work."""

    __str__ = Exception.__str__  # a KeyError would print the line in quotation marks


class NotebookError(PerfError):
    """A notebook failed while it was executed: the others ran, earlier outputs stay."""


class ContradictionError(PerfError):
    """A person's words contradict the figures: nothing was written."""

    exit_code = 3


class BusyError(PerfError):
    """Another run is making the same pack: this one stops."""

    exit_code = 4


class Undisclosable(PerfError):
    """A public report would show a figure that it must not: the earlier pack stays."""


def suggestion(wrong: str, allowed: Iterable[str]) -> str:
    """The nearest known name as the end of a sentence; where none is near, the names allowed.

    >>> suggestion("sexual_offense", ["sexual_offences", "hate_crime"])
    'did you mean sexual_offences?'
    >>> suggestion("zzz", ["count", "mean"])
    'allowed: count, mean'
    """
    names = sorted(allowed)
    near = get_close_matches(wrong, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    shown = ", ".join(names[:12])
    return f"allowed: {shown}{', …' if len(names) > 12 else ''}"
