"""Pieces with a script of their own: a folder each for its Python, HTML, CSS and JavaScript."""
