"""Markings: what a report prints on its items and its pages, and which items a public report leaves out.

Most of government's papers are OFFICIAL, and may be published (Government Security Classifications Policy).
OFFICIAL-SENSITIVE papers may not, and a provisional figure is not final. The setting `public_leaves_out` says which
markings keep an item out of a public report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from perf_lib.config.catalogue import Catalogue, Marking
from perf_lib.config.settings import Settings

ORDER: tuple[Marking, ...] = ("OFFICIAL", "provisional", "OFFICIAL-SENSITIVE")
"""From the lowest to the highest."""


def highest(markings: Iterable[Marking | None]) -> Marking | None:
    """The marking of a whole: the highest marking of its parts.

    >>> highest(["OFFICIAL", None, "OFFICIAL-SENSITIVE"]), highest(["provisional", "OFFICIAL"]), highest([])
    ('OFFICIAL-SENSITIVE', 'provisional', None)
    """
    present = set(markings)
    return next((marking for marking in reversed(ORDER) if marking in present), None)


def marked(catalogue: Catalogue, holds: Mapping[str, Iterable[str]], settings: Settings) -> Catalogue:
    """The catalogue, each measure with the highest marking of its own and of the files that its figures come from.

    holds: the measures whose figures each file of `inputs.monthly` has.
    """
    by_file = settings.inputs.markings
    files = {code: [by_file.get(file) for file, codes in holds.items() if code in codes] for code in catalogue}
    marks = {code: highest([measure.marking, *files[code]]) for code, measure in catalogue.items()}
    return Catalogue({code: each.model_copy(update={"marking": marks[code]}) for code, each in catalogue.items()})


def left_out(markings: Mapping[str, Marking | None], settings: Settings) -> dict[str, Marking]:
    """The items that a public report leaves out, each with the marking that keeps it out."""
    return {item: marking for item, marking in markings.items() if marking in settings.public_leaves_out and marking}
