"""YAML read strictly by both parsers, in C and in Python: a hostile text is one line with file, line and key."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

import pytest
import ruamel.yaml
import yaml as pyyaml
from builders import PARAMS
from hypothesis import given
from hypothesis import strategies as st

from perf_lib.config import yaml as ours
from perf_lib.config.yaml import DEEPEST, places, read_yaml, to_yaml
from perf_lib.words.errors import InputError


@pytest.fixture(params=["as installed", "in Python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser in C, where it is installed, and the one in Python."""
    if request.param == "in Python":
        monkeypatch.setattr(ours, "YAML", partial(ruamel.yaml.YAML, pure=True))


def read(folder: Path, text: str) -> dict:
    path = folder / "settings.yaml"
    path.write_text(text, encoding="utf-8", newline="\n")
    return read_yaml(path)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as refused:
        read(folder, text)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500
    return str(refused.value).removeprefix(f"{folder.name}/settings.yaml")


def laughs(start: str, opening: str, item: str, closing: str) -> str:
    """Nine keys, each nine aliases to the one before: 9 to the ninth values in 500 characters."""
    lines = [f"a: &a {start}"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        items = ", ".join(item.format(n=n, before=before) for n in range(9))
        lines.append(f"{name}: &{name} {opening}{items}{closing}")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "starts", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", ", line 3: ", "the key 'a' is written twice"),
        ("a:\n  b: 1\n  b: 1\n", ", line 3: ", "the key 'b' is written twice"),
        ("x: 1\n1.5: a\n", ", line 2: ", "the key 1.5 is not a word or a whole number"),
        ("yes: a\n", ", line 1: ", "the key True is not a word"),
        ("? [a, b]\n: 1\n", ", line 1: ", "the key ['a', 'b'] is not a word"),
        ("a: !!python/object/apply:os.system [id]\n", ", line 1: a: ", "!!python/object/apply:os.system"),
        ("a:\n  b: !!python/name:os.system\n", ", line 2: b: ", "!!python/name:os.system"),
        ("a: !!set {b, c}\n", ", line 1: a: ", "!!set"),
        ("a: !!binary aGk=\n", ", line 1: a: ", "!!binary"),
        ("a: !mine b\n", ", line 1: a: ", "!mine"),
        ("a: &a {b: 1}\nc:\n  <<: *a\n", ", line 3: ", "!!merge"),
        ("a: *b\n", ", line 1: ", "undefined alias"),
        ("a: &a [*a]\n", ": ", "an alias stands inside what it names"),
        ("a: &a {b: *a}\n", ": ", "an alias stands inside what it names"),
        (laughs("[x, x]", "[", "*{before}", "]"), ", line ", "more than 100,000 values"),
        (laughs("{x: x}", "{{", "k{n}: *{before}", "}}").replace("{{", "{").replace("}}", "}"), ", line ", "100,000"),
        ("a: " + "[" * 100_000, ", line 1: ", f"more than {DEEPEST} deep"),
        ("a: " + "{b: " * 1000 + "1" + "}" * 1000, ", line 1: ", f"more than {DEEPEST} deep"),
        ("a:\n" + "- " * 1000 + "1\n", ", line 2: ", f"more than {DEEPEST} deep"),
        ("a: " + "9" * 5000, ", line 1: a: '999", "digits"),
        ("a: 0x" + "f" * 5000, ", line 1: a: '0xf", "too large"),
        ("a: 9223372036854775808\n", ", line 1: a: '9223372036854775808'", "too large"),
        ("a: 1" + ":59" * 2000, ", line 1: a: ", "too large"),
        ("a: !!int many\n", ", line 1: a: 'many'", "cannot be"),
        ("a: -_\n", ", line 1: a: '-_'", "cannot be"),
        ("a: 2019-02-30\n", ", line 1: a: '2019-02-30'", "day is out of range"),
        ("a: !!timestamp soon\n", ", line 1", "soon"),
        ("a:\n\tb: 1\n", ", line 2: ", "found "),
        ("a: 'b\n", ", line ", "unexpected end"),
        ("a: 1\n---\nb: 2\n", ", line 2: ", "another document"),
        ("a: \x00b\n", ": not YAML: ", "#x0000"),
        ('a: "\\U00110000"\n', "", ""),
        ("%YAML 3.0\n---\na: 1\n", ", line 1: ", "incompatible"),
        ("- a\n", ": ", "holds list, where keys and values are expected"),
        ("a b\n", ": ", "holds str, where keys and values are expected"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else None,
)
def test_what_cannot_be_read_is_one_line_that_names_it(tmp_path, text, starts, says):
    line = refusal(tmp_path, text)
    assert line.startswith(starts), line
    assert says in line
    assert places(text) is not None  # nor does looking for places fail, or take for ever


def test_values_are_those_of_yaml_1_1_but_a_lone_y_and_a_bare_exponent_are_words(tmp_path):
    text = "a: yes\nb: No\nc: y\nd: N\ne: 1e5\nf: 1.5\ng: 2019-12-31\nh: ~\ni: 10:54\nj: '5'\nk: 08\n1: x\nl: %YAML\n"
    read_values = read(tmp_path, text.replace("l: %YAML\n", ""))
    expected = {"a": True, "b": False, "c": "y", "d": "N", "e": "1e5", "f": 1.5, "g": date(2019, 12, 31), "h": None}
    assert read_values == expected | {"i": 654, "j": "5", "k": "08", 1: "x"}
    assert read_values == pyyaml.safe_load(text.replace("l: %YAML\n", ""))
    assert read(tmp_path, "%YAML 1.1\n---\na: yes\n") == {"a": True}
    assert read(tmp_path, "a: &x {b: 1}\nc: *x\n") == {"a": {"b": 1}, "c": {"b": 1}}
    assert read(tmp_path, "") == read(tmp_path, "# nothing yet\n") == {}


@pytest.mark.parametrize("path", sorted(PARAMS.rglob("*.yaml")), ids=lambda path: "/".join(path.parts[-2:]))
def test_another_library_reads_the_sample_the_same(path):
    assert read_yaml(path) == (pyyaml.safe_load(path.read_text("utf-8")) or {})


def test_places_are_those_of_the_words_whatever_stands_before_them():
    text = "# café – £189.0m 😀\nhighlights:\n  of_concern:\n    'hate_crime': >-\n      Rose\n      again\nlast: 'é'\n"
    found = places(text)
    assert list(found) == [
        ("highlights",), ("last",), ("highlights", "of_concern"), ("highlights", "of_concern", "hate_crime")
    ]  # fmt: skip
    line, start, end = found["highlights", "of_concern", "hate_crime"]
    assert (line, "Rose\n      again" in text[start:end]) == (3, True)
    line, start, end = found[("last",)]
    assert (line, text[start:end]) == (6, "'é'")
    assert places("a: [") == places("") == places("- a") == {}


_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029\ufeff", exclude_categories=("C",)))
_WORDS = st.sampled_from(
    ["no", "yes", "y", "10:54", "2019-09-14", "a: b", "x # y", "'s", "", " ", "1e5", "010", "~", "- a", "*a", "=", "<<"]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | _TEXTS | _WORDS | st.dates() | st.just("two\nlines\n"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS | _WORDS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(_TEXTS | _WORDS, _VALUES, max_size=3))
def test_what_is_written_reads_back(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "written.yaml"
    path.write_text(to_yaml(values), encoding="utf-8", newline="\n")
    assert read_yaml(path) == values
    assert (pyyaml.safe_load(to_yaml(values)) or {}) == values
