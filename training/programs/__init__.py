"""Trainings as C++ programs, in which no Python runs, and what they have trained."""
