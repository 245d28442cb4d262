"""The JSON API that a shop's own pages call, beside the Streamlit page in the same server.

`endpoints` is the one list of what there is: the routes, the OpenAPI document and the page for
people are all made from it.
"""

from recommender.api.application import Beside, make_application
from recommender.api.limits import Limits
from recommender.api.shop import Shop

__all__ = ["Beside", "Limits", "Shop", "make_application"]
