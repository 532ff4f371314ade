"""Names of territorial forces, which each publisher writes in its own way.

The data say which forces there are. `forces.csv` has those that call themselves otherwise than their area and "Police",
other names of them, and where the figures are of those that the usual tables leave out.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

from perf_lib.words.errors import InputError, suggestion

_TITLES = re.compile(r"\b(?:police|constabulary|service|force|the|heddlu)\b|^of\b")


def plain_area(name: str) -> str:
    """An area's name without footnote numbers, its words in the spoken order.

    >>> plain_area("Dyfed-Powys6"), plain_area("London, City of"), plain_area("Greater Manchester8,9")
    ('Dyfed-Powys', 'City of London', 'Greater Manchester')
    """
    text = re.sub(r"\s*\d+(?:,\s*\d+)*\s*$", "", " ".join(name.split()))
    inverted = re.fullmatch(r"(?P<place>.+), (?P<title>.+ of)", text)
    return f"{inverted['title']} {inverted['place']}" if inverted else text


@lru_cache(maxsize=1024)
def force_key(name: str) -> str:
    """A key that all spellings of one force share.

    >>> force_key("Devon & Cornwall Police"), force_key("Devon and Cornwall")
    ('devon and cornwall', 'devon and cornwall')
    >>> force_key("Metropolitan Police Service") == force_key("Met"), force_key("Heddlu De Cymru")
    (True, 'south wales')
    """
    key = _key(name)
    return _key(_known()[key]["area"]) if key in _known() else key


def _key(name: str) -> str:
    text = " ".join(re.sub(r"[^\w\s]", " ", plain_area(name).lower().replace("&", " and ")).split())
    return " ".join(_TITLES.sub(" ", _TITLES.sub(" ", text).strip()).split())


@cache
def _known() -> Mapping[str, Mapping[str, str]]:
    """The rows of forces.csv, by each of the names that they give."""
    with Path(__file__).with_name("forces.csv").open(encoding="utf-8", newline="") as file:
        return {
            _key(name): row
            for row in csv.DictReader(file)
            for name in (row["area"], *filter(None, row["also"].split(";")))
        }


def official_name(area: str) -> str:
    """What the force of an area calls itself.

    >>> official_name("Norfolk"), official_name("Devon and Cornwall"), official_name("Gwent")
    ('Norfolk Constabulary', 'Devon & Cornwall Police', 'Gwent Police')
    """
    return _known().get(force_key(area), {}).get("name") or f"{area} Police"


def area_of(slug: str) -> str:
    """The area that a file's name speaks of.

    >>> area_of("city-of-london"), area_of("btp"), area_of("west-mercia")
    ('City of London', 'British Transport Police', 'West Mercia')
    """
    title = re.sub(r"\b(Of|And)\b", lambda word: word[0].lower(), slug.replace("-", " ").title())
    return _known().get(force_key(slug), {}).get("area") or title


def find_force(name: str, names: Iterable[str]) -> str:
    """The one of the names that means the same force; raises InputError with the nearest where there is none.

    >>> find_force("west mercia police", ["West Mercia", "West Midlands"])
    'West Mercia'
    """
    by_key: Mapping[str, str] = {force_key(each): each for each in names}
    key = force_key(name)
    if not key or key not in by_key:
        near = _known().get(key, {}).get("elsewhere") or suggestion(name, by_key.values())
        raise InputError(f"there is no force {name!r} in the data; {near}")
    return by_key[key]
