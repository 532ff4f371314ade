"""Computed sentences: each kind of measure in words, and no number in them that is not the Finding's."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, floor, isfinite

import numpy as np
import pandas as pd
import pytest
from builders import AREA, PEERS, QUARTERS, find, find_one, measure, months, ratio, report, sample, settings
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from perf_lib.findings.finding import Finding
from perf_lib.views import dashboard, narrative

THEFTS = measure("thefts", noun="thefts recorded", singular="theft recorded")


def said_of(values, **more) -> Finding:
    return find((THEFTS, months(values, **more)))["thefts"]


def sentences(finding: Finding, quarter: str = "2019-20-Q3") -> list[str]:
    """All the sentences that a report computes of one Finding."""
    group = report(quarter).settings.peer_group
    said = [narrative.figures(finding), narrative.change(finding), narrative.verdict(finding)]
    return [sentence for sentence in [*said, narrative.peers(finding, group)] if sentence]


# --- the report's own sentences


@pytest.mark.parametrize(
    ("code", "says"),
    [
        # Paragraphs 1, 34, 57, 85, 97, 114 and 169, in the report's manner.
        ("crime_volume", "There were 10,876 crimes recorded during quarter three and 44,433 in the 12 months to "
                         "December 2019."),
        ("sexual_offences", "There were 308 sexual offences recorded during quarter three and 1,496 in the 12 months "
                            "to December 2019."),
        ("complaints", "There were 209 complaints recorded during quarter three and 799 in the 12 months to December "
                       "2019."),
        # Paragraph 69: as at August 2019.
        ("ksi_collisions", "There were 281 collisions in which someone was killed or seriously injured in the 12 "
                           "months to August 2019. No later figure has been supplied for quarter three."),
        # Paragraph 182, 181: 1 of 4, 6 of 25.
        ("complaint_appeals_upheld", "The share of complaint appeals upheld was 25 per cent (1 of 4 appeals completed) "
                                     "during quarter three. It was 24 per cent (6 of 25 appeals completed) in the 12 "
                                     "months to December 2019."),
        # Paragraphs 139 to 141.
        ("response_time_immediate", "The average response time to immediate incidents was 10 minutes 54 seconds "
                                    "(4,828 incidents attended) during quarter three. It was 11 minutes 11 seconds "
                                    "(18,282 incidents attended) in the 12 months to December 2019."),
        # Paragraph 64.
        ("public_confidence", "The share of respondents with confidence in the police was 77.2 per cent (plus or "
                              "minus 3.4 percentage points) in the 12 months to September 2019."),
        # Box: no data to report for quarter three; 91.3 in September.
        ("crime_recording_compliance", "The latest crime recording compliance rate was 91.3 per cent, in September "
                                       "2019. No later figure has been supplied for quarter three."),
    ],
)  # fmt: skip
def test_figures_as_a_sentence(code, says):
    assert narrative.figures(sample(code)) == says


@pytest.mark.parametrize(
    ("code", "says"),
    [
        # Paragraphs 115, 40, 170 and 121 (three percentage points).
        ("sexual_offences", "That is 208 fewer (12.2 per cent) than the 1,704 of the 12 months to December 2018. "),
        ("hate_crime", "That is 74 fewer (10.7 per cent) than the 693 of the 12 months to December 2018. "),
        ("complaints", "That is 240 more (42.9 per cent) than the 559 of the 12 months to December 2018. "),
        ("victim_satisfaction", "That is 3.1 percentage points more than the 73.6 per cent of the 12 months to "
                                "December 2018. "),
    ],
)  # fmt: skip
def test_change_as_a_sentence(code, says):
    assert narrative.change(sample(code)).startswith(says)


def test_a_change_has_its_interval_or_the_reason_why_it_has_none():
    # Paragraph 64: 77.2 and 79.0 per cent, each with a margin of 3.4: sqrt(2) x 3.4 is 4.8, on either side of -1.8.
    assert narrative.change(sample("public_confidence")).endswith(
        " Allowing for chance, the change is −6.6 to +3 percentage points."
    )
    assert narrative.change(sample("victim_satisfaction")).endswith(
        " Whether by more than chance cannot be told either."
    )
    # September 2019 is left out (params/settings.yaml): 11 months of each year, by the sums of the sample's own months.
    months_of = sample("response_time_immediate").months.loc["2018-01":].drop(pd.Period("2019-09", "M"))
    months_of = months_of.drop(pd.Period("2018-09", "M"))
    before, now = (rows["numerator"].sum() / rows["denominator"].sum() for _, rows in months_of.groupby(
        months_of.index.year))  # fmt: skip
    assert (round(now), round(before)) == (661, 620)
    assert " In the 11 months that can be compared it is 11 minutes 1 second against 10 minutes 20 seconds. " in (
        narrative.change(sample("response_time_immediate"))
    )


# --- each kind, with one, none, nothing changed and something missing


def test_one_is_singular_and_none_is_plural():
    assert narrative.figures(said_of([0] * 23 + [1])) == (
        "There was 1 theft recorded during quarter three and 1 in the 12 months to December 2019."
    )
    assert narrative.figures(said_of([0] * 24)) == (
        "There were 0 thefts recorded during quarter three and 0 in the 12 months to December 2019."
    )


def test_no_change_is_said_to_be_none():
    assert narrative.change(said_of([5] * 24)) == "That is the same as in the 12 months to December 2018."


def test_from_nothing_there_is_no_percentage():
    change = narrative.change(said_of([0] * 24 + [2] * 12))
    assert change == (
        "That is 24 more than the 0 of the 12 months to December 2018. From nought, by how many per cent cannot be "
        "told."
    )


def test_without_the_year_before_nothing_is_said_of_change():
    assert narrative.change(said_of([5] * 23)) == ""


def test_a_missing_month_leaves_no_total_and_no_change():
    finding = said_of([5] * 20 + [None] + [5] * 3)
    assert narrative.figures(finding) == "There were 15 thefts recorded during quarter three."
    assert narrative.change(finding) == ""
    assert narrative.figures(said_of([5] * 22 + [None, 5])) == (
        "The thefts recorded cannot be totalled: months are missing."
    )


def test_a_measure_that_never_arrived_is_said_not_to_have():
    finding = find((THEFTS, None))["thefts"]
    assert narrative.figures(finding) == "No figure has been supplied for thefts."
    assert narrative.verdict(finding) == "Whether that is unlike what was expected cannot be told: not supplied."


def test_figures_that_stop_are_said_to_stop():
    finding = said_of([5] * 24, last="2019-11")
    assert narrative.figures(finding) == (
        "There were 60 thefts recorded in the 12 months to November 2019. "
        "No later figure has been supplied for quarter three."
    )
    stopped = said_of([5] * 60, last="2019-09")
    assert narrative.verdict_words(stopped) == "no figure since September 2019"


def test_a_percentages_difference_is_in_points():
    share = measure("share", "proportion", noun="share", of="cases")
    finding = find((share, ratio([1] * 12 + [2] * 12, [4] * 24)))["share"]
    assert narrative.figures(finding) == (
        "The share was 50 per cent (6 of 12 cases) during quarter three. It was 50 per cent (24 of 48 cases) in the "
        "12 months to December 2019."
    )
    assert narrative.change(finding).startswith(
        "That is 25 percentage points more than the 25 per cent of the 12 months to December 2018. "
    )


def test_less_is_said_of_amounts_and_fewer_of_things():
    mean = measure("wait", "mean", noun="average wait", of="calls")
    finding = find((mean, ratio([600] * 12 + [300] * 12, [10] * 24, scale=1)))["wait"]
    assert narrative.change(finding).startswith(
        "That is 30 seconds less (50 per cent) than the 1 minute of the 12 months to December 2018. "
    )
    assert narrative.change(said_of([6] * 12 + [3] * 12)).startswith("That is 36 fewer (50 per cent) than the 72 ")


def test_an_unweighted_mean_is_said_to_be_one():
    share = measure("share", "proportion", noun="share")
    said = narrative.figures(find((share, months([50.0] * 24)))["share"])
    assert said.count("50 per cent (the unweighted mean of the months)") == 2


def test_days_a_person_without_a_headcount_are_a_sum_and_not_called_a_mean():
    # One day a person in each month is three in the quarter and twelve in the year.
    stock = measure("sickness", "mean", unit="days per person", denominator_is="stock", decimals=1)
    said = narrative.figures(find((stock, months([1.0] * 24)))["sickness"])
    assert "3.0 days per person" in said
    assert "12.0 days per person" in said
    assert "mean" not in said


def test_a_surveys_point_is_said_with_its_margin():
    confidence = measure("confidence", "survey", noun="confidence", frequency="quarterly", covers_months=12)
    rows = months([78.0, None, None] * 5 + [77.0], margin=3.4)
    assert narrative.figures(find((confidence, rows))["confidence"]) == (
        "The confidence was 77 per cent (plus or minus 3.4 percentage points) in the 12 months to December 2019."
    )


# --- the verdict in words

UP_AND_DOWN = [100, 103, 98, 101, 99, 102]


def test_each_grade_is_said_with_what_was_observed_and_expected():
    finding = said_of([*UP_AND_DOWN * 8, 200, 205, 195])
    sentence = narrative.verdict(finding)
    assert narrative.verdict_words(finding) == "clearly more than expected"
    # The quarter is 600; the four years before lie at 98 to 103 a month, three of them at about 303.
    observed, least, most = re.fullmatch(
        r"Clearly more than expected: (\d+), where (\d+) to (\d+) was expected\..*", sentence
    ).groups()
    assert int(observed) == 600
    assert 200 < int(least) < 303 < int(most) < 400
    quiet = said_of(UP_AND_DOWN * 10)
    assert re.fullmatch(r"As expected: 302, where \d+ to \d+ was expected\.", narrative.verdict(quiet))
    short = said_of(UP_AND_DOWN * 2)
    assert narrative.verdict(short) == (
        "Whether that is unlike what was expected cannot be told: only 12 months to go by."
    )


def test_the_months_that_tell_a_verdict_are_named():
    assert narrative.verdict_words(said_of([*UP_AND_DOWN * 8, 100, 300, 99])) == (
        "clearly more than expected in November"
    )
    # 18 per cent more for eight months, in which no month or quarter is as far out as all of them together.
    noise = np.random.default_rng(3).poisson([100.0] * 52 + [125.0] * 8)
    assert narrative.verdict_words(said_of(noise.tolist())) == "clearly more than expected from May to December 2019"


def test_a_figure_outside_a_range_that_is_no_exception_is_said_to_be_outside_it():
    # Paragraph 100: 20 in the quarter, under the range of the quarter alone; of the measure's six tests together no
    # exception.
    finding = sample("cse_crime")
    assert finding.verdict.grade == "as expected"
    assert finding.judged["quarter"].observed == 20 < finding.judged["quarter"].lower
    assert re.fullmatch(
        r"As expected on the whole: 20, though 21 to \d+ was expected; "
        r"one of several tests may lie outside by chance\.",
        narrative.verdict(finding),
    )


def test_months_that_are_left_out_are_counted():
    exclusion = {"measures": ["thefts"], "kind": "exclusion", "first": "2019-11-01", "last": "2019-11-30",
                 "reason": "A reason.", "author": "A"}  # fmt: skip
    finding = find((THEFTS, months(UP_AND_DOWN * 10)), settings=settings(breaks=[exclusion]))["thefts"]
    observed = 101 + 102  # October and December alone
    assert narrative.verdict(finding).startswith(f"As expected: {observed} in 2 of the 3 months, where ")


def test_a_verdict_across_a_suspected_break_says_so():
    finding = said_of([*UP_AND_DOWN * 8, *(150 + n for n in UP_AND_DOWN * 2)])
    assert finding.verdict.is_unlike
    assert narrative.verdict(finding).endswith(
        " The counting may have changed in January 2019, which could explain it."
    )


# --- peers in words


def test_standing_among_peers_is_said_with_average_and_bounds():
    # ONS rates, year to December 2019: Wiltshire 61.46; the mean of the group of eight is 73.57 (paragraph 18: 73.9).
    said = narrative.peers(sample("crime_volume"), report().settings.peer_group)
    assert said.startswith(
        "In the 12 months to December 2019 Wiltshire recorded 61.5 crimes per 1,000 residents, below the most similar "
        "group's average of 73.6 (bounds "
    )


@pytest.mark.parametrize(
    ("rate", "says"),
    [(12.0, ", above the "), (10.1, ", in line with, and above, the "), (9.9, ", in line with, and below, the "),
     (8.0, ", below the ")],
)  # fmt: skip
def test_each_standing_is_said_in_its_own_words(rate, says):
    others = {area: 10 + 0.2 * step for step, area in zip(range(-3, 4), PEERS, strict=True)}
    rates = pd.DataFrame(
        {"series": "thefts", "area": [AREA, *others], "level": "force", "month": pd.Period("2019-12", "M"),
         "offences": 1.0, "population": 1.0, "rate": [rate, *others.values()], "origin": "published"}
    )  # fmt: skip
    asked = settings(peer_group={"name": "group", "abbreviation": "G", "areas": PEERS})
    finding = find((measure(peers="thefts"), months([5] * 24)), rates=rates, settings=asked)["thefts"]
    assert says in narrative.peers(finding, asked.peer_group)


# --- two sentences, one measure: they agree


@pytest.mark.parametrize("quarter", QUARTERS)
def test_what_is_said_to_be_the_same_prints_the_same(quarter):
    for finding in report(quarter).findings.values():
        if "the same" in narrative.change(finding):
            now, before = (narrative.in_prose(f.value, finding.measure) for f in (finding.rolling, finding.previous))
            assert now == before, finding.measure.code


def test_a_figure_that_prints_the_same_is_not_called_up_on_the_year():
    finding = find_one([76.70] * 12 + [76.71], "rolling")
    assert "the same" in narrative.change(finding)
    assert not finding.verdict.is_unlike


@pytest.mark.parametrize("quarter", QUARTERS)
def test_more_and_fewer_go_the_way_of_the_finding(quarter):
    for finding in report(quarter).findings.values():
        said = narrative.change(finding)
        if " more than the" in said or " more (" in said:
            assert finding.change > 0
        if " fewer" in said or " less" in said:
            assert finding.change < 0


# --- nothing of Python, and no number that is not the Finding's


def untidy(text: str) -> list[str]:
    return re.findall(r"\bnan\b|NaN|None|NaT|\binf\b|  |\s$|^\s|\.\.|\{|\}|\( ", text)


@pytest.mark.parametrize("quarter", QUARTERS)
def test_no_sentence_of_the_sample_is_untidy(quarter):
    for finding in report(quarter).findings.values():
        words = [*sentences(finding, quarter), narrative.verdict_words(finding), narrative.context(finding)]
        assert [(text, untidy(text)) for text in words if untidy(text)] == []
        assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in sentences(finding, quarter))


@options(max_examples=60, deadline=None)
@given(
    st.sampled_from(["count", "proportion", "mean", "rolling", "survey"]),
    st.lists(st.none() | st.integers(0, 100), min_size=1, max_size=40),
    st.sampled_from(["2018-06", "2019-10", "2019-12"]),
)
def test_no_sentence_of_any_months_is_untidy(kind, values, last):
    finding = find_one(values, kind, last)
    told = [narrative.figures(finding), narrative.change(finding), narrative.verdict(finding)]
    words = [*told, narrative.verdict_words(finding), narrative.context(finding), dashboard.headline_box(finding).text]
    assert [(text, untidy(text)) for text in words if untidy(text)] == []


PRINTED = r"\d[\d,]*(?:\.\d+)?"
MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
# Numbers that belong to the method or to the words: the length of windows, the base of rates, months' years.
METHOD = rf"\b12 months|per 1,000 residents|the \d+ months? that can be compared|\d+ of the \d months|{MONTH} \d{{4}}"
DURATION = re.compile(r"(?:(\d+) hours? ?)?(?:(\d+) minutes? ?)?(?:(\d+(?:\.\d)?) seconds?)?")


def numbers_of(part: object) -> Iterator[float]:
    """Every single figure of a Finding, whatever part of it holds it; not its months."""
    if isinstance(part, bool) or part is None:
        return
    if isinstance(part, int | float):
        yield abs(float(part))
    elif dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            yield from numbers_of(getattr(part, field.name))
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from numbers_of(value)
    elif isinstance(part, tuple | list):
        for value in part:
            yield from numbers_of(value)
    elif isinstance(part, str):
        yield from (float(number.replace(",", "")) for number in re.findall(PRINTED, part))


def known_to(finding: Finding) -> set[Decimal]:
    """Each figure of a Finding as it could be printed: rounded half up to nought, one, two or three decimals."""
    parts = (finding.value, finding.rolling, finding.previous, finding.box, finding.rate, finding.change,
             finding.change_per_cent, finding.judged, finding.year_on_year, finding.peers)  # fmt: skip
    latest = () if finding.as_at is None else (finding.months.loc[finding.as_at, "value"],)
    figures = [figure for figure in numbers_of((*parts, *latest)) if isfinite(figure)]
    steps = [Decimal(1).scaleb(-decimals) for decimals in range(4)]
    within = {Decimal(end) for each in finding.judged.values() for end in (ceil(each.lower), floor(each.upper))}
    printed = {Decimal(repr(figure)).quantize(step, ROUND_HALF_UP) for figure in figures for step in steps}
    return {figure.normalize() for figure in printed | within}  # of counts, the whole numbers within a range


def numbers_in(sentence: str, finding: Finding) -> Iterator[Decimal]:
    """The figures that a sentence states, durations in seconds."""
    each = finding.measure
    for words in (each.noun, each.singular, each.of, each.title, each.title[:1].lower() + each.title[1:]):
        sentence = sentence.replace(words, " ") if words else sentence
    sentence = re.sub(METHOD, " ", sentence)
    for found in list(DURATION.finditer(sentence)):
        if any(found.groups()):
            hours, minutes, seconds = (Decimal(part or 0) for part in found.groups())
            yield (3600 * hours + 60 * minutes + seconds).normalize()
    sentence = DURATION.sub(lambda found: " " if any(found.groups()) else found[0], sentence)
    yield from (Decimal(number.replace(",", "")).normalize() for number in re.findall(PRINTED, sentence))


@pytest.mark.parametrize("quarter", QUARTERS)
def test_every_number_in_every_sentence_is_a_figure_of_the_finding(quarter):
    stated = 0
    for code, finding in report(quarter).findings.items():
        known = known_to(finding)
        for sentence in sentences(finding, quarter):
            numbers = list(numbers_in(sentence, finding))
            stated += len(numbers)
            assert [str(number) for number in numbers if number not in known] == [], f"{code}: {sentence}"
    assert stated > 150  # four or five a measure: were none found, the test would prove nothing


def test_the_test_above_would_see_a_number_that_is_not_the_findings():
    finding = sample("sexual_offences")
    wrong = "There were 309 sexual offences recorded during quarter three and 1,496 in the 12 months to December 2019."
    assert [number for number in numbers_in(wrong, finding) if number not in known_to(finding)] == [Decimal(309)]
    mean = sample("response_time_immediate")
    wrong = "The average response time to immediate incidents was 10 minutes 55 seconds during quarter three."
    assert [number for number in numbers_in(wrong, mean) if number not in known_to(mean)] == [Decimal(655)]
