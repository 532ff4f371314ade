"""Names of territorial forces, which each publisher writes in its own way.

No force is listed here: the data say which there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from perf_lib.words.errors import InputError, suggestion

_TITLES = re.compile(r"\b(?:police|constabulary|service|force|the)\b")


def plain_area(name: str) -> str:
    """An area's name without footnote numbers, its words in the spoken order.

    >>> plain_area("Dyfed-Powys6"), plain_area("London, City of"), plain_area("Greater Manchester8,9")
    ('Dyfed-Powys', 'City of London', 'Greater Manchester')
    """
    text = re.sub(r"\s*\d+(?:,\s*\d+)*\s*$", "", " ".join(name.split()))
    inverted = re.fullmatch(r"(?P<place>.+), (?P<title>.+ of)", text)
    return f"{inverted['title']} {inverted['place']}" if inverted else text


def force_key(name: str) -> str:
    """A key that all spellings of one force share.

    >>> force_key("Devon & Cornwall Police"), force_key("Devon and Cornwall")
    ('devon and cornwall', 'devon and cornwall')
    >>> force_key("Metropolitan Police Service") == force_key("Metropolitan Police")
    True
    """
    text = plain_area(name).lower().replace("&", " and ")
    return " ".join(_TITLES.sub(" ", re.sub(r"[^\w\s]", " ", text)).split())


def find_force(name: str, names: Iterable[str]) -> str:
    """The one of the names that means the same force; raises InputError with the nearest where there is none.

    >>> find_force("west mercia police", ["West Mercia", "West Midlands"])
    'West Mercia'
    """
    by_key: Mapping[str, str] = {force_key(each): each for each in names}
    key = force_key(name)
    if not key or key not in by_key:
        raise InputError(f"there is no force {name!r} in the data; {suggestion(name, by_key.values())}")
    return by_key[key]
