"""Records of settings: what their fields can hold, and docstrings that name all of them."""
