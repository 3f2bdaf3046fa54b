"""What a run keeps on disk: its folder and the lock on it, checkpoints, lines of its log."""
