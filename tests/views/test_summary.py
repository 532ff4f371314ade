"""The first page: the figures and verdicts of the Findings, and how sure one can be."""

from __future__ import annotations

from bs4 import BeautifulSoup
from builders import find, measure, months, report
from scipy.stats import false_discovery_control

from perf_lib.views.summary import POINTS, summary


def page(fragment) -> BeautifulSoup:
    return BeautifulSoup(fragment.html, "html.parser")


def points(fragment) -> list[str]:
    return [item.get_text(" ", strip=True) for item in page(fragment).select(".main-points li")]


def counts(fragment) -> dict[str, int]:
    table = page(fragment).select_one(".strip")
    headings = [heading.get_text() for heading in table.thead.find_all("th")][1:]
    return dict(zip(headings, [int(cell.get_text()) for cell in table.tbody.find_all("td")], strict=True))


def test_the_main_points_are_the_measures_that_survive_the_false_discovery_control_then_the_surest_of_the_others():
    findings = report().findings
    shown = page(summary(findings)).select(".main-points li > strong")
    titles = [lead.find_next("a").get_text(strip=True) for lead in shown]
    chances = {code: finding.verdict.chance for code, finding in findings.items() if finding.verdict.chance is not None}
    # Witness: SciPy's step-up at a tenth.
    adjusted = false_discovery_control(list(chances.values()), method="bh")
    survive = {code for code, q in zip(chances, adjusted, strict=True) if q <= 0.1}
    under_5_per_cent = [code for code in chances if chances[code] < 0.05]
    order = sorted(under_5_per_cent, key=lambda code: (code not in survive, chances[code]))
    assert titles == [findings[code].measure.title for code in order][:POINTS]
    said = points(summary(findings))
    assert [text.count("clearly") for text in said[: len(survive)]] == [1] * len(survive)
    assert "made up, for illustration" in page(summary(findings)).select_one(".note").get_text()


def test_better_and_worse_are_by_the_measures_own_better():
    items = page(summary(report().findings)).select(".main-points li")[:POINTS]
    said = {item.a.get_text(): item.get_text() for item in items}
    # Days lost to sickness rose, and fewer are better (params/measures.yaml); calls are neither.
    assert said["Days lost to sickness per person"].endswith("for the worse.")
    assert said["Full files with errors"].endswith("for the better.")
    assert said["Volume of 999 calls"].endswith("was expected.")


def test_what_cannot_be_told_is_said_with_the_reason_and_the_last_known_figure():
    said = points(summary(report().findings))
    # Collisions stop in August 2019, with 22; no satisfaction survey comes with its number of answers.
    stale = (
        "No figure since August 2019: Collisions in which someone was killed or seriously injured (22 in August 2019)."
    )
    assert stale in said
    not_supplied = [line for line in said if line.startswith("The number behind it was not supplied")]
    assert [line.count("satisfaction") for line in not_supplied] == [4]


def test_every_measure_is_on_the_page_or_counted_as_expected():
    findings = report().findings
    named = {link["href"].removeprefix("#") for link in page(summary(findings)).find_all("a")}
    as_expected = {code for code, finding in findings.items() if finding.verdict.grade == "as expected"}
    assert named == set(findings) - as_expected
    counted = counts(summary(findings))
    assert counted["as expected"] == len(as_expected)
    assert sum(counted[words] for words in ("clearly unlike", "perhaps unlike", "as expected", "cannot be told")) == 33
    # One measure has a target: priority calls, within the hour (params/measures.yaml), at 55 minutes 32 seconds.
    assert (counted["target met"], counted["target missed"]) == (1, 0)


def test_a_quarter_without_exceptions_says_so():
    quiet = find((measure(), months([100, 103, 98, 101, 99, 102] * 10)))
    assert points(summary(quiet)) == [
        "Nothing unusual this quarter : every measure of which it can be told is as expected."
    ]
    assert counts(summary(quiet))["as expected"] == 1


def test_many_exceptions_still_leave_room_on_the_page():
    risen = [50, 52, 48, 51, 49, 50] * 9 + [50, 52, 48, 100, 104, 96]
    many = find(*((measure(f"measure_{number}"), months(risen)) for number in range(30)))
    said = points(summary(many))
    assert len(said) == POINTS + 1
    assert said[-1].startswith("As well: ") and said[-1].count("clearly more than expected") == 30 - POINTS
