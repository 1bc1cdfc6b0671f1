"""Slide documents: what one is made of, its file, and how files of others are read."""
