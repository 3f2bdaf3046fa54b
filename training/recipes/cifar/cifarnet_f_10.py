"""CIFAR-10 with the feedback network CIFARNet-F (Table 3, appendix D.3).

Command: spide train cifar10-cifarnet-f --data-dir data

Expected: 89.94 % test accuracy in the paper, the mean of 3 runs of 100 epochs.
"""

from dataclasses import replace

from training.recipes.cifar import alexnet_f_10

RECIPE = replace(
    alexnet_f_10.RECIPE,
    architecture="128C3s-256C3-512C3s-1024C3-512C3 (F128C3u)",
    dropout=0.25,
)
