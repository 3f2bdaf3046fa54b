"""The paper's tables and figures: what is trained for each, and the paper's numbers beside ours.

``sweeps`` says what is trained, ``targets`` what is made of it, ``reproduce`` does both.
"""
