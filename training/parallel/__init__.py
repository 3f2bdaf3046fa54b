"""A batch spread over the cores of a machine and over processes: methods made of methods."""
