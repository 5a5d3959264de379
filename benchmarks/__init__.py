"""Measurements against peers, side by side in one run; every number printed is a ratio or says its unit."""
