"""C++ standalone: the two stages as programs that are compiled once and kept on disk."""
