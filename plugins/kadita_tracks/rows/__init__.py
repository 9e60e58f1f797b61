"""Arrange rows, one for each sighting of an animal, as frames."""
