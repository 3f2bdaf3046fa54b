"""CIFAR-10 with AlexNet, feed-forward with average pooling (appendix D.3).

Command: spide train cifar10-alexnet --data-dir data

The paper names the network for comparison (Table 3) and trains MNIST's feed-forward network only:
thresholds, epochs, learning rate, dropout and initial weights are those; warm-up, T_B and the loss
scale those of CIFAR-10. Nobody has trained it with SPIDE: there is no accuracy to expect.
CIFAR-10's initial weights, of norm 1 for each output, are too small for nine layers without
feedback: with a sixteenth of the channels and a batch of 8 the readout's bias alone learned in 20
iterations.
"""

from dataclasses import replace

from training.recipes.mnist import lenet

RECIPE = replace(
    lenet.RECIPE,
    data_set="cifar10",
    architecture="96C3-256C3-P2-384C3-P2-384C3-256C3-1024-1024",
    backward_steps=250,
    loss_scale=400.0,
    warmup_iterations=400,
)
