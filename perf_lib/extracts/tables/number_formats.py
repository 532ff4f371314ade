"""What a spreadsheet shows of a number: its format is part of the figure. 0.85 in a cell of format 0% is 85%.

The answer is the text that a person would type. Where a format hides what the cell holds (thousands, fractions, hours)
the text says so in brackets, is no number, and so is refused with its place.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

GENERAL = "General"
A_TIME = "(a time of day; write 0:10:54, or the text 10:54, for 10 minutes 54 seconds)"
"""What follows a time that a spreadsheet made of 10:54: whether minutes or hours were meant cannot be known."""
BUILT_IN = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "£#,##0", 6: "£#,##0", 7: "£#,##0.00",
    8: "£#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 37: "#,##0_);(#,##0)", 38: "#,##0_);(#,##0)",
    39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);(#,##0.00)", 41: '#,##0;-#,##0;"-"', 42: '£#,##0;-£#,##0;"-"',
    43: '#,##0.00;-#,##0.00;"-"', 44: '£#,##0.00;-£#,##0.00;"-"', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    48: "##0.0E+0", 49: "@", **dict.fromkeys((14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)), "yyyy-mm-dd"),
}  # fmt: skip
"""The formats that files name by number alone (ECMA-376, part 1, section 18.8.30)."""

_TOKEN = re.compile(
    r"""(?P<literal>"[^"]*"|\\.|\[\$[^\]]*\])  # words in quotes, an escaped character, a currency
      | (?P<skip>_.|\*.)                       # a blank as wide as a character, a filling
      | (?P<bracket>\[[^\]]*\])                # a colour, a condition, elapsed time
      | (?P<general>General|Standard)
      | (?P<half_day>AM/PM|A/P)
      | (?P<power>E[+-])
      | (?P<digit>[0#?]) | (?P<point>\.) | (?P<comma>,) | (?P<percent>%) | (?P<text>@)
      | (?P<date>[ymdhs]+)
      | (?P<word>.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_GROUPING = " '\u00a0\u2009\u202f"
"""Literals that may stand between the digits of one number: they divide its thousands."""
_DAY = 86400


def as_shown(value: float, code: str = GENERAL, since_1904: bool = False) -> str:
    """A number as a cell of this format shows it, in full precision; a date as 2019-12-31, the first as its month.

    >>> as_shown(0.85, "0.0%"), as_shown(187, '£0.0"m"'), as_shown(1496, "#,##0"), as_shown(530 / 86400, "h:mm:ss")
    ('85%', '£187m', '1496', '0:08:50')
    >>> as_shown(2345, "#,##0,"), as_shown(43800, "mmm-yy")
    ('2345 (shown in thousands; write it as it is to be read)', '2019-12')
    """
    sections = _sections(code)
    if any(kind == "bracket" and re.match(r"\[[<>=]", text) for tokens in sections for kind, text in tokens):
        return f"{plain(value)} (its format depends on its size)"
    at = (value < 0 and len(sections) > 1) + 2 * (value == 0 and len(sections) > 2)
    tokens = sections[min(at, len(sections) - 1)]
    kinds = [kind for kind, _ in tokens]
    letters = "".join(text for kind, text in tokens if kind == "date").lower()
    elapsed = next((text[1] for kind, text in tokens if kind == "bracket" and re.fullmatch(r"\[[hms]+\]", text)), "")
    if not {"digit", "general", "text"} & {*kinds} or (letters and "digit" in kinds and "s" in letters):
        if elapsed or letters:
            return _moment(value, letters + elapsed, elapsed, "half_day" in kinds, since_1904)
        words = "".join(_literal(kind, text) for kind, text in tokens).strip()
        return "0" if value == 0 and words in ("-", "–", "—") else f"{plain(value)} (its format shows {words!r})"
    return _number(abs(value) if at == 1 else value, tokens, at == 1)


def plain(value: float | Decimal) -> str:
    """A number as a person types it: no power of ten, no tail of noughts.

    >>> plain(94.0), plain(0.1650), plain(1e-07)
    ('94', '0.165', '0.0000001')
    """
    number = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def _sections(code: str) -> list[list[tuple[str, str]]]:
    """A format's sections (for numbers above nought, below, nought), each as its tokens."""
    sections: list[list[tuple[str, str]]] = [[]]
    for token in _TOKEN.finditer(code or GENERAL):
        kind = str(token.lastgroup)
        if kind == "word" and token[0] == ";":
            sections.append([])
        elif kind != "skip":
            sections[-1].append((kind, token[0]))
    return sections


def _literal(kind: str, text: str) -> str:
    """What a token prints whatever the number."""
    if kind == "literal":
        return text[2:-1].split("-")[0] if text.startswith("[$") else text.strip('"').removeprefix("\\")
    return text if kind in ("word", "percent", "date", "power") else ""


def _number(value: float, tokens: list[tuple[str, str]], in_negative: bool) -> str:
    """A number by its section: what stands before and after it is kept, per cent is worked out."""
    kinds = [kind for kind, _ in tokens]
    places = [at for at, kind in enumerate(kinds) if kind in ("digit", "general", "text")]
    within, after = tokens[places[0] : places[-1] + 1], tokens[places[-1] + 1 :]
    prefix, suffix = ("".join(_literal(*token) for token in part) for part in (tokens[: places[0]], after))
    between = "".join(_literal(*token) for token in within)
    digits = "".join({"digit": "0", "comma": ",", "point": "."}.get(kind, "") for kind, _ in (*within, *after))
    number = Decimal(repr(float(value)))
    if in_negative:
        if not re.search(r"[-−(]", prefix):
            return f"-{plain(number)} (its format hides the minus)"
        prefix, suffix, number = prefix.strip("-−( "), suffix.strip(") "), -number
    if "/" in between:
        fraction = "" if value == int(value) else " (shown as a fraction; write 0.5 or 50%)"
        return f"{plain(number)}{fraction}"
    thousands = sum(map(len, re.findall(r",+(?=\.|$)", digits)))
    if thousands and not re.search("[a-z]", suffix, re.IGNORECASE):
        return f"{plain(number)} (shown in thousands; write it as it is to be read)"
    if kinds.count("percent") > 1 or re.sub("E[+-]", "", between).strip(_GROUPING) or "‰" in prefix + suffix:
        return f"{plain(number)} (its format changes what is shown)"
    number = number.scaleb(2 * kinds.count("percent") - 3 * thousands)
    return f"{'-' if number < 0 else ''}{prefix.strip()}{plain(abs(number))}{suffix.rstrip()}"


def _moment(days: float, letters: str, elapsed: str, half_day: bool, since_1904: bool) -> str:
    """A date, or a duration where the format shows its seconds and hides nothing greater."""
    if {*letters} & {*"yd"} or not {*letters} & {*"hs"}:
        return _date(days, since_1904)
    seconds = round(days * _DAY, 3)
    clock = clock_of(seconds)
    # 0:09:00 was written so; 9:00:00 is what becomes of 9:00.
    if "s" not in letters or half_day or (seconds >= 3600 and seconds % 60 == 0 and "h" in letters):
        return f"{clock} {A_TIME}"
    greatest = next(unit for unit in "hms" if unit in letters)
    if greatest != elapsed and seconds >= {"h": _DAY, "m": 3600, "s": 60}[greatest]:
        return f"{clock} (its format hides the hours)"
    return clock


def clock_of(seconds: float) -> str:
    """Seconds as hours, minutes and seconds.

    >>> clock_of(530), clock_of(9.31)
    ('0:08:50', '0:00:09.31')
    """
    whole, part = divmod(round(seconds, 3), 1)
    minutes, whole = divmod(int(whole), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{whole:02d}{plain(round(part, 3))[1:]}"


def _date(days: float, since_1904: bool) -> str:
    try:
        day = dt.datetime(1904, 1, 1) + dt.timedelta(days=days) if since_1904 else _since_1900(days)
    except (OverflowError, ValueError):
        return f"{plain(days)} (no date)"
    return day_text(day)


def _since_1900(days: float) -> dt.datetime:
    # Spreadsheets count a 29 February 1900, so days before March 1900 are numbered one lower.
    return dt.datetime(1899, 12, 31 if days < 60 else 30) + dt.timedelta(days=days)


def day_text(day: dt.date) -> str:
    """A day as text; the first of a month as its month.

    >>> day_text(dt.date(2019, 12, 1)), day_text(dt.date(2019, 12, 31))
    ('2019-12', '2019-12-31')
    """
    text = day.isoformat()
    midnight = text.endswith("T00:00:00") or "T" not in text
    return text[:7] if day.day == 1 and midnight else text.removesuffix("T00:00:00")
