"""Scenes as lines of text: widths, frames, ramps; no colour yet."""
