"""What has arrived, each source turned into the one tidy monthly frame."""

from perf_lib.extracts.records.definitions import read_definitions
from perf_lib.extracts.records.records import Records, read_records, record_files
from perf_lib.extracts.tables.checks import Ledger, Rejection, Source
from perf_lib.extracts.tables.monthly import read_monthly
from perf_lib.extracts.tables.published import read_peer_rates, read_published, read_reasons

__all__ = ["Ledger", "Records", "Rejection", "Source", "read_definitions", "read_monthly", "read_peer_rates"]
__all__ += ["read_published", "read_reasons", "read_records", "record_files"]
