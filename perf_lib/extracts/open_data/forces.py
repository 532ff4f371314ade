"""Names of territorial forces: each publisher writes them its own way, and all mean the same forces.

No force is listed here: which there are is what the data say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from perf_lib.words.errors import InputError, suggestion

_TITLES = re.compile(r"\b(?:police|constabulary|service|force|the)\b")


def plain_area(name: str) -> str:
    """An area's name without footnote numbers, and in the order that it is said.

    >>> plain_area("Dyfed-Powys6"), plain_area("London, City of"), plain_area("Greater Manchester8,9")
    ('Dyfed-Powys', 'City of London', 'Greater Manchester')
    """
    text = re.sub(r"\s*\d+(?:,\s*\d+)*\s*$", "", " ".join(name.split()))
    found = re.fullmatch(r"(.+), (.+ of)", text)
    return f"{found[2]} {found[1]}" if found else text


def force_key(name: str) -> str:
    """What two spellings of one force have in common.

    >>> force_key("Devon & Cornwall Police"), force_key("Devon and Cornwall")
    ('devon and cornwall', 'devon and cornwall')
    >>> force_key("Metropolitan Police Service") == force_key("Metropolitan Police")
    True
    """
    text = plain_area(name).lower().replace("&", " and ")
    return " ".join(_TITLES.sub(" ", re.sub(r"[^\w\s]", " ", text)).split())


def find_force(written: str, known: Iterable[str]) -> str:
    """The name among those known that a person meant; raises InputError with the nearest where there is none.

    >>> find_force("west mercia police", ["West Mercia", "West Midlands"])
    'West Mercia'
    """
    names: Mapping[str, str] = {force_key(name): name for name in known}
    key = force_key(written)
    if not key or key not in names:
        raise InputError(f"there is no force {written!r} in the data; {suggestion(written, names.values())}")
    return names[key]
