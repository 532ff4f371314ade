"""The two rule sets in use, written from their published rules, for comparison on the same streams.

Both read an XmR (individuals and moving range) chart: centre line the mean, sigma the mean moving range / 1.128,
process limits the mean +- 3 sigma. The chart is drawn over the months up to and including the one judged.

- Making Data Count (NHS England, "Making Data Count: strengthening your decisions", 2019): a point outside the process
  limits; seven points running on one side of the mean; seven points each higher (lower) than the one before; two of
  three points running in the outer third, beyond 2 sigma on the same side.
- Nelson (Journal of Quality Technology 16, 1984), tests 1, 2, 3, 5 and 6: beyond 3 sigma; nine running on one side;
  six steadily rising or falling; two of three beyond 2 sigma; four of five beyond 1 sigma. (His tests 4, 7 and 8 find
  alternation, stratification and mixture, which no dashboard symbol claims.)
"""

from __future__ import annotations

import numpy as np


def chart(values: np.ndarray, months: int) -> np.ndarray:
    """Each series' last months in sigmas from its centre line, chart drawn over those months; months x series."""
    drawn = values[-months:].astype(float)
    sigma = np.abs(np.diff(drawn, axis=0)).mean(axis=0) / 1.128
    return (drawn - drawn.mean(axis=0)) / np.where(sigma > 0, sigma, np.inf)


def making_data_count(z: np.ndarray, rises: np.ndarray) -> np.ndarray:
    """Whether the newest month shows special cause upwards, a series each. Negate both for downwards."""
    outside = z[-1] > 3
    run = (z[-7:] > 0).all(axis=0)
    trend = (rises[-6:] > 0).all(axis=0)
    near = ((z[-3:] > 2).sum(axis=0) >= 2) & (z[-1] > 2)
    return outside | run | trend | near


def nelson(z: np.ndarray, rises: np.ndarray) -> np.ndarray:
    """Whether the newest month fails one of Nelson's tests upwards, a series each. Negate both for downwards."""
    one = z[-1] > 3
    two = (z[-9:] > 0).all(axis=0)
    three = (rises[-5:] > 0).all(axis=0)
    five = ((z[-3:] > 2).sum(axis=0) >= 2) & (z[-1] > 2)
    six = ((z[-5:] > 1).sum(axis=0) >= 4) & (z[-1] > 1)
    return one | two | three | five | six


def flags(values: np.ndarray, months: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """(upwards, downwards) for each rival at the newest month; values months x series, chart over `months`."""
    z, rises = chart(values, months), np.diff(values[-months:].astype(float), axis=0)
    rules = {"Making Data Count": making_data_count, "Nelson": nelson}
    return {name: (rule(z, rises), rule(-z, -rises)) for name, rule in rules.items()}
