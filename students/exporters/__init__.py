"""Papers about students."""
