"""A folder of open data, each file read once; a force's figures in it, and which of them a measure takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from perf_lib.config.catalogue import Measure, OpenData
from perf_lib.config.yaml import shown
from perf_lib.extracts.open_data import editions, recorded_crime
from perf_lib.extracts.open_data.forces import area_of, find_force, force_key
from perf_lib.extracts.open_data.street import ASB, contents, parts_of_name, read_street
from perf_lib.extracts.tables.checks import Ledger, Source
from perf_lib.extracts.tables.files import WORKBOOKS, Sheet, read_sheets
from perf_lib.words import wording
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

MOST_REJECTED = 0.01
"""The share of a month's rows of a street file that may be rejected; of more, the month is not supplied."""
_MOST_FILES = 20_000
_QUARTERS = ["force", "quarter", "group"]
_FRAMES = "quarters", "street", "outcomes"

Way = Literal["months", "quarters", "years"]
ByForce = Mapping[tuple[str, str], Sequence[Any]]
_Figures = dict[pd.Period, dict[str, Any]]


@dataclass(frozen=True)
class OpenFigures:
    """What a folder's files hold up to a quarter's end, and of which of their forces."""

    areas: Mapping[str, str]
    """Every force that the files name, by its key."""
    years: pd.DataFrame
    """Every area's years by offence group, as the newest release has them (`editions.editions`)."""
    by_force: ByForce
    """The rows of forces among them, by force and offence group, oldest first."""
    quarters: pd.DataFrame
    """The Home Office's offences by force, quarter and group."""
    street: pd.DataFrame
    outcomes: pd.DataFrame
    """Outcomes by the month that they were reached in, and by their type."""
    sources: Sequence[Source]
    doubts: tuple[str, ...]
    """What contradicts itself in the files, and is left out; a sentence each."""
    others: tuple[Path, ...]
    """Files that hold no open data."""
    area: str = ""
    """The force whose figures they are; of all forces where it is blank."""

    def of(self, force: str) -> OpenFigures:
        """A force's figures; raises InputError where the files do not name it."""
        area = find_force(force, self.areas.values())
        key = force_key(area)
        of_force = {name: getattr(self, name)[lambda frame: frame["key"] == key] for name in _FRAMES}
        sources = [each for each in self.sources if force_key(_slug(each.file) or area) == key]
        return replace(self, area=area, sources=sources, **of_force)


@dataclass(frozen=True)
class Filled:
    """A measure's figures by their last month: of months, of quarters or of whole years; and what to know of them."""

    way: Way
    figures: _Figures
    notes: Sequence[str] = ()


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
    held = {path: contents(path) for path in paths}
    releases, recorded, others = [], [], []
    for path in (path for path in paths if not held[path]):
        sheets = _sheets(path)
        publisher = next(filter(None, map(recorded_crime.publisher_of, sheets)), None)
        if publisher == "ons":
            releases.append(recorded_crime.read_ons(path, ledger, sheets))
        elif publisher == "home_office":
            totals = (
                recorded_crime.read_home_office(path, ledger, sheets)
                .groupby(_QUARTERS, as_index=False)["offences"]
                .sum()
            )
            recorded.append(totals.assign(file=path.name, corrects=recorded_crime.correction([path.stem])))
        else:
            others.append(path)
    if len(others) == len(paths):
        raise InputError(
            f"{shown(folder)}: holds no street-level CSV or archive of data.police.uk, no police force area tables and "
            "no police recorded crime open data"
        )
    every = editions.agreed(releases) if releases else pd.DataFrame(columns=["area", "level"])
    years = editions.comparable(editions.editions(every), quarter.last) if releases else every
    quarters = editions.agreed(recorded, _QUARTERS) if recorded else pd.DataFrame(columns=[*_QUARTERS, "offences"])
    names = [
        *every.loc[every["level"] == "force", "area"].unique(),
        *quarters.loc[quarters["group"] != recorded_crime.FRAUD, "force"].unique(),
        *sorted({area_of(parts["force"]) for files in held.values() for parts in files}),
    ]
    areas = {force_key(name): name for name in reversed(names)}
    wanted = None if force is None else find_force(force, areas.values())
    street, outcomes = (_of_street(held, kind, wanted, ledger) for kind in ("street", "outcomes"))
    quarters = quarters.assign(key=quarters["force"].map(force_key))
    doubts = editions.contradictions(every) if releases else ()
    return OpenFigures(areas, years, by_force(years), quarters, street, outcomes, ledger.sources, doubts, tuple(others))


def _sheets(path: Path) -> list[Sheet]:
    """The sheets of a file that may hold a release or the Home Office's table; none of another's."""
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            header = file.readline().replace('"', "").strip().split(",")
        return read_sheets(path) if recorded_crime.is_home_office_header(header) else []
    return read_sheets(path) if path.suffix.lower() in WORKBOOKS else []


def _of_street(held: Mapping[Path, list[dict[str, str]]], kind: str, force: str | None, ledger: Ledger) -> pd.DataFrame:
    """Counts by force, month and type, without the months of which too many rows were rejected."""
    key = None if force is None else force_key(force)
    paths = [
        path
        for path, files in held.items()
        if any(parts["kind"] == kind and key in (None, force_key(parts["force"])) for parts in files)
    ]
    if not paths:
        return pd.DataFrame(columns=["force", "month", "type", "count", "key"])
    known = len(ledger.sources)
    street = read_street(paths, ledger, kind=kind, force=force)
    street = street.assign(key=street["force"].map(lambda name: key or force_key(name)))
    totals = street.groupby(["key", "month"])["count"].sum()
    rejected = Counter(_name(each.file) for source in ledger.sources[known:] for each in source.rejected)
    for parts, number in ((parts_of_name(name), number) for name, number in rejected.items()):
        at = force_key(parts["force"]), pd.Period(parts["month"], "M")
        if number > MOST_REJECTED * (number + totals.get(at, 0)):
            street = street[(street["key"] != at[0]) | (street["month"] != at[1])]
    return street


def _name(file: str) -> str:
    """A file's own name; of one in an archive, the member's."""
    return re.split(r", |/", file)[-1]


def _slug(file: str) -> str:
    return parts_of_name(_name(file)).get("force", "")


def fill(measure: Measure, figures: OpenFigures, quarter: Quarter) -> list[Filled]:
    """What a measure takes, up to the quarter's end; and, where that tells no year, whole years beside it.

    Months where all three of the quarter's are there; else the quarter as the Home Office has it; else whichever
    reaches furthest, so that an older year never displaces newer months.
    """
    sources = measure.open_data
    if sources is None:
        return []
    months, by_quarter = _monthly(sources, figures), _quarterly(sources, figures)
    years, differences = _years(sources, figures)
    if sources.police_uk_outcomes:
        outcomes = _outcomes(measure, sources, figures)
        months, years = (outcomes, {}) if measure.has_quarter else ({}, outcomes)
    every: dict[Way, _Figures] = {"years": years, "quarters": by_quarter, "months": months}
    ways = {way: {m: each for m, each in of.items() if m <= quarter.last} for way, of in every.items()}
    ways = {way: of for way, of in ways.items() if of}
    if not ways:
        return []
    if set(quarter.months) <= set(ways.get("months", ())):
        way: Way = "months"
    else:
        way = "quarters" if quarter.last in ways.get("quarters", ()) else max(ways, key=lambda each: max(ways[each]))
    whole_years = Filled("years", ways.get("years", {}), (*restated(editions_of(sources, figures)), *differences))
    if way == "years":
        return [whole_years]
    newest = max(whole_years.figures, default=quarter.first - 12)
    step, known = (1 if way == "months" else 3), set(ways[way])
    tells = [all(quarter.last - back in known for back in range(year, year + 12, step)) for year in (0, 12)]
    adds = newest > quarter.last - 12 and (not tells[0] or (not tells[1] and newest - 12 in whole_years.figures))
    return [Filled(way, ways[way], differences if way == "quarters" else ()), *[whole_years] * adds]


def _final(origin: str, **figures: float) -> dict[str, Any]:
    return {**figures, "origin": origin, "status": "final"}


def _selected(names: pd.Series, included: Sequence[str], excluded: Sequence[str]) -> pd.Series:
    """Whether each name is among those included or, where none are listed, not among those excluded."""
    return names.isin(included) if included else ~names.isin(excluded)


def _monthly(sources: OpenData, figures: OpenFigures) -> _Figures:
    if not (sources.police_uk or sources.police_uk_but) or figures.street.empty:
        return {}
    selected = _selected(figures.street["type"], sources.police_uk, sources.police_uk_but)
    totals = figures.street[selected].groupby("month")["count"].sum()
    months = figures.street["month"].unique()  # a month with a file and no such crime has had none
    return {month: _final("derived", value=int(totals.get(month, 0))) for month in sorted(months)}


def _outcomes(measure: Measure, sources: OpenData, figures: OpenFigures) -> _Figures:
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


def _quarterly(sources: OpenData, figures: OpenFigures) -> _Figures:
    quarters = figures.quarters
    if not (sources.home_office or sources.home_office_but) or quarters.empty:
        return {}
    selected = quarters[_selected(quarters["group"], sources.home_office, sources.home_office_but)]
    totals = selected.groupby("quarter")["offences"].sum()
    return {each.last: _final("published", value=int(total)) for each, total in sorted(totals.items())}


def _years(sources: OpenData, figures: OpenFigures) -> tuple[_Figures, Sequence[str]]:
    """Years of an offence group by the publisher whose reach further; and where the two differ, in sentences."""
    by_quarter = _quarterly(sources, figures)
    home_office = {
        last: _final("derived", value=sum(by_quarter[last - back]["value"] for back in (0, 3, 6, 9)))
        for last in by_quarter
        if all(last - back in by_quarter for back in (0, 3, 6, 9))
    }
    ons = {
        row.month: _final("published" if row.table == "P1" else "derived", value=int(row.offences))
        for row in editions_of(sources, figures)
    }
    both = [(month, ons[month]["value"], home_office[month]["value"]) for month in sorted(set(ons) & set(home_office))]
    differences = [
        f"For the {wording.twelve_months_to(month)} the Office for National Statistics has {one:,} and the Home Office "
        f"{other:,}, {wording.per_cent(abs(100 * (other / one - 1)))} {'more' if other > one else 'less'}."
        for month, one, other in both
        if one and one != other
    ]
    return max((ons, home_office), key=lambda years: max(years, default=pd.Period("1900-01", "M"))), differences


def by_force(years: pd.DataFrame) -> ByForce:
    """The rows of forces, by force and offence group, oldest first."""
    rows: dict[tuple[str, str], list[Any]] = {}
    for row in years[years["level"] == "force"].itertuples(index=False):
        rows.setdefault((row.area, row.offence), []).append(row)
    return rows


def editions_of(sources: OpenData, figures: OpenFigures) -> Sequence[Any]:
    """A force's years of a measure's offence group, with the release that says each."""
    return figures.by_force.get((figures.area, sources.ons or ""), ())


def restated(rows: Sequence[Any]) -> list[str]:
    """The years whose figure moved, each with what was first published and the release that restates it."""
    return [
        f"The {wording.twelve_months_to(row.month)}, first published as {row.first_offences:,.0f}, are restated by the "
        f"release of {wording.month(row.release)}."
        for row in rows
        if row.offences != row.first_offences
    ]
