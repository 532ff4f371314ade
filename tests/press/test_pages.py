"""Pages as people meet them: in Chromium at desktop and phone width, in light and dark, with scripts and without."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import chromium, needs_chromium
from builders import ROOT
from packs import picture_of, read
from PIL import Image
from pypdf import PdfReader

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
ALL = ["report", "briefing", *(f"pages/{name}" for name in [*NAMES, "audit"])]
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LIMIT = 2_500_000  # bytes: what one file may have

CUT = """width => [...document.querySelectorAll("main *")].filter(
  e => !e.closest("[tabindex='0'], .hidden, thead") && e.getBoundingClientRect().right > width + 1
).map(e => e.outerHTML.slice(0, 80))"""

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def opened(browser: Browser, path: Path, width: int = 1280, *, scripts: bool = True, dark: bool = False) -> Page:
    """The page in a window of a width, with no network; whatever the browser complains of is kept."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        bypass_csp=False,
        offline=True,
    )
    page = context.new_page()
    page.complaints = []  # type: ignore[attr-defined]  # a place of ours
    page.on("console", lambda said: page.complaints.append(said.text))  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    page.goto(path.as_uri())
    return page


def violations(page: Page, rules: list[str]) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]}).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("name", ALL)
def test_axe_finds_no_violation_of_wcag_2_2_aa(pack, browser, name):
    page = opened(browser, pack / f"{name}.html")
    assert violations(page, AA) == []
    if name == "report":  # which holds all that the pages hold
        page.emulate_media(color_scheme="dark")
        assert violations(page, ["wcag2aa"]) == []  # contrast is what the dark style could lose
        page.set_viewport_size({"width": 320, "height": 900})
        page.emulate_media(color_scheme="light")
        assert violations(page, AA) == []
    page.context.close()


def test_axe_does_find_what_is_wrong(pack, browser, tmp_path):
    spoilt = (pack / "pages/5_service_delivery_plan.html").read_text(encoding="utf-8")
    spoilt = spoilt.replace('<html lang="en-GB">', "<html>").replace("<main ", '<img src="data:,"><main ', 1)
    (tmp_path / "spoilt.html").write_text(spoilt, encoding="utf-8")
    found = violations(opened(browser, tmp_path / "spoilt.html"), AA)
    assert {line.split(":")[0] for line in found} == {"html-has-lang", "image-alt"}


@pytest.mark.parametrize("name", ALL)
def test_a_page_fits_a_phone_and_400_per_cent_zoom(pack, browser, name):
    # WCAG 1.4.10: at 320 CSS pixels, which is 1280 at 400 per cent, nothing scrolls in two directions.
    page = opened(browser, pack / f"{name}.html")
    for width in (320, 375):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # Nothing is cut off at the right, but within what scrolls by itself and can be reached by the keyboard.
        cut = page.evaluate(CUT, width)
        assert cut == []
    page.context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_every_picture_is_drawn_on_phone_and_desk(pack, browser, width):
    page = opened(browser, pack / "report.html", width)
    empty = "all => all.filter(e => !e.complete || !e.naturalWidth).map(e => e.alt)"
    assert page.locator("img").evaluate_all(empty) == []
    page.context.close()


@pytest.mark.parametrize("name", ALL)
def test_the_policy_lets_everything_of_the_pages_own_work_and_nothing_else(pack, browser, name):
    page = opened(browser, pack / f"{name}.html")
    assert page.complaints == []  # type: ignore[attr-defined]
    assert (pack / f"{name}.html").stat().st_size < LIMIT
    page.evaluate("""() => { const s = document.createElement("script"); s.textContent = "window.taken = 1";
                     document.body.append(s); }""")
    assert page.evaluate("window.taken") is None
    assert any("Content Security Policy" in said for said in page.complaints)  # type: ignore[attr-defined]
    page.context.close()


def test_a_phones_first_screen_has_the_first_result(pack, browser):
    page = opened(browser, pack / "report.html", 375)
    first = page.locator(".main-points li").first
    assert first.evaluate("e => e.getBoundingClientRect().bottom") <= 667  # of 375 by 667, the smallest iPhone's
    page.context.close()


def test_at_1280_pixels_the_dashboard_scrolls_nowhere(pack, browser):
    page = opened(browser, pack / "report.html", 1280)
    assert page.locator(".dashboard .scroll").evaluate("e => e.scrollWidth <= e.clientWidth")
    page.context.close()


def luminance(colour: tuple[int, ...]) -> float:
    """WCAG's relative luminance."""
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_is_wcags():
    assert contrast((0, 0, 0), (255, 255, 255)) == 21  # the two that WCAG 2 names
    assert contrast((0x76, 0x76, 0x76), (255, 255, 255)) == pytest.approx(4.54, abs=0.005)  # WebAIM's well-known grey


@pytest.mark.parametrize(("kind", "beside"), [("chart", "main"), ("symbol", ".headline")])
def test_on_a_dark_page_what_is_drawn_stands_out_by_3_to_1(pack, browser, kind, beside):
    # Each colour that stands out from white is laid on the dark page in a picture of its own, then looked at.
    pictures = {image["src"] for image in read(pack / "report.html").find_all("img", class_=kind)}
    colours = {colour for uri in pictures for colour in re.findall(r"#[0-9a-fA-F]{6}\b", picture_of(uri))}
    as_numbers = {colour: tuple(bytes.fromhex(colour[1:])) for colour in colours}
    inks = [colour for colour, numbers in as_numbers.items() if contrast(numbers, (255, 255, 255)) >= 3]
    assert inks
    page = opened(browser, pack / "report.html", dark=True)
    page.evaluate(
        """([kind, beside, colours]) => document.querySelector(beside).prepend(...colours.map(colour => {
             const path = `<path fill="${colour}" d="M0 0H9V9H0"/>`;
             const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${path}</svg>`;
             const src = "data:image/svg+xml," + encodeURIComponent(svg);
             return Object.assign(new Image(), {className: kind, alt: colour, src});
           }))""",
        [kind, beside, inks],
    )  # fmt: skip
    paper = tuple(map(int, re.findall(r"\d+", page.evaluate(
        "beside => getComputedStyle(document.querySelector(beside == 'main' ? 'body' : beside)).backgroundColor", beside
    ))))  # fmt: skip
    for colour in inks:
        shown = Image.open(io.BytesIO(page.get_by_alt_text(colour, exact=True).screenshot())).convert("RGB")
        middle = shown.getpixel((shown.width // 2, shown.height // 2))
        assert contrast(middle, paper) >= 3, (colour, middle, paper)
    page.context.close()


def test_a_paragraphs_number_is_a_link_to_it_and_the_contents_mark_what_is_read(pack, browser):
    page = opened(browser, pack / "report.html")
    page.get_by_role("link", name="Paragraph 12", exact=True).click()
    assert page.url.endswith("#p12")
    page.evaluate("document.getElementById('hate_crime').scrollIntoView({behavior: 'instant'})")
    page.wait_for_selector("nav a[href='#hate_crime'][aria-current]")
    assert page.locator("[aria-current]").count() == 1
    assert page.locator("[aria-current]").is_visible()
    page.context.close()


def test_the_dashboard_sorts_and_filters_and_each_cell_leads_to_its_measure(pack, browser):
    page = opened(browser, pack / "report.html", 1440)
    board = page.locator(".dashboard")
    shown = board.locator("tbody tr:visible")
    every = shown.count()
    assert every > 20
    board.get_by_label("Find a measure").fill("SATISFACTION")
    assert all("satisfaction" in title.lower() for title in shown.locator("th").all_text_contents())
    assert board.locator("[role=status]").text_content() == f"{shown.count()} of {every} measures shown."
    assert 0 < board.locator("table:visible").count() < board.locator("table").count()
    board.get_by_label("Find a measure").fill("")
    board.get_by_label("Show").select_option(label="clearly unlike what was expected")
    assert all(text.startswith("Clearly") for text in shown.locator("td.words").all_text_contents())
    assert 0 < shown.count() < every
    board.get_by_label("Show").select_option(label="all measures")

    first = board.locator("table").first
    titles = first.locator("tbody th").all_text_contents()
    first.get_by_role("button", name="12 months").click()
    assert first.locator("thead [aria-sort]").get_attribute("aria-sort") == "descending"
    sorted_titles = first.locator("tbody th").all_text_contents()
    # The priority's largest 12-month figure in the published Appendix A is 64,084 hours; crimes come to 44,433.
    assert sorted_titles[:2] == ["Special constables' hours deployed", "Crime volume"]
    assert sorted(sorted_titles) == sorted(titles)
    first.get_by_role("button", name="Measure").click()
    assert first.locator("tbody th").all_text_contents() == titles

    row = board.locator("tr", has_text="Hate crime")
    row.locator("td").nth(5).click(force=True)
    assert page.url.endswith("#hate_crime")
    page.context.close()


def test_without_scripts_the_dashboard_says_all_the_same(pack, browser):
    with_scripts = opened(browser, pack / "report.html")
    without = opened(browser, pack / "report.html", scripts=False)
    words = ".dashboard table"
    assert without.locator(words).all_inner_texts() == with_scripts.locator(words).all_inner_texts()
    assert without.locator(".tools").count() == 0
    assert without.locator("nav a").first.is_visible()
    without.locator(".dashboard tr", has_text="Hate crime").locator("td").nth(5).click(force=True)
    assert without.url.endswith("#hate_crime")
    for page in (with_scripts, without):
        page.context.close()


def test_on_paper_a_page_has_neither_contents_nor_tools(pack, browser):
    page = opened(browser, pack / "report.html")
    page.emulate_media(media="print")
    assert (
        page.locator("nav, .tools, details.figures, .skip").evaluate_all(
            "all => all.filter(e => e.getClientRects().length).length"
        )
        == 0
    )
    assert page.locator(".headline").first.is_visible()
    page.context.close()


def test_printed_the_report_has_the_desktops_layout_and_no_title_apart_from_its_chart(pack, browser):
    page = opened(browser, pack / "report.html")
    # Margins as a dialog proposes them; what they leave of the paper is as wide as a small tablet.
    margins = dict.fromkeys(("top", "bottom", "left", "right"), "1cm")
    printed = list(PdfReader(io.BytesIO(page.pdf(format="A4", margin=margins, prefer_css_page_size=True))).pages)
    page.context.close()
    assert len(printed) <= 52  # 60 where rows become cards
    assert sum(sheet.mediabox.width > sheet.mediabox.height for sheet in printed) == 2  # the dashboard
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", (pack / "report.html").read_text(encoding="utf-8"))
    above = " ".join(html.unescape(re.sub(r"<[^>]+>", "", caption)) for caption in captions)
    last = [sheet.extract_text().strip().splitlines()[-1].strip() for sheet in printed]
    assert [line for line in last if len(line) > 20 and line in above] == []


def test_the_keyboard_reaches_the_report_past_the_contents(pack, browser):
    page = opened(browser, pack / "report.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.context.close()
