"""Findings -> text, Markdown, HTML and JSON: words, no decisions."""
