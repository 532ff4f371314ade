"""A pack under review: its report, the comments on each measure, and its sign-offs.

Comments are kept as Markdown beside the commentary, in `params/<quarter>/comments/<measure>.md`. A file is one thread,
oldest first, each comment under a heading with its author and time. It reads well in any editor; text that a person
adds there by hand is shown too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from perf_lib.config.catalogue import CODE
from perf_lib.config.settings import COMMENTS, find_params, inside, read_params
from perf_lib.config.yaml import read_text, shown
from perf_lib.press import sign_off
from perf_lib.press.pack_folder import write_whole
from perf_lib.press.review.figures import REASON, open_figures
from perf_lib.views import html, markdown
from perf_lib.words import wording
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

WHOLE = "_report"
"""The subject of a comment on the report as a whole; no measure has this code."""

REPORT = "report.html"
TEXT = 4_000  # characters of one comment, at most
THREAD = 200_000  # bytes of one thread, at most

_COMMENT_HEADING = re.compile(r"^## (?P<name>.+), (?P<time>\d{4}-\d\d-\d\d \d\d:\d\d) UTC\n", re.MULTILINE)
_LOOKS_LIKE_HEADING = re.compile(r"^(?= {0,3}#)", re.MULTILINE)
_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PAGE_HEADING = re.compile(r'<h(?P<level>[1-6])\b[^>]*?\bid="(?P<code>[^"]+)"[^>]*>.*?</h(?P=level)>', re.DOTALL)


@dataclass(frozen=True)
class Comment:
    """One comment: its Markdown text, author and time (UTC, to the minute); no name where it was written by hand."""

    text: str
    name: str = ""
    time: str = ""

    @property
    def when(self) -> str:
        """The time as a page prints it; empty where the comment was written by hand."""
        return sign_off.said_time(f"{self.time}+00:00") if self.time else ""


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
        by_hand, *parts = _COMMENT_HEADING.split(read_text(self.path(about), missing=""))
        signed = zip(parts[2::3], parts[0::3], parts[1::3], strict=True)
        comments = [Comment(text.strip(), name, time) for text, name, time in [(by_hand, "", ""), *signed]]
        return tuple(each for each in comments if each.text or each.name)

    def add(self, about: str, name: str, text: str, now: datetime | None = None) -> Comment:
        """Put a comment at the end of a thread.

        Raises InputError for a name that is none, a text that is empty or too long, and a thread that is full.
        """
        path, name = self.path(about), sign_off.cleaned_name(name)
        text = _CONTROL_CHARACTER.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if not text or len(text) > TEXT:
            raise InputError(f"a comment has 1 to {TEXT:,} characters; this one has {len(text):,}")
        # A line that would start a heading is escaped: nobody can write in another's name.
        text = _LOOKS_LIKE_HEADING.sub(r"\\", text)
        time = (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%d %H:%M")
        before = read_text(path).rstrip("\n") + "\n\n" if path.exists() else ""
        thread = f"{before}## {name}, {time} UTC\n\n{text}\n"
        if len(thread.encode()) > THREAD:
            raise InputError(f"{shown(path)}: the thread is full; begin a new one by moving the file away")
        write_whole(path, thread)
        return Comment(text, name, time)


@dataclass(frozen=True)
class ReviewDesk:
    """One quarter's pack under review."""

    quarter: Quarter
    pack: Path
    measures: Mapping[str, str]
    """Titles by code."""
    comments: Comments
    files: Mapping[str, Path] = field(default_factory=dict)
    """The files of people's texts, by the names that the check has for them."""

    def report(self) -> str:
        """The report as built, with a link to its thread after each measure's heading; nothing else is touched."""

        def with_link(heading: re.Match[str]) -> str:
            code = heading["code"]
            if code not in self.measures:
                return heading[0]
            count = len(self.comments.of(code))
            words = "Comment on this" if not count else wording.counted(count, "comment")
            return f'{heading[0]}<p><a href="/?about={escape(code)}" target="_top">{words}</a></p>'

        return _PAGE_HEADING.sub(with_link, read_text(self.pack / REPORT))

    def page(self, about: str, form: str, name: str = "", refused: str = "", text: str = "") -> str:
        """The page around the report: the report at the left; at the right one thread and the pack's sign-offs.

        form: the hidden field that every form carries. name, text: the person's last input.
        """
        digest = sign_off.pack_digest(self.pack)
        return html.fill(
            "review.html.j2",
            quarter=self.quarter,
            about=about,
            title=self.measures.get(about, "The report as a whole"),
            anchor="" if about == WHOLE else f"#{about}",
            whole=WHOLE,
            threads=[(code, title, len(self.comments.of(code))) for code, title in self.measures.items()],
            of_whole=len(self.comments.of(WHOLE)),
            # HTML in a comment's Markdown is shown as text.
            comments=[(each, markdown.commentary(each.text).html) for each in self.comments.of(about)],
            sign_offs=[(each, each.pack == digest) for each in sign_off.sign_offs(self.pack)],
            figures=open_figures(self.pack, about, self.measures),
            longest_reason=REASON,
            digest=digest,
            form=form,
            name=name,
            refused=refused,
            text=text,
            longest_text=TEXT,
            longest_name=sign_off.NAME,
        )


def open_review(quarter: str, params: str | Path, outputs: str | Path) -> ReviewDesk:
    """A quarter's pack and threads; InputError where no pack has been made."""
    parsed = Quarter.parse(quarter)
    settings = read_params(find_params(params), parsed)
    pack = Path(outputs) / str(parsed)
    if not (pack / REPORT).is_file():
        raise InputError(f"{shown(pack)}: there is no pack to review; perf-lib run {parsed} makes it")
    measures = {code: measure.title for code, measure in settings.catalogue.items()}
    files = {shown(path): path for _, _, path in settings.texts()}
    return ReviewDesk(parsed, pack.resolve(), measures, Comments(settings.quarter_folder), files)
