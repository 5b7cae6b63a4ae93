"""Settings: base for all, and one thin file each for demo, test and prod."""
