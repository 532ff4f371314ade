"""Findings from the bundled sample against the published report, paragraph by paragraph and box by box.

"Appendix A" is the report's dashboard of twelve monthly figures; "box" a measure's headline box.
"""

from __future__ import annotations

import dataclasses
import math
import re

import numpy as np
import pandas as pd
import pytest
from builders import PARAMS, PEERS, QUARTERS, find, find_one, measure, months, report, sample, settings
from scipy.stats import linregress

from perf_lib.extracts import read_monthly, read_peer_rates
from perf_lib.findings import symbols
from perf_lib.findings.finding import findings
from perf_lib.stats.forecast import Projection
from perf_lib.views import narrative
from perf_lib.views.spreadsheets import xlsx
from perf_lib.words import wording
from perf_lib.words.quarters import Quarter

# Appendix A: January to December 2019, for the measures whose months add up.
APPENDIX_A = {
    "crime_volume": [3749, 3323, 3680, 3464, 3908, 3601, 4119, 3958, 3755, 3688, 3699, 3489],
    "cyber_crime": [297, 234, 246, 224, 241, 231, 266, 272, 238, 273, 237, 245],
    "hate_crime": [40, 37, 53, 45, 68, 51, 70, 65, 59, 47, 38, 46],
    "anti_social_behaviour": [1170, 1188, 1316, 1332, 1474, 1613, 1726, 1663, 1366, 1446, 1199, 1163],
    "special_constable_hours": [6415, 5803, 6517, 6145, 5223, 5096, 4954, 5569, 4734, 4694, 5023, 3911],
    "section_136_arrests": [18, 24, 22, 15, 27, 28, 26, 24, 24, 21, 22, 29],
    "cse_crime": [19, 14, 7, 11, 14, 11, 15, 13, 7, 8, 6, 6],
    "domestic_abuse_crime": [583, 494, 547, 519, 549, 523, 595, 586, 559, 515, 571, 618],
    "sexual_offences": [147, 120, 125, 119, 128, 133, 153, 136, 127, 112, 102, 94],
}
# Appendix A again: monthly percentages, and percentages for the 12 months to each month.
PERCENTAGES = {
    "conviction_rate": [92.5, 91.1, 77.1, 89.7, 89.7, 77.1, 89.6, 76.2, 83.3, 88.1, 81.4, 94.4],
    "cracked_ineffective_trials": [23.0, 26.4, 30.3, 25.0, 19.2, 19.2, 19.7, 21.6, 8.5, 17.1, 14.3, 11.8],
    "positive_outcome_ratio": [16.5, 16.5, 16.3, 16.1, 16.0, 16.5, 16.6, 16.6, 16.5, 16.3, 16.3, 16.3],
    "victim_satisfaction": [74.4, 75.4, 75.9, 76.3, 76.0, 76.8, 77.0, 77.4, 76.9, 77.5, 76.7, 76.7],
    "satisfaction_kept_informed": [65.2, 65.1, 64.4, 64.8, 63.8, 65.1, 64.9, 65.4, 64.8, 65.7, 64.9, 64.9],
    "satisfaction_ease_of_contact": [91.3, 91.7, 92.0, 92.7, 92.7, 93.9, 94.0, 93.7, 94.4, 94.8, 93.5, 93.6],
    "satisfaction_treatment": [89.7, 89.9, 90.3, 90.7, 90.0, 90.9, 90.1, 90.1, 90.4, 90.1, 89.5, 89.4],
}


def printed(value: float | None, decimals: int) -> float:
    assert value is not None
    return float(wording.rounded(value, decimals))


# --- months, and what they add up to


@pytest.mark.parametrize("code", [*APPENDIX_A, *PERCENTAGES])
def test_the_months_of_2019_are_appendix_a(code):
    year = sample(code).months.loc["2019-01":"2019-12"]
    # Percentages are kept as the ratio of the month's numbers, and print to one decimal as published.
    assert [printed(value, 1) for value in year["value"]] == (APPENDIX_A.get(code) or PERCENTAGES[code])
    assert set(year["origin"]) == {"published"}


@pytest.mark.parametrize(
    ("code", "quarter", "twelve"),
    [
        ("crime_volume", 10876, 44433),  # paragraph 1
        ("cyber_crime", 755, 3004),  # paragraph 34
        ("hate_crime", 131, 619),  # box; paragraph 40
        ("anti_social_behaviour", 3808, 16656),  # box; paragraph 57
        ("special_constable_hours", 13628, 64084),  # box; the 12 months are the sum of Appendix A
        ("section_136_arrests", 72, 280),  # paragraph 85
        ("cse_crime", 20, 131),  # paragraph 97
        ("domestic_abuse_crime", 1704, 6659),  # box; paragraph 102
        ("sexual_offences", 308, 1496),  # paragraph 114 and box
        ("calls_999", 25437, 97366),  # paragraphs 148 and 149
        ("complaints", 209, 799),  # paragraph 169
    ],
)
def test_quarter_three_and_the_twelve_months_of_every_count(code, quarter, twelve):
    finding = sample(code)
    assert (finding.value.value, finding.rolling.value) == (quarter, twelve)
    if code in APPENDIX_A:
        assert (sum(APPENDIX_A[code][9:]), sum(APPENDIX_A[code])) == (quarter, twelve)


@pytest.mark.parametrize(
    ("code", "over", "numerator", "denominator", "value", "decimals"),
    [
        ("conviction_rate", "rolling", 4524, 5095, 88.8, 1),  # paragraph 125
        ("cracked_ineffective_trials", "value", 33, 232, 14.2, 1),  # paragraph 133; it prints 14.4
        ("positive_outcome_ratio", "rolling", 7228, 44433, 16.3, 1),  # paragraph 48; paragraph 49 prints 16.2
        ("full_file_error_rate", "value", 0, 168, 0.0, 1),  # paragraph 166
        ("complaint_appeals_upheld", "value", 1, 4, 25, 0),  # paragraph 181; the box prints 24
        ("complaint_appeals_upheld", "rolling", 6, 25, 24, 0),  # paragraph 182
    ],
)
def test_ratios_are_of_the_published_numbers(code, over, numerator, denominator, value, decimals):
    figure = getattr(sample(code), over)
    assert (figure.numerator, figure.denominator) == (numerator, denominator)
    assert printed(figure.value, decimals) == value
    assert not figure.unweighted


@pytest.mark.parametrize(
    ("code", "quarter", "twelve", "decimals"),
    [
        ("abandonment_rate_crib", 4.9, 4.3, 1),  # paragraph 155
        ("complaints_within_10_days", 98, None, 0),  # paragraph 175
        ("answer_time_crib", 85, 80, 0),  # paragraph 153: 1 minute 25 seconds, 1 minute 20 seconds
        ("answer_time_999", 5, None, 0),  # paragraph 148
        ("response_time_immediate", 654, 671, 0),  # paragraphs 141 and 140
        ("response_time_priority", 3332, 3332, 0),  # paragraphs 144 and 145
        ("sickness_days_lost", None, 15.9, 1),  # paragraph 183
        ("victim_satisfaction", None, 76.7, 1),  # Appendix A; paragraph 121 prints 76.6
        ("satisfaction_kept_informed", None, 64.9, 1),  # Appendix A
        ("satisfaction_ease_of_contact", None, 93.6, 1),  # Appendix A
        ("satisfaction_treatment", None, 89.4, 1),  # Appendix A
    ],
)
def test_rates_and_averages_print_as_published(code, quarter, twelve, decimals):
    finding = sample(code)
    if quarter is not None:
        assert printed(finding.value.value, decimals) == quarter
    if twelve is not None:
        assert printed(finding.rolling.value, decimals) == twelve


@pytest.mark.parametrize(
    ("code", "quarter", "twelve"),
    [
        ("response_time_immediate", 4828, 18282),  # paragraphs 139 and 140: incidents attended
        ("response_time_priority", 8804, 36227),  # paragraphs 143 and 145
        ("answer_time_999", 25437, 97366),  # paragraphs 148 and 149: calls
        ("answer_time_crib", 35316, None),  # paragraph 152
        ("abandonment_rate_crib", 35316, None),  # paragraph 152
    ],
)
def test_averages_stand_on_the_published_numbers_of_cases(code, quarter, twelve):
    finding = sample(code)
    assert finding.value.denominator == quarter
    if twelve is not None:
        assert finding.rolling.denominator == twelve


def test_sickness_in_december_is_1_7_days():
    # Paragraph 184.
    assert sample("sickness_days_lost").months.loc["2019-12", "value"] == 1.7


def test_the_conviction_rate_is_not_the_mean_of_its_monthly_percentages():
    # Appendix A's twelve percentages average 85.85; 4,524 of 5,095 is 88.79 (paragraph 125).
    assert np.mean(PERCENTAGES["conviction_rate"]) == pytest.approx(85.85)
    assert sample("conviction_rate").rolling.value == pytest.approx(100 * 4524 / 5095)


@pytest.mark.parametrize(
    ("code", "before", "change", "relative"),
    [
        ("crime_volume", 42495, 1938, 4.6),  # paragraph 3; it prints 4.5 per cent
        ("cyber_crime", 2756, 248, 9.0),  # paragraph 34: 9 per cent; 3,004 / 1.09 is 2,756
        ("hate_crime", 693, -74, -10.7),  # paragraph 40
        ("anti_social_behaviour", 16512, 144, 0.9),  # paragraph 57
        ("section_136_arrests", 271, 9, 3.3),  # paragraph 86; it prints 2.3 per cent
        ("cse_crime", 140, -9, -6.4),  # paragraph 97: nine fewer
        ("domestic_abuse_crime", 6191, 468, 7.6),  # paragraph 102; it prints 461
        ("sexual_offences", 1704, -208, -12.2),  # paragraph 115
        ("calls_999", 92730, 4636, 5.0),  # paragraph 149: five per cent
        ("complaints", 559, 240, 42.9),  # paragraph 170
        ("violence_against_the_person", 13925, 1237, 8.9),  # paragraph 8: 8.9 per cent
        ("possession_of_weapons", 305, 79, 25.9),  # paragraph 11: +26 per cent, 79 more
        ("drug_offences", 1044, 518, 49.6),  # paragraph 16: +49.6
    ],
)
def test_change_on_the_twelve_months_before(code, before, change, relative):
    finding = sample(code)
    assert (finding.previous.value, finding.change) == (before, change)
    assert printed(finding.change_per_cent, 1) == relative


def test_a_percentages_change_is_in_points_and_has_no_per_cent():
    # Paragraph 121: three percentage points up on the 12 months to December 2018; 76.7 in Appendix A less 73.6.
    finding = sample("victim_satisfaction")
    assert finding.previous.value == 73.6
    assert finding.change == pytest.approx(3.1)
    assert finding.change_per_cent is None


def test_collisions_are_as_at_august_2019():
    # Paragraph 69 and box: 281 in the 12 months to August 2019; nothing was entered after it.
    finding = sample("ksi_collisions")
    assert str(finding.as_at) == "2019-08"
    assert finding.rolling.value == 281
    assert finding.value.value is None
    assert (finding.is_current, finding.has_data) == (False, True)
    # Eight published months, 174, leave 107 for September to December 2018.
    eight = finding.months.loc["2019-01":"2019-08", "value"]
    assert eight.tolist() == [19, 21, 19, 19, 21, 22, 31, 22]  # Appendix A
    assert finding.months.loc["2018-09":"2018-12", "value"].sum() == 281 - 174


def test_compliance_has_four_audits_and_none_in_quarter_three():
    # Appendix A: 90.3, 88.1, 90.2 and 91.3; the box gives 88.1 and 91.3, and "No data to report" for quarter three.
    finding = sample("crime_recording_compliance")
    audits = finding.months.loc["2019-04":, "value"].dropna()
    assert {str(month): value for month, value in audits.items()} == {
        "2019-04": 90.3, "2019-06": 88.1, "2019-08": 90.2, "2019-09": 91.3,
    }  # fmt: skip
    assert [line.value.value for line in finding.box] == [88.1, 91.3, None]
    assert finding.rolling.value is None  # an audit speaks for its month alone
    assert str(finding.as_at) == "2019-09"


def test_confidence_is_a_point_with_its_margin():
    # Box and paragraph 64: 77.2 per cent, plus or minus 3.4, in the 12 months to September 2019.
    finding = sample("public_confidence")
    assert (finding.rolling.value, finding.rolling.margin, str(finding.as_at)) == (77.2, 3.4, "2019-09")
    points = finding.months.loc["2019-01":, "value"].dropna()
    assert points.tolist() == [78.3, 77.7, 77.2]  # Appendix A
    assert finding.value.value is None


# --- headline boxes: now, and as first published


@pytest.mark.parametrize(
    ("code", "now", "first"),
    [  # now: hand sums of Appendix A's months; first: the box of the quarter three report
        ("crime_volume", [10973, 11832, 10876], [10952, 11856, None]),
        ("cyber_crime", [696, 776, 755], [668, 726, None]),
        ("hate_crime", [164, 194, 131], [163, 178, None]),
        ("anti_social_behaviour", [4419, 4755, 3808], [4424, 4764, None]),
        ("special_constable_hours", [16464, 15257, 13628], [16469, 15205, None]),
        ("section_136_arrests", [70, 74, 72], [70, 74, None]),
        ("cse_crime", [36, 35, 20], [33, 35, None]),
        ("domestic_abuse_crime", [1591, 1740, 1704], [1594, 1735, None]),
        ("sexual_offences", [380, 416, 308], [380, 425, None]),
        ("complaints", [180, 200, 209], [180, 200, None]),  # box; its months were never published
    ],
)
def test_a_box_has_the_years_quarters_now_and_as_first_published(code, now, first):
    box = sample(code).box
    assert [str(line.quarter) for line in box] == list(QUARTERS)
    assert [line.value.value for line in box] == now
    assert [line.first_value for line in box] == first
    if code in APPENDIX_A:
        assert [sum(APPENDIX_A[code][start : start + 3]) for start in (3, 6, 9)] == now


@pytest.mark.parametrize(
    ("code", "first"),
    [  # box: rolling 12 months as first published in quarters one and two
        ("crime_volume", [43523, 44340]),
        ("cyber_crime", [2999, 3015]),
        ("hate_crime", [624, 619]),
        ("anti_social_behaviour", [16848, 16792]),
        ("domestic_abuse_crime", [6516, 6610]),
        ("sexual_offences", [1601, 1599]),
    ],
)
def test_a_box_has_the_twelve_months_as_first_published(code, first):
    assert [line.first_rolling for line in sample(code).box] == [*first, None]


@pytest.mark.parametrize(
    ("code", "quarters", "decimals"),
    [  # box, quarters one to three; what its own counts contradict is given by the counts
        ("cracked_ineffective_trials", [21, 16.9, 14.2], 1),  # paragraph 133: 33 of 232, where the box prints 14.4
        ("response_time_immediate", [626, 767, 654], 0),
        ("response_time_priority", [3206, 3470, 3332], 0),
        ("answer_time_999", [4, 5, 5], 0),
        ("answer_time_crib", [64, 105, 85], 0),
        ("abandonment_rate_crib", [3.4, 5.7, 4.9], 1),
        ("full_file_error_rate", [2.5, 0.5, 0.0], 1),
        ("complaints_within_10_days", [93, 90, 98], 0),
        ("complaint_appeals_upheld", [50, 20, 25], 0),  # 3 of 6, 2 of 10, 1 of 4; the box prints 33, 20, 24
    ],
)
def test_a_box_of_rates_prints_as_published(code, quarters, decimals):
    for line, expected in zip(sample(code).box, quarters, strict=True):
        # Quarter one of cracked trials was published to the nearest whole number.
        places = 0 if isinstance(expected, int) else decimals
        assert printed(line.value.value, places) == expected


# --- an earlier quarter's report is cut at its own date


@pytest.mark.parametrize(
    ("quarter", "start", "crimes"),
    [("2019-20-Q1", 3, 10973), ("2019-20-Q2", 6, 11832)],  # Appendix A: April to June, July to September 2019
)
def test_earlier_quarters_have_their_own_figures(quarter, start, crimes):
    assert sample("crime_volume", quarter).value.value == crimes
    for code, year in APPENDIX_A.items():
        finding = sample(code, quarter)
        assert finding.value.value == sum(year[start : start + 3])
        # The 12 months: what Appendix A has of them, and the illustrative months of 2018 that complete them.
        earlier = finding.months.loc["2018-01":"2018-12", "value"].tolist()
        assert finding.rolling.value == sum(year[: start + 3]) + sum(earlier[start + 3 :])


@pytest.mark.parametrize("quarter", QUARTERS[:2])
def test_nothing_later_than_the_quarter_leaks_into_its_findings(quarter):
    last = Quarter.parse(quarter).last
    for finding in report(quarter).findings.values():
        assert finding.as_at <= last
        assert finding.months.index.max() == last
        assert finding.rolling_months.index.max() == last
        assert finding.signal_history.index.max() == last
        assert finding.last_12.index.max() == last
        assert [line.quarter.last for line in finding.box][-1] == last
        assert all(test.last <= last for test in finding.arithmetic.values())
        if finding.peers is not None:
            assert finding.peers.month <= last
            assert finding.peers.history.index.max() <= last


@pytest.mark.parametrize("quarter", QUARTERS[:2])
def test_a_quarters_findings_are_the_same_whether_or_not_later_months_have_arrived(quarter):
    opened, asked = report(quarter), Quarter.parse(quarter)
    params = opened.params
    frame = read_monthly([params.input_path("sample:monthly.csv")], params.catalogue)
    rates = read_peer_rates(params.input_path("sample:peers.csv"))
    then = findings(
        params.catalogue,
        params.settings,
        asked,
        frame[frame["month"] <= asked.last],
        rates[rates["month"] <= asked.last],
    )
    pd.testing.assert_frame_equal(xlsx.findings_table(then), xlsx.findings_table(opened.findings))
    pd.testing.assert_frame_equal(xlsx.months_table(then), xlsx.months_table(opened.findings))


@pytest.mark.parametrize("quarter", QUARTERS[:2])
def test_no_sentence_of_an_earlier_quarter_names_a_later_month(quarter):
    opened, last = report(quarter), Quarter.parse(quarter).last
    named = re.compile(
        r"(January|February|March|April|May|June|July|August|September|October|November|December) (\d{4})"
    )
    for code in opened:
        finding = opened[code].finding  # a target looks ahead, and its sentence says so
        sentences = f"{narrative.figures(finding)} {narrative.change(finding)} {narrative.verdict(finding)}"
        shown = f"{opened[code].headline()} {sentences} {opened[code].peers()}"
        found = [pd.Period(f"{month} {year}", freq="M") for month, year in named.findall(shown)]
        assert [month for month in found if month > last] == []
        assert "2020" not in shown


# --- symbols that rest on published figures alone


@pytest.mark.parametrize("code", [*APPENDIX_A, "conviction_rate", "cracked_ineffective_trials"])
def test_the_monthly_trend_of_2019_is_scipys_regression_on_appendix_a(code):
    line = linregress(range(12), APPENDIX_A.get(code) or PERCENTAGES[code])
    expected = set()
    if line.pvalue < 0.05:
        expected = {"discrete_increasing" if line.slope > 0 else "discrete_decreasing"}
    assert {shown for shown in symbols.codes(sample(code)) if shown.startswith("discrete")} == expected


@pytest.mark.parametrize(
    ("code", "p"),  # SciPy's linregress on Appendix A's twelve months
    [
        ("special_constable_hours", 0.00023),  # paragraph 78: significant overall decline
        ("cse_crime", 0.0143),  # paragraph 98 calls it not exceptional; the rule read literally flags it
        ("cracked_ineffective_trials", 0.00139),  # Appendix A: decreasing trend
    ],
)
def test_the_three_declines_that_published_months_show(code, p):
    finding = sample(code)
    test = finding.arithmetic["discrete_decreasing"]
    assert (test.met, test.p) == (True, pytest.approx(p, rel=0.02))
    assert "discrete_decreasing" not in finding.rests_on_illustrative


@pytest.mark.parametrize(
    "code",  # paragraphs 45, 86 and 126: no exceptions, stable, stable
    ["hate_crime", "section_136_arrests", "conviction_rate", "crime_volume", "anti_social_behaviour"],
)
def test_the_months_of_2019_show_no_monthly_trend_where_the_report_sees_none(code):
    assert not {"discrete_increasing", "discrete_decreasing"} & set(symbols.codes(sample(code)))


# ONS, year to December 2019: crimes per 1,000 residents of Wiltshire and of the seven others of its group.
ONS = {
    "crime_volume": (61.45598, [91.11832, 58.34566, 72.71932, 87.64707, 74.63654, 73.57839, 69.01922]),
    "violence_against_the_person": (21.05657, [35.30824, 23.54094, 27.33268, 37.52600, 27.99002, 25.07661, 26.63002]),
    "drug_offences": (2.169263, [1.971166, 2.459180, 3.020980, 2.269573, 2.256919, 1.593667, 1.796079]),
    "sexual_offences": (2.101213, [2.829304, 2.489820, 3.105081, 3.820329, 3.349785, 2.493826, 2.712447]),
    "possession_of_weapons": (0.533288, [0.463526, 0.649123, 0.748052, 0.581354, 0.713197, 0.775818, 0.737773]),
}


@pytest.mark.parametrize(
    ("code", "standing", "average"),
    [
        ("crime_volume", "less_than_peers", 73.9),  # paragraph 18: 61.8 against 73.9, significantly below
        ("violence_against_the_person", "less_than_peers", 28.2),  # paragraph 9
        ("drug_offences", "in_line_below", 2.19),  # paragraph 17: in line
        ("sexual_offences", "less_than_peers", None),  # paragraph 118: significantly lower
        ("possession_of_weapons", "less_than_peers", 0.65),  # paragraph 14: 0.54 against 0.65
    ],
)
def test_standing_among_peers_by_hand(code, standing, average):
    own, others = ONS[code]
    group = np.array([own, *others])
    mean, reach = group.mean(), 1.96 * group.std(ddof=1) / math.sqrt(8)
    found = sample(code).peers
    assert found.position.average == pytest.approx(mean)
    assert (found.lower, found.upper) == (pytest.approx(mean - reach), pytest.approx(mean + reach))
    assert standing == ("less_than_peers" if own < mean - reach else "in_line_below")
    assert standing in symbols.codes(sample(code))
    if average is not None:  # the group is inferred: to 0.5 per cent, give or take the last figure printed
        assert mean == pytest.approx(average, rel=0.0055)


def test_no_measure_of_the_sample_is_without_data_for_a_year():
    assert [code for code, finding in report().findings.items() if "no_data" in symbols.codes(finding)] == []


def test_abandonment_follows_answer_time_as_published():
    # Paragraph 154: R squared 0.98 over two years.
    assert "R² 0.98" in report().scatter("answer_time_crib", "abandonment_rate_crib").subtitle


# --- the Finding itself


def test_a_finding_and_its_parts_cannot_be_altered():
    finding = sample("sexual_offences")
    for part in (finding, finding.value, finding.box[0], finding.peers, finding.peers.position, finding.quarter):
        for field in dataclasses.fields(part):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(part, field.name, None)


def test_there_is_one_finding_a_measure_in_the_catalogues_order():
    assert list(report().findings) == list(report().params.catalogue)
    assert len(report()) == 33


def test_the_table_of_findings_has_a_row_a_measure_and_unformatted_numbers():
    table = xlsx.findings_table(report().findings).set_index("measure")
    asked = ["title", "priority", "unit", "quarter", "as_at", "quarter_value", "rolling_12", "previous_12", "change",
             "change_per_cent", "symbols"]  # fmt: skip
    assert [name for name in asked if name not in table] == []
    row = table.loc["sexual_offences"]
    assert row[["quarter", "as_at", "quarter_value", "rolling_12", "previous_12", "change"]].tolist() == [
        "2019-20-Q3", "2019-12", 308, 1496, 1704, -208,
    ]  # fmt: skip
    assert row["change_per_cent"] == pytest.approx(-12.2066, abs=1e-4)  # 208 of 1,704, unrounded
    assert row["symbols"].split() == list(symbols.codes(sample("sexual_offences")))
    assert table.loc["ksi_collisions", "as_at"] == "2019-08"
    assert pd.isna(table.loc["ksi_collisions", "quarter_value"])


def test_the_frame_handed_in_is_not_altered():
    each = measure()
    rows = months(range(1, 31)).reset_index().assign(measure=each.code, area="Here")
    before = rows.copy(deep=True)
    findings({each.code: each}, settings(), Quarter.parse("2019-20-Q3"), rows)
    pd.testing.assert_frame_equal(rows, before)


def test_another_areas_months_are_not_counted():
    each = measure()
    here = months([5] * 24).reset_index().assign(measure=each.code, area="Here")
    frame = pd.concat([here, here.assign(area="There", value=100.0)], ignore_index=True)
    found = findings({each.code: each}, settings(), Quarter.parse("2019-20-Q3"), frame)
    assert found[each.code].rolling.value == 60


STEADY = [100, 103, 98, 101, 99, 102] * 8


@pytest.mark.parametrize(
    ("newest", "better", "grade", "way", "good"),
    [  # twice, or half, of what never left 98 to 103 in four years is no chance
        (200, "lower", "clear", "higher", False),
        (200, "higher", "clear", "higher", True),
        (50, "lower", "clear", "lower", True),
        (50, "neither", "clear", "lower", None),
        (100, "lower", "as expected", None, None),
    ],
)
def test_whether_it_got_better_is_told_by_the_measures_own_better(newest, better, grade, way, good):
    verdict = find_one([*STEADY, *[newest] * 3], better=better).verdict
    assert (verdict.grade, verdict.way, verdict.good) == (grade, way, good)


def test_a_missing_month_leaves_its_totals_without_a_figure():
    finding = find_one([5] * 20 + [None] + [5] * 4)
    assert finding.rolling.value is None
    assert finding.value.value == 15
    assert finding.change is finding.change_per_cent is None
    assert finding.previous.value == 60


def test_a_measure_that_never_arrived_has_a_finding_that_says_so():
    finding = find((measure(), None))["thefts"]
    assert finding.as_at is None
    assert (finding.value.value, finding.rolling.value, finding.previous.value) == (None, None, None)
    assert symbols.codes(finding) == ("no_data",)
    assert (finding.verdict.grade, narrative.verdict_words(finding)) == ("cannot tell", "not supplied")


def test_a_count_has_a_rate_per_1000_residents_where_they_are_known():
    rates = pd.DataFrame(
        {"series": "thefts", "area": ["Here", *PEERS], "level": "force", "month": pd.Period("2019-12", "M"),
         "offences": 60.0, "population": 30_000.0, "rate": 2.0, "origin": "published"}
    )  # fmt: skip
    known = find((measure(), months([5] * 24)), rates=rates)["thefts"]
    assert known.rate == 2.0  # 60 in twelve months, 30,000 residents
    assert find_one([5] * 24).rate is None
    share = find((measure("share", "proportion"), months([5] * 24)), rates=rates)["share"]
    assert share.rate is None


def test_a_rolling_measure_has_no_symbols_for_months_or_trends():
    # Each figure overlaps the last by eleven months: a run of them rises or falls by construction.
    assert find_one(range(1, 41), "rolling").arithmetic == {}
    assert symbols.codes(find_one(range(1, 41), "rolling")) == ()


def test_signals_that_reach_into_illustrative_months_are_told_apart():
    rows = months([10, 12] * 12 + [30])
    rows.loc[rows.index[:5], "origin"] = "illustrative"
    finding = find((measure(), rows))["thefts"]
    assert finding.signals == {"month_high"}
    assert finding.rests_on_illustrative == {"month_high"}  # its window is 25 months
    rows["origin"] = "published"
    assert find((measure(), rows))["thefts"].rests_on_illustrative == frozenset()


def test_every_shipped_quarter_opens_from_the_shipped_params():
    for quarter in QUARTERS:
        assert report(quarter).params.folder == PARAMS
        assert str(report(quarter).quarter) == quarter


@pytest.mark.parametrize("quarter", QUARTERS[1:])
def test_a_projection_starts_from_the_rolling_figure_that_is_printed(quarter):
    # A fan in another unit than the line before it (a month's average for a year's total) would start elsewhere.
    started = {}
    for code, finding in report(quarter).findings.items():
        ahead = finding.projection
        if isinstance(ahead, Projection):
            started[code] = (ahead.now, finding.rolling.value)
    assert "sickness_days_lost" in started  # the one whose denominator is a stock
    assert [code for code, (now, rolling) in started.items() if now != pytest.approx(rolling)] == []
