"""Measures counted from records, in DuckDB or in a database."""
