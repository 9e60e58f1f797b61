"""Recording: frames of any simulation program in the file that `kadita run` writes."""
