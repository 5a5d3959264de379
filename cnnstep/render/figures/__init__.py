"""Scenes as figures for paper and screens: shapes first, then pixels or vectors."""
