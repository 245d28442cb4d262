"""Largest size of an upload: the one number that the page promises and the server keeps.

Products are streamed to disk by `shell/reception.py`; photos stay in memory. Streamlit's
`server.maxUploadSize` in .streamlit/config.toml has to be the same; a test compares them. What is
larger is imported with the command line, or on this computer from a folder.
"""

MAX_UPLOAD_MB = 500  # of products: a zip, or a shop's export
MAX_PHOTO_MB = 32  # `recommender.images` refuses anything larger
