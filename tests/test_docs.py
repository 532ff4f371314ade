"""The README is true: its tables are what the package computes, its commands exist, its numbers are the pack's."""

from __future__ import annotations

import re
from pathlib import Path

from readme_tables import README, with_tables
from typer.testing import CliRunner

from perf_lib.cli import app

ROOT = Path(__file__).parents[1]
TEXT = README.read_text(encoding="utf-8")


def test_the_tables_are_what_the_package_computes_today():
    assert with_tables(TEXT) == TEXT, "python tests/readme_tables.py rewrites them"


def test_every_make_target_that_the_readme_names_is_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^)make ([a-z]+)(?:`|$)", TEXT, re.MULTILINE))
    assert {"report", "test", "lab", "bench"} <= named
    assert all(re.search(rf"^{name}:", makefile, re.MULTILINE) for name in named), named


def test_every_command_that_the_readme_names_is_a_command():
    named = set(re.findall(r"perf-lib ([a-z]+)", TEXT))
    assert {"run", "explain"} <= named
    for name in named:
        assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0, name


def test_every_file_that_the_readme_shows_or_links_is_there():
    linked = re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", TEXT)
    paths = [one or other for one, other in linked if not (one or other).startswith("http")]
    assert len(paths) > 16
    assert all((ROOT / path).exists() for path in paths), [path for path in paths if not (ROOT / path).exists()]


def test_the_tree_names_what_is_there():
    tree = TEXT.split("```text\n")[-1].split("```")[0]
    named = [line.split()[0] for line in tree.splitlines() if line.strip()]
    assert all((ROOT / name).exists() for name in named), named
