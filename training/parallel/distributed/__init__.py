"""Training in several processes, started by torchrun: each simulates its part of every batch.

`launch` is what torchrun tells a process, `launcher_watch` what ends a process with it,
`processes` what the processes do together, `interruption` a signal to any of them that becomes a
request to all, and `over_processes` a method whose batches are spread over them. Samples never meet
inside a stage, so what has to be added up are the gradients: the result is that of one process with
the whole batch, to the rounding of the sums.
"""
