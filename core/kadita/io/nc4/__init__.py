"""Compressed trajectories in NetCDF-4 (``.nc4``)."""
