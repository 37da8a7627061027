"""Other executors of the same network."""
