"""Is this knowledge sound? Everything that reading alone does not show."""

from toolbox_rules.checking.running import check

__all__ = ["check"]
