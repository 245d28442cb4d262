"""Who computes now: few runs of pages at a time, in the order in which they came."""

from recommender.serving.turns import Turns

# One has Python's interpreter while another is in NumPy or SQLite; however many cores there are
PAGES = Turns(2)
