"""What every chart shares: its paper, ink and type, and how it becomes an accessible figure on a page.

Colours are the six of the Government Analysis Function's guidance for categorical data; bars start at zero;
the message is the figure's caption, in the page's own type; no chart has two vertical axes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pandas as pd
from markupsafe import Markup

from perf_lib.views.html import Fragment, fill
from perf_lib.words import wording

if TYPE_CHECKING:  # half a second to load: only who draws waits for it
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

BLUE, TURQUOISE, PINK, ORANGE, GREY, PURPLE = "#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1"
PALETTE = (BLUE, ORANGE, TURQUOISE, PINK, PURPLE, GREY)
# The paler of the six, darkened until words in them stand out from white by 4.5 to 1.
TEXT_INK = {ORANGE: "#B34A12", TURQUOISE: "#1B7069", PURPLE: "#6B45A8"}
ILLUSTRATIVE = "#8195A9"
BAND = "#E4E8EC"
LEFT_OUT = "#FAD5C0"
WIDTH = 7.0  # inches: the text width of an A4 page

_SECONDS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10**9)
Given = ParamSpec("Given")
Made = TypeVar("Made")

_FONTS = Path(__file__).parents[2] / "fonts"
# Liberation Sans has Arial's widths to the unit: what is laid out here fits wherever either is installed.
_FAMILY = "Liberation Sans, Arial, Helvetica, sans-serif"
_STYLE = {
    "font.family": "Liberation Sans",
    "font.size": 9,
    "axes.edgecolor": "#7a8691",
    "axes.labelcolor": GREY,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#D9DEE3",
    "grid.linewidth": 0.6,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "text.color": GREY,
    "svg.fonttype": "none",
    "svg.hashsalt": "perf_lib",
}


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


def in_house_style(draw: Callable[Given, Made]) -> Callable[Given, Made]:
    """Draw in our type and ink without touching the caller's own matplotlib settings."""

    @wraps(draw)
    def styled(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        import matplotlib as mpl

        with mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(_style())  # type: ignore[arg-type]  # its keys are a long list of literals
            return draw(*args, **kwargs)

    return styled


@in_house_style
def warm() -> None:
    """Load what drawing needs, for all processes that will be forked from this one."""
    drawn(canvas(1)[0])


def canvas(height: float, rows: int = 1, ratios: tuple[float, ...] = (1.0,)) -> tuple[Canvas, list[Axes]]:
    """Paper of the text's width and a number of panels on it, one above another, months aligned."""
    from matplotlib.figure import Figure

    paper = Figure(figsize=(WIDTH, height), layout="constrained")
    panels = paper.subplots(rows, 1, sharex=rows > 1, squeeze=False, gridspec_kw={"height_ratios": ratios})
    return paper, list(panels[:, 0])


def drawn(paper: Canvas) -> str:
    """The chart as SVG: text as text, no date, no program's name, the same bytes each time."""
    sink = io.StringIO()
    paper.savefig(sink, format="svg", metadata={"Date": None, "Creator": None})
    svg = sink.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = svg.replace("'Liberation Sans'", _FAMILY)
    return re.sub(r">\s+<", "><", re.sub(r"\s*\n\s*", " ", svg)).strip()


def data_uri(svg: str) -> Markup:
    """The drawing inside the page itself, readable and a third smaller than base64."""
    text = svg.replace('"', "'")
    for character, code in (("%", "%25"), ("#", "%23"), ("<", "%3C"), (">", "%3E"), ("&", "%26")):
        text = text.replace(character, code)
    # No quotation mark, angle bracket or ampersand is left, so it stands in an attribute as it is.
    return Markup(f"data:image/svg+xml,{text}")  # noqa: S704 - see the line above


def months_axis(axis: Axes, months: pd.PeriodIndex, every: int | None = None) -> None:
    """Quarter-ends along the bottom: few enough to stay level and readable."""
    step = every or (3 if len(months) <= 40 else 6)
    marks = [i for i, month in enumerate(months) if (months[-1].ordinal - month.ordinal) % step == 0]
    axis.set_xticks(marks, [wording.short_month(months[i]) for i in marks])
    axis.set_xlim(-0.8, len(months) + 0.07 * len(months))  # room for the newest figure beside its month
    axis.grid(visible=False, axis="x")


def values_axis(axis: Axes, unit: str, decimals: int | None = None) -> None:
    """Figures up the side, printed as a table prints them."""
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    small = max(abs(edge) for edge in axis.get_ylim()) < 10

    def printed(value: float, _: int) -> str:
        if unit == wording.SECONDS:
            return wording.clock(value)
        fine = decimals if decimals is not None else 0
        fine = max(fine, 1) if small and unit not in (wording.PERCENT,) and abs(value % 1) > 1e-9 else fine
        return wording.value_in_table(value, unit, fine if unit != wording.PERCENT else int(abs(value % 1) > 1e-9))

    axis.yaxis.set_major_formatter(FuncFormatter(printed))
    if unit == wording.SECONDS:  # whole parts of a minute, not of a hundred seconds
        low, high = axis.get_ylim()
        axis.yaxis.set_major_locator(MultipleLocator(next(step for step in _SECONDS if (high - low) / step <= 5)))
    else:
        axis.locator_params(axis="y", nbins=5)


def panel_title(axis: Axes, text: str) -> None:
    """What a panel shows, at its top left."""
    axis.set_title(text, loc="left", fontsize=9, fontweight="bold", color=GREY, pad=6)


@cache
def _style() -> dict[str, Any]:
    from matplotlib import font_manager

    for path in sorted(_FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(path)
    return dict(_STYLE)
