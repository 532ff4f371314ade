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
from printed import of_page, of_tables

from perf_lib.press.jobs import can_fork
from perf_lib.press.pack import Steps, run
from perf_lib.report import open_report
from perf_lib.views.spreadsheets import xlsx
from perf_lib.words.quarters import Quarter

QUARTER = Quarter.parse("2019-20-Q3")
NOTEBOOK = "2_protect_vulnerable.ipynb"  # exploitation crimes with months withheld, and the marked measure


def marked(params: Path, **inputs: object) -> Path:
    """Params with a small count in the quarter itself, a measure that is left out, and other inputs."""
    catalogue = yaml.safe_load((params / "measures.yaml").read_text(encoding="utf-8"))
    catalogue["cse_crime"]["disclosure_threshold"] = 10
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
    withheld = pd.read_csv(pack.with_name(f"{pack.name}.internal") / "withheld.csv", dtype=str, keep_default_na=False)
    withheld = withheld[~withheld["why"].str.startswith("typed with a source")]  # of commentary, in the record alone
    assert withheld.to_dict("list") == months.withheld.astype(str).to_dict("list")
    assert (withheld["measure"] == "cse_crime").sum() > 20  # of 60 months from 3 to 20
    shown = pd.read_excel(pack / "dashboard.xlsx", sheet_name="Months", header=3, engine="calamine", dtype=object)
    findings = pd.read_csv(pack / "findings.csv", dtype=object)
    catalogue = months.params.catalogue
    expected = of_tables(xlsx.months_table(months.findings), xlsx.findings_table(months.findings), catalogue)
    read = of_tables(shown, findings, catalogue)
    assert read == pytest.approx(expected, abs=1e-6)
    box = {(line.quarter.first.ordinal, line.quarter.last.ordinal): line for line in months.findings["cse_crime"].box}
    boxed = {("cse_crime", 0, window): line.value.value for window, line in box.items()}
    boxed |= {("cse_crime", 0, (last - 11, last)): line.rolling.value for (_, last), line in box.items()}
    for name, value in of_page(pack / "report.html", catalogue, QUARTER).items():
        assert value == pytest.approx((boxed | expected)[name], abs=0.51), name
    recorded = (pack / "run.json").read_text(encoding="utf-8")
    assert '"records": ""' in recorded  # a digest would let anybody try out the few figures that are missing


def test_a_public_report_of_records_holds_none_of_what_was_counted(from_records):
    report = open_report(QUARTER, from_records, public=True)
    assert report.arrived.records.frame.empty and report.arrived.records.coverage.empty
    assert "counted from records" not in str(report.sources())
    hidden = report.arrived.frame.query("status == 'withheld'")
    assert len(hidden) and hidden[["numerator", "denominator", "value"]].isna().all(axis=None)
    assert "sexual_offences" not in set(report.arrived.frame["measure"])


def test_records_that_are_marked_are_left_out_whole(from_records):
    settings = yaml.safe_load((from_records / "settings.yaml").read_text(encoding="utf-8"))
    settings["inputs"]["markings"] = {"records.yaml": "provisional"}
    (from_records / "settings.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    report = open_report(QUARTER, from_records, public=True)
    others = pd.read_csv(from_records / "records" / "other_measures.csv")
    assert set(report.arrived.frame["measure"]) == set(report.findings) == set(others["measure"])


def test_what_a_share_is_divided_by_is_known_from_its_definition(from_records):
    catalogue = from_records / "measures.yaml"
    written = yaml.safe_load(catalogue.read_text(encoding="utf-8"))
    assert written["complaints_within_10_days"].pop("of_measure") == "complaints"  # as its definition divides it
    catalogue.write_text(yaml.safe_dump(written, sort_keys=False), encoding="utf-8")
    report = open_report(QUARTER, from_records, public=True)
    assert report.params.catalogue["complaints_within_10_days"].of_measure == "complaints"
    # Of January 2019's complaints 1 to 4 were late; February's go too, or the month's complaints would tell them.
    record = report.withheld.query("measure == 'complaints_within_10_days' and figure == 'February 2019'")
    assert record["relation"].str.contains("complaints_within_10_days = complaints").all() and len(record) == 1
    # Another definition's denominator that is no measure is nobody's.
    assert report.params.catalogue["conviction_rate"].of_measure is None
