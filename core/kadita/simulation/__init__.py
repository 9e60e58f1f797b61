"""Runs: a configuration becomes a stream of blocks, and the stream a trajectory."""

CHECKPOINT_SECONDS = 10.0  # least time from one checkpoint to the next, where nothing else is said
