"""What is drawn from the same facts is not drawn again: parts of the report that the pack before already shows.

A drawn part says in its notebook's output what it was drawn from, by a fingerprint. The press gives the parts of the
pack that is there to the kernels of the next one, which take those whose fingerprint is the same. Whoever runs a
notebook otherwise draws everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from perf_lib.views.charts import Chart
from perf_lib.views.charts.fingerprint import fingerprint
from perf_lib.views.html import DRAWN_FROM, Fragment

Shown = TypeVar("Shown", bound=Chart | Fragment)

_kept: dict[str, Fragment] = {}
_taken: dict[int, tuple[Any, str]] = {}
"""Facts of which the fingerprint has been taken, by identity: several parts are drawn from the same Finding."""


def keep(notebooks: Iterable[Mapping[str, Any]]) -> None:
    """Take the drawn parts of executed notebooks, as their files have them: for the press alone, which knows that our
    code is still the same.
    """
    for notebook in notebooks:
        for cell in notebook["cells"]:
            for output in cell.get("outputs", []):
                key = output.get("metadata", {}).get("text/html", {}).get(DRAWN_FROM)
                if key:
                    # A file of a notebook has texts as lists of their lines.
                    html, text = ("".join(output["data"][kind]) for kind in ("text/html", "text/plain"))
                    _kept[key] = Fragment(html, text, key)


@contextmanager
def kept(notebooks: Iterable[Mapping[str, Any]]) -> Iterator[None]:
    """Keep the drawn parts of executed notebooks for as long as a run lasts."""
    keep(notebooks)
    try:
        yield
    finally:
        _kept.clear()


def drawn_once(draw: Callable[..., Shown], *facts: Any) -> Shown | Fragment:
    """What `draw` answers for these facts, which are all that it depends on; kept from before where it is."""
    key = fingerprint(draw.__module__, draw.__qualname__, *(_fingerprint_of(fact) for fact in facts))
    if key in _kept:
        return _kept[key]
    made = draw(*facts)
    return replace(made, drawn_from=key)


def _fingerprint_of(fact: Any) -> str:
    if id(fact) not in _taken:
        _taken[id(fact)] = fact, fingerprint(fact)  # with the fact, so that its identity is nobody else's
    return _taken[id(fact)][1]
