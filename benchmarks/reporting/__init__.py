"""Tables, the picture and the files of a benchmark, with the machine beside the figures."""
