"""Characters that the faces of a PDF lack: what stands there instead, and where people typed them."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from perf_lib.config.yaml import read_text, shown

FONTS = Path(__file__).parents[1] / "fonts"
ALIKE = {"✅": "✔", "❌": "✘", "❎": "✘", "⭐": "★", "❗": "!", "❓": "?", "➕": "+", "➖": "−", "➗": "÷"}
"""Characters that another, which the faces have, says as well."""
NO_LETTER = "□"
_ENTITY = re.compile(r"&#?\w+;")
_JOINED = r"[\ufe00-\ufe0f\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
"""What may follow an emoji and means nothing without it: variants, joiners, tones of skin."""


def face_folders() -> list[Path]:
    """The folders with the faces that PDFs are set in: the bundled one, and matplotlib's, which has symbols."""
    matplotlib = find_spec("matplotlib")
    symbols = [Path(matplotlib.origin).parent / "mpl-data/fonts/ttf"] if matplotlib and matplotlib.origin else []
    return [FONTS, *(folder for folder in symbols if folder.is_dir())]


@cache
def _printable() -> frozenset[str]:
    from fontTools.ttLib import TTFont

    names = ("LiberationSans-Regular.ttf", "DejaVuSans.ttf")
    paths = [path for folder in face_folders() for path in map(folder.joinpath, names) if path.exists()]
    return frozenset(chr(code) for path in paths for code in TTFont(path, lazy=True).getBestCmap()) | {"\t", "\n", "\r"}


def lacking(text: str) -> set[str]:
    """The characters of a text that no face of a PDF has.

    >>> sorted(lacking("Llŷn ✓ 中"))
    ['中']
    """
    return {character for character in set(text) if not "\x1f" < character < "\x7f"} - _printable()


def replacement(character: str) -> str:
    """What a PDF prints for a character that its faces lack: one alike, its name, a box for a letter, or nothing.

    >>> replacement("✅"), replacement("🚔"), replacement("中")
    ('✔', '[oncoming police car]', '□')
    """
    if character in ALIKE:
        return ALIKE[character]
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Mc", "Cc", "Cf"):  # part of the character before it, or not to be seen
        return ""
    if category[0] == "Z":
        return " "
    return f"[{unicodedata.name(character).lower()}]" if category in ("So", "Sm", "Po", "Sk") else NO_LETTER


def resolved(page: str) -> str:
    """HTML with the characters that its entities stand for, but for the signs of HTML itself.

    >>> resolved("&check; 1 &lt; 2")
    '✓ 1 &lt; 2'
    """

    def character(entity: re.Match[str]) -> str:
        text = html.unescape(entity[0])
        return entity[0] if set(text) & set("<>&\"'") else text

    return _ENTITY.sub(character, page)


def replaced(text: str) -> str:
    """A text, or HTML, with only such characters as a PDF's faces have."""
    missing = lacking(text)
    if not missing:
        return text
    pattern = re.compile(f"([{re.escape(''.join(missing))}]){_JOINED}")
    return pattern.sub(lambda match: replacement(match[1]), text)


def warnings(files: Iterable[Path], cells: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A line for each place with characters that its PDF will replace. cells: each with its place in words."""
    for path in files:
        for number, line in enumerate(read_text(path, missing="").splitlines(), start=1):
            yield from _warning(f"{shown(path)}, line {number}", line)
    for place, source in cells:
        yield from _warning(place, source)


def _warning(place: str, text: str) -> Iterator[str]:
    seen = [character for character in dict.fromkeys(text) if character in lacking(text) and replacement(character)]
    if seen:
        instead = ", ".join(f"{character} as {replacement(character)}" for character in seen[:6])
        more = f" and {len(seen) - 6} more" if len(seen) > 6 else ""
        yield f"{place}: no face of the PDF has these characters; it prints {instead}{more}. The HTML keeps them"
