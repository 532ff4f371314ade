"""The same again: the same bytes elsewhere and later, and only what has changed made anew."""

from __future__ import annotations

import re
import shutil
import sys
import threading
from pathlib import Path

import nbformat
import pytest
from builders import PARAMS, ROOT
from doors import command, digests, notebooks, with_cell
from packs import ALL, QUARTER, record

from perf_lib.press import binding
from perf_lib.press.exporters import ReportHTMLExporter, ReportPDFExporter
from perf_lib.press.jobs import can_fork
from perf_lib.press.pack import run
from perf_lib.words.quarters import Quarter


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
    pages = [binding.page(each) for each in executed]
    binding.numbered(pages[1], binding.numbered(pages[0]))
    whole = binding.joined(pages)
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
    assert len(printed) == 2 * (len(ALL) + 2) + 1  # each page, the briefing and the audit twice, and findings.csv
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
        return said.stdout + said.stderr

    page = tmp_path / "o" / QUARTER / "report.html"
    assert "the pack is made" in again()
    made = digests(tmp_path / "o")
    assert "nothing has changed" in again()
    assert digests(tmp_path / "o") == made

    words = params / QUARTER / "commentary" / "sexual_offences.md"
    written = words.read_text(encoding="utf-8")
    words.write_text(written + "\nAn added paragraph says {{ rolling_12 }}.\n", "utf-8")
    assert "audit rendered" in again()  # which counts sentences without a typed figure
    assert "An added paragraph says 1,496." in page.read_text(encoding="utf-8")  # 1,496: box of the published report
    words.write_text(written + "\nWhat was added says {{ rolling_12 }}.\n", "utf-8")
    assert "audit not rendered again: nothing on it has changed" in again()
    assert "What was added says 1,496." in page.read_text(encoding="utf-8")
    assert "nothing has changed since the pack" in again()

    page.write_text("tampered with", encoding="utf-8")
    assert "the pack is made" in again()
    assert "What was added" in page.read_text(encoding="utf-8")


def results(folder: Path) -> dict[str, str]:
    return {each["name"]: each["result"] for each in record(folder)["notebooks"]}


def test_a_change_runs_only_the_notebooks_that_read_it(params_copy, tmp_path):
    params = params_copy()
    few = notebooks(tmp_path / "few", "2_protect_vulnerable", "5_service_delivery_plan")
    (tmp_path / "beside.txt").write_text("first", encoding="utf-8")
    with_cell(few / "5_service_delivery_plan.ipynb", 'from pathlib import Path\n\nPath("beside.txt").read_text()')

    def again(**more: bool) -> dict[str, str]:
        return results(run(Quarter.parse(QUARTER), params, tmp_path / "out", few, **more).folder)

    two, five = "2_protect_vulnerable", "5_service_delivery_plan"
    assert again() == {two: "executed", five: "executed"}
    words = params / QUARTER / "commentary" / "sexual_offences.md"
    words.write_text(words.read_text(encoding="utf-8") + "\n\nAn added paragraph says {{ rolling_12 }}.\n", "utf-8")
    assert again() == {two: "executed", five: "kept"}
    incremental = digests(tmp_path / "out" / QUARTER)
    assert again(force=True) == {two: "executed", five: "executed"}
    whole = digests(tmp_path / "out" / QUARTER)
    # Paragraphs after the added one have new numbers on every page, executed again or not.
    made = [name for name in whole if name.endswith((".html", ".pdf", ".csv", ".ipynb"))]
    assert len(made) >= 9
    assert [name for name in made if incremental[name] != whole[name]] == []
    (tmp_path / "beside.txt").write_text("second", encoding="utf-8")  # a file that only its own cell knows of
    assert again() == {two: "kept", five: "executed"}
    # Figures are everybody's: a threshold of theirs makes every notebook stale.
    settings = params / "settings.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n# A comment.\n", encoding="utf-8")
    assert again() == {two: "executed", five: "executed"}


def test_what_changed_is_read_again_only_when_it_would_say_something_else(params_copy, tmp_path):
    params = params_copy()
    few = notebooks(tmp_path / "few", "2_protect_vulnerable", "7_what_changed")
    (quarter, before), name = (QUARTER, "2019-20-Q2"), "sexual_offences.md"
    now, then = (params / each / "commentary" / name for each in (quarter, before))

    def again() -> list[str]:
        pack = run(Quarter.parse(quarter), params, tmp_path / "out", few).folder
        return [name for name, result in results(pack).items() if result == "executed"]

    def says(text: str) -> bool:
        page = tmp_path / "out" / quarter / "pages" / "7_what_changed.html"
        return re.search(rf"Sexual offences[^.]*{text}", page.read_text(encoding="utf-8")) is not None

    assert again() == ["2_protect_vulnerable", "7_what_changed"]
    with now.open("a", encoding="utf-8") as file:
        file.write("\nA paragraph of this quarter alone, which nobody wrote in the one before.\n")
    assert again() == ["2_protect_vulnerable"]  # which text was carried over is as it was
    assert not says("word for word")
    then.write_text(now.read_text(encoding="utf-8"), encoding="utf-8")
    assert again() == ["7_what_changed"]
    assert says("is word for word that of")
    assert run(Quarter.parse(quarter), params, tmp_path / "out", few).made is False


READING = """
from pathlib import Path
from perf_lib.press.reads import record
from perf_lib.report.known_parts import answer_of, by_answer

class Desk:
    @by_answer
    def lines(self):
        return len(Path("inner.txt").read_text().splitlines())

    @by_answer
    def lost(self):
        return Path("lost.txt").read_text()

reads = []
record(reads.append, within=Path.cwd())
Path("outer.txt").read_text()
Desk().lines()
try:
    Desk().lost()
except FileNotFoundError:
    Path("last.txt").read_text()
first, stranger = answer_of(Desk(), "lines"), answer_of(Desk(), "__repr__")
Path("inner.txt").write_text("other words, as many lines")
same = answer_of(Desk(), "lines") == first
Path("inner.txt").write_text("now there are\\ntwo")
print(same, answer_of(Desk(), "lines") == first, stranger == "", first, *reads[:4])
"""


def test_a_part_that_is_known_by_its_answer_is_recorded_by_it(tmp_path):
    for name in ("outer", "inner", "last"):
        (tmp_path / f"{name}.txt").write_text(name, encoding="utf-8")
    said = command(sys.executable, "-c", READING, cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    *verdicts, digest, one, two, three, four = said.stdout.split()
    assert verdicts == ["True", "False", "True"]
    # A part that raised has no answer: whatever it is asked next time is another one.
    told = [Path(line).name for line in (one, two, three, four)]
    assert told == ["outer.txt", f"answer:lines:{digest}", "answer:lost:", "last.txt"]


ODDITIES = """\
import asyncio, os, sys
from base64 import b64decode
import matplotlib.pyplot as plt
from IPython.display import HTML, display, update_display

plt.plot([1, 3, 2])
print(__name__)
print("to the other stream", file=sys.stderr)
os.system("echo past Python")
await asyncio.sleep(0)
display(HTML("<b>first</b>"), display_id="one")
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
display({"image/png": b64decode(PNG)}, raw=True)
update_display(HTML("<b>then</b>"), display_id="one")
class Own: pass
import pickle; pickle.loads(pickle.dumps(Own()))
6 * 7"""


@pytest.mark.parametrize("how", ["spawned", "kernels"])
def test_notebooks_show_the_same_in_the_press_itself_in_spawned_jobs_and_by_ordinary_kernels(
    tmp_path, monkeypatch, how
):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # where it is set, ipykernel leaves alone what is printed past Python
    few = notebooks(tmp_path / "few", "5_service_delivery_plan")
    with_cell(few / "5_service_delivery_plan.ipynb", ODDITIES)
    said = command("perf-lib", "run", QUARTER, "--notebooks", few, "--outputs", tmp_path / "usual")
    assert said.returncode == 0, said.stderr
    if how == "kernels":
        said = command("perf-lib", "run", QUARTER, "--kernels", "--notebooks", few, "--outputs", tmp_path / "other")
        assert said.returncode == 0, said.stderr
    else:
        over = threading.Event()
        other = threading.Thread(target=over.wait)
        other.start()  # a process with a second thread is not forked from
        try:
            assert not can_fork()
            run(Quarter.parse(QUARTER), PARAMS, tmp_path / "other", few)
        finally:
            over.set()
            other.join()
    path = "notebooks/5_service_delivery_plan.ipynb"
    usual, others = (tmp_path / folder / QUARTER for folder in ("usual", "other"))
    shown = nbformat.read(usual / path, as_version=4).cells[-2].outputs
    kinds = [output.name if output.output_type == "stream" else output.output_type for output in shown]
    assert kinds == ["stdout", "stderr", "display_data", "display_data", "execute_result", "display_data", "stdout"]
    assert [_sorted(cell.outputs) for cell in nbformat.read(usual / path, as_version=4).cells if "outputs" in cell] == [
        _sorted(cell.outputs) for cell in nbformat.read(others / path, as_version=4).cells if "outputs" in cell
    ]
    alike = [name for name in digests(usual) if name.endswith((".html", ".pdf", ".csv"))]
    assert len(alike) == 7
    assert [name for name in alike if digests(usual)[name] != digests(others)[name]] == []


def _sorted(outputs: list[nbformat.NotebookNode]) -> list[tuple[str, str]]:
    """Outputs whatever their order, each stream's lines as one: a kernel's streams come by ways of their own."""
    lines = [(o.name, line) for o in outputs if o.output_type == "stream" for line in o.text.splitlines()]
    return sorted([*lines, *((o.output_type, str(o.get("data"))) for o in outputs if o.output_type != "stream")])
