"""Trajectory and topology files: open, write, convert, validate and recover them."""
