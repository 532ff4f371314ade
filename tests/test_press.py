"""The press: what a pack holds, that anyone can read it, that it comes out the same twice, and what failure leaves."""

from __future__ import annotations

import csv
import hashlib
import html
import json
import platform
import re
import shutil
import sys
import tempfile
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pandas as pd
import pikepdf
import pytest
from bs4 import BeautifulSoup, Tag
from builders import PARAMS, ROOT
from conftest import USER
from doors import command, digests, notebooks, with_cell

import perf_lib
from perf_lib.press import binding
from perf_lib.press.exporters import ReportHTMLExporter, ReportPDFExporter
from perf_lib.press.run import run
from perf_lib.quarters import Quarter

QUARTER = "2019-20-Q3"
NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
PAGES = [f"pages/{name}" for name in NAMES]
ALL = ["report", *PAGES]
SAMPLE = Path(perf_lib.__file__).parent / "sample"


@cache
def read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def pdf(path: Path) -> pikepdf.Pdf:
    return pikepdf.open(path)


def findings_csv(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "findings.csv").open(encoding="utf-8", newline="") as file:
        return {row["measure"]: row for row in csv.DictReader(file)}


def published_months(measure: str, first: str, last: str) -> float:
    """The sum of months as Appendix A of the published report gives them."""
    table = pd.read_csv(SAMPLE / "facts" / "appendix_a.csv")
    of_measure = table[table["measure"] == measure].set_index("month")["value"]
    return float(of_measure.loc[first:last].sum())


# What a pack holds


def test_a_pack_holds_these_files_and_no_other(pack):
    # DESIGN, "The press", names them.
    expected = {"report.html", "report.pdf", "dashboard.xlsx", "findings.csv", "run.json"}
    expected |= {f"notebooks/{name}.ipynb" for name in NAMES}
    expected |= {f"pages/{name}.{suffix}" for name in NAMES for suffix in ("html", "pdf")}
    assert set(digests(pack)) == expected
    assert sorted(path.name for path in pack.parent.iterdir()) == [QUARTER]  # nothing is left beside it


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_are_kept_as_executed(pack, name):
    notebook = nbformat.read(pack / "notebooks" / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    (injected,) = [cell for cell in cells if "injected-parameters" in cell.metadata.get("tags", [])]
    assert f'quarter = "{QUARTER}"' in injected.source
    outputs = [output for cell in cells for output in cell.outputs]
    assert outputs
    assert not [output for output in outputs if output.output_type in ("error", "stream")]


def texts(path: Path) -> Iterator[str]:
    """All that can be read in a file, whatever it is packed in."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    elif path.suffix == ".pdf":
        for each in pdf(path).objects:
            yield each.unparse(resolved=True).decode("latin-1")
            if isinstance(each, pikepdf.String):
                yield str(each)
            if isinstance(each, pikepdf.Stream):
                yield each.read_bytes().decode("utf-8", "replace")
    else:
        text = path.read_text(encoding="utf-8")
        yield text
        for picture in re.findall(r"data:image/[^\"'\\\s)]+", text):
            yield picture_of(picture)


def picture_of(uri: str) -> str:
    kind, _, data = uri.partition(",")
    return b64decode(data).decode("latin-1") if kind.endswith(";base64") else unquote(html.unescape(data))


def test_nothing_in_a_pack_names_the_machine_or_who_ran_it(pack):
    folders = {pack.parent, ROOT, Path(sys.prefix), Path(tempfile.gettempdir()), Path.home()}
    traces = {USER} | {form for folder in map(str, folders) for form in (folder, folder.replace("\\", "\\\\"))}
    assert all(len(trace) > 3 for trace in traces), traces  # a home of "/" would be found everywhere
    looked_at = 0
    for path in sorted(p for p in pack.rglob("*") if p.is_file()):
        for text in texts(path):
            looked_at += len(text)
            assert not [trace for trace in traces if trace in text], path.name
    assert looked_at > 1_000_000  # the pictures alone come to more


REQUIRED = [
    "measure", "title", "priority", "unit", "quarter", "as_at", "quarter_value", "rolling_12", "previous_12", "change",
    "change_per_cent", "symbols",
]  # fmt: skip
# Measure, column, figure, and the paragraph of the published report for quarter three 2019-20 that gives it.
FIGURES = [
    ("crime_volume", "quarter_value", 10876, "1"),
    ("crime_volume", "rolling_12", 44433, "1"),
    ("cyber_crime", "quarter_value", 755, "34"),
    ("cyber_crime", "rolling_12", 3004, "34"),
    ("hate_crime", "quarter_value", 131, "box"),
    ("hate_crime", "rolling_12", 619, "40"),
    ("anti_social_behaviour", "quarter_value", 3808, "box"),
    ("anti_social_behaviour", "rolling_12", 16656, "57"),
    ("special_constable_hours", "quarter_value", 13628, "box"),
    ("section_136_arrests", "quarter_value", 72, "85"),
    ("section_136_arrests", "rolling_12", 280, "85"),
    ("cse_crime", "quarter_value", 20, "97"),
    ("cse_crime", "rolling_12", 131, "97"),
    ("domestic_abuse_crime", "quarter_value", 1704, "box"),
    ("domestic_abuse_crime", "rolling_12", 6659, "102"),
    ("sexual_offences", "quarter_value", 308, "box"),
    ("sexual_offences", "rolling_12", 1496, "box"),
    ("sexual_offences", "change_per_cent", -12.2, "1,496 against 1,704: 208 fewer, 208 / 1,704"),
    ("conviction_rate", "rolling_12", 88.8, "125: 4,524 of 5,095"),
    ("cracked_ineffective_trials", "quarter_value", 14.2, "133: 33 of 232"),
]


def test_findings_csv_has_a_row_a_measure_and_numbers_as_they_are(pack):
    rows = findings_csv(pack)
    assert len(rows) == 33  # the catalogue: 29 of the published report, and the four that it draws from them
    assert len((pack / "findings.csv").read_bytes().splitlines()) == 34
    columns = list(next(iter(rows.values())))
    assert [column for column in columns if column in REQUIRED] == REQUIRED
    numbers = {"quarter_value", "rolling_12", "previous_12", "change", "change_per_cent"}
    for row in rows.values():
        assert row["quarter"] == QUARTER
        for column in numbers:
            assert re.fullmatch(r"(-?\d+(\.\d+)?(e-?\d+)?)?", row[column]), (row["measure"], column, row[column])
        assert row["symbols"] == " ".join(row["symbols"].split())


@pytest.mark.parametrize(("measure", "column", "figure", "paragraph"), FIGURES)
def test_findings_csv_gives_the_published_figures(pack, measure, column, figure, paragraph):
    decimals = 1 if isinstance(figure, float) else 0
    assert round(float(findings_csv(pack)[measure][column]), decimals) == figure, paragraph


def test_the_workbook_has_the_dashboard_the_findings_and_the_months(pack):
    with zipfile.ZipFile(pack / "dashboard.xlsx") as archive:
        sheets = re.findall(r'<sheet name="([^"]+)"', archive.read("xl/workbook.xml").decode())
        assert archive.testzip() is None
        assert not [name for name in archive.namelist() if "externalLink" in name or "vba" in name.lower()]
    assert sheets == ["Cover", "Contents", "Notes", "Dashboard", "Findings", "Months"]


# The record


def record(folder: Path) -> dict:
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


def test_the_record_says_what_was_asked_and_with_which_versions(pack):
    made = record(pack)
    assert made["quarter"] == QUARTER
    assert made["parameters"] == {"quarter": QUARTER, "params": "params"}
    assert made["seconds"] > 0
    assert pd.Timestamp(made["made"]).tzinfo is not None
    assert made["versions"]["python"] == platform.python_version()
    assert made["versions"]["perf_lib"] == perf_lib.__version__
    for package in ("pandas", "papermill", "nbconvert", "typst"):
        assert made["versions"][package] == version(package)


def test_the_records_inputs_are_the_files_that_the_pack_was_made_from(pack):
    inputs = record(pack)["inputs"]
    places = {"params/": PARAMS, "notebooks/": ROOT / "notebooks", "sample:": SAMPLE}
    own_code = inputs.pop("perf_lib")
    assert re.fullmatch(r"[0-9a-f]{64}", own_code)
    for name, digest in inputs.items():
        place = next(prefix for prefix in places if name.startswith(prefix))
        content = (places[place] / name.removeprefix(place)).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest, name
    # Everything of the quarter's own, what holds for all quarters, earlier quarters as published, the figures.
    expected = {f"params/{QUARTER}/{name}" for name in digests(PARAMS / QUARTER)}
    expected |= {"params/settings.yaml", "params/measures.yaml"}
    expected |= {f"params/2019-20-{quarter}/published.csv" for quarter in ("Q1", "Q2")}
    expected |= {f"notebooks/{name}.ipynb" for name in NAMES}
    expected |= {"sample:monthly.csv", "sample:peers.csv", "sample:witness_reasons.csv"}
    assert set(inputs) == expected


def test_the_record_has_each_notebooks_result_and_each_outputs_digest(pack):
    made = record(pack)
    assert [(each["name"], each["result"]) for each in made["notebooks"]] == [(name, "executed") for name in NAMES]
    assert all(each["seconds"] > 0 for each in made["notebooks"])
    assert made["outputs"] == {name: digest for name, digest in digests(pack).items() if name != "run.json"}


# The pages


LEADS_OUT = re.compile(r"@import[^;]*|url\((?!['\"]?(?:#|data:))[^)]*")
"""What in a style leads out of the page: neither a part of it nor data that it carries."""


def loads_nothing(markup: str) -> list[str]:
    """What a browser would fetch, run or be sent to by itself, were the page opened."""
    soup = BeautifulSoup(markup, "html.parser")
    fetching = ["script", "link", "iframe", "frame", "object", "embed", "video", "audio", "source", "track", "base"]
    wrong = [str(tag)[:90] for tag in soup.find_all([*fetching, "form", "foreignObject"]) if not is_named(tag, soup)]
    for tag in soup.find_all(True):
        for name, value in tag.attrs.items():
            said = " ".join(value) if isinstance(value, list) else value
            leads_out = name in ("src", "srcset", "data", "poster", "background") and not said.startswith("data:image/")
            drawn = tag.name not in ("a", "html") and name in ("href", "xlink:href") and not said.startswith("#")
            handler = name.startswith("on") or said.strip().lower().startswith("javascript:")
            if leads_out or drawn or handler or (name == "style" and LEADS_OUT.search(said)):
                wrong.append(f"{tag.name} {name}={said[:60]}")
        if tag.name == "meta" and tag.get("http-equiv", "").lower() == "refresh":
            wrong.append(str(tag))
    for style in soup.find_all("style"):
        wrong += LEADS_OUT.findall(style.get_text())
    return wrong


REACHES_OUT = re.compile(r"fetch|XMLHttp|WebSocket|EventSource|sendBeacon|import|eval|Function|location|\.src\b")


def is_named(tag: Tag, page: BeautifulSoup) -> bool:
    """Whether a tag is a script that the page's policy names by its digest, and that reaches for nothing."""
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    if tag.name != "script" or policy is None or tag.attrs:
        return False
    digest = b64encode(hashlib.sha256(tag.get_text().encode()).digest()).decode()
    return f"script-src 'sha256-{digest}'" in policy["content"] and not REACHES_OUT.search(tag.get_text())


@pytest.mark.parametrize(
    "markup",
    [
        '<meta http-equiv="Content-Security-Policy" content="script-src *"><script>1</script>',
        '<script>1</script>', '<link rel="stylesheet" href="a.css">', '<img src="https://example.org/a.png">',
        '<img src="a.png">', "<style>@import 'a.css';</style>", "<style>p{background:url(//example.org/a)}</style>",
        '<p onclick="x()">', '<a href="javascript:x()">', '<svg><image xlink:href="https://example.org/a"/></svg>',
        '<iframe srcdoc=""></iframe>', '<meta http-equiv="refresh" content="1">', '<p style="background:url(a)">',
    ],
)  # fmt: skip
def test_what_loads_something_is_told_from_what_does_not(markup):
    assert loads_nothing(markup)


@pytest.mark.parametrize("name", ALL)
def test_a_page_loads_nothing_from_anywhere(pack, name):
    page = (pack / f"{name}.html").read_text(encoding="utf-8")
    assert loads_nothing(page) == []
    pictures = [image["src"] for image in read(pack / f"{name}.html").find_all("img")]
    assert [wrong for uri in set(pictures) for wrong in loads_nothing(picture_of(uri))] == []


@pytest.mark.parametrize("name", ALL)
def test_a_pages_policy_allows_its_own_style_script_and_pictures_and_nothing_else(pack, name):
    page = read(pack / f"{name}.html")
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    digest = {
        tag: b64encode(hashlib.sha256(page.find(tag).get_text().encode()).digest()).decode()
        for tag in ("style", "script")
    }
    assert rules == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "img-src": "data:",
        "style-src": f"'sha256-{digest['style']}'",
        "script-src": f"'sha256-{digest['script']}'",
    }
    assert len(page.find_all("style")) == len(page.find_all("script")) == 1
    assert not page.find_all(style=True)  # the policy would not apply it


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_no_code_and_nothing_meant_for_analysts(pack, name):
    notebook = nbformat.read(pack / "notebooks" / f"{name}.ipynb", as_version=4)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    code = {line.strip() for source in sources for line in source.splitlines() if re.search(r"[(=]|import|#", line)}
    analysts = [cell.source for cell in notebook.cells if "analyst" in cell.metadata.get("tags", [])]
    code |= {line.strip() for source in analysts for line in source.splitlines() if len(line) > 40}
    assert len(code) > 5
    for path in (pack / f"pages/{name}.html", pack / "report.html"):
        page = html.unescape(path.read_text(encoding="utf-8"))
        assert [line for line in code if line in page] == []
        assert read(path).find(["pre", "code"]) is None
        assert not re.search(r"\bIn\s?\[\d*\]|\bOut\s?\[\d*\]|Traceback", page)


@pytest.mark.parametrize("name", ALL)
def test_headings_start_with_one_of_the_first_level_and_skip_none(pack, name):
    levels = [int(heading.name[1]) for heading in read(pack / f"{name}.html").find_all(re.compile(r"^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    assert all(heading.get_text(strip=True) for heading in read(pack / f"{name}.html").find_all(re.compile("^h[1-6]$")))


@pytest.mark.parametrize("name", ALL)
def test_a_page_says_its_language_and_title(pack, name):
    page = read(pack / f"{name}.html")
    assert page.html["lang"] == "en-GB"  # settings.language, which the sample leaves as it is
    assert "Wiltshire Police" in page.title.get_text()
    assert "quarter three 2019-20" in page.title.get_text()


@pytest.mark.parametrize("name", ALL)
def test_every_picture_has_words_or_says_that_it_needs_none(pack, name):
    page = read(pack / f"{name}.html")
    pictures = page.find_all("img")
    assert all("alt" in picture.attrs for picture in pictures)
    charts = [picture for picture in pictures if "chart" in picture["class"]]
    assert len(charts) == len(page.find_all("figure"))
    # What a chart shows takes more than its name to say: a sentence at the least.
    assert all(len(chart["alt"].split()) >= 10 for chart in charts)
    # A picture without words stands beside the words: in a line, or in a row, that says the same.
    bare = [picture for picture in pictures if not picture["alt"].strip()]
    assert all(picture.find_parent(["li", "p", "tr"]).get_text(strip=True) for picture in bare)


@pytest.mark.parametrize("name", ALL)
def test_links_within_a_page_lead_to_one_place(pack, name):
    page = read(pack / f"{name}.html")
    places = [tag["id"] for tag in page.find_all(id=True)]
    assert len(places) == len(set(places))
    links = [link["href"] for link in page.find_all("a")]
    inner = [unquote(link[1:]) for link in links if link.startswith("#")]
    assert inner
    assert sorted(set(inner) - set(places)) == []
    # What leads out of the page is a person's reference, read by clicking: never a file beside the page.
    assert all(link.startswith(("#", "https://")) for link in links), links


def test_the_contents_lead_to_every_part_and_measure(pack):
    page = read(pack / "report.html")
    listed = {link["href"][1:] for link in page.nav.find_all("a")}
    assert {tag["id"] for tag in page.main.find_all("h2")} <= listed
    assert set(findings_csv(pack)) <= listed  # each measure's heading has its code for an anchor


@pytest.mark.parametrize("name", ALL)
def test_tables_have_captions_and_headed_rows_and_columns(pack, name):
    for table in read(pack / f"{name}.html").find_all("table"):
        assert table.caption.get_text(strip=True)
        assert all(cell.get("scope") == "col" for cell in table.thead.find_all("th"))
        for row in table.tbody.find_all("tr"):
            assert [cell.get("scope") for cell in row.find_all("th")] == ["row"]


def numbered(page: BeautifulSoup) -> dict[int, str]:
    """The numbered paragraphs of a page, in its order."""
    found: list[Tag] = page.find_all(attrs={"data-number": True})
    told = {int(tag["data-number"]): tag.get_text(" ", strip=True) for tag in found}
    assert len(told) == len(found)
    return told


def test_paragraphs_are_numbered_through_and_the_same_on_each_notebooks_page(pack):
    whole = numbered(read(pack / "report.html"))
    assert list(whole) == list(range(1, len(whole) + 1))
    assert len(whole) > 100  # the published report, with the same parts, has 187
    assert all(whole.values())
    assert len(read(pack / "report.html").find_all("div", class_="paragraph")) == len(whole)
    parts = [numbered(read(pack / f"{page}.html")) for page in PAGES]
    assert [item for part in parts for item in part.items()] == list(whole.items())


# The PDF


def elements(node: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """The structure elements of a tagged PDF, in reading order."""
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from elements(kid)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node.K)


def bookmarks(document: pikepdf.Pdf) -> list[tuple[int, str, int]]:
    """Level, title and page (from 0) of each bookmark."""
    found = []

    def walk(items: list[pikepdf.OutlineItem], level: int) -> None:
        for item in items:
            found.append((level, item.title, document.pages.index(pikepdf.Page(item.destination[0]))))
            walk(item.children, level + 1)

    with document.open_outline(max_depth=6) as outline:
        walk(outline.root, 1)
    return found


def drawn(page: pikepdf.Page) -> tuple[int, int]:
    """How often a page shows text and pictures, headers and footers left out (they are tagged as artefacts)."""
    inside: list[bool] = []
    text = pictures = 0
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) in ("BMC", "BDC"):
            inside.append(operands[0] == "/Artifact")
        elif str(operator) == "EMC":
            inside.pop()
        elif not any(inside):
            text += str(operator) in ("Tj", "TJ", "'", '"')
            pictures += str(operator) == "Do"
    return text, pictures


@pytest.mark.parametrize("name", ALL)
def test_a_pdf_is_tagged_and_says_that_it_is_pdf_ua(pack, name):
    document = pdf(pack / f"{name}.pdf")
    root = document.Root
    assert bool(root.MarkInfo.Marked) is True
    assert "/StructTreeRoot" in root
    assert str(root.Lang) == "en-GB"
    assert bool(root.ViewerPreferences.DisplayDocTitle) is True
    with document.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == read(pack / f"{name}.html").title.get_text(strip=True)
    # ISO 14289-1, 7.1: everything on a page is tagged or an artefact, and the tags have a reading order.
    assert all("/StructParents" in page for page in document.pages)
    kinds = [str(element.S) for element in elements(root.StructTreeRoot)]
    assert kinds[0] == "/Document"
    assert kinds.count("/H1") == 1


@pytest.mark.parametrize("name", ALL)
def test_a_pdf_carries_its_fonts(pack, name):
    fonts = [each for each in pdf(pack / f"{name}.pdf").objects if is_dictionary(each, "/Font")]
    assert fonts
    for font in fonts:
        carriers = font.DescendantFonts if font.Subtype == "/Type0" else [font]
        for carrier in carriers:
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(carrier.FontDescriptor.keys()), font.BaseFont


def is_dictionary(each: pikepdf.Object, kind: str) -> bool:
    return isinstance(each, pikepdf.Dictionary) and each.get("/Type") == kind


@pytest.mark.parametrize("name", ALL)
def test_every_picture_of_a_pdf_has_the_words_of_its_page(pack, name):
    root = pdf(pack / f"{name}.pdf").Root
    figures = [element for element in elements(root.StructTreeRoot) if element.S == "/Figure"]
    words = [" ".join(str(figure.get("/Alt", "")).split()) for figure in figures]
    assert all(words)
    on_page = [" ".join(image["alt"].split()) for image in read(pack / f"{name}.html").find_all("img") if image["alt"]]
    assert words == on_page


def test_the_reports_bookmarks_are_its_headings(pack):
    found = [(level, title) for level, title, _ in bookmarks(pdf(pack / "report.pdf"))]
    headings = read(pack / "report.html").main.find_all(["h1", "h2", "h3", "h4"])
    assert found == [(int(heading.name[1]), heading.get_text(" ", strip=True)) for heading in headings]


@pytest.mark.parametrize("name", ALL)
def test_no_page_of_a_pdf_is_blank(pack, name):
    pages = [drawn(page) for page in pdf(pack / f"{name}.pdf").pages]
    assert all(text + pictures > 0 for text, pictures in pages), pages


def test_the_report_is_long_and_only_appendix_a_lies_on_its_side(pack):
    document = pdf(pack / "report.pdf")
    assert len(document.pages) > 30  # 33 measures, most with a chart of their own; the published one has 52
    places = bookmarks(document)
    at = next(number for number, (_, title, _) in enumerate(places) if title.startswith("Appendix A"))
    appendix = places[at][2]
    after = next((page for level, _, page in places[at + 1 :] if level == 2), len(document.pages))
    for number, page in enumerate(document.pages):
        _, _, width, height = page.mediabox
        # A4 is 210 by 297 mm: 595 by 842 points.
        expected = (842, 595) if appendix <= number < after else (595, 842)
        assert (float(width), float(height)) == pytest.approx(expected, abs=1), f"page {number + 1}"


# The same again


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


# Notebooks that fail


RAISING, DYING = "5_service_delivery_plan", "6_dashboard"


@pytest.fixture(scope="module")
def failure(pack, tmp_path_factory):
    """A run over an earlier pack in which a cell of one notebook raises and the kernel of another dies."""
    folder = tmp_path_factory.mktemp("failure")
    spoilt = notebooks(folder / "notebooks", "0_introduction", RAISING, DYING)
    with_cell(spoilt / f"{RAISING}.ipynb", 'raise ValueError("the third of\\nthe month")')
    with_cell(spoilt / f"{DYING}.ipynb", "import os\n\nos._exit(3)")
    shutil.copytree(pack, folder / "out" / QUARTER)
    said = command("perf-lib", "run", QUARTER, "--params", PARAMS, "--notebooks", spoilt, "--outputs", folder / "out")
    return said, folder / "out"


def kept(out: Path, name: str) -> list[nbformat.NotebookNode]:
    notebook = nbformat.read(out / f"{QUARTER}.failed" / f"{name}.ipynb", as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def errors(cells: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    return [output for cell in cells for output in cell.outputs if output.output_type == "error"]


def test_failed_notebooks_are_said_in_one_line_with_exit_code_1(failure):
    said, _ = failure
    assert said.returncode == 1
    assert "the pack is made" not in said.stdout
    assert "Traceback" not in said.stderr + said.stdout
    last = said.stderr.splitlines()[-1]
    assert re.search(rf"^perf-lib: {RAISING}, cell \d+: ValueError: the third of;", last), last
    assert re.search(rf"{DYING}, .*[Kk]ernel died", last), last
    assert f"{QUARTER}.failed" in last


def test_failed_notebooks_leave_the_earlier_pack_as_it_was(failure, pack):
    _, out = failure
    assert digests(out / QUARTER) == digests(pack)
    assert sorted(path.name for path in out.iterdir()) == [QUARTER, f"{QUARTER}.failed"]


def test_the_other_notebooks_are_executed_and_kept(failure):
    _, out = failure
    cells = kept(out, "0_introduction")
    assert all(cell.execution_count for cell in cells)
    assert not errors(cells)
    assert "Police" in json.dumps(cells)
    assert sorted(p.name for p in (out / f"{QUARTER}.failed").iterdir()) == [
        f"{name}.ipynb" for name in ("0_introduction", RAISING, DYING)
    ]


@pytest.mark.parametrize("name", [RAISING, DYING])
def test_a_failed_notebook_is_kept_as_far_as_it_came_with_its_error(failure, name):
    _, out = failure
    cells = kept(out, name)
    shown = [cell for cell in cells if any(output.output_type == "execute_result" for output in cell.outputs)]
    assert shown, "what ran before the failure is not kept"
    assert errors(cells) or "died" in json.dumps(cells), "the error is not marked"
    assert not cells[-1].outputs  # the cell after the failure did not run


def test_a_failure_without_an_earlier_pack_leaves_none(tmp_path):
    spoilt = notebooks(tmp_path / "notebooks", RAISING)
    with_cell(spoilt / f"{RAISING}.ipynb", "1 / 0")
    said = command("perf-lib", "run", QUARTER, "--notebooks", spoilt, "--outputs", tmp_path / "out")
    assert said.returncode == 1
    assert "ZeroDivisionError: division by zero" in said.stderr.splitlines()[-1]
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"{QUARTER}.failed"]


def test_a_parameter_that_a_notebook_lacks_is_refused_before_anything_runs(tmp_path):
    spoilt = notebooks(tmp_path / "notebooks", "0_introduction", DYING)
    path = spoilt / f"{DYING}.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('quarter = \\"2019', 'quater = \\"2019'), encoding="utf-8")
    said = command("perf-lib", "run", QUARTER, "--notebooks", spoilt, "--outputs", tmp_path / "out")
    assert said.returncode == 2
    (line,) = said.stderr.splitlines()  # so no notebook was said to be executed either
    assert f"{DYING}.ipynb" in line
    assert "'quarter'" in line
    assert "did you mean quater?" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("empty", ""),
        ("cut short", '{"cells": ['),
        ("not a notebook", "[1, 2]"),
    ],
)
def test_a_file_that_is_no_notebook_is_refused_in_one_line(tmp_path, what, content):
    spoilt = notebooks(tmp_path / "notebooks", "0_introduction")
    (spoilt / "9_spoilt.ipynb").write_text(content, encoding="utf-8")
    said = command("perf-lib", "run", QUARTER, "--notebooks", spoilt, "--outputs", tmp_path / "out")
    assert said.returncode == 2, what
    (line,) = said.stderr.splitlines()
    assert "9_spoilt.ipynb" in line
    assert not (tmp_path / "out").exists()


def test_a_parameters_cell_that_is_not_python_is_refused_in_one_line(tmp_path):
    spoilt = notebooks(tmp_path / "notebooks", RAISING)
    path = spoilt / f"{RAISING}.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('quarter = \\"2019-20-Q3\\"', 'quarter = \\"2019-20-Q3'), encoding="utf-8")
    said = command("perf-lib", "run", QUARTER, "--notebooks", spoilt, "--outputs", tmp_path / "out")
    assert said.returncode == 2
    (line,) = said.stderr.splitlines()
    assert f"{RAISING}.ipynb" in line
    assert not (tmp_path / "out").exists()


def test_an_outputs_folder_that_is_a_file_is_refused_in_one_line(tmp_path):
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    said = command("perf-lib", "run", QUARTER, "--outputs", tmp_path / "out")
    assert said.returncode == 2
    assert "Traceback" not in said.stderr
    assert "out" in said.stderr.splitlines()[-1]
    assert (tmp_path / "out").read_text(encoding="utf-8") == "a file"


# Other doors to the same notebooks


def test_plain_papermill_executes_a_notebook_with_its_defaults(tmp_path):
    done = tmp_path / "done.ipynb"
    said = command("papermill", f"{RAISING}.ipynb", done, "--no-progress-bar", cwd=ROOT / "notebooks")
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


def test_nbconvert_has_the_report_as_pdf(pack, tmp_path):
    executed = pack / "notebooks" / "6_dashboard.ipynb"
    said = command("jupyter", "nbconvert", "--to", "perf_report_pdf", executed, "--output-dir", tmp_path)
    assert said.returncode == 0, said.stderr
    document = pdf(tmp_path / "6_dashboard.pdf")
    with document.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
    assert any(float(page.mediabox[2]) > float(page.mediabox[3]) for page in document.pages)


# Earlier quarters, from the same data


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
        assert [row.th.get_text() for row in box.tbody.find_all("tr")] == ["One"]
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
    assert [row.th.get_text() for row in box.tbody.find_all("tr")] == ["One", "Two"]
    # The published report's own box: "Q1: 1,594 crimes; 6,516 rolling 12 months Q2: 1,735 crimes; 6,610 …".
    assert [row.find_all("td")[-1].get_text() for row in box.tbody.find_all("tr")] == ["1,594 / 6,516", "1,735 / 6,610"]
