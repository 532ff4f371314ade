"""A body's register of measures, read without a catalogue: what each row of its spreadsheet says that it is.

What a row does not say is guessed from its title, unit and figures, and named among its doubts for a person to check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perf_lib.config.yaml import shown
from perf_lib.extracts.tables.files import read_sheets, table_of
from perf_lib.extracts.tables.schema import MONTHLY
from perf_lib.extracts.tables.typed import MARKS, figure_of
from perf_lib.extracts.tables.wide import WideRow, wide_sheet
from perf_lib.words.errors import InputError
from perf_lib.words.wording import MONEY, PERCENT, SECONDS

_UNITS = {
    **dict.fromkeys("% percent percentage pct".split(), PERCENT),
    **dict.fromkeys("s sec secs second mm:ss h:mm:ss hh:mm:ss time duration".split(), SECONDS),
    "£000": "£k", "£000s": "£k", "£ million": "£m", "£ millions": "£m", "position": "rank",
}  # fmt: skip
_MANY = (
    r"officers|staff|special constables|firefighters|volunteers|posts|vacanc\w+|headcount|workforce|open|outstanding"
)
_KINDS = (
    (r"rank.*", "", "given"),
    ("", r"\b(median|index|score|forecast|budget|reserves|balance)\b", "given"),
    (PERCENT, "", "proportion"),
    (r"[£$€].*", "", "given"),
    (r"per [\d,]+.*|.*\brate\b.*|index|score|ratio.*", "", "given"),
    (r"seconds|minutes|hours|days", r"\b(mean|average|time|wait|response)\b", "mean"),
    (r"fte|wte|full-time equivalents?|headcount|officers|staff|posts", "", "stock"),
    ("", rf"^(number of |police )*({_MANY})\b|waiting\b(?! time)|headcount|caseload|backlog|in post\b", "stock"),
)
"""The kind of a row by its unit and its title, the first that both fit; another is a count, of whole numbers."""
_BETTER = {
    **dict.fromkeys("lower low less fewer down decrease reduce ↓ minimise".split(), "lower"),
    **dict.fromkeys("higher high more up increase ↑ maximise bigger".split(), "higher"),
    **dict.fromkeys("neither neutral n/a none monitor context contextual".split(), "neither"),
}


@dataclass(frozen=True)
class Entry:
    """One measure as its row describes it: its entry in measures.yaml, and the keys of it that were guessed."""

    code: str
    keys: dict[str, Any]
    doubts: dict[str, str]
    """Why a key is to be checked, by the key."""


@dataclass
class Register:
    """The measures of a spreadsheet, the priorities that they stand under, the areas that it names."""

    entries: list[Entry] = field(default_factory=list)
    priorities: dict[int, str] = field(default_factory=dict)
    areas: list[str] = field(default_factory=list)


def read_register(path: Path, named: Mapping[str, str] | None = None) -> Register:
    """What a file of figures says of its measures; InputError where no row of it has figures by the month."""
    register, codes = Register(), dict[str, Entry]()
    for row in _rows(path, named or {}):
        area = row.description.get("area", "")
        register.areas += [area] if area and area not in register.areas else []
        title = row.description["measure"].strip("* ")
        if not row.cells or not title or title.lower() in codes or row.description.get("figure", "value") != "value":
            continue
        priority = _priority(row, register.priorities)
        entry = _entry(title, row, priority, {each.code for each in codes.values()})
        codes[title.lower()] = entry
    register.entries = list(codes.values())
    if not register.entries:
        raise InputError(f"{shown(path)}: no row has figures by the month; write months as headings, as Apr-24")
    return register


def _rows(path: Path, named: Mapping[str, str]) -> Iterator[WideRow]:
    """The rows of a file, a row a measure and area; of a tidy one its months put side by side."""
    sheets = read_sheets(path)
    wide = [each for sheet in sheets if (each := wide_sheet(path, sheet, named)) is not None]
    for each in wide:
        yield from each.rows()
    if not wide:
        table = table_of(path, sheets[0], MONTHLY)
        for (measure, area), rows in table.groupby(["measure", "area"], sort=False):
            cells = dict(zip(rows["month"], rows["value"], strict=True))
            unit = PERCENT if (rows["numerator"] != "").any() else ""
            description = {"measure": str(measure), "area": str(area), "unit": unit}
            yield WideRow(str(rows["line"].iloc[0]), description, cells, "")


def _priority(row: WideRow, priorities: dict[int, str]) -> int:
    """The row's priority: by its column, the section above it, or the first number of its reference."""
    words = row.description.get("priority") or row.section
    number = re.match(r"(?:\w+ )?(\d{1,2})\b[.: –-]*", words)
    if number is None and not words:
        number = re.match(r"\D*(\d{1,2})[.\-/]", row.description.get("reference", ""))
        at = int(number[1]) if number else 1
        priorities.setdefault(at, f"Priority {at}")
        return at
    title = words[number.end() :].strip() if number else words
    at = int(number[1]) if number else next((n for n, name in priorities.items() if name == words), len(priorities) + 1)
    priorities.setdefault(at, title or words)
    return at


def _entry(name: str, row: WideRow, priority: int, taken: set[str]) -> Entry:
    is_code = re.fullmatch(r"[a-z][a-z0-9_]*", name)
    title = name.replace("_", " ").capitalize() if is_code else name
    cells = [cell for cell in row.cells.values() if cell and cell.lower() not in MARKS]
    doubts: dict[str, str] = {}
    unit = _unit(title, row.description.get("unit", ""), cells)
    plain = [figure_of(cell, unit).replace(",", "") for cell in cells]
    decimals = max((len(number.partition(".")[2]) for number in plain), default=0)
    kind = next(
        (kind for units, titles, kind in _KINDS if _fits(units, unit, True) and _fits(titles, title, False)),
        "given" if decimals else "count",
    )
    doubts["kind"] = "how its months make a quarter"
    keys: dict[str, Any] = {"title": title, "priority": priority, "kind": kind, "unit": unit}
    keys |= _nouns(title, unit, kind)
    if "singular" in keys:
        doubts["noun"] = "how a sentence says it"
    better, words = _better(row.description), row.description.get("better", "")
    keys["better"] = better or "neither"
    if better is None:
        doubts["better"] = f"{words!r} is not known; lower, higher or neither" if words else "lower, higher or neither"
    if decimals and kind not in ("count", "proportion"):
        keys["decimals"] = min(decimals, 3)
    if text := row.description.get("target", ""):
        _add_target(keys, doubts, text, plain, any(cell != number for cell, number in zip(cells, plain, strict=True)))
    if reference := row.description.get("reference", ""):
        keys["also_called"] = [reference]
    code = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_") or "measure"
    code = code if code[0].isalpha() else f"m_{code}"
    code = next(each for each in (code, *(f"{code}_{n}" for n in range(2, 1000))) if each not in taken)
    return Entry(code, keys, doubts)


def _fits(form: str, words: str, whole: bool) -> bool:
    return not form or bool((re.fullmatch if whole else re.search)(form, words, re.IGNORECASE))


def _unit(title: str, written: str, cells: Sequence[str]) -> str:
    """The unit that a row names, or that its cells are written in; else what its title counts."""
    unit = _UNITS.get(written.lower(), written)
    if not unit and cells:
        if all("%" in cell for cell in cells):
            unit = PERCENT
        elif all(":" in cell for cell in cells):
            unit = SECONDS
        elif money := re.fullmatch(r"([£$€])[\d,.]+ ?(k|m|bn)?", cells[0]):
            unit = money[1] + (money[2] or "")
    of = re.search(r"\bof (\d+)\b", title)
    if unit.lower() == "rank" and of:
        return f"rank of {of[1]}"
    return unit or _plural(_lower(title))


def _lower(title: str) -> str:
    """A title within a sentence: its first letter small, unless its first word is an abbreviation or a number."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _plural(words: str) -> str:
    return words if words.endswith("s") else f"{words} cases"


def _singular(word: str) -> str:
    """One of what a plural names.

    >>> _singular("crimes"), _singular("burglaries"), _singular("losses")
    ('crime', 'burglary', 'loss')
    """
    for ending, one in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("s", "")):
        if word.endswith(ending):
            return word.removesuffix(ending) + one
    return word


def _nouns(title: str, unit: str, kind: str) -> dict[str, str]:
    """How a sentence names the measure: of a count or a stock its plural and the noun for one."""
    name = _lower(title)
    if unit.startswith(name) and kind in ("count", "stock"):  # it names no unit of its own
        return {"noun": unit, "singular": " ".join([*unit.split()[:-1], _singular(unit.split()[-1])])}
    if kind not in ("count", "stock"):
        says_share = re.search(r"\b(rate|share|percent\w*|proportion|per cent|ratio)\b|%", name, re.IGNORECASE)
        return {"noun": f"share of {name}" if unit == PERCENT and not says_share else name}
    name = re.sub(r"^(all|total|overall|number of|volume of) ", "", name, flags=re.IGNORECASE)
    words, unit = name.split(), unit.lower()
    plural = next((word for word in words if word == unit), None)
    plural = plural or next(
        (w for w in words if re.fullmatch(r"[a-z]{3,}[^s\W]s", w) and w not in ("less", "loss")), None
    )
    if plural is None and words[-1] == _singular(unit):
        words[-1] = plural = unit
    elif plural is None:
        words, plural = [*words, unit], unit
    one = [_singular(word) if word == plural else word for word in words]
    return {"noun": " ".join(words), "singular": " ".join(one)}


def _better(description: Mapping[str, str]) -> str | None:
    words = re.findall(r"[\w/↓↑]+", description.get("better", "").lower())
    return next((_BETTER[word] for word in words if word in _BETTER), None)


def _add_target(keys: dict[str, Any], doubts: dict[str, str], text: str, plain: Sequence[str], marked: bool) -> None:
    """Add the target that a cell holds, in the measure's unit, or a doubt where it cannot be told."""
    sign = re.match(r"[<>≤≥=]+|(?:at least|at most|under|over|below|above|minimum|maximum)\b", text.lower())
    bare = text[sign.end() :].strip() if sign else text
    number = figure_of(bare, keys["unit"]).replace(",", "")
    if not re.fullmatch(r"\d+(\.\d+)?", number):
        doubts["title"] = f"its target {text!r} could not be read; add one under `target`"
        return
    target = float(number)
    if keys["unit"] == PERCENT and bare == number and 0 < target <= 1 and marked:
        target = round(target * 100, 10)
        doubts["target"] = f"the cell holds {text}"
    if keys["kind"] == "count" and plain and target > 4 * max(map(float, plain)):
        keys["target"] = {"level": target, "each": "year"}
        doubts["target"] = "a year's"
    else:
        keys["target"] = target
        if keys["kind"] == "count":
            doubts["target"] = "a month's"
    if keys["better"] == "neither":
        keys["better"] = "lower" if sign and re.match(r"[<≤]|at most|under|below|max", sign[0]) else "higher"
        doubts["better"] = "lower or higher: a target needs one"
    if MONEY.fullmatch(keys["unit"]):
        doubts["target"] = "met where the figure is on the better side of it"
