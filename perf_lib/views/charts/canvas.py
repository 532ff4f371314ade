"""What every chart shares: its paper, ink and type.

Colours are the six of the Government Analysis Function's guidance for categorical data; bars start at zero;
the message is the figure's caption, in the page's own type; no chart has two vertical axes.

A chart is drawn for a page and, narrower, for a phone. Matplotlib's layout engines draw a figure twice to learn how
wide its words are, and its axis objects keep five artists for each tick; here margins follow from the widths of the
labels, and each panel has one artist for its gridlines, one for its tick marks and one for the bars of a colour.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pandas as pd
from markupsafe import Markup

from perf_lib.words import wording

if TYPE_CHECKING:  # half a second to load: only a process that draws waits for it
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, TURQUOISE, PINK, ORANGE, GREY, PURPLE = "#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1"
PALETTE = (BLUE, TURQUOISE, PINK, PURPLE, GREY)  # of lines: orange is for what is exceptional
# The paler of them, darkened until words in them stand out from white by 4.5 to 1.
TEXT_INK = {TURQUOISE: "#1B7069", PURPLE: "#6B45A8", (PEER := "#7A8691"): GREY}
ILLUSTRATIVE, BAND, LEFT_OUT, RULE = "#8195A9", "#D3DDE7", "#E6DDF3", "#D9DEE3"

# Lengths in points, 72 to the inch.
WIDE = 504.0  # the text width of an A4 page
NARROW = 234.0  # so that words of 9 points are 11 pixels high in the 288 that a phone of 320 has for a figure
EDGE = 3.0  # of the paper, left bare
TITLE = 15.6  # above a panel, for its title
FOOT = 18.0  # below the lowest panel, for its labels
GAP = 8.0  # below the others, for their tick marks
BESIDE = 9.0  # from a line's end to the words beside it
ON_WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # the box of words that hide what they stand on

_MONTH_STEPS = (3, 6, 12, 24, 60, 120, 240, 10**9)
_SECONDS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10**9)

_IDLE = re.compile(r"""\n *| font-family: 'Liberation Sans';| transform="rotate\(-0[^"]*"| id="[a-z0-9]+_\d+\"""")
_LONG = re.compile(r"(\.\d{3})\d+| ?([A-Za-z]) ?")
# Liberation Sans has Arial's widths to the unit; another sans-serif may be wider by so much.
_FAMILY = "Liberation Sans, Arial, Helvetica, sans-serif"
_OTHER_FONT = 1.16


@contextmanager
def in_house_style() -> Iterator[None]:
    """Our type and ink, for as long as a chart is drawn: the caller's own matplotlib settings stay as they are."""
    import matplotlib as mpl

    with mpl.rc_context(_style()):
        yield


@cache
def _style() -> dict[Any, Any]:
    """All of matplotlib's settings, in the house style; but the backend stays the caller's."""
    from matplotlib import font_manager, rc_params_from_file

    for path in sorted((Path(__file__).parents[2] / "fonts").glob("*.ttf")):
        font_manager.fontManager.addfont(path)
    settings = rc_params_from_file(Path(__file__).with_name("house.mplstyle")).items()
    return {name: value for name, value in settings if not name.startswith("backend")}


@in_house_style()
def warm() -> None:
    """Load what drawing needs, for all processes that will be forked from this one."""
    figure, (panel,) = paper(72)
    values_axis(panel, "Title", "")
    svg(figure)


@in_house_style()
def drawings(draw: Callable[[float], Figure]) -> dict[str, Any]:
    """A chart's two drawings as SVG, and how to draw it, by their names in a Chart. draw: the figure of a width."""
    return {"svg": svg(draw(WIDE)), "narrow": svg(draw(NARROW)), "draw": draw}


def paper(
    height: float, ratios: Sequence[float] = (1.0,), head: float = TITLE, foot: float = FOOT, width: float = WIDE
) -> tuple[Figure, list[Axes]]:
    """A figure of a width and so many points high, with a panel for each ratio, one above another.

    Panels have no axis objects: `months_axis` and `values_axis` draw ticks, labels and gridlines.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / 72, height / 72))
    panels, top = [], height - head
    shared = top - foot - (len(ratios) - 1) * (GAP + head)
    for ratio in ratios:
        tall = shared * ratio / sum(ratios)
        panel = figure.add_axes((EDGE / width, (top - tall) / height, 1 - 2 * EDGE / width, tall / height))
        for part in (panel.patch, panel.xaxis, panel.yaxis):  # the paper is white already
            part.set_visible(False)
        panels.append(panel)
        top -= tall + GAP + head
    return figure, panels


def svg(figure: Figure) -> str:
    """The chart as SVG: text as text, no date, no program's name, the same bytes each time.

    Half of what matplotlib writes goes: names of groups, words turned by nought, spaces, digits past the third.
    """
    sink = io.StringIO()
    figure.savefig(sink, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = _IDLE.sub("", sink.getvalue()[sink.getvalue().index("<svg") :])
    text = re.sub(r'(?<= d=")[^"]*', lambda path: _LONG.sub(r"\1\2", path[0]).strip().replace(" ", ","), text)
    return text.replace("<svg ", f'<svg font-family="{_FAMILY}" ', 1)


def data_uri(svg: str) -> Markup:
    """The drawing inside the page itself, readable and a third smaller than base64."""
    text = quote(svg.replace('"', "'"), safe=" !'()*+,-./:;=?@[]_")
    return Markup(f"data:image/svg+xml,{text}")  # noqa: S704 - nothing is left that ends an attribute or opens a tag


def text_width(text: str, bold: bool = False) -> float:
    """How wide a label may be, in points: in our type, with room for another."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="Liberation Sans", weight="bold" if bold else "normal", size=9)
    return _OTHER_FONT * float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def line(axis: Axes, x: Any, y: Any, colour: str, width: float = 2.0, dash: Any = "-", **style: Any) -> None:
    """A line; nothing where no value is known."""
    from matplotlib.lines import Line2D

    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if np.isfinite(y).any():
        axis.add_artist(Line2D(x, y, color=colour, linewidth=width, linestyle=dash, **style))


def marks(axis: Axes, x: Any, y: Any, colour: str, marker: str = "o", size: float = 4, **style: Any) -> None:
    """A mark at each point."""
    line(axis, x, y, colour, dash="none", marker=marker, markersize=size, **style)


def bars(axis: Axes, lengths: Any, colours: Any, thickness: float, feet: Any = 0.0) -> None:
    """Upright bars at 0, 1, 2 …, from zero or from their `feet`; one artist for all of a colour."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    ends, colours = np.asarray(lengths, dtype=float), np.broadcast_to(colours, len(lengths))
    sides = np.arange(len(ends))[:, None] + thickness * np.array([-0.5, -0.5, 0.5, 0.5])
    corners = np.stack([sides, np.where([False, True, True, False], ends[:, None], np.c_[np.asarray(feet)])], axis=-1)
    for colour in np.unique(colours[np.isfinite(ends)]):
        outlines = corners[np.isfinite(ends) & (colours == colour)]
        axis.add_artist(PathPatch(Outline.make_compound_path_from_polys(outlines), facecolor=colour, linewidth=0))


def words(axis: Axes, x: float, y: float, text: str, right: float = 0, up: float = 0, **style: Any) -> None:
    """Words at a point of the panel's scales, or so many points to its right and above it."""
    from matplotlib.transforms import ScaledTranslation

    place = axis.transData + ScaledTranslation(right / 72, up / 72, axis.figure.dpi_scale_trans)
    axis.figure.text(x, y, text, transform=place, **{"va": "center"} | style)


def scale_to(axis: Axes, values: Any, margin: float) -> None:
    """Fit the vertical scale to the values, with a margin of so much of their range above and below."""
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 1.0)
    room = margin * (high - low) if high - low > 1e-9 * abs(high) else 0.05 * abs(high) or 0.05
    axis.set_ylim(low - room if low < 0 else max(0, low - room), high + room)


def values_axis(axis: Axes, title: str, unit: str, decimals: int | None = None) -> None:
    """Figures up the side, printed as a table prints them, a gridline at each, and above them what the panel shows."""
    axis.set_title(title)
    ticks, labels = figures_between(*axis.get_ylim(), unit, decimals)
    side_labels(axis, ticks, labels)
    across, up = np.tile([0, 1, np.nan], len(ticks)), np.repeat(ticks, 3)
    line(axis, across, up, RULE, 0.6, transform=axis.get_yaxis_transform(), zorder=0.4)


def months_axis(
    panels: Sequence[Axes], months: pd.PeriodIndex, places: int = 0, beside: Iterable[float] = (), ahead: int = 0
) -> None:
    """Quarter-ends along the foot of the lowest panel: few enough to stay level and readable.

    places: the months that there is room for, should there be fewer. beside: widths, in points, of words to the right
    of the last month but those `ahead`, for which room is made.
    """
    count, wide = len(months), panels[0].bbox.width
    low, label = min(0, count - places) - 0.8, text_width("Dec-19")
    # Room for words from the right-hand side of the last bar, and for half a label under the last month.
    ends = ((count - ahead - 0.64, BESIDE + max(beside, default=0) + 2), (count - 1, label / 2))
    high = max(count, *(low + (month - low) / (1 - room / wide) for month, room in ends))
    for panel in panels:
        panel.set_xlim(low, high)
    step = next(step for step in _MONTH_STEPS if step * wide / (high - low) >= label + 4)
    ticks = [i for i, month in enumerate(months) if (months[-1].ordinal - month.ordinal) % step == 0]
    foot_labels(panels, ticks, [wording.short_month(months[i]) for i in ticks])


def figures_between(low: float, high: float, unit: str, decimals: int | None = None) -> tuple[list[float], list[str]]:
    """A handful of round figures between two others, and each as a table prints it: no two of them alike."""
    from matplotlib.ticker import Locator, MaxNLocator, MultipleLocator

    locator: Locator = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10])
    if unit == wording.SECONDS and high >= 60:  # whole parts of a minute, not of a hundred seconds
        locator = MultipleLocator(next(step for step in _SECONDS if (high - low) / step <= 5))
    ticks = [tick for tick in locator.tick_values(low, high) if low <= tick <= high]
    fewest = 0 if unit == wording.PERCENT else decimals or 0
    places = [next(n for n in range(fewest, 16) if abs(tick - round(tick, n)) < 1e-9) for tick in ticks]
    as_printed = wording.value_in_table if high >= 60 else printed
    return ticks, [as_printed(tick, unit, n) for tick, n in zip(ticks, places, strict=True)]


def printed(value: float, unit: str, decimals: int | None = None) -> str:
    """A figure as a chart prints it: as a table does, but with tenths of seconds under a minute.

    >>> printed(4.7, "seconds"), printed(64.7, "seconds"), printed(88.79, "per cent")
    ('4.7 s', '1:05', '88.8%')
    """
    if unit == wording.SECONDS and abs(value) < 60:
        return f"{wording.number(value, max(1, decimals or 0))} s"
    return wording.value_in_table(value, unit, decimals)


def side_labels(axis: Axes, at: Iterable[float], labels: Sequence[str], bold: str = "") -> None:
    """Labels to the left of a panel, one of them `bold`; panels give way until the longest has room."""
    place, va, ha = axis.get_yaxis_text1_transform(3.5)
    for y, label in zip(at, labels, strict=True):
        axis.figure.text(0, y, label, transform=place, va=va, ha=ha, fontweight="bold" if label == bold else "normal")
    room = EDGE + max((text_width(label, label == bold) for label in labels), default=0) + 3.5
    for panel in axis.figure.axes:
        box = panel.get_position()
        left = max(box.x0, room / axis.figure.bbox.width)
        panel.set_position((left, box.y0, box.x1 - left, box.height))


def foot_labels(panels: Sequence[Axes], at: Sequence[float], labels: Sequence[str], name: str = "") -> None:
    """Ticks below panels, labels below the lowest, and below them the name of the scale."""
    for panel in panels:
        down = np.tile([0, -3 / panel.bbox.height, np.nan], len(at))
        line(panel, np.repeat(at, 3), down, GREY, 0.8, transform=panel.get_xaxis_transform(), clip_on=False)
    middle = sum(panels[-1].get_xlim()) / 2
    for x, label, below in [*((x, label, 6.5) for x, label in zip(at, labels, strict=True)), (middle, name, 19.5)]:
        place, va, ha = panels[-1].get_xaxis_text1_transform(below)
        panels[-1].figure.text(x, 0, label, transform=place, va=va, ha=ha)
