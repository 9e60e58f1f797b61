"""kadita in MDAnalysis."""
