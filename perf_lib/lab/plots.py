"""Plots of any monthly frame on the caller's own axes: matplotlib's, to be drawn on, styled and saved further.

Every plot takes `ax`, as seaborn's do, and answers with it; without, it draws on the current axes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from perf_lib.lab import trends
from perf_lib.lab.frames import Data, Months, read_monthly
from perf_lib.stats.transforms import Kind
from perf_lib.views.charts.canvas import BAND, BLUE, GREY, ORANGE, PEER
from perf_lib.words.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plot_months(data: Data, ax: Axes | None = None, **style: Any) -> Axes:
    """Each series as a line over its months.

    data: as in `read_monthly`. style: matplotlib's, such as colour or line width. The scale is in the data's unit.
    Raises InputError as `read_monthly` does.

    >>> frame = pd.DataFrame({"thefts": [10, 12, 11]}, index=["2019-04", "2019-05", "2019-06"])
    >>> plot_months(frame).get_lines()[-1].get_label()
    'thefts'
    """
    ax, frame = _axes(ax), read_monthly(data, dates=True)
    for name in frame:
        ax.plot(frame.index, frame[name], **{"label": str(name)} | style)
    if frame.shape[1] > 1:
        ax.legend()
    return ax


def plot_expected(
    data: Data,
    kind: Kind = "count",
    denominators: Data | None = None,
    breaks: Months = None,
    exclude: Months = None,
    ax: Axes | None = None,
) -> Axes:
    """One series before the range expected of each month, a triangle at each month outside it.

    Arguments as in `expected`, of one series. Raises InputError as `expected` does, and for several series.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> plot_expected(pd.Series([*[100, 104] * 29, 100, 300], months, name="thefts")).get_title()
    'thefts'
    """
    table = trends.expected_months(data, kind, denominators, breaks, exclude, dates=True)
    names = table.index.unique("series")
    if len(names) != 1:
        raise InputError(f"plot_expected draws one series, not {len(names)}; write frame[name], or facet for several")
    return _before_range(_axes(ax), table.loc[names[0]], names[0])


def _before_range(ax: Axes, table: pd.DataFrame, name: object) -> Axes:
    ax.fill_between(table.index, table["lower"], table["upper"], color=BAND, linewidth=0, label="expected")
    ax.plot(table.index, table["observed"], color=BLUE, label=str(name))
    for marker, outside in (("^", table["observed"] > table["upper"]), ("v", table["observed"] < table["lower"])):
        ax.plot(table.index[outside], table["observed"][outside], marker, color=ORANGE)
    ax.set_title(str(name))
    return ax


def plot_peers(rates: Data, area: str, ax: Axes | None = None) -> Axes:
    """An area's newest rate among its peers': a dot an area, lowest at the foot, and their average.

    rates: as in `peers`. Raises InputError as `peers` does.

    >>> areas = pd.DataFrame({"Here": [61.5], "A": [91.1], "B": [58.3], "C": [72.7]}, index=["2019-12"])
    >>> [label.get_text() for label in plot_peers(areas, "Here").get_yticklabels()]
    ['B', 'Here', 'C', 'A']
    """
    newest = trends.peers(rates, area).iloc[-1]
    ax, at = _axes(ax), read_monthly(rates).loc[newest.name].dropna().sort_values()
    ax.scatter(at, np.arange(len(at)), color=[BLUE if name == area else PEER for name in at.index])
    ax.axvline(newest["average"], color=GREY, linewidth=1)
    ax.set_yticks(np.arange(len(at)), list(map(str, at.index)))
    return ax


def funnel(cases: pd.Series, of: pd.Series, per: float = 100, ax: Axes | None = None) -> Axes:
    """Shares of areas of unlike size, between the limits that chance alone gives a share of that size.

    cases, of: counts by area and what they are out of. per: 100 draws per cent. ax: the axes to draw on. The funnel is
    about the share of all areas together; 95 and 99.8 per cent of areas lie in it if none differs. Areas outside the
    outer limits are named. Raises InputError for areas that the two do not share, and for more cases than there are.
    Source: Spiegelhalter, Statistics in Medicine 24 (2005), exact binomial limits.

    >>> counts = pd.DataFrame({"solved": [30, 38, 80], "crimes": [100, 120, 150]}, index=["A", "B", "C"])
    >>> [text.get_text() for text in funnel(counts["solved"], counts["crimes"]).texts]
    ['C']
    """
    from scipy.stats import binom  # type: ignore[import-untyped]  # SciPy ships no types

    both = pd.DataFrame({"cases": cases, "of": of}).astype(float)
    if not (wrong := both[~(both["cases"].between(0, both["of"]) & (both["of"] > 0))]).empty:
        name, (count, total) = wrong.index[0], wrong.iloc[0]
        raise InputError(f"funnel: {name}: {count:g} of {total:g}; write 0 or more cases, of no fewer")
    ax, share = _axes(ax), both["cases"].sum() / both["of"].sum()
    sizes = np.unique(np.geomspace(max(1, both["of"].min() / 1.5), 1.2 * both["of"].max(), 200).round())
    for level, dash in ((0.95, "--"), (0.998, "-")):
        for tail in ((1 - level) / 2, (1 + level) / 2):
            ax.plot(sizes, per * binom.ppf(tail, sizes, share) / sizes, dash, color=GREY, linewidth=1)
    ax.axhline(per * share, color=GREY, linewidth=1)
    ax.scatter(both["of"], per * both["cases"] / both["of"], color=BLUE, zorder=3)
    chances = binom.sf(both["cases"] - 1, both["of"], share), binom.cdf(both["cases"], both["of"], share)
    for name in both.index[np.minimum(*chances) < 0.001]:
        ax.annotate(str(name), (both["of"][name], per * both["cases"][name] / both["of"][name]), (5, 3),
                    textcoords="offset points")  # fmt: skip
    return ax


def facet(data: Data, kind: Kind = "count", denominators: Data | None = None, columns: int = 3) -> Figure:
    """Small multiples: every series in a panel of its own, before the range expected of each month.

    Arguments as in `expected`. columns: panels in a row. All panels share the months; each has its own scale.
    Raises InputError as `expected` does.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> frame = pd.DataFrame({"North": [9, 11] * 30, "South": [20, 22] * 30}, index=months)
    >>> len(facet(frame).axes)
    2
    """
    from matplotlib import pyplot

    table = trends.expected_months(data, kind, denominators, dates=True)
    names = table.index.unique("series")
    rows = -(-len(names) // columns)
    figure, panels = pyplot.subplots(
        rows, columns, sharex=True, squeeze=False, layout="constrained", figsize=(3.2 * columns, 1.9 * rows)
    )
    for panel in panels.ravel()[len(names) :]:
        panel.remove()
    for name, panel in zip(names, panels.ravel(), strict=False):
        _before_range(panel, table.loc[name], name)
    return figure


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.gca()
