"""Computed sentences: a Finding in the report's manner, and nothing that is not in the Finding."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from perf_lib.config.catalogue import Measure
from perf_lib.config.settings import PeerGroup
from perf_lib.findings import symbols
from perf_lib.findings.finding import Finding
from perf_lib.stats.forecast import Refused
from perf_lib.stats.series import Figure
from perf_lib.words import wording

WITHHELD = (
    f"{wording.WITHHELD} stands for a figure that is withheld to protect people's privacy: it counts very few of them, "
    "or a figure that does could be worked out with it. Averages, tests and projections are made without such months."
)
NO_SIGNAL = "The last month is not exceptional and no trend is significant."

_RULES = {
    "month": "{month} was exceptionally {side}: {value}, against an average of {mean} over the 24 months before it and "
    "{edge} limit of {limit}.",
    "three_months": "Each month from {span} was exceptionally {side}: {beyond} {limit}, one standard deviation from "
    "the average of the past 24 months.",
    "eight_months": "Each of the eight months from {span} was {beyond} the average of the past 24 months, {mean}.",
}
"""The sentence of each published rule that is met by months beyond a limit."""

_SIDES = {"high": {"beyond": "above", "edge": "an upper"}, "low": {"beyond": "below", "edge": "a lower"}}

_TRENDS = {
    f"{line}_{way}": f"the {words} show a significant {way} trend"
    for line, words in (("discrete", "monthly figures"), ("rolling", "rolling 12 months"))
    for way in ("increasing", "decreasing")
}

_IN_MESSAGE = (
    *(f"{line}_{way}" for line in ("rolling", "discrete") for way in ("increasing", "decreasing")),
    *(f"{rule}_{side}" for side in _SIDES for rule in _RULES),
)
"""Codes of symbols in the order in which a chart's title says them."""

_STANDING_WORDS = ("above", "in line with, and above,", "in line with, and below,", "below")
_STANDING = dict(zip(symbols.STANDINGS, _STANDING_WORDS, strict=True))

_ASSURANCE = {
    "met": "will go on meeting",
    "missed": "will go on missing",
    "hit_and_miss": "will meet in some months and miss in others",
}


def withheld(finding: Finding) -> str:
    """What [c] means, for a measure with withheld figures; else empty."""
    return WITHHELD if finding.is_withheld else ""


def figures(finding: Finding) -> str:
    """What the measure came to, in the quarter and in twelve months."""
    measure, quarter = finding.measure, finding.quarter
    if finding.as_at is None:
        return f"No figure has been supplied for {measure.title[:1].lower()}{measure.title[1:]}."
    is_counted = measure.traits.may_be_counted and measure.singular
    sentence = _count(finding) if is_counted else _ratio(finding)
    if not finding.is_current and measure.frequency != "quarterly":
        sentence += f" No later figure has been supplied for {quarter.name}."
    return sentence


def change(finding: Finding) -> str:
    """How the twelve months compare with the twelve before; empty where either is missing."""
    now, before, measure = finding.rolling.value, finding.previous.value, finding.measure
    if now is None or before is None or finding.change is None or finding.as_at is None:
        return ""
    earlier, figure = wording.twelve_months_to(finding.as_at - 12), in_prose(before, measure)
    # Where the sentence before it ends on something else, name what is compared.
    subject = "That" if finding.is_current else f"The figure for the {wording.twelve_months_to(finding.as_at)}"
    if figure == in_prose(now, measure):
        return f"{subject} is the same as in the {earlier}."
    # A difference may be too small to print where the two figures print differently.
    difference = _difference(finding, finding.change) or f"slightly {'more' if finding.change > 0 else 'less'}"
    return f"{subject} is {difference} than the {figure} of the {earlier}."


def signals(finding: Finding) -> list[str]:
    """Which months are exceptional and which trends significant, under the published rules, with the sums."""
    if not finding.arithmetic:
        return []
    sentences = []
    for rule, sentence in _RULES.items():
        for side, terms in _SIDES.items():
            test = finding.arithmetic[f"{rule}_{side}"]
            if test.met and test.mean is not None and test.limit is not None:
                fields = {
                    "month": wording.month(test.last),
                    "span": wording.span(test.first, test.last),
                    "value": _finer(test.values[-1], finding.measure, printed=True),
                    "mean": _finer(test.mean, finding.measure),
                    "limit": _finer(test.limit, finding.measure),
                }
                sentences.append(sentence.format(side=side, **terms, **fields))
    if trends := [words for code, words in _TRENDS.items() if code in finding.signals]:
        sentences.append(f"{wording.sentence_case(wording.listed(trends))} over the last year.")
    if not sentences and not finding.not_enough:
        sentences = [NO_SIGNAL]
    if finding.not_enough and finding.has_data:
        sentences.append(_not_enough(finding))
    if finding.rests_on_illustrative:
        published = finding.months.index[finding.months["origin"].isin(["published", "derived"])]
        since = f" before {wording.month(published.min())}" if len(published) else ""
        illustrative = _words(finding.rests_on_illustrative)
        verb = "rests" if len(illustrative) == 1 else "rest"
        words = wording.sentence_case(wording.listed(illustrative))
        sentences.append(f"{words} {verb} partly on illustrative months{since}, not on published ones.")
    return sentences


def size_of_change(finding: Finding) -> str:
    """The year's change by its 95 per cent interval, and whether chance explains it; empty where it was not tested."""
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
    supported = wording.listed(_words(finding.signals & finding.calibrated_signals))
    besides = wording.listed(_words(finding.calibrated_signals - finding.signals))
    sentences = []
    if finding.signals:
        sentences.append(f"The calibrated tests bear {'out ' + supported if supported else 'none out'}.")
    if besides:
        sentences.append(f"They find besides: {besides}.")
    return " ".join(sentences)


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
    target = in_prose(assured.target, finding.measure)
    return f"Left as it is, the process {_ASSURANCE[assured.verdict]} its target of {target}."


def breaks(finding: Finding) -> list[str]:
    """Each break on record, with its reason, its author and what it does to comparisons."""
    sentences = []
    for each in finding.breaks:
        months = wording.listed([wording.month(month) for month in each.excluded])
        effect = f"{months} left out of comparisons" if months else f"compared from {wording.month(each.starts)} only"
        sentences.append(f"{wording.sentence_case(each.kind)}, {effect}: {each.reason} ({each.author}).")
    return sentences


def peers(finding: Finding, group: PeerGroup) -> str:
    """Where the area stands among its peers, and whether it moves as they do."""
    comparison = finding.peers
    if comparison is None:
        return ""
    position = comparison.position
    national = "" if position.national_rank_words is None else f" and the {position.national_rank_words} forces"
    lower, upper = (rate_in_prose(bound) for bound in (comparison.lower, comparison.upper))
    sentences = [
        f"In the {wording.twelve_months_to(comparison.month)} {finding.area} recorded {rate_in_prose(position.rate)} "
        f"{finding.measure.unit} per 1,000 residents, {_STANDING[comparison.standing]} the {group.name}'s average of "
        f"{rate_in_prose(position.average)} (bounds {lower} to {upper}), the {position.rank_words} in the "
        f"group{national}."
    ]
    if position.left_out:
        sentences.append(f"No rate is known for {wording.listed(position.left_out)}.")
    if position.calibrated is not None and position.calibrated != comparison.standing:
        words = symbols.BY_CODE[position.calibrated].words
        sentences.append(f"By the calibrated rule, which asks how far out a single area lies, it is {words}.")
    if position.change is not None and position.group_change is not None:
        sentences.append(
            f"It {'does not trend' if position.does_not_trend else 'trends'} with its peers: the rate changed by "
            f"{_signed(position.change)} on the year before, theirs by {_signed(position.group_change)} on average."
        )
    return " ".join(sentences)


NO_SYMBOL = "unusual, though no symbol shows"
"""The message of a measure that the tests find exceptional while no month or run of months is beyond its limits."""


def message(finding: Finding) -> str:
    """The measure over time in a few words, for a chart's title: trends, then months, with the month named."""
    if finding.as_at is None:
        return wording.NOT_SUPPLIED
    month = finding.quarter.last.strftime("%B")
    named = {f"month_{side}": f"{month} exceptionally {side}" for side in _SIDES}
    parts = [named.get(code, symbols.BY_CODE[code].words) for code in _IN_MESSAGE if code in finding.signals]
    parts = parts or [_without_symbol(finding)]
    if not finding.is_current and finding.arithmetic:
        parts.append(f"figures stop at {wording.month(finding.as_at)}")
    return "; ".join(parts)


def context(finding: Finding) -> str:
    """The dashboard's few words: the measure over time, then where it stands among its peers."""
    parts = [message(finding)]
    if finding.peers is not None:
        parts.append(symbols.BY_CODE[finding.peers.standing].words)
        parts += [symbols.BY_CODE[symbols.NOT_TRENDING].words] * bool(finding.peers.position.does_not_trend)
    return wording.sentence_case("; ".join(parts))


def in_prose(value: float | None, measure: Measure) -> str:
    """A figure of the measure as a sentence says it."""
    if value is not None and measure.unit not in (wording.PERCENT, wording.SECONDS) and not measure.is_count:
        return f"{wording.value_in_prose(value, measure.unit, measure.decimals)} {measure.unit}"
    return wording.value_in_prose(value, measure.unit, measure.decimals)


def figure_in_table(finding: Finding, value: float | None) -> str:
    """A figure of the measure as a table prints it: [c] where there is none because figures are withheld."""
    if finding.is_withheld and wording.is_missing(value):
        return wording.WITHHELD
    return finding.measure.in_table(value)


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
    value = in_prose(figure.value, measure)
    if figure.withheld:
        return wording.WITHHELD
    if figure.margin is not None:
        return f"{value} (plus or minus {wording.percentage_points(figure.margin)})"
    if figure.unweighted and measure.denominator_is == "flow":
        return f"{value} (the unweighted mean of the months)"
    if not measure.of or not figure.denominator or measure.denominator_is == "stock":
        return value
    total = wording.number(figure.denominator)
    if measure.is_percentage and figure.numerator is not None:
        return f"{value} ({wording.number(figure.numerator)} of {total} {measure.of})"
    return f"{value} ({total} {measure.of})"


def _count(finding: Finding) -> str:
    measure, rolling = finding.measure, finding.rolling.value
    value = finding.value.value if measure.has_quarter else None
    window = f"in the {wording.twelve_months_to(finding.as_at)}"
    if finding.value.withheld or finding.rolling.withheld:
        quarter, twelve = (
            f"{wording.WITHHELD} {measure.noun}" if figure.withheld else _counted(figure.value or 0, measure)
            for figure in (finding.value, finding.rolling)
        )
        return f"There were {quarter} during {finding.quarter.name} and {twelve} {window}."
    if value is None:
        if rolling is None:
            return f"The {measure.noun} cannot be totalled: months are missing."
        return f"There {_verb(rolling)} {_counted(rolling, measure)} {window}."
    twelve = f" and {wording.number(rolling)} {window}" if rolling is not None else ""
    return f"There {_verb(value)} {_counted(value, measure)} during {finding.quarter.name}{twelve}."


def _ratio(finding: Finding) -> str:
    measure, quarter = finding.measure, finding.quarter
    parts = []
    if (finding.value or finding.value.withheld) and not measure.spans_a_year:
        parts.append(f"{in_figures(finding.value, measure)} during {quarter.name}")
    if finding.rolling or finding.rolling.withheld:
        parts.append(f"{in_figures(finding.rolling, measure)} in the {wording.twelve_months_to(finding.as_at)}")
    if not parts:
        latest = in_prose(float(finding.months.loc[finding.as_at, "value"]), measure)
        return f"The latest {measure.noun} was {latest}, in {wording.month(finding.as_at)}."
    return f"The {measure.noun} was {' and '.join(parts)}."


def _verb(count: float) -> str:
    return "was" if round(count) == 1 else "were"


def _counted(value: float, measure: Measure) -> str:
    return wording.counted(value, measure.singular or measure.noun, measure.noun)


def _difference(finding: Finding, change: float) -> str | None:
    """208 fewer (12.2 per cent); 3.1 percentage points more; None where it would print as nought."""
    measure, relative, more = finding.measure, finding.change_per_cent, change > 0
    size = wording.percentage_points(abs(change)) if measure.is_percentage else in_prose(abs(change), measure)
    if not any(digit in size for digit in "123456789"):
        return None
    comparative = "more" if more else measure.traits.less
    return f"{size} {comparative}" + (f" ({wording.per_cent(abs(relative))})" if relative is not None else "")


def _not_enough(finding: Finding) -> str:
    if finding.is_withheld:
        return "No symbol is given that would rest on a withheld month."
    if finding.as_at is not None and not finding.is_current:
        return f"There is not enough data for symbols: figures stop at {wording.month(finding.as_at)}."
    if len(finding.not_enough) == len(finding.arithmetic):
        return "There is not enough data for any symbol: months are missing."
    return f"There is not enough data for these symbols: {wording.listed(_words(finding.not_enough))}."


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{wording.per_cent(value)}"


def _finer(value: float, measure: Measure, printed: bool = False) -> str:
    """An average or limit, with a decimal more than small figures have, so that a reader can tell it from them.

    printed: whether the value is such a figure itself, which has the decimal for seconds under a minute alone.
    """
    if measure.unit == wording.SECONDS and value < 60:
        return f"{wording.number(value, 1)} seconds"
    if printed or measure.unit in (wording.PERCENT, wording.SECONDS):
        return in_prose(value, measure)
    if measure.is_count:
        return wording.number(value, 1 if abs(value) < 1000 else 0)
    return f"{wording.number(value, (measure.decimals or 0) + 1)} {measure.unit}"


def _without_symbol(finding: Finding) -> str:
    """The message of a measure that shows no symbol; of one that can have none, its latest figure and the change."""
    if finding.arithmetic:
        if len(finding.not_enough) == len(finding.arithmetic):
            return "months withheld" if finding.is_withheld else "not enough data for symbols"
        return NO_SYMBOL if finding.is_headline else "nothing exceptional"
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


def _words(codes: Collection[str]) -> list[str]:
    """Symbols in words, in the key's order."""
    return [symbol.words for symbol in symbols.SYMBOLS if symbol.code in codes]
