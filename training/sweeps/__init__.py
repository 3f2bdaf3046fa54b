"""Sweeps: one recipe trained again and again with other values, and one data set of the results.

``plan`` says which points there are, ``folder`` which of them are done, ``queue`` hands the rest
to the workers of a Dask cluster, and ``results`` gathers all curves in one xarray data set.
"""
