"""Simulations: integrate a configuration to a stream of blocks, and write the stream to a trajectory."""

CHECKPOINT_SECONDS = 10.0  # default minimum time between checkpoints
