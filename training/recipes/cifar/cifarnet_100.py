"""CIFAR-100 with CIFARNet, feed-forward with average pooling (appendix D.3).

Command: spide train cifar100-cifarnet --data-dir data

The values are those of the recipe cifar10-cifarnet, with the loss scale of CIFAR-100. In the
paper's Table 4 SpikeGrad reaches 64.40 % with this network, in the best of its runs.
"""

from dataclasses import replace

from training.recipes.cifar import cifarnet_10

RECIPE = replace(cifarnet_10.RECIPE, data_set="cifar100", loss_scale=500.0)
