"""Our errors: one clear line each, and the exit code that goes with it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class PerfError(Exception):
    """Anything perf_lib refuses, in one line meant for a person."""

    exit_code = 1

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it: the line, not forty lines of how we came to say it."""
        return [f"{type(self).__name__}: {self}"]


class InputError(PerfError):
    """Settings, data or a request that cannot be right: nothing has been written."""

    exit_code = 2


class UnknownMeasure(InputError, KeyError):
    """A code that is not in the catalogue; a KeyError too, so that `in` and `get` of a mapping hold."""

    __str__ = Exception.__str__  # a KeyError would print the line in quotation marks


class NotebookError(PerfError):
    """A notebook failed while it was executed: the others ran, earlier outputs stay."""

    exit_code = 1


class ContradictionError(PerfError):
    """What a person wrote contradicts the figures: nothing has been written."""

    exit_code = 3


class BusyError(PerfError):
    """Another run is making the same pack: this one leaves it to it."""

    exit_code = 4


class Undisclosable(PerfError):
    """A public report would show a figure that it must not: nothing has been put in its place."""

    exit_code = 1


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """The nearest known name, as the end of a sentence; failing one, what is allowed.

    >>> suggestion("sexual_offense", ["sexual_offences", "hate_crime"])
    'did you mean sexual_offences?'
    >>> suggestion("zzz", ["count", "mean"])
    'allowed: count, mean'
    """
    names = sorted(known)
    near = get_close_matches(wrong, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    shown = ", ".join(names[:12])
    return f"allowed: {shown}{', …' if len(names) > 12 else ''}"
