"""Monthly figures from CSV to the tidy monthly frame, checked row by row before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from perf_lib.errors import InputError, suggestion
from perf_lib.extracts.figures import Refuse, refuse_impossible
from perf_lib.extracts.tables import MONTH, number_column, read_table, refuse_first
from perf_lib.measures import Catalogue
from perf_lib.strict import shown
from perf_lib.wording import PERCENT

COLUMNS = ["measure", "area", "month", "numerator", "denominator", "value", "origin", "status"]
ORIGINS = ("published", "derived", "illustrative")
STATUSES = ("final", "provisional", "nil return", "not supplied")
WITHOUT_VALUE = ("nil return", "not supplied")


def read_monthly(paths: Sequence[Path], catalogue: Catalogue) -> pd.DataFrame:
    """The tidy monthly frame: `measure, area, month, numerator, denominator, value, origin, status, margin`.

    A row a measure, area and month, months as monthly Periods, sorted. `value` is the month's figure in the
    measure's unit (a count, per cent from 0 to 100, seconds …). `margin` is a survey's, else missing.

    Raises InputError naming file, line, measure, month, value and what is allowed: for a file that is missing
    or has other columns, an unknown measure, a month that is none, text in a number, a negative figure, a
    denominator of zero, a numerator above its denominator, a month given twice, a month left out.
    """
    frame = pd.concat([_read_one(path, catalogue) for path in paths], ignore_index=True)
    _check_months(paths[-1], frame, catalogue)  # a month may be given by one file only, and a gap lie between two
    return frame.drop(columns=["line", "file"]).sort_values(["measure", "area", "month"], ignore_index=True)


def _read_one(path: Path, catalogue: Catalogue) -> pd.DataFrame:
    table = read_table(path, COLUMNS, ["margin"])
    labels = table["measure"] + ", " + table["month"]

    def refuse(wrong: pd.Series, say: object) -> None:
        refuse_first(path, table, wrong, labels, say)

    refuse(
        ~table["measure"].isin(list(catalogue)),
        lambda row: f"unknown measure {row['measure']!r}; {suggestion(row['measure'], catalogue)}",
    )
    refuse(table["area"] == "", "the area is blank")
    refuse(
        ~table["month"].str.fullmatch(MONTH),
        lambda row: f"month {row['month']!r} is not a month; write it as 2019-12",
    )
    for column, allowed in (("origin", ORIGINS), ("status", STATUSES)):
        refuse(
            ~table[column].isin(allowed),
            lambda row, column=column, allowed=allowed: f"{column} {row[column]!r}; {suggestion(row[column], allowed)}",
        )
    figures = {
        name: number_column(path, table, name, labels) for name in ("numerator", "denominator", "value", "margin")
    }
    _check_figures(table, figures, catalogue, refuse)
    frame = table.assign(**figures, month=pd.PeriodIndex(table["month"], freq="M"), file=shown(path))
    keys = ["measure", "area", "month"]
    refuse_first(path, frame, frame.duplicated(keys), labels, "the month is given twice; once is allowed")
    return frame


def _check_figures(table: pd.DataFrame, figures: dict[str, pd.Series], catalogue: Catalogue, refuse: Refuse) -> None:
    nothing_happened = (
        "; where nothing happened in the month leave numerator, denominator and value blank and give the status "
        "'nil return'"
    )
    refuse_impossible(table, figures, catalogue, refuse, nothing_happened)
    numerator, denominator, value = figures["numerator"], figures["denominator"], figures["value"]
    kind = table["measure"].map({code: measure.kind for code, measure in catalogue.items()})
    percentage = table["measure"].map({code: measure.unit == PERCENT for code, measure in catalogue.items()})
    refuse(
        numerator.notna() & denominator.isna() | denominator.notna() & numerator.isna() & (kind == "proportion"),
        "a numerator and its denominator come together; one is blank",
    )
    blank = table["status"].isin(WITHOUT_VALUE)
    refuse(blank & value.notna(), lambda row: f"status {row['status']!r} goes with a blank value, not {row['value']}")
    nil = (table["status"] == "nil return") & (numerator.notna() | denominator.notna())
    refuse(nil, "status 'nil return' goes with a blank numerator and denominator too: nothing happened")
    refuse(
        ~blank & value.isna(),
        f"the value is blank; give a number, or the status {' or '.join(map(repr, WITHOUT_VALUE))}",
    )
    computed = numerator / denominator.where(denominator > 0) * np.where(percentage, 100.0, 1.0)
    # A printed value may be rounded to its last decimal; more than that apart and one of the three is wrong.
    refuse(
        (kind != "rolling") & ((computed - value).abs() > np.maximum(0.51, 0.006 * value.abs())),
        lambda row: f"value {row['value']} is not numerator {row['numerator']} over denominator {row['denominator']}",
    )


def _check_months(path: Path, frame: pd.DataFrame, catalogue: Catalogue) -> None:
    labels = frame["measure"] + ", " + frame["month"].astype(str)
    keys = ["measure", "area", "month"]
    refuse_first(path, frame, frame.duplicated(keys), labels, "the month is given twice; once is allowed")
    for (code, area), months in frame.groupby(["measure", "area"], sort=False)["month"]:
        step = 3 if catalogue[str(code)].frequency == "quarterly" else 1
        expected = pd.period_range(months.min(), months.max(), freq="M")[::step]
        gap = expected.difference(pd.PeriodIndex(months, freq="M"))
        if len(gap):
            raise InputError(
                f"{shown(path)}: {code}, {gap[0]} ({area}): the month is left out between {months.min()} and "
                f"{months.max()}; give its value, or a blank one with the status 'not supplied'"
            )
