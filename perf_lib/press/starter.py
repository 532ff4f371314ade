"""A report from nothing: params, notebooks and a README, made from the spreadsheet that a body has.

Nothing that is there is replaced. Notebooks are prose and calls, a section a measure, ready to be moved about.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

import perf_lib
from perf_lib.config.catalogue import Catalogue, Measure, read_catalogue
from perf_lib.config.settings import Settings
from perf_lib.config.yaml import build, read_text, read_yaml, shown, to_yaml
from perf_lib.extracts.tables.register import Register, read_register
from perf_lib.press.pack_folder import write_whole
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

_PARTS = ("headline", "sentences", "chart", "areas", "commentary")
"""The calls of a measure's section, in their order; areas only where there are some."""
_ANALYST = (
    "For analysts: this cell is not printed. Choose the quarter below and run all cells; every part of the report is "
    'one call, so move, drop or add calls to change what is shown and in what order. `report["…"]` completes measures '
    "with Tab."
)
_PARAMETERS = (
    "# The quarter to report, the folder of settings, and whether anybody may see it; papermill sets all three.\n"
    'quarter = "{}"\nparams = "params"\npublic = False'
)
_SETUP = "from perf_lib.report import open_report\n\nreport = open_report(quarter, params, public)\nreport"
_PAGES: Mapping[str, tuple[str, Sequence[str]]] = {
    "00_introduction": ("Introduction", (
        "report.title()", "report.summary()", 'report.section("Introduction")', "report.introduction()",
        'report.section("For the attention of those who read this")', "report.exceptions()",
        'report.section("About the figures")', "report.about_the_data()",
    )),
    "90_dashboard": ("Dashboard", ('report.section("Key to symbols")', "report.key()", "report.dashboard()")),
    "91_what_changed": ("What has changed", (
        'report.section("What has changed")', 'report.subsection("Symbols")', "report.symbol_changes()",
        'report.subsection("Figures restated")', "report.revisions()",
        'report.subsection("Commentary carried over")', "report.untouched_text()",
    )),
    "92_coverage": ("Coverage", (
        'report.section("Coverage")', "report.sources()", 'report.subsection("Months that look like a fault")',
        "report.suspicions()",
    )),
    "briefing": ("Briefing", (
        "report.title()", "report.summary()", "report.dashboard()", 'report.section("What is unusual")',
        "report.unusual()",
    )),
}  # fmt: skip
"""The notebooks about all measures, by their file's name: title and calls."""


@dataclass(frozen=True)
class Started:
    """What was made: the files, how many measures, and what a person should check."""

    files: tuple[str, ...]
    measures: int
    checks: tuple[str, ...]


def start(folder: Path, source: Path, quarter: Quarter, force: str) -> Started:
    """Make a body's params, notebooks and README in a folder, from its spreadsheet.

    Raises InputError where the spreadsheet cannot be read, or where a file would be replaced.
    """
    params, notebooks = folder / "params", folder / "notebooks"
    for path in (params / "measures.yaml", params / "settings.yaml", folder / "README.md", notebooks):
        if path.exists():
            raise InputError(f"{shown(path)} is there already, and is left as it is; init starts in an empty folder")
    register = read_register(source)
    area = next((each for each in register.areas if each.lower() in force.lower()), force)
    entries = {entry.code: entry.keys for entry in register.entries}
    catalogue = Catalogue(
        {c: build(Measure, {**keys, "code": c}, f"{shown(source)}, {keys['title']}") for c, keys in entries.items()}
    )
    settings = _settings(register, force, area, source.name) | ({"year_starts": 1} if quarter.starts == 1 else {})
    build(Settings, settings, shown(source))
    files = {
        params / "measures.yaml": _catalogue_text(register),
        params / "settings.yaml": f"# What holds for every quarter. Say under body who you are.\n\n{to_yaml(settings)}",
        params / str(quarter) / "settings.yaml": "# This quarter's own settings; a key replaces the one in params/.\n",
        folder / "README.md": _README.format(force=force, quarter=quarter, source=source.name),
        **{notebooks / f"{name}.ipynb": text for name, text in _notebooks(catalogue, register, quarter).items()},
    }
    for path, text in files.items():
        write_whole(path, text)
    if source.resolve() != (params / source.name).resolve():
        shutil.copyfile(source, params / source.name)
    checks = [f"{entry.keys['title']}: {key}: {why}" for entry in register.entries for key, why in entry.doubts.items()]
    return Started(tuple(str(path.relative_to(folder)) for path in files), len(entries), tuple(checks))


def copy_sample(folder: Path) -> Path:
    """Copy the sample's params and notebooks into a folder; raises InputError where they would replace something."""
    package = Path(perf_lib.__file__).parent
    for name in ("params", "notebooks"):
        places = [package / "starter" / name, package.parent / name]  # in a wheel, and in the repository
        source = next((place for place in places if place.is_dir()), None)
        if source is None or (folder / name).exists():
            problem = "is there already, and is left as it is" if source else "is not part of this installation"
            raise InputError(f"{shown(folder / name)}: {problem}")
        shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return folder


_README = """# {force}: the performance report

`perf-lib run {quarter}` makes the quarter's report in outputs/{quarter}, from params/{source}.
params/measures.yaml says what each measure is: look at the lines marked `# check`; params/settings.yaml, who you are.
notebooks/ has a notebook a priority: prose and calls, to be moved about; `perf-lib notebooks` adds new measures.
Words about a measure go into params/{quarter}/commentary/<measure>.md. `perf-lib new` makes the next quarter's folder.
"""


def _settings(register: Register, force: str, area: str, file: str) -> dict[str, object]:
    return {
        "body": {
            "name": force, "force": force, "area": area, "role": "chief officer",
            "panel": "public", "plan": "Performance plan",
        },
        "priorities": dict(sorted(register.priorities.items())),
        "inputs": {"monthly": [file]},
        **({"areas": others} if (others := [each for each in register.areas if each != area]) else {}),
    }  # fmt: skip


def _catalogue_text(register: Register) -> str:
    """measures.yaml, each key that was guessed marked."""
    lines = ["# What each measure is. `# check` marks what the spreadsheet did not say.", ""]
    for entry in register.entries:
        for line in to_yaml({entry.code: entry.keys}).splitlines():
            key = line.strip().partition(":")[0]
            doubt = entry.doubts.get(key) if re.match(r"  \w", line) else None
            lines.append(f"{line}  # check: {doubt}" if doubt else line)
        lines.append("")
    return "\n".join(lines)


def _notebooks(catalogue: Catalogue, register: Register, quarter: Quarter) -> dict[str, str]:
    """The text of each notebook by its name: one a priority, and those about all measures."""
    texts = {name: _notebook(title, calls, quarter) for name, (title, calls) in _PAGES.items()}
    parts = [part for part in _PARTS if part != "areas" or len(register.areas) > 1]
    for number, title in register.priorities.items():
        codes = [code for code, measure in catalogue.items() if measure.priority == number]
        calls = [f"report.priority({number})", *_sections(codes, parts)]
        name = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40]
        texts[f"{number:02d}_{name}"] = _notebook(title, calls, quarter)
    return texts


def _sections(codes: Iterable[str], parts: Sequence[str]) -> list[str]:
    """The calls of measures' sections, a call a part."""
    return [f'report["{code}"].{part}()' for code in codes for part in parts]


def _notebook(title: str, calls: Sequence[str], quarter: Quarter) -> str:
    cell = nbformat.v4.new_code_cell
    cells = [
        nbformat.v4.new_markdown_cell(f"# {title}\n\n{_ANALYST}", id="analyst", metadata={"tags": ["analyst"]}),
        cell(_PARAMETERS.format(quarter), id="parameters", metadata={"tags": ["parameters"]}),
        cell(_SETUP, id="setup", metadata={"tags": ["setup"]}),
        *(cell(call, id=f"call-{at}") for at, call in enumerate(calls)),
    ]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}, "title": title}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    return f"{nbformat.writes(notebook)}\n"


def unshown(params: Path, notebooks: Iterable[Path]) -> dict[str, Measure]:
    """The measures of a catalogue that no notebook names, by code."""
    calls = "\n".join(
        "".join(each["source"])
        for path in notebooks
        for each in nbformat.reads(read_text(path), as_version=4)["cells"]
        if each["cell_type"] == "code"
    )
    named = set(re.findall(r"""\breport\[\s*["'](\w+)["']\s*\]""", calls))
    return {code: each for code, each in read_catalogue(params / "measures.yaml").items() if code not in named}


def add_sections(params: Path, notebooks: Sequence[Path]) -> dict[str, str]:
    """Add a section for each measure that no notebook shows, to the notebook of its priority; notebooks by measure."""
    added = {}
    for code, measure in unshown(params, notebooks).items():
        heading = f"report.priority({measure.priority})"
        for path in notebooks:
            notebook = nbformat.reads(read_text(path), as_version=4)
            if any(heading in "".join(each["source"]) for each in notebook["cells"]):
                break
        else:
            titles = read_yaml(params / "settings.yaml").get("priorities") or {}
            title = str(titles.get(measure.priority, f"Priority {measure.priority}"))
            name = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40]
            path = notebooks[0].parent / f"{measure.priority:02d}_{name}.ipynb"
            quarter = max(each.name for each in params.iterdir() if (each / "settings.yaml").is_file())
            notebook = nbformat.reads(_notebook(title, [heading], Quarter.parse(quarter)), as_version=4)
            notebooks = [*notebooks, path]
        parts = [part for part in _PARTS if part != "areas" or read_yaml(params / "settings.yaml").get("areas")]
        for at, call in enumerate(_sections([code], parts)):
            notebook["cells"].append(nbformat.v4.new_code_cell(call, id=f"{code[:50]}-{at}"))
        write_whole(path, f"{nbformat.writes(notebook)}\n")
        added[code] = path.name
    return added
