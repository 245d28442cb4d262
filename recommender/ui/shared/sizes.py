"""Largest size of an upload: the one number that the page promises and the server keeps.

Streamlit takes uploads into memory, so the number is one that a small server can hold. Its
`server.maxUploadSize` in .streamlit/config.toml has to be the same; a test compares them. What is
larger is imported with the command line, or on this computer from a folder.
"""

MAX_UPLOAD_MB = 60  # of products: a zip, or a shop's export
MAX_PHOTO_MB = 32  # `recommender.images` refuses anything larger
