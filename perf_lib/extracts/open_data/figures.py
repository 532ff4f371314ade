"""A folder of open data, each file read once; a force's figures in it, and which of them a measure takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from perf_lib.config.catalogue import Measure, OpenData
from perf_lib.config.yaml import shown
from perf_lib.extracts.open_data import editions
from perf_lib.extracts.open_data.forces import area_of, find_force, force_key
from perf_lib.extracts.open_data.recorded_crime import (
    FRAUD,
    is_home_office_header,
    publisher_of,
    read_home_office,
    read_ons,
)
from perf_lib.extracts.open_data.street import ASB, contents, parts_of_name, read_street, wanted
from perf_lib.extracts.tables.checks import Ledger, Source
from perf_lib.extracts.tables.files import WORKBOOKS, Sheet, read_sheets
from perf_lib.words import wording
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

MOST_REJECTED = 0.01
"""The share of a month's rows of a street file that may be rejected; of more, the month is not supplied."""
_MOST_FILES = 20_000
_QUARTERS = ["force", "quarter", "group"]

Way = Literal["months", "quarters", "years"]
_Figures = dict[pd.Period, dict[str, Any]]


@dataclass(frozen=True)
class OpenFigures:
    """What a folder's files hold up to a quarter's end: of all the forces that they name, or of one."""

    areas: Mapping[str, str]
    """Every force that the files name, by its key."""
    years: pd.DataFrame
    """Every area's years by offence group, as the newest release has them (`editions.editions`)."""
    editions: Mapping[tuple[str, str], Sequence[Any]]
    """The rows of forces among them, by area and offence group."""
    quarters: pd.DataFrame
    """The Home Office's offences: a row a force and quarter (by its last month), a column a group."""
    street: pd.DataFrame
    """Crimes and incidents: a row a force and month, a column a type."""
    outcomes: pd.DataFrame
    """Outcomes: a row a force and the month that they were reached in, a column a type."""
    sources: Sequence[tuple[str, Source]]
    """What each file gave, after the key of its force; that is blank where the file is of several."""
    doubts: tuple[str, ...] = ()
    """What contradicts itself in the files, and is left out; a sentence each."""
    others: tuple[Path, ...] = ()
    """Files that hold no open data."""
    area: str = ""
    """The force whose figures they are; of all forces where it is blank."""

    def of(self, force: str) -> OpenFigures:
        """A force's figures; raises InputError where the files do not name it."""
        area = find_force(force, self.areas.values())
        key = force_key(area)
        tables = {
            name: table[table.index.get_level_values("key") == key].droplevel("key")
            for name, table in vars(self).items()
            if name in ("quarters", "street", "outcomes")
        }
        sources = [(whose, source) for whose, source in self.sources if whose in ("", key)]
        return replace(self, area=area, sources=sources, **tables)


@dataclass(frozen=True)
class Filled:
    """A measure's figures by their last month: of months, of quarters or of whole years; and what to know of them."""

    way: Way
    figures: _Figures
    notes: Sequence[str] = ()
    editions: Sequence[Any] = field(default=(), repr=False)
    """The rows of `OpenFigures.editions` behind whole years."""


def read_folder(folder: Path, quarter: Quarter, force: str | None = None) -> OpenFigures:
    """What the files of a folder hold up to a quarter's end, each read once.

    force: the one whose street files are read, by any of its names; every force's where it is None.

    Raises InputError for a folder that is not there or holds no open data, for a force that no file names, and for two
    files of one period that differ.
    """
    if not folder.is_dir():
        raise InputError(f"the data folder {shown(folder)} does not exist")
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    if len(paths) > _MOST_FILES:
        raise InputError(f"{shown(folder)}: holds more than {_MOST_FILES:,} files; give a folder of open data alone")
    ledger = Ledger(share=1.0)  # nobody can mend a publisher's file: what is wrong in it is left out, and said
    names_within = {path: contents(path) for path in paths}
    releases, recorded, others = [], [], []
    for path in (path for path in paths if not names_within[path]):
        sheets = _sheets(path)
        publisher = next(filter(None, map(publisher_of, sheets)), None)
        if publisher == "ons":
            releases.append(read_ons(path, ledger, sheets))
        elif publisher == "home_office":
            recorded.append(read_home_office(path, ledger, sheets))
        else:
            others.append(path)
    if len(others) == len(paths):
        raise InputError(
            f"{shown(folder)}: holds no street-level CSV or archive of data.police.uk, no police force area tables and "
            "no police recorded crime open data"
        )
    every = editions.agreed(releases)
    totals = [each.groupby([*_QUARTERS, "file", "corrects"], as_index=False)["offences"].sum() for each in recorded]
    quarters = editions.agreed(totals, _QUARTERS)
    names = [
        *every.loc[every["level"] == "force", "area"].unique(),
        *quarters.loc[quarters["group"] != FRAUD, "force"].unique(),
        *sorted({area_of(parts["force"]) for within in names_within.values() for parts in within.values()}),
    ]
    areas = {force_key(name): name for name in reversed(names)}
    if force is not None:
        force = find_force(force, areas.values())
    street_paths = [path for path, within in names_within.items() if within]
    street, outcomes = (_of_street(street_paths, kind, force, ledger) for kind in ("street", "outcomes"))
    years = editions.comparable(editions.editions(every), quarter.last)
    by_force: dict[tuple[str, str], list[Any]] = {}
    for row in years[years["level"] == "force"].itertuples(index=False):
        by_force.setdefault((row.area, row.offence), []).append(row)
    slugs = {each.file: parts_of_name(each.file).get("force", "") for each in ledger.sources}
    return OpenFigures(
        areas,
        years,
        by_force,
        _table(quarters.assign(month=[each.last for each in quarters["quarter"]]), "force", "group", "offences"),
        street,
        outcomes,
        [(force_key(slugs[each.file]), each) for each in ledger.sources],
        editions.contradictions(every),
        tuple(others),
    )


def _sheets(path: Path) -> list[Sheet]:
    """The sheets of a file that may hold a release or the Home Office's table; none of another's."""
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            header = file.readline().replace('"', "").strip().split(",")
        return read_sheets(path) if is_home_office_header(header) else []
    return read_sheets(path) if path.suffix.lower() in WORKBOOKS else []


def _of_street(paths: Sequence[Path], kind: str, force: str | None, ledger: Ledger) -> pd.DataFrame:
    """Counts of a kind of street file, without the months of which too many rows were rejected; 0 where none is."""
    paths = [path for path in paths if wanted(path, kind, force)]
    if not paths:
        return _table(pd.DataFrame(columns=["slug", "month", "type", "count"]), "slug", "type", "count")
    rows = read_street(paths, ledger, kind, force=force, most_rejected=MOST_REJECTED)
    return _table(rows, "slug", "type", "count").fillna(0)


def _table(rows: pd.DataFrame, force: str, kind: str, number: str) -> pd.DataFrame:
    """Numbers by force and month, a column a kind."""
    keys = rows[force].map({name: force_key(name) for name in rows[force].unique()})
    return rows.assign(key=keys).groupby(["key", "month", kind])[number].sum().unstack()


def fill(measure: Measure, figures: OpenFigures, quarter: Quarter) -> list[Filled]:
    """What a measure takes, up to the quarter's end; and, where that tells no year, whole years beside it.

    Months where all three of the quarter's are there; else the quarter as the Home Office has it; else whichever
    reaches furthest, so that an older year never displaces newer months.
    """
    sources = measure.open_data
    if sources is None:
        return []
    rows = figures.editions.get((figures.area, "" if sources.police_uk_outcomes else sources.ons or ""), ())
    months = _counts(figures.street, "derived", sources.police_uk, sources.police_uk_but)
    quarters = _counts(figures.quarters, "published", sources.home_office, sources.home_office_but, least=1)
    years, rows, differences = _years(rows, quarters)
    if sources.police_uk_outcomes:
        outcomes = _outcomes(measure, sources, figures)
        months, years = (outcomes, {}) if measure.has_quarter else ({}, outcomes)
    every: dict[Way, _Figures] = {"years": years, "quarters": quarters, "months": months}
    ways = {way: {month: each for month, each in of.items() if month <= quarter.last} for way, of in every.items()}
    ways = {way: of for way, of in ways.items() if of}
    if not ways:
        return []
    if set(quarter.months) <= set(ways.get("months", ())):
        way: Way = "months"
    else:
        way = "quarters" if quarter.last in ways.get("quarters", ()) else max(ways, key=lambda each: max(ways[each]))
    whole_years = Filled("years", ways.get("years", {}), (*_restated(rows), *differences), rows)
    if way == "years":
        return [whole_years]
    newest = max(whole_years.figures, default=quarter.first - 12)
    step, known = (1 if way == "months" else 3), set(ways[way])
    tells = [all(quarter.last - back in known for back in range(year, year + 12, step)) for year in (0, 12)]
    adds = newest > quarter.last - 12 and (not tells[0] or (not tells[1] and newest - 12 in whole_years.figures))
    return [Filled(way, ways[way], differences if way == "quarters" else ()), *[whole_years] * adds]


def _final(origin: str, **figures: float) -> dict[str, Any]:
    return {**figures, "origin": origin, "status": "final"}


def _counts(
    table: pd.DataFrame, origin: str, included: Sequence[str], excluded: Sequence[str], least: int = 0
) -> _Figures:
    """Each row's total of the columns included or, where none are listed, of all not excluded; of `least` or more."""
    if not (included or excluded) or table.empty:
        return {}
    columns = table.reindex(columns=included) if included else table.drop(columns=list(excluded), errors="ignore")
    totals = columns.sum(axis=1, min_count=least).dropna()
    return {month: _final(origin, value=int(total)) for month, total in totals.items()}


def _outcomes(measure: Measure, sources: OpenData, figures: OpenFigures) -> _Figures:
    """Outcomes by the month; for a share, of the crimes of the same month, or of the same twelve for a rolling one.

    An outcome belongs to the month that it was reached in, a crime to the month that it was recorded in.
    """
    reached = figures.outcomes.reindex(columns=sources.police_uk_outcomes).sum(axis=1)
    if measure.is_count:
        return {month: _final("derived", value=int(count)) for month, count in reached.items()}
    crimes = figures.street.drop(columns=ASB, errors="ignore").sum(axis=1)
    both = pd.DataFrame({"numerator": reached, "denominator": crimes}).dropna()
    if not measure.has_quarter and len(both):
        both = both.reindex(pd.period_range(both.index.min(), both.index.max(), freq="M")).rolling(12).sum().dropna()
    return {
        month: _final("derived", numerator=int(up), denominator=int(of), value=float(f"{100 * up / of:.6f}"))
        for month, (up, of) in zip(both.index, both.to_numpy(), strict=True)
        if of
    }


def _years(rows: Sequence[Any], quarters: _Figures) -> tuple[_Figures, Sequence[Any], Sequence[str]]:
    """Years of an offence group by the publisher whose reach further, with the releases' rows behind them.

    And, in sentences, where the two publishers differ.
    """
    home_office = {
        last: _final("derived", value=sum(quarters[last - back]["value"] for back in (0, 3, 6, 9)))
        for last in quarters
        if all(last - back in quarters for back in (0, 3, 6, 9))
    }
    origins = {"P1": "published", "P2": "derived"}
    ons = {row.month: _final(origins[row.table], value=int(row.offences)) for row in rows}
    both = [(month, ons[month]["value"], home_office[month]["value"]) for month in sorted(set(ons) & set(home_office))]
    differences = [
        f"For the {wording.twelve_months_to(month)} the Office for National Statistics has {one:,} and the Home Office "
        f"{other:,}, {wording.per_cent(abs(100 * (other / one - 1)))} {'more' if other > one else 'less'}."
        for month, one, other in both
        if one and one != other
    ]
    if home_office and (not ons or max(home_office) > max(ons)):
        return home_office, (), differences
    return ons, rows, differences


def _restated(rows: Sequence[Any]) -> list[str]:
    """The years whose figure moved, each with what was first published and the release that restates it."""
    return [
        f"The {wording.twelve_months_to(row.month)}, first published as {row.first_offences:,.0f}{change}, are "
        f"restated by the release of {wording.month(row.release)}."
        for row in rows
        for printed in [wording.change_per_cent_in_table(row.first_change_per_cent).replace("%", " per cent")]
        for change in ["" if pd.isna(row.first_change_per_cent) else f" ({printed} on the year before)"]
        if row.offences != row.first_offences
    ]
