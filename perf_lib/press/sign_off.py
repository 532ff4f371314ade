"""Sign-offs: who let a pack go out, when, and which pack. A sign-off lapses when the pack changes.

run.json holds them. It is not hashed, and a new pack takes them over, so a pack that comes out the same, byte for
byte, is still signed off.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from perf_lib.commentary import answers
from perf_lib.config.yaml import shown
from perf_lib.press.pack_folder import write_whole
from perf_lib.press.record import RECORD, outputs, read
from perf_lib.words import wording
from perf_lib.words.digest import sha256_of_text
from perf_lib.words.errors import InputError, PerfError

KEY = "sign_offs"
"""The key of run.json that holds them."""
NAME = 80
"""How many characters a name may have."""


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
    return sha256_of_text(json.dumps(outputs(folder), sort_keys=True))


def sign_offs(folder: Path) -> tuple[SignOff, ...]:
    """The recorded sign-offs, oldest first; an entry that has not the shape of one is passed over."""
    recorded = read(folder).get(KEY, [])
    return tuple(filter(None, map(_read, recorded if isinstance(recorded, list) else ())))


def kept(folder: Path) -> list[dict[str, str]]:
    """The sign-offs of a pack as its successor's record takes them over."""
    return [asdict(each) for each in sign_offs(folder)]


def holding(folder: Path) -> tuple[SignOff, ...]:
    """The sign-offs of the pack as it is now: those that have not lapsed."""
    now = pack_digest(folder)
    return tuple(each for each in sign_offs(folder) if each.pack == now)


def sign(folder: Path, name: str, seen: str, now: datetime | None = None) -> SignOff:
    """Record that a person signs off the pack whose digest they saw.

    Raises InputError for an empty or overlong name, PerfError for a draft, for a pack that has changed since and for
    one with a typed figure that is neither traced nor bound, sourced or answered.
    """
    record = read(folder)
    if not record:
        raise InputError(f"{shown(folder)}: holds no pack that could be signed off")
    if record.get("parameters", {}).get("draft"):
        raise PerfError(f"{shown(folder)}: a draft cannot be signed off; make the pack without --draft")
    if seen != pack_digest(folder):
        again = "read it again before signing it off"
        raise PerfError(f"{shown(folder)}: the pack has changed since it was shown; {again}")
    if left := answers.still_open(record):
        first = f"{left[0].get('file')}, line {left[0].get('line')}: {left[0].get('text')}"
        raise PerfError(
            f"{shown(folder)}: {wording.counted(len(left), 'figure')} of the commentary nobody answers for, the first "
            f"{first}; trace, bind or answer it, or give its source"
        )
    signed = SignOff(cleaned_name(name), (now or datetime.now(UTC)).isoformat(timespec="seconds"), seen)
    facts = {**record, KEY: [*kept(folder), asdict(signed)]}
    write_whole(folder / RECORD, json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
    return signed


def said(folder: Path) -> list[str]:
    """A line on each sign-off, which holds or has lapsed; one line where there is none."""
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


def _read(entry: Any) -> SignOff | None:
    """An entry of a record as a sign-off; None where it has not the shape of one."""
    try:
        sign_off = SignOff(**entry)
        datetime.fromisoformat(sign_off.time)
    except (TypeError, ValueError):
        return None
    return sign_off if isinstance(sign_off.name, str) and isinstance(sign_off.pack, str) else None
