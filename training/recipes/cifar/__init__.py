"""CIFAR-10 and CIFAR-100 with the networks of appendix D.3."""
