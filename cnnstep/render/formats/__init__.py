"""What a walk can be saved as: one writer a file, and the table that finds it by its suffix."""
