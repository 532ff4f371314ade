"""What the headings of a spreadsheet say: which columns are months, and what the others hold."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from perf_lib.extracts.tables.checks import MONTH
from perf_lib.words.calendar import MONTH_NAMES, MONTHS
from perf_lib.words.errors import InputError

ROLES = {
    "measure": r"measures?|(performance )?(indicators?|measures?)|kpis?|pis?|metrics?|title|name|description",
    "reference": r"ref(erence)?( no)?|id|code|no|number|#|(kpi|pi|measure) (ref|no|id|code)",
    "unit": r"units?( of measure(ment)?)?|measured in",
    "target": r"targets?( .*)?|aims?|goal|ambition|standard|\d{4}[-/]\d\d target|annual target",
    "better": r"good is|good( to be)?|better( is)?|polarity|(desired |good )?direction( of travel)?|aim to",
    "priority": r"priority|theme|outcome|objective|pillar|section",
    "area": r"area|district|division|bcu|locality|command|borough",
    "figure": r"figure",
    "origin": r"origin",
    "status": r"status",
    "ignored": r"(ytd|year to date|fytd|last year|previous|prior|same (period|quarter)|base(line)?|average|avg|total"
    r"|annual|change|variance|difference|trend|direction|rank)\b.*|.*\b(ytd|year to date|total|change|variance)"
    r"|rag.*|rating|owner|lead|notes?|comments?|(data )?source|commentary|title|unit|priority",
}
"""What a column holds that is no month, by the headings that it goes by; the first that fits."""
_DESCRIPTIONS = ("measure", "reference", "unit", "target", "better", "priority", "area", "figure", "origin", "status")

_YEAR = r"(?P<year>(?:19|20|21)\d\d|\d\d)"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?:\d{{1,2}}(?:st|nd|rd|th)?[ \-/.]+)?(?P<name>[a-z]{{3,9}})\.?[ \-/'’]*{_YEAR}",
        r"(?P<year>(?:19|20|21)\d\d)[-/. ](?P<name>[a-z]{3,9})",
        r"(?P<year>(?:19|20|21)\d\d)[-/.](?P<month>\d{1,2})(?:[-/.]\d{1,2})?(?:[T ]00:00(?::00)?)?",
        r"(?P<year>(?:19|20|21)\d\d)(?P<month>0[1-9]|1[0-2])",
        r"(?P<month>\d{1,2})[-/.](?P<year>(?:19|20|21)\d\d)",
    )
)
_THREE_NUMBERS = re.compile(rf"(?P<one>\d{{1,2}})[-/.](?P<two>\d{{1,2}})[-/.]{_YEAR}")
_SERIAL = re.compile(r"[2-6]\d{4}")
_FIRST_OF_THIS_CENTURY = 70
"""Two digits of a year from here on are of the last century: Apr-99 is 1999."""


def month_of(text: str) -> str | None:
    """The month that a heading names, as 2019-12; None where it names none, or more than one is possible.

    >>> month_of("Jan-19"), month_of("31 December 2019"), month_of("04/2024"), month_of("202404")
    ('2019-01', '2019-12', '2024-04', '2024-04')
    >>> month_of("Apr-99"), month_of("1/2/2019")
    ('1999-04', None)
    """
    text = text.strip()
    for form in _FORMS:
        if (heading := form.fullmatch(text)) is None:
            continue
        parts = heading.groupdict()
        month = MONTHS.get(_full_name(parts["name"])) if parts.get("name") else int(parts["month"])
        return _month(parts["year"], month or 0)
    return None


def _full_name(name: str) -> str:
    """A month's name in small letters, of as many of its letters as tell it from the others."""
    fits = [full.lower() for full in MONTH_NAMES if full.lower().startswith(name.lower())]
    return fits[0] if len(fits) == 1 else ""


def _month(year: str, month: int) -> str | None:
    century = "" if len(year) == 4 else ("19" if int(year) >= _FIRST_OF_THIS_CENTURY else "20")
    text = f"{century}{year}-{month:02d}"
    return text if MONTH.fullmatch(text) else None


def months_in(place: str, cells: Sequence[str]) -> dict[int, str]:
    """The months that a row of headings names, by column; `place` begins the InputError for one that is not clear.

    01/04/2024 is read in the one way in which all such headings are first days, or all last days, of months.

    >>> months_in("row 1", ["Measure", "01/04/2024", "01/05/2024"]), months_in("row 1", ["Measure", "45383", "45413"])
    ({1: '2024-04', 2: '2024-05'}, {1: '2024-04', 2: '2024-05'})
    """
    months = {at: month for at, cell in enumerate(cells) if (month := month_of(cell)) is not None}
    dates = {at: date for at, cell in enumerate(cells) if (date := _THREE_NUMBERS.fullmatch(cell.strip()))}
    if dates:
        readings = [found for order in (("two", "one"), ("one", "two")) if (found := _read_so(dates, *order))]
        if not readings or any(each != readings[0] for each in readings):
            heading = next(iter(dates.values()))[0]
            raise InputError(f"{place}: the heading {heading!r} may be more than one month; write it as Apr-24")
        months |= readings[0]
    if not months:
        serials = {at: int(cell) for at, cell in enumerate(cells) if _SERIAL.fullmatch(cell.strip())}
        days = {at: dt.date(1899, 12, 30) + dt.timedelta(days=serial) for at, serial in serials.items()}
        if len(days) > 1 and _is_regular(list(days.values())):
            months = {at: day.isoformat()[:7] for at, day in days.items()}
    return dict(sorted(months.items()))


def _read_so(dates: Mapping[int, re.Match[str]], month: str, day: str) -> dict[int, str]:
    """The months of dates whose numbers stand in this order; empty where they cannot."""
    months, days = {}, []
    for at, date in dates.items():
        read = _month(date["year"], int(date[month]))
        try:
            days.append(dt.date.fromisoformat(f"{read}-{int(date[day]):02d}"))
        except ValueError:
            return {}
        months[at] = str(read)
    return months if _is_regular(days) else {}


def _is_regular(days: Sequence[dt.date]) -> bool:
    """Whether days are all the first, or all the last, of months in order."""
    firsts, lasts = all(day.day == 1 for day in days), all((day + dt.timedelta(days=1)).day == 1 for day in days)
    return (firsts or lasts) and all(one < other for one, other in pairwise(days))


def columns_in(header: Sequence[str], months: Mapping[int, str], named: Mapping[str, str]) -> dict[str, int]:
    """The columns that describe a row, by what they hold; the first column is the measure where none says so.

    named: what settings say that columns hold, by their headings.
    """
    columns: dict[str, int] = {}
    for at, role in _roles(header, months, named):
        if role == "measure" and role in columns and header[columns[role]].lower() != "measure":
            columns[role] = at if header[at].lower() == "measure" else columns[role]
        elif role in _DESCRIPTIONS:
            columns.setdefault(role, at)
    if "measure" not in columns:
        taken = {at for role, at in columns.items()}
        columns["measure"] = next(at for at in range(len(header)) if at not in taken and at not in months)
    return columns


def unknown_columns(header: Sequence[str], months: Mapping[int, str], named: Mapping[str, str]) -> list[int]:
    """The columns with a heading of which nothing says what they hold."""
    known = {at for at, _ in _roles(header, months, named)} | set(months)
    return [at for at in range(1, len(header)) if at not in known]


def _roles(header: Sequence[str], months: Mapping[int, str], named: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    by_heading = {heading.lower(): role for heading, role in named.items()}
    for at, cell in enumerate(header):
        name = re.sub(r"[^\w%#/ -]", "", cell).strip().lower()
        role = by_heading.get(cell.lower()) or next((r for r, form in ROLES.items() if re.fullmatch(form, name)), None)
        if at not in months and role and name:
            yield at, role
