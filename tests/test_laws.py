"""The house: an import only points down a floor, or to an earlier room on the same floor."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import ROOT

PACKAGE = ROOT / "perf_lib"

# Each floor's rooms in order. A package's own name is the door that its rooms are shown through, so it comes last.
FLOORS = (
    ("", "errors", "fingerprint", "answers", "quarters", "wording"),
    ("strict", "measures", "settings"),
    (
        "extracts.archives", "extracts.workbook_guards", "extracts.cells", "extracts.schema", "extracts.ledger",
        "extracts.tables", "extracts.figures", "extracts.wide", "extracts.monthly", "extracts.peers_rates",
        "extracts.published", "extracts.forces", "extracts.ons", "extracts.home_office", "extracts.street",
        "extracts.sorting", "extracts.template",
        "extracts.definitions", "extracts.predicate", "extracts.sql", "extracts.engines", "extracts.records",
        "extracts.records_kept", "extracts",
    ),
    (
        "windows", "series", "spc_rules", "spc", "scales", "calibrated_tables", "calibrated_answers",
        "calibrated_arithmetic", "calibrated", "suspected_breaks", "peers", "forecast", "jumps", "feasibility",
        "suppression",
    ),
    ("comparable", "standing", "findings", "symbols", "revisions", "markings", "counted", "disclosure"),
    (
        "markup", "narrative", "commentary", "charts.canvas", "charts.monthly", "charts.pairs", "charts.projection",
        "charts.standing", "charts.sparkline", "charts", "drawings", "dashboard", "summary", "changes", "coverage",
        "explain", "sheet_columns", "workbook", "opendocument",
        "audit.patterns", "audit.numbers", "audit.spans", "audit.literals", "audit.periods", "audit.names",
        "audit.reading", "audit.highlights", "audit.sense", "audit.reach", "audit.facts", "audit.ways",
        "audit.verdicts", "audit.roles", "audit.nouns", "audit.plainness", "audit.pairs", "audit.candidates",
        "audit.sums", "audit.figures", "audit.subjects", "audit.movements", "audit.superlatives", "audit.runs",
        "audit.symbol_words", "audit.directions", "audit", "audit_page",
    ),
    (
        "public", "report", "explore.question", "explore.written", "explore.answer", "explore.controls",
        "explore.panel", "explore", "open_figures", "open_params",
    ),
    (
        "press.order", "press.pdf", "press.binding", "press.exporters", "press.reads", "press.nursery",
        "press.current", "press.record", "press.printing", "press.provisioner", "press.engine", "press.execute",
        "press.pages", "press.building", "press.sign_off", "press.earlier", "press.workshop", "press.audits",
        "press.warming", "press.secrets", "press.leaks", "press.making", "press.run",
        "press.batch", "press.compare", "press.publish", "press.next_quarter", "press",
        "review.comments", "review.desk", "review.server", "review",
        "cli.options", "cli.progress", "cli.check", "cli.explain", "cli.run", "cli.verify", "cli.diff",
        "cli.publish", "cli.new", "cli.force", "cli.inputs", "cli.template", "cli.review", "cli",
    ),
)  # fmt: skip
# The bundled sample is made in an outhouse: it needs no room of the house, and no room needs it.
SAMPLE = (
    "sample", "sample.benchmarking", "sample.published", "sample.histories", "sample.draws", "sample.make_sample",
    "sample.make_records",
)  # fmt: skip

PLACE = {room: (floor, position) for floor, rooms in enumerate(FLOORS) for position, room in enumerate(rooms)}


def modules() -> dict[str, Path]:
    """Every module of the package by its name without the package's: extracts.monthly, extracts, ''."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


MODULES = modules()


def imported(tree: ast.AST, here: str, is_package: bool, known: set[str]) -> Iterator[str]:
    """Rooms of the package that a module imports, wherever in it; those for type checking alone included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (room for alias in node.names if (room := _room(alias.name)) is not None)
        elif isinstance(node, ast.ImportFrom):
            above = here.split(".") if here else []
            above = above if is_package else above[:-1]
            base = ["perf_lib", *above[: len(above) - (node.level - 1)]] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            room = _room(source)
            if room is not None:
                inner = [f"{room}.{alias.name}".lstrip(".") for alias in node.names]
                yield from (name if name in known else room for name in inner)


def _room(name: str) -> str | None:
    return name.removeprefix("perf_lib").removeprefix(".") if name.split(".")[0] == "perf_lib" else None


def imports_of(room: str) -> set[str]:
    path = MODULES[room]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return set(imported(tree, room, path.name == "__init__.py", set(MODULES)))


def test_every_module_has_its_place_in_the_house():
    assert [room for room in MODULES if room not in PLACE and room not in SAMPLE] == []


@pytest.mark.parametrize("room", [room for room in MODULES if room in PLACE])
def test_an_import_points_down_or_to_an_earlier_room(room):
    wrong = [other for other in imports_of(room) if other not in PLACE or PLACE[other] >= PLACE[room]]
    assert wrong == [], f"perf_lib.{room} imports {wrong}"


@pytest.mark.parametrize("room", SAMPLE)
def test_the_sample_is_made_without_the_house(room):
    assert [other for other in imports_of(room) if other not in SAMPLE] == []


def test_the_imports_are_really_seen():
    # What stands in the files: a room that reads none would pass the test above.
    assert {"findings", "symbols", "wording"} <= imports_of("narrative")
    assert {"report", "workbook", "press.workshop"} <= imports_of("press.making")
    assert "press.making" in imports_of("press.run")  # inside a function
    assert sum(len(imports_of(room)) for room in MODULES) > 100


@pytest.mark.parametrize(
    ("code", "here", "rooms"),
    [
        ("import perf_lib.report", "wording", {"report"}),
        ("from perf_lib import wording, __version__", "cli", {"wording", ""}),
        ("from perf_lib.views.charts import Chart", "report", {"charts"}),
        ("from perf_lib.views.charts import canvas", "report", {"charts.canvas"}),
        ("from .canvas import BLUE", "charts.monthly", {"charts.canvas"}),
        ("from . import canvas", "charts.monthly", {"charts.canvas"}),
        ("from .. import wording", "charts.monthly", {"wording"}),
        ("def f():\n    from perf_lib import report", "wording", {"report"}),
        ("if TYPE_CHECKING:\n    from perf_lib.report import Report", "wording", {"report"}),
        ("import pandas as pd\nfrom perf_library import x", "wording", set()),
    ],
)
def test_each_way_of_importing_is_understood(code, here, rooms):
    assert set(imported(ast.parse(code), here, False, set(MODULES))) == rooms
