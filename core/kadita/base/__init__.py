"""Basics of all other packages: errors, files, settings, signatures, compilation, parallel work."""
