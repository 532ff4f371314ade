"""What has arrived, each source turned into the one tidy monthly frame."""

from perf_lib.extracts.definitions import read_definitions
from perf_lib.extracts.ledger import Ledger, Rejection, Source
from perf_lib.extracts.monthly import read_monthly
from perf_lib.extracts.peers_rates import read_peer_rates
from perf_lib.extracts.published import read_published
from perf_lib.extracts.records import Records, read_records, record_files
from perf_lib.extracts.records_kept import answer, kept
from perf_lib.extracts.tables import read_reasons

__all__ = [
    "Ledger",
    "Records",
    "Rejection",
    "Source",
    "answer",
    "kept",
    "read_definitions",
    "read_monthly",
    "read_peer_rates",
    "read_published",
    "read_reasons",
    "read_records",
    "record_files",
]
