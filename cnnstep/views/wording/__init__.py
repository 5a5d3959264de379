"""Numbers, sums, size arithmetic and titles as text."""
