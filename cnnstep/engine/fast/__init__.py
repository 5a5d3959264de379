"""Whole maps and batches at once, forward and backward; nothing here knows a step."""
