"""The ledger of what arrived: for each source its rows, those used, those rejected and why, its months, its digest.

Rows in are rows used and rows rejected, always. Nothing is rejected in silence: a rejected row stands in the ledger
with its file, row, column, value and reason, and a source with more of them than its settings allow is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from perf_lib.config.yaml import shown
from perf_lib.words.digest import sha256
from perf_lib.words.errors import InputError

REJECTED = ["file", "row", "column", "value", "reason"]
"""What is kept of a rejected row."""


@dataclass(frozen=True)
class Rejection:
    """One row that was not used: where it stands, the cell that is wrong, and why."""

    file: str
    row: str
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Source:
    """What one file gave. `first` and `last` are its months, missing where it has none."""

    file: str
    what: str
    rows: int
    rejected: tuple[Rejection, ...]
    first: pd.Period | None
    last: pd.Period | None
    sha256: str

    @property
    def used(self) -> int:
        """Rows that went into figures: those in, less those rejected."""
        return self.rows - len(self.rejected)


@dataclass
class Ledger:
    """What every source of one report gave, in the order it was read, and the share of rows that may be rejected.

    >>> Ledger().share
    0.0
    """

    share: float = 0.0
    sources: list[Source] = field(default_factory=list)

    def enter(
        self, path: Path, what: str, rows: int, rejected: Sequence[Rejection] = (), months: Iterable[pd.Period] = ()
    ) -> None:
        """Put a source on record; raises InputError where more of its rows are rejected than the share allows."""
        refuse_beyond(path, rows, rejected, self.share)
        known = [month for month in months if not pd.isna(month)]
        first, last = (min(known), max(known)) if known else (None, None)
        self.sources.append(Source(shown(path), what, rows, tuple(rejected), first, last, sha256(path)))

    def rejected(self) -> pd.DataFrame:
        """Every rejected row of every source: `file, row, column, value, reason`."""
        found = [rejection.__dict__ for source in self.sources for rejection in source.rejected]
        return pd.DataFrame(found, columns=REJECTED)


def refuse_beyond(path: Path, rows: int, rejected: Sequence[Rejection], share: float) -> None:
    """Refuse a source of which more rows are rejected than `share` of them (0 to 1), naming the first."""
    if len(rejected) > share * rows:
        first = rejected[0]
        raise InputError(
            f"{shown(path)}, {first.row}: {first.reason}; {len(rejected):,} of {rows:,} rows are rejected, more than "
            f"the share of {share:g} that inputs.rejected_share allows"
        )
