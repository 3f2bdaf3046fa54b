"""Populations of neurons: layers of stage 1, ternary neurons and couples of stage 2."""
