"""Params for any territorial force, from open data: a report of what publishers hold, and a list of what they do not.

The catalogue (`open_data`) says which figures public data hold; the data say which forces there are, and which are
neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from perf_lib.config.catalogue import Measure, read_catalogue
from perf_lib.config.settings import quarters_before
from perf_lib.config.yaml import read_text, read_yaml, shown, to_yaml
from perf_lib.extracts.open_data import editions
from perf_lib.extracts.open_data.figures import MOST_REJECTED, Filled, OpenFigures, Way, fill, read_folder
from perf_lib.extracts.open_data.forces import force_key, official_name
from perf_lib.extracts.open_data.street import ASB
from perf_lib.extracts.tables.schema import MONTHLY, PUBLISHED
from perf_lib.words import wording
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

LEAST_PEERS, MOST_PEERS = 3, 7
WHOLE_YEARS = "_whole_years"
"""What follows a measure's code for its years, where it has months or quarters besides."""
MADE_FROM = ["file", "what", "rows", "used", "rejected", "first", "last", "sha256"]
"""The columns of made_from.csv: what each source file gave."""
EDITIONS = ["measure", "month", *editions.COLUMNS[-7:]]
"""The columns of editions.csv: which release says each year's figure, and what the first said of it."""
_OF_RESTATEMENTS = "7_restated.ipynb"
_NOTEBOOKS, _REPORT = (Path(__file__).with_name(name) for name in ("notebooks", "report.yaml"))


@dataclass(frozen=True)
class OpenParams:
    """The params that were written: their folder, the force as the data name it, and which measures are filled."""

    folder: Path
    area: str
    measures: Mapping[Way, tuple[str, ...]]
    """The codes of measures by what their figures are of: months, quarters or whole years."""
    peers: tuple[str, ...]
    doubts: tuple[str, ...]
    """What was left out of the files, and why; a sentence each."""
    others: tuple[Path, ...]
    """Files of the data folder that were not used."""


def write_params(force: str, quarter: Quarter, data: Path, source: Path, into: Path) -> OpenParams:
    """Write params for a force and quarter into a new folder.

    force: the force, by any of its names. data: a folder of open data files. source: a params folder, which gives
    the catalogue.

    Raises InputError, and writes nothing, for a force that the data do not name (with the nearest that they do), for a
    quarter of which they hold nothing, for a folder that exists, and for files that cannot be right.
    """
    _refuse_existing(into)  # before much is read
    folder = read_folder(data, quarter, force)
    return _Writer(folder, source).write(force, quarter, into)


def write_all(quarter: Quarter, data: Path, source: Path, into: Path) -> Iterator[tuple[str, OpenParams | InputError]]:
    """Write params for every force that the data name, each in its folder of `into`, or say why not; by area."""
    folder = read_folder(data, quarter)
    writer = _Writer(folder, source)
    for area in sorted(folder.areas.values()):
        try:
            yield area, writer.write(area, quarter, folder_of(area, into))
        except InputError as error:
            yield area, error


def folder_of(force: str, into: Path = Path()) -> Path:
    """The params folder of a force where none is named."""
    return into / f"params-{force_key(force).replace(' ', '-')}"


def _refuse_existing(into: Path) -> None:
    if into.exists():
        raise InputError(f"{shown(into)}: is there already; name another folder with --into")


class _Writer:
    """Writes the params of a folder's forces, which share the catalogue and the rates."""

    def __init__(self, folder: OpenFigures, source: Path) -> None:
        self.folder = folder
        self.catalogue = read_catalogue(source / "measures.yaml")
        self.written = read_yaml(source / "measures.yaml")
        self.report = read_yaml(_REPORT)
        self.rates = editions.rates_of(self.catalogue, folder.years)

    def write(self, name: str, quarter: Quarter, into: Path) -> OpenParams:
        _refuse_existing(into)
        force, filled, entries = self.folder.of(name), dict[str, Filled](), dict[str, Any]()
        for code, measure in self.catalogue.items():
            of_measure = dict(zip((code, f"{code}{WHOLE_YEARS}"), fill(measure, force, quarter), strict=False))
            filled |= of_measure
            entries |= self.entries(measure, of_measure)
        doubts = (*force.doubts, *_rejected(force))
        _refuse_empty(filled, force, quarter, doubts)
        group = self.peer_group(force.area)
        (into / str(quarter)).mkdir(parents=True)
        _write_yaml(into / "measures.yaml", entries, "The catalogue, with what open data can fill.")
        rows = [row for code, each in filled.items() for row in _rows(code, each, force.area)]
        _write_csv(into / "monthly.csv", pd.DataFrame(rows, columns=[*MONTHLY.required, "margin"]))
        if len(self.rates):
            _write_csv(into / "peers.csv", self.rates)
        sources = [
            vars(each) | {"file": Path(each.file).name, "used": each.used, "rejected": len(each.rejected)}
            for _, each in force.sources
        ]
        _write_csv(into / "made_from.csv", pd.DataFrame(sources, columns=MADE_FROM))
        restated = _write_editions(into, quarter, filled)
        settings = self.settings(force, group, doubts) | ({"restatements": {"reasons": restated}} if restated else {})
        _write_yaml(into / "settings.yaml", settings, "Written from open data. Say under body who you are.")
        comment = "This quarter's own settings. A key here replaces the one in the folder above."
        _write_yaml(into / str(quarter) / "settings.yaml", {}, comment)
        (into / "notebooks").mkdir()
        without = "" if any(into.glob("*/published.csv")) else _OF_RESTATEMENTS
        for path in (path for path in _NOTEBOOKS.glob("*.ipynb") if path.name != without):
            text = read_text(path).replace("2019-20-Q3", str(quarter)).replace('\\"params\\"', f'\\"{into.name}\\"')
            (into / "notebooks" / path.name).write_text(text, encoding="utf-8", newline="\n")
        ways: tuple[Way, ...] = ("months", "quarters", "years")
        measures = {way: tuple(code for code, each in filled.items() if each.way == way) for way in ways}
        return OpenParams(into, force.area, measures, tuple(group.get("areas", ())), doubts, force.others)

    def entries(self, measure: Measure, filled: Mapping[str, Filled]) -> dict[str, dict[str, Any]]:
        """A measure's entries in a force's catalogue, without the notes and targets of another force, by code."""
        dropped = {"note", "target"} if measure.peers in set(self.rates["series"]) else {"note", "target", "peers"}
        entry = {key: value for key, value in self.written[measure.code].items() if key not in dropped}
        if not filled or measure.open_data is None:
            return {measure.code: entry | self.report["unsupplied"]}
        if measure.open_data.police_uk_outcomes:
            return {measure.code: entry | self.report["outcomes"]}
        topic = self.report["anti_social_behaviour" if measure.open_data.police_uk == (ASB,) else "crime"]
        entries = {}
        for code, each in filled.items():
            of_way = self.report[each.way]
            entries[code] = entry | topic | of_way | {"note": " ".join([of_way["note"], *each.notes])}
            # Whole years beside months or quarters are a measure of their own, by which nothing else is meant.
            entry = {key: value for key, value in entry.items() if key not in ("also_called", "open_data", "peers")}
            entry["title"] = f"{measure.title}, whole years"
        return entries

    def peer_group(self, area: str) -> dict[str, Any]:
        """The other forces of the area's region, where there are enough with rates; else those of like size."""
        forces = self.rates[self.rates["level"] == "force"]
        if area not in set(forces["area"]):
            return {}
        regions = self.folder.years[self.folder.years["level"] == "force"].groupby("area")["region"].first()
        near = regions.index[regions == regions[area]].intersection(forces["area"]).drop(area)
        if regions[area] and len(near) >= LEAST_PEERS:
            name, short, areas = f"{regions[area]} regional group", "Region", sorted(near)
            note = "The group is the region as the Office for National Statistics has it, not a most similar group."
        else:
            residents = forces.groupby("area")["population"].last()
            ratio = np.log(residents / residents[area]).abs().drop(area)
            name, short, areas = "like-sized group", "Like size", sorted(ratio.nsmallest(MOST_PEERS).index)
            note = f"The region has too few forces with rates, so the group is the {len(areas)} nearest in residents."
        group = {"name": name, "abbreviation": short, "areas": areas, "note": note}
        return group if len(areas) >= LEAST_PEERS else {}

    def settings(self, force: OpenFigures, group: Mapping[str, Any], doubts: tuple[str, ...]) -> dict[str, Any]:
        settings, name = self.report["settings"], official_name(force.area)
        body = {"name": f"Policing body for {name}", "force": name, "area": force.area, **settings["body"]}
        inputs = settings["inputs"] | ({"peers": "peers.csv"} if len(self.rates) else {})
        alone = [f"No rates of {force.area} are known, so that it is compared with no peers."] * (not group)
        settings = settings | {"body": body, "inputs": inputs, "notes": [*settings["notes"], *alone, *doubts]}
        return settings | ({"peer_group": group} if group else {})


def _refuse_empty(filled: Mapping[str, Filled], force: OpenFigures, quarter: Quarter, doubts: tuple[str, ...]) -> None:
    """Refuse a quarter of which, and of the year to whose end, there is nothing."""
    newest = max((max(each.figures) for each in filled.values()), default=None)
    if newest is None or newest <= quarter.last - 12:
        hint = "" if newest is None else f"; the newest is of {wording.month(newest)}: ask for {Quarter.of(newest)}"
        raise InputError(
            f"the folder holds no figure of {force.area} that the catalogue's measures ask for, in {quarter.label} or "
            f"the year to its end{hint}{''.join(f'; {each}' for each in doubts[:1])}"
        )


def _rows(code: str, filled: Filled, area: str) -> list[dict[str, Any]]:
    """A measure's rows of the monthly frame; where a month between has no figure, it is not supplied."""
    blank = {"value": "", "origin": "published", "status": "not supplied"}
    first = min(filled.figures) - (2 if filled.way == "quarters" else 0)  # a quarter's figure is of its three months
    span = pd.period_range(first, max(filled.figures), freq="M")
    return [{"measure": code, "area": area, "month": str(m), **filled.figures.get(m, blank)} for m in span]


def _rejected(force: OpenFigures) -> list[str]:
    """What could not be used of each source, in a sentence with the first row and its reason."""
    return [
        f"{Path(first.file).name}: {len(each.rejected):,} of {each.rows:,} rows rejected, the first {first.row}: "
        f"{first.reason}; a month that lost more than {MOST_REJECTED:.0%} is not supplied."
        for _, each in force.sources
        for first in each.rejected[:1]
    ]


def _write_editions(into: Path, quarter: Quarter, filled: Mapping[str, Filled]) -> dict[str, str]:
    """Write which release says each year's figure, and what was first published; the reasons of restatements, by code.

    Quarters before the report's get a published.csv where a figure of the year to their end has moved.
    """
    rows = [{"measure": code, **row._asdict()} for code, each in filled.items() for row in each.editions]
    years = pd.DataFrame(rows, columns=EDITIONS)
    if rows:
        _write_csv(into / "editions.csv", years)
    moved = years[years["offences"] != years["first_offences"]]
    for each in quarters_before(quarter):
        of_quarter = moved[moved["month"] == each.last].rename(columns={"first_offences": "value"})
        if len(of_quarter):
            (into / str(each)).mkdir()
            of_quarter = of_quarter.assign(period=str(each), kind="rolling_12").reindex(columns=PUBLISHED.required)
            _write_csv(into / str(each) / "published.csv", of_quarter)
    return {
        str(code): f"Restated by the release of {wording.listed([wording.month(each) for each in sorted(releases)])}."
        for code, releases in moved.groupby("measure")["release"].unique().items()
    }


def _write_yaml(path: Path, content: Mapping[str, Any], comment: str) -> None:
    path.write_text(f"# {comment}\n\n{to_yaml(content)}", encoding="utf-8", newline="\n")


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
