"""The sixteen symbols, a table of rows with a test on a Finding each. Key, dashboard and tests read the same table."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from perf_lib.config.catalogue import Measure
from perf_lib.findings.finding import Finding
from perf_lib.stats import peers, spc

Direction = Literal["high", "low", "none"]
_Words = tuple[str, str, str, Direction]
_ICONS = Path(__file__).parents[1] / "icons"

# 5.5 to 1 on white, where a dark page's style brightens it.
INK = "#5a6b7b"


@dataclass(frozen=True)
class Symbol:
    """One symbol of the dashboard: its code, its words, its meaning, and when a Finding shows it."""

    code: str
    words: str
    """As they stand beside a measure's name."""
    meaning: str
    """As the key explains it."""
    direction: Direction
    holds: Callable[[Finding], bool]


def _rule(code: str) -> Callable[[Finding], bool]:
    return lambda finding: code in finding.signals


def _standing(code: str) -> Callable[[Finding], bool]:
    return lambda finding: finding.peers is not None and finding.peers.standing == code


def _not_trending(finding: Finding) -> bool:
    return finding.peers is not None and bool(finding.peers.position.does_not_trend)


NOT_TRENDING = "not_trending_with_peers"


def _both_ways() -> list[tuple[str, ...]]:
    """The codes of rules that ask the same of the same months, upwards and downwards."""
    questions: dict[tuple[object, ...], tuple[str, ...]] = {}
    for rule in spc.RULES:
        question = rule.months, rule.sds, rule.window
        questions[question] = (*questions.get(question, ()), rule.code)
    return [*questions.values()]


_RUN = "the average of the past 24 months"
_PREVIOUS = "the average of the 24 months before it"

_STANDINGS: tuple[_Words, ...] = (
    ("greater_than_peers", "greater than peers",
     "The 12-month rate is above the upper bound of the peer group's average.", "high"),
    ("in_line_above", "in line with peers, above their average",
     "The 12-month rate is within the bounds of the peer group's average, on or above it.", "none"),
    ("in_line_below", "in line with peers, below their average",
     "The 12-month rate is within the bounds of the peer group's average, below it.", "none"),
    ("less_than_peers", "less than peers",
     "The 12-month rate is below the lower bound of the peer group's average.", "low"),
)  # fmt: skip
_RULES: tuple[_Words, ...] = (
    ("month_high", "one-month high",
     f"The last month is above {_PREVIOUS} by more than two standard deviations.", "high"),
    ("three_months_high", "three-month high",
     f"Each of the last three months is above {_RUN} by more than one standard deviation.", "high"),
    ("eight_months_high", "eight-month high", f"Each of the last eight months is above {_RUN}.", "high"),
    ("discrete_increasing", "monthly figures increasing",
     "A straight line through the last 12 monthly figures rises significantly.", "high"),
    ("rolling_increasing", "rolling 12 months increasing",
     "A straight line through the last 12 rolling 12-month figures rises significantly.", "high"),
    ("month_low", "one-month low",
     f"The last month is below {_PREVIOUS} by more than two standard deviations.", "low"),
    ("three_months_low", "three-month low",
     f"Each of the last three months is below {_RUN} by more than one standard deviation.", "low"),
    ("eight_months_low", "eight-month low", f"Each of the last eight months is below {_RUN}.", "low"),
    ("discrete_decreasing", "monthly figures decreasing",
     "A straight line through the last 12 monthly figures falls significantly.", "low"),
    ("rolling_decreasing", "rolling 12 months decreasing",
     "A straight line through the last 12 rolling 12-month figures falls significantly.", "low"),
)  # fmt: skip

SYMBOLS: tuple[Symbol, ...] = (
    *(Symbol(*row, _standing(row[0])) for row in _STANDINGS),
    *(Symbol(*row, _rule(row[0])) for row in _RULES),
    Symbol(NOT_TRENDING, "does not trend with peers",
           "The change on the year before is unlike the peers' own changes.", "none", _not_trending),
    Symbol(spc.NO_DATA, "no data", "No figure has been recorded for this measure for at least 12 months.", "none",
           lambda finding: not finding.has_data),
)  # fmt: skip

BY_CODE = {symbol.code: symbol for symbol in SYMBOLS}
STANDINGS = tuple(code for code, *_ in _STANDINGS)
"""Where an area may stand among its peers, from the top down."""
OUTSIDE = (STANDINGS[0], STANDINGS[-1])
"""The standings beyond the bounds of the group."""
AXES = (STANDINGS, *_both_ways(), (NOT_TRENDING,), (spc.NO_DATA,))
"""Symbols that answer one question: a measure shows at most one of each group, and may change from one to another."""
FALSE_ALARMS = {rule.code: rule.false_alarm for rule in spc.RULES}
"""Per cent of series in which nothing changes that show the symbol, in either direction, at a quarter's end."""

ANY_SOLID = 2.7
"""Per cent of series in which nothing changes that show some solid month or trend symbol (tests/benchmarks)."""

PEER_FALSE_ALARMS = {
    **dict.fromkeys(OUTSIDE, peers.PUBLISHED_FALSE_ALARM),
    NOT_TRENDING: peers.TREND_FALSE_ALARM,
}
"""Per cent of areas that are like their group and yet show the symbol, in either direction."""


def shown(finding: Finding) -> tuple[Symbol, ...]:
    """The symbols of one measure in one quarter, in the key's order."""
    return tuple(symbol for symbol in SYMBOLS if symbol.holds(finding))


def is_supported(symbol: Symbol, finding: Finding) -> bool:
    """Whether the verdict bears a shown symbol out: then it is drawn solid, otherwise in outline.

    A month or trend symbol needs a verdict the same way. A standing above or below peers needs the leave-one-out
    standing: that another area like these would not lie so far out.
    """
    if symbol.code in FALSE_ALARMS:
        return finding.verdict.way == {"high": "higher", "low": "lower"}.get(symbol.direction)
    if finding.peers is not None and symbol.code in OUTSIDE:
        return finding.peers.position.calibrated == symbol.code
    return True


def is_good(symbol: Symbol, measure: Measure) -> bool | None:
    """Whether a symbol shows a change for the better, by the measure's `better`; None where it cannot be said."""
    if symbol.direction == "none" or measure.better == "neither":
        return None
    return (symbol.direction == "high") == (measure.better == "higher")


def codes(finding: Finding) -> tuple[str, ...]:
    """The codes of those symbols."""
    return tuple(symbol.code for symbol in shown(finding))


def lacks_data(finding: Finding) -> bool:
    """Whether some rule could not be tested because a month that it needs is missing."""
    return finding.has_data and bool(finding.not_enough)


@cache
def icon_svg(code: str, outline: bool = False) -> str:
    """A symbol's drawing as SVG, in ink that reads on a light page."""
    name = f"{code}-outline" if outline else code
    return (_ICONS / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", INK)


@cache
def icon_uri(code: str, outline: bool = False) -> str:
    """The drawing as a data URI: a page that shows it loads nothing."""
    return "data:image/svg+xml;base64," + base64.b64encode(icon_svg(code, outline).encode()).decode()
