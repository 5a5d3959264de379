"""What learns: gradient descent, and how large its steps may be."""
