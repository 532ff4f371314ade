"""Markings: what a report prints on its items and its pages, and which items a public report leaves out.

OFFICIAL is what most of government's papers are, and may be published (Government Security Classifications Policy);
OFFICIAL-SENSITIVE may not, and a provisional figure is not yet anybody's word. Which of them keep an item out of a
public report is a setting, `public_leaves_out`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from perf_lib.config.catalogue import Catalogue, Marking
from perf_lib.config.settings import Settings

ORDER: tuple[Marking, ...] = ("OFFICIAL", "provisional", "OFFICIAL-SENSITIVE")
"""From the lowest to the highest."""


def highest(markings: Iterable[Marking | None]) -> Marking | None:
    """The marking of a whole: the highest of its parts'.

    >>> highest(["OFFICIAL", None, "OFFICIAL-SENSITIVE"]), highest(["provisional", "OFFICIAL"]), highest([])
    ('OFFICIAL-SENSITIVE', 'provisional', None)
    """
    found = set(markings)
    return next((marking for marking in reversed(ORDER) if marking in found), None)


def marked(catalogue: Catalogue, holds: Mapping[str, Iterable[str]], settings: Settings) -> Catalogue:
    """The catalogue with each measure marked as highly as itself and every file that its figures come from.

    holds: the measures that each file of `inputs.monthly` holds figures of.
    """
    by_file = settings.inputs.markings
    made = Catalogue()
    for code, measure in catalogue.items():
        own = [measure.marking, *(by_file.get(file) for file, codes in holds.items() if code in codes)]
        made[code] = measure.model_copy(update={"marking": highest(own)})
    return made


def left_out(markings: Mapping[str, Marking | None], settings: Settings) -> dict[str, Marking]:
    """The items that a public report leaves out, each with the marking that keeps it out."""
    return {item: marking for item, marking in markings.items() if marking in settings.public_leaves_out and marking}
