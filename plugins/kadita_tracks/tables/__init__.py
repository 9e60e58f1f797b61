"""Tables of text: how they are read, and programs whose tables differ in the names of columns alone."""
