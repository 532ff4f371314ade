"""What readers see of the rules: explain, key, outline and solid, exceptions, fan, breaks, target, peers' course."""

from __future__ import annotations

import re
import sys

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from builders import AREA, PARAMS, PEERS, find, find_one, measure, months, ratio, report, sample, settings, text_of
from scipy.stats import false_discovery_control, norm
from typer.testing import CliRunner

from perf_lib.cli import app, main
from perf_lib.config.settings import PeerGroup
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.stats import spc
from perf_lib.stats.expected import judge
from perf_lib.stats.forecast import Projection, Refused
from perf_lib.views import charts, dashboard, explain, narrative
from perf_lib.views.charts import Chart
from perf_lib.views.html import Fragment

FINDINGS = report().findings
TESTED = [code for code, finding in FINDINGS.items() if finding.arithmetic]


def line_of(text: str, symbol: str, table: str) -> str:
    """A symbol's line in one of the two tables of explain."""
    part = text.split(table)[1].splitlines()
    return next(line for line in part if line.startswith(f"{symbol} | "))


# --- explain


def test_the_published_arithmetic_can_be_checked_by_hand():
    # Appendix A: 94 in December 2019. Witness for the limit: mean and SD of the 24 months before.
    finding = sample("sexual_offences")
    before = finding.months["value"].iloc[-25:-1].to_numpy(float)
    assert len(before) == 24
    line = line_of(explain.explain(finding).text, "one-month low", ": symbols")
    assert line == f"one-month low | 94 < {before.mean():.1f} − 2 × {before.std(ddof=1):.1f} | yes"


def test_the_verdicts_arithmetic_is_that_of_the_model_itself():
    # Witness: `judge` on the sample's own months, a series by itself. 112, 102 and 94 in the quarter: Appendix A.
    finding = sample("sexual_offences")
    months_of = finding.months["value"].astype(float).to_frame("it")
    judged = judge(months_of).loc["it"]
    line = line_of(explain.explain(finding).text, "October to December 2019", "what was expected")
    low, high = f"{judged['expected_low']:.1f}".removesuffix(".0"), f"{judged['expected_high']:.1f}".removesuffix(".0")
    assert line.startswith("October to December 2019 | 308 where ")
    assert line.endswith(f"was expected, {low} to {high} in 95 of 100 cases | p = {abs(judged['quarter']):.3f}")
    assert f"together have p = {judged['p']:.3f} (Cauchy combination)" in explain.explain(finding).text


def test_the_arithmetic_of_a_measure_without_symbols_is_that_of_its_year():
    # Paragraph 64: 77.2 and 79.0 per cent with margins of 3.4; a difference of 1.8 over sqrt(2) x 3.4 / 1.96.
    text = explain.explain(sample("public_confidence")).text
    assert "This year against last | 77.2 against 79, a change of −1.8 percentage points; " in text
    p = 2 * norm.sf(1.8 / (np.sqrt(2) * 3.4 / norm.ppf(0.975)))
    assert f"The year has p = {p:.3f}. " in text
    assert "(Cauchy combination)" not in text


@pytest.mark.parametrize("code", TESTED)
def test_explain_agrees_with_the_symbols(code):
    finding = FINDINGS[code]
    text = explain.explain(finding).text
    for rule in spc.RULES:
        verdict = line_of(text, symbols.BY_CODE[rule.code].words, ": symbols").rsplit(" | ", 1)[1]
        assert (verdict == "yes") == (rule.code in finding.signals), (rule.code, verdict)


def test_the_history_has_the_symbols_that_earlier_reports_showed():
    # Witness: the report of an earlier quarter, made from the same data cut at its own end.
    said = explain.explain(sample("sexual_offences")).text.split("Symbols of past months")[1]
    lines = dict(line.split(" | ") for line in said.splitlines() if line.count(" | ") == 1)
    assert len(lines) == 12
    for quarter, month in (("2019-20-Q1", "Jun-19"), ("2019-20-Q2", "Sep-19"), ("2019-20-Q3", "Dec-19")):
        then = sample("sexual_offences", quarter)
        words = {symbols.BY_CODE[code].words for code in then.signals} or {"none"}
        assert set(lines[month].split("; ")) == words, month


def test_explain_of_what_has_no_rules_and_of_what_lacks_months_says_so():
    none = explain.explain(sample("victim_satisfaction")).text
    assert none.splitlines() == [
        "Victims' satisfaction with the whole experience: the number behind it was not supplied.",
        "Nothing can be told: the number behind it was not supplied.",
        "Symbols for months and trends do not apply to a rolling measure.",
    ]
    short = explain.explain(find_one([10.0] * 20)).text
    assert "one-month high | a month of its window is missing | not enough data" in short
    assert "Nothing can be told: only 20 months to go by." in short


def test_a_break_from_nought_is_said_without_a_per_cent():
    text = explain.explain(find_one([0] * 30 + [20, 25, 18] * 10)).text
    assert "from July 2017 the level is above that before (p < 0.001" in text


def test_the_command_prints_what_the_desk_shows():
    ended = CliRunner().invoke(app, ["explain", "2019-20-Q3", "sexual_offences", "--params", str(PARAMS)])
    assert ended.exit_code == 0
    assert ended.output.strip() == report()["sexual_offences"].explain().text.strip()


def test_the_command_refuses_an_unknown_measure_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["perf-lib", "explain", "2019-20-Q3", "sexual_offense"])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    assert (left.value.code, said.out, len(said.err.strip().splitlines())) == (2, "", 1)
    assert "did you mean sexual_offences?" in said.err


# --- the key, and the rates in it


def test_the_key_prints_each_rules_rate_and_how_many_chance_flags_to_expect():
    shown = report().key()
    rows = {
        row.th.get_text(): row.find_all("td")[-1].get_text()
        for row in BeautifulSoup(shown.html, "html.parser").tbody.find_all("tr")
    }
    assert list(rows) == [symbol.words for symbol in symbols.SYMBOLS]
    for symbol in symbols.SYMBOLS:
        rate = symbols.PEER_FALSE_ALARMS.get(symbol.code, symbols.FALSE_ALARMS.get(symbol.code))
        assert rows[symbol.words] == ("–" if rate is None else f"{rate:.1f}%"), symbol.code
    # Witness: the measures whose months have rules, times the rates that any symbol shows at.
    tested = len(TESTED)
    counts = re.search(
        r"Of the (\d+) measures .* chance alone would show a symbol on about (\d+), and a solid one on about (\d+)\.",
        shown.text,
    )
    assert counts is not None
    by_chance = [round(tested * rate / 100) for rate in (spc.ANY_FALSE_ALARM, symbols.ANY_SOLID)]
    assert [int(part) for part in counts.groups()] == [tested, *by_chance]


def test_the_key_shows_solid_and_outline_drawings():
    html = report().key().html
    for code in symbols.FALSE_ALARMS:
        assert symbols.icon_uri(code) in html
        assert symbols.icon_uri(code, outline=True) in html
        assert symbols.icon_uri(code) != symbols.icon_uri(code, outline=True)
    assert symbols.icon_uri("no_data") in html


# --- outline and solid


def drawings(finding) -> dict[str, str]:
    """The words of each drawing in a measure's box."""
    box = BeautifulSoup(dashboard.headline_box(finding).html, "html.parser")
    return {image["src"]: image["alt"] for image in box.select(".symbols img")}


@pytest.mark.parametrize("code", list(FINDINGS))
def test_a_symbol_is_solid_where_the_verdict_goes_its_way(code):
    finding = FINDINGS[code]
    drawn = drawings(finding)
    ways = {"high": "higher", "low": "lower"}
    for symbol in symbols.shown(finding):
        if symbol.code in symbols.FALSE_ALARMS:
            solid = finding.verdict.is_unlike and finding.verdict.way == ways[symbol.direction]
            words = drawn[symbols.icon_uri(symbol.code, outline=not solid)]
            assert words.lower().startswith(symbol.words)
            assert words.endswith("(may be chance)") == (not solid)
            assert symbols.icon_uri(symbol.code, outline=solid) not in drawn


def test_the_sample_has_symbols_of_both_kinds():
    kinds = {symbols.is_supported(s, f) for f in FINDINGS.values() for s in symbols.shown(f)}
    assert kinds == {True, False}


def test_a_high_that_comes_every_december_is_drawn_in_outline_and_a_new_one_solid():
    # December is twice the other months' 100 to 102: beyond two SD of its 24 months, and usual for the season.
    year = [100, 102, 101, 100, 102, 101, 100, 102, 101, 100, 102, 200]
    noise = np.random.default_rng(5).integers(-2, 3, 60)
    every_year = find_one((np.array(year * 5) + noise).tolist())
    new = find_one((np.array([*year[:11], 101] * 4 + year) + noise).tolist())
    assert "month_high" in every_year.signals & new.signals
    assert "may be chance" in drawings(every_year)[symbols.icon_uri("month_high", outline=True)]
    assert "may be chance" not in drawings(new)[symbols.icon_uri("month_high")]
    assert narrative.verdict_words(every_year) == "as expected"
    assert narrative.verdict_words(new) == "clearly more than expected in December"


# --- the quarter's exceptions


def test_the_exceptions_are_those_that_survive_the_false_discovery_control():
    # Witness: SciPy's own step-up, on the chance of each measure as a whole.
    chances = {code: finding.verdict.chance for code, finding in FINDINGS.items() if finding.verdict.chance is not None}
    adjusted = false_discovery_control(list(chances.values()), method="bh")
    survive = {code for code, value in zip(chances, adjusted, strict=True) if value <= 0.10}
    assert {code for code, finding in FINDINGS.items() if finding.verdict.grade == "clear"} == survive
    html = report().exceptions().html
    first, _ = html.split("</ul>", 1)
    assert "Significant change" in first
    assert set(re.findall(r'href="#(\w+)"', first)) == survive


def test_with_nothing_changed_there_is_no_exception():
    rng = np.random.default_rng(6)
    given = [(measure(f"measure_{n}"), months(rng.poisson(100, 60))) for n in range(20)]
    found = find(*given)
    assert not [code for code, finding in found.items() if finding.verdict.grade == "clear"]
    said = dashboard.exceptions(found, settings().highlights)
    assert "No measure shows one." in text_of(said.html)


def test_a_measure_that_leapt_is_the_exception_among_many():
    rng = np.random.default_rng(7)
    leapt = measure("leapt"), months(rng.poisson([100] * 55 + [180] * 5))
    found = find(leapt, *((measure(f"measure_{n}"), months(rng.poisson(100, 60))) for n in range(19)))
    assert [code for code, finding in found.items() if finding.verdict.grade == "clear"] == ["leapt"]


# --- the fan


def test_the_fan_is_as_wide_as_the_projection_says_and_in_the_charts_figures():
    projected = [code for code in TESTED if isinstance(FINDINGS[code].projection, Projection)]
    assert projected
    for code in projected:
        table = FINDINGS[code].projection.table
        assert (table["lower_95"] <= table["lower_80"]).all()  # of a few whole cases the two may be one
        assert (table["lower_80"] < table["rolling"]).all()
        assert (table["rolling"] < table["upper_80"]).all()
        assert (table["upper_80"] <= table["upper_95"]).all()
    chart = charts.monthly(FINDINGS["anti_social_behaviour"])
    assert narrative.outlook(FINDINGS["anti_social_behaviour"]) in chart.alt
    last = FINDINGS["anti_social_behaviour"].projection.table.iloc[-1]
    assert {f"{last['rolling']:,.0f}", f"{last['lower_80']:,.0f}"} <= set(chart.table.iloc[-1])


def test_a_projection_that_is_refused_is_not_spoken_of():
    short = find_one([50.0 + n % 5 for n in range(20)])
    assert isinstance(short.projection, Refused)
    assert narrative.outlook(short) == ""


# --- breaks on record


def broken(kind: str, first: str, last: str | None = None, values=None):
    """A measure with a break on record, and the same without."""
    values = np.random.default_rng(8).poisson([100] * 36 + [150] * 24) if values is None else values
    record = {"measures": ["thefts"], "kind": kind, "first": first, "last": last, "reason": "A reason.", "author": "A"}
    plain, given = settings(), (measure("thefts"), months(values))
    asked = settings(breaks=[{key: value for key, value in record.items() if value is not None}])
    return find(given, settings=asked)["thefts"], find(given, settings=plain)["thefts"]


def test_history_starts_anew_at_a_process_change():
    # Months step from 100 to 150 in January 2018, which begins the last 24: what was before no longer counts.
    with_break, without = broken("process change", "2018-02-01")
    assert without.judged
    assert not with_break.judged  # 21 months before the quarter are too few
    assert narrative.verdict_words(with_break) == "counting changed in February 2018"
    assert with_break.year_on_year is None  # last year's January is not comparable, nor are 24 months left
    assert not with_break.arithmetic["month_high"].enough  # its 25 months reach over the break
    assert with_break.projection.why == "recent_break"
    assert with_break.rolling.value == without.rolling.value  # totals are never re-based


def test_excluded_months_take_no_part_in_tests_baselines_or_projections():
    values = np.random.default_rng(9).poisson(100, 60).astype(float)
    values[48:51] = 400  # January to March 2019
    with_break, without = broken("exclusion", "2019-01-15", "2019-03-10", values)
    assert [str(month) for month in with_break.comparable.limits["exclude"]] == ["2019-01", "2019-02", "2019-03"]
    assert without.arithmetic["month_low"].enough
    assert not with_break.arithmetic["month_low"].enough  # a month of its window is left out, and none is made up
    # 100 a month, and three months at four times that: the year seems to be up by 75 per cent, and is not.
    assert without.year_on_year.change == pytest.approx(100 * (values[-12:].sum() / values[-24:-12].sum() - 1))
    assert (without.year_on_year.months, with_break.year_on_year.months) == (12, 9)
    change = 100 * (values[-9:].sum() / values[-21:-12].sum() - 1)
    assert with_break.year_on_year.change == pytest.approx(change)
    assert with_break.year_on_year.lower < 0 < with_break.year_on_year.upper
    assert with_break.rolling.value == without.rolling.value == values[-12:].sum()


def test_a_break_is_drawn_and_said():
    with_break, without = broken("process change", "2018-01-01")
    told = charts.monthly(with_break)
    assert "A broken vertical line marks a change of process." in told.subtitle + told.alt
    assert told.svg.count("stroke-dasharray") > charts.monthly(without).svg.count("stroke-dasharray")
    left_out, _ = broken("data quality", "2019-06-01", "2019-06-03")
    drawn = charts.monthly(left_out)
    assert "A tinted column marks a month left out of comparisons." in drawn.subtitle + drawn.alt
    assert narrative.breaks(with_break) == ["Process change, compared from January 2018 only: A reason (A)."]
    assert narrative.breaks(left_out) == ["Data quality, June 2019 left out of comparisons: A reason (A)."]
    assert narrative.breaks(without) == []


def test_the_samples_outage_is_drawn_for_the_measures_it_touched():
    for code, finding in FINDINGS.items():
        touched = bool(finding.breaks)
        assert touched == (code in report().settings.breaks[0].measures)
        if touched:
            chart = report()[code].chart()
            assert "left out of comparisons" in chart.subtitle + chart.alt


# --- target


@pytest.mark.parametrize(
    ("target", "met", "next_quarter", "year"),
    # Sixty shares about 89.9 per cent, three standard errors of a quarter's mean of three 2.6: 80 is met as surely as
    # can be, 97 as surely missed, and 90 either way.
    [(80, "met", "will almost surely meet", "will almost surely do"),
     (97, "did not meet", "will almost surely not meet", "will almost surely not do"),
     (90, "met", "may or may not meet", "may or may not do")],
)  # fmt: skip
def test_the_target_is_said_to_be_met_or_missed_and_how_surely_it_will_be(target, met, next_quarter, year):
    given = measure("answered", "proportion", better="higher", target=float(target))
    shares = np.round(90 + np.random.default_rng(4).normal(0, 1.5, 60), 1)
    expected = (
        f"The quarter {met} the target of {target} per cent. As things are, the next quarter {next_quarter} it, "
        f"and the 12 months to March 2020 {year} so."
    )
    assert narrative.target(find((given, months(shares)))["answered"]) == expected


def test_a_target_for_months_that_add_up_is_held_against_the_average_month():
    # 300 in the quarter is 100 a month; 1.2 days a head in the quarter are 0.4 a month.
    count = find_one([100] * 60, target=101.0)
    assert narrative.target(count).startswith("The quarter met the target of 101 a month.")
    assert narrative.target(find_one([100] * 60, target=99.0)).startswith("The quarter did not meet the target of 99 a")
    sick = measure("sickness", "mean", unit="days per person", denominator_is="stock", decimals=1, target=0.5)
    finding = find((sick, ratio([40.0] * 60, [100.0] * 60, scale=1)))["sickness"]
    assert finding.value.value == pytest.approx(1.2)
    assert narrative.target(finding).startswith("The quarter met the target of 0.5 days per person a month.")


def test_a_measure_without_a_target_says_nothing_of_one():
    assert narrative.target(find_one([90.0] * 24)) == ""


# --- the peers' course

GROUP = PeerGroup(name="most similar group", abbreviation="MSG", areas=PEERS)


def among(**rates: list[float | None]) -> Finding:
    """A measure with rates where each area has rates at four quarters' ends, but for those given."""
    ends = pd.PeriodIndex(["2019-03", "2019-06", "2019-09", "2019-12"], freq="M")
    every = {area: [10.0 + n, 10.5 + n, 11.0 + n, 11.5 + n] for n, area in enumerate((AREA, *PEERS))} | rates
    rows = [
        {"series": "thefts", "area": area, "level": "force", "month": month, "offences": 1.0, "population": 1000.0,
         "rate": rate, "origin": "published"}
        for area, line in every.items() for month, rate in zip(ends, line, strict=True) if rate is not None
    ]  # fmt: skip
    given = measure("thefts", peers="thefts"), months([5] * 24)
    return find(given, rates=pd.DataFrame(rows), settings=settings(peer_group=GROUP.model_dump()))["thefts"]


def course(**rates: list[float | None]) -> Chart | Fragment:
    return charts.peer_projection(among(**rates), GROUP)


def test_the_course_is_drawn_from_every_area_with_a_history():
    drawn = course()
    assert isinstance(drawn, Chart)
    # Witness: the mean of 10 to 17 is 13.5, of 11.5 to 18.5 is 15; 10 x 15 / 13.5 = 11.1 as its peers.
    assert drawn.table.iloc[-1].tolist() == ["Dec-19", "11.5", "15.0", "11.1"]
    assert "left out" not in drawn.subtitle


def test_a_peer_with_too_short_a_history_is_left_out_and_named():
    drawn = course(G=[None, None, None, 99.0], F=[None, None, None, None])
    assert isinstance(drawn, Chart)
    assert len(drawn.table) == 4
    assert "F and G are left out: too few months have a rate." in drawn.subtitle
    assert "F and G are left out" in drawn.alt
    # One missing quarter costs that quarter only.
    assert course(G=[17.0, None, 18.0, 18.5]).table["12 months to"].tolist() == ["Mar-19", "Sep-19", "Dec-19"]


def test_a_course_that_cannot_be_drawn_is_a_sentence():
    only_now = {area: [None, None, None, 11.0 + n] for n, area in enumerate(PEERS)}
    said = course(**only_now)
    assert not isinstance(said, Chart)
    assert said.text.startswith("Thefts: the course of Here beside its most similar group cannot be drawn; it takes")
    own = course(**{AREA: [None, None, None, 11.0]})
    assert "cannot be drawn" in own.text


def test_the_rank_in_the_group_is_said_and_who_has_no_rate():
    # 11.5 to 18.5 in December 2019, the area's own the lowest; the country is the same eight areas.
    assert " Its rate is the lowest of 8 in the group and the lowest of 8 forces. " in narrative.peers(among(), GROUP)
    said = narrative.peers(among(G=[17.0, 17.5, 18.0, None]), GROUP)
    assert " Its rate is the lowest of 7 in the group and the lowest of 7 forces. No rate is known for G." in said
