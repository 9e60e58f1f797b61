"""Writers for the file formats of other programs."""
