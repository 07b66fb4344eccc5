"""What was read, how long it is fresh, and what makes it stale."""
