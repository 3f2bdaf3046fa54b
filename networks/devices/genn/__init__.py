"""GeNN: the two stages as programs that GeNN generates, for the CPU or a GPU."""
