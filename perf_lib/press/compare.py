"""Whether a pack still matches its record, and what differs between two packs."""

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
"""Columns of findings.csv that say what a row is about; the others hold findings."""


def recorded(folder: Path) -> dict[str, object]:
    """A pack's run record, or one line saying that there is none."""
    made = record.read(folder)
    if not made:
        raise InputError(f"{shown(folder)}: has no {record.RECORD} that can be read; is it a pack?")
    return made


def mismatches(order: Order) -> list[str]:
    """What no longer matches a pack's record, a line each: inputs, versions and outputs that differ or are gone."""
    made = record.read(order.target)
    # A public pack's record has no digests of inputs, and a database's answer has none until it is asked again.
    all_inputs = made.get("inputs", {})
    inputs = {name: digest for name, digest in all_inputs.items() if digest and record.can_be_hashed(name, order)}
    inputs_now = {**record.found(order), **record.digests(inputs, order)}
    for name in all_inputs.keys() - inputs.keys():
        inputs_now.pop(name, None)
    return [
        *_compared("input", inputs, inputs_now),
        *_compared("version of", made.get("versions", {}), record.versions()),
        *_compared("output", made.get("outputs", {}), record.outputs(order.target)),
    ]


def _compared(what: str, then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*then, *now}):
        before, after = then.get(name, ""), now.get(name, "")
        if before != after:
            change = "is not there" if not after else "was not there then" if not before else "has changed"
            yield f"{what} {name} {change}"


def differences(old: Path, new: Path) -> list[str]:
    """What differs between two packs by figures and symbols, a line a measure; bytes do not matter."""
    before, after = _findings(old), _findings(new)
    lines = []
    for code in [*before, *(code for code in after if code not in before)]:
        if code not in after or code not in before:
            lines.append(f"{code}: only in {shown(old if code in before else new)}")
        elif changes := [*_figures(before[code], after[code]), *_symbols(before[code], after[code])]:
            lines.append(f"{code}: {'; '.join(changes)}")
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
        old, new = before.get(column) or "", after.get(column) or ""
        if column not in _WORDS and "symbols" not in column and not _same(old, new):
            yield f"{column} {old or 'nothing'} → {new or 'nothing'}"


def _symbols(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for column in (name for name in after if "symbols" in name):
        old, new = (before.get(column) or "").split(), (after.get(column) or "").split()
        yield from (f"{column} + {code}" for code in new if code not in old)
        yield from (f"{column} − {code}" for code in old if code not in new)


def _same(old: str, new: str) -> bool:
    try:
        return old == new or math.isclose(float(old), float(new), rel_tol=1e-9)
    except ValueError:
        return False
