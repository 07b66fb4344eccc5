"""Files on their way into Procore."""
