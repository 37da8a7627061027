"""Generators of small rulebooks and cases, and what their conditions mean, for the laws of the engine."""
