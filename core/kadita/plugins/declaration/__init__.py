"""How metrics, analyses and importers are declared."""
