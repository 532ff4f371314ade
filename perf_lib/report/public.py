"""The public report: the inputs that it may use, and what stands in the place of an item that is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from perf_lib import extracts
from perf_lib.config import markings
from perf_lib.config.catalogue import Catalogue, Marking
from perf_lib.config.settings import Highlights, Params, Settings, quarters_in
from perf_lib.findings import disclosure
from perf_lib.findings.finding import Finding
from perf_lib.words import wording
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

PEERS = "peers"


@dataclass(frozen=True)
class Opened:
    """A public report's inputs, without anything that it may not print."""

    settings: Settings
    catalogue: Catalogue
    frame: pd.DataFrame
    rates: pd.DataFrame | None
    published: Mapping[Quarter, pd.DataFrame]
    tables: Mapping[str, pd.DataFrame | None]
    findings: Mapping[str, Finding]
    left_out: Mapping[str, Left]
    record: pd.DataFrame
    """What was withheld or left out and why; for internal use."""


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
                [params.input_path(file)], catalogue, area, extracts.Ledger(inputs.rejected_share)
            )
            holds[file] = set(rows["measure"])
    if inputs.records in inputs.markings:
        definitions = extracts.read_definitions(params.input_path(inputs.records), catalogue).definitions
        holds[inputs.records] = set(definitions) & set(catalogue)
    return markings.marked(catalogue, holds, params.settings)


def _with_denominators(params: Params) -> Catalogue:
    """The catalogue; a share counted from records is `of_measure` what its definition divides by, if a measure."""
    whole, records = Catalogue(params.catalogue), params.settings.inputs.records
    definitions = extracts.read_definitions(params.input_path(records), whole).definitions if records else {}
    for code, definition in definitions.items():
        if definition.denominator in whole and code in whole and whole[code].of_measure is None:
            whole[code] = whole[code].model_copy(update={"of_measure": definition.denominator})
    return whole


def open_public(
    params: Params,
    frame: pd.DataFrame,
    rates: pd.DataFrame | None,
    published: Mapping[Quarter, pd.DataFrame],
    tables: Mapping[str, pd.DataFrame | None],
) -> Opened:
    """A public report's inputs: without marked items, small counts and the figures that would disclose them.

    params: with every measure's marking settled (marked).
    """
    settings, quarter = params.settings, params.quarter
    if settings.marking in settings.public_leaves_out:
        where = params.settings_file("marking")
        raise InputError(f"{where}: marking: a report marked {settings.marking} has no public version")
    marks = settings.inputs.markings
    quarters = [each for each in quarters_in(params.folder) if each <= quarter]
    earlier = {
        each: extracts.read_published(params.published_path(each), params.catalogue, each)
        for each in quarters
        if each < quarter and each not in published and params.published_path(each).exists()
    }
    whole = _with_denominators(params)
    public, record = disclosure.protect(whole, settings, quarters, frame, rates, {**earlier, **published})
    item_marks = {name: marks.get(name) or marks.get(file or "") for name, file in settings.inputs.tables.items()}
    item_marks[PEERS] = marks.get(settings.inputs.peers or "")
    others = markings.left_out(item_marks, settings)
    public_rates = None if PEERS in others else rates
    public_tables: dict[str, pd.DataFrame | None] = {}
    records = [record]
    for name, counts in tables.items():
        if counts is None:
            public_tables[name] = None
        elif name not in others:
            public_tables[name], of_table = disclosure.table(name, counts, settings.disclosure_threshold)
            records.append(of_table)
    titles = {name: wording.sentence_case(name.replace("_", " ")) for name in others} | {PEERS: "Rates of peers"}
    titles |= {code: whole[code].title for code in public.left_out}
    left_out = {item: Left(titles[item], marking) for item, marking in {**public.left_out, **others}.items()}
    highlights = {
        tag: {code: words for code, words in tagged.items() if code not in left_out}
        for tag, tagged in settings.highlights
    }
    public_settings = settings.model_copy(update={"highlights": Highlights(**highlights)})
    return Opened(
        public_settings,
        public.catalogue,
        public.frame,
        public_rates,
        {each: table for each, table in public.published.items() if each in published},
        public_tables,
        public.findings(public_settings, quarter, public_rates),
        left_out,
        pd.concat(records, ignore_index=True),
    )
