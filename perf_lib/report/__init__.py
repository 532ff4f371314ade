"""A quarter's report: all that a notebook or an analyst touches.

>>> from perf_lib.report import open_report
>>> open_report("2019-20-Q3")["hate_crime"].finding.measure.title
'Hate crime'
"""

from perf_lib.report.contents import Arrived
from perf_lib.report.report import LeftOut, MeasureReport, Report, as_public, keep_open, kept_open, open_report

__all__ = ["Arrived", "LeftOut", "MeasureReport", "Report", "as_public", "keep_open", "kept_open", "open_report"]
