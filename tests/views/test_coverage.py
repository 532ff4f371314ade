"""What a report rests on: sources, rejected rows, and months that look like a fault."""

from __future__ import annotations

import csv
import hashlib
import shutil

import numpy as np
import pandas as pd
import pytest
from builders import PARAMS, ROOT, measure, months, ratio, report, text_of

from perf_lib.press.pack import WRITERS
from perf_lib.report import open_report
from perf_lib.stats.suspect_months import jumps
from perf_lib.views.coverage import suspected

SAMPLE = ROOT / "perf_lib" / "sample"
YEAR = [212, 187, 204, 221, 198, 207, 193, 215, 202, 189, 208, 196]  # about 200, as counts are


def found(kind: str, values: list[float], **more: object) -> list[tuple[str, str]]:
    each = measure("thefts", kind, **more)
    return [(str(jump.month), jump.what) for jump in jumps({"thefts": months(values)}, {"thefts": each})]


def test_a_month_at_nought_is_listed_where_there_were_many():
    assert found("count", [*YEAR, 0, 205]) == [("2019-11", "a month at nought")]
    assert found("count", [3, 1, 2, 0, 4, 2, 1, 0, 3, 0]) == []  # few are nought often


def test_a_tenfold_month_is_listed_and_a_doubled_one_is_not():
    assert found("count", [*YEAR, 2050, 199]) == [("2019-11", "a tenfold change")]
    assert found("count", [*YEAR, 20, 199]) == [("2019-11", "a tenfold change")]
    assert found("count", [*YEAR, 410, 199]) == []


@pytest.mark.parametrize(("kind", "scale"), [("mean", 60), ("mean", 1 / 60), ("proportion", 0.01)])
def test_a_change_of_units_is_told_from_a_tenfold_month(kind, scale):
    values = [value / 4 for value in YEAR]
    assert found(kind, [*values, values[3] * scale]) == [("2019-12", "units changed")]


def test_a_large_month_repeated_exactly_is_listed():
    # Counts of 3,749 repeat by chance about once in 217 times (2 sqrt(pi 3749)); of 200, once in 50.
    assert found("count", [3604, 3749, 3749, 3680]) == [("2019-11", "a month repeated exactly")]
    assert found("count", [187, 204, 204, 196]) == []
    assert found("count", [187, 204, 204, 204]) == [("2019-12", "a month repeated exactly")]
    assert found("rolling", [76.7, 76.7, 76.7]) == []  # twelve months overlap eleven


def test_a_ratio_is_repeated_when_both_its_parts_are():
    each = measure("convictions", "proportion")
    frame = ratio([52, 52, 61], [58, 58, 68])
    assert [str(jump.month) for jump in jumps({"convictions": frame}, {"convictions": each})] == ["2019-11"]


def test_random_counts_are_seldom_listed():
    chance = np.random.default_rng(20191231)
    frames = {f"m{n}": months(chance.poisson(300, 48).tolist()) for n in range(200)}
    listed = jumps(frames, {code: measure(code) for code in frames})
    # 200 measures x 24 months; a repeat of two is never listed at 300 (once in 61), of three once in 3,700.
    assert len(listed) <= 8


def test_the_sample_has_two_months_that_the_report_printed_twice():
    # Appendix A: conviction rates of 89.7 per cent in April and May 2019, trials of 19.2 in May and June.
    assert [(jump.measure, str(jump.month)) for jump in suspected(report().findings)] == [
        ("conviction_rate", "2019-05"),
        ("cracked_ineffective_trials", "2019-06"),
    ]


def test_the_coverage_page_says_what_each_source_gave():
    text = text_of(report().sources().html)
    with (SAMPLE / "monthly.csv").open(encoding="utf-8") as file:
        rows = len(list(csv.reader(file))) - 1
    digest = hashlib.sha256((SAMPLE / "monthly.csv").read_bytes()).hexdigest()[:12]
    assert f"monthly.csv Monthly figures Jan-15 Dec-19 {rows:,} {rows:,} 0 {digest}" in text
    assert "All were used." in text


def spoilt(folder, share: float | None, bad: int):
    """Params whose monthly file has some values that are none."""
    params = shutil.copytree(PARAMS, folder / "params")
    lines = (SAMPLE / "monthly.csv").read_text(encoding="utf-8").splitlines()
    at = [n for n, line in enumerate(lines) if line.startswith("hate_crime,Wiltshire,2019-0")][:bad]
    for n in at:
        cells = lines[n].split(",")
        lines[n] = ",".join([*cells[:5], "many", *cells[6:]])
    (params / "monthly.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = (params / "settings.yaml").read_text(encoding="utf-8").replace("sample:monthly.csv", "monthly.csv")
    if share is not None:
        settings = settings.replace("inputs:\n", f"inputs:\n  rejected_share: {share}\n")
    (params / "settings.yaml").write_text(settings, encoding="utf-8")
    return params


def test_rejected_rows_go_into_the_pack_and_onto_the_page(tmp_path):
    params = spoilt(tmp_path, 0.01, 3)
    opened = open_report("2019-20-Q3", params)
    WRITERS["rejected"](opened, tmp_path / "rejected")
    (path,) = (tmp_path / "rejected").iterdir()
    rejected = pd.read_csv(path)
    assert rejected.columns.tolist() == ["file", "row", "column", "value", "reason"]
    assert rejected["value"].tolist() == ["many"] * 3
    assert "hate_crime, 2019-01: value 'many' is not a number" in text_of(opened.sources().html)
    hate = opened["hate_crime"].finding
    assert (hate.months["status"] == "not supplied").sum() == 3
    assert hate.value.value == 131  # paragraph 39: the quarter's months were not among them


def test_without_a_share_the_first_bad_row_stops_the_run(tmp_path):
    with pytest.raises(Exception, match="'many' is not a number"):
        open_report("2019-20-Q3", spoilt(tmp_path, None, 1))
