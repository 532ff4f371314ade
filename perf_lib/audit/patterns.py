"""Patterns of words, compiled when they are first looked for: most commands never read a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from sys import maxsize


class Words:
    """A regular expression, in any case of letters unless told otherwise, that costs nothing until it is asked.

    >>> Words(r"\\bfell\\b").search("Crime FELL.")[0]
    'FELL'
    """

    def __init__(self, written: str, flags: int = re.IGNORECASE) -> None:
        self.written, self.flags = written, flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern itself."""
        return re.compile(self.written, self.flags)

    def search(self, text: str, start: int = 0, end: int = maxsize) -> re.Match[str] | None:
        """Where the words first stand in a text."""
        return self.compiled.search(text, start, end)

    def match(self, text: str, start: int = 0, end: int = maxsize) -> re.Match[str] | None:
        """Whether a text begins with them."""
        return self.compiled.match(text, start, end)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Whether a text is no more than them."""
        return self.compiled.fullmatch(text)

    def finditer(self, text: str, start: int = 0, end: int = maxsize) -> Iterator[re.Match[str]]:
        """Each place where they stand."""
        return self.compiled.finditer(text, start, end)

    def findall(self, text: str) -> list[str]:
        """What stands there; the one group of a pattern that has one."""
        return self.compiled.findall(text)

    def sub(self, by: str | Callable[[re.Match[str]], str], text: str) -> str:
        """A text with something else in their place."""
        return self.compiled.sub(by, text)
