"""The plain values that travel from step to step, by subject. They are frozen.

A submission is sanitized, run, judged, recorded and reported; each step takes some of these values and returns others.
"""
