"""The engine of all models: neighbour search, sums over neighbours, noise and steps, reproducible bit by bit."""
