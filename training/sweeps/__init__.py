"""Sweeps: one recipe trained again and again with other values, and one data set of the results.

``planning`` says which points there are, ``folder`` which of them are done, ``running`` has the
workers that do the rest, and ``results`` gathers all curves in one xarray data set.
"""
