"""The dashboard as spreadsheets."""
