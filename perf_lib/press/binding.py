"""Executed notebooks into pages: what readers need not see taken out, paragraphs numbered, all bound as one."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from perf_lib.views.html import Fragment

NOT_PRINTED = frozenset({"analyst", "parameters", "injected-parameters", "setup"})
"""Cells with one of these tags are for who works on the notebook."""

OWN = "perf_lib"
"""The key of a notebook's metadata that is ours."""

_PARAGRAPH = re.compile(r'<div class="paragraph([^"]*)"><p>')


def page(notebook: NotebookNode, **facts: Any) -> NotebookNode:
    """A copy of an executed notebook with only what is printed, and `facts` for the template."""
    printed = copy.deepcopy(notebook)
    printed.cells = [cell for cell in printed.cells if not NOT_PRINTED & set(cell.metadata.get("tags", []))]
    printed.metadata[OWN] = {**printed.metadata.get(OWN, {}), **facts}
    return printed


def cell(shown: Fragment, name: str) -> NotebookNode:
    """A part of a page that no notebook shows, as the cell that would have shown it."""
    output = new_output("display_data", data={"text/html": shown.html, "text/plain": shown.text})
    return new_code_cell("", id=name, outputs=[output])


def numbered(notebook: NotebookNode, first: int = 1) -> int:
    """Number the notebook's paragraphs in place from `first`; answers the number after the last."""
    number = first

    def with_number(found: re.Match[str]) -> str:
        nonlocal number
        number += 1
        return f'<div class="paragraph{found[1]}" data-number="{number - 1}"><p>'

    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html")
            if html:
                output["data"]["text/html"] = _PARAGRAPH.sub(with_number, html)
    notebook.metadata[OWN] = {**notebook.metadata.get(OWN, {}), "numbered": True}
    return number


def bind(pages: Sequence[NotebookNode], **facts: Any) -> NotebookNode:
    """One notebook of all pages, in order, its paragraphs numbered through; the pages get the same numbers."""
    following = 1
    for each in pages:
        following = numbered(each, following)
    return joined(pages, **facts)


def joined(pages: Sequence[NotebookNode], **facts: Any) -> NotebookNode:
    """One notebook of all pages, in order, with the numbers that they have."""
    whole = new_notebook(cells=[cell for each in pages for cell in each.cells], metadata=dict(pages[0].metadata))
    whole.metadata[OWN] = {**facts, "numbered": True}
    return whole
