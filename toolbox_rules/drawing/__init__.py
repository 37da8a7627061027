"""The graph of a case and of all knowledge, as pictures and as data."""
