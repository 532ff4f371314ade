"""The icons: thirty-two small drawings, told apart by shape alone at the size of a line of text."""

import io
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from bs4 import BeautifulSoup
from builders import report
from matplotlib import image

ICONS = Path(str(files("perf_lib") / "icons"))
HIGH_AND_LOW = {
    "greater_than_peers": "less_than_peers",
    "in_line_above": "in_line_below",
    "month_high": "month_low",
    "three_months_high": "three_months_low",
    "eight_months_high": "eight_months_low",
    "discrete_increasing": "discrete_decreasing",
    "rolling_increasing": "rolling_decreasing",
}
CODES = [*HIGH_AND_LOW, *HIGH_AND_LOW.values(), "not_trending_with_peers", "no_data"]
NAMES = [*CODES, *(f"{code}-outline" for code in CODES)]
SHAPES = {"path": {"d", "fill", "fill-rule", "stroke", "stroke-width", "stroke-linejoin"}}
SVG = "{http://www.w3.org/2000/svg}"


def drawing(name: str) -> str:
    return (ICONS / f"{name}.svg").read_text(encoding="utf-8")


def ink(drawings: list[str], px: int) -> np.ndarray:
    """Each drawing's pixels, 0 paper to 1 ink: one square of `px` for each."""
    import typst  # here, for a process that has loaded it is forked from no more, and other tests fork

    placed = "".join(f"#image(bytes({quoted(one)}), width: {px}pt)\n" for one in drawings)
    page = f"#set page(width: {px}pt, height: {px}pt * {len(drawings)}, margin: 0pt)\n#set block(spacing: 0pt)\n"
    png = typst.compile((page + placed).encode(), format="png", ppi=72)
    grey = image.imread(io.BytesIO(png))[..., :3].mean(axis=2)
    assert grey.shape == (px * len(drawings), px)
    return 1 - grey.reshape(len(drawings), px, px)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.fixture(scope="module")
def at_12() -> dict[str, np.ndarray]:
    return dict(zip(NAMES, ink([drawing(name) for name in NAMES], 12), strict=True))


@pytest.fixture(scope="module")
def at_96() -> dict[str, np.ndarray]:
    return dict(zip(NAMES, ink([drawing(name) for name in NAMES], 96), strict=True))


def test_sixteen_symbols_each_solid_and_in_outline_and_nothing_else():
    assert len(NAMES) == 32
    assert sorted(path.name for path in ICONS.iterdir()) == sorted(f"{name}.svg" for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_is_a_title_and_plain_paths_in_the_colour_of_the_text(name):
    text = drawing(name)
    assert len(text.encode()) < 1024
    assert text.endswith("</svg>\n")
    root = ElementTree.fromstring(text)
    assert root.tag == f"{SVG}svg"
    assert root.attrib == {"viewBox": "0 0 24 24"}
    title, *shapes = root
    assert title.tag == f"{SVG}title"
    assert shapes
    for shape in shapes:
        # A list of what is allowed: so no id, script, style, href, text or numeral set in a font.
        assert not set(shape.attrib) - SHAPES[shape.tag.removeprefix(SVG)]
        assert {shape.get("fill"), shape.get("stroke", "none")} <= {"currentColor", "none"}
        assert "currentColor" in (shape.get("fill"), shape.get("stroke"))
        assert 1.6 <= float(shape.get("stroke-width", 2)) <= 2


def test_titles_are_plain_words_and_all_different():
    titles = [ElementTree.fromstring(drawing(name)).findtext(f"{SVG}title") for name in NAMES]
    assert len(set(titles)) == 32
    for name, title in zip(NAMES, titles, strict=True):
        assert title[0].isupper()
        assert "_" not in title
        assert title.endswith(" (not supported)") == name.endswith("-outline")


def test_no_two_can_be_confused_at_12_pixels(at_12):
    # Nudged by a pixel either way, as they are in a line of text, the nearest pair still differs in
    # ink worth ten of its 144 pixels.
    def apart(one, other):
        nudges = [(down, across) for down in (-1, 0, 1) for across in (-1, 0, 1)]
        wide = np.pad(other, 1)
        one = np.pad(one, 1)
        return min(np.abs(one - np.roll(wide, nudge, axis=(0, 1))).sum() for nudge in nudges)

    distances = {pair: apart(at_12[pair[0]], at_12[pair[1]]) for pair in combinations(NAMES, 2)}
    nearest = min(distances, key=distances.get)
    assert distances[nearest] > 10, (nearest, distances[nearest])


@pytest.mark.parametrize("suffix", ["", "-outline"])
@pytest.mark.parametrize(("high", "low"), HIGH_AND_LOW.items())
def test_low_is_high_turned_upside_down(at_96, high, low, suffix):
    # A quarter's shade is left for the edges of curves; a misplaced shape would differ by the whole ink.
    assert np.abs(at_96[high + suffix][::-1] - at_96[low + suffix]).max() < 0.25
    assert np.abs(at_96[high + suffix] - at_96[low + suffix]).max() > 0.9


@pytest.mark.parametrize("code", [code for code in CODES if code != "no_data"])
def test_the_outline_is_the_solid_shape_hollowed(at_96, code):
    solid, outline = at_96[code], at_96[f"{code}-outline"]
    assert (outline - solid).max() < 0.1  # never outside it
    hollow = (solid - outline).sum() / solid.sum()
    assert hollow > 0.15
    edge = solid.any(axis=1), solid.any(axis=0)
    assert [list(side) for side in edge] == [list(outline.any(axis=1)), list(outline.any(axis=0))]


def test_the_empty_cell_has_the_same_dashed_edge_and_the_dash_reversed(at_96):
    solid, outline = at_96["no_data"] > 0.5, at_96["no_data-outline"] > 0.5
    dash = np.zeros_like(solid)
    dash[40:56, 24:72] = True
    assert outline[dash].all()
    assert not solid[dash].any()
    assert solid[outline & ~dash].all()


@pytest.mark.parametrize("name", NAMES)
def test_strokes_are_still_black_at_12_pixels(at_12, name):
    # A hair line would come out grey: at least an eighth of the square is nearer black than white.
    assert (at_12[name] > 0.5).sum() >= 18


def test_nothing_is_cut_off_by_the_edge_of_the_box():
    roomy = [drawing(name).replace("0 0 24 24", "-6 -6 36 36") for name in NAMES]
    inside = np.zeros((72, 72), dtype=bool)
    inside[12:60, 12:60] = True
    for name, pixels in zip(NAMES, ink(roomy, 72), strict=True):
        assert pixels[~inside].max() < 0.1, name


def test_a_symbol_has_its_size_where_no_style_of_ours_is():
    shown = BeautifulSoup(report()["sexual_offences"]._repr_html_(), "html.parser").find_all("img", class_="symbol")
    assert len(shown) == 4
    sizes = {(each["width"], each["height"]) for each in shown}
    assert sizes == {("22", "22")}  # a line of text, as JupyterLab sets it
