"""CIFAR-10 with the feedback network AlexNet-F (Tables 2 and 3, appendix D.3).

Command: spide train cifar10-alexnet-f --data-dir data

Expected: 89.61 % test accuracy in the paper, the mean of 3 runs of 100 epochs; 88.41 % with
--backward-steps 50.
"""

from training.recipes.recipe import Recipe

RECIPE = Recipe(
    data_set="cifar10",
    architecture="96C3s-256C3-384C3s-384C3-256C3 (F96C3u)",
    initialisation="uniform-normalised",
    readout_initialisation="uniform",
    v_threshold=1.0,
    v_rest=-1.0,
    v_threshold_backward=0.5,
    v_rest_backward=-0.5,
    forward_steps=30,
    backward_steps=250,
    loss_scale=400.0,
    batch_size=128,
    epochs=100,
    learning_rate=0.05,
    momentum=0.9,
    weight_decay=5e-4,
    milestones=(50, 75),
    learning_rate_decay=0.1,
    warmup_iterations=400,
    dropout=0.2,
    dropout_layers="all",
    dropout_per="neuron",
    feedback_norm=2.0,
    norm_restriction="projection",
)
