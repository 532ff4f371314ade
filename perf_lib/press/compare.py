"""Packs looked at afterwards: does one still match its record, and what differs between two."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from perf_lib.config.yaml import shown
from perf_lib.press import record
from perf_lib.press.order import Order
from perf_lib.words.errors import InputError

_WORDS = ("measure", "title", "priority", "unit", "quarter")
"""Columns of findings.csv that say what a row is about, not what was found."""


def recorded(folder: Path) -> dict[str, object]:
    """A pack's run record, or one line saying that there is none."""
    made = record.read(folder)
    if not made:
        raise InputError(f"{shown(folder)}: has no {record.RECORD} that can be read; is it a pack?")
    return made


def mismatches(order: Order) -> list[str]:
    """What no longer matches a pack's record, a line each: inputs, versions and outputs that differ or are gone."""
    made = record.read(order.target)
    recorded, outputs = made.get("inputs", {}), made.get("outputs", {})
    # A public pack tells no digests of its inputs, and what a database answered can only be asked again.
    inputs = {name: told for name, told in recorded.items() if told and record.can_be_hashed(name, order)}
    untold = recorded.keys() - inputs.keys()
    inputs_now = {**record.found(order), **record.digests(inputs, order)}
    versions = {f"version of {name}": told for name, told in made.get("versions", {}).items()}
    versions_now = {f"version of {name}": told for name, told in record.versions().items()}
    return [
        *_compared("input", inputs, {name: now for name, now in inputs_now.items() if name not in untold}),
        *_compared("", versions, versions_now),
        *_compared("output", outputs, record.outputs(order.target)),
    ]


def _compared(what: str, then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*then, *now}):
        before, after = then.get(name, ""), now.get(name, "")
        if before != after:
            became = "is not there" if not after else "was not there then" if not before else "has changed"
            yield f"{what} {name} {became}".strip()


def differences(old: Path, new: Path) -> list[str]:
    """What differs between two packs by figures and symbols, a line a measure; bytes do not matter."""
    before, after = _findings(old), _findings(new)
    lines = []
    for code in [*before, *(code for code in after if code not in before)]:
        if code not in after or code not in before:
            lines.append(f"{code}: only in {shown(old if code in before else new)}")
        elif told := [*_figures(before[code], after[code]), *_symbols(before[code], after[code])]:
            lines.append(f"{code}: {'; '.join(told)}")
    return lines


def _findings(folder: Path) -> dict[str, dict[str, str]]:
    recorded(folder)
    try:
        with (folder / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
            return {row["measure"]: row for row in csv.DictReader(file)}
    except (OSError, KeyError):
        raise InputError(f"{shown(folder / 'findings.csv')}: cannot be read as a pack's findings") from None


def _figures(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for column in dict.fromkeys([*before, *after]):
        one, other = before.get(column) or "", after.get(column) or ""
        if column not in _WORDS and "symbols" not in column and not _same(one, other):
            yield f"{column} {one or 'nothing'} → {other or 'nothing'}"


def _symbols(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for column in (name for name in after if "symbols" in name):
        one, other = (before.get(column) or "").split(), (after.get(column) or "").split()
        gained, lost = [each for each in other if each not in one], [each for each in one if each not in other]
        yield from (f"{column} + {each}" for each in gained)
        yield from (f"{column} − {each}" for each in lost)


def _same(one: str, other: str) -> bool:
    try:
        return one == other or math.isclose(float(one), float(other), rel_tol=1e-9)
    except ValueError:
        return False
