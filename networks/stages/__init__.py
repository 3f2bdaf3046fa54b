"""The two stages: the forward network (Algorithm 1) and the backward network (Algorithm 2)."""
