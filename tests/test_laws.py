"""The laws of the house, each with a companion that shows a small bad module being caught.

A law is a function from a package's folder to the breaches in it, as words; the test holds that there are none.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import get_args

import pytest
from builders import ROOT

from perf_lib.config.catalogue import Measure
from perf_lib.findings import symbols

PACKAGE = ROOT / "perf_lib"
CODES = [symbol.code for symbol in symbols.SYMBOLS]
KINDS = set(get_args(Measure.model_fields["kind"].annotation))

HOUSE = ["words", "config", "extracts", "stats", "findings", "views", "lab", "commentary", "report", "press", "cli"]
"""The packages in their order; each imports only itself and those before it. `cli` is one module, the last."""

KINDS_TABLE = "config/catalogue.py"
KINDS_OF_THEIR_OWN = {"commentary": "a typed figure has a kind too (count, percent, rank), which is no measure's"}
"""Packages whose `.kind` is something else's."""

SYMBOL_MODULES = {
    "stats/spc.py": "the published rules",
    "stats/peers.py": "the four standings among peers",
    "findings/symbols.py": "the sixteen symbols",
}
"""Where symbol codes are spelt: the tables that define them."""

STATE = {
    "report/report.py": {"_kept_open": "the reports that the press holds open, one a pack; forked processes read it"},
    "views/charts/cache.py": {
        "LAST_PACK": "the last pack's drawn parts, by what they are drawn from, for as long as a run lasts",
    },
    "findings/symbols.py": {
        "icon_svg": "sixteen symbols, each solid and in outline",
        "icon_uri": "sixteen symbols, each solid and in outline",
    },
}
"""What a process keeps, by module and name, each with what bounds it."""

LONG = {
    "config/catalogue.py": "the table of kinds, and all that is asked of a measure",
    "commentary/facts.py": "each sort of fact, and the table of their names",
    "cli.py": "thirteen commands, each a thin door",
    "config/settings.py": "the settings of a quarter are one record, and its folder one object",
    "findings/disclosure/rounding.py": "rounding is one thing, and whoever judges it reads one file",
    "press/work.py": "each kind of job, and what follows it",
    "report/report.py": "a short method for each part that a notebook may show",
    "views/narrative.py": "a function for each sentence",
}
"""Files past LINES_OF_A_FILE, each with its reason."""

LINES_OF_A_FILE = 300
LINES, FILES = 25_050, 160
"""What the package has, so that it grows no further. Lower both as it shrinks: the aim is 21,000 and 130."""


# What the laws read


def modules(package: Path) -> dict[str, Path]:
    """Every module by its name without the package's own: extracts.tables.monthly, extracts, ''."""
    paths = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        paths[".".join(part for part in parts if part != "__init__")] = path
    return paths


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def sources(package: Path) -> Iterator[tuple[str, ast.Module]]:
    """Each file by its path inside the package, parsed."""
    for path in modules(package).values():
        yield path.relative_to(package).as_posix(), parsed(path)


def imports(tree: ast.AST, module: str, is_package: bool, names: set[str]) -> set[str]:
    """The package's modules that a module imports: inside functions and for type checking alone too."""
    targets = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            folder = module.split(".") if module else []
            folder = folder if is_package else folder[:-1]
            base = ["perf_lib", *folder[: len(folder) - (node.level - 1)]] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            inner = [f"{source}.{alias.name}" for alias in node.names]
            targets += [name if name.removeprefix("perf_lib.") in names else source for name in inner]
    return {name.removeprefix("perf_lib").removeprefix(".") for name in targets if name.split(".")[0] == "perf_lib"}


def imports_by_module(package: Path) -> dict[str, set[str]]:
    paths = modules(package)
    return {name: imports(parsed(path), name, path.name == "__init__.py", set(paths)) for name, path in paths.items()}


# The laws


def imports_up(package: Path) -> list[str]:
    """Imports of a package that comes later in HOUSE, and packages that HOUSE does not know.

    The front door, `perf_lib` itself, offers names of every package.
    """
    breaches = []
    for module, imported in imports_by_module(package).items():
        here = module.split(".")[0]
        if here and here not in HOUSE:
            breaches.append(f"{module} has no place in the house")
            continue
        for other in sorted(imported):
            there = other.split(".")[0]
            # The package's own name holds the version, which any module may print.
            if there and here and (there not in HOUSE or HOUSE.index(there) > HOUSE.index(here)):
                breaches.append(f"{module} imports {other}")
    return breaches


def circles(package: Path) -> list[str]:
    """The first circle of imports, wherever it runs."""
    try:
        TopologicalSorter(imports_by_module(package)).prepare()
    except CycleError as error:
        return [" imports ".join(reversed(error.args[1]))]
    return []


def kinds_compared(package: Path) -> list[str]:
    """Comparisons of a `.kind` with a kind of measure, or lookups by one, outside the catalogue.

    A comparison with other words alone is left: a break on record has a kind too ("process change").
    """
    breaches = []
    for file, tree in sources(package):
        if file == KINDS_TABLE or file.split("/")[0] in KINDS_OF_THEIR_OWN:
            continue
        for node in ast.walk(tree):
            match node:
                case ast.Compare():
                    sides = [node.left, *node.comparators]
                    words = {part.value for side in sides for part in ast.walk(side) if _is_word(part)}
                    bad = any(map(_is_kind, sides)) and (not words or words & KINDS)
                case ast.Match(subject=subject):
                    bad = _is_kind(subject)
                case ast.Subscript(slice=key):
                    bad = _is_kind(key)
                case ast.Call(func=ast.Attribute(attr="get" | "index"), args=[key, *_]):
                    bad = _is_kind(key)
                case _:
                    continue
            if bad:
                breaches.append(f"{file}, line {node.lineno}: {ast.unparse(node).splitlines()[0]}")
    return breaches


def _is_kind(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "kind"


def _is_word(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def symbol_codes(package: Path) -> list[str]:
    """The codes of the sixteen symbols: what their table is keyed by."""
    return [symbol.code for symbol in symbols.SYMBOLS]


def codes_spelt(package: Path) -> list[str]:
    """Symbol codes in strings or templates outside the modules that define them; a docstring may show one."""
    code = re.compile(rf"\b(?:{'|'.join(CODES)})\b")
    breaches = []
    for file, tree in sources(package):
        if file in SYMBOL_MODULES:
            continue
        shown = _docstrings(tree)
        for node in ast.walk(tree):
            if _is_word(node) and node not in shown and (spelt := code.search(node.value)):
                breaches.append(f"{file}, line {node.lineno}: {spelt[0]}")
    for path in sorted(package.glob("templates/**/*.*")):
        breaches += [f"templates/{path.name}: {spelt}" for spelt in code.findall(path.read_text(encoding="utf-8"))]
    return breaches


def _docstrings(tree: ast.AST) -> set[ast.AST]:
    """Strings that stand as statements: docstrings, of attributes too."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and _is_word(node.value)}


_CONTAINERS = {
    "dict", "list", "set", "defaultdict", "OrderedDict", "Counter", "deque", "WeakKeyDictionary", "WeakValueDictionary",
}  # fmt: skip
_MUTATORS = {
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "remove",
    "setdefault", "sort", "update",
}  # fmt: skip


def state(package: Path) -> list[str]:
    """Module state that changes while a process runs, as file and name; what STATE names is left.

    That is a container made at the top of a module and changed inside a function, a `global`, and a cache of a function
    that takes anything.
    """
    names = {
        (file, name)
        for file, tree in sources(package)
        for name in (*_changed_containers(tree), *_globals(tree), *_caches(tree))
    }
    return [f"{file}: {name}" for file, name in sorted(names) if name not in STATE.get(file, ())]


def _changed_containers(tree: ast.Module) -> Iterator[str]:
    tops = {name for statement in tree.body for name in _containers_made(statement)}
    for function in _functions(tree):
        parameters = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
        assigned = {
            node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        outer = tops - parameters - assigned
        for node in ast.walk(function):
            match node:
                case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()) if name in outer:
                    yield name
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
                    if name in outer and method in _MUTATORS:
                        yield name


def _containers_made(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.Assign(targets=targets, value=value):
            pass
        case ast.AnnAssign(target=target, value=value):
            targets = [target]
        case _:
            return []
    displays = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
    maker = value.func if isinstance(value, ast.Call) else None
    maker = maker.value if isinstance(maker, ast.Subscript) else maker  # dict[str, int]()
    made_by = getattr(maker, "attr", getattr(maker, "id", None))
    is_container = isinstance(value, displays) or made_by in _CONTAINERS
    return [target.id for target in targets if isinstance(target, ast.Name)] if is_container else []


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _globals(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield from node.names


def _caches(tree: ast.Module) -> Iterator[str]:
    """Functions with parameters that are cached without a bound; one without parameters has one answer."""
    for function in _functions(tree):
        arguments = function.args
        takes_any = bool(arguments.args or arguments.kwonlyargs or arguments.vararg or arguments.kwarg)
        if takes_any and any(_is_unbounded_cache(decorator) for decorator in function.decorator_list):
            yield function.name


def _is_unbounded_cache(decorator: ast.expr) -> bool:
    call = decorator if isinstance(decorator, ast.Call) else None
    named = call.func if call else decorator
    name = getattr(named, "attr", getattr(named, "id", None))
    sizes = [*call.args, *(each.value for each in call.keywords if each.arg == "maxsize")] if call else []
    is_bounded = any(isinstance(size, ast.Constant) and size.value is not None for size in sizes)
    return name == "cache" or (name == "lru_cache" and bool(sizes) and not is_bounded)


def long_files(package: Path) -> list[str]:
    """Files past LINES_OF_A_FILE."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules(package).values()}
    return [path.relative_to(package).as_posix() for path, length in lengths.items() if length > LINES_OF_A_FILE]


def size(package: Path) -> tuple[int, int]:
    """Lines and files of Python."""
    texts = [path.read_bytes() for path in modules(package).values()]
    return sum(text.count(b"\n") for text in texts), len(texts)


def tree_differs(readme: str, package: Path) -> set[str]:
    """Folders that a README's tree names and the package has not, or the other way round."""
    tree = readme.split("```text\n")[1].split("```")[0]
    named = {line.split()[0].rstrip("/") for line in tree.splitlines() if line.startswith("  ")}
    folders = {path.name for path in package.iterdir() if path.is_dir() and path.name != "__pycache__"}
    return {name.removesuffix(".py") for name in named} ^ {*folders, "cli"}


def outside_the_standard_library(path: Path) -> set[str]:
    """What a module imports that Python does not bring."""
    named = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            named |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            named.add("" if node.level else str(node.module).split(".")[0])
    return named - set(sys.stdlib_module_names)


# The house keeps them


def test_an_import_points_up_the_list_of_packages_only():
    assert imports_up(PACKAGE) == []


def test_no_modules_import_each_other_in_a_circle():
    assert circles(PACKAGE) == []


def test_a_measures_kind_is_compared_in_the_catalogue_alone():
    assert kinds_compared(PACKAGE) == []


def test_symbol_codes_are_spelt_where_they_are_defined_alone():
    assert codes_spelt(PACKAGE) == []


def test_every_symbol_has_its_icon():
    names = {path.stem.removesuffix("-outline") for path in (PACKAGE / "icons").glob("*.svg")}
    assert set(CODES) <= names


def test_no_module_keeps_what_changes_but_the_registries_named():
    assert state(PACKAGE) == []


def test_no_file_is_long_without_a_reason():
    assert [file for file in long_files(PACKAGE) if file not in LONG] == []


def test_the_library_grows_no_further():
    lines, files = size(PACKAGE)
    assert lines <= LINES
    assert files <= FILES


def test_the_readmes_tree_is_the_folders():
    assert tree_differs((ROOT / "README.md").read_text(encoding="utf-8"), PACKAGE) == set()


def test_the_job_loop_needs_the_standard_library_alone():
    assert outside_the_standard_library(PACKAGE / "press" / "jobs.py") == set()


def test_every_exemption_is_still_needed():
    assert [file for file in LONG if file not in long_files(PACKAGE)] == []
    missing = [name for name in (*KINDS_OF_THEIR_OWN, *SYMBOL_MODULES) if not (PACKAGE / name).exists()]
    assert missing == []
    unused = []
    for file, reasons in STATE.items():
        path = PACKAGE / file
        tree = parsed(path) if path.exists() else ast.Module([], [])
        names = {*_changed_containers(tree), *_globals(tree), *_caches(tree)}
        unused += [f"{file}: {name}" for name in reasons if name not in names]
    assert unused == []


def test_the_imports_are_really_seen():
    by_module = imports_by_module(PACKAGE)
    assert {"findings.finding", "findings.symbols", "words.wording"} <= by_module["views.narrative"]
    assert sum(map(len, by_module.values())) > 100


# Each law can fail


def module(tmp_path: Path, file: str, code: str) -> Path:
    """A package that holds one module, beside what the others need."""
    path = tmp_path / "perf_lib" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code, encoding="utf-8")
    return tmp_path / "perf_lib"


@pytest.mark.parametrize(
    "code",
    [
        "import perf_lib.report",
        "from perf_lib.report import open_report",
        "from perf_lib import report",
        "from ..report import open_report",
        "def f():\n    from perf_lib import report",
        "if TYPE_CHECKING:\n    from perf_lib.report import Report",
    ],
)
def test_an_import_that_points_down_is_caught(tmp_path, code):
    module(tmp_path, "report/__init__.py", "")
    assert imports_up(module(tmp_path, "words/bad.py", code)) == ["words.bad imports report"]


def test_an_import_that_points_up_is_let_pass(tmp_path):
    module(tmp_path, "words/wording.py", "import pandas as pd\nfrom perf_library import x")
    assert imports_up(module(tmp_path, "report/good.py", "from perf_lib.words import wording\nimport perf_lib")) == []


def test_a_package_without_a_place_is_caught(tmp_path):
    assert imports_up(module(tmp_path, "helpers/bad.py", "")) == ["helpers.bad has no place in the house"]


def test_a_circle_is_caught(tmp_path):
    module(tmp_path, "words/one.py", "from perf_lib.words import two")
    assert len(circles(module(tmp_path, "words/two.py", "def f():\n    from perf_lib.words.one import x"))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "measure.kind == 'count'",
        "finding.measure.kind in ('rolling', 'survey')",
        "measure.kind == other.kind",
        "match measure.kind:\n    case 'count': pass",
        "{'count': 1}[measure.kind]",
        "WORDS.get(measure.kind, '')",
    ],
)
def test_a_comparison_of_kinds_is_caught(tmp_path, code):
    assert len(kinds_compared(module(tmp_path, "views/bad.py", code))) == 1


def test_a_breaks_kind_may_be_compared(tmp_path):
    assert kinds_compared(module(tmp_path, "views/good.py", "each.kind == 'process change'")) == []


def test_a_symbol_code_is_caught(tmp_path):
    assert len(codes_spelt(module(tmp_path, "views/bad.py", '"""month_high, for example."""\nx = "month_high"'))) == 1
    (tmp_path / "perf_lib" / "templates").mkdir()
    (tmp_path / "perf_lib" / "templates" / "bad.html.j2").write_text("{{ icon('month_low') }}", encoding="utf-8")
    assert len(codes_spelt(tmp_path / "perf_lib")) == 2


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("KEPT = {}\ndef f(x):\n    KEPT[x] = 1", "KEPT"),
        ("KEPT: dict[str, int] = dict()\ndef f(x):\n    del KEPT[x]", "KEPT"),
        ("KEPT = [1]\ndef f(x):\n    KEPT.append(x)", "KEPT"),
        ("import collections\nKEPT = collections.defaultdict(list)\ndef f(x):\n    KEPT.pop(x)", "KEPT"),
        ("def f():\n    global COUNT\n    COUNT = 1", "COUNT"),
        ("from functools import cache\n@cache\ndef f(x): ...", "f"),
        ("import functools\n@functools.lru_cache(maxsize=None)\ndef f(x): ...", "f"),
    ],
)
def test_module_state_is_caught(tmp_path, code, name):
    assert state(module(tmp_path, "views/bad.py", code)) == [f"views/bad.py: {name}"]


@pytest.mark.parametrize(
    "code",
    [
        "ROWS = {'a': 1}\ndef f():\n    return ROWS['a']",
        "ROWS = {}\ndef f(ROWS):\n    ROWS['a'] = 1",
        "from functools import cache\n@cache\ndef f(): ...",
        "from functools import lru_cache\n@lru_cache(maxsize=8)\ndef f(x): ...",
    ],
)
def test_what_does_not_change_or_is_bounded_is_let_pass(tmp_path, code):
    assert state(module(tmp_path, "views/good.py", code)) == []


def test_a_long_file_is_caught(tmp_path):
    assert long_files(module(tmp_path, "views/bad.py", "x = 1\n" * (LINES_OF_A_FILE + 1))) == ["views/bad.py"]


def test_lines_and_files_are_counted(tmp_path):
    module(tmp_path, "views/one.py", "x = 1\n" * 3)
    assert size(module(tmp_path, "views/two.py", "x = 1\n")) == (4, 2)


def test_a_folder_that_the_tree_forgets_is_caught(tmp_path):
    package = module(tmp_path, "words/__init__.py", "")
    assert tree_differs("```text\nperf_lib/\n  words/  words\n  cli.py  commands\n```", package) == set()
    assert tree_differs("```text\nperf_lib/\n  old/  words\n  cli.py  commands\n```", package) == {"words", "old"}


def test_a_library_in_the_job_loop_is_caught(tmp_path):
    package = module(tmp_path, "press/jobs.py", "import os.path\nfrom perf_lib import words\nfrom . import order")
    assert outside_the_standard_library(package / "press" / "jobs.py") == {"perf_lib", ""}
