"""The simulated login host: pages, codes, tokens."""
