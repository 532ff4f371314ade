"""A measure's months as far as they can be compared: the series that rules, tests and projections are given.

Breaks on record bound every comparison: history starts anew at a process change, and excluded months take no part.
Totals still count them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from perf_lib.config.catalogue import Measure, Scale
from perf_lib.config.settings import Break
from perf_lib.words.quarters import Quarter


@dataclass(frozen=True)
class Comparable:
    """One measure's comparable months: values, numerators and denominators, and the breaks on record."""

    measure: Measure
    values: pd.Series
    rolling: pd.Series
    numerators: pd.Series
    """What is tested: the values, or the numerators where every month has one."""
    denominators: pd.Series | None
    breaks: tuple[Break, ...]
    limits: dict[str, Any]
    """Arguments of the tests: `breaks`, months that no comparison reaches over, and `exclude`, which none counts."""

    @classmethod
    def of(
        cls, measure: Measure, months: pd.DataFrame, rolling: pd.Series, breaks: tuple[Break, ...], quarter: Quarter
    ) -> Comparable:
        """From a measure's rows of the tidy frame, its rolling 12 months and the breaks on record."""
        values, numerator, denominator = (months[name].astype(float) for name in ("value", "numerator", "denominator"))
        supplied = values.notna()
        weighted = measure.is_ratio and bool(supplied.any()) and bool((numerator.notna() | ~supplied).all())
        its_breaks = tuple(each for each in breaks if measure.code in each.measures and each.starts <= quarter.last)
        return cls(
            measure=measure,
            values=values,
            rolling=rolling,
            numerators=numerator if weighted else values,
            denominators=denominator if weighted else None,
            breaks=its_breaks,
            limits={
                "breaks": tuple(each.starts for each in its_breaks if each.starts_anew),
                "exclude": tuple(month for each in its_breaks for month in each.excluded),
            },
        )

    @property
    def is_testable(self) -> bool:
        """Whether the measure has months that can be tested."""
        return self.measure.has_signals and bool(self.values.notna().any())

    def changed_after(self, month: pd.Period) -> pd.Period | None:
        """The last month, of those after `month`, in which counting started anew; None where it did not."""
        return max((start for start in self.limits["breaks"] if start > month), default=None)

    @property
    def adds_up(self) -> bool:
        """Whether months add up to a quarter and a year: counts, and means over the average of a stock."""
        return self.measure.is_count or self.measure.denominator_is == "stock"

    @property
    def cases(self) -> tuple[pd.Series, Scale, pd.Series | None]:
        """What the tests are given: numerators, their scale, denominators."""
        scale = self.measure.traits.scale
        assert scale is not None  # noqa: S101 - is_testable says so
        return self.numerators, scale, self.denominators
