"""Fashion-MNIST with one dense layer that feeds itself, in 5 steps.

Command: spide train fashion-dense --data-dir data

The network and T_F are those of Xiao et al., 2021, who train it by exact implicit differentiation
with batch norm: 90.04 % test accuracy, the mean of several runs. SPIDE's paper has no experiment on
Fashion-MNIST; its values for MNIST (appendix D.3) are taken.
"""

from dataclasses import replace

from training.recipes.mnist import feedback

RECIPE = replace(
    feedback.RECIPE,
    data_set="fashion-mnist",
    architecture="400 (F400)",
    forward_steps=5,
)
