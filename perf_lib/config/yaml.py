"""YAML as people write it: read strictly, written plainly. Every refusal is one line with file, line and key.

This module alone knows the library. The C parser of `ruamel.yaml.clib` reads a catalogue in a quarter of the time
that the Python one takes; where it is not installed, the Python one reads the same.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.constructor import ConstructorError, SafeConstructor
from ruamel.yaml.docinfo import DocInfo
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver

from perf_lib.words.errors import InputError, suggestion

DEEPEST = 40
"""How deep lists and mappings may stand in one another."""
MOST_VALUES = 100_000
"""How many values a file may hold, an alias counting as all that it stands for."""
LARGEST = 2**63
"""What whole numbers stay below."""
_TYPES = {
    ScalarNode: ("!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp"),
    SequenceNode: ("!!seq",),
    MappingNode: ("!!map",),
}
"""The types that are read. No other is built, so that no file can have an object made."""


class Strict(BaseModel):
    """A frozen record that refuses unknown keys and does not guess at types."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


StrictModel = TypeVar("StrictModel", bound=Strict)


class Place(NamedTuple):
    """Where a key and its value stand in a text: the key's line, and the first and last character of the value."""

    line: int
    start: int
    end: int


class _Resolver(VersionedResolver):
    """Which words are numbers, dates and truth values: YAML 1.1, in which `yes` is true (in 1.2 it is a word).

    Two kinds stay words that 1.1 makes values: a lone y or n, as codes are, and a number such as 1e5.
    """

    processing_version = (1, 1)

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        is_word = kind is ScalarNode and re.fullmatch(r"[yYnN]|[-+]?[0-9_]+[eE][-+]?[0-9]+", value)
        return super().resolve(kind, value, (False, True) if is_word else implicit)


def read_text(path: Path, missing: str | None = None) -> str:
    """A text file as UTF-8, or one line saying why not; `missing` stands for a file that is not there."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if missing is not None:
            return missing
        raise InputError(f"{shown(path)}: there is no such file") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{shown(path)}: byte {error.start + 1} is not UTF-8; save the file as UTF-8") from None
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be read: {error.strerror}") from None


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file that holds a mapping, as plain values.

    Raises InputError for what is not YAML, a key written twice or that is no word, a type that is not plain, a date
    that no calendar has, a text nested too deep and one whose aliases stand for too much.
    """
    text = read_text(path)
    try:
        with warnings.catch_warnings(action="ignore"):  # of an anchor used again and the like, which are no refusals
            yaml = _parser(text)
            root = yaml.composer.get_single_node()
            values = {} if root is None else _value(root, "", yaml.constructor, iter(range(MOST_VALUES)))
    except MarkedYAMLError as error:
        mark, problem = error.problem_mark, " ".join(str(error.problem).split())
        if isinstance(error, MaxDepthExceededError):
            problem = f"lists and mappings stand more than {DEEPEST} deep in one another"
        raise InputError(f"{shown(path)}{f', line {mark.line + 1}' if mark else ''}: {problem}") from None
    except RecursionError:
        raise InputError(f"{shown(path)}: an alias stands inside what it names") from None
    except (YAMLError, ValueError) as error:
        raise InputError(f"{shown(path)}: not YAML: {str(error).splitlines()[0]}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise InputError(f"{shown(path)}: holds {type(values).__name__}, where keys and values are expected")
    return values


def places(text: str) -> dict[tuple[str, ...], Place]:
    """Where each key of a YAML text stands, by the keys that lead to it; empty for a text that is not YAML.

    >>> places("a:\\n  b: words\\n")[("a", "b")]
    Place(line=1, start=8, end=13)
    """
    try:
        nodes: list[tuple[tuple[str, ...], Node]] = [((), _parser(text).composer.get_single_node())]
    except (YAMLError, ValueError):
        return {}
    by_keys: dict[tuple[str, ...], Place] = {}
    visited: set[Node] = set()
    for keys, node in nodes:  # a list that grows on the way: level after level, each in its order
        if isinstance(node, MappingNode) and node not in visited:  # an alias may lead back to where it stands
            visited.add(node)
            for key, value in node.value:
                path = (*keys, key.value if isinstance(key, ScalarNode) else "")
                by_keys[path] = Place(key.start_mark.line, value.start_mark.index, value.end_mark.index)
                nodes.append((path, value))
    return by_keys


def to_yaml(values: Mapping[str, Any]) -> str:
    """Plain values as YAML that `read_yaml` reads back, a key or an item a line; nothing for an empty mapping.

    >>> to_yaml({"name": "no", "areas": ["Kent"]})
    "name: 'no'\\nareas:\\n- Kent\\n"
    """
    if not values:
        return ""
    yaml, out = YAML(typ="safe", pure=True), StringIO()
    yaml.Resolver, yaml.default_flow_style = _Resolver, False
    yaml.width = 10**9  # where the library folds a line, it may lose blanks
    yaml.representer.sort_base_mapping_type_on_output = False
    yaml.dump(dict(values), out)
    return out.getvalue()


def _parser(text: str) -> YAML:
    """The library, about to read a text; it builds no object but plain ones."""
    yaml = YAML(typ="safe")
    yaml.Resolver, yaml.max_depth = _Resolver, DEEPEST
    yaml.get_constructor_parser(text)  # hands over the text; yaml.load would compose in C, which deep nesting crashes
    yaml.doc_infos.append(DocInfo())  # as yaml.load does, for a text that opens with a directive
    return yaml


def _value(node: Node, key: object, constructor: SafeConstructor, allowance: Iterator[int]) -> Any:
    """The plain value of a node that stands at a key; an alias is a copy, and takes its share of the allowance."""
    tag = str(node.tag).replace("tag:yaml.org,2002:", "!!")
    if next(allowance, None) is None:
        raise _refusal(node, f"{key}: the file holds more than {MOST_VALUES:,} values, with what its aliases stand for")
    if tag not in _TYPES[type(node)]:
        raise _refusal(node, f"{key}: the type {tag} is not read")
    if isinstance(node, SequenceNode):
        return [_value(item, key, constructor, allowance) for item in node.value]
    if isinstance(node, ScalarNode):
        try:
            value = constructor.construct_object(node)
        except (ArithmeticError, AttributeError, LookupError, ValueError) as error:
            raise _refusal(node, f"{key}: {node.value[:80]!r} cannot be: {error}") from None
        if isinstance(value, int) and abs(value) >= LARGEST:
            raise _refusal(node, f"{key}: {node.value[:80]!r} cannot be: it is too large")
        return value
    values: dict[str | int, Any] = {}
    for key_node, value_node in node.value:
        inner_key = _value(key_node, "a key", constructor, allowance)
        if type(inner_key) not in (str, int):  # a truth value is an int too
            raise _refusal(key_node, f"the key {inner_key!r:.80} is not a word or a whole number")
        if inner_key in values:
            raise _refusal(key_node, f"the key {inner_key!r} is written twice")
        values[inner_key] = _value(value_node, inner_key, constructor, allowance)
    return values


def _refusal(node: Node, problem: str) -> ConstructorError:
    return ConstructorError(None, None, problem, node.start_mark)


def build(model: type[StrictModel], data: Any, where: str | Callable[[str], str]) -> StrictModel:
    """The record that `data` describes; `where` (file, and measure if any) starts the complaint.

    Where a record comes from several files, `where` answers which of them a top-level key stands in.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        complaint, key = _complaint(model, error)
        raise InputError(f"{where(key) if callable(where) else where}: {complaint}") from None


def shown(path: Path) -> str:
    """A path as messages print it: its last two parts, which name the file without naming the machine."""
    return "/".join(path.parts[-2:])


def _complaint(model: type[Strict], error: ValidationError) -> tuple[str, str]:
    """The complaint in words, and the top-level key that it is about."""
    # A misspelt key is both an unknown one and, if it was needed, a missing one: the first says more.
    first, *others = sorted(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
    key = str(first["loc"][0]) if first["loc"] else ""
    place = ".".join(str(part) for part in first["loc"] if part != "[key]")
    more = f" (and {len(others)} more)" if others else ""
    if first["type"] == "extra_forbidden":
        allowed = _fields_at(model, first["loc"][:-1])
        return f"unknown key {place!r}; {suggestion(str(first['loc'][-1]), allowed)}{more}", key
    if first["type"] == "missing":
        return f"the key {place!r} is missing{more}", key
    message = first["msg"].removeprefix("Value error, ")
    value = first.get("input")
    parts = [place, "" if isinstance(value, dict | list) else repr(value), message[:1].lower() + message[1:]]
    return ": ".join(part for part in parts if part) + more, key


def _fields_at(model: type[Strict], location: tuple[int | str, ...]) -> list[str]:
    """The keys allowed where an unknown one was found, however deep in the record."""
    for part in location:
        if part in model.model_fields:  # a place in a list or a key of a mapping is not
            model = next(_models_in(model.model_fields[str(part)].annotation), model)
    return list(model.model_fields)


def _models_in(annotation: Any) -> Iterator[type[Strict]]:
    """The models that a field's type is made of: Break, of tuple[Break, ...] | None."""
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
