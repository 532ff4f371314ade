"""Published, calibrated, Making Data Count and Nelson on the same streams, at the same number of false alarms."""

from __future__ import annotations

import numpy as np
import pandas as pd
from perf_lib.stats.calibrated.contrasts import CONTRASTS
from perf_lib.stats.calibrated.regression import Assessment, p_value

from perf_lib.stats import spc
from perf_lib.stats.transforms import scaled

from . import rivals
from .streams import EXTRA, LEVELS, counts, markdown, verdicts

STREAMS = 4000
HISTORY = 60
WITHIN = 6  # months in which a change may be found
STEPS = (0.05, 0.10, 0.20)
SEASON, PHI = 0.08, 0.3
RUNS = ["month_high", "three_months_high", "eight_months_high"]
RIVALS = (
    "published",
    "published, without the trends",
    "Making Data Count",
    "Nelson",
    "Making Data Count, chart of 60 months",
    "Nelson, chart of 60 months",
)


def _smallest_p(frame: pd.DataFrame, history: int) -> np.ndarray:
    """The smallest p-value of an upward calibrated symbol over the months after the change, a stream each."""
    smallest = np.ones(frame.shape[1])
    for month in range(HISTORY, HISTORY + WITHIN):
        assessment = Assessment.of(scaled(frame.iloc[month + 1 - history : month + 1]))
        for contrast in CONTRASTS:
            estimates = assessment.estimates[contrast.name]
            p = np.where((estimates.t > 0) & estimates.alike, p_value(estimates), 1.0)[0]
            smallest = np.minimum(smallest, p)
    return smallest


def _rival_flags(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Whether each rival shows an upward symbol in the months after the change, a stream each."""
    shown = dict.fromkeys(RIVALS, np.zeros(frame.shape[1], dtype=bool))
    values = frame.to_numpy()
    for month in range(HISTORY, HISTORY + WITHIN):
        published = spc.signals(frame.iloc[: month + 1])
        up = [rule.code for rule in spc.RULES if rule.direction == "high"]
        now = {"published": published[up].any(axis=1).to_numpy()}
        now["published, without the trends"] = published[RUNS].any(axis=1).to_numpy()
        for months, words in ((24, ""), (60, ", chart of 60 months")):
            for name, (upwards, _) in rivals.flags(values[: month + 1], months).items():
                now[name + words] = upwards
        shown = {name: shown[name] | now[name] for name in RIVALS}
    return shown


def run() -> str:
    """The table, and whether the targets are met."""
    rng = np.random.default_rng(3)
    theirs: dict[tuple[str, float], list[float]] = {}
    ours: dict[tuple[str, int, float], list[float]] = {}
    at_twenty: dict[tuple[int, float], list[float]] = {}
    for level in LEVELS:
        streams = {}
        for step in (0.0, *STEPS):
            change = np.where(np.arange(HISTORY + WITHIN)[:, None] >= HISTORY, 1 + step, 1.0)
            streams[step] = counts(rng, STREAMS, HISTORY + WITHIN, level, EXTRA[level], SEASON, PHI, change)
        flags = {step: _rival_flags(frame) for step, frame in streams.items()}
        for history in (60, 36):
            p = {step: _smallest_p(frame, history) for step, frame in streams.items()}
            for step in (0.0, *STEPS):
                alpha = np.quantile(p[0.0], 0.20)
                at_twenty.setdefault((history, step), []).append(100 * float((p[step] < alpha).mean()))
                for name in RIVALS:
                    # The calibrated set's alpha is set at each level so that both cry wolf equally often there.
                    alpha = np.quantile(p[0.0], flags[0.0][name].mean())
                    ours.setdefault((name, history, step), []).append(100 * float((p[step] < alpha).mean()))
        for step in (0.0, *STEPS):
            for name in RIVALS:
                theirs.setdefault((name, step), []).append(100 * float(flags[step][name].mean()))
    rows, targets = [], []
    for name in RIVALS:
        mean = {step: float(np.mean(theirs[name, step])) for step in (0.0, *STEPS)}
        rows.append((name, *mean.values()))
        for history in (60, 36):
            matched = {step: float(np.mean(ours[name, history, step])) for step in (0.0, *STEPS)}
            rows.append((f"— calibrated, {history} months, as many false alarms", *matched.values()))
            if name.startswith("Making Data Count") and history == 60:
                better = all(matched[step] > mean[step] for step in STEPS)
                found = ", ".join(f"+{100 * s:.0f} %: {matched[s]:.1f} against {mean[s]:.1f}" for s in STEPS)
                targets.append((f"more steps found than {name} at {mean[0.0]:.0f} % false alarms", found, better))
    for history in (60, 36):
        flat = [float(np.mean(at_twenty[history, step])) for step in (0.0, *STEPS)]
        rows.append((f"calibrated, {history} months, at 20 % false alarms at every level", *flat))
    return "\n\n".join(
        [
            "# Side by side",
            f"{STREAMS:,} streams a level and step, over-dispersed, season {100 * SEASON:.0f} %, φ {PHI}. Percentage "
            f"of streams showing an upward symbol within {WITHIN} months of the change, mean of the levels. Charts are "
            "of 24 months unless said otherwise.",
            markdown(["set", "no change (false)", *(f"step +{100 * step:.0f} %" for step in STEPS)], rows),
            "## Targets",
            verdicts(targets),
        ]
    )
