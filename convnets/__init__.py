"""What belongs to this course alone: its pictures, drawings, data sets, pretrained bases, and probes of experiments.

The notebooks import it as `from convnets import lab`. The autograder knows nothing of it.
"""
