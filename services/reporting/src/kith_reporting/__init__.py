"""Reporting: totals from facts, that identify nobody."""
