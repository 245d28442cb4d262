"""Pieces that several pages are made of, drawn from Streamlit's widgets and our components."""
