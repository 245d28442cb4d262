"""Brings sources into catalogues, with a report, in jobs that survive a kill."""
