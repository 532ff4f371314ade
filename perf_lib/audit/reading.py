"""A person's Markdown as sentences: each with its file and line, its bound figures known, its sources seen.

Everything here is one pass over the text or a fixed number of passes: no pattern looks back further than a sentence
of at most LONGEST characters, so that no text, however odd, takes more than its length to read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

from perf_lib.audit.literals import Words
from perf_lib.commentary import binding
from perf_lib.config.yaml import shown
from perf_lib.findings.finding import Finding

LONGEST = 1000
"""A sentence is cut at this many characters: nobody writes one, and a longer one is not read as one."""


@dataclass(frozen=True)
class Text:
    """A file of commentary: where it is shown to stand, whose measure it is (None: nobody's), its pieces.

    pieces: the words in order, those looked up told from those typed.
    """

    file: str
    code: str | None
    pieces: tuple[binding.Piece, ...]
    written: str
    """The file as it was written, to count its lines."""

    @classmethod
    def of(
        cls,
        written: str,
        code: str | None,
        findings: Mapping[str, Finding],
        path: Path,
        left_out: Collection[str] = (),
    ) -> Text:
        """A file's text with its figures bound, as `binding.bind` would bind it, and as it would refuse it."""
        return cls(shown(path), code, tuple(binding.pieces(written, code, findings, path, left_out)), written)


@dataclass(frozen=True)
class Sentence:
    """A sentence as readers see it, and what the audit needs to know of where it stands."""

    file: str
    code: str | None
    line: int
    text: str
    """As printed, its figures bound, on one line."""
    plain: str
    """The same, letter by letter, with what is not prose (addresses, sources) blanked out."""
    bound: tuple[tuple[int, int], ...]
    """Where its bound figures stand."""
    source: str | None
    """The source given in brackets, if one is."""
    starts_block: bool
    """Whether it opens a paragraph or list item, so that nothing before it is carried over."""


_SOURCE = Words(r"[(\[]\s*sources?\s*:((?:[^()\[\]]|[(\[][^()\[\]]*[)\]])*)[)\]]")
_ADDRESS = Words(r"\]\([^()\s]*\)|https?://[^\s)>]+|www\.[^\s)>]+", re.NOFLAG)
_MARKS = Words(r"[*`_\[\]]{1,3}(?=\S)|(?<=\S)[*`_\[\]]{1,3}", re.NOFLAG)
_BLOCK = Words(r"\n[ \t]*(?:\n\s*)+|\n[ \t]*(?=(?:[-*+]|\d{1,3}[.)])[ \t])", re.NOFLAG)
_OPENING = Words(r"\s*(?:[-*+]|\d{1,3}[.)]|#{1,6}|>)[ \t]+", re.NOFLAG)
_STOP = Words(r"[.!?]{1,3}[\"”’')\]]{0,3}(?=\s)", re.NOFLAG)
_NO_STOP = Words(r"(?:\b(?:e\.g|i\.e|etc|vs|approx|no|nos|dr|mr|mrs|ms|st|cf|incl|dept|insp|supt)|\b[A-Z])$")


def sentences(text: Text) -> Iterator[Sentence]:
    """The sentences of a text, in order."""
    whole = "".join(piece.text for piece in text.pieces)
    starts = list(accumulate((len(piece.text) for piece in text.pieces), initial=0))
    bound = [(start, end) for piece, (start, end) in zip(text.pieces, pairwise(starts), strict=True) if piece.bound]
    lines = [found.start() for found in re.finditer("\n", text.written)]

    def line_of(place: int) -> int:
        at = bisect_right(starts, place, hi=len(text.pieces)) - 1
        piece = text.pieces[at]
        return bisect_right(lines, piece.offset + (0 if piece.bound else place - starts[at])) + 1

    shown = _blanked(_ADDRESS, whole)
    plain = _blanked(_SOURCE, shown)
    sources = [(found.start(), found[1].strip()) for found in _SOURCE.finditer(shown)]
    ends = [end for _, end in bound]
    for first, last, starts_block in _cuts(shown, plain):
        kept, keep_plain, marks = _on_one_line(shown[first:last], plain[first:last])
        if not any(letter.isalnum() for letter in keep_plain):
            continue
        lead = next((i for i in range(first, last) if not shown[i].isspace()), first)
        given = next((said for place, said in sources[bisect_right(sources, (first, "")) :] if place < last), None)
        inside = [span for span in bound[bisect_right(ends, first) :] if span[0] < last] if bound else []
        spans = tuple((marks[max(s, first) - first], marks[min(e, last) - first]) for s, e in inside[:LONGEST])
        yield Sentence(
            text.file,
            text.code,
            line_of(lead),
            kept,
            keep_plain,
            spans,
            given if given and any(letter.isalnum() for letter in given) else None,
            starts_block,
        )


def _blanked(pattern: Words, text: str) -> str:
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def _cuts(shown: str, plain: str) -> Iterator[tuple[int, int, bool]]:
    """Where sentences begin and end, and whether each opens a block."""
    at = 0
    for end, following in [*((b.start(), b.end()) for b in _BLOCK.finditer(shown)), (len(shown), len(shown))]:
        opening = _OPENING.match(shown, at, end)
        first, opens = (opening.end() if opening else at), True
        stops = [stop.end() for stop in _STOP.finditer(shown, first, end) if not _goes_on(shown, plain, stop, end)]
        for last in (*stops, end):
            for cut in _short(shown, first, last):
                yield (*cut, opens)
                opens = False
            first = last
        at = following


def _goes_on(shown: str, plain: str, stop: re.Match[str], end: int) -> bool:
    """Whether what looks like a full stop is none: an abbreviation, a small letter after it, a source still to come."""
    following = shown[stop.end() : min(end, stop.end() + 40)].lstrip()
    if following[:1].islower() or _SOURCE.match(shown, stop.end() + len(shown[stop.end() : end][:40]) - len(following)):
        return True
    if not plain[stop.start()].strip():
        return True  # inside the brackets of a source
    return stop[0] == "." and _NO_STOP.search(shown[max(0, stop.start() - 8) : stop.start()]) is not None


def _short(shown: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    while last - first > LONGEST:
        space = shown.rfind(" ", first + 1, first + LONGEST)
        cut = space if space > first else first + LONGEST
        yield first, cut
        first = cut
    if last > first:
        yield first, last


def _on_one_line(shown: str, plain: str) -> tuple[str, str, list[int]]:
    """Both texts with runs of space as one and Markdown's marks gone, and where each letter went."""
    dropped = {i for found in _MARKS.finditer(shown) for i in range(found.start(), found.end())}
    kept: list[str] = []
    keep_plain: list[str] = []
    marks = []
    for i, letter in enumerate(shown):
        marks.append(len(kept))
        if i in dropped or (letter.isspace() and (not kept or kept[-1] == " ")):
            continue
        kept.append(" " if letter.isspace() else letter)
        keep_plain.append(" " if letter.isspace() or plain[i].isspace() else letter)
    marks.append(len(kept))
    line = "".join(kept).rstrip()
    return line, "".join(keep_plain)[: len(line)], marks


def sourced(sentence: Sentence, sources: Mapping[str, str]) -> str | None:
    """The source of a sentence: in brackets, or by a phrase of it that settings name under `sources`."""
    if sentence.source is not None:
        return sentence.source
    return next((source for phrase, source in sources.items() if " ".join(phrase.split()) in sentence.text), None)
