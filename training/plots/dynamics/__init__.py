"""What neurons do over time: potentials, spikes, rates."""
