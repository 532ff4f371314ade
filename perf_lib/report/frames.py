"""What a report holds as frames for analysts, each a copy: nothing done to one reaches a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from typing import TypeVar

import pandas as pd

from perf_lib.findings.finding import Finding
from perf_lib.stats import series
from perf_lib.stats.series import YEAR
from perf_lib.views.spreadsheets.xlsx import findings_table

Record = TypeVar("Record")


def copied(record: Record) -> Record:
    """A record whose frames are copies, and those of its records; pandas copies values only once they are written."""
    changes = {}
    for name in (each.name for each in fields(record)):  # type: ignore[arg-type]  # asked of dataclasses alone
        value = getattr(record, name)
        if isinstance(value, pd.DataFrame | pd.Series):
            changes[name] = value.copy(deep=False)
        elif is_dataclass(value) and (copy := copied(value)) is not value:
            changes[name] = copy
    return replace(record, **changes) if changes else record  # type: ignore[type-var]  # as above


def of_findings(findings: Mapping[str, Finding]) -> pd.DataFrame:
    """A row a measure: figures, change with its interval, verdict, what was expected of the quarter."""
    years = [each.year_on_year for each in findings.values()]
    intervals = {f"change_{side}": [getattr(year, side, None) for year in years] for side in ("lower", "upper", "unit")}
    return findings_table(findings).assign(**intervals).set_index("measure")


def of_months(findings: Mapping[str, Finding], dates: bool) -> pd.DataFrame:
    """A row for each measure and month."""
    names = ["measure", "title", "month", "value", "rolling_12", "expected", "lower", "upper", "origin", "status"]
    parts = [
        each.months.join(each.expected_months)
        .assign(measure=code, title=each.measure.title, rolling_12=each.rolling_months)
        .rename_axis("month")
        .reset_index()
        for code, each in findings.items()
    ]
    table = pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)
    return table.assign(month=table["month"].dt.to_timestamp()) if dates and parts else table


def same_month(finding: Finding, years: int) -> pd.DataFrame:
    """The quarter's last month and the same month of earlier years, newest first."""
    months = [finding.quarter.last - YEAR * back for back in range(years)]
    values = finding.months["value"].astype(float).reindex(pd.PeriodIndex(months, name="month"))
    change = [series.change_per_cent(value, before) for value, before in pairwise(values)]
    table = pd.DataFrame({"value": values, "origin": finding.months["origin"].reindex(values.index)})
    table["change_per_cent"] = pd.Series([*change, None][: len(values)], values.index, dtype=float)
    table["rank"] = values.rank(ascending=False, method="min")
    return table[table["value"].notna()]
