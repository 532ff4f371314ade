"""What a pack holds: its files, its figures, its record, and nothing that names the machine."""

from __future__ import annotations

import hashlib
import platform
import re
import sys
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from builders import PARAMS, ROOT
from conftest import SECRET, USER
from doors import digests, notebooks
from packs import EXECUTED, LOCK, NAMES, QUARTER, SAMPLE, findings_csv, record, texts

import perf_lib
from perf_lib.press import record as run_record
from perf_lib.press.order import Steps
from perf_lib.press.pack import run
from perf_lib.words.quarters import Quarter


def test_a_pack_holds_these_files_and_no_other(pack):
    # DESIGN, "The press", names them; the Typst source is for the next run.
    expected = {"report.html", "report.pdf", "dashboard.xlsx", "dashboard.ods", "findings.csv", "run.json"}
    expected |= {"briefing.html", "briefing.pdf"}
    expected |= {"report.typ"} | {f"notebooks/{name}.ipynb" for name in EXECUTED}
    expected |= {f"pages/{name}.{suffix}" for name in [*NAMES, "audit"] for suffix in ("html", "pdf")}
    assert set(digests(pack)) == expected
    assert sorted(path.name for path in pack.parent.iterdir()) == [LOCK, QUARTER]  # nothing else is left beside it


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_are_kept_as_executed(pack, name):
    notebook = nbformat.read(pack / "notebooks" / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    (injected,) = [cell for cell in cells if "injected-parameters" in cell.metadata.get("tags", [])]
    assert f'quarter = "{QUARTER}"' in injected.source
    outputs = [output for cell in cells for output in cell.outputs]
    assert outputs
    assert not [output for output in outputs if output.output_type in ("error", "stream")]


def test_nothing_in_a_pack_names_the_machine_or_who_ran_it(pack):
    folders = {pack.parent, ROOT, Path(sys.prefix), Path(tempfile.gettempdir()), Path.home()}
    traces = {USER, SECRET} | {form for folder in map(str, folders) for form in (folder, folder.replace("\\", "\\\\"))}
    assert all(len(trace) > 3 for trace in traces), traces  # a home of "/" would be found everywhere
    looked_at = 0
    for path in sorted(p for p in pack.rglob("*") if p.is_file()):
        for text in texts(path):
            looked_at += len(text)
            assert not [trace for trace in traces if trace in text], path.name
    assert looked_at > 1_000_000  # the pictures alone come to more


REQUIRED = [
    "measure", "title", "priority", "unit", "quarter", "as_at", "quarter_value", "rolling_12", "previous_12", "change",
    "change_per_cent", "symbols",
]  # fmt: skip
# Measure, column, figure, and the paragraph of the published report for quarter three 2019-20 that gives it.
FIGURES = [
    ("crime_volume", "quarter_value", 10876, "1"),
    ("crime_volume", "rolling_12", 44433, "1"),
    ("cyber_crime", "quarter_value", 755, "34"),
    ("cyber_crime", "rolling_12", 3004, "34"),
    ("hate_crime", "quarter_value", 131, "box"),
    ("hate_crime", "rolling_12", 619, "40"),
    ("anti_social_behaviour", "quarter_value", 3808, "box"),
    ("anti_social_behaviour", "rolling_12", 16656, "57"),
    ("special_constable_hours", "quarter_value", 13628, "box"),
    ("section_136_arrests", "quarter_value", 72, "85"),
    ("section_136_arrests", "rolling_12", 280, "85"),
    ("cse_crime", "quarter_value", 20, "97"),
    ("cse_crime", "rolling_12", 131, "97"),
    ("domestic_abuse_crime", "quarter_value", 1704, "box"),
    ("domestic_abuse_crime", "rolling_12", 6659, "102"),
    ("sexual_offences", "quarter_value", 308, "box"),
    ("sexual_offences", "rolling_12", 1496, "box"),
    ("sexual_offences", "change_per_cent", -12.2, "1,496 against 1,704: 208 fewer, 208 / 1,704"),
    ("conviction_rate", "rolling_12", 88.8, "125: 4,524 of 5,095"),
    ("cracked_ineffective_trials", "quarter_value", 14.2, "133: 33 of 232"),
]


def test_findings_csv_has_a_row_a_measure_and_numbers_as_they_are(pack):
    rows = findings_csv(pack)
    assert len(rows) == 33  # the catalogue: 29 of the published report, and the four that it draws from them
    assert len((pack / "findings.csv").read_bytes().splitlines()) == 34
    columns = list(next(iter(rows.values())))
    assert [column for column in columns if column in REQUIRED] == REQUIRED
    numbers = {"quarter_value", "rolling_12", "previous_12", "change", "change_per_cent"}
    for row in rows.values():
        assert row["quarter"] == QUARTER
        for column in numbers:
            assert re.fullmatch(r"(-?\d+(\.\d+)?(e-?\d+)?)?", row[column]), (row["measure"], column, row[column])
        assert row["symbols"] == " ".join(row["symbols"].split())


@pytest.mark.parametrize(("measure", "column", "figure", "paragraph"), FIGURES)
def test_findings_csv_gives_the_published_figures(pack, measure, column, figure, paragraph):
    decimals = 1 if isinstance(figure, float) else 0
    assert round(float(findings_csv(pack)[measure][column]), decimals) == figure, paragraph


def test_the_workbook_has_the_dashboard_the_findings_and_the_months(pack):
    with zipfile.ZipFile(pack / "dashboard.xlsx") as archive:
        sheets = re.findall(r'<sheet name="([^"]+)"', archive.read("xl/workbook.xml").decode())
        assert archive.testzip() is None
        assert not [name for name in archive.namelist() if "externalLink" in name or "vba" in name.lower()]
    assert sheets == ["Cover", "Contents", "Notes", "Dashboard", "Findings", "Months"]


def test_the_record_says_what_was_asked_and_with_which_versions(pack):
    made = record(pack)
    assert made["quarter"] == QUARTER
    assert made["parameters"] == {"quarter": QUARTER, "params": "params"}
    assert made["seconds"] > 0
    assert pd.Timestamp(made["made"]).tzinfo is not None
    assert made["versions"]["python"] == platform.python_version()
    assert made["versions"]["perf_lib"] == perf_lib.__version__
    for package in ("pandas", "papermill", "nbconvert", "typst"):
        assert made["versions"][package] == version(package)


def test_a_package_that_is_not_installed_is_recorded_as_absent(monkeypatch):
    monkeypatch.setattr(run_record, "_PACKAGES", ("pandas", "no-such-package"))
    made = run_record.versions.__wrapped__()
    assert (made["pandas"], made["no-such-package"]) == (version("pandas"), "absent")


@pytest.mark.parametrize("public", [False, True])
def test_as_many_steps_are_planned_as_are_done(public, tmp_path):
    planned, done = [], []
    few = notebooks(tmp_path / "few", "8_coverage")
    run(Quarter.parse(QUARTER), PARAMS, tmp_path, few, steps=Steps(planned.append, done.append), public=public)
    assert planned == [len(done)], done


def test_the_records_inputs_are_the_files_that_the_pack_was_made_from(pack):
    inputs = record(pack)["inputs"]
    places = {"params/": PARAMS, "notebooks/": ROOT / "notebooks", "sample:": SAMPLE}
    own_code = inputs.pop("perf_lib")
    assert re.fullmatch(r"[0-9a-f]{64}", own_code)
    for name, digest in inputs.items():
        place = next(prefix for prefix in places if name.startswith(prefix))
        content = (places[place] / name.removeprefix(place)).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest, name
    # Everything of the quarter's own, what holds for all quarters, earlier quarters as published, the figures.
    expected = {f"params/{QUARTER}/{name}" for name in digests(PARAMS / QUARTER)}
    expected |= {"params/settings.yaml", "params/measures.yaml"}
    expected |= {f"params/2019-20-{quarter}/published.csv" for quarter in ("Q1", "Q2")}
    # What was written the quarter before, which the page of what has changed holds this quarter's against.
    expected |= {f"params/2019-20-Q2/commentary/{path.name}" for path in (PARAMS / "2019-20-Q2/commentary").iterdir()}
    expected |= {f"notebooks/{name}.ipynb" for name in EXECUTED}
    expected |= {"sample:monthly.csv", "sample:peers.csv", "sample:witness_reasons.csv"}
    assert set(inputs) == expected


def test_the_record_has_each_notebooks_result_and_each_outputs_digest(pack):
    made = record(pack)
    assert [(each["name"], each["result"]) for each in made["notebooks"]] == [(name, "executed") for name in EXECUTED]
    assert all(each["seconds"] > 0 for each in made["notebooks"])
    assert made["outputs"] == {name: digest for name, digest in digests(pack).items() if name != "run.json"}
