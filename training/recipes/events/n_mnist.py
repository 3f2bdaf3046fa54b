"""N-MNIST, MNIST filmed by an event camera, with one convolution and feedback.

Command: spide train n-mnist --data-dir data

Stage 1 sees one frame of spikes per step; weight gradients of layer 1 are products with the mean
frame (Algorithm 2, line 16). The network and the frames are those of Xiao et al., 2021, who train
it by exact implicit differentiation with batch norm: 99.30 % test accuracy with IF neurons. SPIDE's
paper has no experiment on N-MNIST; its values for MNIST (appendix D.3) are taken.
"""

from dataclasses import replace

from training.recipes.mnist import feedback

RECIPE = replace(feedback.RECIPE, data_set="n-mnist", architecture="64C5s (F64C5)")
