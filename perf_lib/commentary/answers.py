"""People's answers to a verdict, as the record of a pack keeps them: what was said of which figure in which words.

An answer stands in the commentary, `<!-- checked: reason, name -->`, or is given in the review. It holds for the
sentence and the figure that it was given for: when either changes, or what the data say there, it lapses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

KEY = "answers"
"""The key of run.json that holds them."""


@dataclass(frozen=True)
class Given:
    """One answer: to which figure of which sentence, why, and by whom."""

    file: str
    sentence: str
    text: str
    right: str
    """What the data said when it was given; empty where they said nothing."""
    reason: str
    name: str


Recorded = Sequence[Given]


def read(record: dict[str, Any]) -> list[Given]:
    """The answers of a record; an entry that has not the shape of one is passed over."""
    entries = record.get(KEY, [])
    fields = set(Given.__dataclass_fields__)
    return [
        Given(**entry)
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and set(entry) == fields and all(isinstance(value, str) for value in entry.values())
    ]


def as_records(answers: Iterable[Given]) -> list[dict[str, str]]:
    """Answers as a record keeps them, each once."""
    return [asdict(each) for each in dict.fromkeys(answers)]
