"""A page that holds a whole run: a film, curves and numbers, in one file that works offline."""
