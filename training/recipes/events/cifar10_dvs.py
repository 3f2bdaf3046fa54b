"""CIFAR10-DVS, CIFAR-10 filmed by an event camera (appendix F.4).

Command: spide train cifar10-dvs --data-dir data

Expected: 60.7 % test accuracy in the paper, after 70 epochs. Stage 1 sees one frame of event counts
per step; weight gradients of layer 1 are products with the mean frame (Algorithm 2, line 16).
"""

from training.recipes.recipe import Recipe

RECIPE = Recipe(
    data_set="cifar10-dvs",
    architecture="512C9s (F512C5)",
    initialisation="kaiming-normal",
    readout_initialisation="uniform",
    v_threshold=1.0,
    v_rest=-1.0,
    v_threshold_backward=0.5,
    v_rest_backward=-0.5,
    forward_steps=30,
    backward_steps=250,
    loss_scale=400.0,
    batch_size=128,
    epochs=70,
    learning_rate=0.05,
    momentum=0.9,
    weight_decay=5e-4,
    milestones=(50,),
    learning_rate_decay=0.1,
    dropout=0.0,
    feedback_norm=10.0,
    norm_restriction="projection",
)
