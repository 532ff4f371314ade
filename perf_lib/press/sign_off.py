"""Sign-offs: who said of a pack that it may go out, when, and of which pack. One lapses when the pack changes.

They stand in run.json, which is no part of what is hashed, and are carried over when the pack is made anew: a
pack that comes out the same, byte for byte, is still signed off.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from perf_lib.config.yaml import shown
from perf_lib.press.record import RECORD, outputs, read
from perf_lib.words.errors import InputError, PerfError

KEY = "sign_offs"
"""Where run.json keeps them."""

NAME = 80  # characters, at most
_TEXT = {"name", "time", "pack"}


@dataclass(frozen=True)
class SignOff:
    """One person's word on one pack."""

    name: str
    time: str
    """UTC, as 2020-02-28T14:05:00+00:00."""
    pack: str
    """The digest of the pack that was signed off."""

    @property
    def when(self) -> str:
        """The time as a page prints it: 28 February 2020 at 14:05 UTC."""
        return said_time(self.time)


def pack_digest(folder: Path) -> str:
    """One digest of every file of a pack but the record, names included."""
    return hashlib.sha256(json.dumps(outputs(folder), sort_keys=True).encode()).hexdigest()


def sign_offs(folder: Path) -> tuple[SignOff, ...]:
    """The sign-offs on record, oldest first; what is not one in shape is passed over."""
    recorded = read(folder).get(KEY, [])
    return tuple(SignOff(**each) for each in recorded if _is_one(each)) if isinstance(recorded, list) else ()


def kept(folder: Path) -> list[dict[str, str]]:
    """The sign-offs of the pack that a new one replaces, for the new record."""
    return [asdict(each) for each in sign_offs(folder)]


def holding(folder: Path) -> tuple[SignOff, ...]:
    """The sign-offs of the pack as it is now: those that have not lapsed."""
    now = pack_digest(folder)
    return tuple(each for each in sign_offs(folder) if each.pack == now)


def sign(folder: Path, name: str, seen: str, now: datetime | None = None) -> SignOff:
    """Record that a person signs off the pack whose digest they saw.

    Raises InputError for a name that is none, PerfError for a draft and where the pack is no longer the one seen.
    """
    made = read(folder)
    if not made:
        raise InputError(f"{shown(folder)}: holds no pack that could be signed off")
    if made.get("parameters", {}).get("draft"):
        raise PerfError(f"{shown(folder)}: a draft cannot be signed off; make the pack without --draft")
    if seen != pack_digest(folder):
        raise PerfError(
            f"{shown(folder)}: the pack has changed since it was shown; read it again before signing it off"
        )
    signed = SignOff(cleaned_name(name), (now or datetime.now(UTC)).isoformat(timespec="seconds"), seen)
    _replace(folder / RECORD, {**made, KEY: [*kept(folder), asdict(signed)]})
    return signed


def said(folder: Path) -> list[str]:
    """A line on each sign-off, whether it holds or has lapsed; one line where there is none."""
    now = pack_digest(folder)
    lines = [
        f"signed off by {each.name} on {each.when}"
        if each.pack == now
        else f"the sign-off by {each.name} on {each.when} has lapsed: the pack has changed since"
        for each in sign_offs(folder)
    ]
    return lines or ["not signed off"]


def cleaned_name(name: str) -> str:
    """A name as it may stand on a line of its own, or one line saying why not."""
    one_line = " ".join(name.split())
    if not one_line or len(one_line) > NAME or not one_line.isprintable():
        raise InputError(f"a name has 1 to {NAME} characters on one line; this one has {len(one_line)}")
    return one_line


def said_time(iso: str) -> str:
    """A time of a record as a page prints it.

    >>> said_time("2020-02-28T14:05:00+00:00")
    '28 February 2020 at 14:05 UTC'
    """
    at = datetime.fromisoformat(iso).astimezone(UTC)
    return f"{at.day} {at:%B %Y at %H:%M} UTC"


def _is_one(recorded: Any) -> bool:
    if not (isinstance(recorded, dict) and set(recorded) == _TEXT):
        return False
    if not all(isinstance(value, str) for value in recorded.values()):
        return False
    try:
        datetime.fromisoformat(recorded["time"])
    except ValueError:
        return False
    return True


def _replace(path: Path, facts: Mapping[str, Any]) -> None:
    """The record written whole or not at all."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    scratch.replace(path)
