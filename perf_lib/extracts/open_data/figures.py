"""A force's figures in a folder of open data, and which of them a measure takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from perf_lib.config.catalogue import Catalogue, Measure, OpenData
from perf_lib.config.yaml import shown
from perf_lib.extracts.open_data.forces import find_force, force_key
from perf_lib.extracts.open_data.recorded_crime import is_home_office_header, publisher_of, read_home_office, read_ons
from perf_lib.extracts.open_data.street import ASB, holds, parts_of_name, read_street
from perf_lib.extracts.tables.checks import Ledger
from perf_lib.extracts.tables.files import WORKBOOKS, read_sheets
from perf_lib.extracts.tables.schema import PEERS
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

_MOST_FILES = 20_000


def sort_folder(folder: Path) -> dict[str, list[Path]]:
    """A folder's files by what they hold: `street`, `ons`, `home_office` or `other`.

    Street files, outcomes files and archives (which may hold either) are `street`. Raises InputError for a folder that
    is not there or holds none of the first three.
    """
    if not folder.is_dir():
        raise InputError(f"the data folder {shown(folder)} does not exist")
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    if len(paths) > _MOST_FILES:
        raise InputError(f"{shown(folder)}: holds more than {_MOST_FILES:,} files; give a folder of open data alone")
    files: dict[str, list[Path]] = {"street": [], "ons": [], "home_office": [], "other": []}
    for path in paths:
        files[_contents(path)].append(path)
    if len(files["other"]) == len(paths):
        raise InputError(
            f"{shown(folder)}: holds no street-level CSV or archive of data.police.uk, no police force area tables and "
            "no police recorded crime open data"
        )
    return files


def _contents(path: Path) -> str:
    """What a file holds, as `sort_folder` calls it."""
    suffix = path.suffix.lower()
    if parts_of_name(path.name).get("kind") in ("street", "outcomes") or suffix == ".zip":
        return "street"
    if suffix == ".csv":
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            header = file.readline().replace('"', "").strip().split(",")
        return "home_office" if is_home_office_header(header) else "other"
    if suffix not in WORKBOOKS:
        return "other"
    return next((publisher for sheet in read_sheets(path) if (publisher := publisher_of(sheet))), "other")


@dataclass(frozen=True)
class OpenFigures:
    """A force's open data: crimes by month and type, and every area's years by offence group."""

    area: str
    force: str
    street: pd.DataFrame
    outcomes: pd.DataFrame
    """Outcomes by the month that they were reached in, and by their type."""
    ons: pd.DataFrame
    quarters: pd.DataFrame
    """The Home Office's offences of the force by quarter and group."""
    ledger: Ledger


def read_open(force: str, files: Mapping[str, list[Path]]) -> OpenFigures:
    """What a folder's files hold of a force, in any of its names; raises InputError where they do not name it."""
    ledger = Ledger()
    ons = [read_ons(path, ledger) for path in files["ons"]]
    years = pd.concat(ons, ignore_index=True) if ons else pd.DataFrame(columns=["area", "level", "offence", "month"])
    recorded = [read_home_office(path, ledger) for path in files["home_office"]]
    slugs = {path: parts_of_name(path.name).get("force", "") for path in files["street"]}
    names = [
        *years.loc[years["level"] == "force", "area"].unique(),
        *(name for frame in recorded for name in frame["force"].unique()),
        *sorted(slug.replace("-", " ").title() for slug in set(slugs.values()) if slug),
    ]
    first_spellings = {force_key(name): name for name in reversed(names)}
    area = find_force(force, first_spellings.values())
    key = force_key(area)
    street = outcomes = pd.DataFrame(columns=["force", "month", "type", "count"])
    of_force = [path for path, slug in slugs.items() if force_key(slug or area) == key]
    with_outcomes = [path for path in of_force if holds(path, "outcomes")]
    with_crimes = [path for path in of_force if path not in with_outcomes or holds(path, "street")]
    if with_crimes:
        street = read_street(with_crimes, ledger, force=area)
    if with_outcomes:
        outcomes = read_street(with_outcomes, ledger, kind="outcomes", force=area)
    parts = [frame[frame["force"].map(force_key) == key] for frame in recorded]
    quarters = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["quarter", "group", "offences"])
    title = next(iter(sorted(street["force"].unique())), f"{area} Police")
    return OpenFigures(area, title, street, outcomes, years, quarters, ledger)


def rows_of(measure: Measure, figures: OpenFigures, quarter: Quarter) -> list[dict[str, Any]]:
    """A measure's months: counts by the month where the year to the quarter's end has them all, else whole years.

    Years are as the statistics office has them; where it has none, the sum of four of the Home Office's quarters.
    """
    sources = measure.open_data
    if sources is None:
        return []
    months, years = _monthly(sources, figures), _four_quarters(sources, figures) | _years(sources, figures)
    if sources.police_uk_outcomes:
        outcomes = _outcomes(measure, sources, figures)
        months, years = (outcomes, years) if measure.has_quarter else (months, outcomes)
    last_year = set(pd.period_range(quarter.last - 11, quarter.last, freq="M"))
    chosen, of_years = (months, False) if last_year <= set(months) or not years else (years, True)
    if not chosen:
        return []
    span = pd.period_range(min(chosen), max(chosen), freq="M")
    blank = {"value": "", "origin": "published", "status": "not supplied"}
    base = {"measure": measure.code, "area": figures.area, "of_years": of_years}
    return [{**base, "month": str(month), **(chosen.get(month) or blank)} for month in span]


def _final(origin: str, **figures: float) -> dict[str, Any]:
    return {**figures, "origin": origin, "status": "final"}


def _selected(names: pd.Series, included: Sequence[str], excluded: Sequence[str]) -> pd.Series:
    """Whether each name is among those included or, where none are listed, not among those excluded."""
    return names.isin(included) if included else ~names.isin(excluded)


def _monthly(sources: OpenData, figures: OpenFigures) -> dict[pd.Period, dict[str, Any]]:
    if not (sources.police_uk or sources.police_uk_but) or figures.street.empty:
        return {}
    selected = _selected(figures.street["type"], sources.police_uk, sources.police_uk_but)
    totals = figures.street[selected].groupby("month")["count"].sum()
    months = figures.street["month"].unique()  # a month with a file and no such crime has had none
    return {month: _final("derived", value=int(totals.get(month, 0))) for month in sorted(months)}


def _outcomes(measure: Measure, sources: OpenData, figures: OpenFigures) -> dict[pd.Period, dict[str, Any]]:
    """Outcomes by the month; for a share, of the crimes of the same month, or of the same twelve for a rolling one.

    An outcome belongs to the month that it was reached in, a crime to the month that it was recorded in.
    """
    if figures.outcomes.empty:
        return {}
    months = sorted(figures.outcomes["month"].unique())  # one with a file and no such outcome has had none
    selected = figures.outcomes[figures.outcomes["type"].isin(sources.police_uk_outcomes)]
    reached = selected.groupby("month")["count"].sum().reindex(months, fill_value=0)
    if measure.is_count:
        return {month: _final("derived", value=int(count)) for month, count in reached.items()}
    crimes = figures.street[figures.street["type"] != ASB].groupby("month")["count"].sum()
    both = pd.DataFrame({"numerator": reached, "denominator": crimes}).dropna().sort_index()
    if not measure.has_quarter:
        every = both.reindex(pd.period_range(both.index.min(), both.index.max(), freq="M")) if len(both) else both
        both = every.rolling(12).sum().dropna()
    return {
        month: _final("derived", numerator=int(up), denominator=int(of), value=float(f"{100 * up / of:.6f}"))
        for month, (up, of) in zip(both.index, both.to_numpy(), strict=True)
        if of
    }


def _four_quarters(sources: OpenData, figures: OpenFigures) -> dict[pd.Period, dict[str, Any]]:
    quarters = figures.quarters
    if not (sources.home_office or sources.home_office_but) or quarters.empty:
        return {}
    selected = quarters[_selected(quarters["group"], sources.home_office, sources.home_office_but)]
    totals = {quarter.last: total for quarter, total in selected.groupby("quarter")["offences"].sum().items()}
    return {
        last: _final("derived", value=int(sum(totals[last - back] for back in (0, 3, 6, 9))))
        for last in totals
        if all(last - back in totals for back in (0, 3, 6, 9))
    }


def _years(sources: OpenData, figures: OpenFigures) -> dict[pd.Period, dict[str, Any]]:
    """Years of an offence group as published; the year before a release's own from its change in per cent."""
    ons = figures.ons
    if sources.ons is None or ons.empty:
        return {}
    is_group = (ons["area"] == figures.area) & (ons["level"] == "force") & (ons["offence"] == sources.ons)
    group = ons[is_group].dropna(subset="offences").sort_values("month")
    before = {
        row.month - 12: _final("derived", value=round(float(row.offences) / (1 + float(row.change_per_cent) / 100)))
        for row in group.dropna(subset="change_per_cent").itertuples()
    }
    return before | {row.month: _final("published", value=int(row.offences)) for row in group.itertuples()}


def rates_of(catalogue: Catalogue, ons: pd.DataFrame) -> pd.DataFrame:
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
