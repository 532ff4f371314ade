"""Tried in a real JupyterLab with a real Chromium: what an analyst does, by the menus; pictures are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml
from browser import chromium, needs_chromium, pictures
from builders import ROOT
from lab import Lab, jupyterlab

pytestmark = needs_chromium

EXPLORE = "explore.ipynb"
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    with jupyterlab(folder) as url, chromium() as browser:
        context = browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
        yield Lab(context.new_page(), url, folder)


def picture(lab: Lab, name: str) -> None:
    lab.page.screenshot(path=pictures("jupyterlab") / f"{name}.png")


@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if name != EXPLORE])
def test_a_notebook_runs_from_top_to_bottom_after_a_restart(lab, name):
    lab.open(name)
    cells = lab.restart_and_run_all()
    picture(lab, Path(name).stem)
    wide = lab.page.evaluate("() => [...document.querySelectorAll('img.symbol')].map(each => each.width)")
    lab.close()
    assert [each for each in wide if not 12 <= each <= 40] == []  # as wide as a line is high
    assert [cell["errors"] for cell in cells if cell["errors"]] == []
    assert [cell["count"] for cell in cells] == list(range(1, len(cells) + 1))
    saved = nbformat.read(lab.folder / "project" / "notebooks" / name, as_version=4)
    assert all(cell.outputs for cell in saved.cells if cell.cell_type == "code" and cell.source.endswith(".title()"))


@pytest.fixture(scope="module")
def explored(lab: Lab) -> Lab:
    """The notebook to explore with, run and its panel in view."""
    lab.open(EXPLORE)
    cells = lab.restart_and_run_all()
    assert [cell["errors"] for cell in cells if cell["errors"]] == []
    lab.page.wait_for_selector(".perf-panel img.chart")
    before = first_chart(lab)
    lab.page.locator(".perf-panel select").first.select_option(label="Sexual offences")
    until_chart_changes(lab, before)
    lab.page.locator(".perf-panel").scroll_into_view_if_needed()
    return lab


def first_chart(lab: Lab) -> str:
    return str(lab.page.locator(".perf-panel img.chart").first.get_attribute("src"))


def table(lab: Lab, caption: str) -> str:
    """The words of the panel's table of that caption."""
    return lab.page.locator(".perf-panel table", has=lab.page.locator("caption", has_text=caption)).inner_text()


def slide(lab: Lab, name: str, to: str) -> None:
    """Type a figure into the readout beside a slider."""
    row = lab.page.locator(".perf-panel .widget-slider", has=lab.page.locator("label", has_text=name))
    readout = row.locator(".widget-readout")
    readout.click()
    readout.fill(to)
    readout.press("Enter")


def until_chart_changes(lab: Lab, before: str) -> None:
    lab.page.wait_for_function(
        "before => document.querySelector('.perf-panel img.chart').getAttribute('src') !== before", arg=before
    )


def test_the_panel_shows_the_report_as_it_stands(explored):
    picture(explored, "explore")
    assert "One-month low" in table(explored, ": symbols")
    assert "308" in table(explored, ": figures")  # the quarter: 112 + 102 + 94


def test_what_if_december_had_been_110(explored):
    before = first_chart(explored)
    slide(explored, "had been", "110")
    until_chart_changes(explored, before)
    assert "goes off" in table(explored, ": symbols")
    assert "1,512" in table(explored, ": figures")  # 1,496 - 94 + 110
    assert explored.page.locator(".perf-panel .two img.chart").count() == 2  # as asked, beside as reported
    picture(explored, "explore_what_if")
    explored.page.get_by_role("tab", name="Arithmetic").click()
    assert "110 not < 136.1 − 2 × 15.8: no" in table(explored, "symbol's rule")  # 136.1 and 15.8: par. 116's months
    picture(explored, "explore_arithmetic")
    explored.page.get_by_role("tab", name="Symbols and chart").click()
    explored.page.get_by_role("button", name="As it was").click()
    explored.page.wait_for_function("() => document.querySelectorAll('.perf-panel .two').length === 0")
    assert first_chart(explored) == before


def test_another_measure_and_peers(explored):
    before = first_chart(explored)
    explored.page.locator(".perf-panel select").first.select_option(label="Days lost to sickness per person")
    until_chart_changes(explored, before)
    before = first_chart(explored)
    explored.page.locator(".perf-panel select").first.select_option(label="Crime volume")
    until_chart_changes(explored, before)
    explored.page.locator(".perf-panel .lm-Accordion-title, .perf-panel .jupyter-widget-Collapse-header").filter(
        has_text="Peers"
    ).first.click()
    explored.page.locator(".perf-panel select[multiple]").select_option(["Kent", "Essex", "Surrey", "Sussex"])
    explored.page.get_by_role("tab", name="Peers").click()
    explored.page.locator(".perf-panel .which", has_text="As asked").last.wait_for()
    picture(explored, "explore_peers")
    explored.page.get_by_role("tab", name="Settings to copy").click()
    written = explored.page.locator(".perf-panel .perf-yaml textarea")
    settings = yaml.safe_load(written.input_value())
    assert "# In a script: report.as_at('2019-20-Q3').what_if('crime_volume', peers=[" in written.input_value()
    assert sorted(settings["peer_group"]["areas"]) == ["Essex", "Kent", "Surrey", "Sussex"]
    written.press("Control+A")
    assert explored.page.evaluate("() => document.getSelection().toString()") == written.input_value()
    picture(explored, "explore_settings")


@pytest.mark.parametrize(("label", "start"), [("Perf_report_html", b"<!DOCTYPE html>"), ("Perf_report_pdf", b"%PDF-")])
def test_save_and_export_offers_our_formats_and_they_download(explored, label, start):
    explored.open("6_dashboard.ipynb")
    saved = explored.download("File", "Save and Export Notebook As", label)
    exported = Path(saved.path()).read_bytes()
    assert exported.startswith(start)
    assert b'class="marking">OFFICIAL' in exported or label.endswith("pdf")
    assert saved.suggested_filename == f"6_dashboard.{label.rsplit('_', 1)[1]}"
