"""Words of direction held against the data: rose, fell, lower than, the highest since, four months below average.

A word is only judged where it is said of a measure: as its verb, in "a fall in …", beside its figure. What may, could
or should happen, and what is denied, is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from perf_lib.audit.figures import Judge
from perf_lib.audit.movements import alone, beside_figures, unchanged
from perf_lib.audit.runs import averages, runs
from perf_lib.audit.superlatives import superlatives
from perf_lib.audit.symbol_words import exceptional, standings, trends
from perf_lib.audit.verdicts import Found, Verdicts

READERS: tuple[Callable[[Judge, Verdicts], Iterator[Found]], ...] = (
    standings,
    exceptional,
    trends,
    runs,
    averages,
    beside_figures,
    superlatives,
    unchanged,
    alone,
)
"""One for each sort of word, the most particular first: a word that one has read is not read again."""


def directions(judge: Judge, verdicts: Verdicts) -> Iterator[Found]:
    """Each word of direction of a sentence that says something of a measure, and its verdict, after its figures."""
    seen: set[int] = set()
    for read in READERS:
        for start, end, verdict in read(judge, verdicts):
            if not seen & {start, end - 1}:
                seen.update(range(start, end))
                yield start, end, verdict
