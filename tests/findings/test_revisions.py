"""What was first published is kept, what has moved since is shown with its reason; the next quarter starts clean."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from builders import QUARTERS, find, measure, months, report, text_of
from doors import command, digests

from perf_lib.config.settings import Restatements
from perf_lib.findings import revisions, symbols
from perf_lib.press.next_quarter import new_quarter
from perf_lib.press.publish import publish, published
from perf_lib.report import open_report
from perf_lib.views import changes
from perf_lib.views.html import without_comments
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

Q1, Q2, Q3 = (Quarter.parse(text) for text in QUARTERS)
FLAT = [10.0] * 60


def first_published(*rows: tuple[str, str, float, str]) -> pd.DataFrame:
    """A published.csv as it is read: measure, kind, value, symbols."""
    frame = pd.DataFrame(rows, columns=["measure", "kind", "value", "symbols"])
    return frame.set_index(["measure", "kind"])


def restated(first: float, kind: str = "count", values: list[float] = FLAT, reasons: dict[str, str] | None = None):
    """The revisions of one measure whose second quarter was first published as `first`."""
    published = {Q2: first_published(("thefts", "quarter", first, ""))}
    found = find((measure("thefts", kind), months(values)), published=published)
    return revisions.revisions(found, Restatements(reasons=reasons or {}))


def test_the_sample_shows_what_the_report_restated_in_silence():
    # The headline boxes as first published (10,952; 178; 726 …) against the sums of Appendix A's months.
    seen = {(each.measure.code, each.quarter, each.figure): each for each in report().restated()}
    pairs = {
        ("crime_volume", Q1, "quarter"): (10952, 10973),
        ("crime_volume", Q2, "quarter"): (11856, 11832),
        ("hate_crime", Q1, "quarter"): (163, 164),
        ("hate_crime", Q2, "quarter"): (178, 194),
        ("cyber_crime", Q1, "quarter"): (668, 696),
        ("cyber_crime", Q2, "quarter"): (726, 776),
        ("domestic_abuse_crime", Q2, "rolling_12"): (6610, 6612),
        ("sexual_offences", Q2, "quarter"): (425, 416),
    }
    assert {key: (seen[key].first, seen[key].now) for key in pairs} == pairs
    hate = seen["hate_crime", Q2, "quarter"]
    assert hate.difference == 16  # 194 - 178
    assert hate.per_cent == pytest.approx(16 / 178 * 100)
    # What came out as it was first printed is not among them: 70 and 74 arrests, 35 crimes.
    assert not {code for code, *_ in seen} & {"section_136_arrests"}
    assert ("cse_crime", Q2, "quarter") not in seen


def test_the_table_prints_both_vintages_the_difference_and_why():
    shown = text_of(report().revisions().html)
    assert "28 figures first published for quarter one 2019-20 and quarter two 2019-20 have been restated." in shown
    # A reason stands beside the first of a measure's figures that it explains.
    assert "Hate crime 2019-20-Q2 178 194 +16 +9.0%" in shown
    assert shown.count("Hate crime markers reviewed.") == 1
    assert len(report().restated()) == 28  # the sentence above counts the rows below it


def test_only_what_prints_differently_is_restated():
    assert restated(30.2) == ()  # three months of ten are 30, and 30.2 prints as 30
    assert [(each.first, each.now) for each in restated(31)] == [(31, 30)]


@pytest.mark.parametrize(("first", "past"), [(30.0, False), (30.299, False), (29.0, True), (31.0, True)])
def test_past_the_threshold_is_per_cent_of_the_figure_first_published(first, past):
    # 29 to 30 is 3.4 per cent, 31 to 30 is 3.2; the threshold is 1.
    assert any(each.is_past(1.0) for each in restated(first)) == past


def test_a_percentage_moves_in_points():
    # 40 against 41.5: 1.5 points, whatever share of 40 that is.
    (moved,) = restated(41.5, "proportion", [40.0] * 60)
    assert (moved.difference, moved.per_cent) == (-1.5, None)
    assert moved.is_past(1.4)
    assert not moved.is_past(1.6)


def test_a_figure_that_was_withdrawn_is_past_any_threshold():
    (moved,) = restated(30, values=[10.0] * 54 + [float("nan")] * 6)
    assert moved.now is None
    assert moved.is_past(1e9)


def test_a_silent_restatement_is_refused_with_both_figures():
    with pytest.raises(InputError) as refused:
        revisions.refuse_unexplained(restated(40), 1.0, "settings.yaml")
    said = str(refused.value)
    expected = ["settings.yaml", "thefts, 2019-20-Q2", "first published as 40", "is now 30", "more than 1 per cent"]
    assert [words for words in [*expected, "restatements.reasons.thefts"] if words not in said] == []
    revisions.refuse_unexplained(restated(40, reasons={"thefts": "Records completed."}), 1.0, "settings.yaml")
    revisions.refuse_unexplained(restated(40), 25.0, "settings.yaml")  # a quarter of 40 is 10: not more than allowed


def test_a_run_refuses_a_silent_restatement_and_writes_nothing(params_copy):
    params = params_copy()
    path = params / "settings.yaml"
    reason = "    hate_crime: Hate crime markers reviewed.\n"
    text = path.read_text(encoding="utf-8")
    assert reason in text
    path.write_text(text.replace(reason, ""), encoding="utf-8")
    done = command("perf-lib", "run", "2019-20-Q3", "--params", params, "--outputs", params.parent / "outputs")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    for words in ("settings.yaml", "hate_crime", "2019-20-Q2", "178", "194", "restatements.reasons.hate_crime"):
        assert words in done.stderr
    assert not (params.parent / "outputs").exists()


def test_an_unknown_measure_among_the_reasons_is_named(params_copy):
    params = params_copy()
    path = params / "settings.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("    hate_crime: Hate", "    hate_crimes: Hate"), "utf-8")
    with pytest.raises(InputError) as refused:
        open_report("2019-20-Q3", params)
    assert "restatements.reasons: unknown measure 'hate_crimes'; did you mean hate_crime?" in str(refused.value)


# --- symbols that came on, went off, changed side


def symbol_changes(values: list[float], shown: str | None):
    published = {} if shown is None else {Q2: first_published(("thefts", "quarter", 30.0, shown))}
    found = find((measure("thefts"), months(values)), published=published)
    return revisions.symbol_changes(found)


LOW_END = [10.0, 11.0, 9.0, 10.0] * 14 + [10.0, 9.0, 11.0, 1.0]
"""A flat course whose last month alone lies far below: the average is 10, two SDs are under 2."""


def test_a_symbol_that_was_not_there_before_has_come_on():
    (change,) = symbol_changes(LOW_END, None)
    assert "month_low" in change.came_on
    assert not change.as_published


def test_a_symbol_on_the_other_side_has_changed_side():
    (change,) = symbol_changes(LOW_END, "month_high")
    assert ("month_high", "month_low") in change.changed_side
    assert "One-month high to one-month low" in (shown := changes.symbol_changes([change], Q3).html)
    assert "Changed side" in shown
    (came,) = symbol_changes(LOW_END, None)
    assert "Changed side" not in changes.symbol_changes([came], Q3).html  # nor a column that says nothing
    assert change.as_published


def test_a_symbol_that_is_gone_went_off():
    changed = symbol_changes(FLAT, "eight_months_high")
    assert [change.went_off for change in changed] == [("eight_months_high",)]


def test_nothing_changes_where_the_symbols_are_the_same():
    assert symbol_changes(FLAT, "none") == ()
    assert "shows the symbols that it showed in quarter two" in changes.symbol_changes((), Q3).text


def test_every_symbol_answers_one_question():
    asked = [code for axis in symbols.AXES for code in axis]
    assert sorted(asked) == sorted(symbols.BY_CODE)


def test_symbols_of_the_quarter_before_are_those_its_own_report_shows():
    # Worked out from Q3's Findings without the earlier report, against the earlier report itself.
    for code, finding in report("2019-20-Q3").findings.items():
        assert revisions._symbols_before(finding) == set(symbols.codes(report("2019-20-Q2").findings[code])), code


# --- text that nobody touched


def test_text_that_nobody_touched_is_listed():
    long = "This paragraph is long enough to say that somebody forgot to look at it again."
    texts = {
        "thefts": (f"{long}\n\nMore.", f"{long}\n\nMore."),
        "hours": (f"{long}\n\nOld words.", f"{long.replace(' long', '  long')}\n\nNew words, and another thought."),
        "gone": ("Something was said.", ""),
        "fresh": ("Old.", "New."),
    }
    found = find(*((measure(code), months(FLAT)) for code in texts))
    said = changes.untouched(texts, found, Q3).text
    assert "The commentary of Thefts is word for word that of quarter two." in said
    assert "The commentary of Hours (1 of 2 paragraphs) is in part that of quarter two." in said
    assert "The commentary of Gone of quarter two has no successor." in said
    assert "Fresh" not in said


# --- publish and new


def test_what_is_published_reads_back_and_is_never_overwritten(params_copy):
    params = params_copy()
    before = open_report("2019-20-Q3", params)
    path = publish(before)
    rows = {(row["measure"], row["kind"]): row for row in csv.DictReader(io.StringIO(path.read_text("utf-8")))}
    offences = rows["sexual_offences", "quarter"]
    assert offences["value"] == "308"  # 112 + 102 + 94
    assert offences["symbols"].split() == list(symbols.codes(before.findings["sexual_offences"]))
    assert rows["conviction_rate", "rolling_12"]["numerator"] == "4524"  # of 5,095
    kept = path.read_bytes()
    with pytest.raises(InputError, match="2019-20-Q3 has been published"):
        publish(before)
    assert path.read_bytes() == kept
    # A report that has published itself has restated nothing, and is made from the same files.
    after = open_report("2019-20-Q3", params)
    assert after.params.files_read() == before.params.files_read()
    assert published(after.findings).encode() == kept


def test_only_what_the_pack_prints_is_published(params_copy, tmp_path):
    params, pack = params_copy(), tmp_path / "outputs" / "2019-20-Q3"
    pack.mkdir(parents=True)
    asked = ("perf-lib", "publish", "2019-20-Q3", "--params", params, "--outputs", pack.parent)
    for record, words in (
        ('{"parameters": {"quarter": "2019-20-Q3", "draft": "yes"}}', "is a draft"),
        ('{"parameters": {"quarter": "2019-20-Q3"}}', "was made from other files than these"),
    ):
        (pack / "run.json").write_text(record, encoding="utf-8")
        done = command(*asked)
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
        assert words in done.stderr
        assert not (params / "2019-20-Q3" / "published.csv").exists()
    (pack / "run.json").unlink()
    assert command(*asked).returncode == 0
    assert (params / "2019-20-Q3" / "published.csv").exists()


def test_the_next_quarter_finds_what_this_one_published(params_copy):
    params = params_copy()
    made = new_quarter(Q3.next, Q3, params)
    assert made.published_now == params / "2019-20-Q3" / "published.csv"
    ahead = open_report(Q3.next, params)
    assert ahead.params.published_quarters == (Q1, Q2, Q3)
    assert not [each for each in ahead.restated() if each.quarter == Q3]
    assert ahead["crime_volume"].finding.earlier[-1].first_value == 10876


def test_a_new_quarter_has_settings_and_a_commentary_file_a_measure_with_nothing_to_print(params_copy):
    params = params_copy()
    before = digests(params)
    folder = new_quarter(Q3.next, Q3, params).folder
    files = sorted(path.stem for path in (folder / "commentary").iterdir())
    assert files == sorted(open_report(Q3.next, params).findings)
    text = (folder / "commentary" / "hate_crime.md").read_text("utf-8")
    assert "131 hate crimes recorded during quarter three and 619 in the 12 months" in text
    assert without_comments(text).strip() == ""
    ahead = open_report(Q3.next, params)
    assert ahead["hate_crime"].commentary().html == ""
    assert ahead.settings.highlights.of_concern == {}
    assert ahead.settings.panel_date is None
    # Nothing that was there was touched.
    assert {name: digests(params)[name] for name in before} == before


def test_settings_of_its_own_are_carried_as_they_are_written(params_copy):
    params = params_copy()
    own = params / "2019-20-Q3" / "settings.yaml"
    own.write_text(own.read_text("utf-8") + "\n# Kept provisional until the audit.\nmarking: OFFICIAL\n", "utf-8")
    text = (new_quarter(Q3.next, Q3, params).folder / "settings.yaml").read_text("utf-8")
    assert "# Kept provisional until the audit.\nmarking: OFFICIAL\n" in text
    assert "\npanel_date" not in text


def test_a_quarter_that_is_there_is_left_alone(params_copy):
    params = params_copy()
    before = digests(params)
    with pytest.raises(InputError, match="2019-20-Q3 is there already"):
        new_quarter(Q3, Q2, params)
    with pytest.raises(InputError, match="2019-20-Q1 is not after 2019-20-Q3"):
        new_quarter(Q1, Q3, params)
    assert digests(params) == before


def test_half_a_folder_is_never_left(params_copy):
    params = params_copy()
    (params / "2019-20-Q3" / "settings.yaml").write_text("marking: OFFICIAL\n", "utf-8")
    path = params / "measures.yaml"
    good = path.read_text("utf-8")
    path.write_text(good + "\nnonsense: 1\n", "utf-8")
    with pytest.raises(InputError):
        new_quarter(Q3.next, Q3, params)
    assert not (params / str(Q3.next)).exists()


def test_comments_end_where_they_end():
    assert without_comments("a<!-- b --> c <!-- d\ne -->f") == "a c \nf"
    assert without_comments("no end <!-- here") == "no end <!-- here"
    many = "<!--" * 1_000_000  # five million characters at most; a pattern would look ahead from each of them
    assert without_comments(many) == many
