"""The notebook of twelve questions: each answered in three lines at most, run whole, exported as a report's page."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from builders import ROOT, text_of
from doors import command
from pypdf import PdfReader

from perf_lib.press.exporters import ReportHTMLExporter, ReportPDFExporter
from perf_lib.words.errors import InputError

SOURCE = ROOT / "notebooks" / "questions.ipynb"


def by_question() -> dict[str, list[str]]:
    """The code under each question's heading."""
    questions: dict[str, list[str]] = {}
    for cell in nbformat.read(SOURCE, as_version=4).cells:
        if heading := re.match(r"## (\d+\. .+)", cell.source):
            questions[heading[1]] = []
        elif cell.cell_type == "code" and questions:
            questions[[*questions][-1]].append(cell.source)
    return questions


def test_there_are_twelve_and_each_takes_three_statements_at_most():
    questions = by_question()
    assert [int(title.split(".")[0]) for title in questions] == [*range(1, 13)]
    for title, cells in questions.items():
        assert 1 <= len(ast.parse("\n".join(cells)).body) <= 3, title
        assert max(len(line) for cell in cells for line in cell.splitlines()) < 120, title


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the notebook executed in it, beside its source."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("notebooks", "params"):
        shutil.copytree(ROOT / name, folder / name)
    asked = ("papermill", SOURCE.name, "done.ipynb", "--engine", "perf-lib", "--no-progress-bar")
    said = command(*asked, cwd=folder / "notebooks")
    assert said.returncode == 0, said.stderr
    return folder


def executed(project: Path) -> nbformat.NotebookNode:
    return nbformat.read(project / "notebooks" / "done.ipynb", as_version=4)


def test_every_answer_is_there(project):
    shown = {
        cell.source.splitlines()[-1]: " ".join(each.get("data", {}).get("text/plain", "") for each in cell.outputs)
        for cell in executed(project).cells
        if cell.cell_type == "code"
    }
    assert all(text for call, text in shown.items() if not re.search(r"save|to_csv| = ", call))
    answers = {part: next(text for call, text in shown.items() if part in call) for part in (
        "same_month", "peers_frame", "what_if", "scatter", "pl.compare", "report.note")}  # fmt: skip
    assert re.search(r"2019-12 +94.0 +published +-30.37", answers["same_month"])  # 94 beside 135 of December 2018
    assert re.search(
        r"2019-12 +61.4\d+ +73.5\d+ +2 +8", answers["peers_frame"]
    )  # 61.45: 44,252 crimes of 720,100 residents
    assert "of 80" in answers["what_if"]
    assert "no clear relation" in answers["scatter"]
    assert "October to December 2019 came in" in answers["pl.compare"]
    assert answers["report.note"] == "In the quarter **308** sexual offences were recorded."
    assert (project / "notebooks" / "sexual_offences.png").read_bytes().startswith(b"\x89PNG")
    assert len((project / "notebooks" / "sexual_offences.csv").read_text().splitlines()) == 1 + 36 + 6


def test_a_chart_a_paragraph_and_a_marking_are_in_html_and_pdf(project, tmp_path):
    resources = {"metadata": {"name": "done", "path": str(project / "notebooks")}}
    page, _ = ReportHTMLExporter().from_notebook_node(executed(project), resources)
    assert 'class="marking">OFFICIAL' in page
    assert "DRAFT" not in text_of(page)
    assert re.search(r'<div class="paragraph commentary" data-number="\d+" id="p\d+">', page)
    assert 'alt="Sixty made-up months, most within what was expected."' in page
    made, _ = ReportPDFExporter().from_notebook_node(executed(project), resources)
    (tmp_path / "done.pdf").write_bytes(made)
    sheets = " ".join(sheet.extract_text() for sheet in PdfReader(tmp_path / "done.pdf").pages)
    assert "In the quarter 308 sexual offences were recorded." in " ".join(sheets.split())
    assert "OFFICIAL" in sheets
    assert "My own series" in sheets


def test_what_the_data_contradict_is_exported_as_a_draft_and_without_its_report_nothing_is(project):
    written = project / "params" / "2019-20-Q3" / "commentary" / "sexual_offences.md"
    kept = written.read_text(encoding="utf-8")
    resources = {"metadata": {"name": "done", "path": str(project / "notebooks")}}
    try:
        written.write_text("In the quarter 380 sexual offences were recorded.\n", encoding="utf-8")
        page, _ = ReportHTMLExporter().from_notebook_node(executed(project), resources)
        assert "DRAFT" in text_of(page)
    finally:
        written.write_text(kept, encoding="utf-8")
    lost = executed(project)
    for cell in lost.cells:
        cell.source = cell.source.replace('params = "params"', 'params = "nowhere"')
    with pytest.raises(InputError, match=r"the params folder .*nowhere does not exist"):
        ReportHTMLExporter().from_notebook_node(lost, resources)
