"""The names of months and the words for numbers, for all that reads or writes them."""

from __future__ import annotations

MONTH_NAMES = tuple("January February March April May June July August September October November December".split())
MONTH_ABBREVIATIONS = "Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec".split()
MONTHS = {
    name.lower(): number
    for number, full_name in enumerate(MONTH_NAMES, start=1)
    for name in (full_name, *MONTH_ABBREVIATIONS)
    if full_name.startswith(name[:3])
}
"""Each month's number by its name and abbreviations in small letters: september, sept and sep are 9."""

NUMBER_WORDS = tuple(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen".split()
)
"""The words for 0 to 19, each at its own place."""

TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINAL_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
