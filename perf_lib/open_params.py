"""Params for any territorial force, from open data: what the publishers hold is filled, the rest waits to be supplied.

Which figures public data hold is said in the catalogue (`open_data`); which forces there are, and who neighbours whom,
in the data.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from perf_lib.errors import InputError
from perf_lib.extracts.forces import find_force, force_key
from perf_lib.extracts.home_office import read_home_office
from perf_lib.extracts.ledger import Ledger
from perf_lib.extracts.ons import read_ons
from perf_lib.extracts.schema import MONTHLY, PEERS
from perf_lib.extracts.sorting import Found, sort_folder
from perf_lib.extracts.street import read_street, slug_of_file
from perf_lib.measures import Catalogue, Measure, read_catalogue
from perf_lib.quarters import Quarter
from perf_lib.strict import read_yaml, shown

LEAST_PEERS = 3
YEARS_END_NOTE = "Each figure covers 12 months, as the Office for National Statistics publishes them."
STREET_NOTE = "Counted from the street-level files of data.police.uk, which later releases may amend."


@dataclass(frozen=True)
class Written:
    """What was written: the folder, the force as the data name it, which measures are filled, and from how much."""

    folder: Path
    area: str
    monthly: tuple[str, ...]
    """Measures with figures by the month."""
    yearly: tuple[str, ...]
    """Measures with figures of twelve months."""
    peers: tuple[str, ...]
    others: tuple[Path, ...]
    """Files of the data folder that were not used."""


@dataclass(frozen=True)
class OpenFigures:
    """A force's open data: crimes by month and type, and every area's years by offence group."""

    area: str
    force: str
    street: pd.DataFrame
    ons: pd.DataFrame
    ledger: Ledger


def write_params(written: str, quarter: Quarter, data: Path, source: Path, into: Path) -> Written:
    """Write params for a force and quarter into a folder that is not there yet.

    written: the force, in any of its names. data: a folder of open data files. source: a params folder, whose
    catalogue and priorities are taken.

    Raises InputError for a force that the data do not name (with the nearest that they do), for a folder that is
    there, and for files that cannot be right.
    """
    if into.exists():
        raise InputError(f"{shown(into)}: is there already; name another folder with --into")
    catalogue, found = read_catalogue(source / "measures.yaml"), sort_folder(data)
    figures = _read(written, found)
    rows = {code: _rows(measure, figures, quarter) for code, measure in catalogue.items()}
    filled = {code: own for code, own in rows.items() if own}
    if not filled:
        raise InputError(f"{shown(data)}: holds no figure of {figures.area} that the catalogue's measures ask for")
    yearly = tuple(code for code, own in filled.items() if own[0]["kind"] == "rolling")
    rates = _rates(catalogue, figures.ons)
    group = _peer_group(figures, rates)
    into.mkdir(parents=True)
    entries = read_yaml(source / "measures.yaml")
    series = set(rates["series"])
    described = {code: _entry(dict(entries[code]), code, filled, yearly, series) for code in catalogue}
    _write_yaml(into / "measures.yaml", described, "The catalogue, with what open data can fill.")
    _write_csv(into / "monthly.csv", [*MONTHLY.required, "margin"], [row for own in rows.values() for row in own])
    if len(rates):
        _write_csv(into / "peers.csv", PEERS.required, rates.to_dict("records"))
    _write_made_from(into / "made_from.csv", figures.ledger)
    settings = _settings(read_yaml(source / "settings.yaml"), figures, group, bool(len(rates)))
    _write_yaml(into / "settings.yaml", settings, "Written from open data. Say under body who you are.")
    (into / str(quarter)).mkdir()
    own_settings = "This quarter's own settings. A key here replaces the one in the folder above."
    _write_yaml(into / str(quarter) / "settings.yaml", {}, own_settings)
    peers = tuple(group["areas"]) if group else ()
    monthly = tuple(code for code in filled if code not in yearly)
    return Written(into, figures.area, monthly, yearly, peers, tuple(found.other))


def _read(written: str, found: Found) -> OpenFigures:
    ledger = Ledger()
    ons = [read_ons(path, ledger) for path in found.ons]
    years = pd.concat(ons, ignore_index=True) if ons else pd.DataFrame(columns=["area", "level", "offence", "month"])
    quarters = [read_home_office(path, ledger) for path in found.home_office]
    slugs = {slug_of_file(path.name) for path in found.street}
    names = [
        *years.loc[years["level"] == "force", "area"].unique(),
        *(name for frame in quarters for name in frame["force"].unique()),
        *sorted(slug.replace("-", " ").title() for slug in slugs if slug),
    ]
    known = list({force_key(name): name for name in reversed(names)}.values())  # of two spellings, the first
    area = find_force(written, known)
    street = pd.DataFrame(columns=["force", "month", "type", "count"])
    own = [path for path in found.street if force_key(slug_of_file(path.name) or area) == force_key(area)]
    if own:
        street = read_street(own, ledger, force=area)
    names = sorted(street["force"].unique())
    return OpenFigures(area, names[0] if names else f"{area} Police", street, years, ledger)


def _rows(measure: Measure, figures: OpenFigures, quarter: Quarter) -> list[dict[str, Any]]:
    """A measure's months: counts by the month where the year to the quarter's end has them all, else whole years."""
    months, years = _monthly(measure, figures), _yearly(measure, figures)
    whole = set(pd.period_range(quarter.last - 11, quarter.last, freq="M"))
    chosen, kind = (months, "count") if whole <= set(months) or not years else (years, "rolling")
    if not chosen:
        return []
    span = pd.period_range(min(chosen), max(chosen), freq="M")
    blank = {"value": "", "origin": "published", "status": "not supplied"}
    base = {"measure": measure.code, "area": figures.area, "kind": kind}
    return [{**base, "month": str(month), **(chosen.get(month) or blank)} for month in span]


def _monthly(measure: Measure, figures: OpenFigures) -> dict[pd.Period, dict[str, Any]]:
    asked = measure.open_data
    if asked is None or not (asked.police_uk or asked.police_uk_but) or figures.street.empty:
        return {}
    kinds = figures.street["type"]
    wanted = kinds.isin(asked.police_uk) if asked.police_uk else ~kinds.isin(asked.police_uk_but)
    totals = figures.street[wanted].groupby("month")["count"].sum()
    months = figures.street["month"].unique()  # a month with a file and no such crime has had none
    return {
        month: {"value": int(totals.get(month, 0)), "origin": "derived", "status": "final"} for month in sorted(months)
    }


def _yearly(measure: Measure, figures: OpenFigures) -> dict[pd.Period, dict[str, Any]]:
    """Years of an offence group as published; the year before a release's own from its change in per cent."""
    if measure.open_data is None or measure.open_data.ons is None or figures.ons.empty:
        return {}
    ons = figures.ons
    own = ons[(ons["area"] == figures.area) & (ons["level"] == "force") & (ons["offence"] == measure.open_data.ons)]
    own = own.dropna(subset="offences").sort_values("month")
    found: dict[pd.Period, dict[str, Any]] = {}
    for row in own.dropna(subset="change_per_cent").itertuples():
        before = round(float(row.offences) / (1 + float(row.change_per_cent) / 100))
        found[row.month - 12] = {"value": before, "origin": "derived", "status": "final"}
    for row in own.itertuples():
        found[row.month] = {"value": int(row.offences), "origin": "published", "status": "final"}
    return found


def _rates(catalogue: Catalogue, ons: pd.DataFrame) -> pd.DataFrame:
    """Every area's rates, for each series that the catalogue compares and the releases hold."""
    if ons.empty:
        return pd.DataFrame(columns=PEERS.required)
    groups = {m.open_data.ons: m.peers for m in catalogue.values() if m.peers and m.open_data and m.open_data.ons}
    table = ons[ons["offence"].isin(list(groups)) & ons["level"].isin(["force", "region", "nation"])]
    table = table.dropna(subset=["rate", "offences", "population"])
    table = table[(table[["rate", "offences", "population"]] > 0).all(axis=1)]
    table = table.assign(series=table["offence"].map(groups), month=table["month"].astype(str), origin="published")
    table = table.drop_duplicates(["series", "area", "level", "month"], keep="last")
    return table[PEERS.required].sort_values(["series", "level", "area", "month"], ignore_index=True)


def _peer_group(figures: OpenFigures, rates: pd.DataFrame) -> dict[str, Any] | None:
    """The other forces of the area's region, where there are enough with rates; else all forces in the data."""
    known = set(rates.loc[rates["level"] == "force", "area"])
    if figures.area not in known:
        return None
    forces = figures.ons[figures.ons["level"] == "force"]
    region = forces.loc[forces["area"] == figures.area, "region"].iloc[0]
    near = set(forces.loc[forces["region"] == region, "area"]) & known - {figures.area}
    if region and len(near) >= LEAST_PEERS:
        name, short, areas = f"{region} regional group", "Region", sorted(near)
        note = "The group is the region as the Office for National Statistics has it, not a most similar group."
    else:
        name, short, areas = "group of all forces", "All forces", sorted(known - {figures.area})
        note = "The region has too few forces with rates to be a group, so every force in the data is in it."
    if len(areas) < LEAST_PEERS:
        return None
    return {"name": name, "abbreviation": short, "areas": areas, "note": note}


def _entry(
    entry: dict[str, Any], code: str, filled: Mapping[str, Any], yearly: Sequence[str], series: set[str]
) -> dict[str, Any]:
    """A measure's entry as this force's catalogue has it: another force's notes and targets left behind."""
    for key in ("note", "target"):
        entry.pop(key, None)
    if entry.get("peers") not in series:
        entry.pop("peers", None)
    if code in yearly:
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
            "Office. Measures that public data do not hold are not supplied.",
        ],
        "marking": "OFFICIAL",
    }
    if tables := (source.get("inputs") or {}).get("tables"):
        settings["inputs"]["tables"] = dict.fromkeys(tables)  # asked for by the notebooks, and not supplied
    return settings | ({"peer_group": group} if group else {})


def _write_yaml(path: Path, content: Mapping[str, Any], comment: str) -> None:
    text = yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True, width=110) if content else ""
    path.write_text(f"# {comment}\n\n{text}", encoding="utf-8", newline="\n")


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Mapping[Any, Any]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows([{str(key): value for key, value in row.items()} for row in rows])
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")


MADE_FROM = ["file", "what", "rows", "used", "rejected", "first", "last", "sha256"]
"""The columns of made_from.csv: what each source file gave."""


def _write_made_from(path: Path, ledger: Ledger) -> None:
    _write_csv(
        path,
        MADE_FROM,
        [
            {
                **source.__dict__,
                "file": source.file.split("/")[-1],
                "used": source.used,
                "rejected": len(source.rejected),
                "first": source.first or "",
                "last": source.last or "",
            }
            for source in ledger.sources
        ],
    )
