"""Figures that the papers of the field print, in a style for print."""
