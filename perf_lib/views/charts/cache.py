"""Draw once what is drawn from the same facts: parts of the report that the last pack already shows.

A drawn part states in its notebook's output, by a fingerprint, which facts it was drawn from. The press hands the last
pack's parts to the processes that run notebooks, and they take each part whose fingerprint is unchanged. Where a
notebook runs without the press, everything is drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import PurePath
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from pydantic import BaseModel

from perf_lib.views.charts.chart import Chart
from perf_lib.views.html import DRAWN_FROM, Fragment

Part = TypeVar("Part", bound=Chart | Fragment)

LAST_PACK: dict[str, Fragment] = {}
"""The last pack's drawn parts by their fingerprints: the process's own, because papermill hands a notebook nothing but
its parameters. The press fills it before it starts the processes that run notebooks."""


def keep(notebooks: Iterable[Mapping[str, Any]]) -> None:
    """Take the drawn parts of executed notebooks, as their files hold them.

    For the press alone, which knows that our code is unchanged.
    """
    for notebook in notebooks:
        for cell in notebook["cells"]:
            for output in cell.get("outputs", []):
                key = output.get("metadata", {}).get("text/html", {}).get(DRAWN_FROM)
                if key:
                    # A notebook's file holds a text as the list of its lines.
                    html, text = ("".join(output["data"][kind]) for kind in ("text/html", "text/plain"))
                    LAST_PACK[key] = Fragment(html, text, key)


@contextmanager
def kept(notebooks: Iterable[Mapping[str, Any]]) -> Iterator[None]:
    """Keep the drawn parts of executed notebooks for as long as a run lasts."""
    keep(notebooks)
    try:
        yield
    finally:
        LAST_PACK.clear()


def drawn_once(draw: Callable[..., Part], *facts: Any) -> Part | Fragment:
    """What `draw` answers for these facts, which are all that it depends on; the last pack's part where it has one."""
    key = fingerprint(draw.__module__, draw.__qualname__, *facts)
    return LAST_PACK[key] if key in LAST_PACK else replace(draw(*facts), drawn_from=key)


def fingerprint(*facts: Any) -> str:
    """A digest of values, records, frames and collections of them, by content and type; the same in any process.

    Raises TypeError for an object whose content it cannot read.

    >>> fingerprint("chart", 1.0) == fingerprint("chart", 1.0), fingerprint("chart", 1.0) == fingerprint("chart", 1)
    (True, False)
    """
    pieces: list[bytes] = []
    _take_apart(facts, pieces.append)
    # Each piece with its length, so that no two lists of pieces run into one another.
    return hashlib.sha256(b"".join(len(piece).to_bytes(8, "big") + piece for piece in pieces)).hexdigest()


def _take_apart(fact: Any, add: Callable[[bytes], None]) -> None:
    """Add a fact's type, then its value or the pieces of its parts, then an end."""
    add(b"path" if isinstance(fact, PurePath) else type(fact).__name__.encode())
    if fact is None or isinstance(fact, bool | int | float | str | bytes | np.generic):
        add(repr(fact).encode())
    elif isinstance(fact, pd.Period | date):
        add(str(fact).encode())
    elif isinstance(fact, PurePath):
        add(fact.name.encode())  # not its folder: the same facts are the same on another machine
    elif isinstance(fact, frozenset | set):
        add(repr(sorted(fact, key=repr)).encode())
    elif isinstance(fact, pd.Index | pd.api.extensions.ExtensionArray | np.ndarray):
        values = fact.asi8 if isinstance(fact, pd.PeriodIndex | pd.arrays.PeriodArray) else np.asarray(fact)
        add(str(fact.dtype).encode())
        add(repr(values.tolist()).encode() if values.dtype == object else values.tobytes())
    else:
        for part in _parts(fact):
            _take_apart(part, add)
    add(b".")


def _parts(fact: Any) -> Iterator[Any]:
    if isinstance(fact, pd.DataFrame):
        yield from ([*fact.columns], fact.index, *(column.array for _, column in fact.items()))
    elif isinstance(fact, pd.Series):
        yield from (fact.name, fact.index, fact.array)
    elif isinstance(fact, Mapping):
        yield from fact.items()
    elif isinstance(fact, list | tuple | BaseModel):  # a model's parts are its fields' names and values
        yield from fact
    elif is_dataclass(fact):
        yield from ((each.name, getattr(fact, each.name)) for each in fields(fact))
    else:
        raise TypeError(f"{type(fact).__name__} has no fingerprint")
