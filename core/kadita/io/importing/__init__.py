"""Tracks of animals become a trajectory: which importer reads a file, units, quality, axes, columns and velocities."""
