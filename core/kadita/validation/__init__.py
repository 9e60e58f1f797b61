"""Every rule of the trajectory file, checked."""
