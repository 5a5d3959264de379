"""Walks played on a terminal: a timeline that keys move, and the loop that draws it."""
