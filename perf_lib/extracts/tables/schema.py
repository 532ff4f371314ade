"""The declared schema of each input: its columns, what each may hold, and the words that say so to a person.

Readers check against these, the template's drop-downs and notes are made from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from perf_lib.config.yaml import Strict

ORIGINS = ("published", "derived", "illustrative")
STATUSES = ("final", "provisional", "nil return", "not supplied")


class Column(Strict):
    """One column of an input."""

    name: str
    holds: Literal["text", "month", "number", "one of"] = "text"
    allowed: tuple[str, ...] = ()
    """For a column that holds one of some words, those words."""
    needed: bool = True
    """Whether the file must have the column."""
    note: str = ""


class Schema(Strict):
    """One kind of input."""

    what: str
    columns: tuple[Column, ...] = Field(min_length=1)

    @property
    def required(self) -> list[str]:
        """Columns that the file must have."""
        return [column.name for column in self.columns if column.needed]

    @property
    def optional(self) -> list[str]:
        """Columns that the file may have."""
        return [column.name for column in self.columns if not column.needed]

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def holding(self, *kinds: str) -> Iterable[Column]:
        """The columns that hold something of these kinds."""
        return (column for column in self.columns if column.holds in kinds)


def _number(name: str, note: str, needed: bool = True) -> Column:
    return Column(name=name, holds="number", needed=needed, note=note)


MONTHLY = Schema(
    what="monthly figures",
    columns=(
        Column(name="measure", note="A measure's code in the catalogue."),
        Column(name="area", note="The area the figure is for, as settings write it under body.area."),
        Column(name="month", holds="month", note="The month, as 2019-12."),
        _number("numerator", "For a proportion or mean: what is divided."),
        _number("denominator", "For a proportion or mean: what it is divided by."),
        _number("value", "The month's figure in the measure's unit; blank where there is none."),
        Column(name="origin", holds="one of", allowed=ORIGINS, note="How the figure is known."),
        Column(name="status", holds="one of", allowed=STATUSES, note="Whether it may still change, or why it is not."),
        _number("margin", "For a survey: its margin, in the measure's unit.", needed=False),
    ),
)

LEVELS = ("force", "region", "nation")

PEERS = Schema(
    what="peers' rates",
    columns=(
        Column(name="series"),
        Column(name="area"),
        Column(name="level", holds="one of", allowed=LEVELS),
        Column(name="month", holds="month"),
        Column(name="offences", holds="number"),
        Column(name="population", holds="number"),
        Column(name="rate", holds="number"),
        Column(name="origin", holds="one of", allowed=ORIGINS),
    ),
)

PUBLISHED = Schema(
    what="figures as first published",
    columns=(
        Column(name="measure"),
        Column(name="period"),
        Column(name="kind", holds="one of", allowed=("quarter", "rolling_12")),
        Column(name="numerator", holds="number"),
        Column(name="denominator", holds="number"),
        Column(name="value", holds="number"),
        Column(name="symbols", needed=False, note="The symbols it was published with, or 'none'."),
    ),
)

_WHERE_AND_WHEN = (
    Column(name="Crime ID"),
    Column(name="Month", holds="month"),
    Column(name="Reported by"),
    Column(name="Falls within"),
    Column(name="Longitude"),
    Column(name="Latitude"),
    Column(name="Location"),
    Column(name="LSOA code"),
    Column(name="LSOA name"),
)
"""What every file of data.police.uk says of a crime before it says what became of it."""

STREET = Schema(
    what="data.police.uk street-level crime",
    columns=(
        *_WHERE_AND_WHEN,
        Column(name="Crime type"),
        Column(name="Last outcome category"),
        Column(name="Context"),
    ),
)

OUTCOMES = Schema(
    what="data.police.uk outcomes",
    columns=(
        *_WHERE_AND_WHEN,
        Column(name="Outcome type"),
    ),
)

HOME_OFFICE = Schema(
    what="Home Office police recorded crime",
    columns=(
        Column(name="Financial Year"),
        Column(name="Financial Quarter", holds="one of", allowed=("1", "2", "3", "4")),
        Column(name="Force Name"),
        Column(name="Offence Description"),
        Column(name="Offence Group"),
        Column(name="Offence Subgroup"),
        Column(name="Offence Code"),
        Column(name="Number of Offences", holds="number"),
    ),
)
