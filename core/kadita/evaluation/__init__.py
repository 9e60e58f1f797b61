"""Metrics and analyses applied to trajectories: plan, one pass, results, statistics, tables and figures."""
