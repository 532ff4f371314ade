"""What records came to, kept for the length of one run: its notebooks show what was counted once, and ask nobody."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from perf_lib.extracts.definitions import Definitions
from perf_lib.extracts.records import Records, digested

KEPT = "PERF_RECORDS_KEPT"
"""The environment variable that tells a run's kernels which folder the answers are kept in."""

_NUMBERS = ("numerator", "denominator", "value", "margin")


@contextmanager
def kept(records: Records | None) -> Iterator[None]:
    """Keep an answer while notebooks run, in a folder of its own; kernels started meanwhile find it there."""
    if records is None or records.frame.empty:
        yield
        return
    stem, before = _stem(records.definitions), os.environ.get(KEPT)
    with tempfile.TemporaryDirectory(prefix="perf_lib_records_") as folder:
        _written(records.frame, Path(folder) / f"{stem}-frame.csv")
        _written(records.coverage, Path(folder) / f"{stem}-coverage.csv")
        os.environ[KEPT] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ[KEPT]
            else:
                os.environ[KEPT] = before


def kept_answer(definitions: Definitions) -> Records | None:
    """The answer that the run around this kernel keeps for just these definitions, if there is one."""
    folder = os.environ.get(KEPT)
    if not folder:
        return None
    frame, coverage = (Path(folder) / f"{_stem(definitions)}-{part}.csv" for part in ("frame", "coverage"))
    if not frame.is_file() or not coverage.is_file():
        return None
    read = pd.read_csv(frame, dtype=str, keep_default_na=False)
    # Python's own float, to the last digit.
    numbers = {name: [float(text or "nan") for text in read[name]] for name in _NUMBERS}
    months = pd.PeriodIndex(read["month"], freq="M")
    found, covered = read.assign(month=months, **numbers), pd.read_csv(coverage, keep_default_na=False)
    return Records(found, covered, definitions, digested(found, covered))


def _written(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, lineterminator="\n")


def _stem(definitions: Definitions) -> str:
    """A name that is these definitions' own: where they lie, and what stands in them and their lists."""
    made = hashlib.sha256(str(definitions.path.resolve()).encode())
    for path in definitions.files_read:
        made.update(path.read_bytes())
    return made.hexdigest()[:16]
