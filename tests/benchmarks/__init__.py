"""Measurements side by side; `make bench` runs them. Nothing here is a test."""
