"""The press: notebooks executed, bound into one report, rendered to HTML and PDF, and recorded."""

from __future__ import annotations

import sys

# jsonschema, which nbformat loads, builds a grammar of internationalised addresses where this package is installed:
# more than a second, for a check that no notebook's schema asks for. Where it is loaded already it stays.
if "jsonschema" not in sys.modules and "rfc3987_syntax" not in sys.modules:
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # Python's own way to say: not to be had
    import jsonschema  # noqa: F401

    del sys.modules["rfc3987_syntax"]
