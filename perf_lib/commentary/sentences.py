"""A person's Markdown as sentences and cells of tables: each with its place, its bound figures, its source, its answer.

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
from typing import NamedTuple

from perf_lib.commentary import binding
from perf_lib.config.yaml import shown
from perf_lib.findings.finding import Finding

LONGEST = 1000
"""A sentence is cut at this many characters: nobody writes one, and a longer one is not read as one."""
CELLS = 2_000
"""Cells of a text's tables that are read: more are no report's."""


class Answer(NamedTuple):
    """A person's word on a sentence, written after it: <!-- checked: reason, name -->."""

    reason: str
    name: str


@dataclass(frozen=True)
class Text:
    """A file of commentary: where it is shown to stand, whose measure it is (None: nobody's), its pieces.

    pieces: the words in order, those looked up told from those typed. answers: people's answers, by where they stand.
    """

    file: str
    code: str | None
    pieces: tuple[binding.Piece, ...]
    written: str
    """The file as it was written, to count its lines."""
    answers: tuple[tuple[int, Answer], ...] = ()
    path: Path | None = None

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
        words, comments = _without_comments(written)
        answers = tuple((at, answer) for at, comment in comments if (answer := _answer(comment)))
        return cls(
            shown(path), code, tuple(binding.pieces(words, code, findings, path, left_out)), written, answers, path
        )


@dataclass(frozen=True)
class Sentence:
    """A sentence as readers see it, and what is to be known of where it stands."""

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
    places: tuple[int, ...] = ()
    """Where each of its letters stands in the file."""
    heads: int = 0
    """Letters of `text` that are a table's heads and not the cell's own."""
    answer: Answer | None = None


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


_SOURCE = _pattern(r"[(\[]\s*sources?\s*:((?:[^()\[\]]|[(\[][^()\[\]]*[)\]])*)[)\]]")
_ADDRESS = _pattern(r"\]\([^()\s]*\)|https?://[^\s)>]+|www\.[^\s)>]+")
_MARKS = _pattern(r"[*`_\[\]]{1,3}(?=\S)|(?<=\S)[*`_\[\]]{1,3}")
_BLOCK = _pattern(r"\n[ \t]*(?:\n\s*)+|\n[ \t]*(?=(?:[-*+]|\d{1,3}[.)])[ \t])")
_OPENING = _pattern(r"\s*(?:[-*+]|\d{1,3}[.)]|#{1,6}|>)[ \t]+")
_STOP = _pattern(r"[.!?]{1,3}[\"”’')\]]{0,3}(?=\s)")
_NO_STOP = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|no|nos|[Dd]r|[Mm]r|[Mm]rs|[Mm]s|[Ss]t|cf|incl|dept|insp|supt)|\b[A-Z])$"
)
_TABLE = re.compile(r"^[ \t]*\|[^\n]*\n[ \t]*\|?[ \t]*:?-{2,}[-| :\t]*(?:\n[ \t]*\|[^\n]*)*", re.MULTILINE)
_ANSWER = _pattern(r"\s*checked\s*:\s*(?P<reason>[^\n]*?\S)\s*,\s*(?P<name>[^,\n]*[^,\s])\s*")


def _without_comments(written: str) -> tuple[str, list[tuple[int, str]]]:
    """A text with its HTML comments blanked out, letter by letter, and the comments with their places."""
    parts, comments, end = [], [], 0
    while (start := written.find("<!--", end)) >= 0 and (close := written.find("-->", start)) >= 0:
        comment = written[start : close + 3]
        parts += [written[end:start], "".join("\n" if letter == "\n" else " " for letter in comment)]
        comments.append((start, comment[4:-3]))
        end = close + 3
    return "".join([*parts, written[end:]]), comments


def _answer(comment: str) -> Answer | None:
    match = _ANSWER.fullmatch(" ".join(comment.split()))
    return Answer(match["reason"], match["name"]) if match else None


def sentences(text: Text) -> Iterator[Sentence]:
    """The sentences of a text, in order; each cell of a table is one, with its heads before it."""
    whole = "".join(piece.text for piece in text.pieces)
    places = [piece.offset + (0 if piece.bound else at) for piece in text.pieces for at in range(len(piece.text))]
    starts = list(accumulate((len(piece.text) for piece in text.pieces), initial=0))
    bound = [(start, end) for piece, (start, end) in zip(text.pieces, pairwise(starts), strict=True) if piece.bound]
    ends = [end for _, end in bound]
    lines = [match.start() for match in re.finditer("\n", text.written)]

    visible = _blanked(_ADDRESS, whole)
    tables = [match.span() for match in _TABLE.finditer(visible)]
    prose = _blanked(_TABLE, visible)
    plain = _blanked(_SOURCE, prose)
    sources = [(match.start(), match[1].strip()) for match in _SOURCE.finditer(prose)]
    answers = list(text.answers)
    cuts = [cut for cut in _cuts(prose, plain) if any(letter.isalnum() for letter in plain[cut[0] : cut[1]])]
    leads = [next(i for i in range(first, last) if not prose[i].isspace()) for first, last, _ in cuts]
    following = [*leads[1:], len(whole)]
    for (first, last, starts_block), lead, after in zip(cuts, leads, following, strict=False):
        letters, plain_letters, marks, kept_at = _on_one_line(prose[first:last], plain[first:last])
        source = next((words for place, words in sources[bisect_right(sources, (first, "")) :] if place < last), None)
        inside = [span for span in bound[bisect_right(ends, first) :] if span[0] < last] if bound else []
        spans = tuple((marks[max(s, first) - first], marks[min(e, last) - first]) for s, e in inside[:LONGEST])
        start, stop = places[lead], places[after] if after < len(places) else len(text.written)
        yield Sentence(
            text.file,
            text.code,
            bisect_right(lines, places[lead]) + 1,
            letters,
            plain_letters,
            spans,
            source if source and any(letter.isalnum() for letter in source) else None,
            starts_block,
            tuple(places[first + at] for at in kept_at),
            answer=next((answer for at, answer in answers if start < at < stop or start < at == stop), None),
        )
    for start, end in tables:
        yield from _cells(text, visible, start, end, places, lines, bound)


def _cells(
    text: Text,
    visible: str,
    start: int,
    end: int,
    places: list[int],
    lines: list[int],
    bound: list[tuple[int, int]],
) -> Iterator[Sentence]:
    """The cells of a table, each after the heads of its row and column."""
    rows, at = [], start
    for line in visible[start:end].split("\n"):
        cells = [(at + match.start(1), match[1]) for match in re.finditer(r"(?<=\|)([^|]*)(?=\||$)", line)]
        rows.append([cell for cell in cells if cell[1].strip()])
        at += len(line) + 1
    heads = [words.strip() for _, words in rows[0]]
    for row in rows[2:][: CELLS // max(len(heads), 1)]:
        for column, (place, words) in enumerate(row[1:], start=1):
            place += len(words) - len(words.lstrip())
            cell = words.strip()
            if any(first < place + len(cell) and place < last for first, last in bound):
                continue
            head = heads[column] if column < len(heads) else ""
            lead = f"{row[0][1].strip()}, {head}: "
            letters = lead + cell
            if not any(letter.isalnum() for letter in cell) or len(letters) > LONGEST:
                continue
            stands_at = tuple(places[place : place + len(cell)])
            line_number = bisect_right(lines, places[place]) + 1
            yield Sentence(
                text.file, text.code, line_number, letters, letters, (), None, True,
                (places[place],) * len(lead) + stands_at, len(lead),
            )  # fmt: skip


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _cuts(prose: str, plain: str) -> Iterator[tuple[int, int, bool]]:
    """Where sentences begin and end, and whether each opens a block."""
    at = 0
    for end, following in [*((b.start(), b.end()) for b in _BLOCK.finditer(prose)), (len(prose), len(prose))]:
        opening = _OPENING.match(prose, at, end)
        first, opens = (opening.end() if opening else at), True
        stops = [stop.end() for stop in _STOP.finditer(prose, first, end) if not _goes_on(prose, plain, stop, end)]
        for last in (*stops, end):
            for cut in _short(prose, first, last):
                yield (*cut, opens)
                opens = False
            first = last
        at = following


def _goes_on(prose: str, plain: str, stop: re.Match[str], end: int) -> bool:
    """Whether what looks like a full stop is none: an abbreviation, a small letter after it, a source still to come."""
    following = prose[stop.end() : min(end, stop.end() + 40)].lstrip()
    if following[:1].islower() or _SOURCE.match(prose, stop.end() + len(prose[stop.end() : end][:40]) - len(following)):
        return True
    if not plain[stop.start()].strip():
        return True  # inside the brackets of a source
    return stop[0] == "." and _NO_STOP.search(prose[max(0, stop.start() - 8) : stop.start()]) is not None


def _short(prose: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    while last - first > LONGEST:
        space = prose.rfind(" ", first + 1, first + LONGEST)
        cut = space if space > first else first + LONGEST
        yield first, cut
        first = cut
    if last > first:
        yield first, last


def _on_one_line(prose: str, plain: str) -> tuple[str, str, list[int], list[int]]:
    """Both texts with runs of space as one and Markdown's marks gone; where each letter went, and came from."""
    dropped = {i for match in _MARKS.finditer(prose) for i in range(*match.span())}
    letters: list[str] = []
    plain_letters: list[str] = []
    marks, came_from = [], []
    for i, letter in enumerate(prose):
        marks.append(len(letters))
        if i in dropped or (letter.isspace() and (not letters or letters[-1] == " ")):
            continue
        letters.append(" " if letter.isspace() else letter)
        plain_letters.append(" " if letter.isspace() or plain[i].isspace() else letter)
        came_from.append(i)
    marks.append(len(letters))
    line = "".join(letters).rstrip()
    return line, "".join(plain_letters)[: len(line)], marks, came_from[: len(line)]


def sourced(sentence: Sentence, sources: Mapping[str, str]) -> str | None:
    """The source of a sentence: in brackets, or by a phrase of it that settings name under `sources`."""
    if sentence.source is not None:
        return sentence.source
    return next((source for phrase, source in sources.items() if " ".join(phrase.split()) in sentence.text), None)
