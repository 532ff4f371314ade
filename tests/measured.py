"""What tests/benchmarks measured, read from its committed results: for the README's tables and for the tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

RESULTS = Path(__file__).parent / "benchmarks" / "results"


@cache
def tables(name: str) -> dict[str, list[list[str]]]:
    """A result's tables by the heading they stand under: the header row, then the others, cells as text."""
    found: dict[str, list[list[str]]] = {}
    heading = ""
    for line in (RESULTS / f"{name}.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("|") and not line.startswith("| ---"):
            found.setdefault(heading, []).append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def cells(name: str, heading: str) -> dict[str, list[str]]:
    """The rows of the table whose heading starts so, by their first cell."""
    table = next(rows for title, rows in tables(name).items() if title.startswith(heading))
    return {row[0]: row[1:] for row in table[1:]}


def numbers(name: str, heading: str) -> dict[str, list[float]]:
    """The same as numbers."""
    return {row: [float(cell) for cell in found] for row, found in cells(name, heading).items()}


def mean(rows: dict[str, list[float]]) -> float:
    """The mean of a whole table."""
    every = [value for row in rows.values() for value in row]
    return sum(every) / len(every)


def any_false_alarm() -> dict[str, float]:
    """Per cent of stable series showing any symbol at a quarter's end: by the published rules, and solid."""
    return {
        "published": numbers("false_alarms", "The published rules")["any"][-1],
        "solid": numbers("false_alarms", "Solid symbols")["any"][-1],
    }


def unmet(name: str) -> list[str]:
    """The goals of a result that are not met."""
    return [goal for goal, (_, met) in cells(name, "Targets").items() if met != "yes"]


def markdown(header: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown, its first column words and the others numbers."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


STATISTICS = "expected rivals projection false_alarms thirty_measures suspected_breaks peers speed".split()
"""The results of what the statistics are held to."""

_LASTING = (
    "on these series CUSUM of four fixed years finds most of lasting steps of 20 per cent, and no set half of them"
)
_SHOCK = "no history holds what the pandemic did, so an interval made before it is too narrow"
_AFTERWARDS = "the pandemic's months are among those learnt from, so an interval made after it is too wide"
_TAILS = "real noise is far out more often than the model allows for, so some of what is clear is noise"
UNMET: dict[tuple[str, str], str] = {
    ("expected", "fall of 30 % after a step of +30 %, 100 to 500 a month: 70 %"): "short by less than a standard error",
    ("rivals", "+20 % within six months, real series: 50 %"): _LASTING,
    ("rivals", "+40 % within six months, real series: 73 %"): "ahead of every rival on these series, and still short",
    ("rivals", "+20 %: ahead of CUSUM in both worlds"): (
        "CUSUM adds up six months, which suits a step that lasts; at 5 to 30 a month, and at +40 % on real series, not"
    ),
    **{
        ("projection", f"{what}: 80 % interval covers 77 to 83 %"): _SHOCK if "2020" in what else _AFTERWARDS
        for what in (
            *("counts, 2020-21", "counts, 2022-23", "counts, 2024-26", "shares, 2020-21", "shares, 2022-23"),
            *("shares, 2024-26", "means, 2020-21"),
            *(f"counts, {era}, each level" for era in ("2020-21", "2022-23", "2024-26")),
        )
    },
    ("thirty_measures", "stationary real noise: at least 2.4 of 6 found, the right way, at least as possible"): (
        "real months scatter more than the simulated ones that the goal was set on"
    ),
    ("thirty_measures", "stationary real noise: at most 12 % of clear measures false"): _TAILS,
    ("suspected_breaks", "at most 1.5 % of stationary real noise (60 months)"): "over it by less than a standard error",
}
"""Goals that are not met and why, by result and goal: what README prints, and tests hold to be all of them."""


def readme() -> str:
    """The README's tables of measurements."""
    return "\n\n".join(
        [
            "Real series: steps found within six months, at alarms in a tenth of series a year (per cent of 176 series "
            "of recorded crime, as they are and with their changes of level taken away), judged at quarters' ends.",
            _rivals(),
            "What the statistics were held to, and what they came to.",
            _goals(),
            "Goals that are not met, and why.",
            _unmet(),
            "A report of thirty measures of which none, or six, have changed.",
            _thirty(),
            "And besides, with the speed on one core.",
            _others(),
            "A public report's year, by the level of its months: how far rounding puts it off (counts; per cent).",
            _public(),
            "What the press and the readers of large files were held to, on two cores, and what they came to.",
            _targets(
                press="a pack",
                batch="43 forces",
                records="50 million records",
                street="20 million rows of street files",
                forces="six releases and 36 months of street files",
            ),
        ]
    )


def _rivals() -> str:
    heading = "Counts of real series and of stationary real noise, judged at quarters' ends"
    header, *rows = next(table for title, table in tables("rivals").items() if title == heading)
    return markdown(["rules", *header[1:]], rows)


def _goals() -> str:
    words = {"expected": "expected range", "rivals": "steps", "projection": "projection"}
    rows = [
        [f"{what}: {goal}", measured, met]
        for name, what in words.items()
        for goal, (measured, met) in cells(name, "Targets").items()
        if not goal.startswith("+20 %: ahead of")
    ]
    return markdown(["goal", "measured", "met"], rows)


def _unmet() -> str:
    rows = [[goal, cells(name, "Targets")[goal][0], reason] for (name, goal), reason in UNMET.items()]
    lines = ["| goal | measured | why |", "| --- | ---: | --- |", *("| " + " | ".join(row) + " |" for row in rows)]
    return "\n".join(lines)


def _public() -> str:
    rows = cells("public", "A year's total, rounded by the month to base 5")
    header = ["level", "mean error", "standard deviation", "largest", "off by more than 3 %"]
    return markdown(header, [[level, *row] for level, row in rows.items()])


def _thirty() -> str:
    shown = {
        "published, all": "published rules",
        "Making Data Count": "Making Data Count",
        "Nelson": "Nelson",
        "clear or possible": "verdict: clear or possible",
        "clear": "verdict: clear (false discovery 10 per cent)",
    }
    rows = []
    for heading, noise in (("A report of thirty", "simulated"), ("Thirty measures of stationary", "real noise")):
        found = cells("thirty_measures", heading)
        rows += [[f"{words}, {noise}", *_columns(found[name], 0, 2, 3)] for name, words in shown.items()]
    return markdown(["rule set", "false, none changed", "found of six changed", "of all flags, % false"], rows)


def _others() -> str:
    speed = numbers("speed", "Speed")
    steps = numbers("suspected_breaks", "Steps and drifts")["250"]
    noise = cells("suspected_breaks", "Stationary real noise, 60")["60 months"][-1]
    simulated = mean(numbers("suspected_breaks", "Stable series, 60"))
    anything = any_false_alarm()
    rows = [
        ["stable measures showing any published symbol at a quarter's end", f"{anything['published']:.1f} %"],
        ["the same, any solid symbol", f"{anything['solid']:.1f} %"],
        ["simulated stable series in which a break is suspected", f"{simulated:.1f} %"],
        ["the same, stationary real noise", f"{noise} %"],
        ["steps of 20 % suspected, at 250 a month", f"{steps[2]} %, {steps[3]} % of them within 3 months"],
        ["published rules, 1,505 series x 120 months, every month", f"{speed['published rules, every month'][1]} ms"],
        *([f"{name}, the same", f"{speed[name][1]} ms"] for name in speed if name.startswith("expected range, every")),
        ["expected range, 33 measures", f"{speed['expected range, newest quarter of 33 measures'][1]} ms"],
        ["projection of 33 measures", f"{speed['projection of 33 measures'][1]} ms"],
    ]
    return markdown(["what", "measured"], rows)


def _targets(**names: str) -> str:
    rows = [
        [f"{what}: {target}", found[0]]
        for name, what in names.items()
        for target, found in cells(name, "Target").items()
    ]
    return markdown(["target", "measured"], rows)


def _columns(row: list[str], *places: int) -> list[str]:
    return [row[place] for place in places]
