"""What readers see of the rules: explain, key, outline and solid, exceptions, fan, breaks, target, peers' course."""

from __future__ import annotations

import re
import sys

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from builders import AREA, PARAMS, PEERS, ROOT, find, find_one, measure, months, report, sample, settings, text_of
from measured import any_false_alarm, cells, mean, numbers
from perf_lib.stats.calibrated.contrasts import CONTRASTS
from scipy.stats import false_discovery_control
from typer.testing import CliRunner

from perf_lib.cli import app, main
from perf_lib.config.settings import PeerGroup
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.stats import calibrated, peers, spc, suspected_breaks
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
    line = line_of(explain.explain(finding).text, "one-month low", "published rules")
    assert line == f"one-month low | 94 < {before.mean():.1f} − 2 × {before.std(ddof=1):.1f} | yes"


def test_the_calibrated_arithmetic_says_what_would_be_usual_and_its_test():
    finding = sample("special_constable_hours")
    test = finding.calibrated["month_low"]
    line = line_of(explain.explain(finding).text, "one-month low", "calibrated rules, at 1 per cent")
    assert line.endswith("| yes")  # 3,911 hours in December 2019, Appendix A
    assert f"3,911 where {test.usual[0]:,.0f} would be usual" in line
    assert f"t = −{abs(test.t):.2f} on {test.df:.1f} df" in line
    assert "60 months of history, by months" in line
    assert ("p < 0.001" in line) == (test.p < 0.001)


@pytest.mark.parametrize("code", TESTED)
def test_explain_agrees_with_the_symbols_under_both_rule_sets(code):
    finding = FINDINGS[code]
    said = explain.explain(finding).text
    for table, signals in (("published rules", finding.signals), ("calibrated rules", finding.calibrated_signals)):
        for rule in spc.RULES:
            verdict = line_of(said, symbols.BY_CODE[rule.code].words, table).rsplit(" | ", 1)[1]
            assert (verdict == "yes") == (rule.code in signals), (rule.code, verdict)


def test_the_history_has_the_symbols_that_earlier_reports_showed():
    # Witness: the report of an earlier quarter, made from the same data cut at its own end.
    said = explain.explain(sample("sexual_offences")).text.split("Symbols of past months")[1]
    lines = {line.split(" | ")[0]: line.split(" | ")[1:] for line in said.splitlines() if line.count(" | ") == 2}
    assert len(lines) == 12
    for quarter, month in (("2019-20-Q1", "Jun-19"), ("2019-20-Q2", "Sep-19"), ("2019-20-Q3", "Dec-19")):
        then = sample("sexual_offences", quarter)
        for said_of, signals in zip(lines[month], (then.signals, then.calibrated_signals), strict=True):
            words = {symbols.BY_CODE[code].words for code in signals} or {"none"}
            assert set(said_of.split("; ")) == words, month


def test_explain_of_what_has_no_rules_and_of_what_lacks_months_says_so():
    none = explain.explain(sample("victim_satisfaction")).text
    assert none.endswith("symbols for months and trends do not apply to a rolling measure.")
    short = explain.explain(find_one([10.0] * 20)).text
    assert "one-month high | a month of its window is missing | not enough data" in short
    assert "one-month high | needs 36 months of history; there are 20 | not enough data" in short
    assert "rolling 12 months increasing | needs 24 months of history; there are 20 | not enough data" in short


def test_a_test_that_is_met_by_some_months_only_says_why_the_symbol_does_not_show():
    # Eight months of which one lies below what is usual: high together, and not each of them.
    values = np.random.default_rng(11).poisson([100] * 52 + [150] * 8)
    values[-4] = 60
    finding = find_one(values.tolist())
    test = finding.calibrated["eight_months_high"]
    assert test.p < 0.01 < 1 < test.t
    assert not test.met
    line = line_of(explain.explain(finding).text, "eight-month high", "calibrated rules")
    assert "needs t > 0 and p < 0.01; not each of the months lies on that side of its usual level" in line


def test_an_exception_of_the_quarter_is_said_to_be_one():
    chosen = [code for code in TESTED if FINDINGS[code].is_headline]
    others = [code for code in TESTED if not FINDINGS[code].is_headline]
    assert chosen
    assert others
    sentence = "one of the quarter's exceptions; of all chosen, at most 10 per cent are expected to be false"
    assert all(sentence in explain.explain(FINDINGS[code]).text for code in chosen)
    assert not [code for code in others if sentence in explain.explain(FINDINGS[code]).text]


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


def test_the_keys_rates_are_what_the_benchmarks_measured():
    published = numbers("false_alarms", "The published rules")
    for rule in spc.RULES[:5]:
        assert rule.false_alarm == published[rule.code][-1], rule.code
    measured = numbers("false_alarms", "Each symbol at 1 per cent, 60")
    for contrast in CONTRASTS:
        assert contrast.false_alarm == round(measured[contrast.name][0], 1), contrast.name
    assert any_false_alarm()["published"] == spc.ANY_FALSE_ALARM
    assert round(any_false_alarm()["calibrated"], 1) == calibrated.ANY_FALSE_ALARM
    among_peers = numbers("peers", "Peers")["mean"]
    rates = [peers.PUBLISHED_FALSE_ALARM, peers.CALIBRATED_FALSE_ALARM, peers.TREND_FALSE_ALARM]
    assert among_peers == rates
    suspected = mean(numbers("suspected_breaks", "Stable series, 60"))
    assert round(suspected, 1) == suspected_breaks.FALSE_ALARM


def test_the_references_sentences_say_the_same_rates():
    text = " ".join((ROOT / "REFERENCE.md").read_text(encoding="utf-8").split())
    assert f"month and trend symbols shows {any_false_alarm()['published']:.0f} per cent of the time" in text
    assert f"{any_false_alarm()['calibrated']:.1f} per cent of stable measures show anything" in text


@pytest.mark.parametrize(
    "name", ["false_alarms", "thirty_measures", "side_by_side", "projection", "suspected_breaks", "peers", "speed"]
)
def test_every_target_of_the_benchmarks_was_met(name):
    targets = cells(name, "Targets")
    assert len(targets) > 1
    assert [target for target, (_, met) in targets.items() if met != "yes"] == []


def test_the_key_prints_each_rules_rate_and_how_many_chance_flags_to_expect():
    shown = report().key()
    rows = {
        row.th.get_text(): tuple(cell.get_text() for cell in row.find_all("td")[-2:])
        for row in BeautifulSoup(shown.html, "html.parser").tbody.find_all("tr")
    }
    assert list(rows) == [symbol.words for symbol in symbols.SYMBOLS]
    for symbol in symbols.SYMBOLS:
        rates = symbols.PEER_FALSE_ALARMS.get(symbol.code)
        if symbol.code in symbols.FALSE_ALARMS:
            rates = symbols.FALSE_ALARMS[symbol.code], symbols.SUPPORTED_FALSE_ALARMS[symbol.code]
        printed = ("–", "–") if rates is None else tuple(f"{rate:.1f}%" for rate in rates)
        assert rows[symbol.words] == printed, symbol.code
    # Witness: the measures in the dashboard whose months have rules, times the rate that any symbol shows at.
    tested = sum(FINDINGS[code].measure.dashboard for code in TESTED)
    said = re.search(
        r"Of the (\d+) measures .* published rules on about (\d+), and a solid one on about (\d+)\.", shown.text
    )
    assert said is not None
    assert [int(part) for part in said.groups()] == [tested, round(tested * 0.701), round(tested * 0.034)]


def test_the_key_shows_solid_and_outline_drawings():
    html = report().key().html
    for code in symbols.FALSE_ALARMS:
        assert symbols.icon_uri(code) in html
        assert symbols.icon_uri(code, outline=True) in html
        assert symbols.icon_uri(code) != symbols.icon_uri(code, outline=True)
    assert symbols.icon_uri("no_data") in html


# --- outline and solid


def drawings(finding: Finding) -> dict[str, str]:
    """The symbols in a headline box: the drawing and the words beside it."""
    box = BeautifulSoup(dashboard.headline_box(finding).html, "html.parser")
    return {span.img["src"]: span.get_text().strip() for span in box.find_all("span", class_="symbol")}


@pytest.mark.parametrize("code", list(FINDINGS))
def test_a_symbol_is_solid_where_the_calibrated_rules_bear_it_out(code):
    finding = FINDINGS[code]
    drawn = drawings(finding)
    for symbol in symbols.shown(finding):
        if symbol.code in symbols.FALSE_ALARMS:
            solid = finding.calibrated[symbol.code].met
            words = drawn[symbols.icon_uri(symbol.code, outline=not solid)]
            assert words.lower().startswith(symbol.words)
            assert words.endswith("(not borne out)") == (not solid)
            assert symbols.icon_uri(symbol.code, outline=solid) not in drawn


def test_the_sample_has_symbols_of_both_kinds():
    kinds = {symbols.is_supported(s, f) for f in FINDINGS.values() for s in symbols.shown(f)}
    assert kinds == {True, False}


def test_a_high_that_comes_every_december_is_drawn_in_outline_and_a_new_one_solid():
    # December stands 40 above the other months' 100 to 102: beyond two SD of its 24 months, and usual for the season.
    year = [100, 102, 101, 100, 102, 101, 100, 102, 101, 100, 102, 140]
    noise = np.random.default_rng(5).integers(-2, 3, 60)
    every_year = find_one((np.array(year * 5) + noise).tolist())
    new = find_one((np.array([*year[:11], 101] * 4 + year) + noise).tolist())
    assert "month_high" in every_year.signals & new.signals
    assert "not borne out" in drawings(every_year)[symbols.icon_uri("month_high", outline=True)]
    assert "not borne out" not in drawings(new)[symbols.icon_uri("month_high")]
    assert narrative.borne_out(every_year) == "The calibrated tests bear none out."


# --- the quarter's exceptions


def test_the_exceptions_are_those_that_survive_the_false_discovery_control():
    # Witness: SciPy's own step-up, on four times the smallest of each measure's five p-values.
    smallest = {}
    for code in TESTED:
        p = [test.p for test in FINDINGS[code].calibrated.values() if test.p is not None]
        if p:
            smallest[code] = min(1.0, 4 * min(p))
    adjusted = false_discovery_control(list(smallest.values()), method="bh")
    survive = {code for code, value in zip(smallest, adjusted, strict=True) if value <= 0.10}
    assert {code for code, finding in FINDINGS.items() if finding.is_headline} == survive
    html = report().exceptions().html
    first, _ = html.split("</ul>", 1)
    assert "Significant change" in first
    assert set(re.findall(r'href="#(\w+)"', first)) == survive


def test_with_nothing_changed_there_is_no_exception():
    rng = np.random.default_rng(6)
    given = [(measure(f"measure_{n}"), months(rng.poisson(100, 60))) for n in range(20)]
    found = find(*given)
    assert not [code for code, finding in found.items() if finding.is_headline]
    said = dashboard.exceptions(found, settings().highlights)
    assert "No measure shows one." in text_of(said.html)


def test_a_measure_that_leapt_is_the_exception_among_many():
    rng = np.random.default_rng(7)
    leapt = measure("leapt"), months(rng.poisson([100] * 55 + [180] * 5))
    found = find(leapt, *((measure(f"measure_{n}"), months(rng.poisson(100, 60))) for n in range(19)))
    assert [code for code, finding in found.items() if finding.is_headline] == ["leapt"]


# --- the fan


def test_the_fan_is_drawn_as_wide_as_the_projection_says():
    projected = [code for code in TESTED if isinstance(FINDINGS[code].projection, Projection)]
    assert projected
    for code in projected:
        finding, ahead = FINDINGS[code], FINDINGS[code].projection
        chart = charts.projection(finding)
        assert len(chart.table) == len(ahead.table) == 6
        table = ahead.table
        assert (table["lower_95"] < table["lower_80"]).all()
        assert (table["lower_80"] < table["rolling"]).all()
        assert (table["rolling"] < table["upper_80"]).all()
        assert (table["upper_80"] < table["upper_95"]).all()
        # Two polygons, the wider behind.
        assert re.findall(r"fill: #(d5dee8|a9bed3)", chart.svg, re.IGNORECASE)[:2] == ["d5dee8", "a9bed3"]
        assert narrative.outlook(finding) in chart.alt
    volume = charts.projection(FINDINGS["anti_social_behaviour"])
    if volume is not None:
        last = FINDINGS["anti_social_behaviour"].projection.table.iloc[-1]
        assert volume.table.iloc[-1].tolist()[1:3] == [f"{last['rolling']:,.0f}", f"{last['lower_80']:,.0f}"]


def test_a_projection_that_is_refused_says_why_and_draws_nothing():
    short = find_one([50.0 + n % 5 for n in range(30)])
    assert isinstance(short.projection, Refused)
    assert charts.projection(short) is None
    assert narrative.outlook(short).startswith("No projection is made: the figures are not fit for one (needs ")


# --- breaks on record


def broken(kind: str, first: str, last: str | None = None, values=None):
    """A measure with a break on record, and the same without."""
    values = np.random.default_rng(8).poisson([100] * 36 + [150] * 24) if values is None else values
    record = {"measures": ["thefts"], "kind": kind, "first": first, "last": last, "reason": "A reason.", "author": "A"}
    plain, given = settings(), (measure("thefts"), months(values))
    asked = settings(breaks=[{key: value for key, value in record.items() if value is not None}])
    return find(given, settings=asked)["thefts"], find(given, settings=plain)["thefts"]


def test_history_starts_anew_at_a_process_change():
    # January 2018 begins the last 24 months: the two years before it no longer count as what is usual.
    with_break, without = broken("process change", "2018-01-01")
    assert without.year_on_year.history == 60
    assert with_break.year_on_year.history == 24
    assert with_break.calibrated["month_high"].why_not == "needs 36 months of history; there are 24"
    assert not with_break.arithmetic["month_high"].enough  # its 25 months reach over the break
    assert with_break.arithmetic["eight_months_high"].enough
    assert with_break.projection.why == "recent_break"
    assert "since the last break" in narrative.outlook(with_break)
    assert with_break.rolling.value == without.rolling.value  # totals are never re-based


def test_excluded_months_take_no_part_in_tests_baselines_or_projections():
    values = np.random.default_rng(9).poisson(100, 60).astype(float)
    values[48:51] = 400  # January to March 2019
    with_break, without = broken("exclusion", "2019-01-15", "2019-03-10", values)
    assert [str(month) for month in with_break.comparable.limits["exclude"]] == ["2019-01", "2019-02", "2019-03"]
    assert without.arithmetic["month_low"].enough
    assert not with_break.arithmetic["month_low"].enough  # a month of its window is left out, and none is made up
    noise = [finding.calibrated["month_low"].error for finding in (with_break, without)]
    assert noise[0] < noise[1] / 2  # the months at four times the level are no part of it
    assert with_break.rolling.value == without.rolling.value == values[-12:].sum()


def test_a_break_is_drawn_and_said():
    with_break, without = broken("process change", "2018-01-01")
    told = charts.monthly(with_break)
    assert "A broken vertical line marks a change of process." in told.subtitle + told.alt
    assert told.svg.count("stroke-dasharray") > charts.monthly(without).svg.count("stroke-dasharray")
    left_out, _ = broken("data quality", "2019-06-01", "2019-06-03")
    drawn = charts.monthly(left_out)
    assert "A tinted column marks a month left out of comparisons." in drawn.subtitle + drawn.alt
    assert narrative.breaks(with_break) == ["Process change, compared from January 2018 only: A reason. (A)."]
    assert narrative.breaks(left_out) == ["Data quality, June 2019 left out of comparisons: A reason. (A)."]
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
    ("target", "says"),
    # Months of 90 and 92: mean 91, moving ranges of 2, so limits 91 +- 2.66 x 2: 85.7 to 96.3.
    [(80.0, "will go on meeting"), (97.0, "will go on missing"), (91.0, "will meet in some months and miss in others")],
)
def test_the_target_is_said_to_be_met_missed_or_hit_and_missed(target, says):
    given = measure("answered", "proportion", better="higher", target=target)
    finding = find((given, months([90.0, 92.0] * 12)))["answered"]
    assert narrative.target(finding) == f"Left as it is, the process {says} its target of {target:.0f} per cent."


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
    assert ", the lowest of 8 in the group and the lowest of 8 forces. " in narrative.peers(among(), GROUP)
    said = narrative.peers(among(G=[17.0, 17.5, 18.0, None]), GROUP)
    assert ", the lowest of 7 in the group and the lowest of 7 forces. No rate is known for G." in said
