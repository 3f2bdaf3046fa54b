"""CIFAR-100 with the feedback network AlexNet-F (appendix D.3).

Command: spide train cifar100-alexnet-f --data-dir data

The paper trains CIFARNet-F on CIFAR-100; the values are the same but for the dropout, which is
AlexNet-F's on CIFAR-10.
"""

from dataclasses import replace

from training.recipes.cifar import alexnet_f_10

RECIPE = replace(alexnet_f_10.RECIPE, data_set="cifar100", loss_scale=500.0)
