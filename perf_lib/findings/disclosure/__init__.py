"""What a public report withholds: small counts, and what would give them away."""

from perf_lib.findings.disclosure.control import RECORD, protect, table

__all__ = ["RECORD", "protect", "table"]
