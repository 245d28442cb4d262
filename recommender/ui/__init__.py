"""The Streamlit page: `shell` frames the `pages`, which are made of `parts` and `components`."""
