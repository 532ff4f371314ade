"""One verdict a measure: over made-up measures of every kind no view says what another does not."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from types import SimpleNamespace

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from builders import settings, text_of
from made_up import made_up

from perf_lib.config.catalogue import KINDS
from perf_lib.findings.finding import Finding
from perf_lib.report import MeasureReport
from perf_lib.stats.forecast import Projection
from perf_lib.stats.series import YEAR
from perf_lib.views import dashboard, narrative, summary
from perf_lib.views.spreadsheets import xlsx
from perf_lib.words import wording

SEEDS = range(8)
DRAWN = (0, 1)
"""Catalogues whose charts are drawn too, which takes nearly all of the time."""

SURE = {"clearly": "clear", "perhaps": "possible"}
GRADE = re.compile(
    r"\b(?P<sure>clearly|perhaps) (?:more|fewer|less|higher|lower) than (?:expected|the year before)"
    r"|\b(?P<as_expected>as expected|like the year before)\b"
    r"|\b(?P<untold>whether that is unlike what was expected cannot be told|nothing can be told)\b",
    re.IGNORECASE,
)
CLAIM = re.compile(
    r"\b(more|fewer|less|higher|lower|up|down|rise|rose|fall|fell|increase|decrease)\w*\b", re.IGNORECASE
)
DIRECTION = re.compile(r"\b(?:more|fewer|less|higher|lower)\b[^;.]* than the .* of the 12 months")
ALLOWED = re.compile(
    r"\. (?:In the \d+ months? that can be compared it is .* against .*\. )?"
    r"(?:Allowing for (?:season and )?chance, the change is .* to .*|From nought, by how many per cent cannot be told"
    r"|Whether by more than chance cannot be told(?: either|: .{8,}))\.$"
)
UNTIDY = re.compile(r"\bnan\b|\bNaN\b|\bNone\b|\bNaT\b|\b-?inf\b|\binfinity\b|  |\.\.|\( |\{|\}")


def grades_in(text: str) -> set[str]:
    """The grades that a text gives."""
    grades = set()
    for match in GRADE.finditer(text):
        sure = match["sure"]
        grades.add(SURE[sure.lower()] if sure else "as expected" if match["as_expected"] else "cannot tell")
    return grades


def gives(text: str, finding: Finding) -> bool:
    """Whether a text gives the measure's own grade, and no other; where nothing can be told, whether it says why."""
    told = finding.verdict
    if told.grade == "cannot tell":
        return grades_in(text) <= {"cannot tell"} and told.reason.lower() in text.lower()
    return grades_in(text) == {told.grade}


def of_one(finding: Finding) -> MeasureReport:
    return MeasureReport(SimpleNamespace(is_public=True, settings=settings()), finding)


def rows_of(html: str) -> dict[str, str]:
    """The words of each row of the tables in a piece of HTML, by its heading."""
    rows = BeautifulSoup(html, "html.parser").select("tbody tr")
    return {row.th.get_text(strip=True): row.get_text(" ", strip=True) for row in rows}


@cache
def texts_of(seed: int) -> dict[str, dict[str, str]]:
    """What each view that gives a grade says of each measure; of one that it leaves out, nothing."""
    found = made_up(seed)
    by_title = {finding.measure.title: code for code, finding in found.items()}
    table = xlsx.findings_table(found).set_index("measure")
    book = xlsx.book_of(found, settings()).sheets[0].table.set_index("Measure")
    rows = rows_of(dashboard.dashboard(found, {1: "One"}).html)
    page = BeautifulSoup(summary.summary(found).html, "html.parser")
    on_page = {}
    for point in page.select(".main-points li"):
        text, links = point.get_text(" ", strip=True), point.find_all("a")
        for link in links:
            words = text if point.strong else text.partition(":")[0]  # what cannot be told stands under its reason
            on_page[link.get_text()] = str(link.next_sibling) if text.startswith("As well") else words
    exceptions = dashboard.exceptions(found, settings().highlights)
    for_the_panel = {
        line.a.get_text(): line.get_text(" ", strip=True)
        for line in BeautifulSoup(exceptions.html, "html.parser").find_all("li") if line.a
    }  # fmt: skip
    texts: dict[str, dict[str, str]] = {}
    for title, code in by_title.items():
        finding = found[code]
        chart = of_one(finding).chart() if seed in DRAWN else None
        texts[code] = {
            "headline box": of_one(finding).headline().text,
            "explain": of_one(finding).explain().text,
            "dashboard": rows[title],
            "spreadsheet": book.loc[title, "Context"],
            "findings.csv": table.loc[code, "context"],
            "summary": on_page.get(title, ""),
            "for the panel": for_the_panel.get(title, ""),
            "chart title": getattr(chart, "title", ""),
            "chart alt": getattr(chart, "alt", ""),
        }
    return texts


def every_finding() -> list[Finding]:
    return [finding for seed in SEEDS for finding in made_up(seed).values()]


def test_there_are_measures_of_every_kind_grade_and_reason():
    found = every_finding()
    assert len(found) > 400
    grades = Counter(finding.verdict.grade for finding in found)
    assert min(grades[grade] for grade in ("clear", "possible", "as expected", "cannot tell")) >= 5, grades
    assert {finding.verdict.question for finding in found if finding.verdict.is_unlike} == {"quarter", "year"}
    assert {finding.measure.kind for finding in found if finding.verdict.is_unlike} == set(KINDS)
    reasons = {re.sub(r"\d+|[A-Z]\w+ \d{4}", "…", finding.verdict.reason) for finding in found} - {""}
    assert len(reasons) >= 9, reasons


@pytest.mark.parametrize("seed", SEEDS)
def test_every_view_gives_the_grade_of_the_verdict_and_no_other(seed):
    found, table = made_up(seed), xlsx.findings_table(made_up(seed)).set_index("measure")
    for code, texts in texts_of(seed).items():
        assert table.loc[code, "verdict"] == found[code].verdict.grade
        for view, text in texts.items():
            assert not text or gives(text, found[code]), (code, view, found[code].verdict, text)
        # The first page and the panel's list leave out only what they have no room for, or do not list.
        assert bool(texts["for the panel"]) == (found[code].verdict.grade == "clear"), code


def test_the_test_above_sees_a_view_that_grades_by_itself(monkeypatch):
    monkeypatch.setattr(dashboard.narrative, "context", lambda finding: "Clearly more than expected")
    texts_of.cache_clear()
    with pytest.raises(AssertionError, match=r"headline box|dashboard"):
        test_every_view_gives_the_grade_of_the_verdict_and_no_other(SEEDS[-1])
    texts_of.cache_clear()


@pytest.mark.parametrize("seed", DRAWN)
def test_no_title_claims_a_change_without_a_grade_that_says_so(seed):
    for code, finding in made_up(seed).items():
        chart = of_one(finding).chart()
        title = getattr(chart, "title", "")
        assert finding.verdict.is_unlike or not CLAIM.search(title.replace(finding.measure.title, "")), (code, title)


def test_no_years_interval_leaves_out_the_change_it_stands_by():
    for finding in every_finding():
        year = finding.year_on_year
        if year is None or pd.isna(year.change):
            continue
        whole = 1e-9 * max(1.0, abs(year.change))
        assert year.lower - whole <= year.change <= year.upper + whole, year
        # What it stands by is what is printed: of the whole year, or of the months that are said to be compared.
        printed = finding.rolling.value, finding.previous.value
        if None not in printed and year.months == YEAR and finding.is_current:
            assert (year.now, year.before) == pytest.approx(printed), finding.measure


def test_no_bound_implies_a_figure_that_cannot_be():
    tolerance = 1e-6
    for finding in every_finding():
        most = 100 if finding.measure.is_percentage and finding.measure.traits.scale != "mean" else float("inf")
        ranges = [(each.lower, each.upper) for each in finding.judged.values()]
        ranges += [tuple(row) for row in finding.expected_months[["lower", "upper"]].dropna().to_numpy()]
        year = finding.year_on_year
        if year is not None and not pd.isna(year.change) and finding.measure.unit != "points":
            moves = [
                bound * year.before / 100 if year.unit == "per cent" else bound for bound in (year.lower, year.upper)
            ]
            ranges.append((year.before + moves[0], year.before + moves[1]))
        if isinstance(finding.projection, Projection):
            table = finding.projection.table
            ranges += [tuple(row) for row in table[["lower_95", "upper_95"]].to_numpy()]
        for lower, upper in ranges:
            assert -tolerance <= lower <= upper + tolerance, (finding.measure, lower, upper)
            assert upper <= most + tolerance, (finding.measure, lower, upper)


def test_every_direction_of_the_year_has_its_interval_or_the_reason_why_it_has_none():
    stated = 0
    for finding in every_finding():
        words = narrative.change(finding)
        if DIRECTION.search(words):
            stated += 1
            assert ALLOWED.search(words), words
    assert stated > 100


def test_nothing_is_a_percentage_of_nought():
    from_nought = 0
    for finding in every_finding():
        year = finding.year_on_year
        if finding.previous.value == 0 and not finding.measure.is_percentage and narrative.change(finding):
            from_nought += 1
            assert "per cent" not in narrative.change(finding).replace("by how many per cent cannot be told", "")
            assert finding.change_per_cent is None
        if year is not None and year.before == 0 and year.unit == "per cent":
            assert pd.isna(year.change) and pd.isna(year.lower)
    assert from_nought > 3


def test_figures_called_unlike_print_outside_the_range_and_others_within_it():
    seen = Counter()
    for finding in every_finding():
        told = finding.verdict
        if told.question != "quarter":
            continue
        judged = finding.judged[told.lead]
        seen[told.grade] += 1
        is_outside = judged.observed > judged.upper if told.way == "higher" else judged.observed < judged.lower
        assert is_outside or not told.is_unlike, (finding.measure, told, judged)
        if told.is_unlike and finding.measure.unit != "seconds":
            observed, least, most = printed_range(narrative.verdict(finding))
            assert observed < least or observed > most, narrative.verdict(finding)
    assert seen["clear"] > 10


def printed_range(sentence: str) -> tuple[float, float, float]:
    """What a verdict's sentence says came about, and the two ends of what it says was expected."""
    before, after = sentence.split(": ", 1)[1].split(", where ", 1)
    number = r"\d[\d,]*(?:\.\d+)?"
    first = re.findall(number, before)[0]
    ends = re.findall(number, after.split(" was expected")[0])
    return tuple(float(each.replace(",", "")) for each in (first, ends[0], ends[-1]))


def test_the_way_of_a_verdict_is_the_way_of_the_figures_beside_it():
    for finding in every_finding():
        told = finding.verdict
        if told.is_unlike and told.question == "year":
            now, before = (
                re.findall(r"\d[\d,]*(?:\.\d+)?", narrative.verdict(finding).split(": ", 1)[1])[:2]
                if finding.measure.unit != "seconds"
                else (finding.year_on_year.now, finding.year_on_year.before)
            )
            now, before = (float(str(each).replace(",", "")) for each in (now, before))
            assert (now > before) == (told.way == "higher") and now != before, narrative.verdict(finding)


def test_better_and_worse_follow_the_way_and_stand_beside_the_verdict():
    for seed in SEEDS:
        found = made_up(seed)
        rows = BeautifulSoup(dashboard.dashboard(found, {1: "One"}).html, "html.parser").select("tbody tr")
        by_title = {row.th.get_text(strip=True): row for row in rows}
        for finding in found.values():
            told, better = finding.verdict, finding.measure.better
            expected = None if not told.is_unlike or better == "neither" else told.way == better
            assert told.good is expected
            words = by_title[finding.measure.title].select_one(".words").get_text()
            effect = {True: ", for the better", False: ", for the worse", None: ""}[expected]
            assert words.startswith(wording.sentence_case(narrative.verdict_words(finding)) + effect)
            assert ("for the" in words) is bool(effect)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_raises_and_nothing_of_pythons_is_printed(seed):
    for code, texts in texts_of(seed).items():
        finding = made_up(seed)[code]
        more = [narrative.outlook(finding), narrative.target(finding), *narrative.breaks(finding)]
        for text in (*texts.values(), *more, repr(finding), of_one(finding).table().text):
            without_indents = re.sub(r"(?m)^ +", "", text)
            assert not UNTIDY.search(without_indents), (code, UNTIDY.search(without_indents), text)
        for html in (of_one(finding).headline().html, of_one(finding).explain().html):
            assert not UNTIDY.search(re.sub(r"\s+", " ", text_of(html))), code
