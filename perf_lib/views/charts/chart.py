"""A drawn chart: an accessible figure on a page, a file to take away, and the numbers behind it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pandas as pd

from perf_lib.views.charts.canvas import WIDE, data_uri, in_house_style, svg
from perf_lib.views.html import Fragment, fill
from perf_lib.words import wording
from perf_lib.words.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Chart:
    """A drawn chart: its message, what is plotted, the words for who cannot see it, and the figures behind it."""

    title: str
    subtitle: str
    alt: str
    svg: str = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    narrow: str = field(default="", repr=False)
    """The drawing for a phone; empty where there is only one."""
    drawn_from: str = field(default="", repr=False, compare=False)
    """The fingerprint of what it was drawn from."""
    data: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, compare=False)
    """The figures behind it as numbers, in the measure's unit."""
    draw: Callable[[float], Figure] | None = field(default=None, repr=False, compare=False)
    """Draws it again, so many points wide."""

    def save(self, path: str | Path, dpi: float = 200) -> None:
        """Write the drawing to a file: .svg, .png or .pdf by its name. dpi: of a .png."""
        kind, file = Path(path).suffix.lower(), Path(path)
        if kind not in (".svg", ".png", ".pdf"):
            raise InputError(f"{file}: a chart is saved as .svg, .png or .pdf; write {file.with_suffix('.png')}")
        if kind == ".svg" or self.draw is None:
            file.write_text(self.svg, encoding="utf-8")
            return
        with in_house_style():
            self.draw(WIDE).savefig(file, dpi=dpi)

    def to_csv(self, path: str | Path) -> None:
        """Write the figures behind the chart, as numbers, to a CSV file."""
        self.data.to_csv(path)

    def _repr_html_(self) -> str | tuple[str, dict[str, str]]:
        return self.fragment()._repr_html_()

    def fragment(self) -> Fragment:
        """The figure as a piece of a page."""
        html = fill(
            "chart.html.j2",
            chart=self,
            uri=data_uri(self.svg),
            narrow=data_uri(self.narrow).replace(" ", "%20"),  # a space ends an address in srcset
            csv=f"data:text/csv;charset=utf-8,{quote(self._csv())}",
            file=re.sub(r"\W+", "-", self.title.lower()).strip("-"),
            headings=list(self.table.columns),
        )
        return Fragment(html, f"{self.title}\n{self.subtitle}\n{self.alt}", self.drawn_from)

    def _csv(self) -> str:
        """The figures as a spreadsheet reads them: as printed, but numbers without commas and nothing for a dash."""
        plain = str.maketrans({",": "", "−": "-", "–": ""})
        figures = self.table.iloc[:, 1:].map(lambda cell: cell.translate(plain) if not cell[:1].isalpha() else cell)
        return pd.concat([self.table.iloc[:, :1], figures], axis=1).to_csv(index=False)


def figures(data: pd.DataFrame, printers: Mapping[str, Callable[[Any], str]], head: str = "Month") -> dict[str, Any]:
    """The figures behind a chart by their names in a Chart: as numbers, and each column as its printer prints it.

    Months in the index are printed short, anything else as it is.
    """
    rows = [wording.short_month(row) if isinstance(row, pd.Period) else row for row in data.index]
    columns = {name: [*map(printers[name], data[name])] for name in data}
    return {"data": data, "table": pd.DataFrame({head: rows} | columns)}


def of_figure(figure: Figure | Axes, alt: str, caption: str, data: pd.DataFrame | None = None) -> Chart:
    """A figure that somebody else drew, as a chart of a page."""
    for name, text in (("alt", alt), ("caption", caption)):
        if not text.strip():
            raise InputError(f"figure: {name} is empty; write in a sentence what the figure shows")
    whole: Any = figure if hasattr(figure, "savefig") else figure.figure
    with in_house_style():
        drawing = re.sub(r"<[^>]*>", lambda tag: tag[0].replace("'", ""), svg(whole))  # names of fonts need no marks
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close(whole)  # which Jupyter would show once more below
    behind = figures(data, dict.fromkeys(data, str), str(data.index.name or "Month")) if data is not None else {}
    return Chart(caption, "", alt, drawing, **({"table": pd.DataFrame()} | behind), draw=lambda width: whole)
