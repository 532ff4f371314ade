"""Other doors to the same notebooks, and earlier quarters from the same data."""

from __future__ import annotations

import json
import re
import zipfile

import nbformat
from builders import PARAMS, ROOT
from doors import command, notebooks
from packs import drawn, findings_csv, loads_nothing, numbered, pdf, published_months, read

from perf_lib.press.pack import run
from perf_lib.words.quarters import Quarter


def test_plain_papermill_executes_a_notebook_with_its_defaults(tmp_path):
    done = tmp_path / "done.ipynb"
    said = command("papermill", "5_service_delivery_plan.ipynb", done, "--no-progress-bar", cwd=ROOT / "notebooks")
    assert said.returncode == 0, said.stderr
    shown = json.dumps(nbformat.read(done, as_version=4).cells)
    assert "objective-3.09" in shown  # the last objective of the deep dive in params/2019-20-Q3/settings.yaml


def test_nbconvert_has_the_report_as_html(pack, tmp_path):
    executed = pack / "notebooks" / "1_prevent_crime.ipynb"
    said = command("jupyter", "nbconvert", "--to", "perf_report_html", executed, "--output-dir", tmp_path)
    assert said.returncode == 0, said.stderr
    page = read(tmp_path / "1_prevent_crime.html")
    assert page.html["lang"] == "en-GB"
    assert [heading.get_text() for heading in page.find_all("h1")] == ["Prevent crime"]  # the notebook's title
    assert loads_nothing((tmp_path / "1_prevent_crime.html").read_text(encoding="utf-8")) == []
    # The same parts as the press's page, its paragraphs numbered from 1.
    ours = read(pack / "pages" / "1_prevent_crime.html")
    assert list(numbered(page).values()) == list(numbered(ours).values())
    assert next(iter(numbered(page))) == 1
    assert [image["alt"] for image in page.find_all("img")] == [image["alt"] for image in ours.find_all("img")]


def test_nbconvert_executes_a_notebook_and_exports_it(tmp_path):
    asked = ("jupyter", "nbconvert", "--execute", "--to", "perf_report_html", "2_protect_vulnerable.ipynb")
    said = command(*asked, "--output-dir", tmp_path, cwd=ROOT / "notebooks")
    assert said.returncode == 0, said.stderr
    assert len(numbered(read(tmp_path / "2_protect_vulnerable.html"))) > 10
    assert 'class="marking">OFFICIAL' in (tmp_path / "2_protect_vulnerable.html").read_text(encoding="utf-8")


def test_nbconvert_has_the_report_as_pdf(pack, tmp_path):
    executed = pack / "notebooks" / "6_dashboard.ipynb"
    said = command("jupyter", "nbconvert", "--to", "perf_report_pdf", executed, "--output-dir", tmp_path)
    assert said.returncode == 0, said.stderr
    document = pdf(tmp_path / "6_dashboard.pdf")
    with document.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
    assert any(float(page.mediabox[2]) > float(page.mediabox[3]) for page in document.pages)


def test_quarter_one_is_made_whole_as_it_stands_at_its_own_end(tmp_path):
    said = command("perf-lib", "run", "2019-20-Q1", "--outputs", tmp_path)
    assert said.returncode == 0, said.stderr
    folder = tmp_path / "2019-20-Q1"
    rows = findings_csv(folder)
    assert len(rows) == 33
    assert max(row["as_at"] for row in rows.values()) == "2019-06"
    # April to June 2019 by Appendix A: 3,464 + 3,908 + 3,601.
    assert (
        float(rows["crime_volume"]["quarter_value"]) == published_months("crime_volume", "2019-04", "2019-06") == 10973
    )
    page = read(folder / "report.html")
    assert "Quarter one 2019-20 (April to June 2019)" in page.main.get_text()
    with zipfile.ZipFile(folder / "dashboard.xlsx") as archive:
        months = set(re.findall(r"<t>(\d{4}-\d{2})</t>", archive.read("xl/sharedStrings.xml").decode()))
    assert max(months) == "2019-06"
    bars = [image["alt"] for image in page.find_all("img") if image["alt"].startswith("Bar chart")]
    assert any("June 2019" in words for words in bars)
    assert not [words for words in bars if re.search(r"(July|August|September|October|November|December) 2019", words)]
    for box in page.find_all("table", class_="box"):
        assert [row.th.get_text() for row in box.tbody.find_all("tr")] == ["Quarter one"]
    assert list(numbered(page)) == list(range(1, len(numbered(page)) + 1))
    places = {tag["id"] for tag in page.find_all(id=True)}
    assert {link["href"][1:] for link in page.find_all("a", href=re.compile("^#"))} <= places
    assert all(text + pictures > 0 for text, pictures in map(drawn, pdf(folder / "report.pdf").pages))


def test_quarter_two_has_its_own_months_and_what_was_first_published(tmp_path):
    few = notebooks(tmp_path / "few", "0_introduction", "2_protect_vulnerable")
    made = run(Quarter.parse("2019-20-Q2"), params=PARAMS, outputs=tmp_path / "out", notebooks=few)
    rows = findings_csv(made.folder)
    # July to September 2019 by Appendix A: 4,119 + 3,958 + 3,755.
    assert (
        float(rows["crime_volume"]["quarter_value"]) == published_months("crime_volume", "2019-07", "2019-09") == 11832
    )
    assert max(row["as_at"] for row in rows.values()) == "2019-09"
    page = read(made.folder / "report.html")
    box = page.find(id="domestic_abuse_crime").find_parent(class_="headline").table
    assert [row.th.get_text() for row in box.tbody.find_all("tr")] == ["Quarter one", "Quarter two"]
    # The published report's own box: "Q1: 1,594 crimes; 6,516 rolling 12 months". What quarter two itself published is
    # for later reports: a pack that read it would be stale as soon as it was published.
    assert [row.find_all("td")[-1].get_text() for row in box.tbody.find_all("tr")] == ["1,594 / 6,516", ""]
