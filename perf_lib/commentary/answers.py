"""People's answers to a verdict, as the record of a pack keeps them: what was said of which figure in which words.

An answer stands in the commentary, `<!-- checked: reason, name -->`, or is given in the review. It holds for the
sentence and the figure that it was given for: when either changes, or what the data say there, it lapses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

KEY, OPEN = "answers", "open_figures"
"""The keys of run.json that hold them, and the figures that nobody answers for."""


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


def still_open(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The open figures of a record that have not been answered since."""
    answered = {(each.file, each.sentence, each.text) for each in read(record)}
    figures = record.get(OPEN, [])
    figures = [each for each in (figures if isinstance(figures, list) else []) if isinstance(each, dict)]
    return [each for each in figures if tuple(each.get(k) for k in ("file", "sentence", "text")) not in answered]
