"""A run: its folder and lock, its loop, checkpoints and records."""
