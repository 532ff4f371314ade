"""The declared schema of each input: its columns, what each may hold, and notes that explain them to a person.

Readers check files against these schemas; the template takes its drop-downs and notes from them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from perf_lib.config.yaml import Strict

ORIGINS = ("published", "derived", "illustrative")
STATUSES = ("final", "provisional", "nil return", "not supplied")
LEVELS = ("force", "region", "nation")

Holds = Literal["text", "month", "number", "one of"]


class Column(Strict):
    """One column of an input."""

    name: str
    holds: Holds = "text"
    allowed: tuple[str, ...] = ()
    """The words that a column may hold which holds one of some."""
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


def _columns(*names: str, holds: Holds = "text", allowed: tuple[str, ...] = ()) -> tuple[Column, ...]:
    return tuple(Column(name=name, holds=holds, allowed=allowed) for name in names)


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

PEERS = Schema(
    what="peers' rates",
    columns=(
        *_columns("series", "area"),
        *_columns("level", holds="one of", allowed=LEVELS),
        *_columns("month", holds="month"),
        *_columns("offences", "population", "rate", holds="number"),
        *_columns("origin", holds="one of", allowed=ORIGINS),
    ),
)

PUBLISHED = Schema(
    what="figures as first published",
    columns=(
        *_columns("measure", "period"),
        *_columns("kind", holds="one of", allowed=("quarter", "rolling_12")),
        *_columns("numerator", "denominator", "value", holds="number"),
        Column(name="symbols", needed=False, note="The symbols it was published with, or 'none'."),
    ),
)

_CRIME = (
    *_columns("Crime ID"),
    *_columns("Month", holds="month"),
    *_columns("Reported by", "Falls within", "Longitude", "Latitude", "Location", "LSOA code", "LSOA name"),
)
"""The columns that every file of data.police.uk begins with: the crime, its month and its place."""

STREET = Schema(
    what="data.police.uk street-level crime",
    columns=(*_CRIME, *_columns("Crime type", "Last outcome category", "Context")),
)

OUTCOMES = Schema(what="data.police.uk outcomes", columns=(*_CRIME, *_columns("Outcome type")))

HOME_OFFICE = Schema(
    what="Home Office police recorded crime",
    columns=(
        *_columns("Financial Year"),
        *_columns("Financial Quarter", holds="one of", allowed=("1", "2", "3", "4")),
        *_columns("Force Name", "Offence Description", "Offence Group", "Offence Subgroup", "Offence Code"),
        *_columns("Number of Offences", holds="number"),
    ),
)
