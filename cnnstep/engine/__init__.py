"""The operations: what and where, all at once, or one step at a time."""
