"""The calibrated rules: the published symbols' questions, each asked at a stated rate of false alarms."""

from perf_lib.stats.calibrated.rules import (
    ANY_FALSE_ALARM,
    CONTRASTS,
    FALSE_DISCOVERY,
    HISTORIES,
    TESTS_WORTH,
    Arithmetic,
    Kind,
    YearOnYear,
    arithmetic,
    enough,
    false_discovery,
    measure_p,
    signals,
    year_on_year,
)

__all__ = [
    "ANY_FALSE_ALARM",
    "CONTRASTS",
    "FALSE_DISCOVERY",
    "HISTORIES",
    "TESTS_WORTH",
    "Arithmetic",
    "Kind",
    "YearOnYear",
    "arithmetic",
    "enough",
    "false_discovery",
    "measure_p",
    "signals",
    "year_on_year",
]
