"""A person's words: figures bound into them by look-up alone, and Markdown that cannot do harm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from builders import QUARTERS, report
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from perf_lib.commentary import binding
from perf_lib.views import html, markdown
from perf_lib.words.errors import InputError

FILE = Path("params/2019-20-Q3/commentary/sexual_offences.md")


def bound(text: str, code: str | None = "sexual_offences") -> str:
    return binding.bind(text, code, report().findings, FILE)


def refusal(text: str, code: str | None = "sexual_offences") -> str:
    with pytest.raises(InputError) as refused:
        bound(text, code)
    said = str(refused.value)
    assert said.startswith("commentary/sexual_offences.md, line ")
    assert "\n" not in said
    return said


def shown(text: str) -> BeautifulSoup:
    return BeautifulSoup(markdown.commentary(text).html, "html.parser")


# --- figures


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("{{ quarter }}", "308"),  # paragraph 114
        ("{{ rolling_12 }}", "1,496"),  # box
        ("{{ previous_12 }}", "1,704"),  # paragraph 115
        ("{{ change }}", "208"),  # 1,704 less 1,496
        ("{{ change_per_cent }}", "12.2 per cent"),  # paragraph 115
        ("{{ rate_per_1000 }}", "2.08"),  # 1,496 among 720,100 residents
        ('{{ month("2019-12") }}', "94"),  # Appendix A
        ("{{ month('2019-01') }}", "147"),  # Appendix A
        ('{{ crime_volume.month("2019-07") }}', "4,119"),  # Appendix A
        ("{{ crime_volume.rolling_12 }}", "44,433"),  # paragraph 1
        ("{{ conviction_rate.rolling_12 }}", "88.8 per cent"),  # paragraph 125: 4,524 of 5,095
        ("{{ conviction_rate.change }}", "0.1 percentage points"),  # never per cent
        ("{{ conviction_rate.change_per_cent }}", "not supplied"),  # a percentage's change is in points
        ("{{ response_time_immediate.quarter }}", "10 minutes 54 seconds"),  # paragraph 141
        ("{{ sickness_days_lost.rolling_12 }}", "15.9 days per person"),  # paragraph 183
        ("{{ ksi_collisions.quarter }}", "not supplied"),  # figures stop at August 2019
        ("{{ previous_quarter }} and {{ same_quarter }}", "416 and 402"),  # box; 137, 130 and 135 in Appendix A
        ('{{ figure("2019-04 to 2019-12") }} is {{ year_to_date }}', "1,104 is 1,104"),  # 380, 416 and 308
        ('{{ change("quarter", "same_quarter") }}', "94"),  # 402 less 308
        ('{{ average("rolling_12") }}', "124.7"),  # 1,496 over 12
        ('{{ cracked_ineffective_trials.numerator("quarter") }}', "33"),  # paragraph 133: of 232
        ("{{ lowest }} to {{ highest }}", "94 to 153"),  # Appendix A: December and July
        ("{{rolling_12}}", "1,496"),
        ("{{\n  rolling_12\n}}", "1,496"),
        ("From {{ previous_12 }} to {{ rolling_12 }}.", "From 1,704 to 1,496."),
    ],
)
def test_a_name_in_braces_becomes_its_figure(text, printed):
    assert bound(text) == printed


def test_text_without_braces_is_untouched():
    text = "100% of {it}, %s, $1, ${7*7}, {0.__class__} and \\d+ \\1 stay as they are.\n\n# And this"
    assert bound(text) == text


@pytest.mark.parametrize("quarter", QUARTERS)
def test_all_that_the_sample_says_is_bound(quarter):
    opened = report(quarter)
    parts = [opened.introduction(), opened.deep_dive(), *(opened[code].commentary() for code in opened)]
    assert [part.text for part in parts if "{{" in part.text or "}}" in part.text] == []
    assert sum(bool(part.text) for part in parts) > 4


# --- what cannot be looked up


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ rolling12 }}", ["{{ rolling12 }}", "unknown name 'rolling12'", "did you mean rolling_12?"]),
        ("{{ crime_volme.rolling_12 }}", ["unknown measure 'crime_volme'", "did you mean crime_volume?"]),
        ("{{ crime_volume.rolling }}", ["unknown name 'rolling'", "did you mean rolling_12?"]),
        ('{{ month("2020-01") }}', ["sexual_offences has no figure for 2020-01", "to 2019-12"]),
        ('{{ ksi_collisions.month("2019-09") }}', ["ksi_collisions has no figure for 2019-09", "to 2019-08"]),
        ('{{ month("2019-13") }}', ["'2019-13' is not a month", "2019-12"]),
        ('{{ month("December") }}', ["'December' is not a month", "2019-12"]),
        ('{{ month("٢٠١٩-12") }}', ["is not a month", "2019-12"]),
        ('{{ rolling_12("2019-12") }}', ["rolling_12 takes no brackets", 'figure("2019-12") does']),
        ("{{ month(2019-12) }}", ["is not a look-up", 'month("2019-12")']),
        ("{{ month }}", ["'' is not a month", "2019-12"]),
        ('{{ figure("December") }}', ["'December' names no months", "12 months to 2019-12"]),
        ('{{ change("quarter") }}', ["change takes 2 names in its brackets"]),
        ('{{ share("crime_volme") }}', ["unknown measure 'crime_volme'", "did you mean crime_volume?"]),
        ("{{ }}", ["is not a look-up"]),
        ("{{}}", ["is not a look-up"]),
    ],
)
def test_a_wrong_look_up_is_refused_with_what_is_allowed(text, says):
    said = refusal(text)
    assert "line 1: " in said
    assert [words for words in says if words not in said] == []


def test_the_line_of_a_wrong_look_up_is_named():
    assert "line 4: {{ rollling }}" in refusal("One {{ change }}.\n\nTwo,\nthree {{ rollling }}.\n{{ worse }}")


def test_where_no_measure_is_spoken_of_the_measure_must_be_named():
    assert "say which measure" in refusal("{{ rolling_12 }}", None)
    assert bound("{{ crime_volume.rolling_12 }}", None) == "44,433"


@pytest.mark.parametrize(
    "text",
    ["{{ rolling_12 }", "{{ rolling_12", "{ rolling_12 }}", "{{ {{ rolling_12 }} }}", "{{ {7*7} }}"],
)
def test_a_look_up_left_open_is_refused_and_not_printed(text):
    assert "line 1" in refusal(text)


# --- nothing runs


@pytest.mark.parametrize(
    "inside",
    ["7*7", "7 * 7", "''.__class__", "__class__", "crime_volume.__class__", "rolling_12.__class__", "self",
     "config.items()", "cycler.__init__.__globals__", "lipsum()", "().__class__.__bases__[0]",
     "open('/etc/passwd').read()", "import os", "__import__('os').system('id')", "rolling_12|upper",
     "rolling_12 | safe", "rolling_12 if 1", "rolling_12; change", "crime_volume.finding.measure",
     "crime_volume.rolling_12.real", "measure.rolling_12.__doc__", "month('2019-12').x", "month('2019-12' * 9)",
     'month("2019-12", "x")', "rolling_12 # x", "crime_volume[rolling_12]", "-rolling_12", "%s", "0"],
)  # fmt: skip
def test_nothing_in_braces_is_run(inside):
    said = refusal("{{ " + inside + " }}")
    assert re.search(r"is not a look-up|unknown (name|measure)|is not a month", said)
    assert "49" not in said


def test_a_look_up_inside_a_look_up_is_not_run():
    said = refusal("{{ {{ 7*7 }} }}")
    assert re.search(r"not a look-up|not a pair", said)
    assert "49" not in said


@pytest.mark.parametrize("text", ["{% for x in range(9) %}{{ rolling_12 }}{% endfor %}", "{# {{ rolling_12 }} #}"])
def test_no_template_language_is_spoken(text):
    assert bound(text) == text.replace("{{ rolling_12 }}", "1,496")


@pytest.mark.parametrize("filling", ["word ", "{ ", "} ", "{% ", "\n"])
def test_five_megabytes_are_read_to_their_end(filling):
    text = filling * (5_000_000 // len(filling))
    assert bound(text + "{{ rolling_12 }}") == text + "1,496"


def test_a_five_megabyte_paragraph_is_one_paragraph():
    page = shown("word " * 1_000_000)
    assert len(page.find_all("p")) == 1
    assert len(page.get_text()) > 4_999_000


@pytest.mark.parametrize("opening", ["[", "*a ", "`", "<", "![", "[a](", "~~a", "> ", "&", "\\", "_a", "<!--", "[a]: "])
def test_ten_thousand_openings_that_never_close_do_not_hang(opening):
    assert "word" in shown(opening * 10_000 + "\n\nword").get_text()


# --- Markdown, and nothing else


def test_paragraphs_are_marked_to_be_numbered_and_lists_are_not():
    page = shown("One.\n\nTwo.\n\n- a\n- b\n")
    assert [div.get_text(strip=True) for div in page.select("div.paragraph.commentary > p")] == ["One.", "Two."]
    assert [item.get_text() for item in page.select("div.commentary > ul > li")] == ["a", "b"]
    assert not page.select("div.paragraph ul")


def test_a_persons_headings_do_not_enter_the_reports_outline():
    page = shown("# Shouting\n\nText")
    assert not page.find(re.compile("^h[1-6]$"))
    assert page.strong.get_text() == "Shouting"


def test_emphasis_links_and_lists_are_kept():
    page = shown("**bold** and *italic*, [the plan](https://example.org/plan)\n\n1. one\n2. two")
    assert (page.strong.get_text(), page.em.get_text()) == ("bold", "italic")
    assert page.a["href"] == "https://example.org/plan"
    assert len(page.select("ol > li")) == 2


@pytest.mark.parametrize(
    "raw",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b>bold</b>", "<iframe src='https://a.org'></iframe>",
     "<style>p { display: none }</style>", "<!-- hidden -->", "<svg/onload=alert(1)>", "<a href='javascript:x'>y</a>",
     "<h1>Mine</h1>", "</div></div>", "<script", "<p onclick=alert(1)>x</p>"],
)  # fmt: skip
@pytest.mark.parametrize("around", ["{}", "Before {} after", "- {}", "> {}", "*{}*", "[{}](https://a.org)", "# {}"])
def test_raw_html_is_shown_as_text(raw, around):
    page = shown(around.format(raw))
    assert raw in page.get_text()
    assert not page.find(["script", "img", "iframe", "style", "svg", "b", "h1"])


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "java&#10;script:alert(1)", "&#106;avascript:alert(1)",
     "javascript&colon;alert(1)", "<javascript:alert(1)>", "vbscript:x", "data:text/html,hello", "file:///etc/passwd",
     "data:text/html;base64,PHNjcmlwdD4="],
)  # fmt: skip
@pytest.mark.parametrize("around", ["[x]({})", "[x][1]\n\n[1]: {}", "![x]({})", "<{}>"])
def test_links_that_would_run_something_are_dead(address, around):
    page = shown(around.format(address.strip("<>") if around == "<{}>" else address))
    assert [
        link["href"] for link in page.find_all("a") if re.match(r"\s*(java|vb)script|\s*(data|file):", link["href"])
    ] == []


@pytest.mark.parametrize("markdown", ["![map](https://a.org/map.png)", "![map][1]\n\n[1]: https://a.org/map.png"])
def test_pictures_are_not_loaded_but_linked_to(markdown):
    page = shown(markdown)
    assert not page.find("img")
    assert page.a is not None
    assert page.a["href"] == "https://a.org/map.png"
    assert "map" in page.get_text()
    assert "<a" not in page.get_text()


ALLOWED = {"div", "p", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code", "pre", "del", "br", "hr"}
PIECES = ["<", ">", "[", "]", "(", ")", "!", "`", "*", "_", "~~", "&", ";", ":", "/", '"', "'", " ", "\n", "\n\n",
          "#", "- ", "> ", "1. ", "script", "javascript:", "onerror=", "img", "src=", "a", "href=", "&lt;",
          "&#106;", "x"]  # fmt: skip


@options(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_whatever_is_written_only_harmless_tags_and_attributes_come_out(markdown):
    for tag in shown(markdown).find_all(True):
        assert tag.name in ALLOWED
        assert set(tag.attrs) <= {"class", "href", "title", "start"}
        assert not re.match(r"\s*(java|vb)script:|\s*data:", tag.get("href", ""), re.IGNORECASE)


def test_nothing_written_is_nothing_shown():
    assert markdown.commentary("  \n ") == html.EMPTY


def test_computed_paragraphs_and_headings_are_escaped_too():
    assert html.paragraphs(["a < b & <i>"]).html == '<div class="paragraph"><p>a &lt; b &amp; &lt;i&gt;</p></div>\n'
    heading = html.heading(2, "<b>", 'x" onclick="y')
    assert BeautifulSoup(heading.html, "html.parser").h2.attrs == {"id": 'x" onclick="y'}
    assert "<b>" not in heading.html
