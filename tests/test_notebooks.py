"""The notebooks' law: prose and calls, nothing else; parameters that run as they stand; no outputs kept."""

from __future__ import annotations

import ast
import json
import re
from functools import cache

import nbformat
import pytest
from builders import ROOT, report

from perf_lib.report import MeasureReport, Report

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
OF_ANALYSTS = ("explore", "questions")
REPORT = [name for name in NAMES if name[0].isdigit()]  # the press takes no others


@cache
def notebook(name: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def code_cells(name: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook(name).cells if cell.cell_type == "code"]


def tagged(name: str, tag: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook(name).cells if tag in cell.metadata.get("tags", [])]


def is_simple(value: ast.expr) -> bool:
    """A call, a value as it is written, a name, or one measure of a report: nothing that decides or repeats."""
    return isinstance(value, ast.Call | ast.Constant | ast.Name | ast.Subscript)


def breaks_the_law(source: str) -> list[str]:
    """Statements of a cell that are no import, assignment or call (or a name, to be shown), by their kind."""
    allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr)
    tree = ast.parse(source)
    wrong = [type(node).__name__ for node in tree.body if not isinstance(node, allowed)]
    values = [node.value for node in tree.body if isinstance(node, ast.Assign | ast.Expr)]
    wrong += [type(value).__name__ for value in values if not is_simple(value)]
    deciding = (
        ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.AsyncFor, ast.While, ast.If,
        ast.IfExp, ast.BoolOp, ast.Compare, ast.Match, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
        ast.Try, ast.TryStar, ast.With, ast.AsyncWith, ast.NamedExpr, ast.Await, ast.BinOp, ast.JoinedStr,
    )  # fmt: skip
    return wrong + [type(node).__name__ for node in ast.walk(tree) if isinstance(node, deciding)]


def test_there_is_an_introduction_one_a_priority_a_deep_dive_a_dashboard_and_what_changed():
    assert REPORT == [
        "0_introduction", "1_prevent_crime", "2_protect_vulnerable", "3_victims_and_communities", "4_quality_service",
        "5_service_delivery_plan", "6_dashboard", "7_what_changed", "8_coverage",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_valid_and_asks_for_the_kernel_that_every_machine_has(name):
    nbformat.validate(notebook(name))
    assert notebook(name).metadata.kernelspec.name == "python3"
    identities = [cell.id for cell in notebook(name).cells]
    assert len(set(identities)) == len(identities)


@pytest.mark.parametrize("name", NAMES)
def test_cells_are_imports_assignments_and_calls(name):
    for cell in code_cells(name):
        assert breaks_the_law(cell.source) == [], cell.source
        assert cell.source.strip(), "an empty cell"


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_is_one_call_beside_what_it_names(name):
    for cell in code_cells(name):
        shown = [node for node in ast.parse(cell.source).body if isinstance(node, ast.Expr)]
        assert len(shown) <= 1, cell.source


@pytest.mark.parametrize("name", NAMES)
def test_no_magic_no_shell_and_no_import_but_the_desk(name):
    for cell in code_cells(name):
        assert not re.search(r"^\s*[!%?]|\?\s*$", cell.source, re.MULTILINE)
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import):
                assert name == "questions"  # an analyst's own notebook draws and counts with what there is
                assert node.names[0].name in ("perf_lib", "numpy", "pandas", "seaborn")
            if isinstance(node, ast.ImportFrom):
                assert node.module in ("perf_lib.report", "perf_lib.report.explore" if name == "explore" else "")


@pytest.mark.parametrize("name", NAMES)
def test_no_output_and_no_count_is_committed(name):
    for cell in code_cells(name):
        assert cell.outputs == []
        assert cell.execution_count is None
    raw = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    assert "papermill" not in raw["metadata"]
    assert "widgets" not in raw["metadata"]


@pytest.mark.parametrize("name", NAMES)
def test_there_is_one_parameters_cell_and_it_comes_before_all_other_code(name):
    (parameters,) = tagged(name, "parameters")
    assert code_cells(name)[0] is parameters
    assigned = {node.targets[0].id: node.value for node in ast.parse(parameters.source).body}
    assert set(assigned) == {"quarter", "params", "public"}
    assert all(isinstance(value, ast.Constant) for value in assigned.values())


def test_the_defaults_are_the_same_in_every_notebook():
    assert len({tagged(name, "parameters")[0].source for name in NAMES if name != "explore"}) == 1
    assert "quarter = None" in tagged("explore", "parameters")[0].source  # it opens on the body's own newest quarter
    assert len({tagged(name, "setup")[0].source for name in NAMES}) == 1


@pytest.mark.parametrize("folder", ["notebooks", "."])
def test_the_defaults_run_as_they_stand_in_jupyterlab_and_from_the_projects_folder(folder, monkeypatch):
    monkeypatch.chdir(ROOT / folder)
    names: dict[str, object] = {}
    for tag in ("parameters", "setup"):
        exec(compile(tagged(NAMES[0], tag)[0].source, tag, "exec"), names)
    assert isinstance(names["report"], Report)
    assert str(names["report"].quarter) == names["quarter"]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OF_ANALYSTS])
def test_every_part_that_a_notebook_asks_for_is_on_the_desk(name):
    """Names of measures and of parts, without drawing anything: executing them is the press's test."""
    held: set[str] = set()
    for cell in code_cells(name):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Subscript):
                assert node.slice.value in report().findings, cell.source
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
                held.add(node.targets[0].id)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value.id
                assert owner in held | {"report"}, cell.source
                assert hasattr(Report if owner == "report" else MeasureReport, node.func.attr), cell.source


def test_every_measure_is_in_the_notebook_of_its_priority():
    by_number = {int(name[0]): "\n".join(cell.source for cell in code_cells(name)) for name in REPORT}
    for code, finding in report().findings.items():
        assert f'"{code}"' in by_number[finding.measure.priority], code


def test_the_notebooks_open_their_report_by_the_one_door():
    assert "from perf_lib.report import open_report" in tagged(NAMES[0], "setup")[0].source


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("def f(): pass", "FunctionDef"), ("class A: pass", "ClassDef"), ("for x in y: f(x)", "For"),
        ("while x: f()", "While"), ("if x: f()", "If"), ("try:\n    f()\nfinally:\n    g()", "Try"),
        ("f(lambda: 1)", "Lambda"), ("x = [a for a in b]", "ListComp"), ("f(a for a in b)", "GeneratorExp"),
        ("f() if x else g()", "IfExp"), ("f() or g()", "BoolOp"), ("with f(): g()", "With"), ("x += 1", "AugAssign"),
        ("x = a + b", "BinOp"), ("del x", "Delete"), ("assert x", "Assert"), ("match x:\n    case _: f()", "Match"),
        ("f(x := 1)", "NamedExpr"),
    ],
)  # fmt: skip
def test_the_law_sees_what_it_forbids(source, kind):
    assert kind in breaks_the_law(source)


@pytest.mark.parametrize(
    "source", ['x = "y"', 'crime = report["crime_volume"]\ncrime.headline()', "report", "from a import b\n\nb()"]
)
def test_the_law_allows_prose_and_calls(source):
    assert breaks_the_law(source) == []
