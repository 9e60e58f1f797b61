"""Programs that follow animals or particles in videos, one position each."""
