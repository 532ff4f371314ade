"""The declared schema of each input: its columns, what each may hold, and notes that explain them to a person.

Readers check files against these schemas; the template takes its drop-downs and notes from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ORIGINS = ("published", "derived", "illustrative")
STATUSES = ("final", "provisional", "nil return", "not supplied")
LEVELS = ("force", "region", "nation")

Holds = Literal["text", "month", "number", "one of"]


@dataclass(frozen=True)
class Column:
    """One column of an input."""

    name: str
    holds: Holds = "text"
    allowed: tuple[str, ...] = ()
    """The words that a column may hold which holds one of some."""
    needed: bool = True
    """Whether the file must have the column."""
    note: str = ""


@dataclass(frozen=True)
class Schema:
    """One kind of input."""

    what: str
    columns: tuple[Column, ...]

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
    return tuple(Column(name, holds, allowed) for name in names)


MONTHLY = Schema(
    what="monthly figures",
    columns=(
        Column("measure", note="A measure's code in the catalogue."),
        Column("area", note="The area the figure is for, as settings write it under body.area."),
        Column("month", "month", note="The month, as 2019-12."),
        Column("numerator", "number", note="For a proportion or mean: what is divided."),
        Column("denominator", "number", note="For a proportion or mean: what it is divided by."),
        Column("value", "number", note="The month's figure in the measure's unit; blank where there is none."),
        Column("origin", "one of", ORIGINS, note="How the figure is known."),
        Column("status", "one of", STATUSES, note="Whether it may still change, or why it is not."),
        Column("margin", "number", note="For a survey: its margin, in the measure's unit.", needed=False),
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
        Column("symbols", needed=False, note="The symbols it was published with, or 'none'."),
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
