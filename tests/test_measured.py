"""What the benchmarks measured: every goal is met or named with its reason, and the key's rates are those measured."""

from __future__ import annotations

import pytest
from measured import STATISTICS, UNMET, any_false_alarm, cells, numbers, unmet

from perf_lib.findings import symbols
from perf_lib.stats import peers, spc, suspected_breaks


@pytest.mark.parametrize("name", STATISTICS)
def test_every_target_of_the_benchmarks_was_met(name):
    # What is not met stands in UNMET with its reason, and nothing else does.
    assert len(cells(name, "Targets")) > 1
    assert unmet(name) == [goal for result, goal in UNMET if result == name]


def test_every_unmet_goal_has_a_reason():
    assert {result for result, _ in UNMET} <= set(STATISTICS)
    assert all(len(reason.split()) > 5 for reason in UNMET.values())


def test_the_keys_rates_are_what_the_benchmarks_measured():
    published = numbers("false_alarms", "The published rules")
    for rule in spc.RULES[:5]:
        assert rule.false_alarm == published[rule.code][-1], rule.code
    assert any_false_alarm()["published"] == spc.ANY_FALSE_ALARM
    assert round(any_false_alarm()["solid"], 1) == symbols.ANY_SOLID
    rates = [peers.PUBLISHED_FALSE_ALARM, peers.CALIBRATED_FALSE_ALARM, peers.TREND_FALSE_ALARM]
    assert numbers("peers", "Peers")["mean"] == rates
    suspected = cells("suspected_breaks", "Stationary real noise, 60")["60 months"][-1]
    assert float(suspected.split()[0]) == suspected_breaks.FALSE_ALARM
