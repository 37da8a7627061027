"""One module per rule engine: each writes the same neutral rulebase in its own idiom and runs it."""
