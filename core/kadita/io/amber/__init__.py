"""Trajectories in AMBER's NetCDF convention (``.nc``)."""
