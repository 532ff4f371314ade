"""What the package never does with what it is given: run it, unpickle it, hand it to a shell, or fetch something."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from builders import ROOT

FILES = sorted((ROOT / "perf_lib").rglob("*.py"))


def calls(source: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call with its dotted name: yaml.load, eval, subprocess.run."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def imports(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module or "")
    return found


def faults(source: str) -> list[str]:
    """What a file does that the package must never do, each by its name."""
    found = []
    forbidden = {"pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "ctypes", "requests", "urllib.request",
                 "http.client", "httpx", "socket", "ftplib", "smtplib", "telnetlib"}  # fmt: skip
    found += sorted(imports(source) & forbidden)
    for name, call in calls(source):
        if name in ("eval", "exec", "compile", "__import__", "os.system", "os.popen", "pd.read_pickle", "pd.eval"):
            found.append(name)
        if name in ("yaml.load", "yaml.load_all"):
            loaders = [ast.unparse(k.value) for k in call.keywords if k.arg == "Loader"]
            if loaders not in (["yaml.SafeLoader"], ["yaml.CSafeLoader"], ["_UniqueKeyLoader"]):
                found.append(name)
        if name in ("yaml.unsafe_load", "yaml.full_load", "yaml.unsafe_load_all", "yaml.full_load_all"):
            found.append(name)
        if any(
            k.arg == "shell" and not (isinstance(k.value, ast.Constant) and k.value.value is False)
            for k in call.keywords
        ):
            found.append("shell")
    return found


WITH_REASON = {
    "press/pack_folder.py": ["ctypes"],  # two folders change places in one step, which Python has no call for
    "press/jobs.py": ["ctypes"],  # a job ends with its parent, which Linux is asked for by prctl
}
"""What a file may do all the same, and why."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_run_unpickled_handed_to_a_shell_or_fetched(path):
    name = path.relative_to(ROOT / "perf_lib").as_posix()
    assert faults(path.read_text(encoding="utf-8")) == WITH_REASON.get(name, [])


def test_yaml_is_read_in_one_module_by_safe_readers_alone():
    reading = [path for path in FILES if {"ruamel.yaml", "yaml"} & imports(path.read_text(encoding="utf-8"))]
    assert [path.relative_to(ROOT).as_posix() for path in reading] == ["perf_lib/config/yaml.py"]
    made = [call for name, call in calls(reading[0].read_text(encoding="utf-8")) if name == "YAML"]
    kinds = [keyword.value.value for call in made for keyword in call.keywords if keyword.arg == "typ"]
    assert kinds == ["safe"] * len(made) != []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_force_or_commissioner_is_written_into_the_code(path):
    if "sample" in path.parts:  # the bundled figures are one force's, and say whose
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)}  # fmt: skip
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    named = [text for text in texts if text not in docs and any(name in text for name in ("Wiltshire", "Swindon"))]
    assert named == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("eval('1')", "eval"), ("exec(x)", "exec"), ("import pickle", "pickle"), ("from pickle import loads", "pickle"),
        ("yaml.load(x)", "yaml.load"), ("yaml.load(x, Loader=yaml.FullLoader)", "yaml.load"),
        ("subprocess.run(x, shell=True)", "shell"), ("os.system(x)", "os.system"), ("import requests", "requests"),
    ],
)  # fmt: skip
def test_each_fault_would_be_seen(source, fault):
    assert fault in faults(source)


def test_safe_ways_are_no_faults():
    assert (
        faults(
            "yaml.safe_load(x)\nsubprocess.run([x], shell=False)\nre.compile(x)\nyaml.load(x, Loader=yaml.SafeLoader)"
        )
        == []
    )
