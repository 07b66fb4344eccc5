"""The storage host, and files on their way in and out."""
