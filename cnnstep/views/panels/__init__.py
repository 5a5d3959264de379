"""Arrays as grids, pictures and curves."""
