"""The page and the API on a large catalogue of synthetic products.

``python -m tools.large --items 1000000`` makes the catalogue and its index, starts the server on it
and prints a JSON document.

    making    the catalogue: products with varied facts, embeddings with the clustering of real ones
    asking    what is asked over the page's own protocol and the API, and how long it takes
"""
