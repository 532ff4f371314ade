"""The public report: the inputs that it is made from, and what stands in the place of an item that is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from perf_lib import extracts
from perf_lib.config import markings, rounding_key
from perf_lib.config.catalogue import Catalogue, Marking
from perf_lib.config.settings import PUBLISHED_PUBLIC, Highlights, Params
from perf_lib.findings.disclosure import Draw, Key, Rounding, own_rates
from perf_lib.words import wording
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

PEERS = "peers"


@dataclass(frozen=True)
class Opened:
    """A public report's inputs: rounded counts, and nothing that is marked."""

    params: Params
    frame: pd.DataFrame
    rates: pd.DataFrame | None
    published: Mapping[Quarter, pd.DataFrame]
    """What earlier public reports printed first."""
    tables: Mapping[str, pd.DataFrame | None]
    left_out: Mapping[str, Left]
    draws: Mapping[str, Draw]
    """Draws that are kept with the key, once the report is out."""


@dataclass(frozen=True)
class Left:
    """An item that a public report leaves out."""

    title: str
    marking: Marking

    @property
    def sentence(self) -> str:
        """The sentence printed in its place."""
        return f"{self.title}: left out of this public report, because it is marked {self.marking}."


def marked(params: Params) -> Catalogue:
    """The catalogue, each measure with the markings of the files that its figures come from."""
    inputs, catalogue, area = params.settings.inputs, params.catalogue, params.settings.body.area
    holds: dict[str, set[str]] = {}
    for file in inputs.monthly:
        if file in inputs.markings:
            rows = extracts.read_monthly(
                [params.input_path(file)], catalogue, area, extracts.Ledger(inputs.rejected_share), inputs.columns
            )
            holds[file] = set(rows["measure"])
    if inputs.records in inputs.markings:
        definitions = extracts.read_definitions(params.input_path(inputs.records), catalogue).definitions
        holds[inputs.records] = set(definitions) & set(catalogue)
    return markings.marked(catalogue, holds, params.settings)


def open_public(
    params: Params, frame: pd.DataFrame, rates: pd.DataFrame | None, tables: Mapping[str, pd.DataFrame | None]
) -> Opened:
    """A public report's inputs: marked items left out, every count rounded before anything is computed from it.

    params: with every measure's marking settled (marked). Raises InputError where there is no key to round by, and for
    a report that is marked as a whole.
    """
    settings, quarter, area = params.settings, params.quarter, params.settings.body.area
    if settings.marking in settings.public_leaves_out:
        where = params.settings_file("marking")
        raise InputError(f"{where}: marking: a report marked {settings.marking} has no public version")
    kept = {name: Draw(*draw) for name, draw in rounding_key.read_draws(params.folder).items()}
    key = Key(rounding_key.read_key(params.folder), kept)
    marks = settings.inputs.markings
    item_marks = {name: marks.get(name) or marks.get(file or "") for name, file in settings.inputs.tables.items()}
    item_marks[PEERS] = marks.get(settings.inputs.peers or "")
    measures = markings.left_out({code: each.marking for code, each in params.catalogue.items()}, settings)
    others = markings.left_out(item_marks, settings)
    titles = {name: wording.sentence_case(name.replace("_", " ")) for name in others} | {PEERS: "Rates of peers"}
    titles |= {code: params.catalogue[code].title for code in measures}
    left_out = {item: Left(titles[item], marking) for item, marking in {**measures, **others}.items()}

    catalogue = Catalogue({code: each for code, each in params.catalogue.items() if code not in left_out})
    highlights = {
        tag: {code: words for code, words in tagged.items() if code not in left_out}
        for tag, tagged in settings.highlights
    }
    settings = settings.model_copy(update={"highlights": Highlights(**highlights)})
    public = replace(params, catalogue=catalogue, settings=settings, published=PUBLISHED_PUBLIC)
    rounding = Rounding(settings.rounding_base, key)
    counts = rounding.frame(frame, catalogue)
    rows = counts[(counts["area"] == area) & (counts["month"] <= quarter.last)].reset_index(drop=True)
    return Opened(
        public,
        rows,
        None if rates is None or PEERS in others else own_rates(rates, rows, catalogue, area),
        {
            each: extracts.read_published(public.published_path(each), params.catalogue, each)
            for each in public.published_quarters
        },
        {
            name: None if table is None else rounding.table(name, table)
            for name, table in tables.items()
            if name not in others
        },
        left_out,
        rounding.draws,
    )
