"""All rules and knowledge as pages to browse: one for each pitfall, mitigation, rule and practice case."""
