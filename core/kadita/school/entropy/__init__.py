"""Entropies of distributions, and their estimators."""
