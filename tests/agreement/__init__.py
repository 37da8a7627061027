"""Very many generated rulebases through every executor; `python tests/agreement/run.py` runs them."""
