"""Made-up measures of every kind, with every fault that real ones have, and their Findings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
from builders import find, measure, months, settings

from perf_lib.config.catalogue import Measure
from perf_lib.findings.finding import Finding

LAST = pd.Period("2019-12", freq="M")
KINDS = (
    *["count"] * 4,
    "hours",
    *["share of cases"] * 2,
    "share",
    *["mean of cases"] * 2,
    "mean",
    "mean of percentages",
    "mean over a stock",
    *["rolling share of cases"] * 2,
    "rolling share",
    "rolling count",
    "survey",
    "survey with margin",
    "survey of a quarter",
    "survey in points",
)
STANDING = ("stock", "given")  # fmt: skip
SHAPES = ("steady", "steady", "season", "trend", "step", "step", "shock", "spell", "constant", "nought", "from nought")
LEVELS = (0.05, 0.4, 2.0, 6.0, 40.0, 300.0, 4000.0)


@cache
def made_up(seed: int, size: int = 60) -> dict[str, Finding]:
    """The Findings of one catalogue of made-up measures."""
    rng = np.random.default_rng(seed)
    given = [one(f"measure_{number}", rng) for number in range(size)]
    given += [standing(f"{kind}_{seed}_{at}", kind, seed + 10 * at) for kind in STANDING for at in range(2)]
    breaks = [each for code in range(size) for each in breaks_of(f"measure_{code}", rng)]
    return find(*given, settings=settings(breaks=breaks))


def standing(code: str, kind: str, seed: int) -> tuple[Measure, pd.DataFrame]:
    """A measure of how things stand, by a draw of its own: a slow course with a step in its last months."""
    rng = np.random.default_rng(seed)
    values = (400 + rng.normal(0, 2, 60).cumsum() + 60 * (np.arange(60) > 56) * rng.choice([0, 0, 1, -1])).round()
    more = {"unit": "officers", "noun": "officers", "singular": "officer"} if kind == "stock" else {"unit": "points"}
    index = pd.period_range(end=LAST, periods=60, freq="M", name="month")
    rows = months(values.tolist()).set_axis(index)
    return measure(code, kind, title=code.replace("_", " ").capitalize(), better="higher", **more), rows


def one(code: str, rng: np.random.Generator) -> tuple[Measure, pd.DataFrame | None]:
    """A measure and its months."""
    kind = str(rng.choice(KINDS))
    better = str(rng.choice(["lower", "higher", "neither"]))
    length = int(rng.choice([5, 11, 12, 14, 20, 24, 25, 30, *[37, 48, 60, 61, 84, 130] * 6]))
    rows = rows_of(kind, length, rng)
    if rng.random() < 0.03:
        return described(code, kind, better, None, rng), None
    gaps(rows, rng)
    months_late = int(rng.choice([*[0] * 14, 1, 2, 4, 9, 14]))
    last = LAST - (3 * (months_late // 3) if "survey" in kind else months_late)
    rows.index = pd.period_range(end=last, periods=length, freq="M", name="month")
    has_target = rng.random() < 0.4 and better != "neither" and "rolling" not in kind and "survey" not in kind
    known = rows["value"].dropna()
    target = (
        float(np.round(known.median() * rng.choice([0.5, 1.0, 1.0, 2.0]), 1)) if has_target and len(known) else None
    )
    if "share" in kind and target is not None:
        target = min(target, 100.0)
    return described(code, kind, better, target, rng), rows


def described(code: str, kind: str, better: str, target: float | None, rng: np.random.Generator) -> Measure:
    """The measure as the catalogue describes it."""
    title = f"Item {code.removeprefix('measure_')}"
    common = {
        "better": better,
        "target": target,
        "title": title,
        "noun": "items" if kind in ("count", "hours", "rolling count") else "figure",
    }
    if kind in ("count", "hours"):
        return measure(code, "count", unit="items", singular="item", **common)
    if kind in ("share of cases", "share"):
        of = {"of": "cases"} if kind != "share" else {}
        return measure(code, "proportion", unit="per cent", **of, **common)
    if kind in ("mean of cases", "mean", "mean of percentages"):
        unit = "per cent" if "percentages" in kind else str(rng.choice(["seconds", "pounds a head"]))
        of = {"of": "calls"} if kind == "mean of cases" else {}
        return measure(code, "mean", unit=unit, decimals=2 if "pounds" in unit else None, **of, **common)
    if kind == "mean over a stock":
        return measure(code, "mean", unit="days per person", denominator_is="stock", of="people", decimals=1, **common)
    if kind == "rolling count":
        return measure(code, "rolling", unit="items", singular="item", **common)
    if "rolling" in kind:
        of = {"of": "cases"} if "cases" in kind else {}
        return measure(code, "rolling", unit="per cent", **of, **common)
    covers = {} if kind == "survey of a quarter" else {"covers_months": 12}
    unit = "points" if "points" in kind else "per cent"
    return measure(code, "survey", unit=unit, frequency="quarterly", **covers, **common)


def course(length: int, rng: np.random.Generator) -> np.ndarray:
    """How a level moves over some months, as factors of it."""
    shape, time = str(rng.choice(SHAPES)), np.arange(length)
    factor = np.ones(length)
    size = float(rng.choice([0.3, 0.6, 0.8, 1.25, 1.5, 2.0, 5.0]))
    at = int(rng.integers(0, length))
    if shape == "season":
        factor = 1 + 0.4 * np.sin(2 * np.pi * time / 12)
    elif shape == "trend":
        factor = size ** (time / length)
    elif shape == "step":
        factor[at:] = size
    elif shape == "shock":
        factor[-int(rng.integers(1, 4)) :] = size
    elif shape == "spell":
        factor[at : at + 5] = size
    elif shape == "nought":
        factor = np.zeros(length)
    elif shape == "from nought":
        factor[: max(length - int(rng.choice([1, 3, 12, 30])), 0)] = 0
    return factor if shape != "constant" else np.full(length, np.nan)


def rows_of(kind: str, length: int, rng: np.random.Generator) -> pd.DataFrame:
    """A measure's months before anything is wrong with them. A course of nan is a figure that never changes."""
    factor, level = course(length, rng), float(rng.choice(LEVELS))
    constant = bool(np.isnan(factor).any())
    if kind in ("count", "hours", "rolling count"):
        mean = np.full(length, level) if constant else level * factor
        drawn = mean if constant else rng.poisson(mean * rng.gamma(50, 1 / 50, length))
        values = np.round(drawn * 1.1, 1) if kind == "hours" else np.round(drawn)
        return months(pd.Series(values).rolling(12, min_periods=1).sum() if kind == "rolling count" else values)
    cases = np.maximum(rng.poisson(level * rng.choice([1, 10]), length), 0)
    if kind in ("share of cases", "rolling share of cases"):
        share = np.clip(float(rng.choice([0.02, 0.3, 0.8, 0.99])) * np.where(constant, 1, factor), 0, 1)
        hits = rng.binomial(cases, share)
        with np.errstate(invalid="ignore", divide="ignore"):
            return months(100 * hits / cases, numerator=np.where(cases > 0, hits, np.nan), denominator=cases)
    if kind in ("share", "rolling share", "mean of percentages") or "survey" in kind:
        middle = float(rng.choice([3.0, 50.0, 80.0, 97.0])) * np.where(constant, 1, factor)
        noise = 0 if constant else rng.normal(0, float(rng.choice([0.5, 4.0])), length)
        values = np.clip(np.round(middle + noise, 1), 0, 100)
        if "survey" not in kind:
            return months(values)
        margin = float(rng.choice([0.5, 3.0, 8.0])) if kind not in ("survey", "survey of a quarter") else np.nan
        spaced = np.where(np.arange(length)[::-1] % 3 == 0, values, np.nan)
        return months(spaced, margin=margin)
    middle = float(rng.choice([0.4, 9.0, 300.0])) * np.where(constant, 1, factor)
    values = middle if constant else middle * rng.gamma(20, 1 / 20, length)
    if kind == "mean":
        return months(np.round(values, 2))
    cases = np.maximum(cases, 1)
    return months(np.round(values, 3), numerator=np.round(values, 3) * cases, denominator=cases)


def gaps(rows: pd.DataFrame, rng: np.random.Generator) -> None:
    """Leave months without a figure, or withhold some."""
    gap = str(rng.choice([*["none"] * 9, "one", "some", "quarterly", "withheld"]))
    length = len(rows)
    missing = np.zeros(length, bool)
    if gap in ("one", "withheld"):
        missing[rng.integers(0, length, 2)] = True
    elif gap == "some":
        missing = rng.random(length) < 0.3
    elif gap == "quarterly":
        missing = np.arange(length)[::-1] % 3 != 0
    rows.loc[missing, ["value", "numerator", "denominator"]] = np.nan
    if gap == "withheld":
        rows.loc[missing, "status"] = "withheld"


def breaks_of(code: str, rng: np.random.Generator) -> Iterator[dict[str, object]]:
    """Breaks on record: a change of process, or months left out."""
    which = rng.random()
    if which > 0.2:
        return
    first = LAST - int(rng.choice([0, 1, 4, 9, 13, 20, 30, 55]))
    record = {"measures": [code], "reason": "A reason.", "author": "A", "first": str(first.start_time.date())}
    if which < 0.07:
        yield record | {"kind": "process change"}
    else:
        last = min(first + int(rng.integers(0, 4)), LAST)
        yield record | {"kind": "exclusion", "last": str(last.end_time.date())}
