"""Films of event cameras: a frame of spikes or event counts per step of stage 1."""
