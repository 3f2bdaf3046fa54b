"""Data of one's own: a file, a folder, or arrays."""
