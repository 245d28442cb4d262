"""Pieces of a page made from Streamlit's widgets and our components: forms, answers, figures."""
