"""Fashion-MNIST with the network and the values of the recipe mnist-feedback.

Command: spide train fashion-feedback --data-dir data

The paper has no experiment on Fashion-MNIST; MNIST is its nearest neighbour.
"""

from dataclasses import replace

from training.recipes.mnist import feedback

RECIPE = replace(feedback.RECIPE, data_set="fashion-mnist")
