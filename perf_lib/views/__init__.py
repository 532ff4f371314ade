"""Findings as people read them: sentences, charts, tables, spreadsheets."""
