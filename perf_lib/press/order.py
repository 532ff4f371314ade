"""What one run is to make, settled before anything is done: the quarter, its folders, notebooks and options."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perf_lib.config.settings import find_params
from perf_lib.config.yaml import shown
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

BRIEFING = "briefing"
"""The notebook, and its page in a pack, that is no part of the bound report: a short edition of it."""


@dataclass(frozen=True)
class Limits:
    """How patient the press is with a notebook: seconds it may take (None: any), and fresh starts of its kernel."""

    seconds: float | None = 1800
    retries: int = 0


@dataclass(frozen=True)
class Order:
    """One pack as asked for.

    An option that changes what a pack holds belongs into `asked`: a pack made otherwise is then not current.
    """

    quarter: Quarter
    params: Path
    notebooks: tuple[Path, ...]
    outputs: Path
    workers: int
    force: bool = False
    """Make the pack even if nothing has changed."""
    limits: Limits = Limits()
    public: bool = False
    """Make the pack that anybody may see: counts rounded, marked items left out."""
    wait: float = 0
    """Seconds to wait for another run of the same pack."""
    folder: Path | None = None
    """The pack's folder where it is not the quarter's in `outputs`, as for one that was moved."""
    kernels: bool = False
    """Execute notebooks by ordinary Jupyter kernels, and not in the press's own processes."""
    draft: bool = False
    """Make the pack although the data contradict its commentary, with DRAFT on every page."""

    @property
    def target(self) -> Path:
        """The folder of the pack."""
        return self.folder or self.outputs / f"{self.quarter}{'-public' if self.public else ''}"

    @property
    def record_folder(self) -> Path:
        """Where the whole record of the run lies: in the pack, or, of a public one, beside it, for internal eyes."""
        return self.target.with_name(f"{self.target.name}.internal") if self.public else self.target

    @property
    def working_folder(self) -> Path:
        """Where kernels start, so that relative paths in notebooks hold."""
        return self.params.resolve().parent

    @property
    def parameters(self) -> dict[str, Any]:
        """What each notebook's parameters cell is given."""
        asked: dict[str, Any] = {"quarter": str(self.quarter), "params": self.params.name}
        return {**asked, "public": True} if self.public else asked

    @property
    def asked(self) -> dict[str, Any]:
        """What the record says was asked for: the parameters, and every option that changes the pack."""
        return {**self.parameters, **({"draft": "yes"} if self.draft else {})}


@dataclass(frozen=True)
class Steps:
    """Who is told how far a run has come: how many steps there are, and each as it is done."""

    planned: Callable[[int], None] = lambda count: None
    done: Callable[[str], None] = lambda what: None


def plan(
    quarter: Quarter,
    params: str | Path = "params",
    outputs: str | Path = "outputs",
    notebooks: str | Path | None = None,
    workers: int | None = None,
    **options: Any,
) -> Order:
    """An order from what was written on the command line; options are fields of Order. Reads no figure yet."""
    folder = find_params(params)
    sources = notebooks_of(folder, notebooks)
    most = workers or max(1, min(os.cpu_count() or 1, len(sources)))
    return Order(quarter, folder, tuple(sources), Path(outputs), most, **options)


def notebooks_of(params: Path, written: str | Path | None = None) -> list[Path]:
    """The report's notebooks in order: as asked, or in the params folder or beside it, or here or the nearest above."""
    here = Path.cwd()
    bases = params.resolve(), params.resolve().parent, here, *here.parents
    places = [Path(written)] if written else [base / "notebooks" for base in bases]
    for place in places:
        if found := sorted(place.glob("[0-9]*.ipynb")):
            return found + sorted(place.glob(f"{BRIEFING}.ipynb"))
    where = shown(places[0] if written else places[1])
    raise InputError(f"no notebooks found in {where}; their names start with a digit, as 1_prevent_crime does")
