"""The catalogue: what each measure is, how its months roll up, and which way is better."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import Field, StrictInt, field_validator, model_validator

from perf_lib.config.target import Target
from perf_lib.config.yaml import Strict, build, read_yaml, shown
from perf_lib.words.errors import InputError, UnknownMeasure, suggestion
from perf_lib.words.wording import PERCENT, RANK, SECONDS, value_in_table

KindName = Literal["count", "proportion", "mean", "stock", "given", "rolling", "survey"]
Scale = Literal["count", "proportion", "mean", "stock", "given"]
Marking = Literal["OFFICIAL", "OFFICIAL-SENSITIVE", "provisional"]

CODE = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Kind:
    """All that differs between kinds of measure. Other modules ask it through `Measure.traits`, never by name."""

    roll_up: Literal["sum", "sums over sums", "last month", "newest point"]
    """How a stretch of months, such as a quarter, becomes one figure."""
    year: Literal["rolled up", "as supplied", "as supplied for 12 months"] = "rolled up"
    """How the rolling 12 months is made; "for 12 months" where only points that cover twelve months have one."""
    has_quarter: bool = True
    """Whether there is a figure of the quarter's own."""
    scale: Scale | None = None
    """The scale on which months are tested; None where months overlap, which are not."""
    may_be_counted: bool = False
    """Whether sentences say how many there were, where `singular` names one."""
    stands: str = ""
    """Before a month, when things stood so; where it is said, no figure is of a quarter or of twelve months."""
    less: str = "less"
    """How a sentence words a decrease; its size is in per cent, for percentages in points."""
    chart: Literal["bars", "line", "points"] = "bars"
    heading: Literal["Month", "Quarter to", "12 months to"] = "Month"
    """What heads a table's column of months: what the figure beside one is of."""
    counts: tuple[str, ...] = ("numerator", "denominator")
    """The columns that are counts of people or things, which a public report rounds."""
    columns: tuple[str, ...] = ("value",)
    """The figures that a template for spreadsheets asks for."""
    columns_with_of: tuple[str, ...] = ()
    """The same where the catalogue says what the denominator counts, under `of`, if they differ."""


_PARTS = ("numerator", "denominator", "value")

KINDS: Mapping[KindName, Kind] = {
    "count": Kind("sum", scale="count", may_be_counted=True, less="fewer", counts=("value",)),
    "proportion": Kind("sums over sums", scale="proportion", columns=_PARTS),
    "mean": Kind("sums over sums", scale="mean", columns=_PARTS),
    "stock": Kind(
        "last month", year="as supplied", stands="at the end of", scale="stock", may_be_counted=True, less="fewer",
        chart="line", counts=("value",),
    ),
    "given": Kind("last month", year="as supplied", stands="in", scale="given", chart="line", counts=()),
    "rolling": Kind(
        "last month",
        year="as supplied",
        has_quarter=False,
        may_be_counted=True,
        chart="line",
        heading="12 months to",
        columns_with_of=_PARTS,
    ),
    "survey": Kind(
        "newest point", year="as supplied for 12 months", chart="points", counts=(), columns=("value", "margin")
    ),
}  # fmt: skip
"""The one table of kinds. To add a kind, add its name to `KindName` and its row here."""
QUARTERLY: Mapping[str, Kind] = {
    name: replace(row, scale=None, heading="Quarter to", chart="line" if row.stands else "points")
    for name, row in KINDS.items()
    if row.has_quarter and "margin" not in row.columns
}
"""The kinds of measures whose figures are each of a quarter, and stand at its last month."""


class OpenData(Strict):
    """The names that public data give a measure's figure, so that it can be filled for any force."""

    police_uk: tuple[str, ...] = ()
    """Crime types of data.police.uk, added up by the month."""
    police_uk_but: tuple[str, ...] = ()
    """Or all of its crime types but these."""
    police_uk_outcomes: tuple[str, ...] = ()
    """Outcome types of data.police.uk: added up by the month, or, for a share, of the crimes of its street files."""
    ons: str | None = None
    """The offence group of the Office for National Statistics' police force area tables."""
    home_office: tuple[str, ...] = ()
    """Offence groups of the Home Office's police recorded crime open data, four quarters added up."""
    home_office_but: tuple[str, ...] = ()
    """Or all of its offence groups but these."""

    @model_validator(mode="after")
    def _one_way(self) -> OpenData:
        if self.police_uk and self.police_uk_but:
            raise ValueError("either police_uk or police_uk_but, not both")
        if self.police_uk_outcomes and (self.police_uk or self.police_uk_but):
            raise ValueError("either outcomes or crimes of police_uk, not both")
        if self.home_office and self.home_office_but:
            raise ValueError("either home_office or home_office_but, not both")
        return self


class Measure(Strict):
    """One measure of the catalogue, as `params/measures.yaml` describes it.

    `kind` decides how months become quarters and rolling 12 months:
    count: the sum. proportion and mean: the sum of numerators over the sum of denominators. rolling: each month's
    figure is itself a figure of twelve months, taken as given. survey: points, each with its margin. stock: how many
    there are at a month's end, such as officers or open cases. given: a figure that is not made of months' parts, such
    as a median, an index, a rank or a forecast.
    """

    code: str
    """The word that the measure is known by everywhere: its key in the file."""
    title: str
    """Its name, over its headline box and in the dashboard."""
    priority: StrictInt = Field(ge=1)
    """The priority of the plan that it belongs to."""
    kind: KindName
    """How its months become quarters and years."""
    unit: str
    """What a figure is in: what is counted, `per cent`, `seconds`, money (`£`, `£k`, `£m`, `£bn`), a place in an order
    (`rank`, `rank of 44`), or a unit such as `days per person` or `per 1,000 people`."""
    better: Literal["lower", "higher", "neither"]
    """Which way is good."""
    noun: str
    """How a sentence names it: what was counted, in the plural, or the subject of "The … was 88.8 per cent"."""
    singular: str | None = None
    """For a count or a stock, `noun` for one."""
    of: str | None = None
    """What the denominator counts: defendants prosecuted, incidents attended, people employed."""
    denominator_is: Literal["flow", "stock"] = "flow"
    """A flow adds up over months (incidents); a stock does not (headcount), so its average is taken."""
    frequency: Literal["monthly", "quarterly"] = "monthly"
    """How often there is a figure; a quarter's stands under its last month, and speaks for all three."""
    covers_months: Literal[1, 12] = 1
    """How many months a survey's point speaks for."""
    decimals: StrictInt | None = Field(default=None, ge=0, le=3)
    """How many decimals are printed; where it is not given, as many as the unit usually has."""
    peers: str | None = None
    """The series of the peers' file that answers to this measure."""
    target: Target | None = None
    """What its figure is to reach: a number, or a band, years, a change on a base year, another measure."""
    marking: Marking | None = None
    """The marking of the measure's own figures, where they have one."""
    open_data: OpenData | None = None
    """Where public data hold the same figure for any force."""
    safe: str | None = Field(default=None, min_length=10)
    """Why a public report may print its figures exactly, as where they count no people; it prints the reason."""
    breakdown_of: str | None = None
    """The count that this one and the others that name it add up to, month by month."""
    of_measure: str | None = None
    """The measure whose counts are this one's denominators, where there is one."""
    note: str | None = None
    """What a reader must know of the figures, printed wherever they are."""
    also_called: tuple[str, ...] = ()
    """Other names by which commentary and spreadsheets speak of it."""

    @field_validator("target", mode="before")
    @classmethod
    def _number_or_more(cls, target: object) -> object:
        return {"level": target} if isinstance(target, int | float) and not isinstance(target, bool) else target

    @model_validator(mode="after")
    def _hangs_together(self) -> Measure:
        if not CODE.fullmatch(self.code):
            raise ValueError(f"the code {self.code!r} is not in lower case with underscores, as hate_crime is")
        if self.is_count and self.unit in (PERCENT, SECONDS):
            raise ValueError(f"a count is not in {self.unit}; its unit says what is counted")
        if self.is_count and not self.singular:
            raise ValueError("a count needs 'singular', the noun for one")
        if self.denominator_is == "stock" and self.kind != "mean":
            raise ValueError("only a mean has a stock for its denominator")
        if self.target is not None and self.better == "neither" and self.target.between is None:
            raise ValueError("a target needs a side that is better, lower or higher")
        if self.breakdown_of is not None and not self.is_count:
            raise ValueError("only a count is part of a breakdown")
        if self.of_measure is not None and not self.is_ratio:
            raise ValueError("only a proportion or mean has the counts of another measure for its denominators")
        if self.open_data and self.open_data.police_uk_outcomes and self.kind not in ("count", "proportion", "rolling"):
            raise ValueError(f"outcomes of open data are a count, a proportion or a rolling share, not a {self.kind}")
        return self

    @property
    def is_percentage(self) -> bool:
        """Whether a difference of two figures is in percentage points."""
        return self.unit == PERCENT

    @property
    def traits(self) -> Kind:
        """What its kind decides of it: its row of `KINDS`, or of QUARTERLY."""
        row = KINDS[self.kind]
        return QUARTERLY.get(self.kind, row) if self.frequency == "quarterly" else row

    @property
    def is_quarterly(self) -> bool:
        """Whether each figure is a quarter's own, and stands at its last month."""
        return self.traits.heading == "Quarter to"

    @property
    def roll_up(self) -> str:
        """How a stretch of months becomes one figure."""
        return self.traits.roll_up

    @property
    def is_count(self) -> bool:
        """Whether months are added up: whole numbers of what the unit names."""
        return self.roll_up == "sum"

    @property
    def is_ratio(self) -> bool:
        """Whether months are added up as numerators over denominators."""
        return self.roll_up == "sums over sums"

    @property
    def is_share(self) -> bool:
        """Whether it is a ratio whose numerator is part of its denominator."""
        return KINDS[self.kind].scale == "proportion"

    @property
    def has_quarter(self) -> bool:
        """Whether there is a figure of the quarter's own."""
        return self.traits.has_quarter

    @property
    def spans_a_year(self) -> bool:
        """Whether each figure speaks for twelve months, so that none is a single quarter's."""
        return self.covers_months == 12 or not self.has_quarter

    @property
    def has_year(self) -> bool:
        """Whether there is a figure of twelve months; a survey of single months has none."""
        return self.traits.year != "as supplied for 12 months" or self.covers_months == 12

    @property
    def year_is_supplied(self) -> bool:
        """Whether the rolling 12 months at a month is that month's own figure."""
        return self.traits.year != "rolled up"

    @property
    def stands_at(self) -> bool:
        """Whether a figure is how things stand in a month, and so no quarter's and no twelve months'."""
        return bool(self.traits.stands)

    @property
    def changes_in_its_unit(self) -> bool:
        """Whether a change is said in the unit alone, and not in per cent: points, places, a given figure's."""
        return self.is_percentage or KINDS[self.kind].scale == "given"

    @property
    def is_rank(self) -> bool:
        """Whether a figure is a place in an order, the first of which is 1."""
        return RANK.fullmatch(self.unit) is not None

    @property
    def has_signals(self) -> bool:
        """Whether exceptional months and trends are tested.

        Not where each figure overlaps the one before (rolling, surveys of twelve months): a run of such figures rises
        or falls by construction; nor where there is a figure a quarter.
        """
        return self.traits.scale is not None

    @property
    def is_counted(self) -> bool:
        """Whether a sentence says how many there were."""
        return self.traits.may_be_counted and self.singular is not None

    @property
    def columns(self) -> tuple[str, ...]:
        """The figures that a template for spreadsheets asks for."""
        return (self.traits.columns_with_of if self.of else ()) or self.traits.columns

    @property
    def has_margin(self) -> bool:
        """Whether each figure comes with its margin, as a survey's points do."""
        return "margin" in self.traits.columns

    def in_table(self, value: float | None) -> str:
        """A figure of the measure as a table prints it."""
        return value_in_table(value, self.unit, self.decimals)


class Catalogue(dict[str, Measure]):
    """Measures by code, in the order of the file; a wrong code is answered with the nearest right one."""

    def __missing__(self, code: str) -> Measure:
        raise UnknownMeasure(f"there is no measure {code!r} in the catalogue; {suggestion(str(code), self)}")


def read_catalogue(path: Path) -> Catalogue:
    """The catalogue that a measures.yaml describes: a mapping of codes to measures."""
    entries = read_yaml(path)
    if not entries:
        raise InputError(f"{shown(path)}: describes no measure")
    catalogue = Catalogue()
    for code, entry in entries.items():
        where = f"{shown(path)}, {code}"
        if not isinstance(entry, dict):
            raise InputError(f"{where}: a measure is a mapping of keys such as title, priority and kind")
        catalogue[str(code)] = build(Measure, {**entry, "code": str(code)}, where)
    _check_relations(catalogue, path)
    return catalogue


def _check_relations(catalogue: Catalogue, path: Path) -> None:
    """A total or a denominator that a measure names is another measure of the catalogue, and a count."""
    for code, measure in catalogue.items():
        aim = measure.target.measure if measure.target else None
        if aim is not None and (aim not in catalogue or catalogue[aim].unit != measure.unit):
            near = suggestion(aim, {each for each in catalogue if catalogue[each].unit == measure.unit} - {code})
            raise InputError(f"{shown(path)}, {code}: target.measure: no measure {aim!r} in {measure.unit}; {near}")
        for key in ("breakdown_of", "of_measure"):
            named = getattr(measure, key)
            if named is None:
                continue
            where = f"{shown(path)}, {code}: {key}"
            if named not in catalogue or named == code:
                raise InputError(f"{where}: no other measure {named!r}; {suggestion(named, set(catalogue) - {code})}")
            if not catalogue[named].is_count:
                raise InputError(f"{where}: {named} is a {catalogue[named].kind}; a count is allowed")
