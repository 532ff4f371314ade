"""Typed figures replaced by the bindings that print them, so that nothing is left to be typed again next quarter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from perf_lib.commentary.check import Check
from perf_lib.commentary.sentences import Text
from perf_lib.config.yaml import read_text


@dataclass(frozen=True)
class Replacement:
    """A figure in a file and the binding that prints just the same."""

    path: Path
    line: int
    start: int
    end: int
    typed: str
    binding: str

    def __str__(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}, line {self.line}: {self.typed} -> {self.binding}"


def replacements(texts: Iterable[Text], checks: Iterable[Check]) -> Iterator[Replacement]:
    """Those of the checked figures that trace to one fact which prints letter by letter as they were typed.

    A figure in words, one said roughly, or one in a settings file, which is not bound, stays as it is.
    """
    files = {text.file: text for text in texts if text.path is not None}
    for check in checks:
        text = files.get(check.file)
        if text is None or text.path is None or check.verdict != "traced" or check.place is None:
            continue
        start, end = check.place
        if not check.binding or text.written[start:end] != check.right:
            continue
        yield Replacement(text.path, check.line, start, end, check.right, check.binding)


def write(replacing: Iterable[Replacement]) -> int:
    """Make the replacements in their files, from the last to the first of each; how many were made."""
    by_file: dict[Path, list[Replacement]] = {}
    for each in replacing:
        by_file.setdefault(each.path, []).append(each)
    for path, each_of_file in by_file.items():
        line_end = "\r\n" if b"\r\n" in path.read_bytes() else "\n"
        words = read_text(path)
        for each in sorted(each_of_file, key=lambda one: -one.start):
            if words[each.start : each.end] == each.typed:
                words = words[: each.start] + each.binding + words[each.end :]
        path.write_text(words, encoding="utf-8", newline=line_end)
    return sum(map(len, by_file.values()))
