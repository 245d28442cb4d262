"""Finds nearest neighbours: engines, indexes, re-ranking, grouping, confidence."""
