"""Comments on a report, kept as Markdown beside the commentary: `params/<quarter>/comments/<measure>.md`.

A file is one thread, oldest first, each comment under a heading that says who and when; it reads well in any
editor, and what a person adds there by hand is shown too.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from perf_lib.config.catalogue import CODE
from perf_lib.config.settings import COMMENTS, inside
from perf_lib.config.yaml import read_text, shown
from perf_lib.press.sign_off import cleaned_name, said_time
from perf_lib.words.errors import InputError

WHOLE = "_report"
"""What a comment on the report as a whole is about; no measure's code can be that."""

TEXT = 4_000  # characters of one comment, at most
THREAD = 200_000  # bytes of one thread, at most

_HEADING = re.compile(r"^## (?P<name>.+), (?P<time>\d{4}-\d\d-\d\d \d\d:\d\d) UTC\n", re.MULTILINE)
_LOOKS_LIKE_HEADING = re.compile(r"^(?= {0,3}#)", re.MULTILINE)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Comment:
    """One comment: who, when (UTC, to the minute), and what in Markdown; no name where it was written by hand."""

    text: str
    name: str = ""
    time: str = ""

    @property
    def when(self) -> str:
        """The time as a page prints it; empty where it was written by hand."""
        return said_time(f"{self.time}+00:00") if self.time else ""


@dataclass(frozen=True)
class Comments:
    """The comments of one quarter."""

    quarter_folder: Path

    def path(self, about: str) -> Path:
        """The file of a thread; never outside the comments folder."""
        if about != WHOLE and not CODE.fullmatch(about):
            raise InputError(f"there is nothing called {about!r} to comment on")
        return inside(self.quarter_folder / COMMENTS, f"{about}.md", COMMENTS)

    def of(self, about: str) -> tuple[Comment, ...]:
        """A measure's thread, oldest first."""
        path = self.path(about)
        if not path.exists():
            return ()
        text = read_text(path)
        found = list(_HEADING.finditer(text))
        ends = [*(each.start() for each in found[1:]), len(text)]
        before = text[: found[0].start()] if found else text
        by_hand = [Comment(before.strip())] if before.strip() else []
        return (
            *by_hand,
            *(
                Comment(text[each.end() : end].strip(), each["name"], each["time"])
                for each, end in zip(found, ends, strict=True)
            ),
        )

    def count(self, about: str) -> int:
        """How many comments there are on something."""
        return len(self.of(about))

    def add(self, about: str, name: str, text: str, now: datetime | None = None) -> Comment:
        """Put a comment at the end of a thread.

        Raises InputError for a name that is none, a text that is empty or too long, and a thread that is full.
        """
        path, name = self.path(about), cleaned_name(name)
        written = _NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if not written or len(written) > TEXT:
            raise InputError(f"a comment has 1 to {TEXT:,} characters; this one has {len(written):,}")
        # A line that would start a heading stays the text it is: nobody can write in another's name.
        kept = _LOOKS_LIKE_HEADING.sub(r"\\", written)
        time = (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%d %H:%M")
        before = read_text(path).rstrip("\n") + "\n\n" if path.exists() else ""
        whole = f"{before}## {name}, {time} UTC\n\n{kept}\n"
        if len(whole.encode()) > THREAD:
            raise InputError(f"{shown(path)}: the thread is full; begin a new one by moving the file away")
        _write(path, whole)
        return Comment(kept, name, time)


def _write(path: Path, text: str) -> None:
    """The thread written whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}.{os.getpid()}")
        scratch.write_text(text, encoding="utf-8", newline="\n")
        scratch.replace(path)
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be written: {error.strerror}") from None
