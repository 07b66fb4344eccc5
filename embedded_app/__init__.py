"""Tieback: a company's own systems beside the live Procore record."""
