"""Plugins: how metrics, analyses, models, scenarios and importers are declared, found and loaded."""
