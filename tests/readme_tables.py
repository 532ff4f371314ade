"""The tables that the package computes for its pages: `python tests/readme_tables.py` rewrites them."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import measured

from perf_lib.findings import symbols
from perf_lib.report import Report, open_report
from perf_lib.views import narrative
from perf_lib.words import wording

ROOT = Path(__file__).parents[1]
CLAIMS = ROOT / "tests" / "claims.csv"


def symbol_table() -> str:
    rows = ["| | symbol | meaning |", "| --- | --- | --- |"]
    for symbol in symbols.SYMBOLS:
        picture = f'<img src="perf_lib/icons/{symbol.code}.svg" width="20" alt="">'
        rows.append(f"| {picture} | {symbol.words} (`{symbol.code}`) | {symbol.meaning} |")
    return "\n".join(rows)


def claims_table(report: Report) -> str:
    """Each symbol that the report claimed against those that come out of the sample."""
    rows = ["| paragraph | measure | claimed | found, of those claimed | not found | found besides | verdict |"]
    rows.append("| --- | --- | --- | --- | --- | --- | --- |")
    with CLAIMS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            finding = report[row["measure"]].finding
            claimed = set(row["symbols_claimed"].split()) - {"none"}
            # The claims' name for the symbol.
            claimed = {{"does_not_trend_with_peers": "not_trending_with_peers"}.get(code, code) for code in claimed}
            found = symbols.codes(finding)
            columns = [
                sorted(claimed),
                [code for code in found if code in claimed],
                sorted(claimed - set(found)),
                [code for code in found if code not in claimed],
            ]
            cells = [*map(_listed, columns), narrative.verdict_words(finding)]
            rows.append(f"| {row['para']} | {finding.measure.title} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _listed(codes: list[str]) -> str:
    return wording.listed([symbols.BY_CODE[code].words for code in codes]) or "–"


def tables() -> dict[Path, dict[str, str]]:
    """The computed tables by page and by the name that stands above each in its page."""
    report = open_report("2019-20-Q3", ROOT / "params")
    return {
        ROOT / "REFERENCE.md": {"symbols": symbol_table(), "claims": claims_table(report)},
        ROOT / "tests" / "benchmarks" / "README.md": {"measured": measured.readme()},
    }


def with_parts(text: str, parts: Mapping[str, str]) -> str:
    """A page with each named part put between its `<!-- name -->` and `<!-- end -->`."""
    for name, part in parts.items():
        pattern = rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)"
        text, count = re.subn(
            pattern, lambda match, part=part: match[1] + part + "\n" + match[2], text, flags=re.DOTALL
        )
        assert count == 1, name
    return text


def rewrite(page: Path, parts: Mapping[str, str]) -> None:
    """Put parts into a page in place."""
    page.write_text(with_parts(page.read_text(encoding="utf-8"), parts), encoding="utf-8")


if __name__ == "__main__":
    for page, parts in tables().items():
        rewrite(page, parts)
