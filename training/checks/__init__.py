"""Whether a recipe can be trained and all of it is read, asked before anything is built."""
