"""What a reviewer has before them: a pack, its measures, their threads, and where the pack stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from perf_lib.config.settings import find_params, read_params
from perf_lib.config.yaml import read_text, shown
from perf_lib.press import sign_off
from perf_lib.press.review.comments import TEXT, WHOLE, Comment, Comments
from perf_lib.views import html
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

REPORT = "report.html"
_HEADING = re.compile(r'<h(?P<level>[1-6])\b[^>]*?\bid="(?P<code>[^"]+)"[^>]*>.*?</h(?P=level)>', re.DOTALL)


@dataclass(frozen=True)
class ReviewDesk:
    """One quarter's pack under review."""

    quarter: Quarter
    pack: Path
    measures: Mapping[str, str]
    """Titles by code."""
    comments: Comments

    def is_known(self, about: str) -> bool:
        """Whether there is such a thing to comment on."""
        return about == WHOLE or about in self.measures

    def report(self) -> str:
        """The report as built, with a link to its thread after each measure's heading; nothing else is touched."""
        return _linked(read_text(self.pack / REPORT), {code: self.comments.count(code) for code in self.measures})

    def page(self, about: str, form: str, name: str = "", refused: str = "", text: str = "") -> str:
        """The page around it: report at the left, at the right the thread, and where the pack stands.

        form: the hidden field that every form carries. name, text: what the person typed before.
        """
        now = sign_off.pack_digest(self.pack)
        return html.fill(
            "review.html.j2",
            quarter=self.quarter,
            about=about,
            title=self.measures.get(about, "The report as a whole"),
            anchor="" if about == WHOLE else f"#{about}",
            whole=WHOLE,
            threads=[(code, title, self.comments.count(code)) for code, title in self.measures.items()],
            of_whole=self.comments.count(WHOLE),
            comments=[(each, _shown(each)) for each in self.comments.of(about)],
            sign_offs=[(each, each.pack == now) for each in sign_off.sign_offs(self.pack)],
            digest=now,
            form=form,
            name=name,
            refused=refused,
            text=text,
            longest_text=TEXT,
            longest_name=sign_off.NAME,
        )


def open_review(quarter: str, params: str | Path, outputs: str | Path) -> ReviewDesk:
    """A quarter's pack and threads; InputError where no pack has been made."""
    asked = Quarter.parse(quarter)
    opened = read_params(find_params(params), asked)
    pack = Path(outputs) / str(asked)
    if not (pack / REPORT).is_file():
        raise InputError(f"{shown(pack)}: there is no pack to review; perf-lib run {asked} makes it")
    measures = {code: measure.title for code, measure in opened.catalogue.items()}
    return ReviewDesk(asked, pack.resolve(), measures, Comments(opened.quarter_folder))


def _shown(comment: Comment) -> str:
    """A comment's Markdown as HTML, its own HTML as text."""
    return html.commentary(comment.text).html


def _linked(page: str, counts: Mapping[str, int]) -> str:
    """A link to its thread after the heading of each measure on the page."""

    def with_link(found: re.Match[str]) -> str:
        code = found["code"]
        if code not in counts:
            return found[0]
        count = counts[code]
        words = "Comment on this" if not count else "1 comment" if count == 1 else f"{count} comments"
        return f'{found[0]}<p><a href="/?about={escape(code)}" target="_top">{words}</a></p>'

    return _HEADING.sub(with_link, page)
