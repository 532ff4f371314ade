"""Suspected breaks: found where they are, seldom where they are not, and applied by nobody but a person."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import yaml
from builders import ROOT, find_one, report, sample
from scipy.stats import chi2

from perf_lib.config.settings import Break
from perf_lib.findings.analysis import suspected_breaks
from perf_lib.report import open_report
from perf_lib.stats.expected import level
from perf_lib.stats.suspected_breaks import CANDIDATES_WORTH, level_shift, scan
from perf_lib.views import explain

MONTHS = pd.period_range("2015-01", periods=60, freq="M")


def counts(levels, seed: int = 1) -> pd.Series:
    """Seasonal counts about some levels, the last in December 2019."""
    season = 1 + 0.1 * np.cos(2 * np.pi * np.arange(len(levels)) / 12)
    values = np.random.default_rng(seed).poisson(np.asarray(levels) * season)
    return pd.Series(values, index=MONTHS[-len(levels) :])


STEP = counts([200] * 40 + [260] * 20)


def restricted(z: np.ndarray, alpha: float, season: float, column: np.ndarray | None = None) -> tuple[float, float]:
    """Log likelihood of the months given a step of the size that fits best, and that size.

    Witness: generalised least squares about an unknown mean, of a level that wanders with a season (the formulas of
    `expected.level`); s2 is profiled, and the step costs no likelihood but what it explains.
    """
    months = len(z)
    spread = np.eye(months) + alpha * np.tril(np.ones((months, months)), -1)
    effects = np.eye(12)[np.arange(months) % 12] - 1 / 12
    covariance = spread @ spread.T + season * effects @ effects.T
    inside = np.linalg.inv(covariance)
    one = np.ones(months)
    about = inside - np.outer(inside @ one, one @ inside) / (one @ inside @ one)
    size = 0.0 if column is None else column @ about @ z / (column @ about @ column)
    left = z if column is None else z - size * column
    penalty = np.linalg.slogdet(covariance)[1] + np.log(one @ inside @ one)
    return -((months - 1) * np.log(left @ about @ left) + penalty) / 2, size


def test_the_month_is_the_one_that_makes_the_months_most_likely(monkeypatch):
    monkeypatch.setattr(level, "ALPHAS", np.array([0.1]))
    monkeypatch.setattr(level, "SEASONS", np.array([2.0]))
    level.operator.cache_clear()
    z = 2 * np.sqrt(STEP.to_numpy() + 0.375)
    plain, _ = restricted(z, 0.1, 2.0)
    fits = {month: restricted(z, 0.1, 2.0, (np.arange(60) >= month).astype(float)) for month in range(6, 55)}
    best = max(fits, key=lambda month: fits[month][0])
    scanned = scan(z[None, :])
    level.operator.cache_clear()
    assert scanned.position.tolist() == [best] == [40]
    assert scanned.estimate == pytest.approx([fits[best][1]])
    assert scanned.likelier == pytest.approx([fits[best][0] - plain])
    line, _ = restricted(z, 0.1, 2.0, np.arange(60) - 29.5)
    assert scanned.over_line == pytest.approx([2 * (fits[best][0] - line)])
    # Twice the gain is a chi-square of one degree, for as many candidates as the scan is worth.
    expected = min(1, CANDIDATES_WORTH * chi2.sf(2 * scanned.likelier[0], 1))
    assert scanned.p == pytest.approx([expected])


def test_a_step_is_suspected_at_its_month_with_its_size():
    shift = level_shift(STEP)
    assert (shift.suspected, str(shift.month), shift.history, shift.unit) == (True, "2018-05", 60, "per cent")
    assert 20 < shift.change < 40  # 200 to 260 is 30 per cent
    assert shift.p < 0.001
    down = level_shift(counts([260] * 40 + [200] * 20))
    assert down.suspected
    assert -30 < down.change < -16  # 260 to 200 is 23 per cent less


def test_what_does_not_change_is_seldom_suspected():
    # 1 per cent of 400 is 4; twelve or more by chance has a probability below 0.001.
    rng = np.random.default_rng(3)
    suspected = scan(2 * np.sqrt(rng.poisson(100, (400, 60)) + 0.375)).suspected()
    assert suspected.sum() < 12


@pytest.mark.parametrize("a_year", [0.05, 0.10, 0.20])
def test_a_drift_is_seldom_a_break(a_year):
    rng = np.random.default_rng(5)
    drifting = 400 * (1 + a_year) ** (np.arange(60)[:, None] / 12)
    z = 2 * np.sqrt(rng.poisson(drifting, (60, 300)) + 0.375)
    assert scan(z.T).suspected().mean() < 0.08  # tests/benchmarks: 1 to 5 per cent


@pytest.mark.parametrize("seed", range(3))
def test_the_unit_of_a_mean_does_not_matter_and_its_inverse_goes_the_other_way(seed):
    seconds = np.exp(np.random.default_rng(seed).normal(0, 0.05, 60) + np.r_[np.zeros(30), np.full(30, 0.2)])
    one, many, inverse = (level_shift(pd.Series(v, index=MONTHS), "mean") for v in (seconds, 60 * seconds, 1 / seconds))
    assert (many.month, many.change, many.p) == (one.month, pytest.approx(one.change), pytest.approx(one.p))
    assert inverse.month == one.month
    assert (1 + inverse.change / 100) * (1 + one.change / 100) == pytest.approx(1)


def test_a_proportion_changes_in_percentage_points():
    cases = pd.Series(500, index=MONTHS)
    wins = pd.Series(np.random.default_rng(4).binomial(500, [0.6] * 36 + [0.7] * 24), index=MONTHS)
    shift = level_shift(wins, "proportion", cases)
    assert shift.suspected
    assert shift.unit == "percentage points"
    assert 7 < shift.change < 13  # 60 to 70 per cent


def test_history_ends_at_a_break_on_record_and_excluded_months_take_no_part():
    assert level_shift(STEP, breaks=["2018-05"]).why_not == "needs 36 months of history; there are 20"
    early = counts([200] * 10 + [300] * 50)
    assert level_shift(early).suspected
    after = level_shift(early, breaks=["2015-11"])
    assert (after.suspected, after.history) == (False, 50)  # November 2015 to December 2019
    outage = counts([200] * 60)
    outage.iloc[30:36] = 2000
    out = [str(month) for month in MONTHS[30:36]]
    assert not level_shift(outage, exclude=out).suspected
    assert str(level_shift(STEP, exclude=["2018-05"]).month) == "2018-06"  # its first month is not known


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([5.0] * 35, "needs 36 months of history; there are 35"),
        ([2.0] * 60, "numbers are too small"),
        ([9.0, 8.0] * 5 + [np.nan] * 43 + [9.0] * 7, "too much of its history is missing"),  # 17 of 60 months
    ],
)
def test_what_cannot_be_asked_says_why(values, says):
    shift = level_shift(pd.Series(values, index=MONTHS[-len(values) :]))
    assert (shift.suspected, shift.month, shift.why_not) == (False, None, says)


def test_a_constant_series_and_one_huge_month_are_no_breaks():
    constant = level_shift(pd.Series(50.0, index=MONTHS))
    assert (constant.suspected, constant.p) == (False, 1.0)
    huge = counts([200] * 60)
    huge.iloc[30] = 10**9
    assert not level_shift(huge).suspected


def test_six_months_at_either_end_are_no_candidates():
    for at in (3, 57):
        values = counts(np.where(np.arange(60) >= at, 900, 300))
        shift = level_shift(values)
        assert MONTHS[6] <= shift.month <= MONTHS[54]


# --- what analysts see


def test_explain_names_the_month_and_the_lines_that_would_put_it_on_record():
    finding = find_one(STEP.tolist())
    printed = explain.explain(finding)
    assert "A break is suspected in the 60 months to December 2019: from May 2018 the level is" in printed.text
    assert "per cent above that before" in printed.text
    assert "nothing is applied" in printed.text
    lines = explain.break_lines(finding, pd.Period("2018-05", "M"))
    assert f"<pre><code>{lines}</code></pre>" in printed.html
    (record,) = yaml.safe_load(f"breaks:\n{lines}")["breaks"]
    broken = Break.model_validate(record)
    assert (broken.kind, broken.measures, broken.starts) == ("process change", ("thefts",), pd.Period("2018-05", "M"))


def test_explain_says_that_none_is_suspected_or_why_none_can_be_sought():
    steady = find_one(counts([200] * 60).tolist())
    assert "No break in the level is suspected in the 60 months to December 2019." in explain.explain(steady).text
    short = find_one([200.0] * 30)
    assert "cannot be looked for: needs 36 months of history; there are 30." in explain.explain(short).text


def shift_of(finding):
    code = finding.measure.code
    return suspected_breaks({code: finding.comparable}).get(code)


def test_nothing_is_applied_until_a_person_pastes_the_lines(params_copy):
    before = sample("response_time_immediate")
    shift = shift_of(before)
    assert (shift.suspected, str(shift.month)) == (True, "2019-06")
    params = params_copy()
    path = params / "settings.yaml"
    lines = explain.break_lines(before, shift.month)
    path.write_text(path.read_text(encoding="utf-8").replace("\nbreaks:\n", f"\nbreaks:\n{lines}\n"), encoding="utf-8")
    finding = open_report("2019-20-Q3", params)["response_time_immediate"].finding
    assert [each.starts for each in finding.breaks if each not in before.breaks] == [shift.month]
    assert shift_of(finding).why_not == "needs 36 months of history; there are 7"  # June to December 2019
    assert finding.rolling.value == before.rolling.value


def test_the_desk_lists_every_suspicion_and_how_many_chance_would_name():
    printed = report().suspected_breaks().text
    suspected = [
        finding.measure.title
        for finding in report().findings.values()
        if (shift := shift_of(finding)) is not None and shift.suspected
    ]
    assert suspected
    assert [line.split(" | ")[0] for line in printed.splitlines()[2:]] == suspected
    assert f"is suspected in {len(suspected)};" in printed


def test_suspicions_are_for_analysts_and_not_in_the_panels_report():
    bound = list((ROOT / "notebooks").glob("[0-9]_*.ipynb"))
    assert len(bound) >= 7
    for path in bound:
        assert "suspected" not in path.read_text(encoding="utf-8")
        assert ".explain(" not in path.read_text(encoding="utf-8")
    assert "report.suspected_breaks()" in (ROOT / "notebooks" / "explore.ipynb").read_text(encoding="utf-8")
