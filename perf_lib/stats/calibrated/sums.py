"""The sums behind each calibrated symbol of one series' newest month, for a person to follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from perf_lib.stats.calibrated.contrasts import CONTRASTS, Contrast, table
from perf_lib.stats.calibrated.regression import EXPECTED_AT_LEAST, HISTORIES, Asked, below, p_value
from perf_lib.stats.months import YEAR
from perf_lib.stats.spc_rules import CODES
from perf_lib.stats.transforms import Kind


@dataclass(frozen=True)
class Arithmetic:
    """The sums behind one calibrated symbol for the newest month.

    `values` are the figures judged (oldest first, in the units of the series), `usual` what they would be if they were
    usual for the time of year (month, three and eight months, where monthly). estimate, error, df and phi are the
    test's, on the transformed scale; `history` the months it rests on; `step` months or quarters. Where the question
    could not be asked, `why_not` says so and the numbers are None.
    """

    code: str
    met: bool
    enough: bool
    words: str
    values: tuple[float, ...]
    usual: tuple[float, ...] = ()
    estimate: float | None = None
    error: float | None = None
    t: float | None = None
    df: float | None = None
    p: float | None = None
    phi: float | None = None
    history: int | None = None
    step: Literal["months", "quarters"] = "months"
    why_not: str = ""


def arithmetic(
    series: pd.Series,
    kind: Kind = "count",
    denominators: pd.Series | None = None,
    alpha: float = 0.01,
    breaks: Iterable[pd.Period | str] = (),
    exclude: Iterable[pd.Period | str] = (),
) -> dict[str, Arithmetic]:
    """Each calibrated symbol's numbers for the newest month of one series, by code; it agrees with `signals`.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> values = np.random.default_rng(2).poisson([100] * 59 + [160])
    >>> high = arithmetic(pd.Series(values, index=months))["month_high"]
    >>> high.values, round(high.usual[0]), high.met, high.history, high.p < 0.01
    ((168.0,), 107, True, 60, True)
    """
    name = "series"
    asked = Asked.of(
        series.to_frame(name),
        kind,
        None if denominators is None else denominators.to_frame(name),
        False,
        {name: breaks},
        {name: exclude},
    )
    pairs = [(code, contrast) for contrast in CONTRASTS for code in (contrast.high, contrast.low)]
    order = {code: place for place, code in enumerate(CODES)}
    return {
        code: _explained(asked, code, contrast, alpha) for code, contrast in sorted(pairs, key=lambda c: order[c[0]])
    }


def _explained(asked: Asked, code: str, contrast: Contrast, alpha: float) -> Arithmetic:
    """One symbol of the only series there is."""
    found = asked.found[contrast.name]
    values = tuple(float(v) for v in asked.scale.value[-contrast.judged :, 0])
    if np.isnan(found.t[-1, 0]):
        return Arithmetic(code, False, False, contrast.words, values, why_not=_why_not(asked, contrast))
    t = float(found.t[-1, 0])
    right = t > 0 if code == contrast.high else t < 0
    history, step = int(found.history[-1, 0]), int(found.step[-1, 0])
    return Arithmetic(
        code=code,
        met=bool(right and below(found, alpha)[-1, 0] and found.alike[-1, 0]),
        enough=True,
        words=contrast.words,
        values=values,
        usual=_usual(asked, contrast, history) if step == 1 and contrast.name in ("month", "three", "eight") else (),
        estimate=float(found.estimate[-1, 0]),
        error=float(found.error[-1, 0]),
        t=t,
        df=float(found.df[-1, 0]),
        p=float(p_value(found)[-1, 0]),
        phi=float(found.phi[-1, 0]),
        history=history,
        step="months" if step == 1 else "quarters",
    )


def _usual(asked: Asked, contrast: Contrast, history: int) -> tuple[float, ...]:
    z = asked.scale.z[-history:, 0]
    absent = tuple(int(i) for i in np.flatnonzero(np.isnan(z)))
    return tuple(float(v) for v in asked.scale.back(table(history, YEAR, absent).usual(z, contrast)))


def _why_not(asked: Asked, contrast: Contrast) -> str:
    needed = HISTORIES[-1] if contrast.name == "year" else HISTORIES[-2]
    months = int(asked.available[-1, 0])
    if months < needed:
        return f"needs {needed} months of history; there are {months}"
    if np.isnan(asked.scale.z[-contrast.judged :, 0]).any():
        return "a month it judges is missing"
    history = next(h for h in HISTORIES if h <= months)
    if asked.scale.expected(history)[-1, 0] < EXPECTED_AT_LEAST:
        return f"numbers are too small: fewer than {EXPECTED_AT_LEAST:g} expected a month"
    return "too much of its history is missing"
