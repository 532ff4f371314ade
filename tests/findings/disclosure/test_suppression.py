"""Cell suppression: no small count can be pinned closer than its threshold, whatever else is printed."""

from __future__ import annotations

from itertools import product

import pytest
from attack import closest, pinned
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perf_lib.findings.disclosure.intervals import Counts, Identity, Known
from perf_lib.findings.disclosure.suppression import Withheld, decide

# Two years from a January (ordinals that three divides are the first months of calendar quarters), and what a report of
# the second year's autumn prints of them: three quarters, the twelve months to each, the twelve months before.
YEAR, MONTHS = 12, range(24)
TOTALS = ((15, 17), (18, 20), (21, 23), (6, 17), (9, 20), (12, 23), (0, 11))
FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEWER = settings(FEW, max_examples=8)  # where a good part of 72 figures is attacked

count = st.one_of(st.integers(0, 9), st.integers(0, 60))


def rows(*columns):
    return dict(enumerate(zip(*columns, strict=True)))


def figures(measures):
    """Every figure that could be printed, by name: (measure, which count, window)."""
    return {
        (code, part, window): value
        for code, counts in measures.items()
        for window in [*((t, t) for t in counts.months), *counts.totals, *counts.known]
        for part, value in enumerate(counts.over(window))
    }


def attacked(measures, identities, withheld):
    """How closely an attacker gets to each small count that was withheld."""
    known = {(code, window) for code, counts in measures.items() for window in counts.known}
    printed = {
        name: value for name, value in figures(measures).items()
        if (name[0], name[2]) not in withheld or (name[0], name[2]) in known
    }  # fmt: skip
    relations = [
        ([(code, part, (t, t)) for t in range(window[0], window[1] + 1)], [(code, part, window)])
        for code, part, window in figures(measures)
        if window[0] != window[1]
    ]
    for each in identities:
        for t in measures[each.total].months:
            left = [(code, part, (t, t)) for code in each.parts for part in range(len(measures[code].months[t]))]
            relations.append((left, [(each.total, 0, (t, t))]))
    lowest = {
        name: min(measures[name[0]].lowest, value)
        for name, value in figures(measures).items()
        if name[2][0] == name[2][1]
    }
    small = [
        (code, part, window)
        for code, window in withheld
        for part, value in enumerate(measures[code].over(window))
        if 0 < value < measures[code].threshold or measures[code].secret
    ]
    return pinned(printed, relations, small, lowest)


def test_the_attacker_is_right_on_a_sum_done_by_hand():
    # a + b + c = 12 with c printed as 4: a and b are whole and not negative, so each lies between 0 and 8.
    found = pinned({"sum": 12, "c": 4}, [(["a", "b", "c"], ["sum"])], ["a", "b"])
    assert found == {"a": (0, 8), "b": (0, 8)}
    # Every way of adding up, tried: with a at least 1 and a second sum a + b = b + d, d printed as 3, a is 3.
    assert pinned({"sum": 12, "c": 4, "d": 3}, [(["a", "b", "c"], ["sum"]), (["a"], ["d"])], ["b"])["b"] == (5, 5)


@FEW
@given(st.lists(count, min_size=24, max_size=24), st.sampled_from([3, 5, 10]), st.integers(0, 1))
def test_no_month_quarter_or_year_of_one_measure_can_be_got_back(values, threshold, lowest):
    measures = {"a": Counts(rows(values), threshold, TOTALS, lowest=lowest)}
    decision = decide(measures)
    assert not decision.given_away
    assert closest(attacked(measures, [], decision.withheld)) >= threshold
    small = {w for w in [*((t, t) for t in MONTHS), *TOTALS] if 0 < sum(values[w[0] : w[1] + 1]) < threshold}
    assert {("a", window) for window in small} <= set(decision.withheld)
    if not small:
        assert not decision.withheld  # nothing is withheld without a small count


@FEWER
@given(
    st.lists(count, min_size=24, max_size=24),
    st.lists(count, min_size=24, max_size=24),
    st.sampled_from([3, 5]),
)
def test_nor_across_a_breakdown(one, other, threshold):
    both = [a + b for a, b in zip(one, other, strict=True)]
    measures = {
        code: Counts(rows(values), threshold, TOTALS, lowest=1)
        for code, values in (("one", one), ("other", other), ("both", both))
    }
    identities = [Identity(("one", "other"), "both")]
    decision = decide(measures, identities)
    assert closest(attacked(measures, identities, decision.withheld)) >= threshold


@FEWER
@given(st.lists(st.tuples(count, count), min_size=24, max_size=24), st.sampled_from([3, 5]))
def test_nor_from_a_proportion_whose_denominator_is_printed_elsewhere(pairs, threshold):
    measures = {
        "share": Counts(dict(enumerate(pairs)), threshold, TOTALS),
        "cases": Counts({t: (sum(pair),) for t, pair in enumerate(pairs)}, threshold, TOTALS, lowest=1),
    }
    identities = [Identity(("share",), "cases")]
    decision = decide(measures, identities)
    assert closest(attacked(measures, identities, decision.withheld)) >= threshold


@FEW
@given(st.lists(count, min_size=24, max_size=24), st.sampled_from([3, 5]))
def test_nor_against_what_earlier_quarters_printed(values, threshold):
    # The report of a quarter before printed its own months and totals; this one withholds what it withheld.
    earlier = Counts({t: (values[t],) for t in range(21)}, threshold, ((15, 17), (18, 20), (6, 17), (9, 20)), lowest=1)
    first = decide({"a": earlier})
    printed = [w for w in [*((t, t) for t in range(21)), *earlier.totals] if ("a", w) not in first.withheld]
    now = {"a": Counts(rows(values), threshold, TOTALS, known=frozenset(printed), lowest=1)}
    second = decide(now, before=first.withheld)
    assert set(first.withheld) <= set(second.withheld)
    assert not second.given_away
    assert closest(attacked(now, [], second.withheld)) >= threshold


@FEWER
@given(st.lists(count, min_size=24, max_size=24))
def test_a_marked_part_of_a_breakdown_cannot_be_got_back(values):
    rest = [20 + value for value in values]
    measures = {
        "marked": Counts(rows(values), 5, TOTALS, secret=True),
        "rest": Counts(rows(rest), 5, TOTALS, lowest=1),
        "all": Counts(rows([a + b for a, b in zip(values, rest, strict=True)]), 5, TOTALS, lowest=1),
    }
    identities = [Identity(("marked", "rest"), "all")]
    decision = decide(measures, identities)
    assert {("marked", (t, t)) for t in MONTHS} <= set(decision.withheld)
    assert closest(attacked(measures, identities, decision.withheld)) >= 5


def test_without_complementary_suppression_the_attack_succeeds():
    values = [12, 9, 14, 8, 11, 10, 13, 9, 12, 14, 8, 9, 12, 11, 10, 9, 2, 14, 13, 12, 11, 10, 9, 8]
    measures = {"a": Counts(rows(values), 5, TOTALS, lowest=1)}
    careful = decide(measures)
    careless = {unit: why for unit, why in careful.withheld.items() if why.protects is None}
    assert set(careless) == {("a", (16, 16))}
    # The quarter is 9 + 2 + 14 = 25, and 25 - 9 - 14 = 2.
    assert attacked(measures, [], careless) == {("a", 0, (16, 16)): (2, 2)}
    assert set(careful.withheld) == {("a", (16, 16)), ("a", (15, 15))}
    assert careful.withheld["a", (15, 15)] == Withheld(
        ("a", (15, 15)), ("a", (16, 16)), (("a", (15, 17)), ("a", (6, 17)), ("a", (9, 20)), ("a", (12, 23)))
    )
    assert attacked(measures, [], careful.withheld) == {("a", 0, (16, 16)): (1, 10)}


@pytest.mark.parametrize("lowest", [0, 1])
def test_the_audit_agrees_with_trying_every_way(lowest):
    months, totals = (1, 4, 3, 2, 0, 6), ((0, 2), (1, 4), (0, 5))
    counts = Counts(rows(months), 3, totals, lowest=lowest)
    withheld = [("a", (t, t)) for t in (0, 1, 3, 5)]
    ways = [
        way for way in product(range(17), repeat=4)
        if way[0] + way[1] + 3 == 8 and way[1] + 3 + way[2] + 0 == 9 and sum(way) + 3 == 16
        and all(w >= lowest for w in way)
    ]  # fmt: skip
    for position, unit in enumerate(withheld):
        tried = {way[position] for way in ways}
        assert Known({"a": counts}, [], frozenset(withheld)).interval(unit) == [(min(tried), max(tried))]


def test_a_total_that_was_published_before_gives_a_small_month_away():
    # Three months of 1, 1 and 1, and a total of 3 that was published: nothing withheld now can hide what it tells.
    counts = Counts(rows((1, 1, 1)), 5, ((0, 2),), known=frozenset({(0, 2)}))
    decision = decide({"a": counts})
    assert decision.given_away == {("a", (0, 2)), *(("a", (t, t)) for t in range(3))}
    assert set(decision.withheld) == decision.given_away


def test_zeros_are_printed_and_are_no_shelter():
    # 3 and two zeros make a quarter of 3, which is small itself; no zero is withheld, for it would hide nothing.
    values = [20] * 12 + [3, 0, 0] + [20] * 9
    counts = Counts(rows(values), 5, ((12, 14), (0, 11)), lowest=1)
    assert set(decide({"a": counts}).withheld) == {("a", (12, 12)), ("a", (12, 14))}
