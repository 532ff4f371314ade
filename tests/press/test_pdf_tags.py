"""The PDF's tag tree and its pages: headings of columns and rows, the first page, a headline beside its chart."""

from __future__ import annotations

import re
import shutil
import subprocess

import numpy as np
import pikepdf
import pytest
from builders import report
from packs import ALL, bookmarks, elements, pdf
from PIL import Image

from perf_lib.press.pdf import with_row_headers


def scopes(element: pikepdf.Object) -> list[str]:
    kept = element.get("/A", pikepdf.Array())
    return [str(each.Scope) for each in (kept if isinstance(kept, pikepdf.Array) else [kept]) if "/Scope" in each]


def page_of(element: pikepdf.Object, document: pikepdf.Pdf) -> int:
    """The page that an element, or the first thing in it, is drawn on."""
    found = element
    while "/Pg" not in found:
        kids = found.K
        found = kids[0] if isinstance(kids, pikepdf.Array) else kids
    return document.pages.index(pikepdf.Page(found.Pg))


@pytest.mark.parametrize("name", ALL)
def test_every_table_has_headed_columns_and_rows(pack, name):
    document = pdf(pack / f"{name}.pdf")
    rows = [each for each in elements(document.Root.StructTreeRoot) if each.S == "/TR"]
    kinds = [[(str(cell.S), scopes(cell)) for cell in row.K if isinstance(cell, pikepdf.Dictionary)] for row in rows]
    for row in kinds:
        if all(kind == "/TH" for kind, _ in row) and len(row) > 1:
            assert all(scope == ["/Column"] for _, scope in row), row
        else:
            assert row[0] == ("/TH", ["/Row"]), row
            assert all(cell == ("/TD", []) for cell in row[1:]), row
    assert rows or not any(each.S == "/Table" for each in elements(document.Root.StructTreeRoot))


def test_rows_are_headed_once_and_the_same_each_time(pack):
    made = (pack / "pages/6_dashboard.pdf").read_bytes()
    assert with_row_headers(made) == with_row_headers(made)
    assert len(with_row_headers(made)) < 1.2 * len(made)


def test_the_first_page_is_the_summary_and_nothing_of_it_is_on_another(pack):
    places = bookmarks(pdf(pack / "report.pdf"))
    at = {title: page for _, title, page in reversed(places)}
    summary = [title for _, title, _ in places[: [title for _, title, _ in places].index("Introduction")]]
    assert summary == ["Wiltshire Police performance report", "Main points"]
    assert {at[title] for title in summary} == {0}
    assert at["Introduction"] == 1


def test_a_measures_chart_stands_on_the_page_of_its_headline_or_at_the_head_of_the_next(pack):
    document = pdf(pack / "report.pdf")
    pages = {title: page for level, title, page in bookmarks(document) if level == 3}
    figures = [each for each in elements(document.Root.StructTreeRoot) if each.S == "/Figure"]
    found = 0
    for finding in report().findings.values():
        title = finding.measure.title
        own = [
            each for each in figures if f"hart of {title}, " in str(each.Alt) or f"points of {title}, " in str(each.Alt)
        ]
        if own and title in pages:
            found += 1
            page = page_of(own[0], document)
            _, bottom, _, top = map(float, own[0].A[0].BBox)
            height = float(document.pages[page].mediabox[3])
            # Sentences stand between box and chart: where they fill the page, the chart heads the next one.
            assert page == pages[title] or (page == pages[title] + 1 and (bottom + top) / 2 > height / 2), title
    assert found > 20


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="no pdftoppm (on Debian: apt-get install poppler-utils)")
def test_the_report_has_at_most_36_pages_and_the_briefing_6_with_little_of_them_blank(pack, tmp_path):
    document = pdf(pack / "report.pdf")
    assert len(document.pages) <= 36 and len(pdf(pack / "briefing.pdf").pages) <= 6
    subprocess.run(
        ["pdftoppm", "-r", "40", "-gray", pack / "report.pdf", tmp_path / "page"], check=True, capture_output=True
    )
    centimetre = 40 / 2.54
    blank = []
    for path in sorted(tmp_path.glob("page-*.pgm")):
        grey = np.asarray(Image.open(path))[int(2 * centimetre) : -int(1.8 * centimetre)]  # between header and footer
        rows = np.flatnonzero((grey < 245).any(axis=1))
        blank.append(1 - (rows.max() + 1) / len(grey))
    assert len(blank) == len(document.pages)
    assert sum(blank) / len(blank) <= 0.10
    # A part's last page is the one before a priority, the key, or a page turned on its side or back.
    fresh = {page for level, title, page in bookmarks(document) if level == 2 and re.match(r"\d|Key|About|What", title)}
    last = {page - 1 for page in fresh} | {len(blank) - 1}
    assert not [page + 1 for page, share in enumerate(blank) if share > 0.35 and page not in last]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext (on Debian: apt-get install poppler-utils)")
def test_the_dashboards_headings_and_the_running_header_are_on_each_of_its_pages(pack):
    path = pack / "pages/6_dashboard.pdf"
    document = pdf(path)
    on_side = [number for number, page in enumerate(document.pages, start=1) if float(page.mediabox[2]) > 800]
    first_on_its_side = on_side[0]
    for number, page in enumerate(document.pages, start=1):
        said = subprocess.run(
            ["pdftotext", "-f", str(number), "-l", str(number), "-layout", path, "-"], capture_output=True, text=True
        ).stdout
        assert "quarter three 2019-20" in said and "OFFICIAL" in said and f"Page {number} of" in said
        if float(page.mediabox[2]) > 800:  # Appendix A lies on its side
            assert all(heading in said for heading in ("Measure", "Quarter", "Change", "Target", "Symbols", "Verdict"))
            assert number - first_on_its_side < 2  # all of Appendix A on two pages
