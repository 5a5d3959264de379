"""What learns, update by update."""
