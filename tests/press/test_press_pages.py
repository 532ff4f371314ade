"""The HTML pages: anyone can read them, and they load nothing."""

from __future__ import annotations

import hashlib
import html
import re
from base64 import b64encode
from itertools import pairwise
from urllib.parse import unquote

import nbformat
import pytest
from packs import ALL, NAMES, PAGES, findings_csv, loads_nothing, numbered, picture_of, read


@pytest.mark.parametrize(
    "markup",
    [
        '<meta http-equiv="Content-Security-Policy" content="script-src *"><script>1</script>',
        '<script>1</script>', '<link rel="stylesheet" href="a.css">', '<img src="https://example.org/a.png">',
        '<img src="a.png">', "<style>@import 'a.css';</style>", "<style>p{background:url(//example.org/a)}</style>",
        '<p onclick="x()">', '<a href="javascript:x()">', '<svg><image xlink:href="https://example.org/a"/></svg>',
        '<picture><source srcset="data:image/png,a https://example.org/a.png"></picture>',
        '<video><source srcset="data:image/png,a"></video>',
        '<iframe srcdoc=""></iframe>', '<meta http-equiv="refresh" content="1">', '<p style="background:url(a)">',
    ],
)  # fmt: skip
def test_what_loads_something_is_told_from_what_does_not(markup):
    assert loads_nothing(markup)


@pytest.mark.parametrize("name", ALL)
def test_a_page_loads_nothing_from_anywhere(pack, name):
    page = (pack / f"{name}.html").read_text(encoding="utf-8")
    assert loads_nothing(page) == []
    drawn = read(pack / f"{name}.html")
    pictures = [image["src"] for image in drawn.find_all("img")] + [each["srcset"] for each in drawn.find_all("source")]
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
    links = [link["href"] for link in page.find_all("a") if "download" not in link.attrs]
    inner = [unquote(link[1:]) for link in links if link.startswith("#")]
    assert inner
    assert sorted(set(inner) - set(places)) == []
    # What leads out of the page is a person's reference, or a file of the same pack that is there.
    beside = [link for link in links if not link.startswith(("#", "https://"))]
    assert beside
    assert [link for link in beside if not ((pack / name).parent / link).is_file()] == []


def test_the_report_leads_to_all_that_a_reader_could_take_from_the_pack(pack):
    links = {link["href"] for link in read(pack / "report.html").find("div", class_="files").find_all("a")}
    kinds = ("*.html", "*.pdf", "*.xlsx", "*.ods", "*.csv", "pages/*.html")
    files = {path.relative_to(pack).as_posix() for kind in kinds for path in pack.glob(kind)}
    assert links == files - {"report.html", "pages/audit.html"}  # the audit is for reviewers


@pytest.mark.parametrize("name", ALL)
def test_what_can_be_taken_away_is_in_the_page(pack, name):
    page = read(pack / f"{name}.html")
    taken = {link["download"].rsplit(".", 1)[1]: link["href"].split(",")[0] for link in page.select("a[download]")}
    assert taken in ({}, {"csv": "data:text/csv;charset=utf-8", "svg": "data:image/svg+xml"})
    assert len(page.select("a[download]")) == 2 * len(page.select("figure.chart"))


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


def test_paragraphs_are_numbered_through_and_the_same_on_each_notebooks_page(pack):
    whole = numbered(read(pack / "report.html"))
    assert list(whole) == list(range(1, len(whole) + 1))
    assert len(whole) > 100  # the published report, with the same parts, has 187
    assert all(whole.values())
    assert len(read(pack / "report.html").find_all("div", class_="paragraph")) == len(whole)
    parts = [numbered(read(pack / f"{page}.html")) for page in PAGES]
    assert [item for part in parts for item in part.items()] == list(whole.items())
