"""Training: ways to learn, the loop around them, data, recipes and the command ``spide``.

``training.methods`` is what learns (one batch in, gradients out), ``training.parallel`` spreads a
batch over cores and processes, ``training.runs.loop`` repeats it, ``training.recipes`` says with
which values. This package imports ``networks`` and ``equations``; neither imports it.
"""
