"""What happens to a request on its way: rate limits, faults, the log."""
