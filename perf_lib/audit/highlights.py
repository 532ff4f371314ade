"""The sentences of highlights as texts of the audit, each word at its line of the settings.yaml it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import yaml

from perf_lib.audit.reading import Text
from perf_lib.commentary.binding import Piece
from perf_lib.config.settings import Highlight
from perf_lib.config.yaml import read_text, shown
from perf_lib.findings.finding import Finding

Place = tuple[str, str]
"""A criterion and the code of a measure: the keys under `highlights` that a sentence stands at."""
FARTHEST = 1000
"""Characters of YAML (indents, escapes, comments) that may lie between two words of one sentence."""


def texts(findings: Mapping[str, Finding]) -> Iterator[Text]:
    """The highlights that findings carry, file by file and each in the order in which people wrote them.

    Braces in settings are not bound, so what is between them is prose like the rest.
    """
    files: dict[Path | None, list[Highlight]] = {}
    for finding in findings.values():
        for each in finding.highlights:
            files.setdefault(each.file, []).append(each)
    for file, all_of in files.items():
        written = "" if file is None else read_text(file, missing="")
        places = _places(written)
        made = [(each, places.get((each.criterion, each.code), (0, 0))) for each in all_of]
        for each, (start, end) in sorted(made, key=lambda one: one[1]):
            name = "settings.yaml" if file is None else shown(file)
            yield Text(name, each.code, tuple(_pieces(each.words, written, start, end)), written)


def _places(written: str) -> dict[Place, tuple[int, int]]:
    """Where each sentence under `highlights` begins and ends in the file."""
    try:
        whole = yaml.compose(written, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return {}  # it was YAML when settings were read, and has been altered since
    return {
        (criterion, code): (sentence.start_mark.index, sentence.end_mark.index)
        for criterion, tagged in _entries(node for key, node in _entries([whole]) if key == "highlights")
        for code, sentence in _entries([tagged])
    }


def _entries(nodes: Iterable[yaml.Node | None]) -> Iterator[tuple[str, yaml.Node]]:
    for node in nodes:
        if isinstance(node, yaml.MappingNode):
            yield from ((str(key.value), value) for key, value in node.value)


def _pieces(words: str, written: str, start: int, end: int) -> Iterator[Piece]:
    """A sentence word by word: YAML folds and indents, so only the words themselves stand in the file as they are."""
    at = start
    for found in re.finditer(r"\s*\S+\s*", words):
        place = written.find(found[0].strip(), at, min(end, at + FARTHEST + len(found[0])))
        at = max(at, place)  # a word that is escaped there has the place of the one before it
        lead = len(found[0]) - len(found[0].lstrip())
        yield Piece(found[0], max(0, at - lead))
        at += 0 if place < 0 else len(found[0].strip())
