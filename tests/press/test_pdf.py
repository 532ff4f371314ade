"""The PDFs: tagged, worded, bookmarked, and laid out as they should be."""

from __future__ import annotations

import io
import re

import pytest
from packs import ALL, bookmarks, drawn, elements, is_dictionary, pdf, read
from pypdf import PdfReader

from perf_lib.press.characters import FONTS
from perf_lib.press.pdf import CELL, keep_cells, to_typst
from perf_lib.views.html import TEMPLATES


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


def test_a_long_tables_caption_never_stands_alone_at_the_foot_of_a_page(tmp_path):
    import typst

    (tmp_path / "report.typ").write_bytes((TEMPLATES / "report.typ").read_bytes())
    rows = ", ".join(f"([row {number}], [{number}])" for number in range(1, 31))
    table = f"#figures-table(words: (0,), caption: [caption], head: ([Measure], [Figure]), rows: ({rows}))"
    # A page has 25.3 cm: the table begins further and further down it, to its very foot.
    starts = [f"#pagebreak(weak: true)\n#block(height: {down / 2}cm)[before]\n{table}" for down in range(36, 51)]
    shown = '#import "report.typ": *\n#show: report.with(title: "A table")\n= A table\n' + "\n".join(starts)
    (tmp_path / "main.typ").write_text(shown, encoding="utf-8")
    made = typst.compile(str(tmp_path / "main.typ"), font_paths=[str(FONTS)], ignore_system_fonts=True)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
    beginning = [text for text in pages if "caption" in text]
    assert len(beginning) == len(starts)
    assert all("Measure" in text and "row 1 1" in text and "row 3 3" in text for text in beginning), beginning
    assert 0 < sum("before" in text for text in beginning) < len(starts)  # begun on the same page, and on the next


def test_what_a_report_was_set_from_is_kept_by_the_cell(pack, tmp_path):
    page = (pack / "report.html").read_text(encoding="utf-8")
    kept = (pack / "report.typ").read_text(encoding="utf-8")
    keep_cells(kept, tmp_path)
    cells = list(tmp_path.iterdir())
    assert len(cells) == len(re.findall(r"^// cell [0-9a-f]{64}$", kept, re.MULTILINE)) > 100
    assert f'#numbered("{len(re.findall("data-number=", page))}")' in kept  # numbers run through the report
    assert all('#numbered("0")' in text or "#numbered" not in text for text in (cell.read_text() for cell in cells))


def test_a_cell_is_converted_once_whatever_number_its_paragraphs_have(tmp_path):
    made = [
        to_typst(f'<main>{CELL}<div class="paragraph" data-number="{number}"><p>Words.</p></div></main>', tmp_path)
        for number in (7, 8)
    ]
    (kept,) = tmp_path.iterdir()
    assert [number in text for number, text in zip(('#numbered("7")', '#numbered("8")'), made, strict=True)] == [
        True
    ] * 2
    kept.write_text('#numbered("0")[Kept.]', encoding="utf-8")
    again = to_typst(f'<main>{CELL}<div class="paragraph" data-number="9"><p>Words.</p></div></main>', tmp_path)
    assert again.splitlines()[-1] == '#numbered("9")[Kept.]'


def test_code_in_commentary_that_looks_like_ours_is_set_as_it_is(tmp_path):
    odd = '<main>{0}<p>One.</p>{0}<pre><code>/*cell border*/ #numbered("0")</code></pre>{0}<p>Three.</p></main>'
    made = to_typst(odd.format(CELL), tmp_path)
    assert len(list(tmp_path.iterdir())) == 3
    assert [line for line in made.splitlines() if line in ("One.", "Three.")] == ["One.", "Three."]
    assert '/*cell border*/ #numbered("0")' in made
