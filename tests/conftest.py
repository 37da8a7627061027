"""How Hypothesis runs: without clocks, and in CI always the same examples; and nothing is kept on disk by a test."""

import os

from hypothesis import settings

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

os.environ["TOOLBOX_RULES_CACHE"] = "off"
