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
    """Per cent of stable series showing any symbol at a quarter's end, by rule set."""
    return {
        "published": numbers("false_alarms", "The published rules")["any"][-1],
        "calibrated": mean(numbers("false_alarms", "Any calibrated symbol at 1 per cent, 60")),
    }


def markdown(header: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown, its first column words and the others numbers."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def readme() -> str:
    """The README's tables of measurements."""
    return "\n\n".join(
        [
            "False alarms: measures of which none, or six, have changed, in a report of thirty.",
            _thirty(),
            "Steps found within six months, at as many false alarms as the rival's (per cent of series).",
            _side_by_side(),
            "Each calibrated rule on stable series (per cent, either direction; the lowest and highest of six kinds).",
            _rules(),
            "And besides, with the speed on one core.",
            _others(),
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


def _thirty() -> str:
    shown = {
        "published, all": "published rules",
        "Making Data Count": "Making Data Count",
        "Nelson": "Nelson",
        "calibrated 1 %, 60 months": "calibrated at 1 per cent",
        "calibrated, false discovery 10 %, 60 months": "exceptions (false discovery 10 per cent)",
    }
    measured = cells("thirty_measures", "A report of thirty")
    header = ["rule set", "false, none changed", "found of six changed", "of all flags, % false"]
    return markdown(header, [[words, *_columns(measured[name], 0, 2, 3)] for name, words in shown.items()])


def _side_by_side() -> str:
    table = next(iter(tables("side_by_side").values()))
    rows = []
    for place, row in enumerate(table):
        if row[0] in ("Making Data Count", "Making Data Count, chart of 60 months", "Nelson"):
            rows += [row, ["— calibrated, 60 months", *table[place + 1][1:]]]
            assert table[place + 1][0].startswith("— calibrated, 60 months, as many")
    return markdown(["rule set", "no change (false)", "step +5 %", "step +10 %", "step +20 %"], rows)


def _rules() -> str:
    words = {"month": "one month", "three": "three months", "eight": "eight months", "slope": "monthly trend"}
    words["year"] = "this year against last"
    nominal = numbers("false_alarms", "Each rule at nominal 5 per cent, 60")
    at_one = cells("false_alarms", "Each symbol at 1 per cent, 60")
    header = ["rule", "its test at nominal 5 %", "its symbol at nominal 5 %", "its symbol at 1 %"]
    rows = [
        [title, _span(nominal[f"{name}: test"]), _span(nominal[f"{name}: symbol"]), at_one[name][0]]
        for name, title in words.items()
    ]
    return markdown(header, rows)


def _others() -> str:
    coverage = numbers("projection", "Simulated")["all simulated"]
    real = numbers("projection", "Real")["all real"]
    speed = numbers("speed", "Speed")
    suspected = mean(numbers("suspected_breaks", "Stable series, 60"))
    steps = numbers("suspected_breaks", "Steps and drifts")["250"]
    anything = any_false_alarm()
    rows = [
        ["stable measures showing any published symbol at a quarter's end", f"{anything['published']:.1f} %"],
        ["the same, any calibrated symbol at 1 per cent", f"{anything['calibrated']:.1f} %"],
        ["80 and 95 % intervals of the rolling 12 months cover, simulated", f"{coverage[-2]} and {coverage[-1]} %"],
        ["the same, real monthly series of the West Midlands", f"{real[-2]} and {real[-1]} %"],
        ["stable series in which a break is suspected", f"{suspected:.1f} %"],
        ["steps of 20 % suspected, at 250 a month", f"{steps[2]} %, {steps[3]} % of them within 3 months"],
        ["published rules, 1,505 series x 120 months, every month", f"{speed['published rules, every month'][1]} ms"],
        ["calibrated rules, the same", f"{speed['calibrated rules, every month'][1]} ms"],
        ["calibrated rules, newest month only", f"{speed['calibrated rules, newest month'][1]} ms"],
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


def _span(values: list[float]) -> str:
    return f"{min(values)} to {max(values)}"
