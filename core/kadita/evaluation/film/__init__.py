"""Films of a school: from where it is seen, how agents are drawn, moments between frames, and files of films."""
