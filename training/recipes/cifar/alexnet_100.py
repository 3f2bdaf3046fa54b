"""CIFAR-100 with AlexNet, feed-forward with average pooling (appendix D.3).

Command: spide train cifar100-alexnet --data-dir data

The values are those of the recipe cifar10-alexnet, with the loss scale of CIFAR-100. Nobody has
trained it with SPIDE: there is no accuracy to expect.
"""

from dataclasses import replace

from training.recipes.cifar import alexnet_10

RECIPE = replace(alexnet_10.RECIPE, data_set="cifar100", loss_scale=500.0)
