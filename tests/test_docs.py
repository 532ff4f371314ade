"""The pages are true: what is generated is current, what they name exists, and their examples are taken."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import readme_tables
import reference
from matplotlib import pyplot
from pydantic import TypeAdapter
from typer.testing import CliRunner

import perf_lib as pl
from perf_lib.cli import app
from perf_lib.config.yaml import read_yaml
from perf_lib.report import MeasureReport, Report, open_report

ROOT = Path(__file__).parents[1]
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in [*sorted(ROOT.glob("*.md")), ROOT / "tests" / "benchmarks" / "README.md"]
}
README, REFERENCE = PAGES["README.md"], PAGES["REFERENCE.md"]
WRITTEN_ELSEWHERE = {"ARCHITECTURE.md"}
"""Pages of the top level that may not be there yet."""


def test_the_tables_are_what_the_package_computes_today():
    for path, tables in readme_tables.tables().items():
        text = path.read_text(encoding="utf-8")
        assert readme_tables.with_parts(text, tables) == text, "python tests/readme_tables.py rewrites them"


def test_the_reference_is_what_the_code_says_today():
    assert readme_tables.with_parts(REFERENCE, reference.parts()) == REFERENCE, "python tests/reference.py rewrites it"


def test_a_stale_part_is_caught():
    name, part = next(iter(reference.parts().items()))
    stale = REFERENCE.replace(part, part.replace("perf-lib", "perf-lob"))
    assert readme_tables.with_parts(stale, {name: part}) == REFERENCE != stale


@pytest.mark.parametrize("name", ["measures.yaml", "settings.yaml", "records.yaml"])
def test_every_key_has_a_meaning_and_an_example(name):
    rows = [line.strip("| ").split(" | ") for line in reference.parts()[name].splitlines() if line.startswith("| `")]
    assert len(rows) > 15
    bare = [row[0] for row in rows if len(row) < 4 or not row[3].strip()]
    without = [row[0] for row in rows if len(row) < 5 and "](#" not in row[1]]
    assert (bare, without) == ([], [])


def test_every_example_of_ours_is_one_that_its_key_takes():
    for (model, name), example in reference.EXAMPLES.items():
        TypeAdapter(model.model_fields[name].annotation).validate_python(example)


def test_every_example_is_yaml_that_means_what_is_written(tmp_path):
    texts = ["3.01", "2019-12-01", "%d/%m/%Y", "no", "status = 'recorded'"]
    values = [1, 0.01, True, *texts, {"a": "b, c", 1: "d: e"}, ["f"]]
    for value in values:
        (tmp_path / "one.yaml").write_text(f"key: {reference.flow(value)}\n", encoding="utf-8")
        assert read_yaml(tmp_path / "one.yaml") == {"key": value}


def test_every_call_says_what_it_gives():
    for desk in (Report, MeasureReport):
        calls = list(reference.calls(desk))
        assert len(calls) >= 7
        assert [call for call, summary in calls if not summary] == []


def test_every_make_target_that_the_pages_name_is_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {name for text in PAGES.values() for name in re.findall(r"(?:`|^)make ([a-z]+)\b", text, re.MULTILINE)}
    assert {"report", "test", "lab", "bench"} <= named
    assert [name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def commands() -> list[list[str]]:
    """The perf-lib commands in the pages' code, as the arguments after the program's name."""
    lines = []
    for text in PAGES.values():
        fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        inline = re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
        lines += [line for block in fenced for line in block.splitlines()] + [" ".join(code.split()) for code in inline]
    found = {match for line in lines for match in re.findall(r"\bperf-lib ([a-z][^|>\[\]&)]*)", line)}
    return [shlex.split(call.replace('"', "" if call.count('"') % 2 else '"')) for call in sorted(found)]


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_every_command_that_the_pages_show_is_one_that_the_command_line_takes(arguments):
    # Options are read before --help is answered: one that does not exist is an error here.
    answer = CliRunner().invoke(app, [*arguments, "--help"])
    assert answer.exit_code == 0, answer.output


def test_every_command_that_there_is_stands_in_the_reference():
    assert {name for name, *_ in commands()} == {command.callback.__name__ for command in app.registered_commands}
    assert CliRunner().invoke(app, ["run", "--deu", "--help"]).exit_code == 2


@pytest.mark.parametrize("page", PAGES)
def test_every_file_and_heading_that_a_page_links_is_there(page):
    text = re.sub(r"^```.*?^```", "", PAGES[page], flags=re.MULTILINE | re.DOTALL)
    links = [one or other for one, other in re.findall(r"\]\(([^)]+)\)|src=\"([^\"]+)\"", text)]
    for link in links:
        if link.startswith("http"):
            continue
        name, _, heading = link.partition("#")
        path = ((ROOT / page).parent / name).resolve() if name else ROOT / page
        assert path.exists() or name in WRITTEN_ELSEWHERE, link
        if heading and path.exists():
            assert heading in reference.anchors(path.read_text(encoding="utf-8")), link


def examples() -> list[str]:
    """The pages' Python that is ours."""
    blocks = [each for page in (README, REFERENCE) for each in re.findall(r"^```python\n(.*?)^```", page, re.M | re.S)]
    return [block for block in blocks if "perf_lib" in block]


def test_the_pages_python_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert len(examples()) == 3
    for block in examples():
        names: dict[str, object] = {}
        exec(block, names)
        assert repr(names["report"]) == repr(open_report("2019-20-Q3"))
    pyplot.close("all")


def test_every_name_of_the_front_door_is_in_an_example_and_all_examples_are_typed(tmp_path):
    used = {name for block in examples() for name in re.findall(r"\bpl\.(\w+)", block)}
    assert used == set(pl.__all__)
    for number, block in enumerate(examples()):
        (tmp_path / f"example_{number}.py").write_text(block, encoding="utf-8")
    (tmp_path / "wrong.py").write_text('import perf_lib as pl\npl.signals("x.csv", moths=1)\n', encoding="utf-8")
    config = ("--config-file", ROOT / "pyproject.toml", "--cache-dir", tmp_path / "cache", "--follow-imports", "silent")
    said = subprocess.run(
        [sys.executable, "-m", "mypy", *config, "--check-untyped-defs", *sorted(tmp_path.glob("*.py"))],
        cwd=tmp_path, env={**os.environ, "MYPYPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    errors = [line for line in said.stdout.splitlines() if "error:" in line]
    assert len(errors) == 1, said.stdout
    assert errors[0].startswith('wrong.py:2: error: Unexpected keyword argument "moths" for "signals"')


def test_what_the_readme_says_a_run_prints_are_the_packs_files(pack):
    named = re.findall(r"^  (\S+) +[\d,]+ KB$", README, re.MULTILINE)
    assert "report.html" in named
    assert [name for name in named if not (pack / name).is_file()] == []


def test_the_hooks_before_a_commit_run_the_environments_own_tools():
    repos = read_yaml(ROOT / ".pre-commit-config.yaml")["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for hook in repos[0]["hooks"]:
        program, *arguments = hook["entry"].split()
        assert hook["language"] == "system", hook["id"]
        assert program.startswith(".venv/bin/")
        assert program.replace(".venv/bin", "$(BIN)") in makefile
        assert all((ROOT / argument).exists() for argument in arguments if argument.endswith(".py"))
