"""One call: its address, its page, its retries, and what becomes of its answer."""
