"""What every chart shares: its paper, ink and type, and how it becomes an accessible figure on a page.

Colours are the six of the Government Analysis Function's guidance for categorical data; bars start at zero;
the message is the figure's caption, in the page's own type; no chart has two vertical axes.

A chart is drawn once. Matplotlib's layout engines draw a figure twice to learn how wide its words are, and its axis
objects keep five artists for each tick; here margins follow from the widths of the labels, and each panel has one
artist for its gridlines, one for its tick marks and one for the bars of a colour.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from perf_lib.views.html import Fragment, fill
from perf_lib.words import wording

if TYPE_CHECKING:  # half a second to load: only a process that draws waits for it
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, TURQUOISE, PINK, ORANGE, GREY, PURPLE = "#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1"
PALETTE = (BLUE, ORANGE, TURQUOISE, PINK, PURPLE, GREY)
# The paler of the six, darkened until words in them stand out from white by 4.5 to 1.
TEXT_INK = {ORANGE: "#B34A12", TURQUOISE: "#1B7069", PURPLE: "#6B45A8"}
ILLUSTRATIVE = "#8195A9"
BAND = "#E4E8EC"
OVER_BARS = "#B9C7D6"
LEFT_OUT = "#FAD5C0"

# Lengths in points, 72 to the inch.
WIDTH = 504.0  # the text width of an A4 page
EDGE = 3.0  # of the paper, left bare
TITLE = 15.6  # above a panel, for its title
FOOT = 18.0  # below the lowest panel, for its labels
GAP = 8.0  # below the others, for their tick marks
BESIDE = 9.0  # from a line's end to the words beside it
ON_WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # the box of words that hide what they stand on

_MONTH_STEPS = (3, 6, 12, 24, 60, 120, 240, 10**9)
_SECONDS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10**9)

_HERE = Path(__file__).parent
# Liberation Sans has Arial's widths to the unit: what is laid out here fits wherever either is installed.
_FAMILY = "Liberation Sans, Arial, Helvetica, sans-serif"


@dataclass(frozen=True)
class Chart:
    """A drawn chart: its message, what is plotted, the words for who cannot see it, and the figures behind it."""

    title: str
    subtitle: str
    alt: str
    svg: str = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    drawn_from: str = field(default="", repr=False, compare=False)
    """The fingerprint of what it was drawn from."""

    def _repr_html_(self) -> str | tuple[str, dict[str, str]]:
        return self.fragment()._repr_html_()

    def fragment(self) -> Fragment:
        """The figure as a piece of a page."""
        html = fill("chart.html.j2", chart=self, uri=data_uri(self.svg), headings=list(self.table.columns))
        return Fragment(html, f"{self.title}\n{self.subtitle}\n{self.alt}", self.drawn_from)


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

    for path in sorted((_HERE.parents[1] / "fonts").glob("*.ttf")):
        font_manager.fontManager.addfont(path)
    settings = rc_params_from_file(_HERE / "house.mplstyle").items()
    return {name: value for name, value in settings if not name.startswith("backend")}


@in_house_style()
def warm() -> None:
    """Load what drawing needs, for all processes that will be forked from this one."""
    figure, (panel,) = paper(72)
    values_axis(panel, "Title", "")
    svg(figure)


def paper(
    height: float, ratios: Sequence[float] = (1.0,), head: float = TITLE, foot: float = FOOT
) -> tuple[Figure, list[Axes]]:
    """A figure of the text's width and so many points high, with a panel for each ratio, one above another.

    Panels have no axis objects: `months_axis` and `values_axis` draw ticks, labels and gridlines.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / 72, height / 72))
    panels, top = [], height - head
    shared = top - foot - (len(ratios) - 1) * (GAP + head)
    for ratio in ratios:
        tall = shared * ratio / sum(ratios)
        panel = figure.add_axes((EDGE / WIDTH, (top - tall) / height, 1 - 2 * EDGE / WIDTH, tall / height))
        for part in (panel.patch, panel.xaxis, panel.yaxis):  # the paper is white already
            part.set_visible(False)
        panels.append(panel)
        top -= tall + GAP + head
    return figure, panels


def svg(figure: Figure) -> str:
    """The chart as SVG: text as text, no date, no program's name, the same bytes each time."""
    sink = io.StringIO()
    figure.savefig(sink, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = sink.getvalue()
    return re.sub(r"\n *", "", text[text.index("<svg") :]).replace("'Liberation Sans'", _FAMILY)


def data_uri(svg: str) -> Markup:
    """The drawing inside the page itself, readable and a third smaller than base64."""
    text = svg.replace('"', "'")
    for character, code in (("%", "%25"), ("#", "%23"), ("<", "%3C"), (">", "%3E"), ("&", "%26")):
        text = text.replace(character, code)
    # No quotation mark, angle bracket or ampersand is left, so it stands in an attribute as it is.
    return Markup(f"data:image/svg+xml,{text}")  # noqa: S704 - see the line above


def text_width(text: str, bold: bool = False) -> float:
    """How wide a label is in our type, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="Liberation Sans", weight="bold" if bold else "normal", size=9)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def figures_table(figures: pd.DataFrame, as_printed: Callable[[Any], str], head: str = "Month") -> pd.DataFrame:
    """The figures behind a chart, as printed, a row a month."""
    months = [wording.short_month(month) for month in figures.index]
    return pd.DataFrame({head: months} | {str(name): [*map(as_printed, column)] for name, column in figures.items()})


# --- what is drawn on a panel


def line(axis: Axes, x: Any, y: Any, colour: str, width: float = 2.0, dash: Any = "-", **style: Any) -> None:
    """A line, or several of one style where `y` has columns; nothing where no value is known."""
    from matplotlib.lines import Line2D

    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if y.ndim == 2:  # one artist, which lifts its pen between the columns
        x = np.tile(np.append(x, np.nan), y.shape[1])
        y = np.vstack([y, np.full(y.shape[1], np.nan)]).ravel("F")
    if np.isfinite(y).any():
        axis.add_artist(Line2D(x, y, color=colour, linewidth=width, linestyle=dash, **style))


def marks(axis: Axes, x: Any, y: Any, colour: str, marker: str | int = "o", size: float = 4, **style: Any) -> None:
    """A mark at each point."""
    line(axis, x, y, colour, dash="none", marker=marker, markersize=size, **style)


def bars(axis: Axes, lengths: Any, colours: Any, thickness: float, across: bool = False) -> None:
    """Bars from zero at 0, 1, 2 …, upright or lying `across`; one artist for all of a colour."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    ends, colours = np.asarray(lengths, dtype=float), np.asarray(colours)
    across_bar = np.arange(len(ends))[:, None] + thickness * np.array([-0.5, -0.5, 0.5, 0.5])
    corners = np.stack([across_bar, ends[:, None] * [0, 1, 1, 0]], axis=-1)
    for colour in np.unique(colours[np.isfinite(ends)]):
        outlines = corners[np.isfinite(ends) & (colours == colour), :, :: -1 if across else 1]
        axis.add_artist(PathPatch(Outline.make_compound_path_from_polys(outlines), facecolor=colour, linewidth=0))


def words(axis: Axes, x: float, y: float, text: str, right: float = 0, up: float = 0, **style: Any) -> None:
    """Words at a point of the panel's scales, or so many points to its right and above it."""
    from matplotlib.transforms import ScaledTranslation

    place = axis.transData + ScaledTranslation(right / 72, up / 72, axis.figure.dpi_scale_trans)
    axis.figure.text(x, y, text, transform=place, **{"va": "center"} | style)


def names_beside(axis: Axes, x: float, ends: Mapping[str, float], inks: Iterable[str]) -> list[float]:
    """Each line's name to the right of its end, in its own ink and clear of the next name; widths of the names.

    ends: the lines' last values by their names.
    """
    low, high = axis.get_ylim()
    point = (high - low) / axis.bbox.height  # of height, in the scale's unit
    rows = {name: textwrap.wrap(name, 24) for name in sorted(ends, key=lambda name: ends[name])}
    tall = {name: (11 * len(rows[name]) + 1) * point for name in rows}
    middles, floor, ceiling = dict(ends), low, high
    for name in rows:  # from the lowest up, then down again from the top
        middles[name] = max(middles[name], floor + tall[name] / 2)
        floor = middles[name] + tall[name] / 2
    for name in reversed(rows):
        middles[name] = min(middles[name], ceiling - tall[name] / 2)
        ceiling = middles[name] - tall[name] / 2
    for name, ink in zip(ends, inks, strict=False):
        ink, text = TEXT_INK.get(ink, ink), "\n".join(rows[name])
        words(axis, x, middles[name], text, right=BESIDE, bbox=ON_WHITE, color=ink, linespacing=1.05)
    return [text_width(row) for name in rows for row in rows[name]]


# --- scales


def scale_to(axis: Axes, values: Any, margin: float) -> None:
    """Fit the vertical scale to the values, with a margin of so much of their range above and below."""
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 1.0)
    room = margin * (high - low) if high - low > 1e-9 * abs(high) else 0.05 * abs(high) or 0.05
    axis.set_ylim(low - room, high + room)


def values_axis(axis: Axes, title: str, unit: str, decimals: int | None = None) -> None:
    """Figures up the side, printed as a table prints them, a gridline at each, and above them what the panel shows."""
    axis.set_title(title)
    ticks, labels = figures_between(*axis.get_ylim(), unit, decimals)
    side_labels(axis, ticks, labels)
    across, up = np.tile([0, 1, np.nan], len(ticks)), np.repeat(ticks, 3)
    line(axis, across, up, "#D9DEE3", 0.6, transform=axis.get_yaxis_transform(), zorder=0.4)


def months_axis(panels: Sequence[Axes], months: pd.PeriodIndex, places: int = 0, beside: Iterable[float] = ()) -> None:
    """Quarter-ends along the foot of the lowest panel: few enough to stay level and readable.

    places: the months that there is room for, should there be fewer. beside: widths, in points, of words to the right
    of the last month, for which room is made.
    """
    count, wide = len(months), panels[0].bbox.width
    low, high = min(0, count - places) - 0.8, count + 0.07 * max(count, places)
    share = (BESIDE + max(beside, default=0) + 2) / wide
    high = max(high, low + (count - 0.64 - low) / (1 - share))  # from the right-hand side of the last month's bar
    for panel in panels:
        panel.set_xlim(low, high)
    step = next(step for step in _MONTH_STEPS if step * wide / (high - low) >= text_width("Dec-19") + 4)
    ticks = [i for i, month in enumerate(months) if (months[-1].ordinal - month.ordinal) % step == 0]
    foot_labels(panels, ticks, [wording.short_month(months[i]) for i in ticks])


def figures_between(low: float, high: float, unit: str, decimals: int | None = None) -> tuple[list[float], list[str]]:
    """A handful of round figures between two others, and each as a table prints it: no two of them alike."""
    from matplotlib.ticker import Locator, MaxNLocator, MultipleLocator

    locator: Locator = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10])
    if unit == wording.SECONDS:  # whole parts of a minute, not of a hundred seconds
        locator = MultipleLocator(next(step for step in _SECONDS if (high - low) / step <= 5))
    ticks = [tick for tick in locator.tick_values(low, high) if low <= tick <= high]
    fewest = 0 if unit == wording.PERCENT else decimals or 0
    places = [next(n for n in range(fewest, 16) if abs(tick - round(tick, n)) < 1e-9) for tick in ticks]
    return ticks, [wording.value_in_table(tick, unit, n) for tick, n in zip(ticks, places, strict=True)]


def side_labels(axis: Axes, at: Iterable[float], labels: Sequence[str], bold: str = "") -> None:
    """Labels to the left of a panel, one of them `bold`; panels give way until the longest has room."""
    place, va, ha = axis.get_yaxis_text1_transform(3.5)
    for y, label in zip(at, labels, strict=True):
        axis.figure.text(0, y, label, transform=place, va=va, ha=ha, fontweight="bold" if label == bold else "normal")
    room = EDGE + max((text_width(label, label == bold) for label in labels), default=0) + 3.5
    for panel in axis.figure.axes:
        box = panel.get_position()
        left = max(box.x0, room / WIDTH)
        panel.set_position((left, box.y0, box.x1 - left, box.height))


def foot_labels(panels: Sequence[Axes], at: Sequence[float], labels: Sequence[str], name: str = "") -> None:
    """Ticks below panels, labels below the lowest, and below them the name of the scale."""
    from matplotlib.markers import TICKDOWN

    for panel in panels:
        foot = panel.get_xaxis_transform()
        marks(panel, at, np.zeros(len(at)), GREY, TICKDOWN, 3, transform=foot, clip_on=False, markeredgewidth=0.8)
    middle = sum(panels[-1].get_xlim()) / 2
    for x, label, down in [*((x, label, 6.5) for x, label in zip(at, labels, strict=True)), (middle, name, 19.5)]:
        place, va, ha = panels[-1].get_xaxis_text1_transform(down)
        panels[-1].figure.text(x, 0, label, transform=place, va=va, ha=ha)
