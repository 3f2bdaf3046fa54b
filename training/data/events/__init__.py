"""Data sets of event cameras: recordings of single events, made into frames once."""
