"""Monthly figures as the tidy monthly frame, checked row by row before anything is computed.

A file is tidy, a row a measure, area and month, or wide, a row a measure and a column a month (`wide`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from perf_lib.config.catalogue import Catalogue
from perf_lib.config.yaml import shown
from perf_lib.extracts.tables.checks import (
    LINE,
    MONTH,
    PERCENT_MARK,
    Checks,
    Ledger,
    months_of,
    of_cell,
    refuse_impossible,
)
from perf_lib.extracts.tables.files import read_sheets, table_of
from perf_lib.extracts.tables.schema import MONTHLY
from perf_lib.extracts.tables.typed import figure_of
from perf_lib.extracts.tables.wide import unpivot, wide_sheet
from perf_lib.words.errors import InputError
from perf_lib.words.wording import PERCENT

COLUMNS = MONTHLY.required
WITHOUT_VALUE = ("nil return", "not supplied")
KEYS = ["measure", "area", "month"]


def read_monthly(
    paths: Sequence[Path],
    catalogue: Catalogue,
    area: str = "",
    ledger: Ledger | None = None,
    named: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """The tidy monthly frame: `measure, area, month, numerator, denominator, value, origin, status, margin`.

    A row a measure, area and month, months as monthly Periods, sorted. `value` is the month's figure in the
    measure's unit (a count, per cent from 0 to 100, seconds …). `margin` is a survey's, else missing.

    `area` is that of the figures of a wide file without an area column. `ledger` records each file, and sets what
    share of its rows may be rejected; months that are missing for that reason are "not supplied". `named` says what
    columns of wide files hold, by their headings.

    Raises InputError naming file, line, measure, month, value and what is allowed: for a file that is missing
    or has other columns, an unknown measure, a month that is none, text in a number, a negative figure, a
    denominator of zero, a numerator above its denominator, a month given twice, a month left out.
    """
    ledger = Ledger() if ledger is None else ledger
    frame = pd.concat([_read_one(path, catalogue, area, ledger, named or {}) for path in paths], ignore_index=True)
    # One file may repeat a month of another, or leave a gap between the two.
    twice = frame.duplicated(KEYS)
    if twice.any():
        row = frame[twice].iloc[0]
        raise InputError(
            f"{row['file']}, {row[LINE]}: {row['measure']}, {row['month']}: the month is given twice; once is allowed"
        )
    gaps_allowed = any(source.rejected for source in ledger.sources)
    frame = _without_gaps(paths[-1], frame.drop(columns=[LINE, "file"]), catalogue, gaps_allowed)
    return frame.sort_values(KEYS, ignore_index=True)


def _read_one(path: Path, catalogue: Catalogue, area: str, ledger: Ledger, named: Mapping[str, str]) -> pd.DataFrame:
    sheets = read_sheets(path)
    wide = [each for sheet in sheets if (each := wide_sheet(path, sheet, named)) is not None]
    parts = [unpivot(each, catalogue, area) for each in wide]
    if not wide:
        tidy = [sheet for sheet in sheets if {"measure", "month"} <= set(sheet.header)] or sheets[:1]
        parts = [_as_plain(table_of(path, sheet, MONTHLY), catalogue) for sheet in tidy]
    table = pd.concat(parts, ignore_index=True)
    checks = Checks(path, table, table["measure"] + ", " + table["month"], ledger)
    figures = _check(table, checks, catalogue)
    frame = table.assign(**figures, file=shown(path))[checks.accepted]
    frame = frame.assign(month=months_of(frame["month"]))
    _refuse_newest_missing(path, frame, catalogue, bool(ledger.share))
    notes = [note for each in wide for note in each.notes]
    checks.enter(MONTHLY.what, frame.loc[frame["value"].notna(), "month"], notes)
    return frame[[*COLUMNS, "margin", LINE, "file"]]


def _refuse_newest_missing(path: Path, frame: pd.DataFrame, catalogue: Catalogue, may_be_rejected: bool) -> None:
    """Refuse a measure that stops a month before most others of its file: that month's row was forgotten."""
    monthly = [code for code, each in catalogue.items() if each.has_quarter and each.frequency == "monthly"]
    last = frame[frame["measure"].isin(monthly)].groupby(KEYS[:2], sort=False)["month"].max()
    if may_be_rejected or last.empty:
        return
    newest = last.max()
    short = last[last == newest - 1]
    if len(short) and 2 * (last == newest).sum() > len(last):
        code, area = short.index[0]
        raise InputError(
            f"{shown(path)}: {code}, {newest} ({area}): the month is left out, which most measures have; give its "
            "value, or a blank one with the status 'not supplied'"
        )


def _as_plain(table: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """A tidy table whose figures with a unit (85%, £189m) are plain numbers, and what they were; blanks from parts."""
    units = table["measure"].map({code: measure.unit for code, measure in catalogue.items()}).fillna("")
    with_unit = ~table["value"].str.fullmatch(r"[-\d.,]*")
    plain = table["value"].copy()
    plain[with_unit] = [figure_of(*each) for each in zip(plain[with_unit], units[with_unit], strict=True)]
    top, base = (pd.to_numeric(table[part], errors="coerce") for part in ("numerator", "denominator"))
    parts = (plain == "") & top.notna() & (base > 0)  # what the parts come to is no figure of its own
    plain[parts] = (top / base * np.where(units == PERCENT, 100.0, 1.0))[parts].map(repr)
    return table.assign(value=plain, **{PERCENT_MARK: table["value"].where(with_unit, "")})


def _check(table: pd.DataFrame, checks: Checks, catalogue: Catalogue) -> dict[str, pd.Series]:
    """Check every row against the schema and its measure; the columns of numbers come back as floats."""
    checks.allow("measure", catalogue, "unknown measure")
    checks.refuse(table["area"] == "", "the area is blank", "area")
    is_month = table["month"].str.fullmatch(MONTH)
    checks.refuse(~is_month, of_cell("month", "is not a month; write it as 2019-12"), "month")
    figures = checks.columns(MONTHLY)
    _check_figures(table, figures, catalogue, checks)
    checks.refuse(table.duplicated(KEYS), "the month is given twice; once is allowed", "month")
    values = table.groupby(KEYS)["value"].transform("nunique")
    differ = (values > 1) & table.duplicated(KEYS, keep=False)
    checks.refuse(differ, "the month is given twice, with two values", "value")
    return figures


def _check_figures(table: pd.DataFrame, figures: dict[str, pd.Series], catalogue: Catalogue, checks: Checks) -> None:
    advice = (
        "; where nothing happened in the month leave numerator, denominator and value blank and give the status "
        "'nil return'"
    )
    refuse_impossible(table, figures, catalogue, checks, advice)
    refuse = checks.refuse
    numerator, denominator, value = figures["numerator"], figures["denominator"], figures["value"]
    is_share = table["measure"].map({code: measure.is_share for code, measure in catalogue.items()}).eq(True)
    of_a_year = table["measure"].map({code: not measure.has_quarter for code, measure in catalogue.items()}).eq(True)
    percentage = table["measure"].map({code: measure.unit == PERCENT for code, measure in catalogue.items()}).eq(True)
    refuse(
        numerator.notna() & denominator.isna() | denominator.notna() & numerator.isna() & is_share,
        "a numerator and its denominator come together; one is blank",
        "denominator",
    )
    blank = table["status"].isin(WITHOUT_VALUE)
    filled = blank & value.notna()
    refuse(filled, lambda row: f"status {row['status']!r} goes with a blank value, not {row['value']}", "value")
    nil = (table["status"] == "nil return") & (numerator.notna() | denominator.notna())
    refuse(nil, "status 'nil return' goes with a blank numerator and denominator too: nothing happened", "status")
    statuses = " or ".join(map(repr, WITHOUT_VALUE))
    refuse(~blank & value.isna(), f"the value is blank; give a number, or the status {statuses}", "value")
    computed = numerator / denominator.where(denominator > 0) * np.where(percentage, 100.0, 1.0)
    # A printed value may be rounded to its last decimal; a larger difference means that one of the three is wrong.
    refuse(
        ~of_a_year & ((computed - value).abs() > np.maximum(0.51, 0.006 * value.abs())),
        lambda row: f"value {row['value']} is not numerator {row['numerator']} over denominator {row['denominator']}",
        "value",
    )


def _without_gaps(path: Path, frame: pd.DataFrame, catalogue: Catalogue, gaps_allowed: bool) -> pd.DataFrame:
    """The frame with every month between a series' first and last.

    A missing month is refused; where rejected rows may be the reason, it becomes a month not supplied.
    """
    parts = [frame]
    for (code, area), months in frame.groupby(["measure", "area"], sort=False)["month"]:
        step = 3 if catalogue[str(code)].frequency == "quarterly" else 1
        expected = pd.period_range(months.min(), months.max(), freq="M")[::step]
        gap = expected.difference(pd.PeriodIndex(months, freq="M"))
        if len(gap) and not gaps_allowed:
            raise InputError(
                f"{shown(path)}: {code}, {gap[0]} ({area}): the month is left out between {months.min()} and "
                f"{months.max()}; give its value, or a blank one with the status 'not supplied'"
            )
        if len(gap):
            blank = {"measure": code, "area": area, "month": gap, "origin": "derived", "status": "not supplied"}
            parts.append(pd.DataFrame(blank).reindex(columns=frame.columns).astype(frame.dtypes.to_dict()))
    return pd.concat(parts, ignore_index=True)
