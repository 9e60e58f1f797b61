"""Readers for the trajectory formats of other programs.

Each is a subclass of `kadita.school.trajectory.Trajectory` in a module here; `kadita.io.opening` chooses among them. A
format that MDAnalysis reads needs none.
"""
