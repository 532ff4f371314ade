"""A public pack of measures counted from records: the same as from monthly figures."""

from __future__ import annotations

import re
import shutil
import threading
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import yaml
from builders import PARAMS, ROOT

from perf_lib.press.jobs import can_fork
from perf_lib.press.pack import Steps, run
from perf_lib.report import open_report
from perf_lib.views.spreadsheets import xlsx
from perf_lib.words.quarters import Quarter

QUARTER = Quarter.parse("2019-20-Q3")
NOTEBOOK = "2_protect_vulnerable.ipynb"  # small counts, and the marked measure


def marked(params: Path, **inputs: object) -> Path:
    """Params with a measure that is left out, and other inputs."""
    catalogue = yaml.safe_load((params / "measures.yaml").read_text(encoding="utf-8"))
    catalogue["sexual_offences"]["marking"] = "OFFICIAL-SENSITIVE"
    (params / "measures.yaml").write_text(yaml.safe_dump(catalogue, sort_keys=False), encoding="utf-8")
    settings = yaml.safe_load((params / "settings.yaml").read_text(encoding="utf-8"))
    settings["inputs"] |= inputs
    (params / "settings.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return params


@pytest.fixture
def from_records(sample_records: Path, tmp_path: Path) -> Path:
    params = Path(shutil.copytree(sample_records, tmp_path / "params"))
    return marked(params, monthly=["records/other_measures.csv"], records="records.yaml")


def test_a_public_pack_of_records_is_that_of_months(from_records, tmp_path):
    (tmp_path / "notebooks").mkdir()
    notebook = nbformat.read(ROOT / "notebooks" / NOTEBOOK, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if not re.search(r"arrests|abuse|offences\.", cell.source)]
    nbformat.write(notebook, tmp_path / "notebooks" / NOTEBOOK)

    def lose_the_records(steps: int) -> None:  # checked by now; notebooks, gates and the internal record are to come
        for path in (from_records / "records").glob("*.parquet"):
            path.unlink()

    ended = threading.Event()
    other = threading.Thread(target=ended.wait)
    other.start()  # a process with a second thread is not forked from, so each job is given the report
    try:
        assert not can_fork()
        steps = Steps(planned=lose_the_records)
        pack = run(QUARTER, from_records, tmp_path / "out", tmp_path / "notebooks", steps=steps, public=True).folder
    finally:
        ended.set()
        other.join()
    assert not list((from_records / "records").glob("*.parquet"))

    months = open_report(QUARTER, marked(Path(shutil.copytree(PARAMS, tmp_path / "of_months" / "params"))), public=True)
    shown = pd.read_excel(pack / "dashboard.xlsx", sheet_name="Months", header=3, engine="calamine", dtype=object)
    expected = xlsx.months_table(months.findings)
    assert (
        shown[["measure", "month"]].astype(str).to_numpy().tolist()
        == expected[["measure", "month"]].to_numpy().tolist()
    )
    counts = shown["measure"].map({code: each.is_count for code, each in months.params.catalogue.items()}).astype(bool)
    assert shown.loc[counts, "value"].tolist() == expected.loc[counts, "value"].astype(object).fillna("[x]").tolist()
    recorded = (pack / "run.json").read_text(encoding="utf-8")
    assert '"records": ""' in recorded  # a digest would let anybody try out what was counted


def test_a_public_report_of_records_holds_none_of_what_was_counted(from_records):
    report = open_report(QUARTER, from_records, public=True)
    assert report.arrived.records.frame.empty and report.arrived.records.coverage.empty
    assert "counted from records" not in str(report.sources())
    counts = report.arrived.frame[report.arrived.frame["measure"] == "cse_crime"]["value"]
    assert len(counts) == 60 and (counts % 5 == 0).all()
    assert "sexual_offences" not in set(report.arrived.frame["measure"])


def test_records_that_are_marked_are_left_out_whole(from_records):
    settings = yaml.safe_load((from_records / "settings.yaml").read_text(encoding="utf-8"))
    settings["inputs"]["markings"] = {"records.yaml": "provisional"}
    (from_records / "settings.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    report = open_report(QUARTER, from_records, public=True)
    others = pd.read_csv(from_records / "records" / "other_measures.csv")
    assert set(report.arrived.frame["measure"]) == set(report.findings) == set(others["measure"])
