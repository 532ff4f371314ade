"""Commentary held against the data: what must be caught, what must not be, and what no text may do to the audit."""

from __future__ import annotations

import csv
import json
import re
import shutil
import time
from pathlib import Path

import pytest
from builders import QUARTERS, ROOT, report
from doors import command, digests
from hypothesis import HealthCheck, given
from hypothesis import settings as options
from hypothesis import strategies as st

from perf_lib import audit
from perf_lib.audit import page as audit_page
from perf_lib.audit.literals import literals
from perf_lib.audit.periods import Calendar
from perf_lib.commentary import binding
from perf_lib.press.pack import run
from perf_lib.report import open_report
from perf_lib.views import html
from perf_lib.words.errors import ContradictionError, InputError
from perf_lib.words.quarters import Quarter

QUARTER = Quarter.parse("2019-20-Q3")


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "tests" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SENTENCES, MISPRINTS = rows("audit_sentences.csv"), rows("audit_misprints.csv")


def checked(
    text: str, code: str | None = "sexual_offences", sources: dict[str, str] | None = None
) -> list[audit.Check]:
    opened = report()
    written = audit.Text.of(text, code or None, opened.findings, Path(f"commentary/{code}.md"))
    return audit.held([written], opened.findings, opened.quarter, sources).findings


def verdicts(text: str, code: str | None = "sexual_offences") -> dict[str, str]:
    return {check.text: check.verdict for check in checked(text, code)}


# --- the corpus: each sentence's figures stand in the sample's months, or are sums and differences of them


@pytest.mark.parametrize("row", SENTENCES, ids=lambda row: row["true"][:60])
def test_a_true_sentence_raises_nothing_and_its_twin_with_one_thing_changed_is_caught(row):
    right = checked(row["true"], row["measure"])
    assert [check for check in right if check.verdict != "agrees"] == []
    assert right, "nothing in it was checked"
    wrong = [check for check in checked(row["false"], row["measure"]) if check.verdict != "agrees"]
    assert wrong, row["false"]


def test_the_corpus_is_large_and_its_twins_are_contradicted_not_merely_unknown():
    assert len(SENTENCES) >= 120
    contradicted = sum("contradicts" in verdicts(row["false"], row["measure"]).values() for row in SENTENCES[:60])
    assert contradicted >= 59


# --- the misprints of a published report, each as a fresh sentence; the right figures are facts of the sample


@pytest.mark.parametrize("row", MISPRINTS, ids=lambda row: row["paragraph"])
def test_each_misprint_of_the_published_report_is_caught(row):
    assert "contradicts" in verdicts(row["false"], row["measure"]).values()
    assert set(verdicts(row["true"], row["measure"]).values()) <= {"agrees"}


def test_a_contradiction_comes_with_the_right_figure_its_measure_and_its_months():
    text = "There were 308 sexual offences in quarter three and 1,599 in the 12 months to December 2019."
    right, wrong = checked(f"A first line.\n\n{text}\n")
    assert right.as_dict() == {
        "file": "commentary/sexual_offences.md",
        "line": 3,
        "sentence": text,
        "text": "308",
        "verdict": "agrees",
        "measure": "sexual_offences",
        "period": "2019-20-Q3",
        "right": "308",
    }
    assert (wrong.text, wrong.verdict, wrong.right, wrong.period) == (
        "1,599",
        "contradicts",
        "1,496",
        "12 months to 2019-12",
    )


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("There were 94 offences in December.", "2019-12"),
        ("There were 308 offences in the quarter.", "2019-20-Q3"),
        ("There were 1,496 offences in 2019.", "12 months to 2019-12"),
        ("From April to December there were 1,104 offences.", "2019-04 to 2019-12"),  # 380 + 416 + 308
    ],
)
def test_a_period_is_named_in_one_of_four_ways(text, period):
    assert [check.period for check in checked(text)] == [period]


# --- rounding


@pytest.mark.parametrize(
    ("said", "verdict"),
    [  # the fall is 208 of 1,704: 12.2066 per cent
        ("12.2 per cent", "agrees"),
        ("12.21 per cent", "agrees"),
        ("12 per cent", "agrees"),
        ("12%", "agrees"),
        ("about 12 per cent", "agrees"),
        ("more than 12 per cent", "agrees"),
        ("nearly 13 per cent", "agrees"),
        ("twelve per cent", "agrees"),
        ("12.3 per cent", "contradicts"),
        ("12.20 per cent", "contradicts"),
        ("13 per cent", "contradicts"),
        ("more than 13 per cent", "contradicts"),
        ("nearly 12 per cent", "contradicts"),
    ],
)
def test_a_figure_stands_for_what_rounds_to_it(said, verdict):
    found = checked(f"In the 12 months to December 2019 sexual offences fell by {said}.")
    assert [check.verdict for check in found if check.text != "fell"] == [verdict]


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("around 1,500", "agrees"),
        ("nearly 1,500", "agrees"),
        ("1.5 thousand", "agrees"),
        ("over 1,400", "agrees"),
        ("under 1,500", "agrees"),
        ("1,500", "contradicts"),
        ("around 1,700", "contradicts"),
        ("over 1,500", "contradicts"),
    ],
)
def test_words_before_a_figure_say_how_firmly_it_is_meant(said, verdict):
    found = checked(f"There were {said} sexual offences in the 12 months to December 2019.")
    assert [check.verdict for check in found] == [verdict]


# --- what is no claim, what needs a source


@pytest.mark.parametrize(
    "text",
    [
        "Two causes explain this, and one of them is the subject of a separate paper in March 2020.",
        "Section 136 of the Act, page 4 of the plan and priority three of 2017-21 all say so.",
        "Since 2 March 2020 officers have worked from there, and on 15 June 2020 the pattern changes.",
        "A rise in calls is not the same as a rise in emergencies.",
        "The figures may fall next year, and could double; nobody should expect them to.",
        "It helps children aged 10 to 18, at any time, 24 hours a day.",
    ],
)
def test_numbers_and_words_that_state_no_figure_are_left_alone(text):
    assert checked(text, "hate_crime") == []


def test_a_figure_that_is_not_in_the_data_needs_a_source_in_brackets_or_in_settings():
    text = "A grant of £42,900 buys 52 more Tasers."
    assert set(verdicts(text).values()) == {"unsupported"}
    assert checked(text[:-1] + " (source: report to the panel, March 2020).") == []
    assert checked(text, sources={"52 more Tasers": "report to the panel"}) == []
    assert set(verdicts(text[:-1] + " (source: ).").values()) == {"unsupported"}


def test_a_source_does_not_excuse_what_the_data_contradict():
    text = "There were 1,599 sexual offences in the 12 months to December 2019 (source: a spreadsheet)."
    assert verdicts(text) == {"1,599": "contradicts"}


def test_a_bound_figure_is_right_by_construction_and_gives_its_sentence_sense():
    assert (
        checked("There were {{ rolling_12 }} offences, {{ change_per_cent }} fewer than the year before.")[0].text
        == "fewer"
    )
    assert verdicts("Offences rose by {{ change_per_cent }} over the year.") == {"rose": "contradicts"}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("sexual_offences", "Some 41 of them were in Swindon."),
        ("sexual_offences", "The force trained 619 officers in 2019."),
        ("sexual_offences", "Rapes rose by 15 per cent in 2019."),
        ("sexual_offences", "Offences in Swindon fell by 20 per cent, to 412."),
        ("crime_volume", "Burglary fell by 9 per cent and robbery by 3 per cent."),
        ("hate_crime", "Race was the motive in 430 hate crimes."),
        ("complaints", "Twelve complaints led to a misconduct hearing."),
        ("complaints", "A backlog of 40 complaints was cleared in November."),
        ("calls_999", "Some 3,000 calls a month are hoaxes."),
        ("ksi_collisions", "Speed was a factor in a third of collisions."),
        ("conviction_rate", "The national conviction rate was 84 per cent."),
    ],
)
def test_a_number_that_equals_nothing_contradicts_only_what_the_sentence_makes_plain(code, text):
    assert set(verdicts(text, code).values()) == {"unsupported"}


# --- the sample


@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_sample_says_nothing_that_the_data_contradict_or_do_not_hold(quarter):
    audited = report(quarter).audited
    assert audited.of("contradicts") == [] == audited.of("unsupported")


def test_a_measure_with_symbols_and_no_commentary_is_a_warning(params_copy):
    params = params_copy()
    (params / "2019-20-Q3" / "commentary" / "sickness_days_lost.md").unlink()
    audited = open_report(QUARTER, params).audited
    assert any("commentary/sickness_days_lost.md" in warning for warning in audited.warnings)
    shown = audit_page.page(audited, report().findings)
    assert "no commentary/sickness_days_lost.md" in shown.text or "sickness_days_lost.md" in shown.html


# --- highlights: what settings.yaml says of a measure

HIGHLIGHTS = "2019-20-Q3/settings.yaml"


def tagged(params: Path, sentence: str, file: str = HIGHLIGHTS) -> Path:
    """The params folder with one highlight alone, at the end of a settings.yaml, as somebody would write it."""
    own = params / HIGHLIGHTS
    own.write_text(re.sub(r"(?ms)^highlights:.*?(?=^\S)", "", own.read_text("utf-8")), "utf-8")
    path = params / file
    path.write_text(f"{path.read_text('utf-8')}\nhighlights:\n  of_concern:\n    complaints: {sentence}\n", "utf-8")
    return params


def line_of(path: Path, words: str) -> int:
    return next(at for at, line in enumerate(path.read_text("utf-8").splitlines(), start=1) if words in line)


@pytest.mark.parametrize("file", [HIGHLIGHTS, "settings.yaml"])
@pytest.mark.parametrize(
    "sentence",
    [  # complaints rose from 559 to 799 in the year
        "Complaints fell in 2019.",
        "'Nobody''s fault: complaints fell in 2019.'",
        '"Costs are in \\u20ac. \\\n      Two things are new. Complaints fell\n      in 2019."',
        ">-\n      Two things are new.\n\n      One: complaints fell\n      in 2019.",
        "|\n      A line of its own.\n      In short, complaints fell in 2019.",
    ],
)
def test_a_highlight_is_held_against_the_data_at_its_line_however_yaml_wrote_it(params_copy, sentence, file):
    params = tagged(params_copy(), sentence, file)
    (found,) = open_report(QUARTER, params).audited.of("contradicts")
    assert (found.text, found.measure, found.period) == ("fell", "complaints", "12 months to 2019-12")
    assert found.right == "a rise of 240"  # 799 - 559
    named = f"{params.name}/settings.yaml" if file == "settings.yaml" else file
    assert (found.file, found.line) == (named, line_of(params / file, "omplaints fell"))


def test_a_highlight_that_is_not_in_the_data_wants_its_source_like_any_sentence(params_copy):
    params = tagged(params_copy(), "'A backlog of 40 complaints was cleared.'")
    assert [check.text for check in open_report(QUARTER, params).audited.of("unsupported")] == ["40"]
    given = params / HIGHLIGHTS
    text = given.read_text("utf-8").replace("was cleared.", "was cleared (source: Professional Standards).")
    given.write_text(text, "utf-8")
    assert open_report(QUARTER, params).audited.of("unsupported") == []


def test_a_false_highlight_stops_check_and_run_with_exit_code_3_and_nothing_is_written(params_copy, tmp_path):
    params = tagged(params_copy(), "Complaints fell by 42.9 per cent over the year.")
    at = line_of(params / HIGHLIGHTS, "Complaints fell")
    checked = command("perf-lib", "check", "2019-20-Q3", "--params", params)
    assert (checked.returncode, checked.stderr) == (3, "")
    assert checked.stdout.startswith(f"2019-20-Q3/settings.yaml, line {at}: 'fell' contradicts the data (complaints")
    made = command("perf-lib", "run", "2019-20-Q3", "--params", params, "--outputs", tmp_path / "outputs")
    assert made.returncode == 3
    assert f"2019-20-Q3/settings.yaml, line {at}: 'fell' contradicts" in made.stderr
    assert not (tmp_path / "outputs").exists()


def test_the_reviewers_page_has_a_part_for_highlights():
    shown = audit_page.page(report().audited, report().findings)
    assert "What 2019-20-Q3/settings.yaml says" in shown.html and "December was unusually high" in shown.html


# --- at the door


def spoilt(params: Path) -> Path:
    path = params / "2019-20-Q3" / "commentary" / "sexual_offences.md"
    path.write_text(path.read_text("utf-8") + "\nThere were 1,599 offences in the year to December 2019.\n", "utf-8")
    return params


def test_check_prints_a_line_a_finding_and_its_exit_code_says_whether_there_is_a_contradiction(params_copy):
    good = command("perf-lib", "check", "2019-20-Q3")
    assert (good.returncode, good.stderr) == (0, "")
    assert "0 contradicted by the data, 0 without support" in good.stdout.splitlines()[-1]
    bad = command("perf-lib", "check", "2019-20-Q3", "--params", spoilt(params_copy()))
    assert (bad.returncode, bad.stderr) == (3, "")
    first, *_, last = bad.stdout.splitlines()
    assert first.startswith("commentary/sexual_offences.md, line 12: '1,599' contradicts") and "1,496" in first
    assert "1 contradicted by the data" in last


def test_check_as_json_is_a_list_of_objects_with_just_these_keys(params_copy):
    answered = command("perf-lib", "check", "2019-20-Q3", "--json", "--params", spoilt(params_copy()))
    found = json.loads(answered.stdout)
    assert answered.returncode == 3
    assert {tuple(each) for each in found} == {audit.FIELDS}
    assert [each["right"] for each in found if each["verdict"] == "contradicts"] == ["1,496"]


def test_a_run_with_a_contradiction_writes_nothing_and_says_which(params_copy, tmp_path):
    with pytest.raises(ContradictionError, match=r"1,599.*1,496") as refused:
        run(QUARTER, spoilt(params_copy()), tmp_path / "outputs", ROOT / "notebooks")
    assert refused.value.exit_code == 3
    assert not (tmp_path / "outputs").exists()


def test_a_contradiction_in_an_edit_leaves_the_pack_and_is_all_that_is_said(pack, params_copy, tmp_path):
    shutil.copytree(pack, tmp_path / "outputs" / str(QUARTER))
    asked = ("perf-lib", "run", str(QUARTER), "--notebooks", ROOT / "notebooks", "--outputs", tmp_path / "outputs")
    params = params_copy()
    before = digests(tmp_path / "outputs")
    assert "nothing has changed" in command(*asked, "--params", params).stdout
    said = command(*asked, "--params", spoilt(params))  # its notebook has begun by the time that this is found
    assert (said.returncode, said.stdout) == (3, "")
    assert re.fullmatch(r"perf-lib: 1 figure of the commentary contradicted .*1,599.*\n", said.stderr), said.stderr
    after = digests(tmp_path / "outputs")
    assert {name: after[name] for name in after if not name.endswith(".lock")} == before


def test_the_reviewers_page_is_in_the_pack_and_not_in_the_report(pack):
    page = (pack / "pages" / "audit.html").read_text("utf-8")
    assert "Audit of the commentary" in page and "The lowest month of the year was September" in page
    assert (pack / "pages" / "audit.pdf").read_bytes().startswith(b"%PDF")
    bound = (pack / "report.html").read_text("utf-8")
    assert "Audit of the commentary" not in bound and "DRAFT" not in bound


# --- what bad input gets


def refusal(params: Path) -> str:
    with pytest.raises(InputError) as refused:
        _ = open_report(QUARTER, params).audited
    said = str(refused.value)
    assert "\n" not in said
    return said


def test_bytes_that_are_not_utf_8_and_a_text_too_long_are_a_line_each(params_copy):
    path = params_copy() / "2019-20-Q3" / "commentary" / "hate_crime.md"
    path.write_bytes(b"Hate crime fell \xff\xfe.")
    assert refusal(path.parents[2]) == "commentary/hate_crime.md: byte 17 is not UTF-8; save the file as UTF-8"
    path.write_text("There were 12 crimes. " * 240_000, "utf-8")  # 5 MB
    assert "a text may have 100,000 at most" in refusal(path.parents[2])


def test_commentary_for_an_unknown_measure_is_refused_with_the_nearest(params_copy):
    params = params_copy()
    (params / "2019-20-Q3" / "commentary" / "hate_crimes.md").write_text("Nothing.", "utf-8")
    assert refusal(params) == "commentary/hate_crimes.md: unknown measure 'hate_crimes'; did you mean hate_crime?"


def test_html_in_commentary_is_shown_as_text_on_the_audit_page_too():
    text = "<script>alert(1)</script> <img src=x onerror=alert(2)> Crime fell by 99 per cent."
    written = audit.Text.of(text, "crime_volume", report().findings, Path("commentary/crime_volume.md"))
    page = audit_page.page(audit.held([written], report().findings, QUARTER), report().findings)
    assert "<script" not in page.html and "<img" not in page.html and "&lt;script&gt;" in page.html
    assert "<script" not in html.commentary(text).html


BOMBS = [
    "from 1 to 2 ",
    "1 ",
    "1,",
    "one hundred and ",
    "below average for eight months in a row ",
    "the lowest month of December ",
    "(source: ",
    "[a](",
    "{ a",
    "fell ",
    "12 per cent more than ",
    "between 1 and ",
    "quarter ",
    "December ",
    "-",
    ".",
    "*",
    "a quarter of the year before the year to December ",
    "minutes 4 seconds 5 ",
    "\u00a0",
    "£1 ",
    "ä1 ",
    "\n- 1 ",
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_repetition_makes_the_audit_hang(bomb):
    began = time.process_time()
    checked((bomb * (20_000 // len(bomb))) + " end.")
    assert time.process_time() - began < 20  # one second or two; a quadratic pattern takes minutes


ODD = """1,496 12.2 per cent 94 fell rose by from to the year before quarter three December 2019 of in and , . ; ( )
{{ rolling_12 }} sexual offences crime lowest since than months twelve half doubled average a month 10 minutes
54 seconds ± % £ * _ ` # > <b> [x](y) (source: z) − – … 1st second peers per 1,000 between Q3 2019-20 was not more"""
PIECES = st.sampled_from(ODD.split())


@options(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map(" ".join)))
def test_no_text_breaks_binding_or_audit(text):
    path = Path("commentary/sexual_offences.md")
    try:
        binding.bind(text, "sexual_offences", report().findings, path)
    except InputError as refused:
        assert "\n" not in str(refused).replace(text, "")
        return
    for check in checked(text):
        assert check.verdict in ("agrees", "contradicts", "unsupported")
        assert check.text and check.text in check.sentence
        assert 1 <= check.line <= text.count("\n") + 1
        assert check.verdict != "contradicts" or check.right


# --- parts


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("1,496", 1496, "count"),
        ("12.2 per cent", 12.2, "percent"),
        ("3 percentage points", 3, "points"),
        ("10 minutes 54 seconds", 654, "seconds"),
        ("1 hour 2 minutes", 3720, "seconds"),
        ("half", 50, "fraction"),
        ("two thirds of it", 200 / 3, "fraction"),
        ("one hundred and thirty-one", 131, "count"),
        ("twelve point two per cent", 12.2, "percent"),
        ("doubled", 2, "multiple"),
        ("£42,900", 42900, "money"),
        ("1.5 thousand", 1500, "count"),
        ("one in five", 20, "fraction"),
    ],
)
def test_each_way_of_writing_a_figure_is_read(text, value, kind):
    found = literals(f"it was {text}.")
    assert [(each.kind, pytest.approx(each.value)) for each in found] == [(kind, value)]


@pytest.mark.parametrize(
    ("words", "months"),
    [
        ("in quarter three", "2019-20-Q3"),
        ("in Q2 2019-20", "2019-20-Q2"),
        ("in the same quarter last year", "2018-19-Q3"),
        ("in the 12 months to December 2019", "12 months to 2019-12"),
        ("in the year ending 31 December 2018", "12 months to 2018-12"),
        ("in December", "2019-12"),
        ("in December 2018", "2018-12"),
        ("from April to December 2019", "2019-04 to 2019-12"),
        ("in the financial year to date", "2019-04 to 2019-12"),
        ("in 2018-19", "12 months to 2019-03"),
        ("in 2018", "12 months to 2018-12"),
        ("in the last five months", "2019-08 to 2019-12"),
        ("in the previous quarter", "2019-20-Q2"),
        ("in the first half of 2019", "2019-01 to 2019-06"),
    ],
)
def test_each_way_of_naming_months_is_read(words, months):
    (found,) = Calendar(QUARTER).read(f"There were so many {words}.")
    assert str(found.spans[0]) == months
