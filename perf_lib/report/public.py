"""The public report's desk: what of the inputs it is opened on, and what stands where an item is left out."""

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
    """A public report's inputs, with nothing in them that it may not print."""

    settings: Settings
    catalogue: Catalogue
    frame: pd.DataFrame
    rates: pd.DataFrame | None
    published: Mapping[Quarter, pd.DataFrame]
    tables: Mapping[str, pd.DataFrame | None]
    findings: Mapping[str, Finding]
    left_out: Mapping[str, Left]
    record: pd.DataFrame
    """What was withheld or left out and why, for internal eyes."""


@dataclass(frozen=True)
class Left:
    """An item that a public report leaves out."""

    title: str
    marking: Marking

    @property
    def sentence(self) -> str:
        """What is printed in its place."""
        return f"{self.title}: left out of this public report, because it is marked {self.marking}."


def marked(params: Params) -> Catalogue:
    """The catalogue with the markings of the files that measures come from laid on them."""
    files = [file for file in params.settings.inputs.monthly if file in params.settings.inputs.markings]
    holds = {
        file: set(
            extracts.read_monthly(
                [params.input_path(file)],
                params.catalogue,
                params.settings.body.area,
                extracts.Ledger(params.settings.inputs.rejected_share),
            )["measure"]
        )
        for file in files
    }
    records = params.settings.inputs.records
    if records in params.settings.inputs.markings:
        definitions = extracts.read_definitions(params.input_path(records), params.catalogue).definitions
        holds[records] = set(definitions) & set(params.catalogue)
    return markings.marked(params.catalogue, holds, params.settings)


def _with_denominators(params: Params, catalogue: Catalogue) -> Catalogue:
    """The catalogue, with each share of records `of_measure` what its definition divides it by, where that is one."""
    if params.settings.inputs.records is None:
        return catalogue
    made = Catalogue(catalogue)
    path = params.input_path(params.settings.inputs.records)
    for code, definition in extracts.read_definitions(path, catalogue).definitions.items():
        of = definition.denominator
        if of in catalogue and code in catalogue and catalogue[code].of_measure is None:
            made[code] = catalogue[code].model_copy(update={"of_measure": of})
    return made


def open_public(
    params: Params,
    frame: pd.DataFrame,
    rates: pd.DataFrame | None,
    published: Mapping[Quarter, pd.DataFrame],
    tables: Mapping[str, pd.DataFrame | None],
) -> Opened:
    """A public report's inputs: marked items left out, small counts and what would give them away withheld."""
    settings, quarter = params.settings, params.quarter
    if settings.marking in settings.public_leaves_out:
        where = params.settings_file("marking")
        raise InputError(f"{where}: marking: a report marked {settings.marking} has no public version")
    marks = settings.inputs.markings
    quarters = [each for name in quarters_in(params.folder) if (each := Quarter.parse(name)) <= quarter]
    earlier = {
        each: extracts.read_published(params.published_path(each), params.catalogue, each)
        for each in quarters
        if each < quarter and each not in published and params.published_path(each).exists()
    }
    whole = _with_denominators(params, marked(params))
    public, record = disclosure.protect(whole, settings, quarters, frame, rates, {**earlier, **published})
    named = {**{n: marks.get(n) or marks.get(f or "") for n, f in settings.inputs.tables.items()}}
    named[PEERS] = marks.get(settings.inputs.peers or "")
    others = markings.left_out(named, settings)
    kept_rates = None if PEERS in others else rates
    kept_tables: dict[str, pd.DataFrame | None] = {}
    records = [record]
    for name, counts in tables.items():
        if counts is None:
            kept_tables[name] = None
        elif name not in others:
            kept_tables[name], of_table = disclosure.table(name, counts, settings.disclosure_threshold)
            records.append(of_table)
    titles = {code: whole[code].title for code in public.left_out}
    titles |= {
        name: "Rates of peers" if name == PEERS else wording.sentence_case(name.replace("_", " ")) for name in others
    }
    left_out = {item: Left(titles[item], marking) for item, marking in {**public.left_out, **others}.items()}
    kept_settings = settings.model_copy(update={"highlights": _kept(settings.highlights, left_out)})
    return Opened(
        kept_settings,
        public.catalogue,
        public.frame,
        kept_rates,
        {each: table for each, table in public.published.items() if each in published},
        kept_tables,
        public.findings(kept_settings, quarter, kept_rates),
        left_out,
        pd.concat(records, ignore_index=True),
    )


def _kept(highlights: Highlights, left_out: Mapping[str, Left]) -> Highlights:
    return Highlights(
        **{tag: {code: words for code, words in tagged.items() if code not in left_out} for tag, tagged in highlights}
    )
