"""How time and memory are measured, and what the hardware could do."""
