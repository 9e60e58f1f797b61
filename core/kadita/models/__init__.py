"""Models of collective motion: configuration, rules, random numbers, and the run that turns them into blocks."""
