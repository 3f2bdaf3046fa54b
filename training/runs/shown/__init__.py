"""What one sees of a training while it goes on: a bar, and pictures that are drawn anew."""
