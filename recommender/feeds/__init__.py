"""Reads what shops export: tables, rows, formats of shop systems, folders and zips, links."""
