"""How a spreadsheet's columns are set, whatever its format: figures or words, how wide, where words wrap."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import pandas as pd

from perf_lib.findings.finding import Finding
from perf_lib.words import wording

WIDEST = 28
"""Characters of a column; longer words wrap."""
_NARROWEST, _MARGIN = 6, 2
_FIGURE = re.compile(r"[+\u2212-]?\d[\d,.:]*(?:%| pp)?")
_SIGN = re.compile(r"\[[a-z]\]")  # [x], which stands for a figure


@dataclass(frozen=True)
class SheetColumn:
    """One column: its name, whether figures are in it, its width in characters."""

    name: str
    is_figures: bool
    width: int


def sheet_columns(table: pd.DataFrame) -> list[SheetColumn]:
    """The columns of a table as a spreadsheet sets them.

    A column is of figures where every cell is a number, a figure as the report prints it, or a sign for one, and not
    every cell such a sign. Months and words that start with a number are words.

    >>> table = pd.DataFrame({"month": ["2019-12"], "change": ["+0.3 pp"], "context": ["3 per cent"]})
    >>> [column.is_figures for column in sheet_columns(table)]
    [False, True, False]
    """
    columns = []
    for name, cells in table.items():
        longest = max(map(len, [str(name), *map(cell_text, cells)]))
        not_signs = [cell for cell in cells if not (isinstance(cell, str) and _SIGN.fullmatch(cell))]
        is_figures = bool(not_signs) and all(not isinstance(cell, str) or _FIGURE.fullmatch(cell) for cell in not_signs)
        columns.append(SheetColumn(str(name), is_figures, min(max(longest, _NARROWEST), WIDEST) + _MARGIN))
    return columns


def lines_of(row: Sequence[object], width: int = WIDEST) -> int:
    """How many lines a row takes: those of its longest words, in a column of so many characters."""
    return max(1, *(len(wrap(cell, width)) for cell in row if isinstance(cell, str)))


def cell_text(cell: object) -> str:
    """A cell as it is read: a number with at most four decimals, words as they are."""
    return wording.number(cell, 4).rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)


def months_of_their_own(finding: Finding) -> pd.DataFrame:
    """The months with figures of their own: one of twelve months, or of a quarter, is no month's value."""
    return finding.months if finding.measure.traits.heading == "Month" else finding.months.assign(value=float("nan"))
