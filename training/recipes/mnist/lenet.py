"""MNIST, the paper's network degraded to feed-forward (Table 3, appendix D.3).

Command: spide train mnist-lenet --data-dir data

Expected: 99.44 % test accuracy in the paper, the mean of 3 runs of 60 epochs.
"""

from training.recipes.recipe import Recipe

RECIPE = Recipe(
    data_set="mnist",
    architecture="15C5-P2-40C5-P2-300",
    initialisation="kaiming-normal",
    readout_initialisation="uniform",
    v_threshold=0.5,
    v_rest=-0.5,
    v_threshold_backward=0.5,
    v_rest_backward=-0.5,
    forward_steps=30,
    backward_steps=100,
    loss_scale=100.0,
    batch_size=128,
    epochs=60,
    learning_rate=0.1,
    momentum=0.9,
    weight_decay=5e-4,
    milestones=(20, 40),
    learning_rate_decay=0.1,
    dropout=0.5,
    dropout_layers="first-dense",
    dropout_per="neuron",
)
