"""Small makers that the tests share: the shipped reports, a measure, its months, and Findings from them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from bs4 import BeautifulSoup

from perf_lib.config.catalogue import Catalogue, Measure
from perf_lib.config.settings import Settings
from perf_lib.findings.finding import Finding, findings
from perf_lib.report import Report, open_report
from perf_lib.words.quarters import Quarter

ROOT = Path(__file__).parent.parent
PARAMS = ROOT / "params"
QUARTERS = ("2019-20-Q1", "2019-20-Q2", "2019-20-Q3")
AREA = "Here"
PEERS = ("A", "B", "C", "D", "E", "F", "G")
UNITS = {"count": "thefts", "mean": "seconds"}


@cache
def report(quarter: str = "2019-20-Q3") -> Report:
    """A shipped quarter's report, opened once for all the tests of a file."""
    return open_report(quarter, PARAMS)


def sample(code: str, quarter: str = "2019-20-Q3") -> Finding:
    return report(quarter).findings[code]


def measure(code: str = "thefts", kind: str = "count", **more: object) -> Measure:
    """A measure of a kind, with the least it needs."""
    told = {
        "code": code,
        "title": code.replace("_", " ").capitalize(),
        "priority": 1,
        "kind": kind,
        "unit": UNITS.get(kind, "per cent"),
        "noun": code.replace("_", " "),
        "better": "lower",
    }
    if kind == "count":
        told["singular"] = code.replace("_", " ").removesuffix("s")
    return Measure(**{**told, **more})


def months(
    values: Sequence[float | None],
    last: str = "2019-12",
    *,
    numerator: Sequence[float | None] | None = None,
    denominator: Sequence[float | None] | None = None,
    status: Sequence[str] | None = None,
    margin: float = np.nan,
    origin: str = "published",
) -> pd.DataFrame:
    """A measure's rows by month, the newest last, as the arithmetic takes them."""
    size = len(values)
    return pd.DataFrame(
        {
            "numerator": np.array([np.nan] * size if numerator is None else numerator, dtype=float),
            "denominator": np.array([np.nan] * size if denominator is None else denominator, dtype=float),
            "value": np.array(values, dtype=float),
            "origin": origin,
            "status": list(status) if status is not None else ["final"] * size,
            "margin": margin,
        },
        index=pd.period_range(end=pd.Period(last, freq="M"), periods=size, freq="M", name="month"),
    )


def ratio(numerator: Sequence[float], denominator: Sequence[float], scale: float = 100.0, **more: object):
    """Months of a proportion (or, with scale 1, a mean) from its parts."""
    values = [scale * up / down for up, down in zip(numerator, denominator, strict=True)]
    return months(values, numerator=numerator, denominator=denominator, **more)


def settings(**more: object) -> Settings:
    """The least that a quarter's settings must say."""
    body = {"name": "Office", "force": "Force", "area": AREA, "role": "Chair", "panel": "Panel", "plan": "Plan"}
    told = {"body": body, "priorities": {1: "One"}, "inputs": {"monthly": ["monthly.csv"]}}
    return Settings(**{**told, **more})


def find(*given: tuple[Measure, pd.DataFrame | None], quarter: str = "2019-20-Q3", **more: object):
    """The Findings of some measures from their months, by code."""
    rows = [
        rows.reset_index().assign(measure=each.code, area=AREA)
        for each, rows in given
        if rows is not None and len(rows)
    ]
    columns = ["measure", "area", "month", "numerator", "denominator", "value", "origin", "status", "margin"]
    frame = pd.concat(rows, ignore_index=True)[columns] if rows else _no_rows(columns)
    catalogue = Catalogue({each.code: each for each, _ in given})
    asked = more.pop("settings", None) or settings()
    return findings(catalogue, asked, Quarter.parse(quarter), frame, **more)


def find_one(values: Sequence[float | None], kind: str = "count", last: str = "2019-12", **more: object) -> Finding:
    """One measure's Finding from plain monthly values."""
    each = measure("thefts", kind, **more)
    return find((each, months(values, last)))["thefts"]


def _no_rows(columns: list[str]) -> pd.DataFrame:
    empty = pd.DataFrame({name: pd.Series(dtype=float) for name in columns})
    return empty.assign(month=pd.PeriodIndex([], freq="M"))


def text_of(html: str) -> str:
    """The words of a piece of HTML."""
    return BeautifulSoup(html, "html.parser").get_text(" ", strip=True)
