"""What the published figures say, as the totals that an illustrative month must add up to."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from tests.sample.benchmarking import Span, Totals, share_out

FACTS = Path(__file__).parent / "facts"

YEAR_2018, YEAR_2019 = ("2018-01", "2018-12"), ("2019-01", "2019-12")
WINTER_2019 = ("2019-01", "2019-03")
QUARTERS = {
    "2019-20 Q1": ("2019-04", "2019-06"),
    "2019-20 Q2": ("2019-07", "2019-09"),
    "2019-20 Q3": ("2019-10", "2019-12"),
}
BEFORE_Q3 = ("2019-01", "2019-09")

# The ONS groups that peers are compared on, by the name a catalogue knows them by.
ONS_SERIES = {
    "Total recorded crime (excluding fraud)": "crime_volume",
    "Violence against the person": "violence_against_the_person",
    "Violence with injury": "violence_with_injury",
    "Violence without injury": "violence_without_injury",
    "Possession of weapons offences": "possession_of_weapons",
    "Drug offences": "drug_offences",
    "Sexual offences": "sexual_offences",
    "Public order offences": "public_order",
    "Stalking and harassment": "stalking_and_harassment",
}
ONS_REGIONS = ("South West",)
ONS_NATION = "ENGLAND AND WALES"
ONS_TWICE = "West Midlands"
"""The name of both a force and its region; the region has more people."""


@cache
def facts(name: str) -> pd.DataFrame:
    """One of the fact files, every cell as the text it is printed with."""
    return pd.read_csv(FACTS / f"{name}.csv", dtype=str, keep_default_na=False)


def rows_of(name: str, **wanted: str | None) -> pd.DataFrame:
    """The rows of a fact file whose columns hold what is wanted."""
    table = facts(name)
    return table[(table[list(wanted)] == list(wanted.values())).all(axis=1)]


def appendix(measure: str) -> dict[str, str]:
    """The measure's months of 2019 as the report's Appendix A prints them; blank where it prints none."""
    rows = rows_of("appendix_a", measure=measure)
    return dict(zip(rows["month"], rows["value"], strict=True))


def box(measure: str, period: str, kind: str = "quarter", column: str = "value") -> float | None:
    """One figure of a headline box, or None where none is printed."""
    text = "".join(rows_of("headline_boxes", measure=measure, period=period, kind=kind)[column])
    return float(text) if text else None


def rolling_box(measure: str, quarter: str, column: str = "value") -> float | None:
    """The 12-month figure printed beside a quarter's."""
    return box(measure, quarter, "rolling 12 months", column)


def count_totals(measure: str) -> dict[Span, float]:
    """Every total that the measure's months before 2019, and those of 2019 not printed, must add up to."""
    totals = {
        months: float(offences)
        for months, (offences, how) in _recorded_by_quarter(measure).items()
        if months < YEAR_2018 and how == "Home Office open data 2017/18"
    }
    totals |= _parts_of_2018(measure)
    if not appendix(measure):  # its months of 2019 are ours to make
        totals |= _quarters_scaled(measure, "2019") | _boxes_of_2019(measure)
    if measure == "ksi_collisions":
        known = sum(float(value) for value in appendix(measure).values() if value)
        totals[("2018-09", "2018-12")] = (box(measure, "2019-08", "rolling 12 months") or 0) - known
    return totals


def denominator_totals(measure: str) -> dict[Span, float]:
    """The printed numbers of incidents or calls behind an average of 2019."""
    quarter = box(measure, "2019-20 Q3", column="denominator")
    year = rolling_box(measure, "2019-20 Q3", "denominator")
    totals = {QUARTERS["2019-20 Q3"]: quarter} if quarter else {}
    return totals | ({BEFORE_Q3: year - quarter} if year and quarter else {})


def peers() -> pd.DataFrame:
    """The 12-month rates of every force, two regions and the nation, tidy: a row a series, area, level and month."""
    ons = facts("ons_rates_by_force")
    # Blank rows repeat filled ones; Greater Manchester supplied no figures ("..") for two of the years.
    ons = ons[ons["offences"].str.isdecimal()].copy()
    people = ons["population"].astype(int)
    larger = people == people.groupby([ons["force"], ons["year_ending"], ons["offence_group"]]).transform("max")
    ons["level"] = "force"
    ons.loc[ons["force"].isin(ONS_REGIONS) | ((ons["force"] == ONS_TWICE) & larger), "level"] = "region"
    ons.loc[ons["force"] == ONS_NATION, "level"] = "nation"
    tidy = pd.DataFrame(
        {
            "series": ons["offence_group"].map(ONS_SERIES),
            "area": ons["force"].replace(ONS_NATION, "England and Wales"),
            "level": ons["level"],
            "month": ons["year_ending"],
            "offences": ons["offences"],
            "population": ons["population"],
            "rate": ons["rate_per_1000"],
            "origin": "published",
        }
    )
    keys = ["series", "area", "level", "month"]
    assert not tidy.duplicated(keys).any()
    return tidy.sort_values(keys, ignore_index=True)


def _recorded_by_quarter(measure: str) -> dict[Span, tuple[int, str]]:
    rows = rows_of("wiltshire_quarterly_recorded_crime", measure=measure)
    return {
        (str(quarter.start_time.to_period("M")), str(quarter.end_time.to_period("M"))): (int(offences), how)
        for quarter, offences, how in zip(
            pd.PeriodIndex(rows["calendar_quarter"], freq="Q"), rows["offences"], rows["how"], strict=True
        )
    }


def _year_total(measure: str, year: str) -> float | None:
    """The calendar year's total: the report's own, else that of the ONS."""
    name = {"calls_999": "answer_time_999 (calls)"}.get(measure, measure)
    own = rows_of("previous_year_totals", measure=name, period=f"12 months to {year}-12")["value"]
    group = next((group for group, series in ONS_SERIES.items() if series == measure), None)
    ons = rows_of("ons_rates_by_force", force="Wiltshire", year_ending=f"{year}-12", offence_group=group)["offences"]
    return float((own if len(own) else ons).iloc[0]) if len(own) or len(ons) else None


def _quarters_scaled(measure: str, year: str) -> dict[Span, float]:
    """The year's quarters, of mixed vintages and good to about 1 per cent, scaled to the year's own total."""
    quarters = {months: n for months, (n, _) in _recorded_by_quarter(measure).items() if months[0][:4] == year}
    total = _year_total(measure, year)
    if not quarters or total is None:
        return {}
    return dict(zip(quarters, map(float, share_out(total, list(quarters.values()))), strict=True))


def _parts_of_2018(measure: str) -> dict[Span, float]:
    """The published total for 2018, in the parts that published figures divide it into.

    Rolling totals to June and September 2019 less the months of 2019 in them leave the second half and the last
    quarter of 2018, as the force counted them; the ONS quarters then only divide the first half.
    """
    year, quarters = _year_total(measure, "2018"), _quarters_scaled(measure, "2018")
    to_june, to_september = rolling_box(measure, "2019-20 Q1"), rolling_box(measure, "2019-20 Q2")
    if year is None or to_june is None or to_september is None:
        return quarters or ({} if year is None else {YEAR_2018: year})
    so_far = sum(float(appendix(measure)[month]) for month in ("2019-01", "2019-02", "2019-03"))
    so_far += box(measure, "2019-20 Q1") or 0
    second_half = to_june - so_far
    last = to_september - so_far - (box(measure, "2019-20 Q2") or 0)
    parts = {("2018-07", "2018-09"): second_half - last, ("2018-10", "2018-12"): last}
    first_half = year - second_half
    halves = [months for months in quarters if months < ("2018-07", "")]
    if not halves:
        return {("2018-01", "2018-06"): first_half} | parts
    shares = share_out(first_half, [quarters[months] for months in halves])
    return dict(zip(halves, map(float, shares), strict=True)) | parts


def _boxes_of_2019(measure: str) -> dict[Span, float]:
    """Quarters and 12 months that the boxes print for a measure whose months they do not."""
    if measure == "calls_999":
        return denominator_totals("answer_time_999")
    quarters = {months: box(measure, quarter) or 0.0 for quarter, months in QUARTERS.items()}
    year = rolling_box(measure, "2019-20 Q3")
    return {} if year is None else {WINTER_2019: year - sum(quarters.values())} | quarters


def ratio_totals(measure: str, denominators: pd.Series, nearer: Totals, scale: float = 1.0) -> dict[Span, float]:
    """Whole numerators that make the boxes of 2019 print as they do, over the denominators given.

    `nearer`: where inside the printed rounding a figure is put; else it is put where it is printed. January to March
    are what the 12-month figure leaves.
    """
    totals = {}
    for quarter, months in QUARTERS.items():
        printed = nearer.get(months, box(measure, quarter))
        if printed is not None:
            totals[months] = float(round(printed / scale * denominators[months[0] : months[1]].sum()))
    year = nearer.get(YEAR_2019, rolling_box(measure, "2019-20 Q3"))
    if year is not None:
        all_year = denominators[YEAR_2019[0] : YEAR_2019[1]].sum()
        totals[WINTER_2019] = round(year / scale * all_year) - sum(totals.values())
    return totals
