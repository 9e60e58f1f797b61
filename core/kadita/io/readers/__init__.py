"""Readers of the trajectories of other programs."""
