"""The sixteen symbols: their codes, and a measure that shows each."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from builders import AREA, PEERS, find, find_one, measure, months, settings

from perf_lib.findings import symbols
from perf_lib.stats import spc

CODES = [
    "greater_than_peers", "in_line_above", "in_line_below", "less_than_peers",
    "month_high", "three_months_high", "eight_months_high", "discrete_increasing", "rolling_increasing",
    "month_low", "three_months_low", "eight_months_low", "discrete_decreasing", "rolling_decreasing",
    "not_trending_with_peers", "no_data",
]  # fmt: skip

STEADY = [10, 12] * 18
# Months that show each "high" rule at their end; taken from 100 they show the "low" one.
HIGHS = {
    "month_high": [*STEADY, 30],  # mean 11, sample SD 1.02: limit 13.04
    "three_months_high": [*STEADY, 30, 30, 30],  # mean 13.4, sample SD 6.6 with them among the 24: limit 20.0
    "eight_months_high": [*STEADY, *[14] * 8],  # 24 months with them average 12
    "discrete_increasing": [*STEADY, *range(10, 22)],  # a straight line
    "rolling_increasing": [*[10] * 24, *[11] * 12],  # each of the last twelve totals is one more
}
LOWS = {
    "month_low": "month_high",
    "three_months_low": "three_months_high",
    "eight_months_low": "eight_months_high",
    "discrete_decreasing": "discrete_increasing",
    "rolling_decreasing": "rolling_increasing",
}


def among_peers(rate: float, year_before: float | None = None):
    """A measure with 12-month rates: peers at 9.4 to 10.6, a little higher or lower than the year before."""
    others = {area: 10 + 0.2 * step for step, area in zip(range(-3, 4), PEERS, strict=True)}
    before = {area: value * (0.98 + 0.01 * (step % 4)) for step, (area, value) in enumerate(others.items())}
    table = {"2019-12": {AREA: rate, **others}, "2018-12": {AREA: year_before or rate * 0.99, **before}}
    rows = [
        {"series": "thefts", "area": area, "level": "force", "month": pd.Period(month, "M"), "offences": 1.0,
         "population": 1000.0, "rate": value, "origin": "published"}
        for month, rates in table.items() for area, value in rates.items()
    ]  # fmt: skip
    group = {"name": "most similar group", "abbreviation": "MSG", "areas": PEERS}
    asked = settings(peer_group=group)
    given = (measure(peers="thefts"), months(STEADY))
    return find(given, rates=pd.DataFrame(rows), settings=asked)["thefts"]


def test_sixteen_codes_in_the_order_of_the_reports_key():
    assert [symbol.code for symbol in symbols.SYMBOLS] == CODES
    assert list(symbols.BY_CODE) == CODES


def test_each_symbol_has_its_own_words_meaning_and_drawing():
    assert len({symbol.words for symbol in symbols.SYMBOLS}) == 16
    assert len({symbol.meaning for symbol in symbols.SYMBOLS}) == 16
    assert len({symbols.icon_svg(symbol.code) for symbol in symbols.SYMBOLS}) == 16
    for symbol in symbols.SYMBOLS:
        assert symbol.meaning.endswith(".")
        assert symbols.icon_uri(symbol.code).startswith("data:image/svg+xml;base64,")


def test_what_points_up_is_high_and_what_points_down_is_low():
    told = {symbol.code: symbol.direction for symbol in symbols.SYMBOLS}
    assert {code for code, way in told.items() if way == "high"} == {"greater_than_peers", *HIGHS}
    assert {code for code, way in told.items() if way == "low"} == {"less_than_peers", *LOWS}


def test_false_alarms_stand_beside_the_published_rules_and_only_there():
    assert set(symbols.FALSE_ALARMS) == set(HIGHS) | set(LOWS) == {rule.code for rule in spc.RULES}


@pytest.mark.parametrize("code", HIGHS)
def test_each_high_can_be_made_to_show(code):
    shown = symbols.codes(find_one(HIGHS[code]))
    assert code in shown
    assert not set(LOWS) & set(shown)


@pytest.mark.parametrize("code", LOWS)
def test_each_low_can_be_made_to_show_by_the_same_months_turned_over(code):
    shown = symbols.codes(find_one([100 - value for value in HIGHS[LOWS[code]]]))
    assert code in shown
    assert not set(HIGHS) & set(shown)


@pytest.mark.parametrize("values", [STEADY, [7] * 36, [0] * 36])
def test_months_in_which_nothing_changes_show_nothing(values):
    finding = find_one(values)
    assert symbols.codes(finding) == ()


@pytest.mark.parametrize("code", [*HIGHS, *LOWS])
def test_symbols_are_shown_in_the_keys_order(code):
    values = HIGHS[code] if code in HIGHS else [100 - value for value in HIGHS[LOWS[code]]]
    shown = symbols.codes(find_one(values))
    assert list(shown) == [each for each in CODES if each in shown]


# Peers 9.4 … 10.6 with the area at 10: mean 10, squares 2 x (0.04 + 0.16 + 0.36) = 1.12, sample SD 0.4, and
# 1.96 x 0.4 / sqrt 8 = 0.28. With the area far out the bounds move with it, and it stays outside them.
@pytest.mark.parametrize(
    ("rate", "code"),
    [(12.0, "greater_than_peers"), (10.1, "in_line_above"), (9.9, "in_line_below"), (8.0, "less_than_peers")],
)
def test_each_standing_among_peers_can_be_made_to_show_alone(rate, code):
    shown = symbols.codes(among_peers(rate))
    assert set(shown) & {"greater_than_peers", "in_line_above", "in_line_below", "less_than_peers"} == {code}


def test_the_bounds_of_the_peers_average_by_hand():
    comparison = among_peers(10.0).peers
    reach = 1.96 * math.sqrt(1.12 / 7) / math.sqrt(8)
    assert (comparison.lower, comparison.upper) == (pytest.approx(10 - reach), pytest.approx(10 + reach))


def test_a_rate_that_doubles_while_peers_hardly_move_does_not_trend_with_them():
    assert "not_trending_with_peers" in symbols.codes(among_peers(10.0, year_before=5.0))
    assert "not_trending_with_peers" not in symbols.codes(among_peers(10.0, year_before=9.95))


def test_a_measure_without_peers_has_no_standing():
    shown = set(symbols.codes(find_one(STEADY)))
    assert not shown & {"greater_than_peers", "in_line_above", "in_line_below", "less_than_peers"}


# --- no data, and not enough


@pytest.mark.parametrize(
    ("last", "no_data"),  # the report is at December 2019
    [("2018-11", True), ("2018-12", True), ("2019-01", False), ("2019-08", False), ("2019-12", False)],
)
def test_no_data_shows_after_twelve_months_without_a_figure(last, no_data):
    finding = find_one(STEADY, last=last)
    assert ("no_data" in symbols.codes(finding)) == no_data
    assert symbols.lacks_data(finding) == (not no_data and last != "2019-12")


def test_figures_given_as_not_supplied_are_no_data():
    finding = find_one([*STEADY, *[None] * 12])
    assert symbols.codes(finding) == ("no_data",)


def test_a_missing_month_is_not_enough_data_never_a_guess():
    # Without its last month, and without the one before it, the month that would be high proves nothing.
    for values in ([*STEADY, 30, None], [*STEADY, None, 30]):
        finding = find_one(values)
        assert symbols.codes(finding) == ()
        assert {"month_high", "month_low", "three_months_high", "discrete_increasing"} <= finding.not_enough


@pytest.mark.parametrize(
    ("size", "enough"),  # months each rule looks back over, the newest among them
    [
        (11, set()),
        (12, {"discrete"}),
        (23, {"discrete", "rolling"}),
        (24, {"discrete", "rolling", "three_months", "eight_months"}),
        (25, {"discrete", "rolling", "three_months", "eight_months", "month"}),
    ],
)
def test_a_rule_speaks_only_when_its_whole_window_is_there(size, enough):
    finding = find_one([5] * size)
    lacking = {code.rsplit("_", 1)[0] for code in finding.not_enough}
    assert lacking == {"discrete", "rolling", "three_months", "eight_months", "month"} - enough
    assert symbols.lacks_data(finding) == bool(lacking)
