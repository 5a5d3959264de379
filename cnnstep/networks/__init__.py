"""Layers in a row: each an operation that stands on its own, fed by the one before."""
