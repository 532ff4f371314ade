"""Params for any territorial force, from open data: publishers' figures are filled in, the rest waits to be supplied.

The catalogue (`open_data`) says which figures public data hold; the data say which forces there are, and which are
neighbours.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from perf_lib.config.catalogue import read_catalogue
from perf_lib.config.yaml import read_yaml, shown, to_yaml
from perf_lib.extracts.open_data.figures import OpenFigures, rates_of, read_open, rows_of, sort_folder
from perf_lib.extracts.tables.schema import MONTHLY, PEERS
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

LEAST_PEERS = 3
YEARS_END_NOTE = "Each figure covers 12 months, from the statistics of police recorded crime."
OUTCOMES_NOTE = "Outcomes reached in the months, of the crimes recorded in them, by the files of data.police.uk."
STREET_NOTE = "Counted from the street-level files of data.police.uk, which later releases may amend."

MADE_FROM = ["file", "what", "rows", "used", "rejected", "first", "last", "sha256"]
"""The columns of made_from.csv: what each source file gave."""


@dataclass(frozen=True)
class OpenParams:
    """The params that were written: their folder, the force as the data name it, and which measures are filled."""

    folder: Path
    area: str
    monthly: tuple[str, ...]
    """Measures with figures by the month."""
    yearly: tuple[str, ...]
    """Measures with figures of twelve months."""
    peers: tuple[str, ...]
    others: tuple[Path, ...]
    """Files of the data folder that were not used."""


def write_params(force: str, quarter: Quarter, data: Path, source: Path, into: Path) -> OpenParams:
    """Write params for a force and quarter into a new folder.

    force: the force, by any of its names. data: a folder of open data files. source: a params folder, which gives
    the catalogue and priorities.

    Raises InputError for a force that the data do not name (with the nearest that they do), for a folder that
    exists, and for files that cannot be right.
    """
    if into.exists():
        raise InputError(f"{shown(into)}: is there already; name another folder with --into")
    catalogue, files = read_catalogue(source / "measures.yaml"), sort_folder(data)
    figures = read_open(force, files)
    rows = {code: rows_of(measure, figures, quarter) for code, measure in catalogue.items()}
    filled = {code: months for code, months in rows.items() if months}
    if not filled:
        raise InputError(f"{shown(data)}: holds no figure of {figures.area} that the catalogue's measures ask for")
    yearly = tuple(code for code, months in filled.items() if months[0]["of_years"])
    rates = rates_of(catalogue, figures.ons)
    group = _peer_group(figures, rates)
    into.mkdir(parents=True)
    entries = read_yaml(source / "measures.yaml")
    series = set(rates["series"])
    measures = {code: _entry(dict(entries[code]), code, filled, yearly, series) for code in catalogue}
    _write_yaml(into / "measures.yaml", measures, "The catalogue, with what open data can fill.")
    _write_csv(into / "monthly.csv", [*MONTHLY.required, "margin"], [row for months in rows.values() for row in months])
    if len(rates):
        _write_csv(into / "peers.csv", PEERS.required, rates.to_dict("records"))
    made_from = [
        vars(source) | {"file": Path(source.file).name, "used": source.used, "rejected": len(source.rejected)}
        for source in figures.ledger.sources
    ]
    _write_csv(into / "made_from.csv", MADE_FROM, made_from)
    settings = _settings(read_yaml(source / "settings.yaml"), figures, group, bool(len(rates)))
    _write_yaml(into / "settings.yaml", settings, "Written from open data. Say under body who you are.")
    (into / str(quarter)).mkdir()
    comment = "This quarter's own settings. A key here replaces the one in the folder above."
    _write_yaml(into / str(quarter) / "settings.yaml", {}, comment)
    peers = tuple(group["areas"]) if group else ()
    monthly = tuple(code for code in filled if code not in yearly)
    return OpenParams(into, figures.area, monthly, yearly, peers, tuple(files["other"]))


def _peer_group(figures: OpenFigures, rates: pd.DataFrame) -> dict[str, Any] | None:
    """The other forces of the area's region, where there are enough with rates; else all forces in the data."""
    with_rates = set(rates.loc[rates["level"] == "force", "area"])
    if figures.area not in with_rates:
        return None
    forces = figures.ons[figures.ons["level"] == "force"]
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


def _entry(
    entry: dict[str, Any], code: str, filled: Mapping[str, Any], yearly: Sequence[str], series: set[str]
) -> dict[str, Any]:
    """A measure's entry in this force's catalogue, without the notes and targets of another force."""
    for key in ("note", "target"):
        entry.pop(key, None)
    if entry.get("peers") not in series:
        entry.pop("peers", None)
    if code in filled and (entry.get("open_data") or {}).get("police_uk_outcomes"):
        entry["note"] = OUTCOMES_NOTE
    elif code in yearly:
        entry |= {"kind": "rolling", "note": YEARS_END_NOTE}
    elif code in filled:
        entry["note"] = STREET_NOTE
    return entry


def _settings(
    source: Mapping[str, Any], figures: OpenFigures, group: dict[str, Any] | None, with_rates: bool
) -> dict[str, Any]:
    inputs: dict[str, Any] = {"monthly": ["monthly.csv"], "made_from": "made_from.csv"}
    settings: dict[str, Any] = {
        "body": {
            "name": f"Policing body for {figures.area}",
            "force": figures.force,
            "area": figures.area,
            "role": "policing body",
            "panel": "police and crime panel",
            "plan": "police and crime plan",
        },
        "priorities": source.get("priorities", {}),
        "inputs": inputs | ({"peers": "peers.csv"} if with_rates else {}),
        "notes": [
            "This report is made from open data alone: data.police.uk, the Office for National Statistics and the Home "
            "Office. Measures that public data do not hold are not supplied."
        ],
        "marking": "OFFICIAL",
    }
    if tables := (source.get("inputs") or {}).get("tables"):
        settings["inputs"]["tables"] = dict.fromkeys(tables)  # the notebooks name them, and they are not supplied
    return settings | ({"peer_group": group} if group else {})


def _write_yaml(path: Path, content: Mapping[str, Any], comment: str) -> None:
    path.write_text(f"# {comment}\n\n{to_yaml(content)}", encoding="utf-8", newline="\n")


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Mapping[Any, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
