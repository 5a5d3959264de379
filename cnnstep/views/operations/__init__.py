"""The view of each kind of step."""
