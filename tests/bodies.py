"""Made-up bodies with small counts that are bound to each other, and other true figures that round alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
from builders import AREA, measure

from perf_lib.config.catalogue import Catalogue
from perf_lib.findings.disclosure import Key, Rounding
from perf_lib.findings.disclosure.relations import Column, Relation, groups, narrowest

LAST = pd.Period("2019-12", "M")
KEY = Key(b"the key of made-up bodies")
SHARES = ("within", "hate_share")


def column(code: str, name: str = "value") -> Column:
    return code, AREA, name


RELATIONS = [
    Relation((column("female"), column("male")), (column("victims"),)),
    Relation((column("under_25"), column("over_25")), (column("victims"),)),
    Relation((column("north"), column("south"), column("west")), (column("complaints"),)),
    Relation((column("within", "numerator"),), (column("within", "denominator"),), at_most=True),
    Relation((column("within", "denominator"),), (column("complaints"),)),
    Relation((column("hate_share", "numerator"),), (column("hate_share", "denominator"),), at_most=True),
    Relation((column("hate_share", "denominator"),), (column("all_crime"),)),
    Relation((column("hate_share", "numerator"),), (column("hate"),)),
]
"""What anybody knows of such a body, whatever its catalogue says: two ways of dividing the victims among them."""


def body(seed: int, months: int = 24) -> tuple[pd.DataFrame, Catalogue]:
    """A body's tidy frame and catalogue: counts from 0 up, half of its relations undeclared, nil returns, a mean."""
    draw = np.random.default_rng(seed)
    scale = float(draw.choice([1, 3, 6, 12, 20]))
    cells = draw.poisson(draw.uniform(0, scale, (1, 2, 2)).repeat(months, 0))
    areas, hate = draw.poisson(draw.uniform(0, scale, 3), (months, 3)), draw.poisson(scale / 2, months)
    complaints, all_crime = areas.sum(1), hate + draw.poisson(3 * scale, months)
    counts = {
        "victims": cells.sum((1, 2)), "female": cells[:, 0].sum(1), "male": cells[:, 1].sum(1),
        "under_25": cells[:, :, 0].sum(1), "over_25": cells[:, :, 1].sum(1), "complaints": complaints,
        "north": areas[:, 0], "south": areas[:, 1], "west": areas[:, 2], "hate": hate, "all_crime": all_crime,
    }  # fmt: skip
    shares = {"within": (draw.binomial(complaints, 0.7), complaints), "hate_share": (hate, all_crime)}
    declared = {"north": "complaints", "south": "complaints", "west": "complaints"}
    catalogue = Catalogue({c: measure(c, breakdown_of=declared.get(c)) for c in counts})
    catalogue |= {c: measure(c, "proportion") for c in shares}
    catalogue["days_lost"] = measure("days_lost", "mean", unit="days per person")
    shares["days_lost"] = (draw.poisson(4 * scale, months) + 0.5, draw.poisson(scale, months) + 1)
    catalogue["outcomes"] = measure("outcomes", "rolling")
    rows = [rows_of(code, months, value=values) for code, values in counts.items()]
    for code, (top, bottom) in shares.items():
        times = 100 if catalogue[code].is_percentage else 1
        value = np.where(bottom > 0, times * top / np.maximum(bottom, 1), np.nan)
        rows.append(
            rows_of(code, months, value, np.where(bottom > 0, top, np.nan), np.where(bottom > 0, bottom, np.nan))
        )
    rows.append(rows_of("outcomes", months, draw.uniform(10, 20, months).round(1)))
    return pd.concat(rows, ignore_index=True), catalogue


def rows_of(code: str, months: int, value, numerator=np.nan, denominator=np.nan) -> pd.DataFrame:
    rows = pd.DataFrame({"measure": code, "area": AREA, "month": pd.period_range(end=LAST, periods=months, freq="M")})
    value = np.asarray(value, dtype=float)
    rows = rows.assign(numerator=numerator, denominator=denominator, value=value, origin="published")
    return rows.assign(status=np.where(np.isnan(value), "nil return", "final"), margin=np.nan)


def alike(frame: pd.DataFrame, catalogue: Catalogue, base: int, key: Key, seed: int = 0) -> pd.DataFrame:
    """Another true frame that rounds to the same: months altered one by one, and put back where they round otherwise.

    Counts alone, without their namesakes: a share of them is altered with its own numerator only.
    """
    draw = np.random.default_rng(seed)
    printed, other = Rounding(base, key).frame(frame, catalogue), frame.copy()
    of_counts = [code for code, each in catalogue.items() if each.is_count and code not in RELATED]
    for code in of_counts:
        rows = frame.index[(frame["measure"] == code) & frame["value"].notna()]
        other.loc[rows, "value"] = np.maximum(0, frame.loc[rows, "value"] + draw.integers(1 - base, base, len(rows)))
    # Two divisions of one total, moved together: one more person in one cell of them all.
    if {"victims", "female", "under_25"} <= set(catalogue):
        for code in ("victims", "female", "under_25"):
            other.loc[other["measure"] == code, "value"] += 1
    for code in ("within", "days_lost"):
        rows = other.index[(other["measure"] == code) & other["numerator"].notna()]
        moved = np.clip(other.loc[rows, "numerator"] + draw.integers(-2, 3, len(rows)), 0, None)
        if code == "within":
            moved = moved.clip(upper=other.loc[rows, "denominator"])
        other.loc[rows, "numerator"] = moved
        times = 100 if catalogue.get(code) is not None and catalogue[code].is_percentage else 1
        other.loc[rows, "value"] = times * moved / other.loc[rows, "denominator"]
    for _ in range(12):
        differs = differing(Rounding(base, key).frame(other, catalogue), printed)
        if not len(differs):
            return other
        months = set(frame.loc[differs, "month"])
        together = set(frame.loc[differs, "measure"]) & RELATED
        back = (
            frame["month"].isin(months) & frame["measure"].isin(RELATED) if together else pd.Series(False, frame.index)
        )
        back.loc[differs] = True
        other.loc[back] = frame.loc[back]
    raise AssertionError("no frame that rounds alike was found")


RELATED = {
    "victims",
    "female",
    "male",
    "under_25",
    "over_25",
    "complaints",
    "north",
    "south",
    "west",
    "hate",
    "all_crime",
}
RELATED |= {"within", "hate_share"}


def differing(one: pd.DataFrame, other: pd.DataFrame) -> pd.Index:
    """The rows in which two frames differ."""
    names = ["numerator", "denominator", "value", "status"]
    same = (one[names] == other[names]) | (one[names].isna() & other[names].isna())
    return one.index[~same.all(axis=1)]


def windows(printed: pd.DataFrame, base: int) -> dict[pd.Period, dict[Column, tuple[float, float]]]:
    """Between which true counts each printed one lies, by month: what anybody knows who knows the method."""
    months: dict[pd.Period, dict[Column, tuple[float, float]]] = {}
    for row in printed.itertuples():
        shown = {"value": row.value} if row.measure not in SHARES else {
            "numerator": row.numerator, "denominator": row.denominator}  # fmt: skip
        for name, count in shown.items():
            count = 0.0 if np.isnan(count) else count
            ends = max(0.0, count - base + 1), count + base - 1
            if row.measure not in ("days_lost", "outcomes"):
                months.setdefault(row.month, {})[column(row.measure, name)] = ends
    return months


def four_packs(seed: int, base: int = 5) -> float:
    """How many true counts fit the one that four quarters' packs pin most closely, for who knows what was restated.

    Each quarter adds three months and restates one of the last six: a few more people come to light.
    """
    truth, catalogue = body(seed, months=21)
    draw, first, key = np.random.default_rng(seed), truth["month"].min(), KEY
    bounds: dict[pd.Period, dict[Column, tuple[float, float]]] = {}
    relations: dict[pd.Period, dict[Relation, None]] = {}
    for quarter in range(4):
        last = first + 11 + 3 * quarter
        frame = truth[truth["month"] <= last].reset_index(drop=True)
        rounding = Rounding(base, key)
        printed = rounding.frame(frame, catalogue)
        key = Key(key.secret, {**key.kept, **rounding.draws})
        values = frame.set_index(["measure", "month"])
        for month, shown in windows(printed, base).items():
            here = bounds.setdefault(month, {})
            named, true = {}, {}
            for (code, area, name), ends in shown.items():
                true[code, area, name] = float(np.nan_to_num(values.at[(code, month), name]))
                named[code, area, name] = (code, area, f"{name} {true[code, area, name]}")
                low, high = here.get(named[code, area, name], ends)
                here[named[code, area, name]] = max(low, ends[0]), min(high, ends[1])
            relations.setdefault(month, {}).update(
                dict.fromkeys(each.among(named) for each in RELATIONS if each.holds(true))
            )
        restated = truth["month"] == last - int(draw.integers(0, 6))
        for code in (("victims", "male", "over_25"), ("hate", "all_crime"), ("complaints", "south"))[quarter % 3]:
            truth.loc[restated & (truth["measure"] == code), "value"] += float(quarter + 1)
        parts = {
            "hate_share": (("numerator", "hate"), ("denominator", "all_crime")),
            "within": (("denominator", "complaints"),),
        }
        for code, columns in parts.items():
            for name, of in columns:
                count = truth.loc[restated & (truth["measure"] == of), "value"].iloc[0]
                truth.loc[restated & (truth["measure"] == code), name] = (
                    count if count or name == "numerator" else np.nan
                )
        rows = truth.index[restated & truth["measure"].isin(SHARES)]
        truth.loc[rows, "value"] = 100 * truth.loc[rows, "numerator"] / truth.loc[rows, "denominator"]
        truth.loc[rows, ["numerator", "denominator"]] = truth.loc[rows, ["numerator", "denominator"]].where(
            truth.loc[rows, ["numerator", "denominator"]].notna().all(axis=1), np.nan
        )
        truth.loc[rows, "status"] = np.where(truth.loc[rows, "value"].isna(), "nil return", "final")
    return min(
        narrowest({c: month_bounds[c] for each in group for c in each.columns}, group)
        for month, month_bounds in bounds.items()
        for group in groups(relations[month])
    )
