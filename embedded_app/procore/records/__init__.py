"""The families of records, one module each."""
