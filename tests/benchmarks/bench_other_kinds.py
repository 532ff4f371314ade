"""False alarms of the calibrated set away from plain counts: proportions, means, small numbers, gaps, short history."""

from __future__ import annotations

import numpy as np
import pandas as pd
from perf_lib.stats.calibrated.contrasts import CONTRASTS

from perf_lib.stats import calibrated

from .streams import counts, latent, markdown

SERIES = 10_000


def _row(name: str, frame: pd.DataFrame, **options: object) -> tuple[object, ...]:
    """Any symbol at 1 per cent, and each test at nominal 5 per cent among the series where it could be asked."""
    shown = calibrated.signals(frame, **options).drop(columns="no_data")  # type: ignore[arg-type]  # options of one call
    p = calibrated.signals(frame, p_values=True, **options)  # type: ignore[arg-type]  # the same
    cells: list[object] = []
    for contrast in CONTRASTS:
        both = p[[contrast.high, contrast.low]].min(axis=1).dropna()
        cells.append(100 * float((both < 0.05).mean()) if len(both) > SERIES / 20 else "not asked")
    return name, 100 * float(shown.any(axis=1).mean()), *cells


def run() -> str:
    """The table."""
    rng = np.random.default_rng(6)
    months = pd.period_range("2010-01", periods=60, freq="M")
    rows = []
    for n, p in ((30, 0.5), (170, 0.2), (1000, 0.89), (3000, 0.02)):
        cases = rng.poisson(n, (60, SERIES)) + 1
        wins = pd.DataFrame(rng.binomial(cases, p), index=months)
        name = f"proportion, {100 * p:.0f} % of {n:,}"
        rows.append(_row(name, wins, kind="proportion", denominators=pd.DataFrame(cases, index=months)))
    for phi in (0.0, 0.3):
        minutes = pd.DataFrame(np.exp(2.4 + 0.05 * latent(rng, 60, phi, SERIES)), index=months)
        rows.append(_row(f"mean, φ {phi}", minutes, kind="mean"))
    for level in (7.0, 4.0, 3.0, 2.0):
        rows.append(_row(f"count, {level:g} a month", counts(rng, SERIES, 60, level, 0.15, 0.1, 0.2)))
    plain = counts(rng, SERIES, 60, 250, 0.095, 0.1, 0.2)
    rows.append(_row("count, 250 a month", plain))
    lockdown = {name: [str(m) for m in months[30:34]] for name in plain}
    rows.append(_row("count, 250 a month, four months excluded", plain, exclude=lockdown))
    rows.append(_row("count, 250 a month, 48 months", plain.iloc[-48:]))
    rows.append(_row("count, 250 a month, 24 months", plain.iloc[-24:]))
    rows.append(_row("count, 250 a month, φ 0.6", counts(rng, SERIES, 60, 250, 0.095, 0.1, 0.6)))
    return "\n\n".join(
        [
            "# False alarms of other kinds of measure",
            f"{SERIES:,} stable series a row, 60 months unless said otherwise, newest month. Any symbol at 1 per cent; "
            "each test at nominal 5 per cent where it could be asked. Below five a month the tests are of quarters.",
            markdown(["series", "any at 1 %", *(f"{c.name} at 5 %" for c in CONTRASTS)], rows),
        ]
    )
