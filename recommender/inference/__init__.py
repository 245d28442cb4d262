"""Runs trained models: encoder and decoder in LiteRT, kept features, projection to embeddings."""
