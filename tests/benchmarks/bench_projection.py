"""How often the rolling 12 months comes out inside its projected intervals: simulated and real monthly series."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from perf_lib.stats.forecast import LEVELS as INTERVALS
from perf_lib.stats.forecast import Projection, bounds, fan, project

from .streams import KINDS, LEVELS, markdown, stable, verdicts

SERIES = 1000
SHOWN = 100  # of which so many also go through the refusals, which are slower
TRAINING, AHEAD = 60, 6
REAL = "west_midlands/west_midlands_neighbourhood_monthly_2011_2016.csv"
SAME_ALL_ALONG = ("Anti-social behaviour", "Burglary", "Robbery", "Vehicle crime")  # the other types were redefined


def covered(values: np.ndarray) -> np.ndarray:
    """For each interval, which series' totals of 1 to 6 months to come fall inside; levels x series x months ahead.

    Months already known are the same on both sides, so the rolling total is inside exactly where these totals are.
    values: months x series, the last six being those to come.
    """
    learnt, actual = values[-TRAINING - AHEAD : -AHEAD], np.cumsum(values[-AHEAD:], axis=0).T
    logs, covariance, _ = fan(np.log(learnt + 0.5).T, AHEAD)
    months = np.exp(logs + np.einsum("nii->ni", covariance) / 2)
    total = np.cumsum(np.maximum(months - 0.5, 1e-9), axis=1)
    parts = range(1, AHEAD + 1)
    sd = np.stack(
        [np.sqrt(np.einsum("ni,nij,nj->n", months[:, :h], covariance[:, :h, :h], months[:, :h])) for h in parts], axis=1
    )
    found = []
    for level in INTERVALS:
        low, high = bounds(total, sd, level)
        found.append((actual >= low) & (actual <= high))
    return np.array(found)


def covered_where_shown(values: pd.DataFrame) -> tuple[list[np.ndarray], int]:
    """The same for the projections that are not refused, through the public door; and how many were tried."""
    found = []
    for name in values:
        series = values[name]
        outlook = project(series.iloc[:-AHEAD])
        if isinstance(outlook, Projection):
            actual = series.rolling(12).sum().iloc[-AHEAD:].to_numpy()
            found.append(
                np.array(
                    [
                        (actual >= outlook.table[f"lower_{level}"]) & (actual <= outlook.table[f"upper_{level}"])
                        for level in INTERVALS
                    ]
                )
            )
    return found, values.shape[1]


def _rows(name: str, inside: np.ndarray) -> tuple[object, ...]:
    """Coverage 1, 3 and 6 months ahead and over all six, for each interval; inside: levels x series x months ahead."""
    cells = [float(100 * inside[level, :, h].mean()) for level in range(2) for h in (0, 2, 5)]
    return name, inside.shape[1], *cells, *(float(100 * inside[level].mean()) for level in range(2))


def real_groups() -> dict[str, pd.DataFrame] | None:
    path = Path(os.environ.get("PERF_REAL_DATA", "../shared/data")) / REAL
    if not path.exists():
        return None
    table = pd.read_csv(path)
    wide = table.pivot_table(index="Month", columns=["CrimeType", "neighbourhood"], values="Count", aggfunc="sum")
    wide.index = pd.PeriodIndex(wide.index, freq="M")
    kept = wide[[c for c in wide if c[0] in SAME_ALL_ALONG]]
    kept = kept.loc[:, kept.notna().all()]
    everything = wide.T.groupby(level="neighbourhood").sum(min_count=1).T
    types = wide[list(SAME_ALL_ALONG)].T.groupby(level="CrimeType").sum().T
    groups = {
        "5 to 15 a month": kept.loc[:, kept.mean().between(5, 15, inclusive="left")],
        "15 to 40 a month": kept.loc[:, kept.mean().between(15, 40, inclusive="left")],
        "40 a month and over": kept.loc[:, kept.mean() >= 40],
        "all crime and ASB of a neighbourhood": everything.loc[:, everything.notna().all() & (everything.min() > 20)],
        "a type over the whole force": types,
    }
    return {name: group.astype(float).set_axis(range(group.shape[1]), axis=1) for name, group in groups.items()}


def run() -> str:
    """The tables, and whether the targets are met."""
    rng = np.random.default_rng(4)
    header = ["series", "n", "80: 1 month", "3", "6", "95: 1 month", "3", "6", "80: all", "95: all"]
    rows, everything, passed, tried = [], [], [], 0
    for kind in KINDS:
        of_kind = []
        for level in LEVELS:
            frame = stable(rng, kind, level, SERIES, TRAINING + AHEAD)
            of_kind.append(covered(frame.to_numpy()))
            shown, n = covered_where_shown(frame.iloc[:, :SHOWN])
            passed, tried = passed + shown, tried + n
        joined = np.concatenate(of_kind, axis=1)
        everything.append(joined)
        rows.append(_rows(kind.name, joined))
    simulated = _rows("all simulated", np.concatenate(everything, axis=1))
    shown_rows = _rows("all simulated, not refused", np.stack(passed, axis=1))
    text = [
        "# Coverage of the projected rolling 12 months",
        "Percentage of outcomes inside the 80 and 95 per cent intervals, 1, 3 and 6 months ahead and over all six. "
        "Sixty months learnt from.",
        "## Simulated",
        markdown(header, [*rows, simulated, shown_rows]),
        f"Of {tried:,} simulated series {100 - 100 * len(passed) / tried:.0f} per cent were refused: their back-test "
        "did not beat repeating last year's months.",
    ]
    targets = []
    checked = [simulated, shown_rows]
    real = real_groups()
    if real is None:
        text += ["## Real", f"Skipped: {REAL} is not under PERF_REAL_DATA (default ../shared/data)."]
    else:
        real_rows, parts, passed, tried = [], [], [], 0
        for name, group in real.items():
            origins = [covered(group.to_numpy()[:end]) for end in range(TRAINING + AHEAD, len(group) + 1)]
            joined = np.concatenate(origins, axis=1)
            parts.append(joined)
            real_rows.append(_rows(name, joined))
            shown, n = covered_where_shown(group)
            passed, tried = passed + shown, tried + n
        real_all = _rows("all real", np.concatenate(parts, axis=1))
        real_shown = _rows("all real, last origin, not refused", np.stack(passed, axis=1))
        checked += [real_all, real_shown]
        text += [
            "## Real: monthly counts of crime by neighbourhood, West Midlands, 2011 to 2016",
            "Seven origins, January to July 2016; types that were not redefined, and series with a figure every month.",
            markdown(header, [*real_rows, real_all, real_shown]),
            f"Of {tried:,} real series {100 - 100 * len(passed) / tried:.0f} per cent were refused.",
        ]
    for row in checked:
        for place, (low, high), level in ((8, (75, 85), 80), (9, (90, 97), 95)):
            share = row[place]
            assert isinstance(share, float)
            targets.append(
                (f"{row[0]}: {level} % interval covers {low} to {high} %", f"{share:.1f} %", low <= share <= high)
            )
    return "\n\n".join([*text, "## Targets", verdicts(targets)])
