"""Stores products and their pictures, finds catalogues by name, filters items."""
