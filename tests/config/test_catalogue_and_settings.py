"""What people write in params/: the shipped folder is valid, and every slip is one clear line that says where."""

from __future__ import annotations

import ast
import re
import shutil
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import get_args

import pytest
from builders import PARAMS, QUARTERS, ROOT, measure
from pydantic import ValidationError

from perf_lib.config.catalogue import KINDS, Catalogue, KindName, read_catalogue
from perf_lib.config.settings import Params, find_params, inside, quarters_in, read_params
from perf_lib.config.yaml import read_yaml
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

# The 29 measures of the report's Appendix A, in its order, priority by priority.
APPENDIX_A = {
    1: ["crime_volume", "crime_recording_compliance", "cyber_crime", "hate_crime", "positive_outcome_ratio",
        "anti_social_behaviour", "public_confidence", "ksi_collisions", "special_constable_hours"],
    2: ["section_136_arrests", "cse_crime", "domestic_abuse_crime", "sexual_offences"],
    3: ["victim_satisfaction", "satisfaction_kept_informed", "satisfaction_ease_of_contact", "satisfaction_treatment",
        "conviction_rate", "cracked_ineffective_trials"],
    4: ["response_time_immediate", "response_time_priority", "answer_time_999", "answer_time_crib",
        "abandonment_rate_crib", "full_file_error_rate", "complaints", "complaints_within_10_days",
        "complaint_appeals_upheld", "sickness_days_lost"],
}  # fmt: skip
# Four more that the report draws or counts without a row of their own: paragraphs 9, 11, 16 and 148.
DRAWN = {
    1: ["violence_against_the_person", "possession_of_weapons", "drug_offences"],
    4: ["calls_999"],
}

THEFTS = """\
thefts:
  title: Thefts
  priority: 1
  kind: count
  unit: crimes
  noun: thefts recorded
  singular: theft recorded
  better: lower
"""


def catalogue_file(folder: Path, text: str) -> Path:
    path = folder / "measures.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(call, *given) -> str:
    """The one line with which a call is refused."""
    with pytest.raises(InputError) as refused:
        call(*given)
    said = str(refused.value)
    assert "\n" not in said
    assert refused.value.exit_code == 2
    return said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped params, to be spoilt."""
    return Path(shutil.copytree(PARAMS, tmp_path / "params"))


def opened(folder: Path, quarter: str = "2019-20-Q3") -> Params:
    return read_params(folder, Quarter.parse(quarter))


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} no longer says {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# --- the shipped folder


@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_shipped_params_are_valid_and_every_file_they_name_is_there(quarter):
    params = opened(PARAMS, quarter)
    assert all(path.is_file() for path in params.files_read())
    dive = params.settings.deep_dive
    assert all(params.objective_text(objective).strip() for objective in (dive.objectives if dive else ()))
    assert params.introduction().strip()


def test_the_catalogue_has_the_33_measures_under_their_priorities():
    catalogue = read_catalogue(PARAMS / "measures.yaml")
    assert len(catalogue) == 33
    for priority in APPENDIX_A:
        codes = [m.code for m in catalogue.values() if m.priority == priority]
        assert sorted(codes) == sorted(APPENDIX_A[priority] + DRAWN.get(priority, []))


def test_the_catalogue_has_the_reports_29_rows_and_four_that_it_only_draws():
    rows = {code for codes in APPENDIX_A.values() for code in codes}
    only_drawn = {"violence_against_the_person", "possession_of_weapons", "drug_offences", "calls_999"}
    assert set(read_catalogue(PARAMS / "measures.yaml")) == rows | only_drawn


def test_each_kind_of_measure_is_as_the_report_supplies_it():
    kinds = {each.code: each.kind for each in read_catalogue(PARAMS / "measures.yaml").values()}
    # Appendix A marks these columns "rolling 12 months"; the survey's are points; ratios are of numbers given.
    assert {code for code, kind in kinds.items() if kind == "rolling"} == {
        "positive_outcome_ratio", "victim_satisfaction", "satisfaction_kept_informed",
        "satisfaction_ease_of_contact", "satisfaction_treatment",
    }  # fmt: skip
    assert {code for code, kind in kinds.items() if kind == "survey"} == {
        "crime_recording_compliance", "public_confidence",
    }  # fmt: skip
    assert kinds["conviction_rate"] == kinds["cracked_ineffective_trials"] == "proportion"
    assert kinds["response_time_immediate"] == kinds["sickness_days_lost"] == "mean"


def test_the_deep_dive_has_objectives_3_01_to_3_09():
    # The report's "Deep Dive Element", priority 3.
    dive = opened(PARAMS).settings.deep_dive
    assert [objective.code for objective in dive.objectives] == [f"3.0{number}" for number in range(1, 10)]


def test_the_peer_group_is_the_seven_areas_that_reproduce_the_published_averages():
    group = opened(PARAMS).settings.peer_group
    assert sorted(group.areas) == ["Cheshire", "Devon and Cornwall", "Norfolk", "North Wales", "Suffolk",
                                   "Warwickshire", "West Mercia"]  # fmt: skip
    assert "inferred" in group.note


def test_quarters_are_listed_oldest_first_and_other_folders_are_not_quarters(folder):
    (folder / "2018-19-Q4").mkdir()
    (folder / "notes").mkdir()
    assert [str(quarter) for quarter in quarters_in(folder)] == ["2018-19-Q4", *QUARTERS]


# --- the catalogue's slips


def test_a_misspelt_key_is_named_with_the_right_one(tmp_path):
    said = refusal(read_catalogue, catalogue_file(tmp_path, THEFTS + "  priorty: 2\n"))
    assert "measures.yaml, thefts" in said
    assert "'priorty'" in said
    assert "did you mean priority?" in said


def test_a_misspelt_key_that_was_needed_is_named_not_only_said_to_be_missing(tmp_path):
    said = refusal(read_catalogue, catalogue_file(tmp_path, THEFTS.replace("  title:", "  tilte:")))
    assert "'tilte'" in said
    assert "did you mean title?" in said


def test_a_key_like_no_other_is_answered_with_what_is_allowed(tmp_path):
    said = refusal(read_catalogue, catalogue_file(tmp_path, THEFTS + "  zzz: 2\n"))
    assert "'zzz'" in said
    assert "allowed: " in said


def test_a_key_written_twice_is_refused_with_its_line(tmp_path):
    said = refusal(read_catalogue, catalogue_file(tmp_path, THEFTS + "  title: Robbery\n"))
    assert "measures.yaml, line 9" in said
    assert "'title' is written twice" in said


def test_a_measure_written_twice_is_refused_with_its_line(tmp_path):
    said = refusal(read_catalogue, catalogue_file(tmp_path, THEFTS + THEFTS))
    assert "measures.yaml, line 9" in said
    assert "'thefts' is written twice" in said


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("priority: 1", "priority: two", ["priority", "'two'", "integer"]),
        ("priority: 1", "priority: yes", ["priority", "True", "integer"]),
        ("priority: 1", "priority: '1'", ["priority", "'1'", "integer"]),
        ("priority: 1", "priority: 0", ["priority", "0", "1"]),
        ("title: Thefts", "title: 5", ["title", "5", "string"]),
        ("title: Thefts", "title:", ["title", "None", "string"]),
        ("title: Thefts", "title: [a, b]", ["title", "string"]),
        ("kind: count", "kind: cuont", ["kind", "'cuont'", "count", "proportion", "mean", "rolling", "survey"]),
        ("better: lower", "better: less", ["better", "'less'", "lower", "higher", "neither"]),
        ("better: lower", "better: lower\n  marking: SECRET", ["marking", "'SECRET'", "OFFICIAL"]),
        ("better: lower", "better: lower\n  decimals: 9", ["decimals", "9", "3"]),
        ("better: lower", "better: lower\n  covers_months: 3", ["covers_months", "3", "1 or 12"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_value_of_the_wrong_type_is_not_guessed_at(tmp_path, old, new, named):
    said = refusal(read_catalogue, catalogue_file(tmp_path, THEFTS.replace(old, new)))
    assert "measures.yaml, thefts" in said
    assert [word for word in named if word not in said] == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  singular: theft recorded\n", "", "singular"),
        ("unit: crimes", "unit: per cent", "per cent"),
        ("  better: lower\n", "  better: lower\n  denominator_is: stock\n", "stock"),
        ("  better: lower\n", "", "'better' is missing"),
    ],
)
def test_a_measure_that_does_not_hang_together_is_refused(tmp_path, old, new, says):
    said = refusal(read_catalogue, catalogue_file(tmp_path, THEFTS.replace(old, new)))
    assert "measures.yaml, thefts" in said
    assert says in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "describes no measure"),
        ("- thefts\n", "list"),
        ("thefts: 1\n", "thefts: a measure is a mapping"),
        ("Thefts 2:\n" + THEFTS.split("\n", 1)[1], "'Thefts 2'"),
        ("thefts: [\n", "line 2"),
        ("thefts: !!python/object/apply:os.getcwd []\n", "python/object/apply"),
        ("? [a, b]\n: 1\n", "line 1"),  # a key that is itself a list
    ],
)
def test_what_is_no_catalogue_is_one_line(tmp_path, text, says):
    said = refusal(read_catalogue, catalogue_file(tmp_path, text))
    assert "measures.yaml" in said
    assert says in said


def test_a_catalogue_that_is_not_utf_8_or_not_there_is_one_line(tmp_path):
    path = tmp_path / "measures.yaml"
    assert re.search(r"measures\.yaml: there is no such file", refusal(read_catalogue, path))
    path.write_bytes("thefts: caf\xe9".encode("latin-1"))
    assert re.search(r"measures\.yaml: byte 12 is not UTF-8", refusal(read_catalogue, path))


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    path = tmp_path / "measures.yaml"
    path.write_text(THEFTS, encoding="utf-8-sig")
    assert list(read_catalogue(path)) == ["thefts"]


def test_an_unknown_measure_is_answered_with_the_nearest():
    with pytest.raises(InputError, match=r"'theft'.*did you mean thefts\?"):
        Catalogue({"thefts": measure("thefts")})["theft"]


def test_a_measure_cannot_be_altered():
    with pytest.raises(ValidationError, match="frozen"):
        measure().title = "Another"


# --- settings


def test_a_quarters_own_key_replaces_the_shared_one(folder):
    assert opened(folder, "2019-20-Q2").settings.marking == "OFFICIAL"
    (folder / "2019-20-Q2/settings.yaml").write_text("marking: OFFICIAL-SENSITIVE\n", encoding="utf-8")
    assert opened(folder, "2019-20-Q2").settings.marking == "OFFICIAL-SENSITIVE"
    assert opened(folder, "2019-20-Q1").settings.marking == "OFFICIAL"


@pytest.mark.parametrize("where", ["settings.yaml", "2019-20-Q3/settings.yaml"])
def test_a_misspelt_setting_is_named_with_the_file_it_stands_in(folder, where):
    path = folder / where
    path.write_text(path.read_text(encoding="utf-8") + "\nnotess: []\n", encoding="utf-8")
    said = refusal(opened, folder)
    assert said.startswith(f"{path.parent.name}/settings.yaml: ")
    assert "unknown key 'notess'; did you mean notes?" in said


@pytest.mark.parametrize(
    ("where", "old", "new", "says"),
    [
        ("settings.yaml", "  panel: Police", "  pannel: Police", ["body.pannel", "did you mean panel?"]),
        ("settings.yaml", "  peers: sample:", "  peer: sample:", ["inputs.peer", "did you mean peers?"]),
        ("2019-20-Q3/settings.yaml", "  of_concern:", "  of_concrn:", ["highlights.of_concrn", "of_concern?"]),
        ("2019-20-Q3/settings.yaml", "      text: 3.01.md", "      txt: 3.01.md", ["objectives.0.txt", "text?"]),
    ],
)
def test_a_misspelt_key_deep_inside_is_named_with_its_place(folder, where, old, new, says):
    replaced(folder / where, old, new)
    said = refusal(opened, folder)
    assert [words for words in says if words not in said] == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("marking: OFFICIAL", "marking: SECRET", ["marking", "'SECRET'", "OFFICIAL"]),
        ("  name: Office", "  name: 5 #", ["body.name", "5", "string"]),
        ("inputs:\n  monthly:\n    - sample:monthly.csv\n", "inputs:\n  monthly: []\n", ["inputs.monthly"]),
        ("  1: Prevent", "  one: Prevent", ["priorities", "'one'", "integer"]),
        ("marking: OFFICIAL", "marking: OFFICIAL\npanel_date: tomorrow", ["panel_date", "'tomorrow'", "date"]),
    ],
)
def test_a_setting_of_the_wrong_type_is_named_with_its_value(folder, old, new, says):
    replaced(folder / "settings.yaml", old, new)
    (folder / "2019-20-Q1/settings.yaml").unlink(missing_ok=True)  # so that nothing replaces the shared key
    said = refusal(opened, folder, "2019-20-Q1")
    assert "settings.yaml" in said
    assert [words for words in says if words not in said] == []


def test_a_wrong_value_is_put_down_to_the_file_it_stands_in(folder):
    assert (folder / "2019-20-Q3/settings.yaml").is_file()  # which says nothing of the body
    replaced(folder / "settings.yaml", "  name: Office", "  name: 5 #")
    assert refusal(opened, folder).startswith("params/settings.yaml: body.name: 5")


def test_a_priority_that_the_plan_does_not_have_is_named_with_its_measure(folder):
    replaced(folder / "measures.yaml", "  title: Complaints\n  priority: 4", "  title: Complaints\n  priority: 7")
    said = refusal(opened, folder)
    assert "measures.yaml, complaints: priority 7 is not in the plan" in said
    assert "1, 2, 3, 4" in said


def test_an_unknown_measure_among_the_highlights_is_named(folder):
    replaced(folder / "2019-20-Q3/settings.yaml", "    hate_crime: >-", "    hate_crimes: >-")
    said = refusal(opened, folder)
    assert "2019-20-Q3/settings.yaml" in said
    assert "highlights.in_the_news: unknown measure 'hate_crimes'; did you mean hate_crime?" in said


def test_commentary_on_an_unknown_measure_is_named(folder):
    path = folder / "2019-20-Q3/commentary/hate_crime.md"
    path.rename(path.with_name("hate_crimes.md"))
    said = refusal(opened, folder)
    assert "commentary/hate_crimes.md: unknown measure 'hate_crimes'; did you mean hate_crime?" in said


def test_an_unknown_quarter_is_answered_with_the_nearest_there_is(folder):
    said = refusal(opened, folder, "2019-20-Q4")
    assert "there is no quarter 2019-20-Q4" in said
    assert re.search(r"did you mean 2019-20-Q[123]\?", said)


def test_a_params_folder_that_is_not_there_is_named(tmp_path):
    assert "elsewhere does not exist" in refusal(opened, tmp_path / "elsewhere")


@pytest.mark.parametrize("missing", ["settings.yaml", "measures.yaml"])
def test_a_shared_file_that_is_not_there_is_named(folder, missing):
    (folder / missing).unlink()
    assert f"params/{missing}: there is no such file" in refusal(opened, folder)


# --- paths stay inside their folders


@pytest.mark.parametrize(
    "written",
    ["../secret.csv", "data/../../secret.csv", "/etc/hostname", "sample:../errors.py", "sample:/etc/hostname",
     "sample:facts/../../errors.py"],
)  # fmt: skip
def test_an_input_cannot_lead_outside_its_folder(folder, written):
    said = refusal(opened(folder).input_path, written)
    assert "outside its folder" in said
    assert written.removeprefix("sample:") in said


def test_an_input_cannot_lead_outside_by_a_link(folder, tmp_path):
    (tmp_path / "secret.csv").write_text("", encoding="utf-8")
    (folder / "monthly.csv").symlink_to(tmp_path / "secret.csv")
    assert "outside its folder" in refusal(opened(folder).input_path, "monthly.csv")


def test_an_objectives_text_cannot_lead_outside_the_deep_dive(folder):
    replaced(folder / "2019-20-Q3/settings.yaml", "text: 3.01.md", "text: ../settings.yaml")
    params = opened(folder)
    said = refusal(params.objective_text, params.settings.deep_dive.objectives[0])
    assert "'../settings.yaml' leads outside its folder" in said


def test_a_path_inside_is_found_where_it_is_written(folder):
    assert opened(folder).input_path("own/monthly.csv") == (folder / "own/monthly.csv").resolve()
    assert inside(folder, "a/../b.csv", "inputs") == (folder / "b.csv").resolve()
    assert opened(folder).input_path("sample:monthly.csv").is_file()


def test_a_relative_params_folder_is_found_from_the_notebooks_folder(folder, monkeypatch):
    notebooks = folder.parent / "notebooks"
    notebooks.mkdir()
    monkeypatch.chdir(notebooks)
    assert find_params("params") == folder
    monkeypatch.chdir(folder.parent)
    assert find_params("params") == folder
    assert find_params(folder) == folder


def test_an_empty_settings_file_of_a_quarter_changes_nothing(folder):
    (folder / "2019-20-Q2/settings.yaml").write_text("# nothing yet\n", encoding="utf-8")
    assert read_yaml(folder / "2019-20-Q2/settings.yaml") == {}
    assert opened(folder, "2019-20-Q2").settings.body == opened(folder, "2019-20-Q1").settings.body


# --- kinds


def test_every_kind_is_a_row_of_the_one_table():
    assert list(KINDS) == list(get_args(KindName)) == [
        "count", "proportion", "mean", "stock", "given", "rolling", "survey",
    ]  # fmt: skip


# What else has a kind, which is no measure's: a typed figure, a break, a scale of the tests.
OTHERS = {"commentary": {"figure", "each", "following", "before[-1]", "one", "other", "change", "self"},
          "config": {"self"},
          "stats": {"self", "part", "known", "scale"}}  # fmt: skip


def compared_kinds(code: str, package: str) -> list[str]:
    """Comparisons, in a module of a package, of the `kind` of something that may be a measure."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Compare):
            sides = [side for side in (node.left, *node.comparators) if isinstance(side, ast.Attribute)]
            owners = {ast.unparse(side.value) for side in sides if side.attr == "kind"}
            found += [ast.unparse(node)] if owners - OTHERS.get(package, set()) else []
    return found


def test_a_measures_kind_is_compared_in_the_catalogue_alone():
    for path in sorted((ROOT / "perf_lib").rglob("*.py")):
        where = path.relative_to(ROOT / "perf_lib")
        if str(where) != "config/catalogue.py":
            assert compared_kinds(path.read_text(encoding="utf-8"), where.parts[0]) == [], where


@pytest.mark.parametrize(
    ("code", "package", "count"),
    [
        ("measure.kind == 'count'", "views", 1),
        ("x = 1 if finding.measure.kind in ('mean',) else 2", "commentary", 1),
        ("'mean' != self._measure.kind", "stats", 1),
        ("f'a {measure.kind}'", "views", 0),
        ("figure.kind == 'rank'", "commentary", 0),
    ],
)
def test_the_comparison_of_a_kind_is_really_seen(code, package, count):
    assert len(compared_kinds(code, package)) == count


def test_params_and_their_measures_cannot_be_changed(folder):
    params = opened(folder)
    for record, name in ((params, "settings"), (params.settings, "notes"), (params.catalogue["hate_crime"], "kind")):
        with pytest.raises((FrozenInstanceError, ValidationError)):
            setattr(record, name, None)
