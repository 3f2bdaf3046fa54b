"""CIFAR-10 with CIFARNet, feed-forward with average pooling (appendix D.3).

Command: spide train cifar10-cifarnet --data-dir data

Its values are those of the recipe cifar10-alexnet, which says where they are from. In the paper's
Table 3 SpikeGrad reaches 89.49 % with this network.
"""

from dataclasses import replace

from training.recipes.cifar import alexnet_10

RECIPE = replace(
    alexnet_10.RECIPE,
    architecture="128C3-256C3-P2-512C3-P2-1024C3-512C3-1024-512",
)
