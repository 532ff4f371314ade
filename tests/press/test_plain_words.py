"""What the report says by itself is said shortly, and once in a section."""

from __future__ import annotations

import copy
import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup, Tag
from packs import read

LONGEST = 30  # words of a sentence, a length of time counting as one
_DURATION = re.compile(r"\d+ hours?(?: \d+ minutes?)?|\d+ minutes?(?: [\d.]+ seconds?)?")


def sentences(text: str) -> list[str]:
    # The items of a list that is set in one line are read one at a time.
    return re.split(r"(?<=[.!?])\s+(?=[A-Z0-9“])|; ", text)


def words(sentence: str) -> int:
    return len(re.findall(r"\S*\w\S*", _DURATION.sub("duration", sentence)))


@pytest.fixture(scope="module")
def page(pack) -> BeautifulSoup:
    """The report without what people wrote, and without tables and the figures behind charts."""
    page = copy.copy(read(pack / "report.html"))
    for aside in page.select("details.figures, table, .commentary, nav, .skip"):
        aside.decompose()
    return page


def lines(part: Tag | BeautifulSoup) -> list[str]:
    return [" ".join(each.get_text(" ", strip=True).split()) for each in part.select("p, li, figcaption")]


def test_the_rule_sees_a_long_sentence():
    assert words("It took " + "very " * 27 + "long, 10 minutes 54 seconds.") == LONGEST + 1
    assert sentences("One went up. Two went down; 3 stayed.") == ["One went up.", "Two went down", "3 stayed."]


def test_no_sentence_of_our_own_has_more_than_30_words(page):
    assert len(lines(page)) > 150
    assert [each for line in lines(page) for each in sentences(line) if words(each) > LONGEST] == []


def test_nothing_is_said_twice_of_a_measure(page):
    repeated: list[str] = []
    for heading in page.find_all("h3", id=True):
        section: Counter[str] = Counter()
        for part in heading.find_all_next():
            if part.name in ("h2", "h3") and part is not heading:
                break
            if part.name in ("p", "li", "figcaption"):
                section.update(each for each in sentences(" ".join(part.get_text(" ", strip=True).split())) if each)
        repeated += [
            f"{heading.get_text()}: {each}" for each, times in section.items() if times > 1 and words(each) > 4
        ]
    assert repeated == []
