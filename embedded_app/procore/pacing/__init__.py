"""Staying within Procore's rate limits, together with the app's other processes."""
