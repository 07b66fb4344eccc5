"""See the level table in docs/architecture.md."""
