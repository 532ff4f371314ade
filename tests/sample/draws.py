"""The months drawn for each measure from the table of histories, held to what is published."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from tests.sample import published
from tests.sample.benchmarking import (
    MONTHS,
    Array,
    Totals,
    benchmark,
    counts_behind,
    generator,
    season,
    share_out,
    span,
    tilted,
    unrest,
    wander,
    whole,
)
from tests.sample.histories import (
    ABANDONED_NOISE,
    ABANDONED_PER_SECOND,
    APPEALS_2019,
    APPEALS_UPHELD_2019,
    COUNTS,
    DENOMINATORS,
    DENOMINATORS_CHOSEN,
    HEADCOUNT,
    MEANS,
    NEARER,
    ROLLING,
    SHARES,
    SICKNESS_2018,
    History,
)
from tests.sample.published import QUARTERS, WINTER_2019, YEAR_2018, YEAR_2019


def count(measure: str) -> Array:
    """The months of a count: level, season, noise and chance, held to every published total."""
    history, random = COUNTS[measure], generator(measure)
    return _counted(history, random, published.count_totals(measure))


def denominator(measure: str) -> Array:
    """The incidents, calls, files or people of each month, held to the numbers printed."""
    if measure == "answer_time_999":
        return count("calls_999")
    if measure == "complaints_within_10_days":
        return count("complaints")
    totals = published.denominator_totals(measure) | dict(DENOMINATORS_CHOSEN.get(measure, {}))
    return _counted(DENOMINATORS[measure], generator(measure + ", of"), totals)


def mean(measure: str) -> tuple[Array, Array]:
    """Total seconds and the incidents or calls they were spent on, the quarters' averages as printed."""
    of, history = denominator(measure), MEANS[measure]
    spent = of * history.path() * season(history.summer, per_day=False) * history.unrest(generator(measure))
    totals = published.ratio_totals(measure, _by_month(of), NEARER.get(measure, {}))
    return whole(benchmark(spent, totals), totals), of


def sickness() -> tuple[Array, Array]:
    """Days lost, to a tenth, and people: 15.9 days a person in 2019, 1.7 of them in December."""
    people: Array = np.round(HEADCOUNT.path() * HEADCOUNT.unrest(generator("sickness_days_lost, of")))
    history = MEANS["sickness_days_lost"]
    lost = people * history.path() * season(history.summer) * history.unrest(generator("sickness_days_lost"))
    year = published.rolling_box("sickness_days_lost", "2019-20 Q3") or 0
    december = (published.box("sickness_days_lost", "2019-12", "month") or 0) * people[-1]
    totals = {
        YEAR_2018: SICKNESS_2018 * people[span(*YEAR_2018)].mean(),
        ("2019-01", "2019-11"): year * people[span(*YEAR_2019)].mean() - december,
        ("2019-12", "2019-12"): december,
    }
    days: Array = np.round(benchmark(lost, totals), 1)
    return days, people


def share(measure: str) -> tuple[Array, Array]:
    """Numerators and denominators of a percentage, the quarters of 2019 as printed where a box prints them."""
    of, history, random = denominator(measure), SHARES[measure], generator(measure)
    rate = np.minimum(history.path() * history.unrest(random), 99) / 100
    drawn = random.binomial(of.astype(int), rate).astype(float)
    # Where the months of 2019 are printed, they take the place of those drawn.
    boxes = not published.appendix(measure)
    totals = published.ratio_totals(measure, _by_month(of), {}, scale=100) if boxes else {}
    for months, total in totals.items():
        part = span(*months)
        # The misses are shared out where they are the fewer, so that no numerator is above its denominator.
        missed = share_out(of[part].sum() - total, of[part] * (1 - rate[part]))
        drawn[part] = of[part] - missed if rate[part].mean() > 0.5 else share_out(total, of[part] * rate[part])
    return drawn, of


def abandoned() -> tuple[Array, Array]:
    """Calls given up, of the calls received: nearly proportional to the wait, the quarters' rates as printed."""
    waited, received = mean("answer_time_crib")
    unsteady = unrest(generator("abandonment_rate_crib"), ABANDONED_NOISE)
    given_up = ABANDONED_PER_SECOND / 100 * waited * unsteady
    totals = published.ratio_totals("abandonment_rate_crib", _by_month(received), {}, scale=100)
    return whole(benchmark(given_up, totals), totals), received


def appeals() -> tuple[Array, Array]:
    """Complaint appeals upheld, of those completed: one or two a month, about a quarter of them upheld."""
    random = generator("complaint_appeals_upheld")
    completed = random.poisson(1.1, len(MONTHS)).astype(float) + 1
    upheld: Array = random.binomial(completed.astype(int), 0.22).astype(float)
    completed[span(*YEAR_2019)], upheld[span(*YEAR_2019)] = APPEALS_2019, APPEALS_UPHELD_2019
    return upheld, completed


def behind_the_percentages(measure: str) -> tuple[Array, Array]:
    """Whole numerators and denominators for the months of 2019 that are printed only as percentages."""
    months = {month: float(value) for month, value in published.appendix(measure).items()}
    if measure == "conviction_rate":
        # 4,524 of 5,095 is 88.8 per cent, where the plain mean of the months is 85.9: months with high rates must have
        # had more defendants. The tilt is the least that allows it.
        convicted = int(published.rolling_box(measure, "2019-20 Q3", "numerator") or 0)
        prosecuted = int(published.rolling_box(measure, "2019-20 Q3", "denominator") or 0)
        wanted = tilted(list(months.values()), 100 * convicted / prosecuted, prosecuted)
        pairs = counts_behind(list(months.values()), wanted, 8, lambda n, d: (n, d) == (convicted, prosecuted))
        return _columns(pairs)
    a_month = (published.box(measure, "2019-20 Q3", column="denominator") or 0) / 3
    pairs = []
    for quarter in (WINTER_2019, *QUARTERS.values()):
        printed = [value for month, value in months.items() if quarter[0] <= month <= quarter[1]]
        pairs += counts_behind(printed, [a_month] * 3, 15, _as_in_the_box(measure, quarter))
    return _columns(pairs)


def rolling(measure: str) -> Array:
    """A 12-month figure month by month, to one decimal, that comes smoothly to the first one published."""
    history, random = ROLLING[measure], generator(measure)
    path = history.path()
    wandering = wander(random, history.noise or 0, 0.9)
    first, figure = _first_known(measure)
    short_of_it = figure - path[first] - wandering[first]
    return np.round(path + wandering + short_of_it * np.exp(-np.abs(first - np.arange(len(path))) / 6), 1)


def _first_known(measure: str) -> tuple[int, float]:
    before = published.rows_of("previous_year_totals", measure=measure)["value"]
    if len(before):
        return span(*YEAR_2018).stop - 1, float(before.iloc[0])
    month, value = next((month, value) for month, value in published.appendix(measure).items() if value)
    return span(month, month).start, float(value)


def _as_in_the_box(measure: str, months: tuple[str, str]) -> Callable[[int, int], bool]:
    """Whether counts fit their quarter's box: its own counts where it has them, else its rounded percentage."""
    quarter = next((quarter for quarter, its in QUARTERS.items() if its == months), None)
    if quarter is None:
        return lambda n, d: True
    counts = tuple(published.box(measure, quarter, column=column) for column in ("numerator", "denominator"))
    if None not in counts:
        return lambda n, d: (n, d) == counts
    text = published.rows_of("headline_boxes", measure=measure, period=quarter)["value"].iloc[0]
    decimals = len(text.partition(".")[2])
    return lambda n, d: 200 <= d <= 240 and round(100 * n / d, decimals) == float(text)


def _columns(pairs: list[tuple[int, int]]) -> tuple[Array, Array]:
    table = np.array(pairs, dtype=float)
    return table[:, 0], table[:, 1]


def _counted(history: History, random: np.random.Generator, totals: Totals) -> Array:
    expected = history.path() * season(history.summer) * history.unrest(random)
    return whole(benchmark(random.poisson(expected).astype(float), totals), totals)


def _by_month(values: Array) -> pd.Series:
    return pd.Series(values, MONTHS.astype(str))
