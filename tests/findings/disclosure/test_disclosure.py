"""The public report: attacked with everything in its pack, marked items out, typed and shown figures refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from attack import closest, pinned
from bs4 import BeautifulSoup
from builders import PARAMS, ROOT
from printed import Figures, of_page, of_tables

from perf_lib.config import markings
from perf_lib.findings import disclosure
from perf_lib.findings.disclosure import printed_counts
from perf_lib.findings.disclosure.suppression import Decision, decide
from perf_lib.press import leaks
from perf_lib.press.pack import run
from perf_lib.report import Report, open_report
from perf_lib.views.spreadsheets import xlsx
from perf_lib.words.errors import InputError, Undisclosable
from perf_lib.words.quarters import Quarter

QUARTER = Quarter.parse("2019-20-Q3")
NOTEBOOKS = ("2_protect_vulnerable", "6_dashboard")  # charts of small counts, and Appendix A
CSE = 10  # the sample's crimes with an exploitation marker run from 3 to 20 a month: ten bites, in the quarter itself
SHARES = ("complaint_appeals_upheld", "complaints_within_10_days", "full_file_error_rate")
THRESHOLDS = {"cse_crime": CSE} | dict.fromkeys(SHARES, 5)


def params_with(folder: Path, *changes: tuple[str, str], settings: str = "") -> Path:
    """The shipped params with lines put into the catalogue under measures, and lines added to the settings."""
    params = Path(shutil.copytree(PARAMS, folder / "params"))
    catalogue = params / "measures.yaml"
    text = catalogue.read_text(encoding="utf-8")
    for code, line in changes:
        assert f"\n{code}:\n" in text
        text = text.replace(f"\n{code}:\n", f"\n{code}:\n  {line}\n", 1)
    catalogue.write_text(text, encoding="utf-8")
    if settings:
        with (params / "settings.yaml").open("a", encoding="utf-8") as file:
            file.write(f"\n{settings}\n")
    return params


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report, Report]:
    """A real public pack, the public report it was made from, and the internal report."""
    folder = tmp_path_factory.mktemp("public")
    params = params_with(
        folder, ("cse_crime", f"disclosure_threshold: {CSE}"), ("sexual_offences", "marking: OFFICIAL-SENSITIVE")
    )
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    for name in NOTEBOOKS:
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", notebooks)
    pack = run(QUARTER, params, folder / "outputs", notebooks, public=True).folder
    return pack, open_report(QUARTER, params, public=True), open_report(QUARTER, params)


def read_from(pack: Path, report: Report) -> Figures:
    """Everything that can be read in the pack's workbook, findings.csv and HTML pages."""
    catalogue = report.params.catalogue
    months = pd.read_excel(pack / "dashboard.xlsx", sheet_name="Months", header=3, engine="calamine", dtype=object)
    read = of_tables(months, pd.read_csv(pack / "findings.csv", dtype=object), catalogue)
    for page in [pack / "report.html", *(pack / "pages").glob("*.html")]:
        for name, value in of_page(page, catalogue, QUARTER).items():
            # A page prints whole numbers, as the spreadsheets do: it tells nothing that they do not.
            assert abs(read.setdefault(name, value) - value) < 0.51, f"{page.name}: {name}"
    return read


def truth(report: Report) -> Figures:
    """The counts behind the withheld months, by the sample's own file."""
    frame = pd.read_csv(ROOT / "perf_lib" / "sample" / "monthly.csv")
    known: Figures = {}
    for _, row in frame[frame["measure"].isin(list(THRESHOLDS)) & (frame["month"] <= "2019-12")].iterrows():
        t = pd.Period(row["month"], freq="M").ordinal
        counts = (
            [row["value"]] if pd.isna(row["numerator"]) else [row["numerator"], row["denominator"] - row["numerator"]]
        )
        known |= {(row["measure"], part, (t, t)): float(count) for part, count in enumerate(counts)}
    return known


def attacked(read: Figures, report: Report) -> dict[tuple[str, int, tuple[int, int]], tuple[float, float]]:
    """What an attacker makes of it: how closely each small count of a month that is not printed can be pinned."""
    counts = truth(report)
    published = {  # what earlier quarters first published of counts, which is known as well
        (
            "cse_crime",
            0,
            (QUARTER.first.ordinal - 3, QUARTER.first.ordinal - 1),
        ): 35.0,  # params/2019-20-Q2/published.csv
    }
    assert all(read.get(name, value) == value for name, value in published.items())
    known = published | read
    relations = []
    for code, part, window in known:
        if window[0] != window[1] and all((code, part, (t, t)) in counts for t in range(window[0], window[1] + 1)):
            relations.append(([(code, part, (t, t)) for t in range(window[0], window[1] + 1)], [(code, part, window)]))
    for code, part, window in counts:
        if code == "complaints_within_10_days" and part == 0:  # together they are the complaints of the month
            relations.append(([(code, 0, window), (code, 1, window)], [("complaints", 0, window)]))
    own = {*THRESHOLDS, "complaints"}
    small = [n for n, v in counts.items() if 0 < v < THRESHOLDS[n[0]] and n not in read]
    # Zeros of counts are printed, so [c] is at least one there.
    lowest = {name: 1.0 for name in counts if name[0] == "cse_crime"}
    return pinned({n: v for n, v in known.items() if n[0] in own}, relations, small, lowest)


def widths(found: dict[tuple[str, int, tuple[int, int]], tuple[float, float]]) -> dict[str, float]:
    """The narrowest interval of each measure."""
    return {c: closest({n: ends for n, ends in found.items() if n[0] == c}) for c in {name[0] for name in found}}


def test_nothing_in_the_pack_pins_a_small_count(public):
    pack, report, _ = public
    record = pd.read_csv(pack.with_name(f"{pack.name}.internal") / "withheld.csv")
    gone = record[record["why"].str.contains("gives it away", na=False)]
    # Two quarters of appeals were published with their counts, 3 of 6 and 2 of 10; the record says what that tells.
    assert set(gone["measure"]) == {"complaint_appeals_upheld"}
    assert (gone["first"].min(), gone["last"].max()) == ("2019-04", "2019-09")
    found = attacked(read_from(pack, report), report)
    assert len(found) > 100 and {name[0] for name in found} == set(THRESHOLDS)
    narrow = widths(found)
    assert all(narrow[code] >= threshold for code, threshold in THRESHOLDS.items()), narrow


def small_alone(*facts) -> Decision:
    """A careless decision: the small counts are withheld, and nothing that gives them away."""
    decision = decide(*facts)
    small = {unit: why for unit, why in decision.withheld.items() if why.protects is None}
    return Decision(small, decision.given_away)


def test_the_attack_succeeds_where_only_small_counts_are_withheld(public, monkeypatch):
    _, report, _ = public
    monkeypatch.setattr(printed_counts, "decide", small_alone)
    careless = open_report(QUARTER, report.params.folder, public=True)
    tables = xlsx.months_table(careless.findings), xlsx.findings_table(careless.findings)
    narrow = widths(attacked(of_tables(*tables, careless.params.catalogue), careless))
    # For one: 35 in the second quarter less 15 and 13 printed leaves September's 7.
    assert narrow["cse_crime"] == 0


def test_what_is_withheld_is_shown_as_c_and_said_to_be(public):
    pack, report, internal = public
    rows = pd.read_csv(pack / "findings.csv", dtype=object).set_index("measure")
    assert rows.loc["complaint_appeals_upheld", "quarter_value"] == "[c]"
    said = BeautifulSoup((pack / "report.html").read_text(encoding="utf-8"), "html.parser")
    box = said.select_one('div.headline[data-measure="cse_crime"]').get_text(" ", strip=True)
    assert "[c]" in box
    assert "withheld to protect people's privacy" in said.get_text(" ", strip=True)
    assert not any(finding.is_withheld for finding in internal.findings.values())
    # Zero is printed: no full file failed in the quarter.
    assert report["full_file_error_rate"].finding.value.value == 0


def test_the_record_stays_inside(public):
    pack, _, _ = public
    inside = pack.with_name(f"{pack.name}.internal")
    record = pd.read_csv(inside / "withheld.csv")
    assert set(record["why"].str.split(":").str[0]) >= {"primary", "complementary", "marked OFFICIAL-SENSITIVE"}
    assert record.loc[record["why"] == "complementary", ["protects", "relation"]].notna().all(axis=None)
    assert (
        not list(pack.rglob("withheld*"))
        and not (pack / "rejected").exists()
        and not (pack / "pages/audit.html").exists()
    )
    # A digest of the monthly figures would let anybody try out the few that are missing.
    assert set(json.loads((pack / "run.json").read_text(encoding="utf-8"))["inputs"].values()) == {""}
    digests = json.loads((inside / "run.json").read_text(encoding="utf-8"))["inputs"]
    assert all(digests.values()) and set(digests) >= {"params/measures.yaml", "sample:monthly.csv"}


def test_a_marked_measure_is_left_out_and_said_to_be(public):
    pack, report, internal = public
    sentence = "Sexual offences: left out of this public report, because it is marked OFFICIAL-SENSITIVE."
    assert sentence in report.about_the_data().text
    executed = (pack / "notebooks" / "2_protect_vulnerable.ipynb").read_text(encoding="utf-8")
    assert executed.count(sentence) == 2  # once, as HTML and as plain text
    assert "sexual_offences" not in report.findings and "sexual_offences" not in set(report.arrived.frame["measure"])
    rows = pd.read_csv(pack / "findings.csv")
    assert "sexual_offences" not in set(rows["measure"]) and len(rows) == len(internal.findings) - 1
    assert report.lines("sexual_offences", title="One").text == sentence
    assert sentence in report.scatter("sexual_offences", "hate_crime").text


def test_the_pack_is_searched_for_figures_of_a_marked_measure(public, tmp_path):
    pack, report, internal = public
    leaks.refuse_shown(pack, internal, report)  # as it was made, it passes
    # December's 94 offences and the year's 1,496, by the published report.
    row = "<table><tr><th>Sexual offences</th><td>94</td></tr></table>"
    plants = {
        "report.html": f"<p>x</p>{row}",
        "alone.csv": "what,figure\nsomething,1496\n",
        "chart.svg": "<svg><text x='1'>Sexual offences, 94</text></svg>",
    }
    for name, text in plants.items():
        planted = tmp_path / name.split(".")[0]
        planted.mkdir()
        (planted / name).write_text(text, encoding="utf-8")
        with pytest.raises(
            Undisclosable, match=rf"{name}: (94|1496): a figure of sexual_offences \(.+OFFICIAL-SENSITIVE"
        ):
            leaks.refuse_shown(planted, internal, report)


def test_a_notebook_that_reads_the_figures_for_itself_stops_the_pack(public, tmp_path):
    _, report, _ = public
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    notebook = nbformat.read(ROOT / "notebooks" / "6_dashboard.ipynb", as_version=4)
    notebook.cells = notebook.cells[:3]
    told = "import pandas as pd\nimport perf_lib\nfrom pathlib import Path\n"
    told += "frame = pd.read_csv(Path(perf_lib.__file__).parent / 'sample' / 'monthly.csv')\n"
    told += "frame[(frame.measure == 'sexual_offences') & (frame.month == '2019-12')]"
    notebook.cells.append(nbformat.v4.new_code_cell(told))
    nbformat.write(notebook, notebooks / "1_own.ipynb")
    with pytest.raises(
        Undisclosable, match=r"\.(ipynb|html|pdf): 94(\.0)?: a figure of sexual_offences \(December 2019\)"
    ):
        run(QUARTER, report.params.folder, tmp_path / "outputs", notebooks, public=True)
    assert Undisclosable.exit_code == 1
    assert not list((tmp_path / "outputs").glob("2019*/report.html"))


@pytest.mark.parametrize(
    ("file", "text", "figure"),
    [
        ("commentary/cse_crime.md", "There were 7 in September.", "cse_crime \\(September 2019\\)"),
        ("commentary/cse_crime.md", "Then came\nsix crimes in November.", "cse_crime"),
        (
            "introduction.md",
            "Crimes recorded with a child sexual exploitation marker fell to 131.",
            "cse_crime \\(12 m",
        ),
        ("introduction.md", "An analyst wrote that 1,496 were recorded.", "sexual_offences \\(12 months to December"),
        ("introduction.md", "Sexual offences came to 94 in the month.", "sexual_offences \\(December 2019"),
        ("introduction.md", "There were {{ sexual_offences.quarter }} of them.", "leaves sexual_offences out"),
    ],
)
def test_a_figure_that_a_person_typed_is_refused(file, text, figure, public):
    _, report, internal = public
    path = report.params.quarter_folder / file
    written = path.read_text(encoding="utf-8")
    path.write_text(f"A first line.\n\n{text}\n", encoding="utf-8")
    try:
        with pytest.raises(Undisclosable, match=rf"{path.name}, line [34]: .*{figure}"):
            report.introduction()
            leaks.refuse_typed(internal, report)
    finally:
        path.write_text(written, encoding="utf-8")


def test_figures_that_are_nobodys_secret_may_be_typed(public):
    _, report, internal = public
    leaks.refuse_typed(internal, report)  # the shipped commentary: its counts of appeals have a source in brackets
    sourced = [each for each in leaks.typed(internal, report) if each.sourced]
    assert {each.path.stem for each in sourced} >= {"complaint_appeals_upheld"}


def test_counts_in_a_table_of_reasons_are_withheld_two_by_two():
    # The sample's reasons: 49, 9, 1, 18 with 77 in all. The 1 alone would be 77 - 49 - 9 - 18, so the 9 goes with it.
    counts = pd.DataFrame({pd.Period("2019-12", "M"): [49, 9, 1, 18]}, index=["a", "b", "c", "d"])
    kept, record = disclosure.table("reasons", counts, 5)
    assert kept.iloc[:, 0].isna().tolist() == [False, True, True, False]
    assert record["why"].tolist() == ["primary: under the threshold", "complementary"]
    with_total = pd.concat([counts, pd.DataFrame({counts.columns[0]: [77]}, index=["All"])])
    assert disclosure.table("reasons", with_total, 5)[0].iloc[:, 0].isna().tolist() == [False, True, True, False, False]


def test_an_internal_report_prints_the_markings(tmp_path):
    params = params_with(tmp_path, ("sexual_offences", "marking: provisional"))
    report = open_report(QUARTER, params)
    assert report.marking == "provisional"  # above the report's own OFFICIAL
    assert '<p class="marking">provisional</p>' in report["sexual_offences"].headline().html
    marked = {
        "inputs": report.settings.inputs.model_copy(update={"markings": {"sample:monthly.csv": "OFFICIAL-SENSITIVE"}})
    }
    settings = report.settings.model_copy(update=marked)
    holds = {"sample:monthly.csv": set(report.params.catalogue)}
    assert {m.marking for m in markings.marked(report.params.catalogue, holds, settings).values()} == {
        "OFFICIAL-SENSITIVE"
    }


def test_official_may_be_published_unless_settings_say_otherwise(tmp_path):
    params = params_with(tmp_path, ("hate_crime", "marking: OFFICIAL"))
    assert "hate_crime" in open_report(QUARTER, params, public=True)
    with (params / "settings.yaml").open("a", encoding="utf-8") as file:
        file.write("public_leaves_out: [OFFICIAL]\n")
    with pytest.raises(InputError, match=r"settings\.yaml: marking: a report marked OFFICIAL has no public version"):
        open_report(QUARTER, params, public=True)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("hate_crime", "breakdown_of: crime_volum"),
            "breakdown_of: no other measure 'crime_volum'; did you mean crime_v",
        ),
        (("conviction_rate", "of_measure: sickness_days_lost"), "of_measure: sickness_days_lost is a mean; a count is"),
        (("hate_crime", "marking: SECRET"), "marking"),
    ],
)
def test_what_cannot_be_right_is_one_line(change, told, tmp_path):
    with pytest.raises(InputError, match=rf"measures\.yaml, {change[0]}: {told}"):
        open_report(QUARTER, params_with(tmp_path, change))
