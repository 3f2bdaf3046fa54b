"""What a prediction and a training step cost: operations counted, energies by published figures."""
