"""Quarterly performance reports from data."""

__version__ = "0.1.0"
