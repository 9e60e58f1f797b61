"""Open files of other programs that may be damaged, or made to do damage."""
