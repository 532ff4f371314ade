"""What a cell says, as a plain number in the unit of its measure: 16.5%, £189.0m, 38th, 10:54, [c].

A cell without a sure meaning stays as it is, to be rejected with its place.
"""

from __future__ import annotations

import re
from decimal import Decimal

from perf_lib.config.catalogue import Measure
from perf_lib.extracts.tables.number_formats import plain
from perf_lib.words.wording import MONEY, PERCENT, RANK, SECONDS

NIL, NOT_SUPPLIED, PROVISIONAL = "nil return", "not supplied", "provisional"
MARKS = {
    **dict.fromkeys(("nil", "nil return", "none"), NIL),
    **dict.fromkeys("[c] [x] [z] [u] [w] .. - – — : n/a na tbc".split(), NOT_SUPPLIED),
    **dict.fromkeys(("not available", "not supplied", "not known", "no data", "awaited"), NOT_SUPPLIED),
}
"""What people write for a figure, those of the Government Statistical Service among them, and what it says."""
_FOOTNOTE = re.compile(r"\s*\[(?P<mark>[rpeb])\]$")
"""Marks of the Government Statistical Service that stand after a figure: revised, provisional, estimated, break."""
_DURATION = re.compile(
    r"""(?:(?P<h>\d+)\ ?(?:hours?|hrs?))?\ ?
        (?:(?P<m>\d+)\ ?(?:minutes?|mins?))?\ ?
        (?:(?P<s>\d+(?:\.\d+)?)\ ?(?:seconds?|secs?|s))?""",
    re.VERBOSE,
)
_CLOCK = re.compile(r"(?:(?P<h>\d+):(?=\d+:))?(?P<m>\d+):(?P<s>[0-5]\d(?:\.\d+)?)")
_MONEY = re.compile(
    r"(?P<sign>-?)(?P<symbol>[£$€]?)\s*(?P<number>[\d,]*\.?\d+)\s*(?P<size>k|m|bn|thousand|million|billion)?(?P<euro>€?)"
)
_SIZES = {"": 0, "k": 3, "thousand": 3, "m": 6, "million": 6, "bn": 9, "billion": 9}
_RANK = re.compile(r"(?P<place>\d+)(?:st|nd|rd|th)?(?: (?:of|out of) (?P<of>\d+))?|(?P<place_too>\d+)(?:st|nd|rd|th)")


def seconds_of(text: str) -> float | None:
    """A duration in seconds; two numbers are minutes and seconds, three are hours before them.

    >>> seconds_of("10:54"), seconds_of("1:02:03"), seconds_of("10 minutes 54 seconds"), seconds_of("654")
    (654.0, 3723.0, 654.0, None)
    """
    text = text.lower()
    duration = _CLOCK.fullmatch(text) or (_DURATION.fullmatch(text) if re.search("[a-z]", text) else None)
    if duration is None or not any(duration.groupdict().values()):
        return None
    hours, minutes, seconds = (float(duration[name] or 0) for name in "hms")
    return hours * 3600 + minutes * 60 + seconds


def figure_of(text: str, unit: str) -> str:
    """A cell's figure as a plain number in the measure's unit; any other text stays as it is.

    >>> figure_of("16.5%", "per cent"), figure_of("10:54", "seconds"), figure_of("16.5%", "crimes")
    ('16.5', '654', '16.5%')
    >>> figure_of("£189m", "£m"), figure_of("£189m", "£"), figure_of("£189", "£m"), figure_of("38th", "rank of 44")
    ('189', '189000000', '£189', '38')
    """
    if unit == PERCENT:
        return re.sub(r" ?(?:%|per ?cent)$", "", text, flags=re.IGNORECASE)
    if unit == SECONDS:
        seconds = seconds_of(text)
        return text if seconds is None else f"{seconds:.10g}"
    if (money := MONEY.fullmatch(unit)) and (cell := _MONEY.fullmatch(text.lower())):
        symbol = cell["symbol"] or cell["euro"]
        power, own = _SIZES[cell["size"] or ""], _SIZES[(money["size"] or "").lower()]
        if symbol != money["symbol"] or (cell["size"] is None and own):
            return text
        return plain(Decimal(cell["sign"] + cell["number"].replace(",", "")).scaleb(power - own))
    if (rank := RANK.fullmatch(unit)) and (cell := _RANK.fullmatch(text)):
        return cell["place"] if cell["of"] in (None, rank["of"]) else text
    number, _, word = text.partition(" ")
    return number if word and word.lower() == unit.lower() else text


def entered(text: str, measure: Measure | None, figure: str) -> tuple[str, str]:
    """A cell's figure in its measure's unit, and the status that it gives its month; either may be empty.

    >>> entered("[c]", None, "value"), entered("1,496 [p]", None, "value"), entered("Nil", None, "value")
    (('', 'not supplied'), ('1,496', 'provisional'), ('', 'nil return'))
    """
    status = MARKS.get(text.lower(), "")
    if status == NIL and measure is not None and measure.is_count:
        return "0", ""
    if status:
        return "", status
    mark = _FOOTNOTE.search(text)
    number = _FOOTNOTE.sub("", text)
    in_unit = measure is not None and figure in ("value", "margin")
    number = figure_of(number, measure.unit) if measure is not None and in_unit else number
    return number, PROVISIONAL if mark and mark["mark"] == "p" else ""
