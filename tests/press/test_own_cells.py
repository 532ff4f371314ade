"""What people put into notebooks and texts comes out in HTML and PDF, or is refused by its place."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
from base64 import b64decode

import pikepdf
import pytest
from builders import PARAMS
from conftest import SECRET
from doors import command
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from packs import QUARTER, elements, loads_nothing, pdf, read

DOT = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
PARAMETERS = 'quarter: str = "2019-20-Q3"\nparams: str = "params"\npublic: bool = False'
MARKDOWN = {
    "rule": "before-rule\n\n---\n\nafter-rule",
    "no title's level, no ASCII": "# Llŷn a Tŵr, £2m: Ψήφος",
    "twice": "## Notes\n\none\n\n## Notes\n\ntwo",
    "skipped level": "##### Ψήφος",
    "picture beside": "![a plan of the works](plan.png)",
    "footnote and table": "A claim.[^1]\n\n| town | crimes |\n|---|---|\n| Norton | 12 |\n\n[^1]: Its source.",
    "tasks, entity, links": "- [x] finished\n- [ ] awaited\n\nhalf&frac12; [within](#Notes)"
    " [dead](javascript:alert) ~~gone~~",
    "characters": "Seen ✔ 😀 Łódź Ελλάδα Мир שלום ✅ **🚔** 中文 ਪੰਜਾਬੀ",
}
CODE = {
    "frame": 'import pandas as pd\npd.DataFrame({"force": ["Gwent"], "crimes": [12345.5], "rate": [None],'
    ' "year": [2019]})',
    "two levels": 'pd.DataFrame({("x", "a"): [7]}, index=pd.MultiIndex.from_tuples([("p", "q")]))',
    "wide": 'pd.DataFrame({f"col{at}": [12345.678] for at in range(30)}, index=["Coast"])',
    "styler": 'pd.DataFrame({"a": [1, 2]}).style.highlight_max(color="#ffd").set_caption("Most of all")',
    "series": 'pd.Series({"Hills": 31}, name="named")',
    "figure": "import seaborn as sns\nax = sns.lineplot(x=[1, 2, 3], y=[3, 1, 2])\nax.set_title('Crimes by month')",
    "printed": "import warnings\nprint('a table that somebody printed')\nwarnings.warn('beware')",
}


def press(folder, cells, name="1_own"):
    """A run of one notebook of these cells, a picture beside it; it has doubled ids and no kernelspec."""
    notebook = new_notebook(cells=[new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), *cells])
    for cell in notebook.cells[1:]:
        cell["id"] = "doubled"
    beside = folder / "notebooks"
    beside.mkdir(parents=True)
    (beside / "plan.png").write_bytes(DOT)
    (beside / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    params = folder / "params"
    shutil.copytree(PARAMS, params)
    (params / QUARTER / "plan.png").write_bytes(DOT)
    with (params / QUARTER / "introduction.md").open("a", encoding="utf-8") as text:
        text.write(
            "\n\n![a plan of the town](plan.png)\n\n"
            "Done ✅ 中.[^1]\n\n[^1]: A note.\n\n---\n\n| a | b |\n|---|---|\n| c | d |\n"
        )
    return command(
        "perf-lib", "run", QUARTER, "--params", params, "--notebooks", beside, "--outputs", folder / "out",
        PERF_LIB_PASSWORD=SECRET,
    )  # fmt: skip


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    cells = [new_markdown_cell(each) for each in MARKDOWN.values()] + [new_code_cell(each) for each in CODE.values()]
    opening = new_code_cell("from perf_lib.report import open_report\n\nopen_report(quarter, params).introduction()")
    folder = tmp_path_factory.mktemp("own")
    ran = press(folder, [*cells, opening])
    assert ran.returncode == 0, ran.stderr
    return ran, folder / "out" / QUARTER


def text_of(path):
    return subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, encoding="utf-8", check=True).stdout


WORDS = """before-rule after-rule Llŷn Tŵr Ψήφος Notes Norton source finished awaited half½ gone Łódź Ελλάδα Мир Gwent
12,345.5 2019 Coast col0 col29 Most Hills named 😀 ✔""".split()


def test_every_word_is_in_the_page_and_in_its_pdf(own):
    _, pack = own
    for name in ("report", "pages/1_own"):
        page, printed = read(pack / f"{name}.html").get_text(" "), text_of(pack / f"{name}.pdf")
        assert [word for word in WORDS if word not in page] == []
        assert [word for word in WORDS if word not in printed] == []
        # Thirty columns of one figure: each is printed whole, and none over another.
        assert len(re.findall(r"(?<!\S)12,345\.678(?!\S)", printed)) == 30
        for gone in ("¶", "[^1]", "Text(0.5", "somebody printed", "| a |", "NaN"):
            assert gone not in page, gone
            assert gone not in printed, gone


def test_pages_load_nothing_and_have_headings_in_order_and_anchors_once(own):
    _, pack = own
    page = read(pack / "report.html")
    assert loads_nothing((pack / "report.html").read_text(encoding="utf-8")) == []
    levels = [int(tag.name[1]) for tag in page.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    anchors = [tag["id"] for tag in page.find_all(id=True)]
    assert len(anchors) == len(set(anchors))
    assert {"Notes", "Notes-2", "Llyn-a-Twr-2m"} <= set(anchors)


def test_tables_have_headed_rows_and_scroll_and_say_what_is_missing(own):
    page = read(own[1] / "pages/1_own.html")
    for table in page.find_all("table"):
        assert table.find_parent(class_="figures-table")["tabindex"] == "0"
        assert all(head.get("scope") == "col" for head in table.thead.find_all("th"))
        assert all(row.th["scope"] == "row" for row in table.tbody.find_all("tr"))
    assert "–" in page.find("td", string="12,345.5").find_parent("tr").get_text()
    assert page.find("caption", string="Most of all").find_parent("table").find("strong").get_text() == "2"
    assert page.find("th", string="x, a")


def test_pictures_are_in_the_page_with_words_and_the_pdf_claims_to_be_for_everybody(own):
    _, pack = own
    words = {"a plan of the works", "a plan of the town", "Crimes by month"}
    pictures = read(pack / "pages/1_own.html").find_all("img")
    assert {each["alt"] for each in pictures} == words
    assert all(each["src"].startswith("data:image/png;base64,") for each in pictures)
    document = pdf(pack / "pages/1_own.pdf")
    figures = [each for each in elements(document.Root.StructTreeRoot) if each.S == "/Figure"]
    assert {str(each.Alt) for each in figures} == words
    assert "pdfuaid:part" in document.Root.Metadata.read_bytes().decode()


def test_what_is_printed_otherwise_or_left_out_is_said_once_with_its_place(own):
    said = own[0].stderr
    assert re.search(r"introduction\.md, line \d+: .* prints ✅ as ✔, 中 as □", said)
    assert said.count("1_own.ipynb, cell 9: no face of the PDF") == 1
    assert "🚔 as [oncoming police car]" in said
    assert said.count("1_own, cell 16: what it prints is no part of the report") == 1
    assert said.count("1_own, cell 16: a warning was printed") == 1
    assert "1_own, cell 10: its table has no caption" in said
    assert "1_own, cell 13: its table" not in said
    assert "Traceback" not in said
    assert "Non-unique" not in said


@pytest.mark.parametrize(
    ("cell", "refusal", "code"),
    [
        (new_markdown_cell("![x](gone.png)"), "1_own.ipynb, cell 2: its picture gone.png is not there", 2),
        (new_markdown_cell("![x](../../plan.png)"), "cell 2: its picture ../../plan.png lies outside", 2),
        (new_markdown_cell("<iframe src='https://a.org'></iframe>"), "cell 2: holds <iframe>, which no page", 2),
        (new_code_cell("import ipywidgets\nipywidgets.IntSlider()"), "1_own, cell 2: shows a widget", 1),
        (new_code_cell("from IPython.display import HTML\nHTML('<script>1</script>')"), "cell 2: shows <script>", 1),
        (new_code_cell("from IPython.display import Image\nImage(b'GIF89a', format='gif', alt='x')"),
         "1_own, cell 2: the PDF could not be set", 1),
    ],
)  # fmt: skip
def test_what_no_page_can_show_is_refused_by_notebook_and_cell(tmp_path, cell, refusal, code):
    ran = press(tmp_path, [cell])
    assert refusal in ran.stderr
    assert ran.returncode == code
    assert ran.stderr.splitlines()[-1].startswith("perf-lib: ")
    assert "Traceback" not in ran.stderr
    assert "/tmp/" not in ran.stderr.splitlines()[-1].replace(str(tmp_path), "")
    assert not (tmp_path / "out" / QUARTER).exists()


def test_a_picture_without_words_is_said_and_its_pdf_makes_no_claim(tmp_path):
    ran = press(tmp_path, [new_code_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2])")])
    assert ran.returncode == 0
    assert "1_own, cell 2: its picture has no words for those who cannot see it" in ran.stderr
    with pikepdf.open(tmp_path / "out" / QUARTER / "report.pdf") as document:
        assert "pdfuaid:part" not in document.Root.Metadata.read_bytes().decode()
