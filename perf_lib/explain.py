"""The arithmetic behind each symbol, in words and numbers that a person can check by hand."""

from __future__ import annotations

from collections.abc import Sequence

from perf_lib import calibrated, markup, spc, symbols, wording
from perf_lib.dashboard import table
from perf_lib.findings import Finding
from perf_lib.markup import Fragment, paragraphs

PAST = 12  # months of symbols shown
_SIDE = {"high": (">", "+"), "low": ("<", "−")}


def explain(finding: Finding) -> Fragment:
    """Each rule's sum for the newest month under both rule sets, and which symbols past months showed."""
    measure = finding.measure
    title = f"{measure.title}, {finding.quarter.label}"
    if not finding.arithmetic:
        return paragraphs([f"{title}: symbols for months and trends do not apply to a {measure.kind} measure."])
    published = [
        (symbols.BY_CODE[code].words, _published(test, finding), _verdict(test.met, test.enough))
        for code, test in finding.arithmetic.items()
    ]
    tested = [
        (symbols.BY_CODE[code].words, _calibrated(test), _verdict(test.met, test.enough))
        for code, test in finding.calibrated.items()
    ]
    headings = ["Symbol", "Arithmetic", "Shows"]
    return (
        table(f"{title}: published rules", headings, published)
        + table(f"{title}: calibrated rules, at 1 per cent", headings, tested)
        + table("Symbols of past months", ["Month", "Published rules", "Calibrated rules"], _past(finding))
        + (markup.EMPTY if not finding.is_headline else paragraphs([_headline()]))
    )


def _published(test: spc.Arithmetic, finding: Finding) -> str:
    if not test.enough:
        return "a month of its window is missing"
    rule = next(rule for rule in spc.RULES if rule.code == test.code)
    if test.p is not None and test.slope is not None:
        slope, t = _number(test.slope, 2), _number(test.t or 0.0, 2)
        return f"slope {slope} a month, t = {t}, p = {_p(test.p)}; needs p < 0.05"
    sign, plus = _SIDE[rule.direction]
    assert test.mean is not None and test.sd is not None  # noqa: S101 - a rule that is not a trend has them
    limit = _number(test.mean)
    if rule.sds:
        limit += f" {plus} {'' if rule.sds == 1 else f'{rule.sds:g} × '}{_number(test.sd)}"
    values = wording.listed([_number(value) for value in test.values])
    return f"{values} {sign if test.met else f'not all {sign}' if len(test.values) > 1 else f'not {sign}'} {limit}"


def _calibrated(test: calibrated.Arithmetic) -> str:
    if not test.enough:
        return test.why_not
    parts = []
    if test.usual:
        judged = wording.listed([_number(value) for value in test.values])
        parts.append(f"{judged} where {wording.listed([_number(value) for value in test.usual])} would be usual")
    if test.t is not None and test.df is not None and test.p is not None:
        parts.append(f"t = {_number(test.t, 2)} on {_number(test.df, 1)} df, p = {_p(test.p)}; needs p < 0.01")
    if test.history is not None:
        parts.append(f"{test.history} months of history, by {test.step}")
    return "; ".join(parts)


def _past(finding: Finding) -> Sequence[Sequence[str]]:
    rows = []
    for month in finding.last_12.index[-PAST:]:
        shown = []
        for history in (finding.signal_history, finding.calibrated_history):
            on = history.loc[month] if month in history.index else None
            codes = [s for s in symbols.SYMBOLS if on is not None and bool(on.get(s.code, False))]
            shown.append("; ".join(symbol.words for symbol in codes) or "none")
        rows.append((wording.short_month(month), *shown))
    return rows


def _headline() -> str:
    rate = wording.per_cent(100 * calibrated.FALSE_DISCOVERY)
    return f"The measure is one of the quarter's exceptions; of all chosen, at most {rate} are expected to be false."


def _verdict(met: bool, enough: bool) -> str:
    return "yes" if met else "no" if enough else "not enough data"


def _number(value: float, decimals: int | None = None) -> str:
    """As many decimals as the size deserves, and none that are nought."""
    fine = decimals if decimals is not None else (0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2)
    text = wording.number(value, fine)
    return text.rstrip("0").rstrip(".") if "." in text and decimals is None else text


def _p(value: float) -> str:
    return "less than 0.001" if value < 0.001 else wording.number(value, 3)
