"""Reading what people write in YAML: every key known, every value checked, every complaint one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from perf_lib.words.errors import InputError, suggestion


class Strict(BaseModel):
    """A frozen record that refuses unknown keys and does not guess at types."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


StrictModel = TypeVar("StrictModel", bound=Strict)


if TYPE_CHECKING or not yaml.__with_libyaml__:
    from yaml import SafeLoader
else:  # the same in C, ten times as fast; PyYAML's wheels have it
    from yaml import CSafeLoader as SafeLoader


class _UniqueKeyLoader(SafeLoader):
    """The safe loader, which also refuses a key written twice (YAML would keep the last in silence)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | int):
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is not a word or a whole number", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is written twice", key_node.start_mark
                )
            seen.add(key)
            self._check(key, value_node)
        return super().construct_mapping(node, deep)

    def _check(self, key: str | int, node: yaml.Node) -> None:
        """Name the key of a value that looks like a date (or a number) and is none."""
        for part in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            if isinstance(part, yaml.ScalarNode):
                try:
                    self.construct_object(part)
                except ValueError as error:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"{key}: {part.value!r} cannot be: {error}", part.start_mark
                    ) from None


def read_text(path: Path, missing: str | None = None) -> str:
    """A text file as UTF-8, or one line saying why not; `missing` is what a file that is not there says."""
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
    """A YAML file that holds a mapping."""
    try:
        # _UniqueKeyLoader is a SafeLoader: it makes plain values only.
        loaded = yaml.load(read_text(path), Loader=_UniqueKeyLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"{shown(path)}{where}: {error.problem}") from None
    except RecursionError:
        raise InputError(f"{shown(path)}: is nested too deep to be read") from None
    except ValueError as error:  # a date that no calendar has
        raise InputError(f"{shown(path)}: holds a value that cannot be: {error}") from None
    except yaml.YAMLError as error:
        raise InputError(f"{shown(path)}: not YAML: {str(error).splitlines()[0]}") from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise InputError(f"{shown(path)}: holds {type(loaded).__name__}, where keys and values are expected")
    return loaded


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
        known = _fields_at(model, first["loc"][:-1])
        return f"unknown key {place!r}; {suggestion(str(first['loc'][-1]), known)}{more}", key
    if first["type"] == "missing":
        return f"the key {place!r} is missing{more}", key
    message = first["msg"].removeprefix("Value error, ")
    value = first.get("input")
    parts = [place, "" if isinstance(value, dict | list) else repr(value), message[:1].lower() + message[1:]]
    return ": ".join(part for part in parts if part) + more, key


def _fields_at(model: type[Strict], location: tuple[int | str, ...]) -> list[str]:
    """The keys allowed where an unknown one was found, however deep in the record."""
    current: Any = model
    for part in location:
        field = getattr(current, "model_fields", {}).get(part)
        if field is None:
            continue
        current = next((a for a in (field.annotation, *_arguments(field.annotation)) if _is_model(a)), current)
    return list(current.model_fields)


def _arguments(annotation: Any) -> tuple[Any, ...]:
    found = getattr(annotation, "__args__", ())
    return tuple(inner for argument in found for inner in (argument, *_arguments(argument)))


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
