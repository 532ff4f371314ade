"""The quarter on one page: the figures and verdicts of the Findings, and how sure one can be."""

from __future__ import annotations

from bs4 import BeautifulSoup
from builders import find, measure, months, report
from scipy.stats import false_discovery_control

from perf_lib.views.summary import summary


def page(fragment) -> BeautifulSoup:
    return BeautifulSoup(fragment.html, "html.parser")


def test_the_clear_measures_are_those_that_survive_the_false_discovery_control_surest_first():
    findings = report().findings
    rows = page(summary(findings)).select("tbody tr")
    titles = [row.th.get_text(strip=True) for row in rows]
    chances = {code: finding.verdict.chance for code, finding in findings.items() if finding.verdict.chance is not None}
    # Witness: SciPy's step-up at a tenth.
    adjusted = false_discovery_control(list(chances.values()), method="bh")
    survive = {code: chance for (code, chance), q in zip(chances.items(), adjusted, strict=True) if q <= 0.1}
    assert titles == [findings[code].measure.title for code in sorted(survive, key=survive.get)]
    lead = page(summary(findings)).select_one(".lead").get_text()
    assert f"the {len(chances)} measures of which it can be told, of 33 in all, {len(survive)} are clearly" in lead
    assert "fewer than one may be so by chance" in lead
    assert "made-up months" in lead


def test_better_and_worse_are_by_the_measures_own_better():
    shown = page(summary(report().findings))
    rows = {row.th.get_text(strip=True): [cell.get_text(strip=True) for cell in row.find_all("td")]
            for row in shown.select("tbody tr")}  # fmt: skip
    # Days lost to sickness rose, and fewer are better (params/measures.yaml): 15.9 a person, box.
    assert rows["Days lost to sickness per person"][1:3] == ["worse", "15.9"]
    assert rows["Volume of 999 calls"][1] == "neither"
    lists = {part.h3.get_text(): part.get_text(" ") for part in shown.select(".part")}
    # Hours given by special constables fell, and more is better: paragraph 78 of the report.
    assert "Special constables' hours deployed" in lists["Perhaps for the worse"]
    assert "Sexual offences" in lists["Perhaps changed, neither better nor worse"]


def test_what_cannot_be_told_is_said_with_the_reason():
    shown = page(summary(report().findings)).find("h3", string="What cannot be told").find_next("ul")
    lines = [line.get_text(" ", strip=True) for line in shown.find_all("li")]
    # Collisions stop in August 2019; no satisfaction survey comes with its number of answers.
    assert "No figure since August 2019: Collisions in which someone was killed or seriously injured ." in lines
    not_supplied = [line for line in lines if line.startswith("The number behind it was not supplied")]
    assert [line.count("satisfaction") for line in not_supplied] == [4]


def test_every_measure_is_on_the_page_or_counted_as_expected():
    findings = report().findings
    shown = page(summary(findings))
    named = {link["href"].removeprefix("#") for link in shown.find_all("a")}
    as_expected = {code for code, finding in findings.items() if finding.verdict.grade == "as expected"}
    assert named == set(findings) - as_expected
    assert f"{len(as_expected)} measures are as expected" in shown.get_text()


def test_a_quarter_without_exceptions_says_so():
    quiet = find((measure(), months([100, 103, 98, 101, 99, 102] * 10)))
    shown = page(summary(quiet))
    assert "none is clearly unlike" in shown.select_one(".lead").get_text()
    assert shown.find("table") is None
    assert "1 measure is as expected" in shown.get_text()
    assert "every measure has its figures to December 2019" in shown.get_text()


def test_many_exceptions_still_leave_room_on_the_page():
    risen = [50, 52, 48, 51, 49, 50] * 9 + [50, 52, 48, 100, 104, 96]
    many = find(*((measure(f"measure_{number}"), months(risen)) for number in range(30)))
    shown = page(summary(many))
    assert len(shown.select("tbody tr")) == 12
    assert "Clearly unlike what was expected as well: " in shown.get_text()
    assert all(len(part.find_all("li")) <= 8 for part in shown.select(".part"))
