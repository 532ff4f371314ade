"""Charts by their meaning: what is drawn, what is said of it, what stands behind it; not its pixels."""

from __future__ import annotations

import re
from functools import cache
from io import StringIO
from itertools import combinations
from urllib.parse import unquote
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from builders import QUARTERS, find, find_one, measure, months, ratio, report, sample
from matplotlib import pyplot

from perf_lib.findings.measure_pairs import monthly_pair
from perf_lib.stats.forecast import Projection
from perf_lib.views import charts, narrative
from perf_lib.views.charts import Chart, canvas
from perf_lib.views.charts.canvas import BLUE, ILLUSTRATIVE, ORANGE
from perf_lib.views.charts.sparkline import sparkline
from perf_lib.words import wording
from perf_lib.words.errors import InputError

CODES = list(report().findings)
BARS = [code for code in CODES if sample(code).measure.has_signals]
POINTS = [code for code in CODES if code not in BARS]
WITH_PEERS = [code for code in CODES if sample(code).peers is not None]
SVG = "{http://www.w3.org/2000/svg}"
DRAWINGS = [*CODES, "peers", "peer projection", "lines", "z-scores", "scatter"]


def drawn(name: str) -> Chart:
    """A chart of the sample: a measure's own by its code, or one of the others by name."""
    opened, group = report(), report().settings.peer_group
    if name == "peers":
        return charts.peer_rates(sample("crime_volume"), group)
    if name == "peer projection":
        return charts.peer_projection(sample("crime_volume"), group)
    if name == "lines":
        return opened.lines(
            "victim_satisfaction", "satisfaction_treatment", title="Two questions that victims are asked"
        )
    if name == "z-scores":
        return opened.z_score_comparison("anti_social_behaviour", "crime_volume")
    if name == "scatter":
        return opened.scatter("answer_time_crib", "abandonment_rate_crib")
    return charts.monthly(sample(name))


chart = cache(drawn)


def tree(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()).strip() for node in tree(svg).iter(f"{SVG}text")]


def bars(svg: str) -> list[tuple[str, float, float, float, float]]:
    """Every bar of a drawing as fill, left, right, top and bottom (an SVG's y grows downwards), from left to right."""
    found = []
    for path in tree(svg).iter(f"{SVG}path"):
        fill = re.search(r"fill: (#[0-9a-f]{6})", path.get("style", ""))
        if fill and fill[1].upper() in (BLUE, ILLUSTRATIVE, ORANGE):
            for outline in path.get("d", "").split("z")[:-1]:
                numbers = [float(number) for number in re.findall(r"[-\d.]+", outline)]
                assert len(numbers) == 8
                across, down = numbers[::2], numbers[1::2]
                found.append((fill[1].upper(), min(across), max(across), min(down), max(down)))
    return sorted(found, key=lambda bar: bar[1])


def panels(svg: str) -> list[tuple[float, float]]:
    """The left and the bottom edge of each panel: nothing is drawn beyond them but words."""
    edges = [clip.find(f"{SVG}rect").attrib for clip in tree(svg).iter(f"{SVG}clipPath")]
    return [(float(edge["x"]), float(edge["y"]) + float(edge["height"])) for edge in edges]


# --- words for who cannot see it


@pytest.mark.parametrize("code", CODES)
def test_alt_text_says_measure_verdict_and_last_figure(code):
    made, finding = chart(code), sample(code)
    last = float(finding.months.loc[finding.as_at, "value"])
    assert finding.measure.title in made.alt
    assert f": {narrative.verdict_words(finding)}." in made.alt
    assert narrative.in_prose(last, finding.measure) in made.alt
    for figure in (finding.rolling, finding.previous):
        if finding.rolling and figure:
            assert narrative.in_prose(figure.value, finding.measure) in made.alt
    assert narrative.outlook(finding) in made.alt


@pytest.mark.parametrize("code", CODES)
def test_a_title_is_the_measure_and_its_verdict_in_at_most_15_words(code):
    title, finding = chart(code).title, sample(code)
    measure, words = title.split(": ", 1)
    assert measure == finding.measure.title
    assert words in (narrative.verdict_words(finding), narrative.grade_words(finding.verdict, finding.measure))
    if len(f"{measure} {narrative.verdict_words(finding)}".split()) <= 15:
        assert words == narrative.verdict_words(finding)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_title_has_at_most_15_words_and_a_subtitle_12(name):
    assert len(chart(name).title.split()) <= 15
    assert len(chart(name).subtitle.split()) <= 13


@pytest.mark.parametrize("name", DRAWINGS)
def test_words_of_a_chart_are_whole_sentences_without_python(name):
    made = chart(name)
    for words in (made.title, made.subtitle, made.alt):
        assert words.strip() == words != ""
        assert not re.search(r"\bnan\b|None|NaT|\binf\b|  |\.\.", words)
    assert made.alt.endswith(".")
    assert made.subtitle.endswith(".")


def test_alt_text_of_sexual_offences_has_the_reports_figures():
    # Appendix A: 94 in December 2019; box: 1,496; paragraph 115: 1,704 before.
    alt = chart("sexual_offences").alt
    assert "the last, December 2019, is 94." in alt
    assert "The 12 months to December 2019 came to 1,496, the 12 before to 1,704." in alt


def test_alt_text_of_peers_ranks_every_area():
    # ONS rates, year to December 2019, lowest first.
    assert (
        "From lowest: Devon and Cornwall 58.3, Wiltshire 61.5, West Mercia 69.0, Norfolk 72.7, Warwickshire 73.6, "
        "Suffolk 74.6, North Wales 87.6, Cheshire 91.1."
    ) in chart("peers").alt


@pytest.mark.parametrize("code", WITH_PEERS)
def test_a_title_among_peers_is_by_the_test_that_leaves_each_of_them_out(code):
    finding = sample(code)
    made = charts.peer_rates(finding, report().settings.peer_group)
    at = finding.peers.position
    lies = "lower than" if at.rate < at.calibrated_lower else "higher than" if at.rate > at.calibrated_upper else "like"
    assert made.title == f"{finding.measure.title}: {lies} similar forces"
    moved = charts.peer_projection(finding, report().settings.peer_group)
    assert (
        moved.title == f"{finding.measure.title}: has {'not ' if at.does_not_trend else ''}moved as similar forces have"
    )


def test_abandonment_rises_with_answer_time_as_published():
    # Paragraph 154: R squared 0.98 over two years.
    assert "R² 0.98" in chart("scatter").subtitle
    assert "R² 0.98" in chart("scatter").alt
    # The bureau is named once.
    assert chart("scatter").title == (
        "Crime and Incident Bureau abandonment rate rises with average time to answer a call"
    )
    assert len(chart("scatter").table) == 24


@pytest.mark.parametrize("code", CODES)
def test_illustrative_months_are_owned_up_to_and_only_where_there_are_some(code):
    origins = sample(code).months.iloc[-36:]["origin"]
    assert ("Paler: made up." in chart(code).subtitle) == (origins == "illustrative").any()


def test_how_to_read_a_chart_is_said_once_in_a_report():
    assert report().about_the_data().text.count(charts.HOW_TO_READ) == 1
    for what in ("navy", "expect", "orange triangle", "grey dash", "fan", "start at zero", "made up"):
        assert what in charts.HOW_TO_READ
    assert len(re.findall(r"\.(?: |$)", charts.HOW_TO_READ)) <= 5


def test_a_projection_is_told_to_three_significant_figures():
    # Witness: the forecast's own table, rounded by Python.
    last = sample("crime_volume").projection.table.iloc[-1]
    middle, lower, upper = (f"{float(f'{last[name]:.3g}'):,.0f}" for name in ("rolling", "lower_80", "upper_80"))
    assert narrative.outlook(sample("crime_volume")) == (
        f"If recent patterns go on, the 12 months to June 2020 come to about {middle}; "
        f"8 in 10 chance of {lower} to {upper}."
    )
    assert narrative.outlook(sample("ksi_collisions")) == ""  # its newest months are missing


# --- the drawing


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_well_formed_keeps_its_text_as_text_and_loads_nothing(name):
    svg = chart(name).svg
    root = tree(svg)
    assert root.tag == f"{SVG}svg"
    assert len(texts(svg)) > 5
    assert not [node.tag for node in root.iter() if node.tag.removeprefix(SVG) in ("image", "script", "foreignObject")]
    links = [value for node in root.iter() for key, value in node.attrib.items() if key.endswith("href")]
    assert [link for link in links if not link.startswith("#")] == []
    assert re.findall(r"url\((?!#)", svg) == []
    assert "@import" not in svg
    assert "@font-face" not in svg


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_carries_no_date_and_no_word_of_what_made_it(name):
    svg = chart(name).svg
    assert not re.search(r"<metadata|<!--|dc:|\d{4}-\d\d-\d\d|https?://(?!www\.w3\.org/)", svg)


@pytest.mark.parametrize("name", ["crime_volume", "public_confidence", "victim_satisfaction", *DRAWINGS[len(CODES) :]])
def test_drawn_again_it_is_the_same_to_the_byte(name):
    again = drawn(name)
    assert again.svg == chart(name).svg
    assert (again.title, again.subtitle, again.alt) == (chart(name).title, chart(name).subtitle, chart(name).alt)


def spans(svg: str) -> list[tuple[str, float, float, float]]:
    """Every text of a drawing with its left and right edge and its height on the paper."""
    found = []
    for node in tree(svg).iter(f"{SVG}text"):
        style, text = node.get("style"), "".join(node.itertext())
        size = float(re.search(r"font-size: ([\d.]+)px", style)[1])
        wide = canvas.text_width(text, bold="font-weight: 700" in style) * size / 9
        if "x" in node.attrib:
            x, y = float(node.get("x")), float(node.get("y"))
        else:  # a line of several
            x, y = (
                float(number) for number in re.search(r"translate\(([\d.]+) ([\d.]+)\)", node.get("transform")).groups()
            )
        anchor = re.search(r"text-anchor: (\w+)", style)
        left = x - {"start": 0, "middle": 0.5, "end": 1}[anchor[1] if anchor else "start"] * wide
        found.append((text, left, left + wide, y))
    return found


def long_figures() -> Chart:
    return charts.monthly(find((measure(), months([9_876_543 + n for n in range(48)])))["thefts"])


def names_at_the_top() -> Chart:
    codes = ("share_of_those_who_answered_and_were_content_with_it", "share_of_all_who_were_asked", "portion")
    given = [(measure(code, "proportion"), ratio([1] * 40, [4 + n / 9] * 40)) for n, code in enumerate(codes)]
    return charts.lines(list(find(*given).values()), "Three shares")


@pytest.mark.parametrize("drawing", ["svg", "narrow"])
@pytest.mark.parametrize("name", [*DRAWINGS, long_figures, names_at_the_top])
def test_no_word_is_cut_off_by_the_edge_of_the_paper_and_none_stands_on_another(name, drawing):
    svg = getattr(name() if callable(name) else chart(name), drawing)
    wide, high = (float(number) for number in tree(svg).get("viewBox").split()[2:])
    words = spans(svg)
    for text, left, right, foot in words:
        assert 0 <= left < right <= wide, text
        assert 7 <= foot <= high - 2, text
    for n, (text, left, right, foot) in enumerate(words):
        beside = [
            other for other, start, end, base in words[n + 1 :] if abs(base - foot) < 7 and left < end and start < right
        ]
        assert beside == [], text


@pytest.mark.parametrize(
    ("low", "high", "unit", "labels"),
    [
        (0, 1.1, "thefts", ["0", "0.25", "0.5", "0.75", "1"]),
        (0, 112, "thefts", ["0", "25", "50", "75", "100"]),
        (14, 22.6, wording.PERCENT, ["14%", "16%", "18%", "20%", "22%"]),
        (50, 190, wording.SECONDS, ["1:00", "1:30", "2:00", "2:30", "3:00"]),
        (0, 6.2, wording.SECONDS, ["0.0 s", "2.0 s", "4.0 s", "6.0 s"]),
    ],
)
def test_a_scale_names_a_handful_of_round_figures_exactly(low, high, unit, labels):
    assert canvas.figures_between(low, high, unit)[1] == labels


@pytest.mark.parametrize("code", CODES)
def test_the_newest_figure_stands_in_the_drawing(code):
    finding = sample(code)
    last = float(finding.months.loc[finding.as_at, "value"])
    printed = canvas.printed(last, finding.measure.unit, finding.measure.decimals)
    assert printed in texts(chart(code).svg)
    assert printed in texts(chart(code).narrow)


@pytest.mark.parametrize("code", BARS)
def test_bars_start_at_zero_and_are_as_tall_as_their_months(code):
    values = sample(code).months.iloc[-36:]["value"].astype(float).to_numpy()
    found = bars(chart(code).svg)
    known = np.isfinite(values)
    assert len(found) == known.sum()
    tops, bottoms = (np.array([bar[side] for bar in found]) for side in (3, 4))
    (_, floor), _ = panels(chart(code).svg)
    assert bottoms == pytest.approx(floor, abs=1e-3)
    unit = (bottoms - tops).max() / values[known].max()
    assert (bottoms - tops) == pytest.approx(values[known] * unit, abs=0.01)


@pytest.mark.parametrize("code", BARS)
def test_illustrative_bars_are_pale_and_published_ones_are_not(code):
    shown = sample(code).months.iloc[-36:]
    origins = shown.loc[shown["value"].notna(), "origin"]
    expected = [ILLUSTRATIVE if origin == "illustrative" else BLUE for origin in origins]
    assert [fill for fill, *_ in bars(chart(code).svg)] == expected


def test_the_sample_shows_both_kinds_of_bar():
    # Appendix A publishes 2019; of the 36 months shown, 24 come before it.
    fills = [fill for fill, *_ in bars(chart("crime_volume").svg)]
    assert (fills.count(ILLUSTRATIVE), fills.count(BLUE)) == (24, 12)


def test_words_are_11_pixels_high_on_a_phone_of_320():
    # Its figure is 288 pixels wide: 320 less a margin of 16 on either side.
    for name in DRAWINGS:
        narrow = chart(name).narrow
        scale = 288 / float(tree(narrow).get("viewBox").split()[2])
        assert all(float(size) * scale >= 11 for size in re.findall(r"font-size: ([\d.]+)px", narrow)), name


def marked(svg: str, colour: str) -> list[tuple[float, float]]:
    """The points at which a mark of a colour stands, from left to right."""
    uses = [use for use in tree(svg).iter(f"{SVG}use") if f"fill: {colour.lower()}" in use.get("style", "")]
    return sorted((float(use.get("x")), float(use.get("y"))) for use in uses)


def shades(svg: str, colour: str) -> list[np.ndarray]:
    """The corners of each area that is filled with a colour."""
    paths = [path for path in tree(svg).iter(f"{SVG}path") if f"fill: {colour.lower()}" in path.get("style", "")]
    return [np.array(re.findall(r"[ML]([-\d.]+),([-\d.]+)", path.get("d")), dtype=float) for path in paths]


@pytest.mark.parametrize("code", WITH_PEERS)
def test_peers_are_dots_in_grey_and_the_area_one_in_navy(code):
    finding = sample(code)
    made, rates = charts.peer_rates(finding, report().settings.peer_group), finding.peers.rates
    own, others = marked(made.svg, BLUE), marked(made.svg, canvas.PEER)
    assert (len(own), len(others)) == (1, len(rates) - 1)
    across = {y: x for x, y in own + others}
    places = np.array([across[y] for y in sorted(across, reverse=True)])  # from the bottom up: lowest rate first
    slope, start = np.polyfit(rates.to_numpy(), places, 1)
    assert slope > 0
    assert places == pytest.approx(start + slope * rates.to_numpy(), abs=0.01)
    assert own[0][0] == pytest.approx(start + slope * rates[finding.area], abs=0.01)
    (band,) = shades(made.svg, canvas.BAND)
    edges = band[:, 0]
    at = finding.peers.position
    bounds = [start + slope * bound for bound in (at.calibrated_lower, at.calibrated_upper)]
    assert (min(edges), max(edges)) == pytest.approx(bounds, abs=0.01)
    assert list(made.table["Area"]) == list(rates.index)


@pytest.mark.parametrize("code", [code for code in BARS if sample(code).projection is not None])
def test_the_fan_is_as_wide_as_the_projection_says_and_opens_from_the_last_bar(code):
    finding, svg = sample(code), chart(code).svg
    ahead = finding.projection
    corners = shades(svg, "#DCE4EC") + shades(svg, "#B4C6D8")
    if not isinstance(ahead, Projection):
        assert corners == []
        return
    assert len(corners) == 2
    last_bar = max((left + right) / 2 for _, left, right, _, _ in bars(svg))
    depths = []
    for points, level in zip(corners, (95, 80), strict=True):
        assert points[:, 0].min() == pytest.approx(last_bar, abs=0.01)
        end = points[np.isclose(points[:, 0], points[:, 0].max(), atol=0.01), 1]
        depths.append(
            (end.max() - end.min()) / (ahead.table[f"upper_{level}"] - ahead.table[f"lower_{level}"]).iloc[-1]
        )
    assert depths[0] == pytest.approx(depths[1], rel=1e-3)


def boxes(svg: str) -> list[tuple[float, float, float]]:
    """Middle, bottom and top of each box of what was expected, from left to right."""
    (path,) = [each for each in tree(svg).iter(f"{SVG}path") if f"fill: {canvas.BAND.lower()}" in each.get("style", "")]
    found = []
    for outline in path.get("d").split("z")[:-1]:
        numbers = [float(number) for number in re.findall(r"[-\d.]+", outline)]
        found.append((sum(numbers[::2]) / 4, max(numbers[1::2]), min(numbers[1::2])))
    return sorted(found)


@pytest.mark.parametrize("code", ["crime_volume", "sickness_days_lost", "conviction_rate"])
def test_behind_each_bar_stands_what_was_expected_of_its_month(code):
    finding, svg = sample(code), chart(code).svg
    limits = finding.expected_months.iloc[-36:]
    shown, drawn = finding.months.iloc[-36:]["value"].to_numpy(float), bars(svg)
    unit = (drawn[0][4] - drawn[0][3]) / shown[0]
    expected = boxes(svg)
    assert len(expected) == 36
    for (_, left, right, _, foot), (middle, bottom, top), (_, limit) in zip(
        drawn, expected, limits.iterrows(), strict=True
    ):
        assert middle == pytest.approx((left + right) / 2, abs=0.01)
        assert foot - bottom == pytest.approx(max(0, limit["lower"]) * unit, abs=0.05)
        assert foot - top == pytest.approx(limit["upper"] * unit, abs=0.05)


def levels(svg: str, colour: str, width: float) -> list[tuple[float, float, float]]:
    """Each level dash of a colour and a width: its left and right end and its height on the paper."""
    style = f"fill: none; stroke: {colour.lower()}; stroke-width: {width:g}"
    paths = [path.get("d") for path in tree(svg).iter(f"{SVG}path") if path.get("style", "").startswith(style)]
    pattern = r"M([-\d.]+),([-\d.]+)L([-\d.]+),([-\d.]+)"
    return sorted((float(a), float(c), float(b)) for path in paths for a, b, c, _ in re.findall(pattern, path))


def test_across_this_years_bars_of_a_count_lies_a_dash_for_last_year():
    values, svg = sample("anti_social_behaviour").months["value"].to_numpy(float), chart("anti_social_behaviour").svg
    drawn = bars(svg)
    unit = (drawn[-1][4] - drawn[-1][3]) / values[-1]
    dashes = levels(svg, canvas.GREY, 1.2)
    assert len(dashes) == 12
    for (left, right, height), bar, before in zip(dashes, drawn[-12:], values[-24:-12], strict=True):
        assert left < bar[1] < bar[2] < right
        assert bar[4] - height == pytest.approx(before * unit, abs=0.05)
    assert levels(chart("conviction_rate").svg, canvas.GREY, 1.2) == []  # no count


def test_a_month_of_nought_has_a_mark_on_the_axis_and_a_missing_one_none():
    svg = charts.monthly(find_one([20.0 + n % 5 for n in range(57)] + [0, None, 30.0])).svg
    marks = levels(svg, BLUE, 2.4)
    drawn = bars(svg)
    assert len(marks) == 1
    assert len(drawn) == 35
    (left, right, height), nought = marks[0], drawn[33]
    assert (left, right, height) == pytest.approx((nought[1], nought[2], nought[4]), abs=0.01)


def test_marks_on_made_up_months_are_hollow():
    finding = sample("sickness_days_lost")
    beyond = finding.months["value"].iloc[-36:] > finding.expected_months["upper"].iloc[-36:]
    made_up = finding.months["origin"].iloc[-36:] == "illustrative"
    svg = chart("sickness_days_lost").svg
    hollow = [use for use in tree(svg).iter(f"{SVG}use") if "fill: #ffffff; stroke: #f46a25" in use.get("style", "")]
    assert len(hollow) == (beyond & made_up).sum() > 0
    assert len(marked(svg, ORANGE)) == (beyond & ~made_up).sum()


# --- the figures behind it


@pytest.mark.parametrize("code", BARS)
def test_the_table_has_the_36_months_that_are_drawn_and_those_of_the_fan(code):
    finding, table = sample(code), chart(code).table
    if isinstance(finding.projection, Projection):
        each, ahead = finding.measure, finding.projection.table
        table, fan = table.iloc[:-6], table.iloc[-6:]
        assert list(fan["Month"]) == ["Jan-20", "Feb-20", "Mar-20", "Apr-20", "May-20", "Jun-20"]
        printed = [[canvas.printed(value, each.unit, each.decimals) for value in row] for row in ahead.to_numpy()]
        assert fan.iloc[:, -5:].to_numpy().tolist() == printed
        assert set(fan.iloc[:, 1:-5].to_numpy().ravel()) == {"–"}
    shown = finding.months.iloc[-36:]
    each = finding.measure
    assert list(table["Month"]) == [wording.short_month(month) for month in shown.index]
    assert table["Month"].iloc[-1] == "Dec-19"
    assert list(table["Figure"]) == [canvas.printed(v, each.unit, each.decimals) for v in shown["value"]]
    rolled = finding.rolling_months.iloc[-36:]
    assert list(table["Rolling 12 months"]) == [canvas.printed(v, each.unit, each.decimals) for v in rolled]


@pytest.mark.parametrize("code", POINTS)
def test_the_table_of_points_has_the_months_that_have_one(code):
    finding, table = sample(code), chart(code).table
    shown = finding.months.iloc[-36:].dropna(subset="value")
    # A figure of a whole year stands beside the month that it ends in, and is called that.
    heading = "12 months to" if finding.measure.kind == "rolling" else "Month"
    assert list(table[heading]) == [wording.short_month(month) for month in shown.index]
    assert list(table["Figure"]) == [wording.value_in_table(value, "per cent") for value in shown["value"]]


def test_the_table_says_how_each_month_is_known():
    table = chart("crime_volume").table.set_index("Month")
    assert table.loc["Dec-18", "Known as"] == "illustrative"
    assert table.loc["Jan-19", "Known as"] == "published"  # Appendix A starts there
    assert table.loc["Dec-19", "Figure"] == "3,489"  # Appendix A


@pytest.mark.parametrize("name", DRAWINGS)
def test_on_the_page_a_chart_is_a_figure_with_its_alt_text_and_table(name):
    made = chart(name)
    page = BeautifulSoup(made.fragment().html, "html.parser")
    assert len(page.find_all("figure")) == 1
    picture = page.figure.img
    assert picture["alt"] == made.alt
    assert picture["src"].startswith("data:image/svg+xml,")
    assert made.title in page.figcaption.get_text()
    assert [th.get_text() for th in page.select("thead th[scope=col]")] == list(made.table.columns)
    assert len(page.select("tbody tr")) == len(made.table)
    assert made.alt in made.fragment().text
    narrow = page.figure.picture.source
    assert narrow["media"] == "screen and (max-width: 40rem)"
    assert " " not in narrow["srcset"]  # it would end the address
    assert unquote(narrow["srcset"].split(",", 1)[1]) == made.narrow.replace('"', "'")


def test_figures_and_drawing_can_be_taken_away():
    made = chart("crime_volume")
    table, drawing = BeautifulSoup(made.fragment().html, "html.parser").select("details a[download]")
    assert (table["download"], drawing["download"]) == ("crime-volume-as-expected.csv", "crime-volume-as-expected.svg")
    rows = pd.read_csv(StringIO(unquote(table["href"].split(",", 1)[1])))
    assert list(rows.columns) == list(made.table.columns)
    assert rows["Figure"].iloc[:36].tolist() == sample("crime_volume").months["value"].iloc[-36:].tolist()
    assert unquote(drawing["href"].split(",", 1)[1]) == made.svg.replace('"', "'")


def test_a_figure_that_is_missing_is_an_empty_cell_of_the_csv():
    fragment = chart("ksi_collisions").fragment().html
    link = BeautifulSoup(fragment, "html.parser").select_one("details a[download]")
    rows = pd.read_csv(StringIO(unquote(link["href"].split(",", 1)[1])))
    assert rows["Figure"].isna().sum() == sample("ksi_collisions").months["value"].iloc[-36:].isna().sum() > 0


# --- the caller's matplotlib


def test_the_callers_own_settings_are_as_they_were():
    with mpl.rc_context({"font.size": 31, "axes.grid": False, "svg.fonttype": "path", "lines.linewidth": 9}):
        before = dict(mpl.rcParams)
        for name in ("crime_volume", "public_confidence", "peers", "scatter", "z-scores"):
            drawn(name)
        assert dict(mpl.rcParams) == before


def test_the_callers_own_settings_do_not_show_in_the_report():
    with mpl.rc_context({"axes.facecolor": "black", "lines.linewidth": 9, "axes.titlesize": 40, "figure.dpi": 30}):
        assert drawn("crime_volume").svg == chart("crime_volume").svg


def test_no_figure_is_left_open_behind_the_callers_back():
    before = pyplot.get_fignums()
    drawn("crime_volume")
    drawn("scatter")
    assert pyplot.get_fignums() == before


# --- little data


@pytest.mark.parametrize("size", [1, 2, 11, 12, 13, 30])
@pytest.mark.parametrize("kind", ["count", "rolling", "survey"])
def test_a_short_history_is_drawn_as_far_as_it_goes(kind, size):
    made = charts.monthly(find((measure("thefts", kind), months(range(1, size + 1))))["thefts"])
    assert len(made.table) == size + 6 * made.table.columns.isin(["Projected"]).any()
    assert not re.search(r"\bnan\b|None", made.alt)
    tree(made.svg)


def test_months_of_nought_are_drawn():
    made = charts.monthly(find((measure(), months([0] * 30)))["thefts"])
    assert "from 0 in" in made.alt
    assert len(bars(made.svg)) == 30


@pytest.mark.parametrize("size", [0, 3, 11])
def test_two_measures_without_a_year_behind_them_are_compared_without_a_crash(size):
    given = ((measure(code), months(range(1, size + 1))) for code in ("thefts", "robberies"))
    found = find(*given)
    made = charts.z_score_comparison(found["thefts"], found["robberies"])
    words = f"{made.title} {made.alt}" if isinstance(made, Chart) else made.text
    assert not re.search(r"\bnan\b|None|moved", words)


def test_measures_that_share_no_month_are_not_said_to_rise_together():
    found = find((measure("thefts"), months([1, 2, 3], last="2016-12")), (measure("robberies"), months([1, 2, 3])))
    made = charts.scatter(found["thefts"], found["robberies"])
    words = f"{made.title} {made.alt}" if isinstance(made, Chart) else made.text
    assert not re.search(r"rises|falls|from – to –", words)


def test_lines_without_a_figure_are_not_given_a_last_one():
    found = find((measure("share", "proportion"), None), (measure("portion", "proportion"), None))
    made = charts.lines(list(found.values()), "Two shares")
    words = made.alt if isinstance(made, Chart) else made.text
    assert "are ." not in words


def test_z_scores_that_move_apart_are_said_to():
    up, down = measure("thefts"), measure("robberies")
    walk = 100 + np.random.default_rng(4).normal(size=40).cumsum()
    found = find((up, months(walk)), (down, months(200 - walk)))
    assert charts.z_score_comparison(found["thefts"], found["robberies"]).title == (
        "Thefts and robberies moved in opposite directions"
    )


def test_what_a_trend_alone_makes_alike_has_no_clear_relation_and_no_line_through_it():
    walks = np.random.default_rng(5).normal(size=(2, 60)).cumsum(axis=1) + 100
    found = find((measure("thefts"), months(walks[0])), (measure("robberies"), months(walks[1])))
    assert np.corrcoef(walks)[0, 1] ** 2 > 0.25  # as they are, they look related
    made = charts.scatter(found["thefts"], found["robberies"], months=60)
    assert made.title == "Robberies and thefts: no clear relation"
    assert "R²" not in f"{made.subtitle} {made.alt}"
    assert charts.z_score_comparison(found["thefts"], found["robberies"]).title == (
        "Thefts and robberies: no clear relation"
    )


def test_a_lagged_relation_is_found_at_its_lag_alone_and_its_points_are_of_the_later_months():
    calls = np.random.default_rng(6).normal(100, 9, 61)
    found = find((measure("calls"), months(calls[1:])), (measure("arrests"), months(2 * calls[:-1])))
    made = charts.scatter(found["calls"], found["arrests"], lag=1, months=36)
    assert made.title == "Arrests rises with calls 1 month before"
    assert (2 * made.data["Calls"]).tolist() == pytest.approx(made.data["Arrests"].tolist())
    assert len(made.data) == 36
    assert charts.scatter(found["calls"], found["arrests"], months=36).title.endswith("no clear relation")
    with pytest.raises(InputError, match="arrests would come first; write it first, with 1"):
        charts.scatter(found["calls"], found["arrests"], lag=-1)


def test_most_pairs_of_the_sample_have_no_clear_relation():
    found = [each for each in report().findings.values() if each.measure.traits.chart == "bars"]
    pairs = [monthly_pair(*pair, 24) for pair in combinations(found, 2)]
    related = [pair.relation.related for pair in pairs if pair is not None]
    loose = [(pair.relation.r_squared or 0) > 0.1 for pair in pairs if pair is not None]
    assert len(related) > 200
    assert sum(related) < sum(loose) / 2  # R² alone would have given twice as many a title


def test_lines_refuse_measures_of_two_units():
    found = find((measure("thefts"), months([1] * 24)), (measure("share", "proportion"), ratio([1] * 24, [4] * 24)))
    with pytest.raises(InputError, match="lines: thefts is in thefts, share in per cent; write a chart for each unit"):
        charts.lines(list(found.values()), "Two units")


@pytest.mark.parametrize("name", ["drug_offences", "peers", "peer projection", "lines", "scatter"])
def test_a_chart_is_saved_as_a_picture_of_its_size_and_its_figures_as_numbers(name, tmp_path):
    made = chart(name)
    for kind, start in ((".svg", b"<svg"), (".png", b"\x89PNG"), (".pdf", b"%PDF")):
        made.save(tmp_path / f"x{kind}", dpi=100)
        assert (tmp_path / f"x{kind}").read_bytes().startswith(start)
    wide = int.from_bytes((tmp_path / "x.png").read_bytes()[16:20])
    assert wide == pytest.approx(100 * canvas.WIDE / 72, abs=1)  # 504 points are seven inches
    made.to_csv(tmp_path / "x.csv")
    read = pd.read_csv(tmp_path / "x.csv", index_col=0)
    assert len(read) == len(made.table)
    assert read.drop(columns="Known as", errors="ignore").dtypes.eq(float).all()
    with pytest.raises(InputError, match=r"a chart is saved as .svg, .png or .pdf; write x.png"):
        made.save("x.gif")


def test_lines_of_several_measures_are_told_apart_by_dash_as_well_as_colour():
    share, other = measure("share", "proportion"), measure("portion", "proportion")
    found = find((share, ratio([1] * 24, [4] * 24)), (other, ratio([1] * 24, [2] * 24)))
    made = charts.lines(list(found.values()), "Two shares")
    styles = [path.get("style", "") for path in tree(made.svg).iter(f"{SVG}path")]
    solid = {style for style in styles if BLUE.lower() in style and "dasharray" not in style}
    dashed = {style for style in styles if canvas.TURQUOISE.lower() in style and "dasharray" in style}
    assert solid
    assert dashed
    assert made.table.set_index("Month").loc["Dec-19"].tolist() == ["25.0%", "50.0%"]


def test_an_earlier_quarters_charts_end_with_it():
    assert isinstance(report(QUARTERS[0])["crime_volume"].chart(), Chart)
    made = report(QUARTERS[0])["crime_volume"].chart()
    known = made.table[made.table["Figure"] != "–"]
    assert known["Month"].iloc[-1] == "Jun-19"
    assert known["Figure"].iloc[-1] == "3,601"  # Appendix A
    assert pd.Period("2019-07", "M").strftime("%B %Y") not in made.alt


def luminance(colour: str) -> float:
    """Relative luminance of a colour, WCAG 2.2's definition."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str = "#FFFFFF") -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_wcag_does():
    assert contrast("#000000") == pytest.approx(21)
    assert contrast("#767676") == pytest.approx(4.54, abs=0.01)  # the palest grey that text may have on white


@pytest.mark.parametrize("colour", [canvas.BLUE, canvas.GREY, canvas.PINK, *canvas.TEXT_INK.values()])
def test_words_in_a_chart_stand_out_from_white_by_4_5_to_1(colour):
    assert contrast(colour) >= 4.5


@pytest.mark.parametrize("colour", [*canvas.PALETTE, canvas.ILLUSTRATIVE, canvas.PEER])
def test_lines_and_bars_stand_out_from_white_by_3_to_1(colour):
    assert contrast(colour) >= 3  # WCAG 1.4.11


@pytest.mark.parametrize("name", ["drug_offences", "conviction_rate", "peers", "peer projection", "lines", "scatter"])
def test_every_word_of_a_chart_is_text_in_a_colour_that_can_be_read(name):
    words = tree(chart(name).svg).iter(f"{SVG}text")
    colours = [re.search(r"fill: (#[0-9a-fA-F]{6})", text.get("style", "")) for text in words]
    assert len(colours) > 8
    assert all(contrast(found[1]) >= 4.5 for found in colours if found)


def test_figures_that_come_a_quarter_at_a_time_are_points():
    values = [10.0 + n if n % 3 == 2 else None for n in range(24)]
    drawing = charts.monthly(find_one(values, kind="rolling")).svg
    marks = [use for use in tree(drawing).iter(f"{SVG}use") if BLUE.lower() in use.get("style", "").lower()]
    assert len(marks) == 8 + 1  # one each, and the last once more, larger
    whole = charts.monthly(find_one([10.0 + n for n in range(24)], kind="rolling")).svg
    assert len([use for use in tree(whole).iter(f"{SVG}use") if BLUE.lower() in use.get("style", "").lower()]) == 1


def test_a_few_months_are_drawn_as_a_years_are_and_without_an_empty_panel():
    few, year = (charts.monthly(find_one([30.0] * size)) for size in (3, 12))
    assert (len(panels(few.svg)), len(panels(year.svg))) == (1, 2)
    wide = [right - left for _, left, right, _, _ in [*bars(few.svg), *bars(year.svg)]]
    assert len(wide) == 15 and max(wide) < 1.1 * min(wide)


def test_a_sparkline_stands_before_what_was_expected_and_marks_made_up_months_hollow():
    drawing, finding = tree(sparkline(sample("sickness_days_lost"))), sample("sickness_days_lost")
    paths = list(drawing.iter(f"{SVG}path"))
    assert paths[0].get("fill") == canvas.BAND
    assert paths[0].get("d").count("L") == 2 * 24 - 1  # the lower edge there, the upper one back
    values, limits = finding.months["value"].iloc[-24:], finding.expected_months.iloc[-24:]
    beyond = (values > limits["upper"]) | (values < limits["lower"])
    hollow = [path for path in paths if path.get("stroke") == ORANGE and path.get("fill") == "#fff"]
    assert len(hollow) == (beyond & (finding.months["origin"].iloc[-24:] == "illustrative")).sum() > 0
    assert tree(sparkline(sample("positive_outcome_ratio"))).find(f"{SVG}path").get("fill") == "none"
    assert sparkline(find_one([None, 3.0])) is None
