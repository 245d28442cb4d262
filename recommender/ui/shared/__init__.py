"""The ground that all pages share: addresses, words, pictures, messages and opened catalogues."""
