"""The engine that every model runs on: whose neighbour one is, sums over neighbours, noise and steps, bit by bit."""
