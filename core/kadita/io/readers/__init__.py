"""Readers for the trajectory formats of other programs."""
