"""One pass, before anything runs, over all that people typed: texts, settings, and the cells of notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from perf_lib.commentary.texts import cells
from perf_lib.config.yaml import read_text, shown
from perf_lib.press import characters
from perf_lib.press.order import Order
from perf_lib.press.outputs import ALIVE
from perf_lib.report import Report
from perf_lib.views import markdown
from perf_lib.views.html import without_comments
from perf_lib.words.errors import InputError

_CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]+`", re.DOTALL | re.MULTILINE)


def refuse_unprintable(order: Order, report: Report) -> None:
    """Refuse what no page can hold, with its file and line or cell: a picture that is not there, a script, a frame."""
    for path in _texts(report):
        text = without_comments(read_text(path, missing=""))
        for number, line in enumerate(text.splitlines(), start=1):
            _refuse(f"{shown(path)}, line {number}", line, path.parent)
    for path in order.notebooks:
        for number, cell in cells(path):
            if cell["cell_type"] == "markdown":
                source = _CODE.sub("", cell["source"])
                _refuse(f"{shown(path)}, cell {number}", source, path.parent)
                if alive := ALIVE.search(source):
                    raise InputError(
                        f"{shown(path)}, cell {number}: holds <{alive[1].lower()}>, which no page of a report runs; "
                        "write text, or show a picture"
                    )


def replaced_characters(order: Order, report: Report) -> Iterator[str]:
    """A line for each place with characters that PDFs print otherwise, as their faces lack them."""
    settings = [report.params.folder / name for name in ("settings.yaml", "measures.yaml")]
    files = [*_texts(report), *settings, report.params.quarter_folder / "settings.yaml"]
    numbered = (
        (f"{shown(path)}, cell {number}", cell["source"]) for path in order.notebooks for number, cell in cells(path)
    )
    return characters.warnings(dict.fromkeys(files), numbered)


def _texts(report: Report) -> list[Path]:
    return [path for _, _, path in report.params.texts()]


def _refuse(place: str, text: str, folder: Path) -> None:
    for address in markdown.pictures(text):
        try:
            markdown.picture_file(address, folder)
        except InputError as error:
            raise InputError(f"{place}: {error}") from None
