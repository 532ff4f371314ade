"""A person's Markdown as sentences and cells of tables: each with its place, its bound figures, its source, its answer.

Everything here is one pass over the text or a fixed number of passes: no pattern looks back further than a sentence
of at most LONGEST characters, so that no text, however odd, takes more than its length to read.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from perf_lib.commentary import binding
from perf_lib.config.yaml import shown
from perf_lib.findings.finding import Finding
from perf_lib.views import html

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
        cls, written: str, code: str | None, findings: Mapping[str, Finding], path: Path, left_out: Collection[str] = ()
    ) -> Text:
        """A file's text with its figures bound, as `binding.bind` would bind it, and as it would refuse it."""
        letters, answers = list(written), []
        for start, end in html.comments(written):
            letters[start:end] = _blank(written[start:end])
            if answer := _ANSWER.fullmatch(" ".join(written[start + 4 : end - 3].split())):
                answers.append((start, Answer(answer["reason"], answer["name"])))
        pieces = binding.pieces("".join(letters), code, findings, path, left_out)
        return cls(shown(path), code, tuple(pieces), written, tuple(answers), path)


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
    places: tuple[int, ...]
    """Where each of its letters stands in the file."""
    bound: frozenset[int] = frozenset()
    """Its letters that were looked up."""
    source: str | None = None
    """The source given in brackets, if one is."""
    starts_block: bool = True
    """Whether it opens a paragraph or list item, so that nothing before it is carried over."""
    heads: int = 0
    """Letters of `text` that are a table's heads and not the cell's own."""
    answer: Answer | None = None


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.VERBOSE)


_SOURCE = re.compile(r"[(\[]\s*sources?\s*:((?:[^()\[\]]|[(\[][^()\[\]]*[)\]])*)[)\]]", re.IGNORECASE)
_IN_SOURCE = "\0"
"""What stands for each letter of a source while sentences are told apart: no stop in one ends a sentence."""
_ADDRESS = re.compile(r"\]\([^()\s]*\)|https?://[^\s)>]+|www\.[^\s)>]+", re.IGNORECASE)
_MARKS = re.compile(r"[*`_\[\]]{1,3}(?=\S)|(?<=\S)[*`_\[\]]{1,3}")
_BLOCK = _pattern(r"\n [ \t]* (?: \n \s* )+ | \n [ \t]* (?= (?: [-*+] | \d{1,3}[.)] ) [ \t] )")
_OPENING = _pattern(r"\s* (?: [-*+] | \d{1,3}[.)] | \#{1,6} | > ) [ \t]+")
_STOP = _pattern(r"""[.!?]{1,3} ["”’')\]]{0,3} (?= \s ) (?! \s{1,40} [a-z\0] )""")
_NO_STOP = re.compile(r"\b(?:e\.g|i\.e|etc|vs|approx|nos?|cf|incl|dept|insp|supt|[DM]r|Mrs|Ms|St|[A-Z])$")
_SHORT = re.compile(rf"(?s).{{1,{LONGEST}}}(?=\s|\Z)|.{{{LONGEST}}}")
_TABLE = re.compile(r"^[ \t]*\|[^\n]*\n[ \t]*\|?[ \t]*:?-{2,}[-| :\t]*(?:\n[ \t]*\|[^\n]*)*", re.MULTILINE)
_ANSWER = re.compile(r"\s*checked\s*:\s*(?P<reason>.*?\S)\s*,\s*(?P<name>[^,]*[^,\s])\s*", re.IGNORECASE)


def sentences(text: Text) -> Iterator[Sentence]:
    """The sentences of a text, in order; then each cell of its tables, with its heads before it."""
    whole = "".join(piece.text for piece in text.pieces)
    places = [piece.offset + (0 if piece.bound else at) for piece in text.pieces for at in range(len(piece.text))]
    is_bound = [piece.bound for piece in text.pieces for _ in piece.text]
    lines = [match.start() for match in re.finditer("\n", text.written)]
    visible = _blanked(_ADDRESS, whole)
    prose = _blanked(_TABLE, visible)
    masked = _SOURCE.sub(lambda source: _IN_SOURCE * len(source[0]), prose)
    sources = {match.start(): match[1].strip() for match in _SOURCE.finditer(prose)}
    stands_at = [*sources]
    cuts = [(letters, opens) for first, last, opens in _cuts(masked) if (letters := _letters(prose, first, last))]
    cuts = [(letters, opens) for letters, opens in cuts if any(masked[at].isalnum() for at in letters)]
    following = [places[letters[0]] for letters, _ in cuts[1:]]
    for (letters, opens), after in zip(cuts, [*following, len(text.written) + 1], strict=False):
        first = bisect_left(stands_at, letters[0])
        source = sources[stands_at[first]] if first < len(stands_at) and stands_at[first] <= letters[-1] else ""
        yield Sentence(
            text.file,
            text.code,
            bisect_right(lines, places[letters[0]]) + 1,
            "".join(" " if prose[at].isspace() else prose[at] for at in letters),
            "".join(" " if masked[at].isspace() or masked[at] == _IN_SOURCE else masked[at] for at in letters),
            tuple(places[at] for at in letters),
            frozenset(number for number, at in enumerate(letters) if is_bound[at]),
            source if any(letter.isalnum() for letter in source) else None,
            opens,
            answer=next((answer for at, answer in text.answers if places[letters[0]] < at < after), None),
        )
    for table in _TABLE.finditer(visible):
        for head, place, cell in _cells(visible, *table.span()):
            if any(is_bound[place : place + len(cell)]):
                continue
            stands = (places[place],) * len(head) + tuple(places[place : place + len(cell)])
            line = bisect_right(lines, places[place]) + 1
            yield Sentence(text.file, text.code, line, head + cell, head + cell, stands, heads=len(head))


def _cells(visible: str, start: int, end: int) -> Iterator[tuple[str, int, str]]:
    """The cells of a table: the heads of its row and column, its place, its words."""
    rows, at = [], start
    for line in visible[start:end].split("\n"):
        rows.append([(at + cell.start(), cell[0]) for cell in re.finditer(r"(?<=\|)[^|]+", line)])
        at += len(line) + 1
    heads = [words.strip() for _, words in rows[0]]
    for (_, row_head), *cells in filter(None, rows[2:][: CELLS // max(len(heads), 1)]):
        for head, (place, words) in zip(heads[1:], cells, strict=False):
            lead, cell = f"{row_head.strip()}, {head}: ", words.strip()
            if any(letter.isalnum() for letter in cell) and len(lead) + len(cell) <= LONGEST:
                yield lead, place + words.index(cell), cell


def _blank(words: str) -> str:
    return re.sub(r"[^\n]", " ", words)


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: _blank(match[0]), text)


def _cuts(masked: str) -> Iterator[tuple[int, int, bool]]:
    """Where sentences begin and end, and whether each opens a block."""
    blocks = [(0, 0), *(block.span() for block in _BLOCK.finditer(masked)), (len(masked), len(masked))]
    for (_, start), (end, _) in pairwise(blocks):
        opening = _OPENING.match(masked, start, end)
        first = opening.end() if opening else start
        stops = [stop.end() for stop in _STOP.finditer(masked, first, end) if not _is_abbreviation(masked, stop)]
        opens = True
        for cut in pairwise([first, *stops, end]):
            for short in _SHORT.finditer(masked, *cut):
                yield (*short.span(), opens)
                opens = False


def _is_abbreviation(masked: str, stop: re.Match[str]) -> bool:
    return stop[0] == "." and _NO_STOP.search(masked[max(0, stop.start() - 8) : stop.start()]) is not None


def _letters(prose: str, first: int, last: int) -> list[int]:
    """The places of a sentence's letters: runs of space as one, Markdown's marks gone."""
    marks = {at for match in _MARKS.finditer(prose, first, last) for at in range(*match.span())}
    letters: list[int] = []
    for at in range(first, last):
        if at not in marks and not (prose[at].isspace() and (not letters or prose[letters[-1]].isspace())):
            letters.append(at)
    if letters and prose[letters[-1]].isspace():
        letters.pop()
    return letters


def sourced(sentence: Sentence, sources: Mapping[str, str]) -> str | None:
    """The source of a sentence: in brackets, or by a phrase of it that settings name under `sources`."""
    if sentence.source is not None:
        return sentence.source
    return next((source for phrase, source in sources.items() if " ".join(phrase.split()) in sentence.text), None)
