"""Fixed random rounding: unbiased, the same for the same figure, and nothing printed depends on anything else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from bodies import KEY, LAST, RELATIONS, alike, body, differing, four_packs, rows_of, windows
from builders import AREA, measure, settings

from perf_lib.config.catalogue import Catalogue
from perf_lib.findings.disclosure import Key, Rounding, own_rates, rounded
from perf_lib.findings.disclosure.relations import Bounds, Relation, groups, narrowest, that_add_up
from perf_lib.findings.finding import findings
from perf_lib.views.spreadsheets import xlsx
from perf_lib.words.quarters import Quarter

QUARTER = Quarter.parse("2019-20-Q3")


def of_counts(values: object, base: int = 5, key: bytes | Key = KEY, code: str = "thefts") -> pd.Series:
    values = np.asarray(values, dtype=float)
    frame = rows_of(code, len(values), values)
    return rounded(frame, Catalogue({code: measure(code)}), base, key)["value"]


@pytest.mark.parametrize("base", [3, 5])
def test_a_count_is_rounded_to_the_multiple_below_or_above_and_nought_stays(base):
    values = np.arange(0, 48)
    printed = of_counts(values, base)
    assert (printed % base == 0).all() and (np.abs(printed - values) < base).all()
    assert (printed[values % base == 0] == values[values % base == 0]).all()
    assert (printed != values // base * base).any() and (printed != -(-values // base) * base).any()


def test_the_same_figure_rounds_alike_and_another_key_rounds_otherwise():
    values = np.random.default_rng(1).integers(0, 200, 60)
    once, changed = of_counts(values), values.copy()
    changed[30] += 1
    assert once.equals(of_counts(values))
    assert once.drop(30).equals(of_counts(changed).drop(30))  # a restated month moves no other
    assert once.iloc[10:].reset_index(drop=True).equals(of_counts(values[10:]))  # nor does an older one that has gone
    assert not once.equals(of_counts(values, key=b"another key, as long"))
    assert once.equals(of_counts(values, code="frauds"))  # as where a share's numerator is another measure


def test_it_is_unbiased():
    # Of a count with remainder r: up with probability r/5. Over 6,000 counts the mean error is 0, its standard error
    # the root of the mean of r(5 - r) over 6,000, by hand: r(5 - r) is 0, 4, 6, 6, 4, on average 4.
    values = np.random.default_rng(2).integers(0, 20, 6000)
    error = (of_counts(values) - values).mean()
    assert abs(error) < 2.6 * np.sqrt(4 / 6000)
    ups = of_counts(np.full(3000, 7)) == 10
    assert ups.mean() == pytest.approx(0.4, abs=0.025)


def test_a_year_is_off_by_more_than_three_per_cent_in_fewer_than_one_of_a_hundred():
    # Twelve errors whose variance is 4 on average have a standard deviation of 6.9; 18, of 600, is 2.6 of it.
    values = np.random.default_rng(3).poisson(60, 12 * 3000)
    printed, totals = of_counts(values).to_numpy().reshape(-1, 12).sum(1), values.reshape(-1, 12).sum(1)
    is_large = totals >= 600
    assert is_large.sum() > 2900
    assert (np.abs(printed - totals) > 0.03 * totals)[is_large].mean() < 0.01


def test_shares_and_means_are_computed_from_rounded_parts_and_an_empty_month_is_a_nil_return():
    share, mean = measure("share", "proportion"), measure("days", "mean", unit="days per person")
    frame = pd.concat(
        [
            rows_of("share", 3, [50.0, 100.0, np.nan], [3, 1, np.nan], [6, 1, np.nan]),
            rows_of("days", 3, [2.5, 4.0, 1.0], [50.0, 92.0, np.nan], [20, 23, 10]),
        ],
        ignore_index=True,
    )
    printed = Rounding(5, KEY).frame(frame, Catalogue(share=share, days=mean))
    parts = printed[["numerator", "denominator"]]
    assert (parts.stack().dropna() % 5 == 0).all()
    whole = printed[printed["denominator"] > 0]
    times = whole["measure"].map({"share": 100, "days": 1})
    assert whole["value"].to_numpy() == pytest.approx((times * whole["numerator"] / whole["denominator"]).to_numpy())
    nil = printed[printed["status"] == "nil return"]
    assert nil[["numerator", "denominator", "value"]].isna().all(axis=None) and 2 in nil.index
    assert printed.loc[5, "numerator"] in (10,)  # value times denominator, where the numerator is not supplied


def test_a_nil_return_of_a_count_prints_as_a_nought_does():
    nothing, nought = rows_of("thefts", 1, [np.nan]), rows_of("thefts", 1, [0.0])
    catalogue = Catalogue(thefts=measure("thefts"))
    assert not len(differing(rounded(nothing, catalogue, 5, KEY), rounded(nought, catalogue, 5, KEY)))


def test_what_counts_no_people_stays_where_it_is_declared_and_surveys_and_given_figures_do():
    frame = pd.concat(
        [rows_of("hours", 2, [3.0, 4]), rows_of("trust", 2, [77.2, 78.1]), rows_of("outcomes", 2, [12.3, 9])]
    )
    frame = frame.reset_index(drop=True)
    catalogue = Catalogue(hours=measure("hours", safe="hours, and no people"), trust=measure("trust", "survey"))
    catalogue["outcomes"] = measure("outcomes", "rolling")
    assert not len(differing(rounded(frame, catalogue, 5, KEY), frame))
    counted = Catalogue(catalogue | {"outcomes": measure("outcomes", "rolling", unit="crimes", singular="crime")})
    assert (rounded(frame, counted, 5, KEY)["value"].tail(2) % 5 == 0).all()


def test_a_share_says_the_same_of_a_count_as_the_measure_that_it_is():
    for seed in range(6):
        frame, catalogue = body(seed)
        printed = Rounding(5, KEY).frame(frame, catalogue).set_index(["measure", "month"])
        share, hate = printed.loc["hate_share"], printed.loc["hate"]
        shown = share["denominator"].notna()
        assert (share["numerator"][shown] == hate["value"][shown]).all()
        assert (share["denominator"][shown] == printed.loc["all_crime"]["value"][shown]).all()


def test_a_numerator_is_never_above_its_denominator():
    for seed in range(6):
        printed = Rounding(5, KEY).frame(*body(seed))
        shares = printed[printed["measure"].isin(["within", "hate_share"])].dropna(subset="denominator")
        assert (shares["numerator"] <= shares["denominator"]).all()


# Relations


def test_how_many_true_figures_fit_is_counted_by_hand():
    # Women and men print 0 and 0, so there are 0 to 4 of each; all print 10, so there are 6 to 14. Then there are 6 to
    # 8 in all, and 2 to 4 of each: three values.
    women, men, all_of_them = (("women", AREA, "value"), ("men", AREA, "value"), ("all", AREA, "value"))
    parts = Relation((women, men), (all_of_them,))
    assert narrowest({women: (0, 4), men: (0, 4), all_of_them: (6, 14)}, [parts]) == 3
    assert narrowest({women: (0, 4), men: (0, 4), all_of_them: (1, 9)}, [parts]) == 5
    # A share of 5 of 0: its numerator is 1 to 9 and no more than its denominator, which is 0 to 4.
    assert narrowest({women: (1, 9), all_of_them: (0, 4)}, [Relation((women,), (all_of_them,), at_most=True)]) == 4


def test_it_is_counted_exactly_where_relations_close_a_circle():
    # Four cells of 0 to 4 with both rows 4 to 8 and one column 0: then the other column has all, 4 of each.
    cells = {f"{r}{c}": (f"{r}{c}", AREA, "value") for r in "ab" for c in "xy"}
    a, b, x, y = ((name, AREA, "value") for name in "abxy")
    relations = [
        Relation((cells["ax"], cells["ay"]), (a,)), Relation((cells["bx"], cells["by"]), (b,)),
        Relation((cells["ax"], cells["bx"]), (x,)), Relation((cells["ay"], cells["by"]), (y,)),
    ]  # fmt: skip
    bounds = dict.fromkeys(cells.values(), (0.0, 4.0)) | {a: (4.0, 8.0), b: (4.0, 8.0), x: (0.0, 0.0), y: (0.0, 8.0)}
    assert narrowest(bounds, relations) == 1
    bounds |= {x: (0.0, 8.0)}
    assert narrowest(bounds, relations) == 5


def test_sums_are_found_in_the_figures_where_the_catalogue_says_nothing():
    draw = np.random.default_rng(5)
    cells = draw.poisson(4, (24, 6)).astype(float)
    columns = [(name, AREA, "value") for name in "abcdefst"]
    months = np.column_stack([cells, cells[:, :2].sum(1), cells[:, 2:5].sum(1)])
    found = {(frozenset(each.left), each.right) for each in that_add_up(columns, months)}
    assert found == {(frozenset(columns[:2]), (columns[6],)), (frozenset(columns[2:5]), (columns[7],))}
    # And two ways of dividing a total that is not supplied: a + b = c + d.
    months[:, 2] = draw.binomial(months[:, :2].sum(1).astype(int), 0.5)
    months[:, 3] = months[:, :2].sum(1) - months[:, 2]
    sides = {frozenset(columns[:2]), frozenset(columns[2:4])}
    found = that_add_up(columns[:6], months[:, :6])
    assert {frozenset({frozenset(each.left), frozenset(each.right)}) for each in found} == {frozenset(sides)}


def closest(bounds: Bounds) -> float:
    """How many true counts fit the one that a month pins most closely."""
    return min(narrowest({c: bounds[c] for each in group for c in each.columns}, group) for group in groups(RELATIONS))


def test_counts_that_are_bound_to_each_other_stand_for_five_true_ones_each():
    before = after = 5.0
    # In the last two a share's numerator, mostly nought, is another measure's count, and nobody has said so.
    for seed in [*range(10), 37, 108]:
        frame, catalogue = body(seed, months=12)
        apart = pd.concat([Rounding(5, KEY).frame(frame[frame["measure"] == code], catalogue) for code in catalogue])
        before = min(before, *map(closest, windows(apart, 5).values()))
        after = min(after, *map(closest, windows(Rounding(5, KEY).frame(frame, catalogue), 5).values()))
    assert before < 5  # the attack sees what independent draws tell
    assert after == 5


def test_so_they_do_over_four_packs_with_every_restatement_known():
    assert min(four_packs(seed) for seed in range(8)) >= 5


def test_what_was_printed_stays_when_a_month_of_another_measure_is_restated():
    turned = 0
    for seed in range(12):
        frame, catalogue = body(seed)
        first = Rounding(5, KEY)
        printed = first.frame(frame, catalogue)
        changed = frame.copy()
        newest = changed["month"] == LAST
        for code in ("victims", "female", "under_25"):  # five more came to light
            changed.loc[newest & (changed["measure"] == code), "value"] += 5
        again = Rounding(5, Key(KEY.secret, first.draws)).frame(changed, catalogue)
        rows = differing(printed, again)
        assert set(frame.loc[rows, "measure"]) <= {"victims", "female", "under_25"}
        assert set(frame.loc[rows, "month"]) <= {LAST}
        turned += len(rows)
    assert turned


# Nothing else


@pytest.mark.parametrize("seed", range(2))
def test_other_true_figures_that_round_alike_print_alike(seed):
    frame, catalogue = body(seed, months=60)
    other = alike(frame, catalogue, 5, KEY, seed)
    assert len(differing(frame, other)) > 20
    texts = []
    for each in (frame, other):
        made = findings(catalogue, settings(), QUARTER, Rounding(5, KEY).frame(each, catalogue))
        texts.append([xlsx.findings_table(made).to_csv(), xlsx.months_table(made).to_csv(), *map(repr, made.values())])
    assert texts[0] == texts[1]


def test_tables_are_rounded_and_a_total_is_the_sum_of_the_rounded():
    counts = pd.DataFrame({pd.Period("2019-12", "M"): [49, 9, 1, 18, 77]}, index=["a", "b", "c", "d", "All"])
    printed = Rounding(5, KEY).table("reasons", counts).iloc[:, 0]
    assert (printed % 5 == 0).all() and printed["All"] == printed.drop("All").sum()
    assert (np.abs(printed - counts.iloc[:, 0]).drop("All") < 5).all()


def test_the_areas_own_rate_among_peers_is_that_of_its_rounded_counts():
    frame = rows_of("thefts", 13, np.full(13, 7.0))
    catalogue = Catalogue(thefts=measure("thefts", peers="theft"))
    months = pd.period_range(end=LAST, periods=3, freq="M")
    own = pd.DataFrame(
        {"series": "theft", "area": AREA, "level": "force", "month": months, "rate": 0.84, "population": 1e5}
    )
    rates = pd.concat([own, own.assign(area="There")], ignore_index=True)
    printed = rounded(frame, catalogue, 5, KEY)
    year = printed["value"].iloc[-12:].sum()
    found = own_rates(rates, printed, catalogue, AREA)
    assert found.loc[found["area"] == "There", "rate"].tolist() == [0.84] * 3
    mine = found[found["area"] == AREA].dropna()  # the first of the three has no twelve months before it
    assert len(mine) == 2 and mine["rate"].iloc[-1] == pytest.approx(1000 * year / 1e5)
