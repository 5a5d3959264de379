"""Questions, lessons and marks; they are handed the road from a command line to what it shows."""
