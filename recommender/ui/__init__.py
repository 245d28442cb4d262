"""The Streamlit page: one module a view, the gallery component, and its picture files."""
