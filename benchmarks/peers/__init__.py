"""Other implementations of the same forward network, to run side by side with ours."""
