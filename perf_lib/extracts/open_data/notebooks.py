"""Notebooks of a report from open data: a part for each measure that has a figure, and none for the others."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from perf_lib.words.quarters import Quarter

_FIRST = ["report.title()", "report.summary()"]
_ABOUT = ['report.section("About the figures")', "report.about_the_data()", "report.unsupplied()"]
_CHANGED = ['report.section("Figures restated")', "report.revisions()"]
_COVERAGE = ['report.section("Coverage")', "report.sources()", 'report.subsection("Months that look like a fault")',
             "report.suspicions()"]  # fmt: skip
_BRIEFING = [*_FIRST, "report.dashboard()", 'report.section("What is unusual")', "report.unusual()"]
_PARTS = "headline", "chart", "sentences", "projection", "commentary"
_SETUP = """from perf_lib.report import open_report

report = open_report(quarter, params, public)
report"""


def write_notebooks(
    into: Path, quarter: Quarter, priorities: Mapping[int, str], filled: Mapping[str, tuple[Mapping[str, Any], str]]
) -> None:
    """Write a params folder's own notebooks: priorities, peers, dashboard, restatements and sources.

    filled: each measure that has a figure, by code: its entry in the catalogue, and its figures' way: months, quarters
    or years.
    """
    calls = {"0_introduction": ("Introduction", [*_FIRST, *_ABOUT])}
    for number, title in priorities.items():
        measures = {code: way for code, (entry, way) in filled.items() if entry["priority"] == number}
        if measures:
            parts = [part for code, way in measures.items() for part in _measure(code, way == "months")]
            calls[f"{number}_{_slug(title)}"] = title, [f"report.priority({number})", *parts]
    compared = [code for code, (entry, _) in filled.items() if "peers" in entry]
    if compared:
        calls["5_peers"] = "Peers", ['report.section("Peers")', *(f'report["{code}"].peers()' for code in compared)]
    key = ['report.section("Key to symbols")', "report.key()"] if "months" in {way for _, way in filled.values()} else []
    calls["6_dashboard"] = "Dashboard", [*key, "report.dashboard()"]
    calls |= {"7_restated": ("Figures restated", _CHANGED), "8_coverage": ("Coverage", _COVERAGE)}
    calls["briefing"] = "Briefing", _BRIEFING
    (into / "notebooks").mkdir()
    for name, (title, cells) in calls.items():
        text = json.dumps(_notebook(title, cells, quarter, into.name), indent=1, ensure_ascii=False)
        (into / "notebooks" / f"{name}.ipynb").write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _measure(code: str, is_monthly: bool) -> list[str]:
    parts = [part for part in _PARTS if is_monthly or part != "projection"]
    return [f'report["{code}"].{part}()' for part in parts]


def _slug(title: str) -> str:
    return title.lower().replace(" ", "_").replace("-", "_")


def _notebook(title: str, calls: Sequence[str], quarter: Quarter, params: str) -> dict[str, Any]:
    given = f'# What papermill sets.\nquarter = "{quarter}"\nparams = {json.dumps(params)}\npublic = False'
    cells = [(given, ["parameters"]), (_SETUP, ["setup"]), *((call, []) for call in calls)]
    return {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "id": f"cell-{number}",
                "metadata": {"tags": tags} if tags else {},
                "outputs": [],
                "source": source.splitlines(keepends=True),
            }
            for number, (source, tags) in enumerate(cells)
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "title": title,
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
