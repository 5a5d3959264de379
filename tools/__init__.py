"""What makes the files that are kept in the tree: fonts, the gallery."""
