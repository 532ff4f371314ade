"""Computed sentences: a Finding in the report's manner, and nothing that is not in the Finding."""

from __future__ import annotations

import pandas as pd

from perf_lib.config.catalogue import Measure
from perf_lib.config.settings import PeerGroup
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.findings.peer_comparison import PeerComparison
from perf_lib.stats.forecast import Refused
from perf_lib.stats.series import Figure
from perf_lib.words import wording

WITHHELD = (
    f"{wording.WITHHELD} stands for a figure that is withheld to protect people's privacy: it counts very few of them, "
    "or a figure that does could be worked out with it. Averages, tests and projections are made without such months."
)
NO_SIGNAL = "The last month is not exceptional and no trend is significant."

_TRENDS = ("rolling_increasing", "rolling_decreasing", "discrete_increasing", "discrete_decreasing")


def withheld(finding: Finding) -> str:
    """What [c] means, for a measure that has one; else empty."""
    return WITHHELD if finding.is_withheld else ""


def figures(finding: Finding) -> str:
    """What the measure came to, in the quarter and in twelve months."""
    measure, quarter = finding.measure, finding.quarter
    if finding.as_at is None:
        return f"No figure has been supplied for {measure.title[:1].lower()}{measure.title[1:]}."
    said = _count(finding) if measure.is_counted else _ratio(finding)
    if not finding.is_current and measure.frequency != "quarterly":
        said += f" No later figure has been supplied for {quarter.name}."
    return said


def change(finding: Finding) -> str:
    """How the twelve months compare with the twelve before; empty where either is missing."""
    now, before, measure = finding.rolling.value, finding.previous.value, finding.measure
    if now is None or before is None or finding.change is None or finding.as_at is None:
        return ""
    earlier = wording.twelve_months_to(finding.as_at - 12)
    before_said = in_prose(before, measure)
    difference = _difference(finding)
    # Where the first sentence ended on something else, say what is compared.
    subject = "That" if finding.is_current else f"The figure for the {wording.twelve_months_to(finding.as_at)}"
    if before_said == in_prose(now, measure):
        return f"{subject} is the same as in the {earlier}."
    if difference is None:  # too small to print, and yet the two print differently
        difference = "slightly more" if finding.change > 0 else "slightly less"
    return f"{subject} is {difference} than the {before_said} of the {earlier}."


def signals(finding: Finding) -> list[str]:
    """Which months are exceptional and which trends significant, under the published rules, with the sums."""
    if not finding.arithmetic:
        return []
    said = [_month_signal(finding, code) for code in ("month_high", "month_low")]
    said += [_run_signal(finding, f"{count}_months_{side}") for count in ("three", "eight") for side in ("high", "low")]
    said.append(_trend_signal(finding))
    said = [sentence for sentence in said if sentence]
    if not said and not finding.not_enough:
        said = [NO_SIGNAL]
    if finding.not_enough and finding.has_data:
        said.append(_not_enough(finding))
    if finding.rests_on_illustrative:
        first = _first_published(finding)
        since = f" before {wording.month(first)}" if first is not None else ""
        words = wording.listed([symbols.BY_CODE[c].words for c in _in_order(finding.rests_on_illustrative)])
        verb = "rests" if len(finding.rests_on_illustrative) == 1 else "rest"
        said.append(
            f"{wording.sentence_case(words)} {verb} partly on illustrative months{since}, not on published ones."
        )
    return said


def size_of_change(finding: Finding) -> str:
    """This year beside last with the interval within which the calibrated test puts it; empty where not asked."""
    size = finding.year_on_year
    if size is None:
        return ""
    words = wording.percentage_points if size.unit == "percentage points" else wording.per_cent
    lower, upper = (f"{'+' if bound > 0 else ''}{words(bound)}" for bound in (size.lower, size.upper))
    verdict = "within what chance explains"
    if size.p < 0.05:
        verdict = "more than chance explains" if size.p < 0.01 else "a sign of change, short of the certainty asked for"
    return f"The year's change lies between {lower} and {upper} (95 per cent interval): {verdict}."


def borne_out(finding: Finding) -> str:
    """What the calibrated rules say of the symbols that the published rules show."""
    if not finding.arithmetic or not finding.has_data:
        return ""
    shown = _in_order(finding.signals)
    kept = [symbols.BY_CODE[code].words for code in shown if code in finding.calibrated_signals]
    more = [symbols.BY_CODE[c].words for c in _in_order(finding.calibrated_signals - finding.signals)]
    said = ""
    if shown:
        said = (
            f"The calibrated tests bear out {wording.listed(kept)}." if kept else "The calibrated tests bear none out."
        )
    if more:
        said += f" They find besides: {wording.listed(more)}."
    return said.strip()


def outlook(finding: Finding) -> str:
    """Where the rolling 12 months is heading, or why that cannot be said."""
    ahead = finding.projection
    if ahead is None:
        return ""
    if isinstance(ahead, Refused):
        return f"No projection is made: the figures are not fit for one ({ahead.words})."
    last = ahead.table.iloc[-1]
    lower, upper = (in_prose(max(0.0, last[f"{side}_80"]), finding.measure) for side in ("lower", "upper"))
    return (
        f"If nothing changes, the {wording.twelve_months_to(ahead.table.index[-1])} will probably come to "
        f"{in_prose(last['rolling'], finding.measure)}: between {lower} and {upper} with 80 per cent confidence."
    )


def target(finding: Finding) -> str:
    """Whether the process, as it is, will meet its target."""
    assured = finding.assurance
    if assured is None:
        return ""
    verdict = {
        "met": "will go on meeting",
        "missed": "will go on missing",
        "hit_and_miss": "will meet in some months and miss in others",
    }[assured.verdict]
    return f"Left as it is, the process {verdict} its target of {in_prose(assured.target, finding.measure)}."


def breaks(finding: Finding) -> list[str]:
    """Each break on record, with its reason, its author and what it does to comparisons."""
    said = []
    for each in finding.breaks:
        months = wording.listed([wording.month(month) for month in each.excluded])
        does = f"{months} left out of comparisons" if months else f"compared from {wording.month(each.starts)} only"
        said.append(f"{wording.sentence_case(each.kind)}, {does}: {each.reason} ({each.author}).")
    return said


def peers(finding: Finding, group: PeerGroup) -> str:
    """Where the area stands among its peers, and whether it moves as they do."""
    comparison = finding.peers
    if comparison is None:
        return ""
    at = comparison.position
    standing = {
        "greater_than_peers": f"above the {group.name}'s average of",
        "less_than_peers": f"below the {group.name}'s average of",
        "in_line_above": f"in line with, and above, the {group.name}'s average of",
        "in_line_below": f"in line with, and below, the {group.name}'s average of",
    }[comparison.standing]
    said = (
        f"In the {wording.twelve_months_to(comparison.month)} {finding.area} recorded {rate_in_prose(at.rate)} "
        f"{finding.measure.unit} per 1,000 residents, {standing} {rate_in_prose(at.average)} "
        f"(bounds {rate_in_prose(comparison.lower)} to {rate_in_prose(comparison.upper)})"
    )
    said += f", the {at.rank_words} in the group"
    if at.national_rank_words is not None:
        said += f" and the {at.national_rank_words} forces"
    calibrated = ""
    if at.calibrated is not None and at.calibrated != comparison.standing:
        words = symbols.BY_CODE[at.calibrated].words
        calibrated = f" By the calibrated rule, which asks how far out a single area lies, it is {words}."
    without = f" No rate is known for {wording.listed(at.left_out)}." if at.left_out else ""
    return f"{said}.{without}{calibrated} {_peer_trend(comparison)}".strip()


NO_SYMBOL = "unusual, though no symbol shows"
"""What is said of a measure that its tests find exceptional while no month or run of months is beyond its limits."""


def message(finding: Finding) -> str:
    """The measure over time in a few words, for a chart's title: trends, then months, with the month named."""
    if finding.as_at is None:
        return wording.NOT_SUPPLIED
    parts = [symbols.BY_CODE[code].words for code in _TRENDS if code in finding.signals]
    for side in ("high", "low"):
        if f"month_{side}" in finding.signals:
            parts.append(f"{finding.quarter.last.strftime('%B')} exceptionally {side}")
        runs = (f"{count}_months_{side}" for count in ("three", "eight"))
        parts += [symbols.BY_CODE[code].words for code in runs if code in finding.signals]
    if not parts:
        parts = [_nothing_said(finding)]
    if not finding.is_current and finding.arithmetic:
        parts.append(f"figures stop at {wording.month(finding.as_at)}")
    return "; ".join(parts)


def context(finding: Finding) -> str:
    """The dashboard's few words: the measure over time, then where it stands among its peers."""
    parts = [message(finding)]
    if finding.peers is not None:
        parts.append(symbols.BY_CODE[finding.peers.standing].words)
        parts += [symbols.BY_CODE["not_trending_with_peers"].words] * bool(finding.peers.position.does_not_trend)
    return wording.sentence_case("; ".join(parts))


def in_prose(value: float | None, measure: Measure) -> str:
    """A figure of the measure as a sentence says it."""
    if value is not None and measure.unit not in (wording.PERCENT, wording.SECONDS) and not measure.is_count:
        return f"{wording.value_in_prose(value, measure.unit, measure.decimals)} {measure.unit}"
    return wording.value_in_prose(value, measure.unit, measure.decimals)


def change_in_table(finding: Finding) -> str:
    """The change of the rolling 12 months on the year before as a table prints it: in points for percentages."""
    if finding.is_withheld and wording.is_missing(finding.change):
        return wording.WITHHELD
    if finding.measure.is_percentage:
        return wording.change_in_table(finding.change, finding.measure.unit, finding.measure.decimals)
    return wording.change_per_cent_in_table(finding.change_per_cent)


def rate_in_prose(rate: float) -> str:
    """A rate per 1,000: one decimal from ten up, two below.

    >>> rate_in_prose(61.456), rate_in_prose(2.169)
    ('61.5', '2.17')
    """
    return wording.number(rate, 1 if rate >= 10 else 2)


def in_figures(figure: Figure, measure: Measure) -> str:
    """A figure with what it was made from: 88.8 per cent (4,524 of 5,095 defendants prosecuted)."""
    said = in_prose(figure.value, measure)
    if figure.withheld:
        return wording.WITHHELD
    if figure.margin is not None:
        return f"{said} (plus or minus {wording.percentage_points(figure.margin)})"
    if figure.unweighted and measure.denominator_is == "flow":
        return f"{said} (the unweighted mean of the months)"
    if not measure.of or not figure.denominator or measure.denominator_is == "stock":
        return said
    total = wording.number(figure.denominator)
    if measure.is_percentage and figure.numerator is not None:
        return f"{said} ({wording.number(figure.numerator)} of {total} {measure.of})"
    return f"{said} ({total} {measure.of})"


def _count(finding: Finding) -> str:
    measure, rolling = finding.measure, finding.rolling.value
    value = finding.value.value if measure.has_quarter else None
    total = (
        None
        if not (finding.rolling or finding.rolling.withheld) or finding.as_at is None
        else wording.twelve_months_to(finding.as_at)
    )
    if finding.value.withheld or finding.rolling.withheld:
        quarter, twelve = (
            f"{wording.WITHHELD} {measure.noun}" if figure.withheld else _counted(figure.value or 0, measure)
            for figure in (finding.value, finding.rolling)
        )
        return f"There were {quarter} during {finding.quarter.name} and {twelve} in the {total}."
    if value is None:
        if total is None or rolling is None:
            return f"The {measure.noun} cannot be totalled: months are missing."
        verb = "was" if round(rolling) == 1 else "were"
        return f"There {verb} {_counted(rolling, measure)} in the {total}."
    verb = "was" if round(value) == 1 else "were"
    said = f"There {verb} {_counted(value, measure)} during {finding.quarter.name}"
    return f"{said} and {wording.number(rolling)} in the {total}." if rolling is not None else f"{said}."


def _ratio(finding: Finding) -> str:
    measure, quarter = finding.measure, finding.quarter
    assert finding.as_at is not None  # noqa: S101 - figures() has asked
    parts = []
    if (finding.value or finding.value.withheld) and not measure.spans_a_year:
        parts.append(f"{in_figures(finding.value, measure)} during {quarter.name}")
    if finding.rolling or finding.rolling.withheld:
        parts.append(f"{in_figures(finding.rolling, measure)} in the {wording.twelve_months_to(finding.as_at)}")
    if not parts:
        latest = in_prose(float(finding.months.loc[finding.as_at, "value"]), measure)
        return f"The latest {measure.noun} was {latest}, in {wording.month(finding.as_at)}."
    return f"The {measure.noun} was {' and '.join(parts)}."


def _counted(value: float, measure: Measure) -> str:
    return wording.counted(value, measure.singular or measure.noun, measure.noun)


def _difference(finding: Finding) -> str | None:
    """208 fewer (12.2 per cent); 3.1 percentage points more; None where what would be printed is nothing."""
    measure, difference = finding.measure, finding.change
    assert difference is not None  # noqa: S101 - change() has asked
    size, relative = abs(difference), finding.change_per_cent
    more = difference > 0
    if measure.is_percentage:
        said = wording.percentage_points(size)
        return None if said.startswith("0 ") else f"{said} {'more' if more else 'less'}"
    said = in_prose(size, measure)
    if not any(digit in said for digit in "123456789"):
        return None
    comparative = "more" if more else measure.traits.less
    return f"{said} {comparative}" + (f" ({wording.per_cent(abs(relative))})" if relative is not None else "")


def _month_signal(finding: Finding, code: str) -> str:
    test = finding.arithmetic[code]
    if not test.met or test.mean is None or test.limit is None:
        return ""
    side, limit = ("high", "an upper limit") if code.endswith("high") else ("low", "a lower limit")
    measure = finding.measure
    value = _finer(test.values[-1], measure, printed=True)
    return (
        f"{wording.month(test.last)} was exceptionally {side}: {value}, against an "
        f"average of {_finer(test.mean, measure)} over the 24 months before it and {limit} of "
        f"{_finer(test.limit, measure)}."
    )


def _run_signal(finding: Finding, code: str) -> str:
    test = finding.arithmetic[code]
    if not test.met or test.mean is None or test.limit is None:
        return ""
    measure, side = finding.measure, "above" if code.endswith("high") else "below"
    span = wording.span(test.first, test.last)
    if code.startswith("three"):
        return (
            f"Each month from {span} was exceptionally {'high' if side == 'above' else 'low'}: {side} "
            f"{_finer(test.limit, measure)}, one standard deviation from the average of the past 24 months."
        )
    return (
        f"Each of the eight months from {span} was {side} the average of the past 24 months, "
        f"{_finer(test.mean, measure)}."
    )


def _trend_signal(finding: Finding) -> str:
    said = []
    for stem, words in (("discrete", "monthly figures"), ("rolling", "rolling 12 months")):
        for way in ("increasing", "decreasing"):
            if f"{stem}_{way}" in finding.signals:
                said.append(f"the {words} show a significant {way} trend")
    return f"{wording.sentence_case(wording.listed(said))} over the last year." if said else ""


def _not_enough(finding: Finding) -> str:
    if finding.is_withheld:
        return "No symbol is given that would rest on a withheld month."
    if finding.as_at is not None and not finding.is_current:
        return f"There is not enough data for symbols: figures stop at {wording.month(finding.as_at)}."
    if len(finding.not_enough) == len(finding.arithmetic):
        return "There is not enough data for any symbol: months are missing."
    words = wording.listed([symbols.BY_CODE[code].words for code in _in_order(finding.not_enough)])
    return f"There is not enough data for these symbols: {words}."


def _peer_trend(comparison: PeerComparison) -> str:
    at = comparison.position
    if at.change is None or at.group_change is None:
        return ""
    way = "does not trend" if at.does_not_trend else "trends"
    return (
        f"It {way} with its peers: the rate changed by {_signed(at.change)} on the year before, theirs by "
        f"{_signed(at.group_change)} on average."
    )


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{wording.per_cent(value)}"


def _finer(value: float, measure: Measure, printed: bool = False) -> str:
    """An average or limit, finer than the figures themselves where they are small, so that it can be told apart.

    `printed`: the figure itself, which is only made finer where the average beside it is.
    """
    if measure.unit == wording.SECONDS and value < 60:
        return f"{wording.number(value, 1)} seconds"
    if printed or measure.unit in (wording.PERCENT, wording.SECONDS):
        return in_prose(value, measure)
    if measure.is_count:
        return wording.number(value, 1 if abs(value) < 1000 else 0)
    return f"{wording.number(value, (measure.decimals or 0) + 1)} {measure.unit}"


def _nothing_said(finding: Finding) -> str:
    """What stands where no symbol does: for a measure without symbols, its latest figure and where that leads."""
    if finding.arithmetic:
        if len(finding.not_enough) == len(finding.arithmetic):
            return "months withheld" if finding.is_withheld else "not enough data for symbols"
        return NO_SYMBOL if finding.is_headline else "nothing exceptional"
    assert finding.as_at is not None  # noqa: S101 - message() has asked
    latest = in_prose(float(finding.months.loc[finding.as_at, "value"]), finding.measure)
    if finding.is_withheld and pd.isna(finding.months.loc[finding.as_at, "value"]):
        latest = wording.WITHHELD
    if not finding.is_current:
        latest += f" at {wording.month(finding.as_at)}"
    if finding.change is None:
        return latest
    same = in_prose(finding.rolling.value, finding.measure) == in_prose(finding.previous.value, finding.measure)
    way = "unchanged" if same else {1: "up", -1: "down", 0: "unchanged"}[finding.direction]
    return f"{latest}, {way} on the year before"


def _first_published(finding: Finding) -> pd.Period | None:
    published = finding.months.index[finding.months["origin"].isin(["published", "derived"])]
    return published.min() if len(published) else None


def _in_order(codes: frozenset[str]) -> list[str]:
    return [symbol.code for symbol in symbols.SYMBOLS if symbol.code in codes]
