"""What the course's notebooks import: pictures, drawings, the visible check and the recorder of experiments.

It runs on students' machines and in the process that runs a submission. It holds no secret.
"""

from autograder.lab import pictures
from autograder.lab.checks import NotStarted, check
from autograder.lab.drawings import draw
from autograder.lab.start import start_keras

__all__ = ["NotStarted", "check", "draw", "pictures", "start_keras"]
