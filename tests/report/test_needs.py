"""The needs of real reports, in the order of README's table: how each is said, from a measure of a few months."""

from __future__ import annotations

import re

import numpy as np
import pytest
from builders import PARAMS, ROOT, find, measure, months, ratio

from perf_lib.commentary import binding
from perf_lib.findings.finding import Finding
from perf_lib.report import open_report
from perf_lib.views import areas, dashboard, markdown, narrative

UP = [100.0] * 12 + [110.0] * 12  # two years: 1,200, then 1,320; the financial year to date has nine months of each


def said(*values: float, kind: str = "count", **more: object) -> str:
    """All that the report says of one measure of these months, the last of them December 2019."""
    return words(find((measure("item", kind, **more), months([*values])))["item"])


def words(finding: Finding) -> str:
    sentences = [each(finding) for each in (narrative.figures, narrative.change, narrative.target, narrative.verdict)]
    return " ".join([*sentences, str(dashboard.headline_box(finding)), narrative.change_in_table(finding)])


def bound(text: str, *values: float) -> str:
    """Commentary on a count of these months, its figures looked up."""
    found = find((measure("item", noun="crimes", singular="crime"), months([*values])))
    return str(markdown.commentary(binding.bind(text, "item", found, PARAMS / "item.md")))


def test_a_share_with_its_numbers_is_pooled():
    finding = find((measure("item", "proportion", of="calls"), ratio([80.0, 90.0] * 12, [100.0, 100.0] * 12)))["item"]
    assert "(260 of 300 calls)" in words(finding)  # 90, 80 and 90 of 100 each


def test_a_table_by_area_has_a_verdict_an_area():
    whole = find((measure("item"), months(UP)))["item"]
    text = str(areas.areas(whole, {"North": whole}))
    assert "The areas add up to the 330 of Here." in text
    assert "North | 330 | 1,320 | +10.0%" in text


def test_a_small_count_in_a_public_report_is_rounded(monkeypatch):
    monkeypatch.setenv("PERF_ROUNDING_KEY", "a key of sixteen characters")
    public = open_report("2019-20-Q3", PARAMS, public=True)
    months_of_hate = public.findings["hate_crime"].months["value"].dropna()
    assert (months_of_hate % 5 == 0).all()


@pytest.mark.parametrize(
    ("need", "text", "says"),
    [
        ("monthly counts", said(*UP), "1,320 in the 12 months to December 2019"),
        ("share without numbers", said(*[85.0] * 24, kind="proportion"), "the unweighted mean of the months"),
        ("rate", said(*[12.3] * 24, kind="given", unit="per 1,000 people", decimals=1), "12.3 per 1,000 people"),
        ("median", said(*[530] * 24, kind="given", unit="seconds"), "8 minutes 50 seconds in December 2019"),
        ("hundredths", said(*[12.68] * 12, *[11.26] * 12, kind="mean", decimals=2), "1.42 seconds less"),
        ("rank", said(*[25] * 12, *[37] * 12, kind="given", unit="rank of 44"),
         "12 places further down than the 25th of 44"),
        ("year to date", bound("{{ year_to_date }} against {{ year_to_date_before }}", *UP), "990 against 900"),
        ("a base year", bound('{{ year("2018-19") }}', *UP), "1,230"),  # nine months of 100, three of 110
        ("an earlier quarter", bound('{{ quarter("2018-19-Q3") }}', *UP), "300"),
        ("target", said(*UP, target=100), "did not meet the target of 100 a month"),
        ("band", said(*UP, target={"between": [75, 150]}), "met the target of 75 to 150 a month"),
        ("trajectory", said(*UP, target={"years": {"2019-20": 1400}}), "met the target of 1,400 for 2019-20"),
        ("rating", said(*UP, target={"level": 105, "near": 5}), "came near the target"),
        ("a change", said(*UP, target={"change": 10, "on": "2018-19"}), "met the target of 1,353"),
        ("headcount", said(*UP, kind="stock", unit="FTE", noun="officers", singular="officer"),
         "There were 110 officers at the end of December 2019. That is 10 more (10 per cent)"),
        ("budget", said(*[157.5] * 24, kind="given", unit="£m", decimals=1, target=156.5), "£157.5 million"),
        ("waiting list", said(*UP, kind="stock", unit="patients", noun="patients waiting", singular="patient waiting"),
         "There were 110 patients waiting at the end of December 2019."),
        ("quarterly counts", said(*[np.nan, np.nan, 300.0] * 8, frequency="quarterly"),
         "300 item during quarter three and 1,200"),
        ("fourteen months", said(*[100.0] * 14), "only 14 months to go by"),
    ],
)  # fmt: skip
def test_a_need_of_real_reports_is_said_so(need, text, says):
    assert says in text.replace("\n", " "), need


def test_readmes_table_has_the_twenty_three_needs():
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## What reports need")[1].split("\n## ")[0]
    assert len(re.findall(r"^\| (?!need|---)", section, re.MULTILINE)) == 23
