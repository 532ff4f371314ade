"""ARCHITECTURE's tree is the package, and its walks can be followed: each file is there and defines what is named."""

from __future__ import annotations

import ast
import re

import pytest
from builders import ROOT
from test_laws import HOUSE

TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
WALKS = {
    title: re.findall(r"^\d+\. `([^`]+)`: `([^`]+)`", section, re.MULTILINE)
    for title, section in re.findall(r"^## (The walk of [^\n]+)\n(.*?)(?=^## )", TEXT, re.MULTILINE | re.DOTALL)
}


def defined(source: str) -> set[str]:
    """The functions, classes and names that a module defines or offers."""
    tree = ast.parse(source)
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return names | {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}


def test_there_is_a_walk_of_a_figure_of_a_run_and_of_a_refused_input():
    assert {title: len(steps) >= 5 for title, steps in WALKS.items()} == {
        "The walk of one figure": True, "The walk of one run": True, "The walk of a refused input": True,
    }  # fmt: skip


@pytest.mark.parametrize("title", WALKS)
def test_a_walk_opens_each_file_once_and_finds_there_what_it_names(title):
    files = [file for file, _ in WALKS[title]]
    assert len(files) == len(set(files))
    for file, name in WALKS[title]:
        source = (ROOT / file).read_text(encoding="utf-8")
        assert name in (defined(source) if file.endswith(".py") else source), f"{file}: {name}"


def test_a_name_that_no_module_defines_would_be_seen():
    assert defined("from a import b\nclass C: pass\ndef d(): e = 1") == {"b", "C", "d"}


def test_the_tree_is_the_houses_packages_in_their_order():
    (tree,) = re.findall(r"^```text\nperf_lib/\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert [line.split()[0].rstrip("/").removesuffix(".py") for line in tree.splitlines()] == HOUSE
