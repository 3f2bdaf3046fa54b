"""Throughput and memory, each measured side by side with a peer in the same run."""
