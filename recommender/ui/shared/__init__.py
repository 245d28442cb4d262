"""What every page needs to know: addresses, words, pictures, messages, and what is opened."""
