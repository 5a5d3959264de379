"""Graphs of layers: each an operation that stands on its own, fed by those that it names."""
