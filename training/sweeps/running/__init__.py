"""Where the points of a sweep are trained, and how they are told to stop.

``clusters`` has the processes, ``queue`` hands them tasks, ``worker`` does one.
"""
