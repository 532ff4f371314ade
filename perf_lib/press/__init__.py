"""The press: notebooks executed, bound into one report, rendered to HTML and PDF, and recorded."""

from __future__ import annotations

import sys

# jsonschema, which nbformat loads, builds a grammar of internationalised addresses where this package is installed:
# more than a second, for a check that no notebook's schema asks for. It is to be had again once jsonschema is loaded.
if "jsonschema" not in sys.modules:
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # Python's own way to say: not to be had
