"""How often the calibrated rules cry wolf: 5 levels x 6 kinds x 5,000 stable series, a year of quarter ends each."""

from __future__ import annotations

import numpy as np
import pandas as pd
from perf_lib.stats.calibrated.contrasts import CONTRASTS

from perf_lib.stats import calibrated, spc

from .streams import KINDS, LEVELS, markdown, stable, verdicts

SERIES = 5000
MONTHS = 12  # judged: the last twelve, so a cell rests on 60,000 answers
PUBLISHED = [rule for rule in spc.RULES if rule.direction == "high"]


def _last_year(rows: pd.DataFrame, months: int) -> np.ndarray:
    """Series x months judged x columns."""
    return rows.to_numpy().reshape(-1, months, rows.shape[1])[:, -MONTHS:]


def _cell(frame: pd.DataFrame) -> dict[str, float]:
    months = len(frame)
    shown = {
        alpha: calibrated.signals(frame, alpha=alpha, every_month=True).drop(columns="no_data")
        for alpha in (0.01, 0.05)
    }
    p = calibrated.signals(frame, p_values=True, every_month=True)
    found = {"any": 100 * float(_last_year(shown[0.01], months).any(axis=2).mean())}
    for contrast in CONTRASTS:
        pair = [contrast.high, contrast.low]
        found[f"{contrast.name} test"] = 100 * float((_last_year(p[pair], months).min(axis=2) < 0.05).mean())
        for alpha, part in ((0.05, "symbol"), (0.01, "symbol at 1 %")):
            found[f"{contrast.name} {part}"] = 100 * float(_last_year(shown[alpha][pair], months).any(axis=2).mean())
    return found


def _published(frame: pd.DataFrame) -> dict[str, float]:
    shown = spc.signals(frame, every_month=True)
    found = {"any": 100 * float(_last_year(shown.drop(columns="no_data"), len(frame)).any(axis=2).mean())}
    for place, rule in enumerate(PUBLISHED):
        pair = [rule.code, spc.RULES[place + len(PUBLISHED)].code]
        found[rule.code] = 100 * float(_last_year(shown[pair], len(frame)).any(axis=2).mean())
    return found


def run() -> str:
    """The tables, and whether the targets are met."""
    rng = np.random.default_rng(1)
    text = [
        "# False alarms",
        f"Stable series only: {SERIES:,} a cell, each judged in {MONTHS} months. Percentage of series-months showing a "
        "symbol, either direction. φ is the lag-one correlation of the noise.",
    ]
    targets = []
    published: list[dict[str, float]] = []
    names = [kind.name for kind in KINDS]
    for history in (60, 36):
        cells: dict[tuple[int, str], dict[str, float]] = {}
        for kind in KINDS:
            for level in LEVELS:
                frame = stable(rng, kind, level, SERIES, history + MONTHS - 1)
                cells[level, kind.name] = _cell(frame)
                if history == 60:
                    published.append(_published(frame))
        anything = {key: cell["any"] for key, cell in cells.items()}
        text += [
            f"## Any calibrated symbol at 1 per cent, {history} months of history",
            markdown(
                ["level a month", *names], [(f"{level:,}", *(anything[level, n] for n in names)) for level in LEVELS]
            ),
        ]
        mean, worst = float(np.mean(list(anything.values()))), max(anything.values())
        targets.append((f"any symbol on 2 to 6 % overall ({history} months)", f"{mean:.1f} %", 2 <= mean <= 6))
        targets.append((f"never above 10 % in a cell ({history} months)", f"at most {worst:.1f} %", worst <= 10))
        rows = []
        for part in ("test", "symbol"):
            for contrast in CONTRASTS:
                by_kind = [np.mean([cells[level, n][f"{contrast.name} {part}"] for level in LEVELS]) for n in names]
                rows.append((f"{contrast.name}: {part}", *(float(v) for v in by_kind)))
        text += [
            f"## Each symbol at 1 per cent, {history} months of history (mean of the levels and kinds)",
            markdown(
                ["symbol, either direction", "%"],
                [
                    (c.name, float(np.mean([cell[f"{c.name} symbol at 1 %"] for cell in cells.values()])))
                    for c in CONTRASTS
                ],
                digits=2,
            ),
            f"## Each rule at nominal 5 per cent, {history} months of history (mean of the levels)",
            "The test is the contrast alone, and its p-value is what the false-discovery control weighs. The symbol of "
            "three and of eight months also wants every one of those months beyond its usual level, because that is "
            "what it says; it is rarer for it, by design.",
            markdown(["rule", *names], rows),
        ]
        tests = [v for row in rows if row[0].endswith("test") for v in row[1:]]
        low, high = min(tests), max(tests)
        each = [cells[key][f"{c.name} test"] for key in cells for c in CONTRASTS]
        targets.append(
            (
                f"each rule's test at nominal 5 % between 2 and 7 ({history} months)",
                f"{low:.1f} to {high:.1f} % (single cells {min(each):.1f} to {max(each):.1f})",
                low >= 2 and high <= 7,
            )
        )
    text += [
        "## The published rules on the same series (mean of the levels)",
        markdown(
            ["rule", *names, "mean"],
            [
                (
                    name,
                    *(float(np.mean([p[name] for p in published[i * 5 : i * 5 + 5]])) for i in range(len(KINDS))),
                    float(np.mean([p[name] for p in published])),
                )
                for name in published[0]
            ],
        ),
        "## Targets",
        verdicts(targets),
    ]
    return "\n\n".join(text)
