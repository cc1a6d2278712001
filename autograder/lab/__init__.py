"""What notebooks import of the autograder: the visible check, hints and progress, and the recorder of experiments.

It runs on students' machines and in the process that runs a submission. It contains no secrets.
"""

from autograder.lab.checks import NotStarted, check
from autograder.lab.progress import hint, progress

__all__ = ["NotStarted", "check", "hint", "progress"]
