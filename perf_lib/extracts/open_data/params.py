"""Params for any territorial force, from open data: a report of what publishers hold, and a list of what they do not.

The catalogue (`open_data`) says which figures public data hold; the data say which forces there are, and which are
neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from perf_lib.config.catalogue import Measure, read_catalogue
from perf_lib.config.settings import quarters_before
from perf_lib.config.yaml import read_text, read_yaml, shown, to_yaml
from perf_lib.extracts.open_data import editions, figures
from perf_lib.extracts.open_data.figures import Filled, OpenFigures
from perf_lib.extracts.open_data.forces import force_key, official_name
from perf_lib.extracts.open_data.street import ASB
from perf_lib.extracts.tables.schema import MONTHLY, PUBLISHED
from perf_lib.words import wording
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

LEAST_PEERS, MOST_PEERS = 3, 7
CRIME, ANTI_SOCIAL, OUTCOMES, UNSUPPLIED = range(1, 5)
"""Priorities of a report from open data; their titles, like all that it says of itself, are in report.yaml."""
WHOLE_YEARS = "_whole_years"
"""What follows a measure's code for its years, where it has months or quarters besides."""

MADE_FROM = ["file", "what", "rows", "used", "rejected", "first", "last", "sha256"]
"""The columns of made_from.csv: what each source file gave."""
EDITIONS = ["measure", "month", "offences", "release", "table", "file", "first_offences", "first_release"]
"""The columns of editions.csv: which release says each year's figure, and what the first said of it."""
_NOTEBOOKS, _REPORT = (Path(__file__).with_name(name) for name in ("notebooks", "report.yaml"))


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
    folder = figures.read_folder(data, quarter, force)
    return _Shared(folder, source).write(folder.of(force), quarter, into)


def write_all(quarter: Quarter, data: Path, source: Path, into: Path) -> Iterator[tuple[str, OpenParams | InputError]]:
    """Write params for every force that the data name, each in its folder of `into`, or say why not; by area."""
    folder = figures.read_folder(data, quarter)
    shared = _Shared(folder, source)
    for area in sorted(folder.areas.values()):
        try:
            yield area, shared.write(folder.of(area), quarter, folder_of(area, into))
        except InputError as error:
            yield area, error


def folder_of(force: str, into: Path = Path()) -> Path:
    """The params folder of a force where none is named."""
    return into / f"params-{force_key(force).replace(' ', '-')}"


def _refuse_existing(into: Path) -> None:
    if into.exists():
        raise InputError(f"{shown(into)}: is there already; name another folder with --into")


class _Shared:
    """What the params of all forces of a folder share: the catalogue and the rates."""

    def __init__(self, folder: OpenFigures, source: Path) -> None:
        self.catalogue = read_catalogue(source / "measures.yaml")
        self.written = read_yaml(source / "measures.yaml")
        self.said = read_yaml(_REPORT)
        self.rates = editions.rates_of(self.catalogue, folder.years)

    def write(self, force: OpenFigures, quarter: Quarter, into: Path) -> OpenParams:
        _refuse_existing(into)
        rates, series = self.rates, set(self.rates["series"])
        doubts = (*force.doubts, *_rejected(force))
        entries, filled, known = {}, {}, []
        for code, measure in self.catalogue.items():
            ways = figures.fill(measure, force, quarter)
            entries[code] = _entry(self.written[code], measure, series, ways[0] if ways else None, self.said)
            for name, each in zip((code, f"{code}{WHOLE_YEARS}"), ways, strict=False):
                filled[name] = each
                if name != code:
                    entry = _entry(self.written[code], measure, set(), each, self.said)
                    own = {key: value for key, value in entry.items() if key not in ("also_called", "open_data")}
                    entries[name] = own | {"title": f"{measure.title}, whole years"}
                if each.way == "years" and measure.open_data and measure.is_count:
                    known += [
                        {"measure": name, **row._asdict()} for row in figures.editions_of(measure.open_data, force)
                    ]
        _refuse_empty(filled, force, quarter, doubts)
        versions = pd.DataFrame(known, columns=EDITIONS)
        group = _peer_group(force, rates)
        (into / str(quarter)).mkdir(parents=True)
        _write_yaml(into / "measures.yaml", entries, "The catalogue, with what open data can fill.")
        rows = [row for code, each in filled.items() for row in _rows(code, each, force.area)]
        _write_csv(into / "monthly.csv", pd.DataFrame(rows, columns=[*MONTHLY.required, "margin"]))
        if len(rates):
            _write_csv(into / "peers.csv", rates)
        sources = [vars(each) | {"used": each.used, "rejected": len(each.rejected)} for each in force.sources]
        made_from = pd.DataFrame(sources, columns=MADE_FROM)
        _write_csv(into / "made_from.csv", made_from.assign(file=[Path(file).name for file in made_from["file"]]))
        moved = _write_editions(into, quarter, versions)
        settings = _settings(self.said["settings"], force, group, bool(len(rates)), doubts, moved)
        _write_yaml(into / "settings.yaml", settings, "Written from open data. Say under body who you are.")
        comment = "This quarter's own settings. A key here replaces the one in the folder above."
        _write_yaml(into / str(quarter) / "settings.yaml", {}, comment)
        used = {str(entries[code]["priority"]) for code in filled} | {
            digit for digit, is_there in (("5", group), ("7", any(into.glob("*/published.csv")))) if is_there
        }
        _write_notebooks(into, quarter, used)
        months, quarters, years = (
            tuple(code for code, each in filled.items() if each.way == way) for way in ("months", "quarters", "years")
        )
        peers = tuple(group["areas"]) if group else ()
        return OpenParams(into, force.area, months, quarters, years, peers, doubts, force.others)


def _refuse_empty(filled: Mapping[str, Filled], force: OpenFigures, quarter: Quarter, doubts: Sequence[str]) -> None:
    """Refuse a quarter of which, and of the year to whose end, there is nothing."""
    newest = max((max(each.figures) for each in filled.values()), default=None)
    if newest is None or newest <= quarter.last - 12:
        known = "" if newest is None else f"; the newest is of {wording.month(newest)}: ask for {Quarter.of(newest)}"
        raise InputError(
            f"the folder holds no figure of {force.area} that the catalogue's measures ask for, in {quarter.label} or "
            f"the year to its end{known}{''.join(f'; {each}' for each in doubts[:1])}"
        )


def _entry(
    written: Mapping[str, Any], measure: Measure, series: set[str], filled: Filled | None, said: Mapping[str, Any]
) -> dict[str, Any]:
    """A measure's entry in this force's catalogue, without the notes and targets of another force."""
    dropped = {"note", "target"} | ({"peers"} if measure.peers not in series else set())
    entry = {key: value for key, value in written.items() if key not in dropped}
    if filled is None or measure.open_data is None:
        return entry | {"priority": UNSUPPLIED}
    if measure.open_data.police_uk_outcomes:
        return entry | {"priority": OUTCOMES} | said["outcomes"]
    own = said[filled.way]
    priority = ANTI_SOCIAL if measure.open_data.police_uk == (ASB,) else CRIME
    return entry | own | {"priority": priority, "note": " ".join([own["note"], *filled.notes])}


def _rows(code: str, filled: Filled, area: str) -> list[dict[str, Any]]:
    """A measure's rows of the monthly frame; where a month between has no figure, it is not supplied."""
    blank = {"value": "", "origin": "published", "status": "not supplied"}
    first = min(filled.figures) - (2 if filled.way == "quarters" else 0)  # a quarter's figure is of its three months
    span = pd.period_range(first, max(filled.figures), freq="M")
    return [{"measure": code, "area": area, "month": str(m), **filled.figures.get(m, blank)} for m in span]


def _rejected(force: OpenFigures) -> list[str]:
    """What could not be used of each source, in a sentence with the first row and its reason."""
    return [
        f"{Path(each.file).name}: {len(each.rejected):,} of {each.rows:,} rows rejected, the first {first.row}: "
        f"{first.reason}; a month that lost more than {figures.MOST_REJECTED:.0%} is not supplied."
        for each in force.sources
        for first in each.rejected[:1]
    ]


def _peer_group(force: OpenFigures, rates: pd.DataFrame) -> dict[str, Any] | None:
    """The other forces of the area's region, where there are enough with rates; else those of like size."""
    with_rates = set(rates.loc[rates["level"] == "force", "area"])
    if force.area not in with_rates:
        return None
    forces = force.years[force.years["level"] == "force"]
    region = forces.loc[forces["area"] == force.area, "region"].iloc[0]
    near = set(forces.loc[forces["region"] == region, "area"]) & with_rates - {force.area}
    if region and len(near) >= LEAST_PEERS:
        name, short, areas = f"{region} regional group", "Region", sorted(near)
        note = "The group is the region as the Office for National Statistics has it, not a most similar group."
    else:
        of_forces = rates[(rates["level"] == "force") & rates["area"].isin(with_rates)]
        residents = of_forces.groupby("area")["population"].last()
        ratio = np.log(residents / residents[force.area]).abs().drop(force.area)
        name, short, areas = "group of forces of like size", "Like size", sorted(ratio.nsmallest(MOST_PEERS).index)
        note = f"The region has too few forces with rates, so the group is the {len(areas)} nearest in residents."
    if len(areas) < LEAST_PEERS:
        return None
    return {"name": name, "abbreviation": short, "areas": areas, "note": note}


def _settings(
    settings: Any, force: OpenFigures, group: Any, with_rates: bool, doubts: Sequence[str], moved: Mapping[str, str]
) -> dict[str, Any]:
    name = official_name(force.area)
    body = {"name": f"Policing body for {name}", "force": name, "area": force.area, **settings["body"]}
    inputs = settings["inputs"] | ({"peers": "peers.csv"} if with_rates else {})
    written = settings | {"body": body, "inputs": inputs, "notes": [*settings["notes"], *doubts]}
    written |= {"restatements": {"reasons": dict(moved)}} if moved else {}
    return {**written, "peer_group": group} if group else written


def _write_editions(into: Path, quarter: Quarter, versions: pd.DataFrame) -> dict[str, str]:
    """Write which release says each year's figure, and what was first published; the reasons of restatements, by code.

    Quarters before the report's get a published.csv where a figure of the year to their end has moved.
    """
    if len(versions):
        _write_csv(into / "editions.csv", versions)
    moved = versions[versions["offences"] != versions["first_offences"]]
    for each in quarters_before(quarter):
        rows = moved[moved["month"] == each.last].rename(columns={"first_offences": "value"})
        if len(rows):
            (into / str(each)).mkdir()
            rows = rows.assign(period=str(each), kind="rolling_12").reindex(columns=PUBLISHED.required)
            _write_csv(into / str(each) / "published.csv", rows)
    by_code = moved.groupby("measure")["release"].unique()
    return {
        str(code): f"Restated by the release of {wording.listed([wording.month(each) for each in sorted(releases)])}."
        for code, releases in by_code.items()
    }


def _write_notebooks(into: Path, quarter: Quarter, used: set[str]) -> None:
    """The notebooks of a report from open data, without those of priorities that nothing fills."""
    (into / "notebooks").mkdir()
    for path in sorted(_NOTEBOOKS.glob("*.ipynb")):
        if path.name[0] in used or path.name[0] not in "12357":
            text = read_text(path).replace("2019-20-Q3", str(quarter)).replace('\\"params\\"', f'\\"{into.name}\\"')
            (into / "notebooks" / path.name).write_text(text, encoding="utf-8", newline="\n")


def _write_yaml(path: Path, content: Mapping[str, Any], comment: str) -> None:
    path.write_text(f"# {comment}\n\n{to_yaml(content)}", encoding="utf-8", newline="\n")


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
