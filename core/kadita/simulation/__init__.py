"""Runs: a configuration becomes a stream of blocks, and the stream a trajectory."""
