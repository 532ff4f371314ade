"""Zip files from outside: sizes checked before anything is unpacked, and members read in memory, never to paths."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path

from perf_lib.config.yaml import shown
from perf_lib.words.errors import InputError

MOST_MEMBERS = 100_000
MOST_RATIO = 400
"""How many times smaller than its contents a member may be: real text packs 5 to 40 times, a bomb a thousand."""
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error)


def open_archive(path: Path, most_bytes: int) -> zipfile.ZipFile:
    """A zip file whose declared contents are within bounds; raises InputError before unpacking any of it."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise InputError(f"{shown(path)}: there is no such file") from None
    except (*_BROKEN, UnicodeDecodeError) as error:
        raise InputError(f"{shown(path)}: is damaged or no zip file: {error}") from None
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise InputError(f"{shown(path)}: holds {len(members):,} files; at most {MOST_MEMBERS:,} are allowed")
    if (total := sum(member.file_size for member in members)) > most_bytes:
        raise InputError(
            f"{shown(path)}: would unpack to {total / 2**20:,.0f} MB; at most {most_bytes / 2**20:,.0f} MB are allowed"
        )
    for member in members:
        if member.flag_bits & 1:
            raise InputError(f"{shown(path)}: {member.filename!r} is locked with a password")
        times = member.file_size / max(1, member.compress_size)
        if member.file_size > 2**20 and times > MOST_RATIO:
            raise InputError(
                f"{shown(path)}: {member.filename!r} would unpack to {times:,.0f} times its size; at most {MOST_RATIO} "
                "times are allowed"
            )
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{shown(path)}: holds {twice!r} twice")
    return archive


def read_member(path: Path, archive: zipfile.ZipFile, member: str) -> bytes:
    """A member's bytes, no more of them than it declares, its checksum held true."""
    try:
        return archive.read(member)
    except (*_BROKEN, KeyError) as error:
        raise InputError(f"{shown(path)}: {member!r} is damaged: {error}") from None
