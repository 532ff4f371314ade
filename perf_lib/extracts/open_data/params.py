"""Params for any territorial force, from open data: a report of what publishers hold, and a list of what they do not.

The catalogue (`open_data`) says which figures public data hold; the data say which forces there are, and which are
neighbours.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from perf_lib.config.catalogue import Catalogue, Measure, read_catalogue
from perf_lib.config.settings import quarters_before
from perf_lib.config.yaml import read_yaml, shown, to_yaml
from perf_lib.extracts.open_data.figures import (
    Filled, OpenFigures, OpenFolder, editions_of, fill, rates_of, read_folder, restated,
)  # fmt: skip
from perf_lib.extracts.open_data.forces import force_key, official_name
from perf_lib.extracts.open_data.notebooks import write_notebooks
from perf_lib.extracts.open_data.street import ASB
from perf_lib.extracts.tables.schema import MONTHLY, PEERS, PUBLISHED
from perf_lib.words import wording
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

LEAST_PEERS = 3
PRIORITIES = ("Crime", "Anti-social behaviour", "Outcomes", "Not in open data")
NOTES = {
    "years": "Each figure covers 12 months, from the statistics of police recorded crime.",
    "quarters": "Each figure is of a quarter, from the Home Office's open data of police recorded crime.",
    "months": "Counted from the street-level files of data.police.uk, which later releases may amend.",
}
OUTCOMES_NOTE = "Outcomes reached in the months, of the crimes recorded in them, by the files of data.police.uk."

MADE_FROM = ["file", "what", "rows", "used", "rejected", "first", "last", "sha256"]
"""The columns of made_from.csv: what each source file gave."""
EDITIONS = ["measure", "month", "offences", "release", "table", "file", "first_offences", "first_release"]
"""The columns of editions.csv: which release says each year's figure, and what the first said of it."""


@dataclass(frozen=True)
class OpenParams:
    """The params that were written: their folder, the force as the data name it, and which measures are filled."""

    folder: Path
    area: str
    monthly: tuple[str, ...]
    """Measures with figures by the month."""
    quarterly: tuple[str, ...]
    """Measures with figures by the quarter alone."""
    yearly: tuple[str, ...]
    """Measures with figures of twelve months."""
    peers: tuple[str, ...]
    said: tuple[str, ...]
    """What was left out of the files, and why; a sentence each."""
    others: tuple[Path, ...]
    """Files of the data folder that were not used."""

    @property
    def filled(self) -> tuple[str, ...]:
        """All measures that have figures."""
        return (*self.monthly, *self.quarterly, *self.yearly)


def write_params(force: str, quarter: Quarter, data: Path, source: Path, into: Path) -> OpenParams:
    """Write params for a force and quarter into a new folder.

    force: the force, by any of its names. data: a folder of open data files. source: a params folder, which gives
    the catalogue.

    Raises InputError, and writes nothing, for a force that the data do not name (with the nearest that they do), for a
    quarter of which they hold nothing, for a folder that exists, and for files that cannot be right.
    """
    _refuse_existing(into)
    folder = read_folder(data, quarter, force)
    return _Writer(folder, quarter, data, source).write(folder.of(force), into)


def write_all(quarter: Quarter, data: Path, source: Path, into: Path) -> Iterator[tuple[str, OpenParams | InputError]]:
    """Write params for every force that the data name, each in its folder of `into`, or say why not; by area."""
    folder = read_folder(data, quarter)
    writer = _Writer(folder, quarter, data, source)
    for area in sorted(folder.areas.values()):
        try:
            _refuse_existing(place := folder_of(area, into))
            yield area, writer.write(folder.of(area), place)
        except InputError as error:
            yield area, error


def folder_of(force: str, into: Path = Path()) -> Path:
    """The params folder of a force where none is named."""
    return into / f"params-{force_key(force).replace(' ', '-')}"


def _refuse_existing(into: Path) -> None:
    if into.exists():
        raise InputError(f"{shown(into)}: is there already; name another folder with --into")


class _Writer:
    """What all forces of a folder share: the catalogue, peers' rates, and the text of their file."""

    def __init__(self, folder: OpenFolder, quarter: Quarter, data: Path, source: Path) -> None:
        self.folder, self.quarter, self.data = folder, quarter, data
        self.catalogue: Catalogue = read_catalogue(source / "measures.yaml")
        self.entries = read_yaml(source / "measures.yaml")
        self.rates = rates_of(self.catalogue, folder.years)

    def write(self, figures: OpenFigures, into: Path) -> OpenParams:
        quarter, rates = self.quarter, self.rates
        filled = {code: each for code, m in self.catalogue.items() if (each := fill(m, figures, quarter))}
        self._refuse_empty(filled, figures)
        used = {_priority(measure, code in filled) for code, measure in self.catalogue.items()}
        priorities = dict(enumerate((title for title in PRIORITIES if title in used), start=1))
        entries = self._entries(filled, {title: number for number, title in priorities.items()})
        own = {code: each for code, ways in filled.items() for code, each in _named(code, ways)}
        group = _peer_group(figures, rates)
        into.mkdir(parents=True)
        _write_yaml(into / "measures.yaml", entries, "The catalogue, with what open data can fill.")
        rows = [row for code, each in own.items() for row in each.rows(code, figures.area)]
        _write_csv(into / "monthly.csv", [*MONTHLY.required, "margin"], rows)
        if len(rates):
            rates.to_csv(into / "peers.csv", index=False, lineterminator="\n")
        made_from = [
            vars(each) | {"file": Path(each.file).name, "used": each.used, "rejected": len(each.rejected)}
            for each in figures.sources
        ]
        _write_csv(into / "made_from.csv", MADE_FROM, made_from)
        by_year = [code for code, each in own.items() if each.way == "years"]
        known = self._editions(by_year, figures)
        reasons = {str(code): restated(rows)[0] for code, rows in known.groupby("measure") if restated(rows)}
        settings = _settings(figures, group, bool(len(rates)), priorities)
        settings |= {"restatements": {"reasons": reasons}} if reasons else {}
        _write_yaml(into / "settings.yaml", settings, "Written from open data. Say under body who you are.")
        (into / str(quarter)).mkdir()
        comment = "This quarter's own settings. A key here replaces the one in the folder above."
        _write_yaml(into / str(quarter) / "settings.yaml", {}, comment)
        _write_editions(into, quarter, known)
        write_notebooks(into, quarter, priorities, {code: (entries[code], each.way) for code, each in own.items()})
        ways = {way: tuple(code for code, each in own.items() if each.way == way) for way in NOTES}
        peers = tuple(group["areas"]) if group else ()
        said = (*figures.doubts, *_rejected(figures))
        return OpenParams(
            into, figures.area, ways["months"], ways["quarters"], ways["years"], peers, said, self.folder.others
        )

    def _refuse_empty(self, filled: Mapping[str, Sequence[Filled]], figures: OpenFigures) -> None:
        """Refuse a quarter of which, and of the year to whose end, there is nothing; before anything is written."""
        known = [max(each.figures) for ways in filled.values() for each in ways]
        place = f"{shown(self.data)}: holds no figure of {figures.area} that the catalogue's measures ask for"
        why = "".join(f"; {sentence}" for sentence in _rejected(figures)[:1])
        if not known:
            raise InputError(f"{place} up to {wording.month(self.quarter.last)}{why}")
        if max(known) <= self.quarter.last - 12:
            raise InputError(
                f"{place} in {self.quarter.label} or the year to its end{why}; the newest is of "
                f"{wording.month(max(known))}: ask for {Quarter.of(max(known))}"
            )

    def _entries(
        self, filled: Mapping[str, Sequence[Filled]], numbers: Mapping[str, int]
    ) -> dict[str, dict[str, Any]]:
        """The catalogue's entries for this force, without notes and targets of another, and one for whole years."""
        series, entries = set(self.rates["series"]), {}
        for code, measure in self.catalogue.items():
            entry = {key: value for key, value in self.entries[code].items() if key not in ("note", "target")}
            entry["priority"] = numbers[_priority(measure, code in filled)]
            if measure.peers not in series:
                entry.pop("peers", None)
            entries[code] = entry
            for name, each in _named(code, filled.get(code, ())):
                its = {**entry, "note": " ".join([NOTES[each.way], *each.notes])}
                if measure.open_data and measure.open_data.police_uk_outcomes:
                    its["note"] = OUTCOMES_NOTE
                elif each.way == "years":
                    its["kind"] = "rolling"
                elif each.way == "quarters":
                    its["frequency"] = "quarterly"
                if name != code:
                    its |= {"title": f"{measure.title}, whole years"}
                    its = {key: value for key, value in its.items() if key not in ("peers", "also_called", "open_data")}
                entries[name] = its
        return entries

    def _editions(self, codes: Sequence[str], figures: OpenFigures) -> pd.DataFrame:
        """The years of measures that are filled by the year, with the release that says each."""
        parts = [pd.DataFrame(columns=EDITIONS)]
        for code in codes:
            sources = self.catalogue[code.removesuffix(_WHOLE_YEARS)].open_data
            if sources is not None:
                parts.append(editions_of(sources, figures).assign(measure=code)[EDITIONS])
        return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


_WHOLE_YEARS = "_whole_years"


def _named(code: str, ways: Sequence[Filled]) -> Iterator[tuple[str, Filled]]:
    """A measure's ways of being filled, each by the code of its entry."""
    yield from zip((code, f"{code}{_WHOLE_YEARS}"), ways, strict=False)


def _priority(measure: Measure, is_filled: bool) -> str:
    """The priority of open data that a measure belongs to."""
    sources = measure.open_data
    if not is_filled or sources is None:
        return PRIORITIES[3]
    if sources.police_uk_outcomes:
        return PRIORITIES[2]
    return PRIORITIES[1] if sources.police_uk == (ASB,) else PRIORITIES[0]


def _rejected(figures: OpenFigures) -> list[str]:
    """What could not be used of each source, in a sentence with the first row and its reason."""
    return [
        f"{Path(each.file).name}: {len(each.rejected):,} of {each.rows:,} rows rejected, first "
        f"{each.rejected[0].row}: {each.rejected[0].reason}"
        for each in figures.sources
        if each.rejected
    ]


def _peer_group(figures: OpenFigures, rates: pd.DataFrame) -> dict[str, Any] | None:
    """The other forces of the area's region, where there are enough with rates; else all forces in the data."""
    with_rates = set(rates.loc[rates["level"] == "force", "area"])
    if figures.area not in with_rates:
        return None
    forces = figures.years[figures.years["level"] == "force"]
    region = forces.loc[forces["area"] == figures.area, "region"].iloc[0]
    near = set(forces.loc[forces["region"] == region, "area"]) & with_rates - {figures.area}
    if region and len(near) >= LEAST_PEERS:
        name, short, areas = f"{region} regional group", "Region", sorted(near)
        note = "The group is the region as the Office for National Statistics has it, not a most similar group."
    else:
        name, short, areas = "group of all forces", "All forces", sorted(with_rates - {figures.area})
        note = "The region has too few forces with rates to be a group, so every force in the data is in it."
    if len(areas) < LEAST_PEERS:
        return None
    return {"name": name, "abbreviation": short, "areas": areas, "note": note}


def _settings(
    figures: OpenFigures, group: dict[str, Any] | None, with_rates: bool, priorities: Mapping[int, str]
) -> dict[str, Any]:
    force = official_name(figures.area)
    inputs: dict[str, Any] = {"monthly": ["monthly.csv"], "made_from": "made_from.csv"}
    settings: dict[str, Any] = {
        "body": {
            "name": f"Policing body for {force}",
            "force": force,
            "area": figures.area,
            "role": "policing body",
            "panel": "police and crime panel",
            "plan": "What open data say",
        },
        "priorities": dict(priorities),
        "show_unsupplied": False,
        "inputs": inputs | ({"peers": "peers.csv"} if with_rates else {}),
        "notes": [
            "This report is made from open data alone: data.police.uk, the Office for National Statistics and the Home "
            "Office.",
            *figures.doubts,
            *_rejected(figures),
        ],
        "marking": "OFFICIAL",
    }
    return settings | ({"peer_group": group} if group else {})


def _write_editions(into: Path, quarter: Quarter, known: pd.DataFrame) -> None:
    """Which release says each year's figure; and, beside the report's quarters, what was first said of their years."""
    if len(known):
        known.to_csv(into / "editions.csv", index=False, lineterminator="\n")
    for each in quarters_before(quarter):
        moved = known[(known["month"] == each.last) & (known["offences"] != known["first_offences"])]
        if len(moved):
            (into / str(each)).mkdir()
            rows = [
                {"measure": row.measure, "period": str(each), "kind": "rolling_12", "value": row.first_offences}
                for row in moved.itertuples()
            ]
            _write_csv(into / str(each) / "published.csv", PUBLISHED.required, rows)


def _write_yaml(path: Path, content: Mapping[str, Any], comment: str) -> None:
    path.write_text(f"# {comment}\n\n{to_yaml(content)}", encoding="utf-8", newline="\n")


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Mapping[Any, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
