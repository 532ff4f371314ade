"""The sentences of highlights as texts of the audit, each word at its line of the settings.yaml it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from perf_lib.audit.reading import Text
from perf_lib.commentary.binding import Piece
from perf_lib.config.settings import Highlight
from perf_lib.config.yaml import Place, places, read_text, shown
from perf_lib.findings.finding import Finding

FARTHEST = 1000
"""Characters of YAML (indents, escapes, comments) that may lie between two words of one sentence."""
_NOWHERE = Place(0, 0, 0)
"""The place of a sentence that the file does not hold: it was altered after settings were read."""


def texts(findings: Mapping[str, Finding]) -> Iterator[Text]:
    """The highlights that findings carry, file by file and each in the order in which people wrote them.

    Braces in settings are not bound, so the words between them are prose like the rest.
    """
    files: dict[Path | None, list[Highlight]] = {}
    for finding in findings.values():
        for highlight in finding.highlights:
            files.setdefault(highlight.file, []).append(highlight)
    for file, highlights in files.items():
        source = "" if file is None else read_text(file, missing="")
        stands_at = places(source)
        placed = [(each, stands_at.get(("highlights", each.criterion, each.code), _NOWHERE)) for each in highlights]
        for highlight, place in sorted(placed, key=lambda pair: pair[1].start):
            name = "settings.yaml" if file is None else shown(file)
            yield Text(name, highlight.code, tuple(_pieces(highlight.words, source, place)), source)


def _pieces(words: str, source: str, place: Place) -> Iterator[Piece]:
    """A sentence word by word: YAML folds and indents, so only the words stand in the file as they are."""
    at = place.start
    for match in re.finditer(r"\s*\S+\s*", words):
        word_start = source.find(match[0].strip(), at, min(place.end, at + FARTHEST + len(match[0])))
        at = max(at, word_start)  # a word that is escaped there has the place of the one before it
        lead = len(match[0]) - len(match[0].lstrip())
        yield Piece(match[0], max(0, at - lead))
        at += 0 if word_start < 0 else len(match[0].strip())
