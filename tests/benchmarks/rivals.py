"""The rule sets in use elsewhere, written from their published descriptions, for comparison on the same series.

`RIVALS` holds each as one function of the same form: `values` (months x series, complete), their `months` and how many
of the last months are `judged`; it answers with a signed score for each of these, judged months x series. An alarm
upwards is a score above a threshold, one downwards a score below its negative; `THRESHOLDS` holds the published ones.
A score is computed from the month itself and at most sixty months before it, and is missing where those do not reach.

- Farrington flexible: `farrington.py`.
- EARS C2: Hutwagner, Thompson, Seeman and Treadwell, "The bioterrorism preparedness and response Early Aberration
  Reporting System (EARS)", Journal of Urban Health 80 Suppl 1 (2003), i89-i96; Fricker, Hegler and Dunfal, Statistics
  in Medicine 27 (2008), 3407-3429. SDs from the mean of seven months, the two before the judged one left out.
- CUSUM: Page, "Continuous inspection schemes", Biometrika 41 (1954), 100-115; tabular form as in Montgomery,
  Introduction to Statistical Quality Control. Allowance k of half an SD. The sums start from nought six months back:
  on real series, which drift, sums run over 8, 12 or 24 months found fewer changes at as many alarms.
- Laney U' and P': Laney, "Improved control charts for attributes", Quality Engineering 14 (2002), 531-537. Sigma is
  the Poisson (binomial) one times sigma z, the mean moving range of the standardised months / 1.128.
- Making Data Count (NHS England, "Making Data Count: strengthening your decisions", 2019): a point outside the process
  limits; seven points running on one side of the mean; seven points each higher (lower) than the one before; two of
  three points running in the outer third, beyond 2 sigma on the same side.
- Nelson (Journal of Quality Technology 16, 1984), tests 1, 2, 3, 5 and 6: beyond 3 sigma; nine running on one side;
  six steadily rising or falling; two of three beyond 2 sigma; four of five beyond 1 sigma. (His tests 4, 7 and 8 find
  alternation, stratification and mixture, which no dashboard symbol claims.)
- The published rules of the report's key: `perf_lib.stats.spc`.

Making Data Count and Nelson read an XmR (individuals and moving range) chart: centre line the mean, sigma the mean
moving range / 1.128, process limits the mean +- 3 sigma. The chart is drawn over the months up to and including the
one judged. A run and a trend fall on either side of the newest month, so a rule set has one grade for all its rules:
by how many sigmas the lines could move outwards together before no rule fires. The score is that + 3, which is where
the process limit then lies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from perf_lib.stats import spc
from perf_lib.stats.months import YEAR, Floats

from .farrington import farrington

XMR_SIGMA = 1.128  # the mean moving range of independent normal months, in SDs
LIMIT = 3.0  # sigmas at which a process limit lies
BEYOND_ANY = 1e6  # the score of a month that departs from a baseline without any spread
EARS_BASELINE, EARS_GAP = 7, 2
CUSUM_BASELINE, CUSUM_RUN, CUSUM_ALLOWANCE = 48, 6, 0.5
LANEY_BASELINE = 24


def chart(values: np.ndarray, months: int) -> np.ndarray:
    """Each series' last months in sigmas from its centre line, chart drawn over those months; months x series."""
    drawn = values[-months:].astype(float)
    sigma = _xmr_sigma(drawn)
    return (drawn - drawn.mean(axis=0)) / np.where(sigma > 0, sigma, np.inf)


def making_data_count(z: np.ndarray, rises: np.ndarray) -> np.ndarray:
    """By how many sigmas the newest month shows special cause upwards; negate both for downwards.

    z and rises are in sigmas, months first; a rule fires where the answer is above nought.
    """
    outside = z[-1] - 3
    run = z[-7:].min(axis=0)
    trend = rises[-6:].min(axis=0)
    near = np.minimum(z[-1], _kth_largest(z[-3:], 2)) - 2
    return np.maximum.reduce([outside, run, trend, near])


def nelson(z: np.ndarray, rises: np.ndarray) -> np.ndarray:
    """By how many sigmas the newest month fails one of Nelson's tests upwards; as `making_data_count`."""
    one = z[-1] - 3
    two = z[-9:].min(axis=0)
    three = rises[-5:].min(axis=0)
    five = np.minimum(z[-1], _kth_largest(z[-3:], 2)) - 2
    six = np.minimum(z[-1], _kth_largest(z[-5:], 4)) - 1
    return np.maximum.reduce([one, two, three, five, six])


CHARTED = {"Making Data Count": making_data_count, "Nelson": nelson}


def flags(values: np.ndarray, months: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """(upwards, downwards) for each rule set of a chart at the newest month; values months x series."""
    z = chart(values, months)
    rises = np.diff(z, axis=0)
    return {name: (rule(z, rises) > 0, rule(-z, -rises) > 0) for name, rule in CHARTED.items()}


def charted(values: Floats, months: pd.PeriodIndex, judged: int, rules: Callable, drawn: int) -> Floats:
    """The score of a rule set on a chart of so many months: the process limit in sigmas at which it would just fire."""
    z = chart(_windows(values, judged, drawn), drawn)
    rises = np.diff(z, axis=0)
    return _larger(LIMIT + rules(z, rises), LIMIT + rules(-z, -rises))


def ears_c2(values: Floats, months: pd.PeriodIndex, judged: int) -> Floats:
    """SDs from the mean of the months t-9 to t-3."""
    window = _windows(values, judged, EARS_BASELINE + EARS_GAP + 1)
    baseline = window[:EARS_BASELINE]
    return _in_sigmas(window[-1] - baseline.mean(axis=0), baseline.std(axis=0, ddof=1))


def cusum(values: Floats, months: pd.PeriodIndex, judged: int) -> Floats:
    """The larger of the sums upwards and downwards (negative), run over the last six months.

    Each of these months is standardised by the four years before it: by the mean of its calendar month, and by the SD
    of the 48 months about the means of theirs, on 36 degrees of freedom.
    """
    run = judged + CUSUM_RUN - 1
    window = _windows(values, run, CUSUM_BASELINE + 1)
    baseline = window[:-1].reshape(-1, YEAR, *window.shape[1:])  # years x calendar months, the judged one's first
    usual = baseline.mean(axis=0)
    spread = np.sqrt(((baseline - usual) ** 2).sum(axis=(0, 1)) / (CUSUM_BASELINE - YEAR))
    z = _in_sigmas(window[-1] - usual[0], spread)
    high, low = np.zeros((2, judged, window.shape[-1]))
    for month in _windows(z, judged, CUSUM_RUN):
        high, low = (np.maximum(total + way * month - CUSUM_ALLOWANCE, 0) for total, way in ((high, 1), (low, -1)))
    return _larger(high, low)


def laney(values: Floats, months: pd.PeriodIndex, judged: int, cases: Floats | None = None) -> Floats:
    """Sigmas from the centre line of the 24 months before: of counts a day (U'), or of shares of the cases (P')."""
    values = np.asarray(values, dtype=float)
    days = np.broadcast_to(months.days_in_month.to_numpy(dtype=float)[:, None], values.shape)
    count, size = (_windows(part, judged, LANEY_BASELINE + 1) for part in (values, days if cases is None else cases))
    centre = count[:-1].sum(axis=0) / size[:-1].sum(axis=0)
    z = _in_sigmas(count / size - centre, np.sqrt(centre * (1 if cases is None else 1 - centre) / size))
    return _in_sigmas(z[-1], _xmr_sigma(z[:-1]))


def published(values: Floats, months: pd.PeriodIndex, judged: int, trends: bool = True) -> Floats:
    """How many symbols of the report's key the month shows in one direction, negative downwards.

    Of a month with symbols in both, the direction with more of them; upwards where they are equal. Missing where the
    longest window is not whole.
    """
    needed = max(rule.window for rule in spc.RULES)
    frame = pd.DataFrame(values, index=months).iloc[-(judged + needed - 1) :]
    shown = spc.signals(frame, every_month=True)
    counts = []
    for direction in ("high", "low"):
        codes = [rule.code for rule in spc.RULES if rule.direction == direction and (trends or rule.sds is not None)]
        by_month = shown[codes].sum(axis=1).to_numpy(dtype=float).reshape(values.shape[1], -1).T
        counts.append(by_month[-judged:])
    whole = np.arange(len(values) - judged, len(values)) >= needed - 1
    return np.where(whole[:, None], _larger(*counts), np.nan)


def _windows(values: Floats, judged: int, months: int) -> Floats:
    """The months ending with each judged one: months x judged x series; missing before the first month."""
    values = np.asarray(values, dtype=float)
    short = max(judged + months - 1 - len(values), 0)
    padded = np.concatenate([np.full((short, *values.shape[1:]), np.nan), values])
    windows = np.lib.stride_tricks.sliding_window_view(padded, months, axis=0)[-judged:]
    return np.moveaxis(windows, -1, 0)


def _xmr_sigma(values: Floats) -> Floats:
    return np.abs(np.diff(values, axis=0)).mean(axis=0) / XMR_SIGMA


def _kth_largest(values: Floats, k: int) -> Floats:
    return np.sort(values, axis=0)[-k]


def _in_sigmas(departure: Floats, sigma: Floats) -> Floats:
    """A departure over its sigma; where there is no spread, nought or beyond any threshold."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sigma == 0, np.sign(departure) * BEYOND_ANY, departure / sigma)


def _larger(high: Floats, low: Floats) -> Floats:
    """Of two scores the larger, negative where it is the one downwards; nought where neither is above it."""
    return np.where(low > high, -np.maximum(low, 0), np.maximum(high, 0))


RIVALS: Mapping[str, Callable[[Floats, pd.PeriodIndex, int], Floats]] = {
    "Farrington flexible": farrington,
    "EARS C2": ears_c2,
    "CUSUM": cusum,
    "Laney U'": laney,
    "Making Data Count": partial(charted, rules=making_data_count, drawn=24),
    "Making Data Count, chart of 60 months": partial(charted, rules=making_data_count, drawn=60),
    "Nelson": partial(charted, rules=nelson, drawn=24),
    "Nelson, chart of 60 months": partial(charted, rules=nelson, drawn=60),
    "published": published,
    "published, without the trends": partial(published, trends=False),
}
THRESHOLDS: Mapping[str, float] = dict.fromkeys(RIVALS, LIMIT) | {
    "Farrington flexible": 2.5758,  # alpha 0.005 each way
    "CUSUM": 5.0,
    "published": 0.0,
    "published, without the trends": 0.0,
}
