"""A measure's months as far as they can be compared: what the rules, the projection and the target are asked of.

Breaks on record bound every comparison: history starts anew at a process change, and excluded months take no
part. Their figures still count in totals, which are another room's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from perf_lib.config.catalogue import Measure
from perf_lib.config.settings import Break
from perf_lib.stats import calibrated as calibrated_rules
from perf_lib.stats import forecast, spc, suspected_breaks
from perf_lib.stats.series import YEAR
from perf_lib.words.quarters import Quarter


@dataclass(frozen=True)
class Comparable:
    """One measure's months as the arithmetic wants them: values, numerators and denominators, breaks."""

    measure: Measure
    values: pd.Series
    rolling: pd.Series
    numerators: pd.Series
    denominators: pd.Series | None
    breaks: tuple[Break, ...]

    @classmethod
    def of(
        cls, measure: Measure, months: pd.DataFrame, rolling: pd.Series, breaks: tuple[Break, ...], quarter: Quarter
    ) -> Comparable:
        """From a measure's rows of the tidy frame, its rolling 12 months and the breaks on record."""
        values, numerator, denominator = (months[name].astype(float) for name in ("value", "numerator", "denominator"))
        supplied = values.notna()
        weighted = measure.is_ratio and bool(supplied.any()) and bool((numerator.notna() | ~supplied).all())
        own = tuple(b for b in breaks if measure.code in b.measures and b.starts <= quarter.last)
        return cls(measure, values, rolling, numerator if weighted else values, denominator if weighted else None, own)

    @property
    def starts(self) -> list[pd.Period]:
        """Months at which history starts anew."""
        return [each.starts for each in self.breaks if each.kind == "process change"]

    @property
    def excluded(self) -> list[pd.Period]:
        """Months left out of comparison."""
        return [month for each in self.breaks for month in each.excluded]

    @property
    def testable(self) -> bool:
        """Whether the measure has months that any rule may be asked of."""
        return self.measure.has_signals and bool(self.values.notna().any())

    @cached_property
    def published(self) -> Mapping[str, spc.Arithmetic]:
        """The published rules' sums for the newest month."""
        if not self.measure.has_signals:
            return {}
        return spc.arithmetic(self.values, self.rolling, breaks=self.starts, exclude=self.excluded)

    @cached_property
    def calibrated(self) -> Mapping[str, calibrated_rules.Arithmetic]:
        """The calibrated rules' sums for the newest month."""
        if not self.testable:
            return {}
        return calibrated_rules.arithmetic(
            self.numerators, self.kind, self.denominators, breaks=self.starts, exclude=self.excluded
        )

    @cached_property
    def chance(self) -> float | None:
        """How likely a measure in which nothing changed is to look as unusual in any test; None where none was made."""
        p = [test.p for test in self.calibrated.values() if test.p is not None]
        return min(1.0, calibrated_rules.TESTS_WORTH * min(p)) if p else None

    @cached_property
    def year_on_year(self) -> calibrated_rules.YearOnYear | None:
        """This year beside last, with an interval."""
        if not self.testable:
            return None
        return calibrated_rules.year_on_year(
            self.numerators, self.kind, self.denominators, breaks=self.starts, exclude=self.excluded
        )

    @cached_property
    def projection(self) -> forecast.Projection | forecast.Refused | None:
        """The rolling 12 months to come, or why not."""
        if not self.testable:
            return None
        ahead = forecast.project(
            self.numerators, self.kind, self.denominators, breaks=self.starts, exclude=self.excluded
        )
        # Over the average of a stock, twelve months add up (days lost a head); over a flow, they average.
        if isinstance(ahead, forecast.Projection) and self.measure.denominator_is == "stock":
            return ahead.times(YEAR)
        return ahead

    @cached_property
    def level_shift(self) -> suspected_breaks.LevelShift | None:
        """The month at which a break is suspected, if any: for a person to judge, and applied to nothing."""
        if not self.testable:
            return None
        return suspected_breaks.level_shift(
            self.numerators, self.kind, self.denominators, breaks=self.starts, exclude=self.excluded
        )

    @cached_property
    def assurance(self) -> spc.Assurance | None:
        """Whether the target will be met."""
        target, better = self.measure.target, self.measure.better
        if target is None or better == "neither":
            return None
        return spc.assurance(self.values, target, better, breaks=self.starts, exclude=self.excluded)

    @property
    def kind(self) -> calibrated_rules.Kind:
        """The kind of measure, for the calibrated rules' scale."""
        kind = self.measure.kind
        assert kind in ("count", "proportion", "mean")  # noqa: S101 - testable has asked
        return kind


def histories(measures: Mapping[str, Comparable]) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Published and calibrated rules at every month, by measure: one pass over all measures of a kind."""
    tested = {code: each for code, each in measures.items() if each.testable}
    if not tested:
        return {}, {}
    starts = {code: each.starts for code, each in tested.items()}
    excluded = {code: each.excluded for code, each in tested.items()}
    values = pd.DataFrame({code: each.values for code, each in tested.items()}).sort_index()
    twelve = pd.DataFrame({code: each.rolling for code, each in tested.items()}).reindex(values.index)
    published = spc.signals(values, rolling=twelve, every_month=True, breaks=starts, exclude=excluded)
    return _by_measure(published, tested), _calibrated_by_kind(tested, every_month=True)


def _calibrated_by_kind(tested: Mapping[str, Comparable], every_month: bool = False) -> dict[str, pd.DataFrame]:
    found: dict[str, pd.DataFrame] = {}
    for group in _alike(tested):
        numerators = pd.DataFrame({code: each.numerators for code, each in group.items()}).sort_index()
        with_denominators = {code: each.denominators for code, each in group.items() if each.denominators is not None}
        answers = calibrated_rules.signals(
            numerators,
            next(iter(group.values())).kind,
            pd.DataFrame(with_denominators).reindex(numerators.index) if with_denominators else None,
            every_month=every_month,
            breaks={code: each.starts for code, each in group.items()},
            exclude={code: each.excluded for code, each in group.items()},
        )
        found |= _by_measure(answers, group)
    return found


def _alike(tested: Mapping[str, Comparable]) -> list[dict[str, Comparable]]:
    """Measures of one kind, with denominators or without, which one call can answer for."""
    groups: dict[tuple[str, bool], dict[str, Comparable]] = {}
    for code, each in tested.items():
        groups.setdefault((each.measure.kind, each.denominators is not None), {})[code] = each
    return list(groups.values())


def _by_measure(answers: pd.DataFrame, measures: Mapping[str, Comparable]) -> dict[str, pd.DataFrame]:
    return {code: answers.loc[code].reindex(each.values.index) for code, each in measures.items()}


def headlines(measures: Mapping[str, Comparable]) -> frozenset[str]:
    """Measures that survive the false-discovery control over all that could be tested."""
    chances = {code: each.chance for code, each in measures.items() if each.chance is not None}
    if not chances:
        return frozenset()
    chosen = calibrated_rules.false_discovery(pd.Series(chances))
    return frozenset(chosen.index[chosen])
