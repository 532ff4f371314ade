"""Exploring: what is asked differs from the report in that alone, and the settings to copy really make it so."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pandas as pd
import pytest
import yaml
from builders import report, text_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perf_lib.config.settings import Break
from perf_lib.findings.finding import Finding
from perf_lib.findings.verdict import clear
from perf_lib.report import open_report
from perf_lib.report.explore import Question, ask, explore
from perf_lib.report.explore.panel import Panel
from perf_lib.views import explain, narrative
from perf_lib.words.errors import InputError

DECEMBER = pd.Period("2019-12", freq="M")
CODES = tuple(report().findings)


def said(finding: Finding) -> tuple[object, ...]:
    """All that two Findings must share to say the same."""
    months = finding.months["value"].astype(float).fillna(-1.0)
    peers = None if finding.peers is None else (finding.peers.standing, finding.peers.position)
    return (
        tuple(months), finding.value, finding.rolling, finding.previous, finding.signals, finding.not_enough,
        finding.breaks, narrative.verdict(finding), tuple(explain.verdict_sums(finding)), peers,
    )  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_a_question_that_changes_nothing_is_answered_with_the_report(code):
    answer = ask(report(), Question(code))
    assert not answer.is_changed
    assert said(answer.now) == said(report().findings[code])
    assert answer.yaml().startswith("# As reported")


def test_december_as_110_is_the_arithmetic_done_by_hand():
    answer = report().what_if("sexual_offences", {"2019-12": 110})
    # 112 + 102 + 110 = 324 for 308; 1,496 - 94 + 110 = 1,512; 136.1 - 2 x 15.8 = 104.5, which 110 is not below.
    assert (answer.then.value.value, answer.now.value.value) == (308, 324)
    assert (answer.then.rolling.value, answer.now.rolling.value) == (1496, 1512)
    assert "month_low" in answer.then.signals
    assert "month_low" not in answer.now.signals
    assert "94 < 136.1 − 2 × 15.8: yes | 110 not < 136.1 − 2 × 15.8: no" in answer.arithmetic().text
    assert "One-month low: goes off" in answer.symbols().text


def test_a_ratio_keeps_its_denominator():
    answer = report().what_if("conviction_rate", {"2019-12": 50})
    denominators = answer.then.months["denominator"]
    pd.testing.assert_series_equal(answer.now.months["denominator"], denominators)
    quarter = answer.now.months.loc["2019-10":"2019-12"]
    assert quarter.loc[DECEMBER, "numerator"] == 0.5 * denominators[DECEMBER]
    expected = 100 * quarter["numerator"].sum() / quarter["denominator"].sum()  # sums over sums, never a mean of means
    assert answer.now.value.value == pytest.approx(expected)


def test_what_is_tried_leaves_the_report_alone_and_is_marked_as_no_record():
    frame = report().arrived.frame.copy()
    answer = report().what_if("hate_crime", {"2019-12": 110})
    pd.testing.assert_frame_equal(report().arrived.frame, frame)
    assert answer.now.months.loc[DECEMBER, "origin"] == "illustrative"
    assert answer.then.months.loc[DECEMBER, "origin"] == "published"


@pytest.mark.parametrize(
    ("month", "figure", "told"),
    [
        ("2019-13", 1, "'2019-13' is not a month; write it as 2019-12"),
        ("2031-01", 1, "conviction_rate has no month 2031-01; it has 2015-01 to 2019-12"),
        ("2019-12", 101, "conviction_rate, 2019-12: the figure cannot be 101; allowed: 0 to 100"),
        ("2019-12", -1, "conviction_rate, 2019-12: the figure cannot be -1; allowed: 0 to 100"),
        ("2019-12", float("nan"), "conviction_rate, 2019-12: the figure cannot be nan; allowed: 0 to 100"),
    ],
)
def test_a_month_or_a_figure_that_cannot_be_is_one_line(month, figure, told):
    with pytest.raises(InputError) as refused:
        report().what_if("conviction_rate", {month: figure})
    assert str(refused.value) == told


def test_an_earlier_quarter_is_that_quarters_own_report():
    """Settings of the two quarters differ in what people wrote, not in figures: the Findings must agree."""
    then, own = report().as_at("2019-20-Q2"), open_report("2019-20-Q2", report().params.folder)
    for code in ("crime_volume", "sexual_offences", "sickness_days_lost", "public_confidence"):
        assert said(then.findings[code]) == said(own.findings[code]), code


def test_an_exception_is_judged_among_all_measures_with_this_one_changed():
    raised = report().what_if("hate_crime", {"2019-12": 400}).now
    assert not report().findings["hate_crime"].verdict.is_unlike
    others = {code: f.verdict.chance for code, f in report().findings.items()} | {"hate_crime": raised.verdict.chance}
    assert "hate_crime" in clear(others)
    # Six times its usual month: there is no quarter in which that is not clear.
    assert (raised.verdict.grade, raised.verdict.way) == ("clear", "higher")


A_BREAK = Break(
    measures=("sexual_offences",), kind="exclusion", first=date(2019, 3, 1), last=date(2019, 4, 30), reason="x",
    author="y",
)  # fmt: skip
QUESTIONS = {
    "months from a month on": Question("sexual_offences", since=pd.Period("2016-03", freq="M"), reason="New system"),
    "a break": Question("sexual_offences", added=(A_BREAK,)),
    "a break that is not to hold": Question("answer_time_999", left_out=frozenset(report().settings.breaks)),
    "other peers": Question("sexual_offences", peers=("Norfolk", "Suffolk", "Cheshire", "Kent")),
    "before the panel": Question("sexual_offences", highlight=("of_concern", "It fell: why? 50 % – “less”")),
    "all at once": Question(
        "sexual_offences", since=pd.Period("2016-03", freq="M"), added=(A_BREAK,), peers=("Kent", "Essex", "Surrey"),
        highlight=("in_the_news", "- a: b # c"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_settings_to_copy_make_the_report_that_was_seen(name, params_copy):
    question, params = QUESTIONS[name], params_copy()
    answer = ask(report(), question)
    path = params / "2019-20-Q3" / "settings.yaml"
    own = yaml.safe_load(path.read_text(encoding="utf-8"))
    own |= yaml.safe_load(answer.yaml())
    path.write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
    made = open_report("2019-20-Q3", params)
    assert said(made.findings[question.measure]) == said(answer.now)
    assert made.settings.breaks == answer.asked.breaks
    assert made.settings.highlights == answer.asked.highlights
    untouched = [code for code in CODES if code != question.measure and name != "other peers" and "all" not in name]
    assert all(made.findings[code].signals == report().findings[code].signals for code in untouched)


def test_a_public_report_is_not_explored():
    public = open_report("2019-20-Q3", report().params.folder, public=True)
    with pytest.raises(InputError, match="a public report is not explored"):
        public.what_if("sexual_offences", {"2019-12": 110})


def test_two_peers_are_no_group():
    with pytest.raises(InputError, match="three areas or more; chosen: Kent and Surrey"):
        ask(report(), Question("sexual_offences", peers=("Kent", "Surrey")))


def test_the_symbols_are_those_of_the_published_rules_and_the_arithmetic_is_the_verdicts_and_theirs():
    finding = report().findings["sickness_days_lost"]
    answer = ask(report(), Question("sickness_days_lost"))
    assert answer.symbols().text.count(": shown") == len(finding.signals) > 0
    text = answer.arithmetic().text
    assert "What was expected" in text
    for months, sums, chance in explain.verdict_sums(finding):
        assert f"{months} | {sums}: {chance} | {sums}: {chance}" in text
    assert "one-month high" in text


# The panel: its widgets as a hand would move them, without a browser.


@cache
def panel() -> Panel:
    return explore(report(), "sexual_offences")


def test_the_panel_opens_on_the_report_as_it_stands():
    fresh = explore(report())
    assert fresh.answer is not None
    assert not fresh.answer.is_changed
    assert fresh.controls.measure.value == CODES[0]


# One of each kind, one whose months stop early, one with a break on record, one in minutes and seconds.
PICKED = ("crime_volume", "positive_outcome_ratio", "public_confidence", "conviction_rate", "ksi_collisions",
          "answer_time_999", "response_time_priority")  # fmt: skip


@pytest.mark.parametrize("code", PICKED)
def test_a_measure_of_every_kind_can_be_picked_and_a_month_of_it_tried(code):
    panel().controls.measure.value = code
    assert panel().answer is not None
    assert not panel().answer.is_changed
    chart = panel()._chart.value
    panel().controls.month.value = panel().controls.month.options[1][1]
    panel().controls.figure.value = panel().controls.figure.max / 3
    assert panel().answer is not None, text_of(panel().refusal.value)
    assert panel().answer.is_changed
    assert panel()._chart.value != chart
    panel().controls.undo.click()
    assert not panel().answer.is_changed
    assert panel()._chart.value == chart


def test_a_break_is_added_unticked_and_ticked():
    panel().controls.measure.value = "sexual_offences"
    panel().controls.add.click()
    assert "a break needs its first day" in text_of(panel().refusal.value)
    panel().controls.first.value = date(2019, 3, 1)
    panel().controls.add.click()
    assert "exclusion needs its last day" in text_of(panel().refusal.value)
    panel().controls.last.value, panel().controls.reason.value = date(2019, 4, 30), "Moved house"
    panel().controls.add.click()
    (box,) = panel().controls.on_record.children
    assert panel().answer.now.breaks[0].reason == "Moved house"
    assert "Moved house" in panel().controls.yaml.value
    box.value = False
    assert not panel().answer.is_changed
    panel().controls.measure.value = "answer_time_999"
    (outage,) = panel().controls.on_record.children
    assert panel().answer.now.not_enough  # difference 10: September 2019 is left out, so the published rules cannot say
    outage.value = False
    assert panel().answer.is_changed
    assert panel().answer.now.not_enough == frozenset()


def test_a_question_that_cannot_be_is_said_above_the_last_answer():
    panel().controls.measure.value = "sexual_offences"
    panel().controls.peers.value = ("Kent", "Surrey")
    assert 'role="alert"' in panel().refusal.value
    assert "three areas or more" in text_of(panel().refusal.value)
    panel().controls.peers.value = ("Kent", "Surrey", "Sussex")
    assert panel().refusal.value == ""
    assert panel().answer.now.peers.rates.index.sort_values().tolist() == ["Kent", "Surrey", "Sussex", "Wiltshire"]


def test_what_a_person_writes_is_shown_as_text():
    panel().controls.measure.value = "sexual_offences"
    panel().controls.reason.value = "<img src=x onerror=alert(1)>"
    panel().controls.first.value, panel().controls.last.value = date(2019, 3, 1), date(2019, 4, 30)
    panel().controls.add.click()
    everything = [
        panel()._symbols,
        panel()._chart,
        panel()._figures,
        panel()._sums,
        panel()._peers_shown,
        panel().refusal,
    ]
    assert all("<img src=x" not in shown.value for shown in everything)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(CODES), st.integers(0, 11), st.floats(0, 1))
def test_a_figure_tried_moves_the_figures_by_the_roll_up_and_nothing_else(code, back, share):
    finding = report().findings[code]
    months = finding.months.index[finding.months["value"].notna()]
    month = months[-1 - min(back, len(months) - 1)]
    figure = share * (100.0 if finding.measure.is_percentage else 2 * float(finding.months["value"].max()))
    now = ask(report(), Question(code, months={month: figure})).now
    assert now.months["value"].drop(month).equals(finding.months["value"].drop(month))
    if finding.measure.kind == "count" and finding.rolling.value is not None and month > finding.as_at - 12:
        moved = figure - float(finding.months.loc[month, "value"])
        assert now.rolling.value == pytest.approx(finding.rolling.value + moved)


@pytest.mark.parametrize(
    "asked",
    [
        {"months": {"2019-12": 110}, "since": "2017-04"},
        {"exclude": ["2019-08"], "target": 80.0},
        {"peers": ["Kent", "Essex", "Surrey", "Sussex"]},
    ],
)
def test_the_choices_written_as_a_call_give_the_same_answer(asked):
    answer = report().what_if("sexual_offences", **asked)
    (line,) = re.findall(r"^# In a script: (.+)$", answer.yaml(), re.MULTILINE)
    again = eval(line, {"report": report()})
    assert (again.question, said(again.now)) == (answer.question, said(answer.now))
    assert answer.is_changed


def test_a_target_is_tried_for_the_answer_alone():
    answer = report().what_if("conviction_rate", target=80)
    assert (answer.now.target.bounds.level, answer.then.measure.target) == (
        80,
        report().findings["conviction_rate"].measure.target,
    )
    assert report().findings["conviction_rate"].target is answer.then.target
    assert "# Not a setting: a target of 80. It stands in measures.yaml." in answer.yaml()


def test_a_month_may_be_left_out_by_a_call():
    answer = report().what_if("sexual_offences", exclude=["2019-08", "2019-09"])
    assert {each.excluded[0] for each in answer.now.breaks} >= {pd.Period("2019-08", "M"), pd.Period("2019-09", "M")}
    assert answer.now.rolling == answer.then.rolling  # totals lose nothing
