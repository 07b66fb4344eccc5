"""Webhooks in both versions of the API."""
