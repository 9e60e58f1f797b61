"""A school of agents in space and time, and its geometry."""
