"""A force's figures in open data, and which of them a measure takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from perf_lib.config.catalogue import Catalogue, Measure
from perf_lib.extracts.open_data.folder import Found
from perf_lib.extracts.open_data.forces import find_force, force_key
from perf_lib.extracts.open_data.home_office import read_home_office
from perf_lib.extracts.open_data.ons import read_ons
from perf_lib.extracts.open_data.street import ASB, holds, read_street, slug_of_file
from perf_lib.extracts.tables.ledger import Ledger
from perf_lib.extracts.tables.schema import PEERS
from perf_lib.words.quarters import Quarter


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


def read_open(written: str, found: Found) -> OpenFigures:
    """What a folder's files hold of a force, in any of its names; raises InputError where they do not name it."""
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
    street = outcomes = pd.DataFrame(columns=["force", "month", "type", "count"])
    own = [path for path in found.street if force_key(slug_of_file(path.name) or area) == force_key(area)]
    with_outcomes = [path for path in own if holds(path, "outcomes")]
    with_crimes = [path for path in own if path not in with_outcomes or holds(path, "street")]
    if with_crimes:
        street = read_street(with_crimes, ledger, force=area)
    if with_outcomes:
        outcomes = read_street(with_outcomes, ledger, kind="outcomes", force=area)
    parts = [frame[frame["force"].map(force_key) == force_key(area)] for frame in quarters]
    own_quarters = (
        pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["quarter", "group", "offences"])
    )
    names = sorted(street["force"].unique())
    return OpenFigures(area, names[0] if names else f"{area} Police", street, outcomes, years, own_quarters, ledger)


def rows_of(measure: Measure, figures: OpenFigures, quarter: Quarter) -> list[dict[str, Any]]:
    """A measure's months: counts by the month where the year to the quarter's end has them all, else whole years."""
    months, years = _monthly(measure, figures), _yearly(measure, figures)
    whole = set(pd.period_range(quarter.last - 11, quarter.last, freq="M"))
    chosen, of_years = (months, False) if whole <= set(months) or not years else (years, True)
    if not chosen:
        return []
    span = pd.period_range(min(chosen), max(chosen), freq="M")
    blank = {"value": "", "origin": "published", "status": "not supplied"}
    base = {"measure": measure.code, "area": figures.area, "of_years": of_years}
    return [{**base, "month": str(month), **(chosen.get(month) or blank)} for month in span]


def _monthly(measure: Measure, figures: OpenFigures) -> dict[pd.Period, dict[str, Any]]:
    asked = measure.open_data
    if asked is not None and asked.police_uk_outcomes and measure.has_quarter:
        return _outcomes(measure, figures)
    if asked is None or not (asked.police_uk or asked.police_uk_but) or figures.street.empty:
        return {}
    kinds = figures.street["type"]
    wanted = kinds.isin(asked.police_uk) if asked.police_uk else ~kinds.isin(asked.police_uk_but)
    totals = figures.street[wanted].groupby("month")["count"].sum()
    months = figures.street["month"].unique()  # a month with a file and no such crime has had none
    return {
        month: {"value": int(totals.get(month, 0)), "origin": "derived", "status": "final"} for month in sorted(months)
    }


def _outcomes(measure: Measure, figures: OpenFigures) -> dict[pd.Period, dict[str, Any]]:
    """Outcomes by the month; for a share, of the crimes of the same month, or of the same twelve for a rolling one.

    An outcome belongs to the month that it was reached in, a crime to the month that it was recorded in.
    """
    asked = measure.open_data
    if asked is None or figures.outcomes.empty:
        return {}
    months = sorted(figures.outcomes["month"].unique())  # one with a file and no such outcome has had none
    wanted = figures.outcomes[figures.outcomes["type"].isin(asked.police_uk_outcomes)]
    reached = wanted.groupby("month")["count"].sum().reindex(months, fill_value=0)
    fact = {"origin": "derived", "status": "final"}
    if measure.is_count:
        return {month: {"value": int(count), **fact} for month, count in reached.items()}
    crimes = figures.street[figures.street["type"] != ASB].groupby("month")["count"].sum()
    both = pd.DataFrame({"numerator": reached, "denominator": crimes}).dropna().sort_index()
    if not measure.has_quarter:
        every = both.reindex(pd.period_range(both.index.min(), both.index.max(), freq="M")) if len(both) else both
        both = every.rolling(12).sum().dropna()
    return {
        month: {"numerator": int(up), "denominator": int(of), "value": float(f"{100 * up / of:.6f}"), **fact}
        for month, (up, of) in zip(both.index, both.to_numpy(), strict=True)
        if of
    }


def _yearly(measure: Measure, figures: OpenFigures) -> dict[pd.Period, dict[str, Any]]:
    """Years as the statistics office has them; where it has none, four quarters of the Home Office's added up."""
    if measure.open_data is not None and measure.open_data.police_uk_outcomes and not measure.has_quarter:
        return _outcomes(measure, figures)
    return _four_quarters(measure, figures) | _years(measure, figures)


def _four_quarters(measure: Measure, figures: OpenFigures) -> dict[pd.Period, dict[str, Any]]:
    asked, quarters = measure.open_data, figures.quarters
    if asked is None or not (asked.home_office or asked.home_office_but) or quarters.empty:
        return {}
    groups = quarters["group"]
    wanted = groups.isin(asked.home_office) if asked.home_office else ~groups.isin(asked.home_office_but)
    totals = quarters[wanted].groupby("quarter")["offences"].sum().to_dict()
    found = {}
    for last in totals:
        four = [last, last.previous, last.previous.previous, last.previous.previous.previous]
        if all(each in totals for each in four):
            value = int(sum(totals[each] for each in four))
            found[last.last] = {"value": value, "origin": "derived", "status": "final"}
    return found


def _years(measure: Measure, figures: OpenFigures) -> dict[pd.Period, dict[str, Any]]:
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
