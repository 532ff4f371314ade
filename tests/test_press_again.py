"""The same again: the same bytes elsewhere and later, and only what has changed made anew."""

from __future__ import annotations

import re
import shutil

import nbformat
from builders import PARAMS, ROOT
from doors import command, digests, notebooks
from packs import ALL, QUARTER

from perf_lib.press import binding
from perf_lib.press.exporters import ReportHTMLExporter, ReportPDFExporter
from perf_lib.press.run import run
from perf_lib.quarters import Quarter


def test_the_same_notebook_is_rendered_to_the_same_bytes(pack):
    notebook = nbformat.read(pack / "notebooks" / "1_prevent_crime.ipynb", as_version=4)
    before = nbformat.writes(notebook)

    def rendered() -> tuple[str, bytes]:
        page, _ = ReportHTMLExporter().from_notebook_node(notebook)
        document, _ = ReportPDFExporter().from_notebook_node(notebook)
        return page, document

    assert rendered() == rendered()
    assert nbformat.writes(notebook) == before  # and the caller's notebook is left alone


def test_binding_leaves_executed_notebooks_as_they_were(pack):
    paths = [pack / "notebooks" / f"{name}.ipynb" for name in ("5_service_delivery_plan", "2_protect_vulnerable")]
    executed = [nbformat.read(path, as_version=4) for path in paths]
    before = [nbformat.writes(each) for each in executed]
    whole = binding.bind([binding.page(each) for each in executed])
    assert [nbformat.writes(each) for each in executed] == before
    page, _ = ReportHTMLExporter().from_notebook_node(whole)
    numbers = [int(number) for number in re.findall(r'data-number="(\d+)"', page)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert page.index("objective-3.01") < page.index("section_136_arrests")  # in the order asked, not by name


def test_another_place_and_time_make_the_same_report_byte_for_byte(pack, tmp_path):
    shutil.copytree(PARAMS, tmp_path / "elsewhere" / "params")
    shutil.copytree(ROOT / "notebooks", tmp_path / "elsewhere" / "notebooks")
    said = command(
        "perf-lib", "run", QUARTER, "--force", "--outputs", "out", cwd=tmp_path / "elsewhere",
        PYTHONHASHSEED="1", TZ="Pacific/Auckland", LC_ALL="C",
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    again, first = digests(tmp_path / "elsewhere" / "out" / QUARTER), digests(pack)
    printed = [name for name in first if name.endswith((".html", ".pdf", ".csv"))]
    assert len(printed) == 2 * len(ALL) + 1
    assert [name for name in printed if again[name] != first[name]] == []


def test_a_pack_that_is_current_is_left_alone(pack, tmp_path):
    shutil.copytree(pack, tmp_path / QUARTER)
    before = digests(tmp_path)
    assert run(Quarter.parse(QUARTER), params=PARAMS, outputs=tmp_path).made is False
    assert digests(tmp_path) == before


def test_only_a_change_makes_the_pack_again(params_copy, tmp_path):
    params, few = params_copy(), notebooks(tmp_path / "few", "2_protect_vulnerable")

    def again() -> str:
        said = command("perf-lib", "run", QUARTER, "--params", params, "--notebooks", few, "--outputs", tmp_path / "o")
        assert said.returncode == 0, said.stderr
        return said.stdout

    page = tmp_path / "o" / QUARTER / "report.html"
    assert "the pack is made" in again()
    made = digests(tmp_path / "o")
    assert "nothing has changed" in again()
    assert digests(tmp_path / "o") == made

    with (params / QUARTER / "commentary" / "sexual_offences.md").open("a", encoding="utf-8") as file:
        file.write("\nAn added paragraph says {{ rolling_12 }}.\n")
    assert "the pack is made" in again()
    assert "An added paragraph says 1,496." in page.read_text(encoding="utf-8")  # 1,496: box of the published report
    assert "nothing has changed" in again()

    page.write_text("tampered with", encoding="utf-8")
    assert "the pack is made" in again()
    assert "An added paragraph" in page.read_text(encoding="utf-8")
