"""What has no steps: a size, a kernel, an image as numbers."""
