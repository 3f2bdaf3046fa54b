"""What one asks of a trained network: accuracy, spikes, a comparison, a file for others."""
