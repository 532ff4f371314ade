"""Commentary held against the data: what is traced, what is contradicted, what is offered, and what no text may do."""

from __future__ import annotations

import csv
import json
import re
import time
from pathlib import Path

import pytest
from builders import QUARTERS, ROOT, report
from doors import command
from hypothesis import HealthCheck, given
from hypothesis import settings as options
from hypothesis import strategies as st

from perf_lib.commentary import answers, binding, page, replacing
from perf_lib.commentary.check import FIELDS, Check, check
from perf_lib.commentary.facts import Facts, look_up
from perf_lib.commentary.figures import typed_figures
from perf_lib.commentary.periods import Calendar
from perf_lib.commentary.sentences import Text
from perf_lib.press import sign_off
from perf_lib.press.check import record_of
from perf_lib.press.pack import run
from perf_lib.report import open_report
from perf_lib.views import markdown
from perf_lib.words.errors import ContradictionError, InputError, PerfError
from perf_lib.words.quarters import Quarter

QUARTER = Quarter.parse("2019-20-Q3")


def checks(
    text: str,
    code: str | None = "sexual_offences",
    sources: dict[str, str] | None = None,
    recorded: list[answers.Given] | None = None,
) -> list[Check]:
    opened = report()
    written = Text.of(text, code or None, opened.findings, Path(f"commentary/{code}.md"))
    return check([written], opened.findings, opened.quarter, sources, recorded=recorded or []).checks


def verdicts(text: str, code: str | None = "sexual_offences") -> dict[str, str]:
    return {each.text: each.verdict for each in checks(text, code)}


# --- true sentences of the old set: every figure in them is in the sample's months


def test_no_old_true_sentence_is_contradicted():
    with (ROOT / "tests" / "sentences_old.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 400
    texts = [
        Text.of(row["true"], row["measure"] or None, report().findings, Path(f"{at}/x.md"))
        for at, row in enumerate(rows)
    ]
    assert [e.line_for_people() for e in check(texts, report().findings, QUARTER).of("contradicts")] == []


def test_each_misprint_of_a_published_report_is_flagged_and_its_right_figure_is_not_contradicted():
    with (ROOT / "tests" / "sentences_misprints.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        assert "contradicts" not in verdicts(row["true"], row["measure"]).values(), row["true"]
        wrong = {each.verdict for each in checks(row["false"], row["measure"])}
        if row["paragraph"] != "98":  # four months or five below average: words alone, which are not read
            assert wrong & {"contradicts", "not traced"}, row["false"]


# --- traced: as finely and as firmly as it is printed


@pytest.mark.parametrize(
    ("words", "verdict"),
    [  # the fall is 208 of 1,704: 12.2066 per cent
        ("12.2 per cent", "traced"),
        ("12.21 per cent", "traced"),
        ("12%", "traced"),
        ("about 12 per cent", "traced"),
        ("more than 12 per cent", "traced"),
        ("nearly 13 per cent", "traced"),
        ("twelve per cent", "traced"),
        ("12.3 per cent", "contradicts"),
        ("21.2 per cent", "contradicts"),
        ("13 per cent", "contradicts"),
        ("more than 13 per cent", "not traced"),  # a bound is never contradicted
        ("40 per cent", "not traced"),  # near nothing that the data say
    ],
)
def test_a_figure_stands_for_what_rounds_to_it(words, verdict):
    found = checks(f"In the 12 months to December 2019 sexual offences fell by {words}.")
    assert [each.verdict for each in found if each.is_figure] == [verdict]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("There were 94 offences in December.", "2019-12"),
        ("There were 308 offences in the quarter.", "2019-20-Q3"),
        ("There were 1,496 offences in 2019.", "12 months to 2019-12"),
        ("From April to December there were 1,104 offences.", "2019-04 to 2019-12"),  # 380 + 416 + 308
    ],
)
def test_a_figure_is_traced_to_the_months_that_its_sentence_names(text, period):
    assert [(each.verdict, each.period) for each in checks(text)] == [("traced", period)]


def test_the_figure_of_other_months_is_not_traced():
    assert verdicts("There were 308 offences in December.")["308"] == "not traced"
    assert verdicts("In quarter three there were 10,876 crimes and 380 sexual offences.", None)["380"] != "traced"


@pytest.mark.parametrize(
    ("code", "text", "statistic"),
    [
        ("sexual_offences", "We have 208 fewer offences than in 2018.", "the change"),  # 1,704 - 1,496
        ("sexual_offences", "Offences averaged 125 a month in 2019.", "the average a month"),  # 1,496 / 12 = 124.7
        ("crime_volume", "There were 61.7 crimes per 1,000 residents.", "the rate per 1,000 residents"),
        (
            "sexual_offences",
            "Sexual offences are 3.4 per cent of all crime in the year.",
            "the share",
        ),  # 1,496 / 44,433
        ("conviction_rate", "Over the year 5,095 defendants were prosecuted.", "defendants prosecuted"),
        ("crime_volume", "Crime is the fifth lowest of 41 forces nationally.", "the place in the country"),
        ("response_time_priority", "The wait was inside the target of one hour.", "the target"),  # 3,600 seconds
    ],
)
def test_the_meaning_names_the_statistic(code, text, statistic):
    traced = [each for each in checks(text, code) if each.verdict == "traced" and each.is_figure]
    assert traced and traced[0].meaning.startswith(statistic)


def test_a_table_is_read_cell_by_cell_by_its_heads():
    table = """
| Measure | Quarter three | 12 months to December 2019 |
| --- | ---: | ---: |
| Sexual offences | 308 | 1,946 |
| Hate crime | {{ hate_crime.quarter }} | 619 |
"""
    found = {each.text: (each.verdict, each.measure) for each in checks(table, None)}
    assert found["308"] == ("traced", "sexual_offences")
    assert found["619"] == ("traced", "hate_crime")
    assert found["1,946"][0] != "traced" and "131" not in found


# --- contradicted: by a closed reading, or by the sentence's own figures


def test_a_contradiction_comes_with_the_right_figure_its_measure_and_its_months():
    text = "There were 308 sexual offences in quarter three and 1,599 in the 12 months to December 2019."
    right, wrong = checks(f"A first line.\n\n{text}\n")
    assert right.verdict == "traced" and right.line == 3
    assert (wrong.text, wrong.verdict, wrong.right, wrong.period) == (
        "1,599", "contradicts", "1,496", "12 months to 2019-12",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "In Swindon 1,499 sexual offences were recorded in the 12 months to December 2019.",  # a place
        "There were 1,599 sexual offences against women in the 12 months to December 2019.",  # a part
        "We expect 1,599 sexual offences in the 12 months to December 2019.",  # a forecast
        "There were not 1,599 sexual offences in the 12 months to December 2019.",  # a negation
        "There were more than 1,500 sexual offences in the 12 months to December 2019.",  # a bound
        "Nationally there were 1,599 sexual offences in the 12 months to December 2019.",  # somewhere else
        "The force trained 1,599 officers in the 12 months to December 2019.",  # something else
        "There were 1,599 sexual offences.",  # of no months
    ],
)
def test_what_may_be_read_otherwise_is_not_contradicted(text):
    assert "contradicts" not in verdicts(text).values()


def test_figures_of_one_sentence_may_disagree_with_each_other_and_with_its_words():
    growth = "The force is to grow from 975 to 1,149 officers, an increase of {} (source: force plan)."
    assert verdicts(growth.format(174), None)["174"] == "sourced"  # 1,149 - 975
    assert verdicts(growth.format(148), None)["148"] == "contradicts"
    assert verdicts("Sexual offences rose from 1,704 to 1,496 over the year.")["rose"] == "contradicts"
    assert verdicts("Offences rose by {{ change_per_cent }} over the year.")["rose"] == "contradicts"
    assert verdicts("Offences fell by {{ change_per_cent }} over the year.")["fell"] == "traced"


def test_a_source_settles_what_is_not_ours_and_not_what_a_closed_reading_contradicts():
    text = "A grant of £42,900 buys 52 more Tasers."
    assert set(verdicts(text).values()) == {"not traced"}
    assert set(verdicts(text[:-1] + " (source: report to the panel, March 2020).").values()) == {"sourced"}
    assert {each.verdict for each in checks(text, sources={"52 more Tasers": "the panel"})} == {"sourced"}
    assert set(verdicts(text[:-1] + " (source: ).").values()) == {"not traced"}
    sourced = "There were 1,599 sexual offences in the 12 months to December 2019 (source: a spreadsheet)."
    assert verdicts(sourced) == {"1,599": "contradicts"}


@pytest.mark.parametrize(
    "text",
    [
        "Two causes explain this, and one of them is the subject of a separate paper in March 2020.",
        "Section 136 of the Act, page 4 of the plan and priority three of 2017-21 all say so.",
        "Since 2 March 2020 officers have worked from there, and on 15 June 2020 the pattern changes.",
        "A rise in calls is not the same as a rise in emergencies.",
        "It helps children aged 10 to 18, at any time, 24 hours a day.",
    ],
)
def test_numbers_that_state_no_figure_are_left_alone(text):
    assert checks(text, "hate_crime") == []


# --- offered, bound


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("There were 1,946 offences in the year to December 2019.", "{{ rolling_12 }}"),
        ("Offences fell by 280 over the year.", "{{ change }}"),
        ("The quarter saw 380 offences.", "{{ quarter }}"),
        ("There were 49 in December.", '{{ month("2019-12") }}'),
    ],
)
def test_what_is_not_right_comes_with_bindings_that_print_the_right_figure(text, offer):
    wrong = next(each for each in checks(text) if each.is_figure)
    assert wrong.verdict != "traced" and offer in [each.binding for each in wrong.offers]
    for each in wrong.offers:
        assert binding.bind(each.binding, "sexual_offences", report().findings, Path("x")) == each.printed


@pytest.mark.parametrize("code", ["sexual_offences", "conviction_rate", "response_time_immediate", "public_confidence"])
def test_each_fact_has_a_binding_that_prints_it(code):
    facts = Facts(report().findings, QUARTER)
    for fact in facts.usual(code):
        name, _, brackets = fact.binding.partition("(")
        same = look_up(facts, code, name, re.findall(r'"([^"]*)"', brackets))
        assert same is not None and (same.value, same.printed) == (fact.value, fact.printed)


def test_bind_replaces_just_the_figures_that_trace_and_print_alike(params_copy):
    params = params_copy()
    file = params / "2019-20-Q3" / "commentary" / "sexual_offences.md"
    words = (
        "There were 1,496 offences in the year, 208 fewer than before; <!-- ours --> about 1,700 was usual, and 94\n"
        "in December."
    )
    file.write_text(words, "utf-8")
    opened = open_report(QUARTER, params)
    asked = command("perf-lib", "bind", "2019-20-Q3", "--params", params)
    assert "sexual_offences.md, line 1: 1,496 -> {{ rolling_12 }}" in asked.stdout
    assert file.read_text("utf-8") == words  # shown, not made
    of_file = [each for each in replacing.replacements(opened.texts(), opened.audited.checks) if each.path == file]
    assert replacing.write(of_file) == 3
    assert file.read_text("utf-8") == (
        "There were {{ rolling_12 }} offences in the year, {{ change }} fewer than before; <!-- ours --> about 1,700 "
        'was usual, and {{ month("2019-12") }}\nin December.'
    )
    bound = binding.bind(file.read_text("utf-8"), "sexual_offences", opened.findings, file)
    assert bound == words


# --- answered

WRONG = "There were 1,599 offences in the year to December 2019."


def on_record(sentence: str = WRONG, right: str = "1,496") -> answers.Given:
    return answers.Given("commentary/sexual_offences.md", sentence, "1,599", right, "as first published", "A. Person")


def test_an_answer_in_the_text_settles_its_sentence_alone():
    answer = "<!-- checked: as first published, A. Person -->"
    (settled,) = checks(f"{WRONG} {answer}")
    assert (settled.verdict, settled.answer) == ("checked", ("as first published", "A. Person"))
    first, second = checks(f"{WRONG} {answer} {WRONG.replace('1,599', '1,594')}")
    assert (first.verdict, second.verdict) == ("checked", "contradicts")
    assert verdicts(f"{WRONG} <!-- checked by nobody -->") == {"1,599": "contradicts"}


def test_an_answer_on_record_lapses_when_the_sentence_or_what_the_data_say_changes():
    assert [each.verdict for each in checks(WRONG, recorded=[on_record()])] == ["checked"]
    assert [each.verdict for each in checks(WRONG, recorded=[on_record(right="1,500")])] == ["contradicts"]
    changed = WRONG.replace("offences", "crimes")
    assert [each.verdict for each in checks(changed, recorded=[on_record()])] == ["contradicts"]
    answer = " <!-- checked: as first published, A. Person -->"
    assert [each.verdict for each in checks(changed + answer, recorded=[on_record()])] == ["contradicts"]


def test_a_record_keeps_answers_and_open_figures_and_a_public_one_only_where_they_stand():
    opened = report()
    texts = [
        Text.of(
            f"{WRONG} Some 41 of them were in Swindon.", "sexual_offences", opened.findings, Path("commentary/x.md")
        )
    ]
    checked = check(texts, opened.findings, QUARTER)
    facts = json.loads(json.dumps(record_of(checked, is_public=False)))
    assert [each["text"] for each in answers.still_open(facts)] == ["1,599", "41"]
    public = json.dumps(record_of(checked, is_public=True))
    assert "1,496" not in public and "Swindon" not in public


def test_nobody_signs_off_a_pack_with_a_figure_that_nobody_answers_for(tmp_path):
    open_figure = {"file": "commentary/x.md", "line": 3, "text": "41", "sentence": "Some 41."}
    (tmp_path / "run.json").write_text(json.dumps({"answers": [], "open_figures": [open_figure]}), "utf-8")
    with pytest.raises(PerfError, match=r"commentary/x.md, line 3: 41"):
        sign_off.sign(tmp_path, "A. Person", sign_off.pack_digest(tmp_path))
    answer = {"file": "commentary/x.md", "sentence": "Some 41.", "text": "41", "right": "", "reason": "r", "name": "n"}
    (tmp_path / "run.json").write_text(json.dumps({"answers": [answer], "open_figures": [open_figure]}), "utf-8")
    assert sign_off.sign(tmp_path, "A. Person", sign_off.pack_digest(tmp_path)).name == "A. Person"


# --- the sample, and everything that people write


@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_sample_says_nothing_that_the_data_contradict_and_every_figure_is_answered_for(quarter):
    assert [each.line_for_people() for each in report(quarter).audited.open] == []


def test_settings_are_read_too_at_their_lines(params_copy):
    params = params_copy()
    own = params / "2019-20-Q3" / "settings.yaml"
    text = own.read_text("utf-8")
    text = text.replace("Absence has grown", "Sickness rose by 61.9 per cent over the year. Absence has grown")
    own.write_text(
        text + "\nnotes:\n  - >-\n    There were 1,946 sexual offences in the\n    year to December 2019.\n", "utf-8"
    )
    wrong = open_report(QUARTER, params).audited.open
    lines = own.read_text("utf-8").splitlines()
    for each, words in zip(wrong, ("61.9", "1,946"), strict=True):
        assert each.file == "2019-20-Q3/settings.yaml" and each.text.startswith(words)
        assert words in " ".join(lines[each.line - 1 : each.line + 2])


def test_notes_of_the_catalogue_and_of_the_peer_group_are_read_too(params_copy):
    params = params_copy()
    for name, key, note in (
        ("measures.yaml", "  title: Sexual offences\n", "  note: There were 1,946 sexual offences in 2019.\n"),
        ("settings.yaml", "  name: most similar group\n", ""),
    ):
        file = params / name
        words = file.read_text("utf-8").replace(key, key + note)
        file.write_text(
            words.replace("The members of the group are", "There were 1,694 crimes. The members are"), "utf-8"
        )
    wrong = {each.text: each for each in open_report(QUARTER, params).audited.open}
    assert {text: each.file for text, each in wrong.items()} == {
        "1,946": "params/measures.yaml", "1,694": "params/settings.yaml",
    }  # fmt: skip
    lines = (params / "measures.yaml").read_text("utf-8").splitlines()
    assert "1,946" in lines[wrong["1,946"].line - 1] and wrong["1,946"].measure == "sexual_offences"


SWINDON = {"2019-10": 44, "2019-11": 46, "2019-12": 37}
"""Sexual offences of an area below the whole, month by month: 127 in the quarter (44 + 46 + 37)."""


def test_figures_of_an_area_are_traced_contradicted_offered_and_bound_by_its_own_months(params_copy):
    params = params_copy()
    rows = "".join(f"sexual_offences,Swindon,{month},,,{n},published,final\n" for month, n in SWINDON.items())
    head = "measure,area,month,numerator,denominator,value,origin,status\n"
    (params / "swindon.csv").write_text(head + rows, "utf-8")
    settings, sample = params / "settings.yaml", "- sample:monthly.csv"
    with_file = settings.read_text("utf-8").replace(sample, f"{sample}\n    - swindon.csv")
    settings.write_text(f"areas: [Swindon]\n{with_file}", "utf-8")
    file = params / "2019-20-Q3" / "commentary" / "sexual_offences.md"
    words = """
In Swindon 127 sexual offences were recorded in quarter three. In Swindon there were 73 offences in December.
There were 308 in quarter three and {{ @Swindon.quarter }} of them, by {{ @Swindon.month("2019-12") }} in December,
were in Swindon.
"""
    file.write_text(words, "utf-8")
    opened = open_report(QUARTER, params)
    of_file = {each.text: each for each in opened.audited.checks if each.file.endswith("sexual_offences.md")}
    assert (of_file["127"].verdict, of_file["127"].binding) == ("traced", "{{ sexual_offences@Swindon.quarter }}")
    assert (of_file["73"].verdict, of_file["73"].right) == ("contradicts", "37")  # its digits changed places
    assert of_file["308"].binding == "{{ quarter }}"
    assert "and 127 of them, by 37 in December" in " ".join(opened["sexual_offences"].commentary().text.split())
    file.write_text("{{ @Swinden.quarter }}", "utf-8")
    assert "no figures of sexual_offences for 'Swinden'; did you mean Swindon?" in refusal(params)


def test_prose_and_captions_of_notebooks_are_among_the_texts(tmp_path):
    cells = [
        ("markdown", "For analysts: 1,599 sexual offences in 2019.", ["analyst"]),
        ("markdown", "There were 1,599 sexual offences in the year to December 2019.", []),
        ("code", 'report.reasons("witness_reasons", "The 1,599 sexual offences recorded in 2019")', []),
    ]
    path = tmp_path / "1_here.ipynb"
    written = [{"cell_type": kind, "source": [source], "metadata": {"tags": tags}} for kind, source, tags in cells]
    whole = {"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    path.write_text(json.dumps(whole), "utf-8")
    checked = report().checked(notebooks=[path]).of("contradicts")
    assert [(each.file.rpartition("/")[2], each.text) for each in checked] == [
        ("1_here.ipynb, cell 2", "1,599"), ("1_here.ipynb, cell 3", "1,599"),
    ]  # fmt: skip


def test_missing_commentary_is_one_line(params_copy):
    params = params_copy()
    (params / "2019-20-Q3" / "commentary" / "sickness_days_lost.md").unlink()
    (params / "2019-20-Q3" / "commentary" / "calls_999.md").unlink()
    (warning,) = open_report(QUARTER, params).audited.warnings
    assert "Volume of 999 calls" in warning and "Days lost to sickness" in warning and "\n" not in warning


# --- at the door


def spoilt(params: Path) -> Path:
    path = params / "2019-20-Q3" / "commentary" / "sexual_offences.md"
    path.write_text(f"{path.read_text('utf-8')}\n{WRONG}\n", "utf-8")
    return params


def test_check_shows_sentence_figure_meaning_and_what_to_do_and_counts_last(params_copy):
    good = command("perf-lib", "check", "2019-20-Q3")
    assert (good.returncode, good.stderr) == (0, "")
    assert " 0 contradicted by it" in good.stdout.splitlines()[-1]
    bad = command("perf-lib", "check", "2019-20-Q3", "--params", spoilt(params_copy()))
    assert (bad.returncode, bad.stderr) == (3, "")
    first, sentence, to_do, *_, last = bad.stdout.splitlines()
    assert first.startswith(
        "commentary/sexual_offences.md, line 12: '1,599' contradicts the data: the total, 12 months"
    )
    assert WRONG in sentence and "1,496" in to_do and "{{ rolling_12 }}" in to_do
    assert "1 contradicted by it" in last


def test_check_as_json_is_a_list_of_objects_with_just_these_keys(params_copy):
    answered = command("perf-lib", "check", "2019-20-Q3", "--json", "--params", spoilt(params_copy()))
    found = json.loads(answered.stdout)
    assert answered.returncode == 3
    assert {tuple(each) for each in found} == {FIELDS}
    assert {each["verdict"] for each in found} <= {"traced", "contradicts", "not traced", "sourced", "checked"}
    assert [each["right"] for each in found if each["verdict"] == "contradicts"] == ["1,496"]


def test_a_run_with_a_contradiction_writes_nothing_and_says_which(params_copy, tmp_path):
    with pytest.raises(ContradictionError, match=r"1,599.*1,496") as refused:
        run(QUARTER, spoilt(params_copy()), tmp_path / "outputs", ROOT / "notebooks")
    assert refused.value.exit_code == 3
    assert not (tmp_path / "outputs").exists()


def test_the_reviewers_page_is_in_the_pack_and_not_in_the_report(pack):
    shown = (pack / "pages" / "audit.html").read_text("utf-8")
    assert "Audit of the commentary" in shown and "The lowest month of the year was September" in shown
    assert (pack / "pages" / "audit.pdf").read_bytes().startswith(b"%PDF")
    assert "Audit of the commentary" not in (pack / "report.html").read_text("utf-8")


# --- what bad input gets


def refusal(params: Path) -> str:
    with pytest.raises(InputError) as refused:
        _ = open_report(QUARTER, params).audited
    assert "\n" not in str(refused.value)
    return str(refused.value)


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
    written = Text.of(text, "crime_volume", report().findings, Path("commentary/crime_volume.md"))
    shown = page.page(check([written], report().findings, QUARTER), report().findings)
    assert "<script" not in shown.html and "<img" not in shown.html and "&lt;script&gt;" in shown.html
    assert "<script" not in markdown.commentary(text).html


BOMBS = [
    "from 1 to 2 ", "1 ", "1,", "one hundred and ", "below average for eight months in a row ",
    "the lowest month of December ", "(source: ", "[a](", "{ a", "fell ", "12 per cent more than ", "between 1 and ",
    "quarter ", "December ", "-", ".", "*", "a quarter of the year before the year to December ",
    "minutes 4 seconds 5 ", "\u00a0", "£1 ", "ä1 ", "\n- 1 ", "|1", "| a | 1 |\n|---|---|\n| b | 2 |\n",
    "<!-- checked: ",
]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_repetition_makes_the_check_hang(bomb):
    began = time.process_time()
    try:
        checks((bomb * (20_000 // len(bomb))) + " end.")
    except InputError:
        return
    assert time.process_time() - began < 20  # one second or two; a quadratic pattern takes minutes


ODD = """1,496 12.2 per cent 94 fell rose by from to the year before quarter three December 2019 of in and , . ; ( )
{{ rolling_12 }} sexual offences crime lowest since than months twelve half doubled average a month 10 minutes
54 seconds ± % £ * _ ` # > <b> [x](y) (source: z) − – … 1st second peers per 1,000 between Q3 2019-20 was not more
| <!-- checked: a, b -->"""
PIECES = st.sampled_from(ODD.split())


@options(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map(" ".join)))
def test_no_text_breaks_binding_or_check(text):
    path = Path("commentary/sexual_offences.md")
    try:
        binding.bind(text, "sexual_offences", report().findings, path)
        found = checks(text)
    except InputError as refused:
        assert "\n" not in str(refused).replace(text, "")
        return
    for each in found:
        assert each.text and each.text in each.sentence
        assert 1 <= each.line <= text.count("\n") + 1
        assert each.verdict != "contradicts" or each.right
        if each.place is not None and "{{" not in text:
            assert text[slice(*each.place)].split() == each.text.split()


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
        ("one thousand, one hundred and fifty-seven", 1157, "count"),
        ("twelve point two per cent", 12.2, "percent"),
        ("doubled", 2, "multiple"),
        ("£42,900", 42900, "money"),
        ("1.5 thousand", 1500, "count"),
        ("one in five", 20, "fraction"),
    ],
)
def test_each_way_of_writing_a_figure_is_read(text, value, kind):
    found = typed_figures(f"it was {text}.")
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
        ("between the start of October and the end of December", "2019-20-Q3"),
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


def test_a_draft_opens_with_the_contradictions_and_is_set_as_a_pdf(params_copy, tmp_path):
    made = run(QUARTER, spoilt(params_copy()), tmp_path / "outputs", ROOT / "notebooks", draft=True)
    assert (made.folder / "report.pdf").read_bytes().startswith(b"%PDF")
    assert WRONG in (made.folder / "report.html").read_text("utf-8")
    with pytest.raises(PerfError, match="a draft cannot be signed off"):
        sign_off.sign(made.folder, "A. Person", sign_off.pack_digest(made.folder))
