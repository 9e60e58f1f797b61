"""Apply metrics and analyses to trajectories: plan, single pass, results, statistics, tables and figures."""
