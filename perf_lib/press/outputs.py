"""What people's own cells show, made fit for a page: tables, pictures with words, results; the rest is refused by name.

What a page cannot show (widgets, scripts, frames) is refused with its notebook and cell and what to do instead. What it
leaves out or lacks (what a cell prints, a caption, words for a picture) is said in a line each.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from markupsafe import escape
from nbformat import NotebookNode

from perf_lib.views import markdown
from perf_lib.views.plain_tables import as_printed
from perf_lib.words.errors import NotebookError

WITHOUT_WORDS = "A picture without a description"
PLACE = "place"
"""The key of a printed cell's metadata that names its notebook and number."""

NOT_PRINTED = frozenset({"analyst", "parameters", "injected-parameters", "setup"})
"""Cells with one of these tags are for whoever works on the notebook."""

REFUSED = {
    "application/vnd.jupyter.widget-view+json": (
        "a widget, which needs a running notebook: show a table or a picture instead"
    ),
    "application/vnd.plotly.v1+json": (
        'a plotly figure as a script: pip install kaleido, and set plotly.io.renderers.default = "svg"'
    ),
    "application/vnd.vegalite": (
        'an altair chart as a script: pip install vl-convert-python, and call altair.renderers.enable("svg")'
    ),
    "application/javascript": "a script, which no page of a report runs: show a table or a picture instead",
    "text/latex": "LaTeX, which is not set: write it in words, or draw it with matplotlib",
    "application/pdf": "a PDF, which no page can hold: show it as a picture",
}
"""Kinds of output, by how their names begin, that no page can show where they come without a picture or HTML."""
_PICTURES = "image/svg+xml image/png image/jpeg image/gif image/webp".split()
ALIVE = re.compile(r"<(script|iframe|object|embed|form|video|audio|canvas|input|button)\b", re.IGNORECASE)
_OBJECT = re.compile(r"\s*[\[({]*(<[\w.]+[ :>]|<[^>]* at 0x|Text\()")
"""How Python prints an object that has no other words, such as matplotlib's answer to the last line of a cell."""


def printed_cells(notebook: NotebookNode, name: str) -> list[NotebookNode]:
    """The cells that are printed, with what they show in the form that a page prints; theirs are changed in place.

    Raises NotebookError, one line with notebook and cell, for an output that no page can show.
    """
    for place, cell in _printed(notebook, name):
        if "outputs" in cell:
            fit = [_fit(output, place) for output in cell.outputs]
            cell.outputs = [output for output in fit if output is not None]
        cell.metadata[PLACE] = place
    return [cell for _, cell in _printed(notebook, name)]


def _printed(notebook: NotebookNode, name: str) -> Iterator[tuple[str, NotebookNode]]:
    for number, cell in enumerate(notebook.cells):
        if not NOT_PRINTED & set(cell.metadata.get("tags", [])):
            yield f"{name}, cell {number}", cell


def with_pictures(notebook: NotebookNode, folder: Path) -> list[str]:
    """Put the pictures that lie beside a notebook into the cells that show them; answers their paths."""
    paths = []
    for cell in (each for each in notebook.cells if each.cell_type == "markdown"):
        for address in markdown.pictures(cell.source):
            kind, content = markdown.picture_file(address, folder)
            cell.setdefault("attachments", NotebookNode())[unquote(address)] = {kind: b64encode(content).decode()}
            paths.append(str(folder / unquote(address)))
    return paths


def remarks(notebook: NotebookNode, name: str) -> Iterator[str]:
    """A line for each cell that shows less than its author may think. The notebook is as executed."""
    for place, cell in _printed(notebook, name):
        streams = {output.name for output in cell.get("outputs", ()) if output.output_type == "stream"}
        if "stdout" in streams:
            yield f"{place}: what it prints is no part of the report: let its last line be what to show"
        if "stderr" in streams:
            yield f"{place}: a warning was printed; it is in the executed notebook, not in the report"
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            table = data.get("text/html", "")
            if _is_foreign(table) and "<caption" not in table:
                yield f'{place}: its table has no caption: .style.set_caption("…") gives it one'
            if any(kind in data for kind in _PICTURES) and not _words(output):
                yield f"{place}: its picture has no words for those who cannot see it: give it a title"


def _fit(output: NotebookNode, place: str) -> NotebookNode | None:
    data: Mapping[str, Any] = output.get("data", {})
    if not data:
        return output
    html, picture = data.get("text/html"), next((kind for kind in _PICTURES if kind in data), None)
    alive = ALIVE.search(html or "")
    if picture and (html is None or alive):
        output["data"] = {"text/html": _image(picture, data[picture], _words(output) or WITHOUT_WORDS)}
        return output
    refused = next((words for kind, words in REFUSED.items() if any(each.startswith(kind) for each in data)), None)
    if refused and (html is None or alive):
        raise NotebookError(f"{place}: shows {refused}")
    if alive:
        raise NotebookError(
            f"{place}: shows <{alive[1].lower()}>, which no page of a report runs: show text or a picture"
        )
    if html is not None and _is_foreign(html):
        output["data"] = {"text/html": as_printed(html)}
    elif html is None and "text/markdown" in data:
        output["data"] = {"text/html": f'<div class="prose">{markdown.cell(data["text/markdown"])}</div>'}
    elif set(data) == {"text/plain"} and _OBJECT.match(data["text/plain"]):
        return None
    return output


def _is_foreign(html: str) -> bool:
    """Whether HTML has a table that the package did not make."""
    return re.search(r'<table\b[^>]*(class="dataframe|id="T_|border=)', html) is not None


def _words(output: NotebookNode) -> str:
    metadata = output.get("metadata", {})
    every = [metadata, *(each for each in metadata.values() if isinstance(each, dict))]
    return next((str(each["alt"]) for each in every if each.get("alt")), "")


def _image(kind: str, data: str | list[str], words: str) -> str:
    text = "".join(data)
    encoded = f",{quote(text)}" if kind == "image/svg+xml" else f";base64,{''.join(text.split())}"
    return f'<img class="picture" src="data:{kind}{encoded}" alt="{escape(words)}">'
