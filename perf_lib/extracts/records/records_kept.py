"""What records came to, asked once a run: its checks and its notebooks see what was counted, and ask nobody again."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd

from perf_lib.config.catalogue import Catalogue
from perf_lib.extracts.records.definitions import Definitions
from perf_lib.extracts.records.records import Records, digested, read_records
from perf_lib.extracts.tables.checks import months_of

KEPT = "PERF_RECORDS_KEPT"
"""The environment variable that tells a run's kernels which folder the answers are kept in."""

_NUMBERS = ("numerator", "denominator", "value", "margin")


@contextmanager
def kept(folder: Path) -> Iterator[None]:
    """Keep what records answer from now on in a folder that is made when they do; kernels started meanwhile find it.

    The whole answer is kept there, for a public report too: it opens on all that there is, to withhold what it must.
    """
    before = os.environ.get(KEPT)
    os.environ[KEPT] = str(folder)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if before is None:
            del os.environ[KEPT]
        else:
            os.environ[KEPT] = before


def answer(definitions: Definitions, catalogue: Catalogue, area: str, params: Path) -> Records:
    """What records come to (`read_records`), from what the run around this process keeps where it has been asked."""
    folder = os.environ.get(KEPT)
    if not folder:
        return read_records(definitions, catalogue, area, params)
    stem = _stem(definitions, area)
    frame, coverage = (Path(folder) / f"{stem}-{part}.csv" for part in ("frame", "coverage"))
    if frame.is_file() and coverage.is_file():
        return _read(frame, coverage, definitions)
    records = read_records(definitions, catalogue, area, params)
    with suppress(OSError):  # no room to keep it: they are asked again
        Path(folder).mkdir(mode=0o700, exist_ok=True)  # this user's alone
        _written(records.frame, frame)
        _written(records.coverage, coverage)
    return records


def _read(frame: Path, coverage: Path, definitions: Definitions) -> Records:
    read = pd.read_csv(frame, dtype=str, keep_default_na=False)
    # Python's own float, to the last digit.
    numbers = {name: [float(text or "nan") for text in read[name]] for name in _NUMBERS}
    months = months_of(read["month"])
    found, covered = read.assign(month=months, **numbers), pd.read_csv(coverage, keep_default_na=False)
    return Records(found, covered, definitions, digested(found, covered))


def _written(table: pd.DataFrame, path: Path) -> None:
    """Written beside and moved: who looks meanwhile finds it whole or not at all."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    table.to_csv(beside, index=False, lineterminator="\n")
    beside.replace(path)


def _stem(definitions: Definitions, area: str) -> str:
    """A name that is this question's own: where the definitions lie, what stands in them and their lists, the area."""
    made = hashlib.sha256(f"{definitions.path.resolve()}\0{area}".encode())
    for path in definitions.files_read:
        made.update(path.read_bytes())
    return made.hexdigest()[:16]
