"""One digest of whatever facts a thing is made from: equal facts, equal digest, in any process."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel


def fingerprint(*facts: Any) -> str:
    """A digest of values, records, frames and collections of them, by content and type.

    Raises TypeError for anything that is not known to be told apart by what it holds.

    >>> fingerprint("chart", 1.0) == fingerprint("chart", 1.0), fingerprint("chart", 1.0) == fingerprint("chart", 1)
    (True, False)
    """
    digest = hashlib.sha256()
    for piece in _pieces(facts):
        digest.update(len(piece).to_bytes(8, "big") + piece)  # with its length: no two lists run into one another
    return digest.hexdigest()


def _pieces(fact: Any) -> Iterator[bytes]:
    yield b"path" if isinstance(fact, PurePath) else type(fact).__name__.encode()
    if fact is None or isinstance(fact, bool | int | float | str | bytes | np.generic):
        yield repr(fact).encode()
    elif isinstance(fact, pd.DataFrame):
        yield from _pieces(list(fact.columns))
        yield from _pieces(fact.index)
        for place in range(fact.shape[1]):
            yield from _pieces(fact.iloc[:, place].array)
    elif isinstance(fact, pd.Series):
        yield from _pieces((fact.name, fact.index, fact.array))
    elif isinstance(fact, pd.Index | pd.api.extensions.ExtensionArray | np.ndarray):
        yield str(fact.dtype).encode()
        values = fact.to_numpy() if not isinstance(fact, np.ndarray) else fact
        yield repr(values.tolist()).encode() if values.dtype == object else values.tobytes()
    elif isinstance(fact, PurePath):
        yield fact.name.encode()  # not where it lies: the same facts are the same on another machine
    elif isinstance(fact, pd.Period | date):
        yield str(fact).encode()
    elif isinstance(fact, frozenset | set):
        yield from (repr(each).encode() for each in sorted(fact, key=repr))
    elif isinstance(fact, Mapping):
        for key, value in fact.items():
            yield from _pieces(key)
            yield from _pieces(value)
    elif isinstance(fact, list | tuple):
        for each in fact:
            yield from _pieces(each)
    elif isinstance(fact, BaseModel):
        for name, value in fact:
            yield from _pieces((name, value))
    elif is_dataclass(fact):
        for each in fields(fact):
            yield from _pieces((each.name, getattr(fact, each.name)))
    else:
        raise TypeError(f"{type(fact).__name__} has no fingerprint")
    yield b"."  # where a collection ends
