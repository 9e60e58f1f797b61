"""Trajectories and topologies in files: opened, written, converted, checked and recovered."""
