"""The one list of what people write for a report: introduction, commentary, deep dive, highlights, notes and reasons.

What stands in settings.yaml is read word by word, each at its line: YAML folds and indents.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from perf_lib.commentary.binding import Piece
from perf_lib.commentary.sentences import Text
from perf_lib.config.settings import Params
from perf_lib.config.yaml import Place, places, read_text, shown
from perf_lib.findings.finding import Finding

FARTHEST = 1000
"""Characters of YAML (indents, escapes, comments) that may lie between two words of one sentence."""
_NOWHERE = Place(0, 0, 0)
"""The place of a sentence that the file does not hold: it was altered after settings were read."""


def texts(params: Params, findings: Mapping[str, Finding], left_out: Collection[str] = ()) -> Iterator[Text]:
    """Each text, in the order of the report; those of measures that a public report leaves out are not printed."""
    for written, code, path in params.texts():
        if code not in left_out:
            yield Text.of(written, code, findings, path, left_out)
    yield from _of_settings(params, findings)


def _of_settings(params: Params, findings: Mapping[str, Finding]) -> Iterator[Text]:
    """The sentences of settings, file by file and in the order in which people wrote them.

    Braces in settings are not bound, so the words between them are prose like the rest.
    """
    files = (params.folder / "settings.yaml", params.quarter_folder / "settings.yaml")
    for file in files:
        source = read_text(file, missing="")
        stands_at = places(source)
        sentences = [each for each in _sentences(params, findings) if _is_in(file, each[0], params, findings)]
        placed = [(stands_at.get(keys, _NOWHERE), code, words) for keys, code, words in sentences]
        for place, code, words in sorted(placed, key=lambda each: each[0].start):
            yield Text(shown(file), code, tuple(_pieces(words, source, place)), source)


def _sentences(params: Params, findings: Mapping[str, Finding]) -> Iterator[tuple[tuple[str, ...], str | None, str]]:
    """Each sentence of settings with the keys that lead to it and the measure that it is of."""
    settings = params.settings
    for finding in findings.values():
        for highlight in finding.highlights:
            yield ("highlights", highlight.criterion, highlight.code), highlight.code, highlight.words
    for code, reason in settings.restatements.reasons.items():
        yield ("restatements", "reasons", code), code if code in findings else None, reason
    for note in settings.notes:
        yield ("notes",), None, note
    for each in settings.breaks:
        yield ("breaks",), None, each.reason
    if settings.deep_dive is not None:
        yield ("deep_dive", "introduction"), None, settings.deep_dive.introduction


def _is_in(file: Path, keys: tuple[str, ...], params: Params, findings: Mapping[str, Finding]) -> bool:
    """Whether a sentence stands in a file: a highlight knows its own, the others stand where their key does."""
    if keys[0] == "highlights":
        highlights = findings[keys[2]].highlights
        return any(each.criterion == keys[1] and (each.file or file) == file for each in highlights)
    return (keys[0] in params.own_keys) == (file.parent == params.quarter_folder)


def _pieces(words: str, source: str, place: Place) -> Iterator[Piece]:
    """A sentence word by word, for only the words stand in the file as they are."""
    at = place.start
    for match in re.finditer(r"\s*\S+\s*", words):
        word_start = source.find(match[0].strip(), at, min(place.end, at + FARTHEST + len(match[0])))
        at = max(at, word_start)  # a word that is escaped there has the place of the one before it
        lead = len(match[0]) - len(match[0].lstrip())
        yield Piece(match[0], max(0, at - lead))
        at += 0 if word_start < 0 else len(match[0].strip())
