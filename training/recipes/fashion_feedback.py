"""Fashion-MNIST with the network and the values of the recipe mnist-feedback.

Command: spide train fashion-feedback --data-dir data

The paper has no experiment on Fashion-MNIST; MNIST is its nearest neighbour.
"""

from dataclasses import replace

from training.recipes import mnist_feedback

RECIPE = replace(mnist_feedback.RECIPE, data_set="fashion-mnist")
