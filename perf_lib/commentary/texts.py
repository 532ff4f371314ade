"""The one list of what people write for a report: introduction, commentary, deep dive, highlights, notes, captions.

What stands in a YAML file is read word by word, each at its line: YAML folds and indents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

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
    by_file: dict[Path, list[_Words]] = {}
    for each in _of_settings(params, findings):
        by_file.setdefault(each.file, []).append(each)
    for file, words in by_file.items():
        source = read_text(file, missing="")
        stands_at = places(source)
        placed = [(stands_at.get(each.keys, _NOWHERE), each) for each in words]
        for place, each in sorted(placed, key=lambda pair: pair[0].start):
            yield Text(shown(file), each.code, tuple(_pieces(each.text, source, place)), source)


def of_notebooks(notebooks: Iterable[Path]) -> Iterator[Text]:
    """What people typed in the report's notebooks: prose that is printed, and the words in quotes of a call."""
    for path in notebooks:
        for number, cell in enumerate(json.loads(read_text(path))["cells"], start=1):
            source = "".join(cell["source"])
            is_printed = "analyst" not in cell["metadata"].get("tags", ())
            captions = [words for words in re.findall(r'"([^"\n]*)"', source) if " " in words]
            for words in captions if cell["cell_type"] == "code" else [source] * is_printed:
                yield Text(f"{shown(path)}, cell {number}", None, (Piece(words, 0),), words)


class _Words(NamedTuple):
    """A sentence of a settings file or of the catalogue: the keys that lead to it, and the measure that it is of."""

    file: Path
    keys: tuple[str, ...]
    code: str | None
    text: str


def _of_settings(params: Params, findings: Mapping[str, Finding]) -> Iterator[_Words]:
    """The sentences of both settings files and of the catalogue. Braces are not bound there: they are prose."""
    settings = params.settings

    def of(*keys: str, code: str | None = None, text: str | None) -> Iterator[_Words]:
        folder = params.quarter_folder if keys[0] in params.own_keys else params.folder
        if text:
            yield _Words(folder / "settings.yaml", keys, code, text)

    for finding in findings.values():
        for each in finding.highlights:
            for words in of("highlights", each.criterion, each.code, code=each.code, text=each.words):
                yield words._replace(file=each.file or words.file)
    for code, reason in settings.restatements.reasons.items():
        if code in findings:
            yield from of("restatements", "reasons", code, code=code, text=reason)
    for note in settings.notes:
        yield from of("notes", text=note)
    for entry in settings.breaks:
        if findings.keys() & set(entry.measures):
            yield from of("breaks", text=entry.reason)
    yield from of("peer_group", "note", text=settings.peer_group.note if settings.peer_group else None)
    yield from of("deep_dive", "introduction", text=settings.deep_dive.introduction if settings.deep_dive else None)
    for code, finding in findings.items():
        for key in ("note", "safe"):
            if text := getattr(finding.measure, key):
                yield _Words(params.folder / "measures.yaml", (code, key), code, text)


def _pieces(words: str, source: str, place: Place) -> Iterator[Piece]:
    """A sentence word by word, for only the words stand in the file as they are."""
    at = place.start
    for match in re.finditer(r"\s*\S+\s*", words):
        word_start = source.find(match[0].strip(), at, min(place.end, at + FARTHEST + len(match[0])))
        at = max(at, word_start)  # a word that is escaped there has the place of the one before it
        lead = len(match[0]) - len(match[0].lstrip())
        yield Piece(match[0], max(0, at - lead))
        at += 0 if word_start < 0 else len(match[0].strip())
