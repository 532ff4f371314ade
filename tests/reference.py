"""REFERENCE.md's generated parts: `python tests/reference.py` rewrites them, a test holds them current.

A part stands between `<!-- name -->` and `<!-- end -->`; what lies between parts is written by hand and left alone.
Keys come from the models that read them and from those models' attribute docstrings, calls from the classes that a
notebook touches, commands from the command line itself.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import readme_tables
import typer.main
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import perf_lib
from perf_lib.cli import app
from perf_lib.config.catalogue import Measure, OpenData
from perf_lib.config.settings import (
    Body,
    Break,
    DeepDive,
    Highlights,
    Inputs,
    Objective,
    PeerGroup,
    Restatements,
    Settings,
)
from perf_lib.config.target import Target
from perf_lib.config.yaml import read_yaml
from perf_lib.extracts.records import definitions
from perf_lib.report import MeasureReport, Report
from perf_lib.words import errors

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "REFERENCE.md"
QUARTER = "2019-20-Q3"
LONGEST_EXAMPLE = 60

EXAMPLES: dict[tuple[type[BaseModel], str], object] = {
    (Measure, "marking"): "provisional",
    (Measure, "safe"): "it counts hours, and no people",
    (Measure, "breakdown_of"): "crime_volume",
    (Target, "level"): 90,
    (Target, "between"): [75, 150],
    (Target, "years"): {"2024-25": 1080, "2025-26": 1060},
    (Target, "change"): -2,
    (Target, "on"): "2019-20",
    (Target, "measure"): "budget",
    (Target, "each"): "year",
    (Target, "near"): 2,
    (OpenData, "police_uk_but"): ["Anti-social behaviour"],
    (Inputs, "records"): "records.yaml",
    (Inputs, "markings"): {"months.xlsx": "provisional"},
    (Inputs, "made_from"): "made_from.csv",
    (Inputs, "rejected_share"): 0.01,
    (Inputs, "columns"): {"Our aim": "target", "Comments": "ignored"},
    (Settings, "areas"): ["City", "Coast", "Hills"],
    (Settings, "year_starts"): 1,
    (Settings, "language"): "cy-GB",
    (Settings, "show_unsupplied"): False,
    (Settings, "public_leaves_out"): ["OFFICIAL-SENSITIVE"],
    (Settings, "rounding_base"): 3,
    (Settings, "sources"): {"three in ten": "Force survey, 2019"},
    (definitions.Table, "folder"): "warehouse",
    (definitions.Table, "connection"): "custody",
    (definitions.Table, "table"): "dbo.custody_records",
    (definitions.Table, "date_format"): "%d/%m/%Y",
    (definitions.Table, "numbers"): ["hours"],
    (definitions.Table, "area"): "force_name",
    (definitions.Table, "first_month"): "2015-01",
    (definitions.Definition, "denominator_column"): "headcount",
}
"""Examples of keys that the sample's params do not use."""


# Keys


def measure_keys() -> str:
    measures = list(read_yaml(ROOT / "params" / "measures.yaml").values())
    nested = [entry["open_data"] for entry in measures if "open_data" in entry]
    return _sections(
        [
            ("A measure", Measure, measures, ("code",)),
            ("`target` of a measure", Target, [], ()),
            ("`open_data` of a measure", OpenData, nested, ()),
        ]
    )


def settings_keys() -> str:
    folder = ROOT / "params"
    written = {**read_yaml(folder / "settings.yaml"), **read_yaml(folder / QUARTER / "settings.yaml")}
    dive = written["deep_dive"]
    return _sections(
        [
            ("The file itself", Settings, [written], ()),
            ("`body`", Body, [written["body"]], ()),
            ("`inputs`", Inputs, [written["inputs"]], ()),
            ("`peer_group`", PeerGroup, [written["peer_group"]], ()),
            ("Each of `breaks`", Break, written["breaks"], ()),
            ("`restatements`", Restatements, [written["restatements"]], ()),
            ("`highlights`", Highlights, [written["highlights"]], ()),
            ("`deep_dive`", DeepDive, [dive], ()),
            ("Each of `deep_dive.objectives`", Objective, dive["objectives"], ()),
        ]
    )


def records_keys() -> str:
    written = read_yaml(ROOT / "params" / "records.yaml")
    each = list(written["definitions"].values())
    return _sections(
        [
            ("The file itself", definitions._File, [written], ()),
            ("Each of `tables`", definitions.Table, list(written["tables"].values()), ()),
            ("Each of `definitions`", definitions.Definition, each, ()),
            ("`join` of a definition", definitions.Join, [entry["join"] for entry in each if "join" in entry], ()),
        ]
    )


_Section = tuple[str, type[BaseModel], Sequence[Mapping[str, Any]], Sequence[str]]


def _sections(sections: Sequence[_Section]) -> str:
    """A heading and a table for each record; the last member names keys that are not written in the file."""
    headings = {model: title for title, model, _, _ in sections}
    parts = []
    for title, model, instances, without in sections:
        meanings = attribute_docstrings(model)
        rows = [
            [
                f"`{name}`",
                type_in_words(field, headings),
                default_in_words(field),
                meanings.get(name, ""),
                example(model, name, instances),
            ]
            for name, field in model.model_fields.items()
            if name not in without
        ]
        parts += [f"### {title}", (model.__doc__ or "").strip().splitlines()[0] if model.__doc__ else ""]
        parts.append(table(["key", "type", "default", "meaning", "example"], rows))
    return "\n\n".join(part for part in parts if part)


def attribute_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """The string under each attribute of a class, its lines joined."""
    statements = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0].body  # type: ignore[attr-defined]
    meanings = {}
    for field, below in pairwise(statements):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                meanings[name] = " ".join(text.split())
    return meanings


def type_in_words(field: FieldInfo, headings: Mapping[type[BaseModel], str]) -> str:
    """A field's type as somebody who writes YAML would say it, with what is allowed."""
    words = _words_of(field.annotation, headings)
    bounds = {type(each).__name__: getattr(each, type(each).__name__.lower(), None) for each in field.metadata}
    lowest, highest = bounds.get("Ge"), bounds.get("Le")
    if lowest is not None and highest is not None:
        return f"{words}, {lowest:g} to {highest:g}"
    if lowest is not None:
        words += f", {lowest:g} or more"
    if (below := bounds.get("Lt")) is not None:
        words += f", less than {below:g}"
    if (fewest := getattr(next((m for m in field.metadata if hasattr(m, "min_length")), None), "min_length", 0)) > 1:
        words += f", {fewest} or more"
    return words


_SCALARS = {str: "text", int: "whole number", float: "number", bool: "true or false", date: "date"}


def _words_of(annotation: Any, headings: Mapping[type[BaseModel], str]) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if origin in (UnionType, Union):
        return " or ".join(_words_of(each, headings) for each in arguments if each is not NoneType)
    if origin is Literal:
        *others, last = [f"`{each}`" for each in arguments]
        return f"{', '.join(others)} or {last}" if others else last
    if origin in (tuple, list):
        return f"list of {_several(_words_of(arguments[0], headings))}"
    if origin is dict:
        return f"{_several(_words_of(arguments[1], headings))} by name"
    if hasattr(annotation, "__metadata__"):
        return _words_of(arguments[0], headings)
    if annotation in headings:
        heading = headings[annotation]
        return f"[{heading.replace('`', '').removeprefix('Each of ')}](#{anchor(heading)})"
    raise AssertionError(f"no words for {annotation!r}")


def _several(words: str) -> str:
    return f"{words}s" if words in _SCALARS.values() else words


def default_in_words(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    value = field.get_default(call_default_factory=True)
    return "–" if value in (None, (), {}) or isinstance(value, BaseModel) else f"`{flow(value)}`"


def example(model: type[BaseModel], name: str, instances: Sequence[Mapping[str, Any]]) -> str:
    """What the sample writes there, on one line of YAML; nothing for a record of keys of its own."""
    used = next((entry[name] for entry in instances if name in entry), EXAMPLES.get((model, name)))
    if used is None or _holds_records(model.model_fields[name].annotation):
        return ""
    text = flow(used)
    while len(text) > LONGEST_EXAMPLE and isinstance(used, dict | list) and len(used) > 1:
        used = dict(list(used.items())[:-1]) if isinstance(used, dict) else used[:-1]
        text = flow(used, more=True)
    return f"`{textwrap.shorten(text, LONGEST_EXAMPLE + 20, placeholder=' …')}`"


def _holds_records(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return True
    return any(_holds_records(argument) for argument in get_args(annotation))


def flow(value: object, more: bool = False, inside: bool = False) -> str:
    """A value as YAML writes it on one line.

    more: some of it was left out. inside: it stands in brackets, where a comma would end it.
    """
    rest = ["…"] if more else []
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case dict():
            pairs = (f"{flow(key, inside=True)}: {flow(each, inside=True)}" for key, each in value.items())
            return "{" + ", ".join([*pairs, *rest]) + "}"
        case list() | tuple():
            return "[" + ", ".join([*(flow(each, inside=True) for each in value), *rest]) + "]"
        case str() if _NOT_BARE.match(value) or ": " in value or (inside and _ENDS_INSIDE.search(value)):
            return "'" + value.replace("'", "''") + "'"
    return str(value)


_NOT_BARE = re.compile(r"[-+.\d]*$|[\[{%@&*!|>'\"#]|(?:true|false|yes|no|on|off|null)$|\d{4}-\d\d-\d\d$", re.IGNORECASE)
"""Text that YAML would read as a number, a date, a truth or a sign of its own."""
_ENDS_INSIDE = re.compile(r"[,\[\]{}]")


# Calls


def report_calls() -> str:
    return _calls(Report, "report")


def measure_calls() -> str:
    return _calls(MeasureReport, "measure")


def _calls(desk: type, spelt: str) -> str:
    rows = [[f"`{spelt}{call}`", summary] for call, summary in calls(desk)]
    return table(["call", "what it gives"], rows)


def calls(desk: type) -> Iterator[tuple[str, str]]:
    """Each public method and property of a class, as it is called, with the first sentence of its docstring."""
    owners = [owner for owner in reversed(desk.__mro__) if owner.__module__.startswith("perf_lib")]
    for name, member in {name: member for owner in owners for name, member in vars(owner).items()}.items():
        if name.startswith("_") or not (callable(member) or hasattr(member, "__get__")):
            continue
        summary = _first_sentence(inspect.getdoc(member))
        if not callable(member):
            yield f".{name}", summary
            continue
        parameters = list(inspect.signature(member).parameters.values())[1:]
        words = [str(parameter.replace(annotation=inspect.Parameter.empty)) for parameter in parameters]
        bare = [f"{word}=…" if p.kind is p.KEYWORD_ONLY else word for word, p in zip(words, parameters, strict=True)]
        yield f".{name}({', '.join(bare)})", summary


def _first_sentence(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())


def front_door() -> str:
    """The names of `import perf_lib as pl`, each with the first sentence of its docstring."""
    rows = []
    for name in perf_lib.__all__:
        member = getattr(perf_lib, name)
        call = name if inspect.isclass(member) else f"{name}({', '.join(inspect.signature(member).parameters)})"
        rows.append([f"`pl.{call}`", _first_sentence(inspect.getdoc(member))])
    return table(["name", "what it gives"], rows)


# Commands


def commands() -> str:
    index, parts = [], []
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        arguments = [each for each in command.params if each.param_type_name == "argument"]
        options = [each for each in command.params if each.param_type_name == "option"]
        usage = " ".join(["perf-lib", name, *(each.metavar for each in arguments)])
        index.append([f"[{name}](#{anchor(usage)})", _first_sentence(command.help)])
        rows = [[f"`{each.metavar.strip('[]')}`", _default(each), each.help] for each in arguments]
        types = get_type_hints(command.callback)
        rows += [[_option(each, types[each.name]), _default(each), each.help] for each in options]
        parts += [f"### `{usage}`", inspect.cleandoc(command.help), table(["option", "default", "what it is"], rows)]
    return "\n\n".join([table(["command", "what it does"], index), *parts])


def _option(option: Any, annotation: Any) -> str:
    """How it is written: `--workers NUMBER`, or `--browser` or `--no-browser`."""
    if option.is_flag:
        return " or ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    kinds = {annotation, *get_args(annotation)}
    value = option.metavar or ("PATH" if Path in kinds else "NUMBER" if kinds & {int, float} else "TEXT")
    return f"`{option.opts[0]} {value}`"


def _default(option: Any) -> str:
    if option.required:
        return "**needed**"
    if option.default is None or option.default is False:
        return "–"
    return "yes" if option.default is True else f"`{option.default}`"


def exit_codes() -> str:
    """What the command line ends with, from the errors themselves."""
    meanings: dict[int, list[str]] = {0: ["The pack is made, or there was nothing to do."]}
    for error in errors.PerfError.__subclasses__():
        if error.__module__ == errors.__name__:
            meanings.setdefault(error.exit_code, []).append(_first_sentence(error.__doc__))
    meanings[130] = ["Interrupted by Ctrl-C."]
    meanings[143] = ["Ended by the system (SIGTERM)."]
    return table(["exit code", "meaning"], [[str(code), " ".join(texts)] for code, texts in sorted(meanings.items())])


# The page


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def parts() -> dict[str, str]:
    return {
        "commands": commands(),
        "exit codes": exit_codes(),
        "measures.yaml": measure_keys(),
        "settings.yaml": settings_keys(),
        "records.yaml": records_keys(),
        "report": report_calls(),
        "measure": measure_calls(),
        "front door": front_door(),
    }


def anchor(heading: str) -> str:
    """The address of a heading in its page, as GitHub makes it.

    >>> anchor("Each of `deep_dive.objectives`")
    'each-of-deep_diveobjectives'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def anchors(page: str) -> set[str]:
    """The addresses of all headings of a page."""
    prose = re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE)
    return set(map(anchor, re.findall(r"^#+ (.+)$", prose, re.MULTILINE)))


if __name__ == "__main__":
    readme_tables.rewrite(REFERENCE, parts() | readme_tables.tables()[REFERENCE])
