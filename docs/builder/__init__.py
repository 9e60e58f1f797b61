"""Pages that are made from the registry of plugins, from the commands and from the data of the format."""
