"""Kinds of values: how the API writes them, and reads them from a request."""
