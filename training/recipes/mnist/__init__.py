"""MNIST with the networks of appendix D.3."""
