"""What the months before lead one to expect: of a month, a quarter, eight months, a year, and of the months to come."""

from perf_lib.stats.expected.judging import judge
from perf_lib.stats.expected.years import YearOnYear, year_on_year

__all__ = ["YearOnYear", "judge", "year_on_year"]
